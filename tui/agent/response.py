"""One answer while it streams: the events of the Messages API in, `Start`, `Text` and `Stop` out.

Reads the raw events only, since the SDK derives a second event from each delta. The SDK checks nothing of
what a server sends, so every field may be missing or of another type.
"""

from __future__ import annotations

from tui.agent import errors
from tui.agent.answer import failed_id
from tui.agent.surrogates import Joiner
from tui.wire import Outgoing, Start, Stop, Text, clean_line
from tui.wire.payload import identifier

_LIMIT = 300
"""Characters that are quoted of a refusal's explanation."""


class Response:
    """What is known of an answer; `take` its events in order, and `fail` when they end too early."""

    def __init__(self, model: str, prompt_id: str, in_reply_to: str | None) -> None:
        self.id: str | None = None
        """The message's id, from message_start on."""
        self.complete = False
        """Whether message_stop has come."""
        self._model = model
        self._prompt_id = prompt_id
        self._in_reply_to = in_reply_to
        self._text = Joiner()
        self._reason: str | None = None
        self._explanation: object = None
        self._input: int | None = None
        self._output: int | None = None

    def take(self, event: object) -> list[Outgoing]:
        """Return what an event means; raises what reading nonsense raises."""
        match getattr(event, "type", None):
            case "message_start" if self.id is None:
                message = getattr(event, "message", None)
                self._count(message)
                self._output = None  # what stands there is a placeholder; message_delta counts
                given = getattr(message, "id", None)
                known = identifier(given) if isinstance(given, str) else None
                return [self._start(known or f"answer-{self._prompt_id}")]
            case "content_block_delta":
                delta = getattr(event, "delta", None)
                if getattr(delta, "type", None) == "text_delta":
                    return self._texts(self._text.feed(getattr(delta, "text", "")))
            case "message_delta":
                self._proceed(event)
            case "message_stop" if self.id is not None:
                self.complete = True
                return [*self._texts(self._text.finish()), self._stop()]
        return []

    def fail(self, error: str) -> list[Outgoing]:
        """Return the end of an answer that failed, after its beginning where there was none."""
        start = [self._start(failed_id(self._prompt_id))] if self.id is None else []
        return [*start, *self._texts(self._text.finish()), self._stop(error)]

    def _start(self, response_id: str) -> Start:
        self.id = response_id
        return Start(response_id, self._prompt_id, self._in_reply_to, self._model)

    def _texts(self, text: str) -> list[Outgoing]:
        return [Text(self.id, text)] if text else []

    def _proceed(self, event: object) -> None:
        """Take a message_delta; its counts are cumulative."""
        delta = getattr(event, "delta", None)
        reason = getattr(delta, "stop_reason", None)
        self._reason = reason if isinstance(reason, str) else self._reason
        self._explanation = getattr(getattr(delta, "stop_details", None), "explanation", None)
        self._count(event)

    def _stop(self, error: str | None = None) -> Stop:
        reason = self._reason
        if error is not None:
            reason = "error"
        elif reason == "refusal":
            error = self._refusal()
        return Stop(self.id, reason, error, input_tokens=self._input, output_tokens=self._output)

    def _refusal(self) -> str:
        said = clean_line(self._explanation, _LIMIT) if isinstance(self._explanation, str) else ""
        because = f": {errors.redact(said).rstrip('.')}" if said else ""
        return f"{self._model} declined to answer{because}. Put it another way, or ask another model."

    def _count(self, holder: object) -> None:
        usage = getattr(holder, "usage", None)
        self._input = _count_of(usage, "input_tokens", self._input)
        self._output = _count_of(usage, "output_tokens", self._output)


def _count_of(usage: object, name: str, before: int | None) -> int | None:
    value = getattr(usage, name, None)
    return value if isinstance(value, int) and value >= 0 else before
