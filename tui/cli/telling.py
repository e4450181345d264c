"""A conversation as whole lines of text, each with the response that it belongs to, for pipes, logs and ears.

Reads the state after each change, so that it cannot say anything twice. Pure. Leaves to `remarks` what is
said in brackets, and printing to its callers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import blake2s
from typing import NamedTuple

from tui.cli.remarks import gap_remark, numbered, sources_remark, thinking_remarks, tool_remarks
from tui.state import Block, Change, Removed, Replaced, Response, Status, TakenOver
from tui.ui.amounts import amount_of
from tui.ui.verdicts import VOUCHED, Counts
from tui.wire import Kind

LONGEST = 16_384
"""Characters of a line that has not ended, above which it is said all the same."""
PAUSE = 3_000
"""Milliseconds of silence after which the beginning of a line is said."""
_RAW = "*"
"""Key of the response that lists what is no response."""
_BEGINS, _ENDS, _ASKS, _SAYS, _GOES_ON = "▸", "▪", "?", "│", "┆"


class Said(NamedTuple):
    """One line."""

    label: str
    """Who says it: `publisher/model`, with `#2` where that would be two responses at a time."""
    mark: str
    """`│` for text, `┆` where it goes on with the line of its label before, `▸` for a beginning, `▪` for an
    end or a pause, `?` for a prompt."""
    text: str

    def __str__(self) -> str:
        return f"{self.label} {self.mark} {self.text}"


@dataclass(slots=True)
class _Told:
    """What has been said of one response."""

    label: str
    status: Status | None = None
    taken: list[int] = field(default_factory=list)  # characters of each block
    partial: list[list[str]] = field(default_factory=list)  # of each block, its last line as far as unsaid
    begun: list[str] = field(default_factory=list)  # of each block, its last line as far as it was said
    tools: list[set[str]] = field(default_factory=list)  # of each block, what of its tool was said
    count: int = 0
    digest: bytes = b""  # of the lines of its text, so that a correction is seen
    sources: set[str] = field(default_factory=set)


class Teller:
    """Says what is new: `take` the changes as they come, and `pause` now and then."""

    def __init__(self, counts: Counts | None = None) -> None:
        """`counts` says which decisions about tools count; None: those that the server vouches for."""
        self._counts = counts or VOUCHED
        self._told: dict[str, _Told] = {}
        self._open: dict[str, Response] = {}  # whose last line is not said yet
        self._asked: set[str] = set()

    def take(self, changes: Iterable[Change]) -> list[Said]:
        """Return the lines that changes bring."""
        lines: list[Said] = []
        for change in changes:
            response = change.response
            match change:
                case Removed():
                    self._told.pop(response.key, None)
                    self._open.pop(response.key, None)
                    continue
                case TakenOver(waiting, _):
                    self._told.pop(waiting.key, None)
                case Replaced() if response.key in self._told:
                    lines += self._correct(response, self._told[response.key])
            lines += self._tell(response)
        return lines

    def pause(self, now: int | None) -> list[Said]:
        """Return the beginnings of lines whose rest has not come for `PAUSE`; `now` is in ms since the epoch
        by this machine's clock, None at the end, when nothing is waited for.
        """
        silent = [
            response for response in self._open.values() if now is None or now - response.heard_at >= PAUSE
        ]
        return [said for response in silent for said in self._say_open(response)]

    def _say_open(self, response: Response) -> list[Said]:
        del self._open[response.key]
        told = self._told.get(response.key)
        if told is None:
            return []
        return [Said(told.label, *line) for line in _unfinished(response, told, len(told.partial))]

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
        for line in _new_lines(response, told, self._counts):
            yield Said(told.label, *line)
        if response.status is not told.status and response.key != _RAW:
            for line in _unfinished(response, told, len(told.partial)):
                yield Said(told.label, *line)
            told.status = response.status
            yield Said(told.label, _ENDS, ending(response))
        if response.ended_at is not None:
            for source in sources_remark(response, told.sources):
                yield Said(told.label, _SAYS, source)
        if any(map(any, told.partial)):
            self._open[response.key] = response
        else:
            self._open.pop(response.key, None)

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
        fresh = _Told(told.label, told.status, tools=deepcopy(told.tools), sources=told.sources)
        lines = _new_lines(response, fresh, self._counts)
        while fresh.count < told.count and next(lines, None) is not None:
            pass
        again = _Told(told.label, told.status, tools=told.tools, sources=told.sources)
        self._told[response.key] = again
        begun = "".join(told.begun)
        if response.key == _RAW or fresh.digest == told.digest:
            # A list that was shortened at its beginning has been said all the same.
            found = [
                line
                for line in _new_lines(response, again, self._counts)
                if again.count > told.count and response.key != _RAW
            ]
            if _goes_on(begun, found, again):
                yield from (Said(told.label, *line) for line in found)
                return
            again = self._told[response.key] = _Told(told.label, told.status, sources=told.sources)
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
    if response.status is Status.CANCELLED and response.cancelled_by:
        said.append(f"by {response.cancelled_by}")
    elif response.status is Status.STALLED:
        said.append("its publisher has left" if response.left else "its publisher is silent")
    elif response.status is Status.DONE and response.stop_reason not in (None, "end_turn"):
        said.append(str(response.stop_reason))
    if response.ended_at is not None:
        seconds = response.elapsed(response.ended_at) / 1000
        said += [f"{seconds:.1f} s"] if seconds >= 0.05 else []
        amount = amount_of(response)
        if amount is not None and response.token_count:
            said.append(amount)
    if response.missing:
        said.append(f"{numbered(response.missing, 'piece')} missing")
    # The reason is a sentence or two, and so comes last.
    why = f": {response.error}" if response.status is Status.FAILED and response.error else ""
    return ", ".join(said) + why


def _beginning(response: Response) -> str:
    said = ["LIVE"]
    if response.response_id:
        said.append(response.response_id)
    if response.in_reply_to:
        said.append(f"in reply to {response.in_reply_to}")
    if response.joined_midway:
        said.append("joined midway" if not response.beginning_lost else "no start was seen")
    return ", ".join(said)


def _goes_on(begun: str, lines: list[tuple[str, str]], told: _Told) -> bool:
    """Whether text goes on with the beginning of a line that was said; take that off what is to be said."""
    if not begun:
        return True
    for index, (mark, text) in enumerate(lines):
        if mark == _SAYS and text.startswith(begun):
            rest = text.removeprefix(begun)
            lines[index : index + 1] = [(_GOES_ON, rest)] if rest else []
            return True
    for index, partial in enumerate(told.partial):
        text = "".join(partial)
        if text.startswith(begun):
            told.partial[index], told.begun[index] = [text.removeprefix(begun)], begun
            return True
    return False


def _new_lines(response: Response, told: _Told, counts: Counts) -> Iterator[tuple[str, str]]:
    """Yield marks and the whole lines that came since; remember in `told` what was taken."""
    last = len(response.blocks) - 1
    over = response.ended_at is not None
    for index, block in enumerate(response.blocks):
        if index == len(told.taken):
            told.taken.append(0)
            told.partial.append([])
            told.begun.append("")
        if index == len(told.tools):
            told.tools.append(set())
            if block.gap:
                yield _SAYS, gap_remark(block.gap)
        ended = block.done or over or (index < last and not block.serial)
        said = told.tools[index]
        if block.kind is Kind.TOOL:
            remarks = tool_remarks(block, said, counts, ended=ended)
        elif block.kind is Kind.THINKING:
            remarks = thinking_remarks(block, said, ended=ended)
        else:
            yield from _text(block, told, index, ended=ended)
            remarks = iter(())
        for remark in remarks:
            yield from _unfinished(response, told, index)
            yield _SAYS, remark
        if block.deleted and "deleted" not in said:
            said.add("deleted")
            yield from _unfinished(response, told, index + 1)
            yield _SAYS, "(deleted by its publisher)"


def _text(block: Block, told: _Told, index: int, *, ended: bool) -> Iterator[tuple[str, str]]:
    text = new_text(block, told.taken[index])
    told.taken[index] += len(text)
    partial = told.partial[index]
    first, *rest = text.split("\n")
    partial.append(first)
    for each in rest:
        yield from _counted(block, told, index)
        partial.append(each)
    whole = ended and (any(partial) or told.begun[index])
    if whole or sum(map(len, partial)) + len(told.begun[index]) > LONGEST:
        yield from _counted(block, told, index)


def _counted(block: Block, told: _Told, index: int) -> Iterator[tuple[str, str]]:
    """Yield the line that is over, or the rest of it, and note it as said."""
    rest, begun = "".join(told.partial[index]), told.begun[index]
    told.partial[index].clear()
    told.begun[index] = ""
    told.count += 1
    text = (begun + rest).encode("utf-8", "surrogatepass")
    told.digest = blake2s(told.digest + text, digest_size=16).digest()
    if not begun:
        yield _SAYS, _labelled(block, rest)
    elif rest:
        yield _GOES_ON, rest


def _unfinished(response: Response, told: _Told, before: int) -> Iterator[tuple[str, str]]:
    """Yield what there is of lines that have not ended, of the blocks `before` that one."""
    # A change may be told before the one that says that the blocks were made anew, and are fewer.
    for index, (block, partial) in enumerate(zip(response.blocks[:before], told.partial, strict=False)):
        text = "".join(partial)
        if not text:
            continue
        partial.clear()
        begun = told.begun[index]
        told.begun[index] += text
        yield (_GOES_ON, text) if begun else (_SAYS, _labelled(block, text))


def _labelled(block: Block, text: str) -> str:
    return f"[{block.label}] {text}" if block.kind is Kind.DATA and block.label != "messages" else text


def new_text(block: Block, taken: int) -> str:
    """Return what a block holds beyond its first `taken` characters, at the cost of that alone."""
    count = block.length - taken
    return block.tail(count)[-count:] if count > 0 else ""
