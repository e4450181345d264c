"""What a token may cost, in numbers of things: what the benchmarks measure in seconds."""

from __future__ import annotations

import pytest
from textual.geometry import Region
from textual.screen import Screen as TextualScreen

from tests.ui.screen import Screen, screen
from tui.ui.pane import Pane
from tui.ui.panes import PanesLayout
from tui.ui.wall import Wall
from tui.wire import Start, Text


class Counts:
    """What was asked for and done since `forget`. The edges, which the clock asks for, are left out."""

    def __init__(self) -> None:
        self.refreshes: list[tuple[Pane, Region | None]] = []
        """Panes that asked to be painted, and what of them; None means the whole."""
        self.drawn: list[tuple[Pane, int]] = []
        """Rows that were made into strips."""
        self.frames = 0
        """Times that the wall settled, for a frame or for the clock."""
        self.layouts = 0
        self.arrangements = 0

    def forget(self) -> None:
        self.refreshes.clear()
        self.drawn.clear()
        self.frames = self.layouts = self.arrangements = 0


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counts:
    counts = Counts()
    refresh, segments = Pane.refresh, Pane._segments
    arrange, layout = PanesLayout.arrange, TextualScreen._refresh_layout

    def counted_refresh(pane: Pane, *regions: Region, **options: bool) -> Pane:
        inside = [region for region in regions if region.y > 0 and region.bottom < pane.size.height]
        counts.refreshes += [(pane, region) for region in inside]
        if not regions:
            counts.refreshes.append((pane, None))
        return refresh(pane, *regions, **options)

    def counted_segments(pane: Pane, row: int) -> object:
        if row >= 0:
            counts.drawn.append((pane, row))
        return segments(pane, row)

    def counted_arrange(*arguments: object, **options: object) -> object:
        counts.arrangements += 1
        return arrange(*arguments, **options)  # type: ignore[arg-type]

    def counted_layout(*arguments: object, **options: object) -> None:
        counts.layouts += 1
        layout(*arguments, **options)  # type: ignore[arg-type]

    settle = Wall.settle

    def counted_settle(wall: Wall) -> bool:
        counts.frames += 1
        return settle(wall)

    monkeypatch.setattr(Wall, "settle", counted_settle)
    monkeypatch.setattr(Pane, "refresh", counted_refresh)
    monkeypatch.setattr(Pane, "_segments", counted_segments)
    monkeypatch.setattr(PanesLayout, "arrange", counted_arrange)
    monkeypatch.setattr(TextualScreen, "_refresh_layout", counted_layout)
    return counts


async def said(s: Screen, *values: Start | Text, until: str) -> None:
    s.script.say(*values)
    await s.sees(until)
    await s.pilot.pause()


async def test_a_pane_is_one_widget_however_long_its_response() -> None:
    async with screen() as s:
        await said(s, Start("r"), Text("r", "begun"), until="begun")
        widgets = len(s.app.query("*"))
        await said(
            s, Text("r", "\n\n- item\n\n```\ncode\n```\n\n|a|\n|-|\n|b|\n\n" * 200 + "end"), until="end"
        )
        assert len(s.app.query("*")) == widgets
        assert not s.panes[0].children


async def test_a_pane_holds_no_more_strips_than_it_shows() -> None:
    async with screen() as s:
        await said(s, Start("r"), until="LIVE")
        for n in range(50):
            await said(s, Text("r", f"paragraph {n}\n\n"), until=f"paragraph {n}")
        pane = s.panes[0]
        assert len(pane._strips) <= pane.size.height


async def test_many_tokens_in_a_frame_ask_for_one_paint(counts: Counts) -> None:
    async with screen() as s:
        await said(s, Start("a"), Start("b"), Text("a", "one"), Text("b", "two"), until="two")
        counts.forget()
        tokens = [Text(response, f" {n}") for n in range(100) for response in "ab"]
        await said(s, *tokens, Text("a", " last"), until="last")
        # All of them are there at once, so a frame takes many, however slow the machine is.
        assert counts.frames < len(tokens) / 10
        assert len(counts.refreshes) <= 2 * counts.frames


async def test_a_token_lays_nothing_out(counts: Counts) -> None:
    async with screen() as s:
        await said(s, Start("a"), Start("b"), Text("a", "one"), Text("b", "two"), until="two")
        counts.forget()
        for n in range(20):
            await said(s, Text("a", f" {n}."), until=f" {n}.")
        await said(s, Text("a", "\n\nparagraph" * 100 + " last"), until="last")
        assert (counts.layouts, counts.arrangements) == (0, 0)


async def test_a_token_paints_the_row_it_is_on_and_no_other_pane(counts: Counts) -> None:
    async with screen() as s:
        await said(s, Start("a"), Start("b"), Text("a", "first\n\nsecond"), Text("b", "two"), until="two")
        left = s.panes[0]
        counts.forget()
        await said(s, Text("a", " and"), until="second and")
        row = next(y for y, line in enumerate(s.lines) if "second" in line)
        assert counts.refreshes == [(left, Region(0, row - left.region.y, left.size.width, 1))]
        assert counts.drawn == [(left, row - left.region.y - 1)]


async def test_a_row_more_at_the_end_draws_no_row_anew_that_only_moves_up(counts: Counts) -> None:
    async with screen() as s:
        await said(s, Start("r"), Text("r", "line\n\n" * 100 + "last"), until="last")
        counts.forget()
        await said(s, Text("r", "\n\nthe very end"), until="the very end")
        assert counts.refreshes[0][1] is None  # all rows have moved
        assert len(counts.drawn) <= 3  # what was the last row, a blank one, and the new one


async def test_what_nobody_sees_asks_for_nothing(counts: Counts) -> None:
    async with screen((80, 20)) as s:
        s.script.say(*(Start(f"r{n}") for n in range(8)))
        await s.until(lambda: len(s.panes) > 0)
        await s.pilot.pause()
        seen = set(s.keys)
        hidden = next(f"r{n}" for n in range(8) if f"r{n}" not in seen)
        counts.forget()
        s.script.say(*(Text(hidden, f"{n} ") for n in range(50)))
        await s.until(lambda: s.script.pending == 0)
        await s.pilot.pause()
        assert not counts.refreshes
        assert not counts.drawn
        assert not counts.layouts
