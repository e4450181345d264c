"""One answer while it streams: the events of the Messages API in, neutral values out.

The SDK checks nothing of what a server sends, so every field may be missing or of another type. An answer has
several turns when tools are called in between: one response, with the id of its first message.
"""

from __future__ import annotations

from collections.abc import Callable

from tui.agent import errors
from tui.agent.blocks import Block, as_mapping
from tui.agent.citing import citation
from tui.agent.tools.box import ToolUse
from tui.agent.tools.size import fitted
from tui.agent.values import Yielded, failed_id, unnamed_id
from tui.wire import Cite, Kind, Start, Stop, Text, ToolCall, ToolResult, clean_line
from tui.wire.payload import identifier, json_text

_LIMIT = 300
"""Characters that are quoted of a refusal's explanation."""


class Response:
    """What is known of an answer. For each turn: `begin`, `take` its events in order; at last `stop`, or
    `fail` when it ended too early.
    """

    def __init__(
        self,
        model: str,
        prompt_id: str,
        in_reply_to: str | None,
        *,
        nth: int = 0,
        call_ids: Callable[[str], str] = str,
    ) -> None:
        """`nth` is its place among the answers to the prompt; `call_ids` gives a call's id on the channel."""
        self.id: str | None = None
        """The first message's id, from its message_start on."""
        self.complete = False
        """Whether the present turn's message_stop has come."""
        self.reason: str | None = None
        """Why the present turn stopped: Anthropic's stop_reason."""
        self.uses: list[ToolUse] = []
        """The tool calls of the present turn; none unless it stopped for them."""
        self.content: list[dict[str, object]] = []
        """What the present turn has said, as the next turn's request repeats it."""
        self._model = model
        self._prompt_id = prompt_id
        self._in_reply_to = in_reply_to
        self._nth = nth
        self._call_ids = call_ids
        self._begun = False
        self._blocks: dict[object, Block] = {}
        self._explanation: object = None
        self._input: int | None = None
        self._output: int | None = None
        self._before = 0, 0  # tokens in and out of the turns before
        self._units = 0  # UTF-16 units of text so far
        self._apart = False  # whether the next text begins a paragraph of its own

    def begin(self) -> None:
        """Be ready for the next turn."""
        # What is said after a tool was called is another message; a turn that paused goes on where it was.
        self._apart = self._apart or (self.reason == "tool_use" and self._units > 0)
        self._before = self._before[0] + (self._input or 0), self._before[1] + (self._output or 0)
        self._input = self._output = self.reason = None
        self._blocks.clear()
        self.uses, self.content = [], []
        self.complete = self._begun = False

    def take(self, event: object) -> list[Yielded]:
        """Return what an event means; raises what reading nonsense raises."""
        kind = getattr(event, "type", None)
        if kind == "message_start" and not self._begun:
            return self._start_turn(getattr(event, "message", None))
        if not self._begun:
            return []  # it belongs to nothing
        match kind:
            case "content_block_start":
                return self._open(event)
            case "content_block_delta":
                block = self._blocks[getattr(event, "index", None)]
                return self._say(block, block.take(getattr(event, "delta", None)))
            case "content_block_stop":
                return self._close(getattr(event, "index", None))
            case "message_delta":
                self._proceed(event)
            case "message_stop":
                self.complete = True
                return [*self._rest(), *self._not_called()]
        return []

    def stop(self) -> Stop:
        """Return the end of an answer whose last turn is complete."""
        error = self._refusal() if self.reason == "refusal" else None
        return self._stop(self.reason, error)

    def fail(self, error: str) -> list[Yielded]:
        """Return the end of an answer that failed, after its beginning where there was none."""
        start = [self._start(failed_id(self._prompt_id, self._nth))] if self.id is None else []
        return [*start, *self._rest(), self._stop("error", error)]

    def _start(self, response_id: str) -> Start:
        self.id = response_id
        return Start(response_id, self._prompt_id, self._in_reply_to, self._model)

    def _start_turn(self, message: object) -> list[Yielded]:
        self._begun = True
        self._count(message)
        self._output = None  # what stands there is a placeholder; message_delta counts
        if self.id is not None:
            return []
        given = getattr(message, "id", None)
        known = identifier(given) if isinstance(given, str) else None
        return [self._start(known or unnamed_id(self._prompt_id, self._nth))]

    def _open(self, event: object) -> list[Yielded]:
        block = Block(getattr(event, "content_block", None))
        self._blocks[getattr(event, "index", None)] = block
        if block.begun:
            return self._say(block, block.say(block.begun))
        call_id = identifier(block.given("tool_use_id"))
        if not block.type.endswith("_tool_result") or call_id is None:
            return []
        result = _readable(block.given("content"))
        failed = isinstance(result, dict) and str(result.get("type")).endswith("_error")
        return [ToolResult(self.id, call_id, fitted(json_text(result)), failed=failed)]

    def _say(self, block: Block, text: str) -> list[Yielded]:
        if not text:
            return []
        if block.type == "thinking":
            return [Text(self.id, text, kind=Kind.THINKING)]
        if self._apart:
            self._apart, text = False, f"\n\n{text}"
        self._units += _units(text)
        return [Text(self.id, text)]

    def _close(self, index: object) -> list[Yielded]:
        block = self._blocks.pop(index, None)
        if block is None:
            return []
        if block.is_call:
            values = self._call(block)
        else:
            values = self._say(block, block.finish())
            values += self._cite(block)
        param = block.param
        if param is not None:
            self.content.append(param)
        return values

    def _call(self, block: Block) -> list[Yielded]:
        given, name = identifier(block.given("id")), identifier(block.given("name"))
        if given is None:
            return []
        if block.type == "server_tool_use":
            return [ToolCall(self.id, given, name, fitted(block.arguments))]
        use = ToolUse(self._call_ids(given), name or "", block.input, tool_use_id=str(block.given("id")))
        self.uses.append(use)
        return [ToolCall(self.id, use.call_id, name, fitted(block.arguments))]

    def _cite(self, block: Block) -> list[Yielded]:
        text = (block.param or {}).get("text")
        start = self._units - _units(text) if isinstance(text, str) else self._units
        found = (citation(each, start, self._units) for each in block.citations)
        return [Cite(self.id, each) for each in found if each is not None]

    def _rest(self) -> list[Yielded]:
        """What blocks that were not closed have held back; a call that is not complete is none."""
        values: list[Yielded] = []
        for index in tuple(self._blocks):
            if not self._blocks[index].is_call:
                values += self._close(index)
        return values

    def _not_called(self) -> list[Yielded]:
        """The outcome of calls in a turn that stopped for something else, as for max_tokens within one."""
        if self.reason == "tool_use":
            return []
        uses, self.uses = self.uses, []
        why = f"not called: the answer ended before ({self.reason or 'no reason given'})"
        return [ToolResult(self.id, use.call_id, why, use.name, failed=True) for use in uses]

    def _proceed(self, event: object) -> None:
        """Take a message_delta; its counts are cumulative."""
        delta = getattr(event, "delta", None)
        reason = getattr(delta, "stop_reason", None)
        self.reason = clean_line(reason, _LIMIT) if isinstance(reason, str) else self.reason
        self._explanation = getattr(getattr(delta, "stop_details", None), "explanation", None)
        self._count(event)

    def _stop(self, reason: str | None, error: str | None) -> Stop:
        tokens = [
            None if now is None and not before else (now or 0) + before
            for now, before in zip((self._input, self._output), self._before, strict=True)
        ]
        return Stop(self.id, reason, error, input_tokens=tokens[0], output_tokens=tokens[1])

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


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _readable(content: object) -> object:
    """Return a server tool's result without what only the API can read, which may be most of it."""
    if isinstance(content, list):
        return [_readable(each) for each in content]
    if isinstance(content, dict):
        return {name: each for name, each in content.items() if not name.startswith("encrypted")}
    return as_mapping(content) or content
