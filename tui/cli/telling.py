"""A conversation as whole lines of text, each with the response that it belongs to, for pipes, logs and ears.

Reads the state after each change, so that it cannot say anything twice. Pure. Leaves printing to its callers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import blake2s
from typing import NamedTuple

from tui.state import UNKNOWN, Block, Change, Conversation, Removed, Replaced, Response, Status, TakenOver
from tui.wire import Kind, clean_line

LONGEST = 16_384
"""Characters of a line that has not ended, above which it is said all the same."""
_SHORT = 160
_RAW = "*"
"""Key of the response that lists what is no response."""
_BEGINS, _ENDS, _ASKS, _SAYS = "▸", "▪", "?", "│"


class Said(NamedTuple):
    """One line."""

    label: str
    """Who says it: `publisher/model`, with `#2` where that would be two responses at a time."""
    mark: str
    """`│` for text, `▸` for a beginning, `▪` for an end or a pause, `?` for a prompt."""
    text: str

    def __str__(self) -> str:
        return f"{self.label} {self.mark} {self.text}"


@dataclass(slots=True)
class _Told:
    """What has been said of one response."""

    label: str
    status: Status | None = None
    taken: list[int] = field(default_factory=list)  # characters of each block
    partial: list[list[str]] = field(default_factory=list)  # of each block, its last line so far
    tools: list[set[str]] = field(default_factory=list)  # of each block, what of its tool was said
    count: int = 0
    digest: bytes = b""  # of the lines of its text, so that a correction is seen


class Teller:
    """Says what is new. `catch_up` once for what is there, then `take` the changes as they come."""

    def __init__(self) -> None:
        self._told: dict[str, _Told] = {}
        self._asked: set[str] = set()

    def catch_up(self, conversation: Conversation) -> list[Said]:
        """Return the lines of everything that is there, a response at a time, the earliest first."""
        known = sorted(conversation.responses.values(), key=lambda response: response.opened_at)
        return [said for response in known for said in self._tell(response)]

    def take(self, changes: Iterable[Change]) -> list[Said]:
        """Return the lines that changes bring."""
        lines: list[Said] = []
        for change in changes:
            response = change.response
            match change:
                case Removed():
                    self._told.pop(response.key, None)
                    continue
                case TakenOver(waiting, _):
                    self._told.pop(waiting.key, None)
                case Replaced() if response.key in self._told:
                    lines += self._correct(response, self._told[response.key])
            lines += self._tell(response)
        return lines

    def _tell(self, response: Response) -> Iterator[Said]:
        told = self._told.get(response.key)
        if told is None:
            told = self._told[response.key] = _Told(self._label(response))
        yield from self._prompt(response)
        if response.status is Status.WAITING:
            return
        if told.status in (None, Status.WAITING) and response.key != _RAW:
            yield Said(told.label, _BEGINS, _beginning(response))
            told.status = Status.LIVE
        for text in _new_lines(response, told):
            yield Said(told.label, _SAYS, text)
        if response.status is not told.status and response.key != _RAW:
            told.status = response.status
            yield Said(told.label, _ENDS, ending(response))

    def _prompt(self, response: Response) -> Iterator[Said]:
        prompt = response.prompt
        if prompt is None or prompt.prompt_id in self._asked:
            return
        self._asked.add(prompt.prompt_id)
        for text in prompt.text.splitlines() or [""]:
            yield Said(prompt.publisher.name, _ASKS, text)

    def _correct(self, response: Response, told: _Told) -> Iterator[Said]:
        """Go on behind what was said of a response whose blocks were made anew, or begin anew where they say
        something else now.
        """
        fresh = _Told(told.label, told.status, tools=deepcopy(told.tools))
        lines = _new_lines(response, fresh)
        while fresh.count < told.count and next(lines, None) is not None:
            pass
        again = _Told(told.label, told.status, tools=told.tools)
        self._told[response.key] = again
        if response.key == _RAW or fresh.digest == told.digest:
            for text in _new_lines(response, again):
                # A list that was shortened at its beginning has been said all the same.
                if again.count > told.count and response.key != _RAW:
                    yield Said(told.label, _SAYS, text)
            return
        again.tools = []
        yield Said(told.label, _ENDS, "corrected, from its beginning:")

    def _label(self, response: Response) -> str:
        what = response.title or (response.model or "").removeprefix("claude-")
        name = response.publisher.name
        label = name if not what else what if response.key == _RAW else f"{name}/{what}"
        taken = {
            told.label
            for told in self._told.values()
            if told.status is None or told.status.in_flight or told.status is Status.STALLED
        }
        number, numbered = 1, label
        while numbered in taken:
            number += 1
            numbered = f"{label}#{number}"
        return numbered


def ending(response: Response) -> str:
    """Return how a response ended, or why it pauses, in one line: the state's word and what is known."""
    said = [response.status.value]
    if response.status is Status.FAILED and response.error:
        said.append(response.error)
    elif response.status is Status.CANCELLED and response.cancelled_by:
        said.append(f"by {response.cancelled_by}")
    elif response.status is Status.STALLED:
        said.append("its publisher has left" if response.left else "its publisher is silent")
    elif response.status is Status.DONE and response.stop_reason not in (None, "end_turn"):
        said.append(str(response.stop_reason))
    if response.ended_at is not None:
        said.append(f"{response.elapsed(response.ended_at) / 1000:.1f} s")
        if response.token_count:
            said.append(f"{response.token_count:,} tokens")
    if response.missing:
        said.append(f"{response.missing} pieces are missing")
    return ", ".join(said)


