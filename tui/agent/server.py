"""An agent that answers a channel: prompts addressed to it, and to anyone from whom its owner lets it.

Decides nothing itself: whether a prompt is this agent's is `election`'s, whether it can be afforded is
`account`'s. Keeps what was heard of each prompt, and the times. What others choose (prompt,
model) is at the owner's expense, and so are the tools of the agent that is handed in.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from tui.agent.account import Account, Limits, Used
from tui.agent.answer import Agent
from tui.agent.election import Asked, Me, Move, decide
from tui.agent.meter import Meter
from tui.agent.tasks import AgentTasks
from tui.agent.turns import Turn, estimated, messages
from tui.wire import Action, ChannelMessage, Roster, Stop, UserInput, decode
from tui.wire.payload import identifier

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_PROMPTS = frozenset({"user-input", "prompt"})
_REMEMBERED = 10_000
"""Prompts of which is known that they were heard, or that somebody answers them."""
_STARTS = 50
"""Clients of which is known that they answer one prompt."""
YOUNG = 60_000
"""Milliseconds: the age up to which a prompt from history is answered that nobody has answered."""
PATIENCE = 15.0
"""Seconds that another agent has to begin an answer. Ably takes about as long to see that one has gone."""
_RECHECK = 30.0
"""Seconds after which a limit that is reached is looked at again."""
SETTLE = 2.0
"""Seconds after a prompt from history in which its answer may be found there."""


@dataclass(slots=True)
class _Open:
    """A prompt that nobody has begun to answer."""

    asked: Asked
    passed: set[str] = field(default_factory=set)
    """Connections that should have answered it and did not."""
    timer: asyncio.TimerHandle | None = None
    awaited: str | None = None
    """The connection that is to answer it."""
    queued: bool = False

    def rest(self) -> None:
        if self.timer is not None:
            self.timer.cancel()


@dataclass(slots=True)
class _Mine:
    """A prompt that this agent answers."""

    asked: Asked
    meter: Meter
    model: str
    serial: str | None = None
    """Of the start, once it is heard."""


class Server:
    """Answers a channel with one agent. Every method belongs to the loop of `tasks`."""

    def __init__(
        self,
        tasks: AgentTasks,
        agent: Agent,
        me: str,
        *,
        id: str,  # noqa: A002 - as in presence
        clock: Callable[[], float],
        now: Callable[[], int],
        allow_from: Iterable[str] = (),
        limits: Limits | None = None,
        past: Callable[[UserInput], Sequence[Turn]] = lambda _prompt: (),
        changed: Callable[[], None] = lambda: None,
        told: Callable[[str], None] = lambda _line: None,
        patience: float = PATIENCE,
        settle: float = SETTLE,
        young: int = YOUNG,
    ) -> None:
        """`me` is the agent's clientId, `id` a random word; `allow_from` are clientIds whose prompts to
        anyone are answered, `*` for everybody's (on a shared key a clientId is a claim).

        `past` gives a prompt's thread, oldest first. `changed` is called when `serving` has changed, so that
        presence says it; `told` hears in a line, not cleaned, of each prompt that was answered or refused.
        `clock` gives seconds that do not run backwards, `now` milliseconds since the epoch.
        """
        self._tasks = tasks
        self._agent = agent
        self._me = Me(me, id, frozenset(allow_from))
        self._account = Account(limits or Limits())
        self._clock = clock
        self._now = now
        self._past = past
        self._changed = changed
        self._told = told
        self._patience = patience
        self._settle = settle
        self._young = young
        self._roster = Roster(())
        self._open: dict[str, _Open] = {}
        self._queue: deque[str] = deque()
        self._mine: dict[str, _Mine] = {}
        self._heard: dict[str, None] = {}
        self._begun: dict[str, dict[str | None, str]] = {}  # the serials of others' first starts, by clientId
        self._able = True
        self._recheck: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def serving(self) -> dict[str, object] | None:
        """What presence data is to have under `serving`, beside `kind: agent`; None to leave it out, as while
        a limit is reached, so that others answer.
        """
        return self._me.serving if self._able else None

    @property
    def running(self) -> int:
        """Answers that are being given to others."""
        return len(self._mine)

    @property
    def waiting(self) -> int:
        """Prompts that wait for one of them to end."""
        return len(self._queue)

    def members(self, roster: Roster) -> None:
        """Take who is on the channel now."""
        self._roster = roster
        present = {member.connection_id for member in roster.members}
        gone = [id_ for id_, each in self._open.items() if each.awaited and each.awaited not in present]
        for prompt_id in gone:
            self._weigh(prompt_id)

    def hear(self, message: ChannelMessage) -> None:
        """Take a message of the channel, live or from history; hand it to `AgentTasks.hear` as well."""
        if message.action is not Action.CREATE or self._closed or "ai" in message.extras:
            return
        if message.name in _PROMPTS:
            said = decode(message)
            if isinstance(said, UserInput):
                self._prompt(said, message)
        elif message.name == "cancel":
            self._forget(identifier(message.header("promptId")))
        elif (prompt_id := identifier(message.header("promptId"))) is not None:
            self._answered(prompt_id, message)

    def close(self) -> None:
        """Take no more prompts; what runs is `AgentTasks.close`'s to end."""
        self._closed = True
        for prompt_id in tuple(self._open):
            self._forget(prompt_id)
        if self._recheck is not None:
            self._recheck.cancel()

    def _prompt(self, prompt: UserInput, message: ChannelMessage) -> None:
        prompt_id = prompt.prompt_id
        if prompt_id in self._heard or self._tasks.asked_here(prompt_id):
            return
        _remember(self._heard, prompt_id, None)
        asked = Asked(prompt, message.client_id, message.connection_id)
        old = not message.live and message.timestamp < self._now() - self._young
        if old or not self._me.takes(asked) or self._first_of_others(asked):
            return
        found = self._open[prompt_id] = _Open(asked)
        if message.live:
            self._weigh(prompt_id)
        else:
            self._later(found, self._settle, None)

    def _weigh(self, prompt_id: str) -> None:
        """Decide about a prompt, with what is known now."""
        found = self._open[prompt_id]
        found.rest()
        move, connection = decide(found.asked, self._me, self._roster, found.passed)
        if move is Move.ANSWER:
            self._take(prompt_id)
        elif move is Move.IGNORE or connection is None:
            self._forget(prompt_id)
        else:
            self._later(found, self._patience, connection)

    def _later(self, found: _Open, seconds: float, awaited: str | None) -> None:
        """Decide again after some time in which another agent is to answer, if one is known."""

        def look() -> None:
            if awaited is not None:
                found.passed.add(awaited)
            self._weigh(found.asked.prompt.prompt_id)

        found.awaited = awaited
        found.timer = asyncio.get_running_loop().call_later(seconds, look)

    def _take(self, prompt_id: str) -> None:
        """Answer a prompt, now or when there is room."""
        found = self._open[prompt_id]
        if len(self._mine) >= self._account.limits.concurrent:
            if len(self._queue) >= self._account.limits.waiting:
                self._decline(prompt_id, "too many prompts wait for it")
            elif not found.queued:
                found.queued = True
                self._queue.append(prompt_id)
            return
        asked, limits = found.asked, self._account.limits
        own = self._agent.settings.model
        model = asked.prompt.model if asked.prompt.model in limits.models else own
        past = self._past(asked.prompt)
        most = self._most(estimated(messages(past, asked.prompt.text)))
        refusal = self._account.refusal(self._clock(), model or own, most)
        if refusal is not None:
            self._decline(prompt_id, refusal)
            self._look()
            return
        self._forget(prompt_id)
        meter = Meter(self._agent, most.input)
        self._mine[prompt_id] = _Mine(asked, meter, model or own)
        self._account.begin(prompt_id, model or own, most)
        self._tasks.answer(
            meter,
            asked.prompt,
            past,
            model=model,
            asker=asked.asker,
            ended=partial(self._ended, prompt_id),
        )

    def _decline(self, prompt_id: str, why: str) -> None:
        """Tell who asked this agent and no other; a prompt to anyone is left to others."""
        asked = self._open[prompt_id].asked
        self._forget(prompt_id)
        _log.info("a prompt is not answered: %s", why)
        self._told(f"{asked.asker or 'somebody'}: not answered, {why}")
        if asked.prompt.to is not None:
            self._tasks.refuse(asked.prompt, f"This agent does not answer now: {why}. Ask another, or later.")

    def _ended(self, prompt_id: str, stop: Stop | None) -> None:
        mine = self._mine.pop(prompt_id)
        used = mine.meter.used
        self._account.end(prompt_id, self._clock(), used)
        who = mine.asked.asker or "somebody"
        how = _how(mine.model, stop)
        self._told(f"{who}: {how}, {used.input:,} tokens in, {used.output:,} out")
        while self._queue and len(self._mine) < self._account.limits.concurrent and not self._closed:
            next_id = self._queue.popleft()
            self._open[next_id].queued = False
            self._take(next_id)
        self._look()

    def _most(self, input_tokens: int) -> Used:
        return Used(input_tokens, self._agent.settings.max_tokens)

    def _look(self) -> None:
        """See whether the limits leave room for another answer, now and, while they do not, again."""
        if self._closed:
            return
        refusal = self._account.refusal(self._clock(), self._agent.settings.model, self._most(0))
        if (refusal is None) is not self._able:
            self._able = refusal is None
            self._changed()
        if not self._able:
            if self._recheck is not None:
                self._recheck.cancel()
            self._recheck = asyncio.get_running_loop().call_later(_RECHECK, self._look)

    def _answered(self, prompt_id: str, message: ChannelMessage) -> None:
        """Somebody, perhaps this agent, answers a prompt: of two answers the one that began first stays."""
        response_id = identifier(message.header("responseId"))
        mine = self._mine.get(prompt_id)
        if mine is not None and response_id in self._tasks.response_ids(prompt_id):
            mine.serial = mine.serial or message.serial
        else:
            starts = self._begun.get(prompt_id, {})
            first = starts.get(message.client_id)
            if (first is None and len(starts) < _STARTS) or (first is not None and message.serial < first):
                _remember(self._begun, prompt_id, starts | {message.client_id: message.serial})
        if prompt_id in self._open and self._first_of_others(self._open[prompt_id].asked):
            self._forget(prompt_id)
        if mine is None:
            return
        theirs = self._first_of_others(mine.asked)
        # Once ours has begun, which of the two was first shows when it comes back.
        begun = bool(self._tasks.response_ids(prompt_id))
        if theirs is not None and (not begun if mine.serial is None else theirs < mine.serial):
            self._tasks.withdraw(prompt_id, self._me.client_id)

    def _first_of_others(self, asked: Asked) -> str | None:
        """Return the serial of the first start that counts. Others do not silence who was asked by name."""
        starts = self._begun.get(asked.prompt.prompt_id, {})
        if asked.prompt.to is not None:
            return starts.get(asked.prompt.to)
        return min(starts.values(), default=None)

    def _forget(self, prompt_id: str | None) -> None:
        found = self._open.pop(prompt_id, None) if prompt_id is not None else None
        if found is not None:
            found.rest()
            if found.queued:
                self._queue.remove(found.asked.prompt.prompt_id)


def _how(model: str, stop: Stop | None) -> str:
    """Return what has become of an answer, in words for whoever runs the agent."""
    if stop is not None and stop.stop_reason == "cancelled":
        by = f" by {stop.cancelled_by}" if stop.cancelled_by else ""
        return f"answer by {model} cancelled{by}"
    if stop is not None and stop.stop_reason == "error":
        return f"answer by {model} failed"
    return f"answered by {model}"


def _remember(held: dict[str, _T], key: str, value: _T) -> None:
    """Keep a value, and of very many only the newest."""
    held[key] = value
    if len(held) > _REMEMBERED:
        del held[next(iter(held))]
