"""Responses as a document: Markdown with front matter, JSON, or a picture. Pure.

All text in a response is clean already. Leaves where it goes to its callers; nothing from a channel names a
file.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2s
from textwrap import indent

from rich.console import Console, RenderableType
from rich.segment import Segment, Segments
from rich.style import Style

from tui.render.lines import LineRenderer
from tui.render.plain import plain_rows
from tui.render.theme import DARK
from tui.state import Block, Decision, Response
from tui.state.threads import Standing
from tui.wire import Citation, Kind, clean_line
from tui.wire.payload import parsed

VERSION = 1
Standings = Mapping[str, Standing]
"""By key, where responses stand among their siblings."""
_ALONE: Standings = {}
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)
"""A line that may open or close a code block at the left margin (CommonMark 4.5)."""
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_DIM, _BOLD = Style(dim=True), Style(bold=True)


def pieces(
    form: str, responses: Sequence[Response], standings: Standings = _ALONE, width: int = 100
) -> Iterator[str]:
    """Yield responses as a document, `json`, `svg`, or else Markdown: a response at a time, so that it costs
    the memory of the longest; a picture, `width` cells wide, comes as a whole.
    """
    if form == "json":
        yield from _json(responses, standings)
    elif form == "svg":
        yield _svg(responses, standings, width)
    else:
        yield from _markdown(responses, standings)


def document(form: str, responses: Sequence[Response], standings: Standings = _ALONE) -> str:
    """Return responses as one text."""
    return "".join(pieces(form, responses, standings))


def _markdown(responses: Sequence[Response], standings: Standings) -> Iterator[str]:
    """Yield a document whose front matter (YAML) says what each response is, and then each of them. Siblings
    say which of how many they are, and which is the best, in all forms.
    """
    yield "---\nresponses:\n" if responses else "---\nresponses: []\n"
    for response in responses:
        mark = "-"
        for name, value in _about(response, standings.get(response.key)).items():
            yield f"  {mark} {name}: {json.dumps(value)}\n"  # JSON is YAML
            mark = " "
    yield "---\n"
    for response in responses:
        yield _section(response, standings.get(response.key)).rstrip() + "\n"


def _json(responses: Sequence[Response], standings: Standings) -> Iterator[str]:
    """Yield a JSON object: `version`, and `responses` with their blocks."""
    yield f'{{\n  "version": {VERSION},\n  "responses": ['
    between = "\n"
    for response in responses:
        found = {
            **_about(response, standings.get(response.key)),
            "blocks": [*map(_block, response.blocks)],
            "citations": [_cited(each) for each in response.citations],
        }
        yield between + indent(json.dumps(found, indent=2), "    ")
        between = ",\n"
    yield "\n  ]\n}\n" if responses else "]\n}\n"


def _svg(responses: Sequence[Response], standings: Standings, width: int) -> str:
    """Return a picture of the responses as a pane shows them; it loads nothing."""
    console = Console(
        file=io.StringIO(), record=True, width=width, force_terminal=True, color_system="truecolor"
    )
    for response in responses:
        for each in _pictured(response, standings.get(response.key), width):
            console.print(each, end="")
        console.print()
    return _FONT.sub("", console.export_svg(title="ably-tui"))


def _about(response: Response, standing: Standing | None) -> dict[str, object]:
    ended = response.ended_at
    best_by = None if standing is None else standing.best_by
    about: dict[str, object] = {
        "id": response.response_id or response.key,
        "publisher": response.publisher.name,
        "model": response.model,
        "status": response.status.value,
        "started": _time(response.opened_at),
        "ended": None if ended is None else _time(ended),
        "prompt": response.question or None,
        "askedBy": None if response.prompt is None else response.prompt.publisher.name,
        "inReplyTo": response.continues,
        "sibling": None if standing is None else standing.nth,
        "siblings": None if standing is None else standing.of,
        "bestBy": None if best_by is None else best_by.name,
        "stopReason": response.stop_reason,
        "error": response.error,
        "cancelledBy": response.cancelled_by,
        "inputTokens": response.input_tokens,
        "outputTokens": response.output_tokens,
        "sources": response.sources or None,
        "missing": response.missing or None,
        "beginningMissing": response.joined_midway or None,
        "endUnknown": (response.endless and response.ended_at is None) or None,
    }
    return {name: value for name, value in about.items() if value is not None}


def _time(milliseconds: int) -> str:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):  # a server's clock may say anything
        return str(milliseconds)


def _title(response: Response, standing: Standing | None) -> str:
    words = [response.title or response.model or "response", response.publisher.name]
    if standing is not None:
        words.append(f"{standing.nth}/{standing.of}")
        words += [f"best by {standing.best_by.name}"] if standing.best_by is not None else []
    return " · ".join(words)


def _section(response: Response, standing: Standing | None) -> str:
    title = _escaped(clean_line(_title(response, standing), 200))
    parts = [f"\n## {title}"]
    if response.prompt is not None:
        asker = _escaped(clean_line(response.prompt.publisher.name, 200))
        parts.append(f"{asker} asked:\n\n{_quoted(response.prompt.text)}")
    parts += [text for block in response.blocks if (text := _written(block))]
    notes = [_note(number, each) for number, each in enumerate(response.citations, 1)]
    if notes:
        parts += ["".join(f"[^{_anchor(response)}{number}]" for number in range(1, len(notes) + 1))]
        parts.append("\n".join(f"[^{_anchor(response)}{note}" for note in notes))
    if response.error or response.cancelled_by:
        parts.append(f"*{response.status.value}: {response.error or response.cancelled_by}*")
    return "\n\n".join(parts)


def _anchor(response: Response) -> str:
    """Return what footnotes of a response begin with, as one document may hold several."""
    return blake2s(response.key.encode("utf-8", "replace"), digest_size=3).hexdigest() + "-"


def _note(number: int, citation: Citation) -> str:
    words = dict.fromkeys(filter(None, (citation.title, citation.url, citation.source)))
    said = f"{number}]: {_escaped(clean_line(' · '.join(words), 400))}"
    return f"{said} “{_escaped(clean_line(citation.cited_text, 400))}”" if citation.cited_text else said


def _cited(citation: Citation) -> dict[str, object]:
    about = {
        "source": citation.source,
        "title": citation.title,
        "url": citation.url,
        "citedText": citation.cited_text,
        "start": citation.start,
        "end": citation.end,
        "by": citation.client_id,
    }
    return {name: value for name, value in about.items() if value is not None}


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>#])", r"\\\1", text)


def _written(block: Block) -> str:
    text = block.text
    gap = "*(something is missing here)*\n\n" if block.gap else ""
    gap += "*(deleted by its publisher)*\n\n" if block.deleted else ""
    if block.tool is not None:
        said = [f"Tool `{(block.tool.name or 'tool').replace('`', '')}`", _fenced(text)]
        for decision in block.tool.approval.decisions if block.tool.approval else ():
            word = "allowed" if decision.approved else "denied"
            proven = "" if decision.claim is not None else " (unverified)"
            why = f": {_escaped(clean_line(decision.reason, 400))}" if decision.reason else ""
            said.append(f"{word} by {_escaped(decision.publisher.name)}{proven}{why}")
        if block.tool.approval is not None and not block.tool.approval.decisions:
            said.append("asked to be allowed; nobody has answered")
        if block.tool.result is not None:
            said += ["failed:" if block.tool.failed else "returned:", _fenced(block.tool.result)]
        return gap + "\n\n".join(said)
    if not text:
        return gap
    if block.kind is Kind.THINKING:
        return gap + _quoted(f"(thinking)\n{text}")
    return gap + (_fenced(text) if block.kind is Kind.DATA else _closed(text))


def _closed(text: str) -> str:
    """Return markdown with the code block closed that it was cut off in, so that nothing behind falls in."""
    fence = ""
    for mark in _FENCE.finditer(text):
        sign, tail = mark.groups()
        if not fence:
            fence = sign if sign[0] == "~" or "`" not in tail else ""
        elif sign.startswith(fence) and not tail.strip():
            fence = ""
    return f"{text.removesuffix(chr(10))}\n{fence}" if fence else text


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _fenced(text: str) -> str:
    """Return a block of code whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _block(block: Block) -> dict[str, object]:
    found: dict[str, object] = {"kind": block.kind.value, "text": block.text}
    if block.label:
        found["label"] = block.label
    if block.deleted:
        found["deleted"] = True
    if block.gap:
        found["missingBefore"] = block.gap if block.gap > 0 else None
    if block.tool is not None:
        tool = block.tool
        found |= {"callId": tool.call_id, "name": tool.name, "arguments": parsed(block.text)}
        found |= {"result": tool.result, "failed": tool.failed}
        if tool.approval is not None:
            found["approval"] = {
                "by": tool.approval.publisher.name,
                "asked": _time(tool.approval.timestamp),
                "decisions": [_decision(each) for each in tool.approval.decisions],
            }
    return found


