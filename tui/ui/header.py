"""The words on a pane's frame: who says it, what state it is in, how quickly it comes."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui.state import Response, Status
from tui.ui.amounts import amount_of, rate_of
from tui.ui.costs import NO_PRICES, Prices, cost_of, dollars
from tui.ui.own import Own
from tui.ui.palette import Palette
from tui.ui.verdicts import Counts, is_over, undecided
from tui.ui.words import cut

BLANK = Style()
STRANGER = Own("")
"""A terminal that has said nothing."""
KNOWN_BY = 4
"""Cells of a name that is cut by which it is still known."""
SILENCE = 2_000
"""Milliseconds without a message after which a rate would speak of the past."""
PATIENCE = 3_000
"""Milliseconds after which a cancel that nothing came of is spoken of."""


def duration(milliseconds: int) -> str:
    """Return a time as people read it: `7.9s`, `1m 12s`, `2h 05m`."""
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes}m {rest:02}s"
    return f"{minutes // 60}h {minutes % 60:02}m"


def elapsed_of(response: Response, now: int) -> int:
    """Return the milliseconds from the question, or where that is not known from the first message, to the
    end or to `now`, in ms since the epoch by this machine's clock.
    """
    asked = response.prompt.timestamp if response.prompt is not None and response.started else None
    waited = 0 if asked is None else max(0, response.opened_at - asked)
    return response.elapsed(now) + waited


def pace_of(response: Response, now: int) -> str:
    """Return how quickly a response comes, `84 t/s` or `310 chars/s`, or how long it has said nothing,
    `silent 3s`; empty while neither is known.
    """
    if response.status is not Status.LIVE:
        return ""
    silent = now - response.heard_at
    if silent >= SILENCE and response.last_text_at is not None and not response.pending:
        return f"silent {_seconds(silent)}"
    return rate_of(response) or ""


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds // 1000}s" if milliseconds < 60_000 else duration(milliseconds)


def short_model(model: str | None) -> str:
    """Return a model's name without what all of them share."""
    return (model or "").removeprefix("claude-")


def name_of(response: Response, own: Own) -> str:
    """Return `model · publisher`, the publisher as `you` where this terminal's agent says it; of a response
    with a title `title · publisher`, as far as anybody is known to publish it.
    """
    known = response.publisher.client_id or response.publisher.connection_id
    publisher = own.writer(response)
    what = response.title or short_model(response.model)
    return " · ".join(part for part in (what, publisher if known or not what else "") if part)


def state_of(response: Response, now: int) -> str:
    """Return the state and the figures behind it: `LIVE 84 t/s 3.1s`."""
    if response.status is Status.STALLED:
        how = "agent left" if response.left else "silent"
        return f"STALLED {how} {_seconds(max(0, now - response.heard_at))}"
    parts = [response.status.value]
    if response.status is Status.QUIET and response.response_id is not None:
        parts.append("end unknown")  # none of its messages has to say it
    parts += [pace] if (pace := pace_of(response, now)) else []
    parts.append(duration(elapsed_of(response, now)))
    return " ".join(parts)


def figures_of(
    response: Response, *, now: int | None = None, prices: Prices = NO_PRICES, own: Own = STRANGER
) -> str:
    """Return what happens to a response, what is lost of it, what is known of its size, cost and speed, and
    last how it came, of which nothing is wrong with its text: `cancel asked by ben · 2 gaps · 312 tokens ·
    $0.0012 · first 0.6s · 84 t/s · 1 healed · 62 repeats · 3 late`. With `now`, in ms since the epoch by this
    machine's clock, also that a cancel came to nothing. `own` tells what was asked here.
    """
    parts = _events_of(response, now, own)
    parts += _counted((response.gaps, "gap" if response.gaps == 1 else "gaps"))
    amount = amount_of(response)
    if amount is not None:
        parts.append(amount)
    cost = cost_of(response, prices)
    if cost is not None:
        parts.append(dollars(cost))
    if response.first_text_after is not None:
        parts.append(f"first {duration(response.first_text_after)}")
    rate = rate_of(response)
    if rate is not None and not response.status.in_flight:
        parts.append(rate)
    parts += _counted(
        (response.healed, "healed"),
        (response.duplicates, "repeat" if response.duplicates == 1 else "repeats"),
        (response.late, "late"),
    )
    return " · ".join(parts)


