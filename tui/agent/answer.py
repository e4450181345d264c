"""The agent: a prompt in, a response as neutral values out. Whatever fails becomes part of the response."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from tui.agent.settings import AgentSettings
from tui.agent.turns import Turn, messages
from tui.wire import Outgoing, Start, Stop, UserInput, clean_line

if TYPE_CHECKING:
    from tui.agent.sdk import Client

_log = logging.getLogger(__name__)


def failed_id(prompt_id: str) -> str:
    """Return the id of a response that failed before its model gave it one."""
    return f"failed-{prompt_id}"


class Agent:
    """Answers prompts with one model's server; several at once, all on one event loop."""

    def __init__(self, settings: AgentSettings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._client: Client | None = None

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
        self, prompt: UserInput, past: Sequence[Turn] = (), *, model: str | None = None
    ) -> AsyncGenerator[Outgoing, None]:
        """Yield the response to a prompt: `Start`, `Text` for each text delta, `Stop`.

        `past` is its thread, oldest first. The model is `model`, else the prompt's, else the settings'.
        Never raises for a model that fails: the `Stop` tells why, after what text there was. Closing the
        iterator, or cancelling the task in it, closes the model's stream at once.
        """
        chosen = model or prompt.model or self.settings.model
        reply_to = past[-1].response_id if past else None
        try:
            client = self._client
            if client is None:
                client = await asyncio.to_thread(self._connect)
        except Exception as error:  # noqa: BLE001 - a client can fail in any way that its settings can be wrong
            _log.warning("the model's client could not be made: %s", type(error).__name__)
            response_id = failed_id(prompt.prompt_id)
            yield Start(response_id, prompt.prompt_id, reply_to, chosen)
            yield Stop(response_id, stop_reason="error", error=self._unloadable(error))
            return
        values = client.answer(
            messages(past, prompt.text), chosen, prompt_id=prompt.prompt_id, in_reply_to=reply_to
        )
        async with aclosing(values):
            async for value in values:
                yield value

    async def close(self) -> None:
        """Close the connections to the model's server; only after the last `answer` has ended."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

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