def _decision(decision: Decision) -> dict[str, object]:
    return {
        "approved": decision.approved,
        "reason": decision.reason,
        "by": decision.publisher.name,
        "verifiedRole": decision.claim,
        "at": _time(decision.timestamp),
    }


def _pictured(response: Response, standing: Standing | None, width: int) -> Iterable[RenderableType]:
    yield _plain(clean_line(f"{_title(response, standing)} · {response.status.value}"), width, _BOLD)
    if response.prompt is not None:
        yield _plain(clean_line(f"{response.prompt.publisher.name} asked:", 200), width, _DIM)
        yield _plain(response.prompt.text, width, _DIM)
    for block in response.blocks:
        if block.kind is Kind.TEXT:
            renderer = LineRenderer(width, DARK)
            renderer.feed(block.text)
            renderer.finish()
            rows = [renderer.row(y) for y in range(len(renderer))]
            yield Segments([segment for row in rows for segment in (*row.segments, Segment.line())])
        elif block.length:
            name = (block.tool.name or "tool") if block.tool is not None else block.kind.value
            yield _plain(f"{name}: {block.text}", width, _DIM)
    if response.error:
        yield _plain(response.error, width, _BOLD)


def _plain(text: str, width: int, style: Style) -> Segments:
    rows = plain_rows(text, width, style)
    return Segments([segment for row in rows for segment in (*row.segments, Segment.line())])