def _beginning(response: Response) -> str:
    said = ["LIVE"]
    if response.response_id:
        said.append(response.response_id)
    if response.in_reply_to:
        said.append(f"in reply to {response.in_reply_to}")
    if response.joined_midway:
        said.append("joined midway" if not response.beginning_lost else "its beginning is lost")
    return ", ".join(said)


def _new_lines(response: Response, told: _Told) -> Iterator[str]:
    """Yield the whole lines that came since; remember in `told` what was taken."""
    last = len(response.blocks) - 1
    over = response.ended_at is not None
    for index, block in enumerate(response.blocks):
        if index == len(told.taken):
            told.taken.append(0)
            told.partial.append([])
        if index == len(told.tools):
            told.tools.append(set())
            if block.gap:
                yield _gap(block.gap)
        ended = block.done or over or (index < last and not block.serial)
        if block.kind is Kind.TOOL:
            yield from _tool(block, told.tools[index], ended=ended)
        elif block.kind is Kind.THINKING:
            yield from _thinking(block, told.tools[index], ended=ended)
        else:
            yield from _text(block, told, index, ended=ended)


def _text(block: Block, told: _Told, index: int, *, ended: bool) -> Iterator[str]:
    text = new_text(block, told.taken[index])
    told.taken[index] += len(text)
    partial = told.partial[index]
    first, *rest = text.split("\n")
    partial.append(first)
    for each in rest:
        yield _counted(partial, block, told)
        partial.append(each)
    if any(partial) and (ended or sum(map(len, partial)) > LONGEST):
        yield _counted(partial, block, told)


def _counted(partial: list[str], block: Block, told: _Told) -> str:
    """Return the line that is over, and note it as said."""
    text = "".join(partial)
    partial.clear()
    told.count += 1
    told.digest = blake2s(told.digest + text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return f"[{block.label}] {text}" if block.kind is Kind.DATA and block.label != "messages" else text


def new_text(block: Block, taken: int) -> str:
    """Return what a block holds beyond its first `taken` characters, at the cost of that alone."""
    count = block.length - taken
    return block.tail(count)[-count:] if count > 0 else ""


def _thinking(block: Block, said: set[str], *, ended: bool) -> Iterator[str]:
    if block.length and "begun" not in said:
        said.add("begun")
        yield "(thinking)"
    if ended and "begun" in said and "over" not in said:
        said.add("over")
        yield f"(thought, {block.length:,} characters)"


def _tool(block: Block, said: set[str], *, ended: bool) -> Iterator[str]:
    tool = block.tool
    if tool is None:
        return
    name = tool.name or "tool"
    if tool.called and "call" not in said and (ended or tool.result is not None):
        said.add("call")
        yield f"(tool {name} {clean_line(block.tail(_SHORT * 4), _SHORT)})"
    if tool.approval is not None and "asked" not in said:
        said.add("asked")
        yield f"(tool {tool.approval.tool or name} waits for somebody to allow it)"
    for number, decision in enumerate(tool.approval.decisions if tool.approval else ()):
        if f"decision {number}" not in said:
            said.add(f"decision {number}")
            word = "allowed" if decision.approved else "denied"
            yield f"(tool {name} {word} by {decision.publisher.name})"
    if tool.result is not None and "result" not in said:
        said.add("result")
        word = "failed" if tool.failed else "returned"
        yield f"(tool {name} {word}: {clean_line(tool.result, _SHORT)})"


def _gap(gap: int) -> str:
    if gap == UNKNOWN:
        return "[something is missing here]"
    return f"[{gap} pieces are missing here]" if gap > 1 else "[a piece is missing here]"
