"""What is said in brackets about a response: thoughts, tools, sources and gaps. Pure; each is said once."""

from __future__ import annotations

from collections.abc import Iterator

from tui.state import UNKNOWN, Block, Response
from tui.ui.verdicts import Counts
from tui.wire import clean_line

_SHORT = 160
SOURCES = 100
"""Sources of a response that are named."""


def numbered(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural where there is not one: `1 token`, `1,000 tokens`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def thinking_remarks(block: Block, said: set[str], *, ended: bool) -> Iterator[str]:
    """Yield that a block of thoughts has begun, and is over; `said` remembers which of it."""
    if block.length and "begun" not in said:
        said.add("begun")
        yield "(thinking)"
    if ended and "begun" in said and "over" not in said:
        said.add("over")
        yield f"(thought, {numbered(block.length, 'character')})"


def tool_remarks(block: Block, said: set[str], counts: Counts, *, ended: bool) -> Iterator[str]:
    """Yield what is new of a tool call; `counts` says which decisions about it count."""
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
            word, who = "allowed" if decision.approved else "denied", decision.publisher.name
            why = f": {clean_line(decision.reason, _SHORT)}" if decision.reason else ""
            if counts(decision):
                yield f"(tool {name} {word} by {who}{why})"
            else:
                yield f"(tool {name} unverified: {who} says {word}{why})"
    if tool.result is not None and "result" not in said:
        said.add("result")
        word = "failed" if tool.failed else "returned"
        yield f"(tool {name} {word}: {clean_line(tool.result, _SHORT)})"


def sources_remark(response: Response, said: set[str]) -> Iterator[str]:
    """Yield the sources that are new, each with its title and address where they are known."""
    titles = {each.source: each for each in reversed(response.citations)}
    for source in dict.fromkeys((*(each.source for each in response.citations), *response.sources)):
        if source in said or len(said) >= SOURCES:
            continue
        said.add(source)
        known = titles.get(source)
        words = dict.fromkeys((known.title, known.url, source) if known is not None else (source,))
        yield f"(source {len(said)}: {clean_line(' · '.join(filter(None, words)), _SHORT * 2)})"


def gap_remark(gap: int) -> str:
    """Return that pieces are missing; `UNKNOWN` where nobody can say how many."""
    if gap == UNKNOWN:
        return "[something is missing here]"
    return f"[{gap} pieces are missing here]" if gap > 1 else "[a piece is missing here]"
