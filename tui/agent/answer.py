"""The agent: a prompt in, a response as neutral values out. Whatever fails becomes part of the response."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from tui.agent.models import ModelInfo
from tui.agent.settings import NO_WISHES, AgentSettings, Wishes
from tui.agent.turns import Trimmed, Turn, estimated, messages, trimmed
from tui.agent.values import Yielded, failed_id
from tui.wire import Notice, Severity, Start, Stop, UserInput, clean_line

if TYPE_CHECKING:
    from tui.agent.sdk import Client
    from tui.agent.tools.box import Toolbox

_log = logging.getLogger(__name__)


_WINDOW = 200_000
"""Tokens that a request may have, of a model of which nobody says."""
_SURE = 0.1
"""The part of the window below which a thread surely fits, so that nobody is asked."""
_ROUNDS = 3
"""How often a thread is shortened and counted anew."""


class Agent:
    """Answers prompts with one model's server; several at once, all on one event loop."""

    def __init__(self, settings: AgentSettings, toolbox: Toolbox | None = None) -> None:
        """`toolbox` holds the tools that its model may call."""
        self.settings = settings
        self._toolbox = toolbox
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._windows: dict[str, int | None] = {}

    def load(self) -> None:
        """Import the SDK, which takes seconds; call it in a thread of its own, after the first paint.

        Never raises: what is wrong is told by `answer`, which tries again. `answer` loads by itself when
        nobody has.
        """
        try:
            self._connect()
        except Exception as error:  # noqa: BLE001 - settings decide what it is; `answer` meets it again
            _log.warning("the model's client could not be made: %s", type(error).__name__)

    async def answer(
        self,
        prompt: UserInput,
        past: Sequence[Turn] = (),
        *,
        model: str | None = None,
        nth: int = 0,
        wishes: Wishes = NO_WISHES,
    ) -> AsyncGenerator[Yielded, None]:
        """Yield the response to a prompt: `Start`, `Text` for each delta of text or thinking, `Cite` for each
        citation after the text that it belongs to, what tools are called and say, `Stop`.

        `past` is its thread, oldest first; when it is too long for the model its beginning is left out, which
        a `Notice` before the `Start` tells. The model is `model`, else the prompt's, else the settings';
        `nth` is the place among several answers to the same prompt, from 0.
        Never raises for a model that fails: the `Stop` tells why, after what text there was. Closing the
        iterator, or cancelling the task in it, closes the model's stream at once and ends the tool that runs.
        """
        chosen = model or prompt.model or self.settings.model
        reply_to = (past[-1].response_id if past else None) or prompt.in_reply_to
        try:
            client = await self._ready()
        except Exception as error:  # noqa: BLE001 - a client can fail in any way that its settings can be wrong
            _log.warning("the model's client could not be made: %s", type(error).__name__)
            response_id = failed_id(prompt.prompt_id, nth)
            yield Start(response_id, prompt.prompt_id, reply_to, chosen)
            yield Stop(response_id, stop_reason="error", error=self._unloadable(error))
            return
        fitting = await self._fitting(client, past, prompt.text, chosen, wishes)
        if fitting.notice is not None:
            yield Notice(fitting.notice, Severity.WARNING)
        values = client.answer(
            messages(fitting.past, prompt.text),
            chosen,
            prompt_id=prompt.prompt_id,
            in_reply_to=reply_to,
            nth=nth,
            wishes=wishes,
            toolbox=self._toolbox,
        )
        async with aclosing(values):
            async for value in values:
                yield value

    async def models(self) -> list[ModelInfo]:
        """Return the models that can be chosen, deprecated ones marked with their end: the server's list, or
        where it cannot be had the names that the SDK knows. Takes seconds at the most; never raises.
        """
        try:
            client = await self._ready()
            found = await client.models()
        except Exception as error:  # noqa: BLE001 - whatever it is, there are the names that the SDK knows
            _log.info("the list of models could not be had: %s", type(error).__name__)
            found = []
        if found:
            self._windows.update((each.id, each.window) for each in found)
            return found
        from tui.agent.sdk import known_models  # noqa: PLC0415 - costs seconds, by now spent

        return known_models()

    async def close(self) -> None:
        """Close the connections to the model's server; only after the last `answer` has ended."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _ready(self) -> Client:
        client = self._client
        return client if client is not None else await asyncio.to_thread(self._connect)

    async def _fitting(
        self, client: Client, past: Sequence[Turn], prompt: str, model: str, wishes: Wishes
    ) -> Trimmed:
        """Return as much of a thread as fits, by the API's count where there is one."""
        answer = wishes.max_tokens or self.settings.max_tokens
        guess = estimated(messages(past, prompt))
        window = self.settings.window or _WINDOW
        if not past or guess + answer <= window * _SURE:
            return Trimmed(tuple(past))
        if self.settings.window is None:
            if model not in self._windows:
                await self.models()
            window = self._windows.setdefault(model, None) or _WINDOW
        budget = float(max(window - answer, window // 4))
        found = trimmed(past, prompt, budget)
        for _ in range(_ROUNDS):
            said = messages(found.past, prompt)
            try:
                counted = await client.count(said, model, wishes, self._toolbox)
            except Exception as error:  # noqa: BLE001 - many servers cannot count; then the estimate has to do
                _log.info("tokens could not be counted: %s", type(error).__name__)
                break
            if counted <= budget or not found.past:
                break
            # What the estimate is worth for this text, and a little less, so that it ends.
            found = trimmed(past, prompt, 0.95 * budget * estimated(said) / counted)
        return found

    def _connect(self) -> Client:
        with self._lock:
            client = self._client
            if client is None:
                from tui.agent.sdk import Client  # noqa: PLC0415 - costs seconds

                client = self._client = Client(self.settings)
            return client

    def _unloadable(self, error: Exception) -> str:
        text = str(error)
        for secret in self.settings.secrets:
            text = text.replace(secret, "…")
        return (
            f"The model's client could not be made: {clean_line(text, 300)}. Check the ANTHROPIC_* settings."
        )
