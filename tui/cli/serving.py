"""An agent that answers the channel until it is interrupted."""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, NoReturn

from tui.agent import Agent, AgentTasks, Turn
from tui.agent.account import Account, Limits, Price, Used
from tui.agent.approvals import Approvals
from tui.agent.policy import Cancels
from tui.agent.server import Server
from tui.cli.answering import model_of
from tui.cli.archive import Archive
from tui.cli.following import Follower
from tui.cli.model import real_model
from tui.cli.opening import CLOSE, Line, channel, complain, kept, now
from tui.cli.permits import policy_of, tools_of
from tui.state import Conversation
from tui.state.threads import turns_of
from tui.values import SettingsError
from tui.wire import Inbound, Roster, UserInput, clean_line

if TYPE_CHECKING:
    from tui.agent import AgentSettings
    from tui.settings import Folders, Settings

_UNALLOWED = (
    "nobody can allow what its tools ask for; --approvers, or --roles with --minimum-role, say who may"
)


def serve(
    settings: Settings,
    folders: Folders,
    *,
    concurrent: int,
    tokens: int | None,
    cost: float | None,
    json_lines: bool,
) -> NoReturn:
    """Answer until interrupted; `concurrent` answers at a time, `tokens` in an hour, None for any number, for
    a `cost` in an hour, by the settings' prices. Prints a line for each prompt, with `json_lines` a JSON
    object in it. Raises SettingsError where no answer could keep within that.
    """
    say = _print_json if json_lines else _print
    model = model_of(settings, folders)
    limits = Limits(
        concurrent=concurrent,
        tokens=tokens,
        cost=cost,
        prices={name: Price(*price) for name, price in settings.price.items()},
    )
    _check(limits, model)
    approvals = Approvals(policy_of(settings))
    agent = Agent(model, tools_of(settings, model, approvals))
    if settings.tools and not approvals.policy.others:
        complain(_UNALLOWED)
    # While it connects, so that the first answer does not wait for the SDK.
    loading = threading.Thread(target=agent.load, name="ably-tui-load", daemon=True)
    loading.start()
    archive = Archive()
    conversation = Conversation(archive.stow)
    # What it says of itself follows once the server knows whether it can answer.
    presence = {"kind": "agent", "name": settings.client_id, "model": model.model}
    elsewhere = not settings.local and real_model(settings, os.environ) is None
    try:
        with (
            kept(folders) if elsewhere else nullcontext(),
            channel(
                settings,
                folders,
                publishing=True,
                presence=presence,
                agent=model,
                wanted=lambda: conversation.incomplete,
            ) as line,
        ):
            tasks = AgentTasks(
                line.link.publisher,
                lambda _prompt, _why: None,  # it publishes no prompts
                approvals=approvals,
                cancels=Cancels(settings.allow_cancel),
            )
            server = Server(
                tasks,
                agent,
                settings.client_id,
                id=secrets.token_hex(4),
                clock=time.monotonic,
                now=now,
                allow_from=settings.allow_from,
                limits=limits,
                past=lambda prompt: _past(conversation, prompt),
                changed=lambda: line.link.announce(_presence(presence, server)),
                told=say,
            )
            loading.join()
            ears = _Ears(conversation, tasks, server)
            _answer(line, ears, lambda: _presence(presence, server), settings, say)
    finally:
        archive.close()


def _check(limits: Limits, model: AgentSettings) -> None:
    """Complain of a limit that every answer would exceed, if only by what it may come to."""
    refusal = Account(limits).refusal(0.0, model.model, Used(0, model.max_tokens))
    if refusal is None:
        return
    if limits.cost is not None and model.model not in limits.prices:
        raise SettingsError(
            f"--cost-per-hour: {refusal}; give its price in the settings file: "
            f'[price] "{model.model}" = [input, output], USD for a million tokens'
        )
    raise SettingsError(
        f"nothing could be answered: {refusal}; allow more, or less an answer with --max-tokens"
    )


class _Ears:
    """Hands what arrives on to everybody who listens, all of them on the link's loop."""

    def __init__(self, conversation: Conversation, tasks: AgentTasks, server: Server) -> None:
        self.tasks = tasks
        self.server = server
        self._conversation = conversation
        self._follower = Follower(conversation)

    def hear(self, values: list[Inbound]) -> None:
        """Take what has arrived."""
        for message in self._follower.take(values, now()).messages:
            self.tasks.hear(message)
            self.server.hear(message)
        for value in values:
            if isinstance(value, Roster):
                self.server.members(value)


def _answer(
    line: Line,
    ears: _Ears,
    presence: Callable[[], dict[str, object]],
    settings: Settings,
    say: Callable[[str], None],
) -> NoReturn:
    try:
        while not line.attached:
            _pass_on(line, ears)
        line.link.announce(presence())
        say(f"answering on {settings.channel} as {settings.client_id}")
        while True:
            _pass_on(line, ears)
    finally:
        line.link.run(_end, ears, settings.client_id).result(CLOSE)


def _print(said: str) -> None:
    print(clean_line(said), flush=True)


def _print_json(said: str) -> None:
    print(json.dumps({"said": clean_line(said)}), flush=True)


def _pass_on(line: Line, ears: _Ears) -> None:
    values = line.read()
    if values:
        line.link.run(ears.hear, values).result()


async def _end(ears: _Ears, client_id: str) -> None:
    ears.server.close()
    await ears.tasks.close(CLOSE / 2, client_id)


def _presence(said: dict[str, str], server: Server) -> dict[str, object]:
    serving = server.serving
    return {**said} if serving is None else {**said, "serving": serving}


def _past(conversation: Conversation, prompt: UserInput) -> list[Turn]:
    before = None if prompt.in_reply_to is None else conversation.by_id(prompt.in_reply_to)
    if before is None:
        return []
    return [Turn(turn.prompt, turn.answer, turn.response_id) for turn in turns_of(conversation, before)]
