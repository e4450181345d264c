"""The card of a tool call that somebody has to allow: what it would do, all of it, and who said what."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui.render.page import Row
from tui.render.plain import plain_rows
from tui.state import Approval, Block, Decision
from tui.ui.commands import hint
from tui.ui.own import YOU
from tui.ui.sections.flow import Flow, verbatim
from tui.ui.sections.json_text import laid_out
from tui.ui.sections.part import Part, Rows, Setting, line
from tui.ui.verdicts import decided
from tui.ui.words import cut

SIDES = 4
"""Cells that the card's border takes of a row."""
ATTEMPTS = 20
"""Decisions that are listed at most; of more that do not count the last."""


def decision_words(decision: Decision, setting: Setting) -> str:
    """Say who decided what, and whether that can be relied on."""
    who, own = setting.decider(decision), setting.own.client_id
    word = "approved" if decision.approved else "denied"
    reason = f" · {decision.reason}" if decision.reason else ""
    if not setting.counts(decision):
        if own and decision.publisher.client_id == own:
            return f"{word} in your name ({own}), but not in this session: unverified{reason}"
        return f"unverified attempt by {who}: {word}{reason}"
    if decision.claim is not None:
        return f"{word} by {who} (verified: role {decision.claim}){reason}"
    return f"{word} by {who}{'' if who == YOU else ' (verified)'}{reason}"


def card(block: Block, approval: Approval, width: int, setting: Setting, *, pending: bool) -> list[Part]:
    """Return the parts of the card at a width: its head, the arguments, its foot.

    Nothing is cut: who approves must see what they approve. Where the call and the request differ both are
    shown.
    """
    tool = approval.tool or (block.tool.name if block.tool is not None else None) or "a tool"
    called = block.text
    asked = approval.arguments or called

    def boxed(_: int, row: Row) -> Row:
        return _boxed(row, width, setting.palette.border)

    def arguments(text: str) -> Flow:
        return verbatim(text, width, setting.theme, inset=SIDES, look=boxed)

    parts: list[Part] = [Rows(lambda at: [_top(f"approve? {tool}", at, setting)], width), arguments(asked)]
    if called and called != asked and laid_out(called, 0) != laid_out(asked, 0):
        warning = [("the call itself says otherwise:", setting.palette.warning)]
        parts += [Rows(lambda at: _lines(warning, at, setting), width), arguments(called)]
    if approval.altered:
        hidden = [("it holds control characters, which are not shown", setting.palette.warning)]
        parts.append(Rows(lambda at: _lines(hidden, at, setting), width))
    parts.append(Rows(lambda at: _foot(approval, at, setting, pending=pending), width))
    return parts


def _top(words: str, width: int, setting: Setting) -> Row:
    border, palette = setting.palette.border, setting.palette
    words = cut(words, max(0, width - 5))
    fill = "─" * max(0, width - 5 - cell_len(words))
    segments = [Segment("╭─ ", border), Segment(words, palette.warning), Segment(f" {fill}╮", border)]
    return line(segments, width)


def _foot(approval: Approval, width: int, setting: Setting, *, pending: bool) -> list[Row]:
    palette = setting.palette
    asker = setting.own.name(approval.publisher)
    lines = [("", palette.muted), (f"asked by {asker}", palette.muted)]
    holds = decided(approval, setting.counts)
    others = [each for each in approval.decisions if each is not holds]
    if len(others) > ATTEMPTS:
        lines.append((f"… {len(others) - ATTEMPTS:,} more attempts", palette.muted))
    for decision in [*others[-ATTEMPTS:], *([holds] if holds is not None else [])]:
        counts = setting.counts(decision)
        style = palette.warning if not counts else palette.good if decision.approved else palette.bad
        lines.append((decision_words(decision, setting), style))
    if pending and holds is None:
        lines.append((hint("{approve} approve · {deny} deny", setting.keymap), palette.name))
    bottom = line([Segment("╰" + "─" * max(0, width - 2) + "╯", palette.border)], width)
    return [*_lines(lines, width, setting), bottom]


def _lines(lines: list[tuple[str, Style]], width: int, setting: Setting) -> list[Row]:
    inside = max(1, width - SIDES)
    rows = [row for words, style in lines for row in plain_rows(words, inside, style)]
    return [_boxed(row, width, setting.palette.border) for row in rows]


def _boxed(row: Row, width: int, border: Style) -> Row:
    """Put the sides of the card round a row that leaves room for them, where it does."""
    if row.cells + SIDES > width:
        return row
    fill = " " * (width - SIDES - row.cells)
    segments = [Segment("│ ", border), *row.segments, Segment(fill), Segment(" │", border)]
    return row._replace(segments=segments, cells=width)