def _events_of(response: Response, now: int | None, own: Own) -> list[str]:
    events = []
    if response.cancel_asked_by is not None and response.ended_at is None:
        asked_at = response.cancel_asked_at
        ignored = now is not None and asked_at is not None and now - asked_at >= PATIENCE
        by = own.ender(response, response.cancel_asked_by)
        events.append(f"cancel asked by {by}{', not answered' if ignored else ''}")
    if response.superseded:
        events.append("superseded")
    if response.left and response.status is not Status.STALLED and response.ended_at is None:
        events.append("agent left")
    return events


def _counted(*counts: tuple[int, str]) -> list[str]:
    return [f"{number:,} {what}" for number, what in counts if number]


def ending_of(response: Response, own: Own = STRANGER) -> str | None:
    """Return why a response ended; None when there is nothing to say beyond its text. `own` tells what was
    asked here.
    """
    match response.status:
        case Status.FAILED:
            return f"failed: {response.error}"
        case Status.CANCELLED:
            by = f" by {own.ender(response, response.cancelled_by)}" if response.cancelled_by else ""
            amount = amount_of(response)
            after = f" after {amount}" if response.token_count else ""
            return f"cancelled{by}{after}"
        case Status.STALLED if not response.strand:
            return "nobody has answered yet: no agent on this channel took the prompt"
        case Status.STALLED if response.left:
            return "its publisher left the channel without a stop · what it said is kept"
        case Status.STALLED:
            return "its publisher fell silent without a stop · what it said is kept"
        case Status.SUSPENDED:
            return "it waits until somebody answers it"
        case _ if response.superseded:
            return "another response has come in its place"
        case Status.DONE if response.stop_reason == "max_tokens":
            return "cut off at max_tokens · /max allows more"
        case Status.DONE if response.stop_reason == "refusal":
            return "the model refused to answer"
        case _:
            return None


def edge(
    left: list[Segment], right: list[Segment], width: int, corners: str, line: str, border: Style
) -> list[Segment]:
    """Return a border row: `╭ left ─── right ╮`, exactly `width` cells. The left gives way first, then
    the end of the right, a segment at a time.
    """
    inner = width - 2
    while right and _cells(right) + 4 > inner:
        right = right[:-1]
    right_cells = _cells(right)
    room = inner - (right_cells + 3 if right_cells else 0) - 2
    left = _shorten(left, room)
    left_cells = _cells(left)
    row = [Segment(corners[0], border)]
    used = 0
    if left_cells:
        row += [Segment(" ", border), *left, Segment(" ", border)]
        used = left_cells + 2
    fill = inner - used - (right_cells + 3 if right_cells else 0)
    row.append(Segment(line * max(0, fill), border))
    if right_cells:
        row += [Segment(" ", border), *right, Segment(" " + line, border)]
    row.append(Segment(corners[1], border))
    return row


def header(
    response: Response, number: int, own: Own, now: int, palette: Palette, counts: Counts
) -> tuple[list[Segment], list[Segment]]:
    """Return what stands on the upper border: left the number and name, right the state and figures."""
    over = response.status.in_flight and is_over(response, counts)
    state = palette.states[Status.DONE if over else response.status]
    word, _, rest = ("DECIDED", "", "") if over else state_of(response, now).partition(" ")
    left = [Segment(f"{number} ", palette.muted)] if number else []
    asked = [Segment(" APPROVAL?", palette.warning)] if undecided(response, counts) else []
    return (
        [*left, Segment(name_of(response, own), palette.name)],
        [Segment(word, state), *asked, Segment(f" {rest}", palette.muted)],
    )


def _cells(segments: list[Segment]) -> int:
    return sum(cell_len(segment.text) for segment in segments)


def _shorten(segments: list[Segment], room: int) -> list[Segment]:
    """Return what fits: the longest segment gives way as far as it is still known, then the end."""
    over = _cells(segments) - room
    longest = max(segments, key=lambda each: cell_len(each.text), default=None)
    if longest is not None and over > 0:
        left = max(KNOWN_BY, cell_len(longest.text) - over)
        short = Segment(cut(longest.text, left), longest.style)
        segments = [short if each is longest else each for each in segments]
    kept: list[Segment] = []
    for segment in segments:
        cells = cell_len(segment.text)
        if cells <= room:
            kept.append(segment)
            room -= cells
            continue
        if room > 1:
            kept.append(Segment(cut(segment.text, room), segment.style))
        break
    return kept
