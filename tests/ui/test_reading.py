"""Finding, selecting, pinning and folding."""

from __future__ import annotations

from functools import partial

from tests.ui.screen import Screen, screen
from tui.ui.find import FindBar
from tui.ui.pane import Pane
from tui.wire import Start, Stop, Text

LONG = "".join(f"line {n} of the text\n\n" for n in range(100))


def reversed_text(pane: Pane) -> str:
    strips = pane.render_lines(pane.size.region)
    return "".join(s.text for strip in strips for s in strip if s.style is not None and s.style.reverse)


def _reads(s: Screen, key: str) -> bool:
    """Whether the pane of a response has the focus."""
    return isinstance(s.app.focused, Pane) and s.app.focused.response.key == key


async def one(s: Screen, text: str) -> Pane:
    s.script.say(Start("r"), Text("r", text))
    await s.until(lambda: bool(s.panes) and s.panes[0].response.text != "" and "follow" in s.text)
    return s.panes[0]


async def test_what_is_found_is_marked_and_gone_to() -> None:
    async with screen((80, 24)) as s:
        await one(s, LONG)
        await s.pilot.press("escape", "g", "slash", *"LINE 4", "enter")
        await s.sees("line 4 of the text")
        await s.pilot.press("n")
        await s.sees("line 40 of the text")
        await s.pilot.press("N")
        await s.sees("line 4 of the text")
        colours = {
            segment.style.bgcolor
            for strip in s.panes[0].render_lines(s.panes[0].size.region)
            for segment in strip
            if segment.style is not None and segment.text == "line 4"
        }
        assert len(colours) == 1
        await s.pilot.press("slash", "escape")
        assert not s.app.query_one(FindBar).has_class("-open")
        assert isinstance(s.app.focused, Pane)


async def test_what_is_not_there_is_said() -> None:
    async with screen((80, 24)) as s:
        await one(s, LONG)
        await s.pilot.press("escape", "slash", *"nowhere", "enter")
        await s.sees("not found")


async def test_the_mouse_selects_what_is_shown_and_ctrl_c_copies_it() -> None:
    async with screen((80, 24)) as s:
        pane = await one(s, "first row\n\nsecond **bold** row\n\nthird row")
        await s.pilot.mouse_down(pane, offset=(2 + 6, 1))
        await s.pilot.hover(pane, offset=(2 + 11, 3))
        await s.pilot.mouse_up(pane, offset=(2 + 11, 3))
        await s.until(lambda: reversed_text(pane) == "row" + "second bold")
        await s.pilot.press("ctrl+c")
        assert s.app.clipboard == "row\n\nsecond bold"
        await s.pilot.click(pane, offset=(5, 5))
        await s.until(lambda: reversed_text(pane) == "")


async def test_a_double_click_zooms_and_a_second_one_gives_the_places_back() -> None:
    async with screen() as s:
        s.script.say(Start("a"), Start("b"))
        await s.until(lambda: len(s.panes) == 2)
        await s.pilot.click(s.panes[1], offset=(10, 5), times=2)
        await s.until(lambda: s.keys == ["b"])
        await s.pilot.click(s.panes[0], offset=(10, 5), times=2)
        await s.until(lambda: s.keys == ["a", "b"])


async def test_a_pinned_pane_keeps_its_place_whatever_comes() -> None:
    async with screen((100, 24)) as s:
        for n in range(4):
            s.script.say(Start(f"r{n}"), Stop(f"r{n}"))
        await s.until(lambda: len(s.panes) == 4)
        await s.pilot.press("escape", "1", "p", "i")
        await s.sees("pinned")
        for n in range(4, 12):
            s.script.say(Start(f"r{n}"))
        await s.until(lambda: "r4" in s.keys)
        assert s.keys[0] == "r0"


async def test_a_pane_folded_by_hand_is_a_line_until_it_is_clicked() -> None:
    async with screen() as s:
        for n in range(3):
            s.script.say(Start(f"r{n}", model=f"model{n}"), Text(f"r{n}", f"text {n}"), Stop(f"r{n}"))
        await s.until(lambda: len(s.panes) == 3)
        await s.pilot.press("escape", "2", "c")
        await s.until(lambda: s.keys == ["r0", "r2"])
        await s.sees("model1 · ana")
        await s.pilot.click("Shelf", offset=(4, 0))
        await s.until(lambda: sorted(s.keys) == ["r0", "r1", "r2"])
        await s.pilot.press("1", "c", "C")
        await s.until(lambda: len(s.panes) == 3)


async def test_a_folded_line_brings_its_response_back_where_there_is_no_room() -> None:
    async with screen((100, 24)) as s:
        for n in range(9):
            s.script.say(Start(f"r{n}", model=f"model{n}"), Stop(f"r{n}"))
        await s.sees("finished")
        line = next(line for line in s.lines if line.startswith("  model"))
        key = line.split()[0].replace("model", "r")
        assert key not in s.keys
        await s.pilot.click("Shelf", offset=(4, 0))
        await s.until(lambda: isinstance(s.app.focused, Pane) and s.app.focused.response.key == key)
        assert len(s.panes) == 4


async def test_a_click_on_a_ticker_gives_that_response_a_pane() -> None:
    async with screen((100, 24)) as s:
        for n in range(8):
            s.script.say(Start(f"r{n}", model=f"model{n}"), Text(f"r{n}", f"words {n}"))
        await s.until(lambda: "+4 live" in s.text and len(s.panes) == 4)
        for wanted in ("model7", "model5"):
            y, line = next((y, line) for y, line in enumerate(s.lines) if wanted in line)
            shelf = s.app.query_one("Shelf")
            await s.pilot.click(shelf, offset=(line.index(wanted) + 2, y - shelf.region.y))
            await s.until(partial(_reads, s, wanted.replace("model", "r")))
            assert len(s.panes) == 4


async def test_a_click_on_a_ticker_below_a_zoomed_pane_zooms_that_one() -> None:
    async with screen() as s:
        s.script.say(Start("a", model="m-a"), Start("b", model="m-b"))
        await s.until(lambda: len(s.panes) == 2)
        await s.pilot.press("escape", "1", "z")
        await s.until(lambda: s.keys == ["a"])
        shelf = s.app.query_one("Shelf")
        await s.pilot.click(shelf, offset=(s.lines[shelf.region.y].index("m-b"), 0))
        await s.until(lambda: s.keys == ["b"])


async def test_a_click_on_a_tab_shows_its_response() -> None:
    async with screen((60, 20)) as s:
        for n in range(12):
            s.script.say(Start(f"r{n}", model=f"model{n}"))
        await s.until(lambda: "model11" in s.lines[0])
        assert s.lines[0].startswith("‹")
        await s.pilot.click("Tabs", offset=(s.lines[0].index("model10"), 0))
        await s.until(lambda: s.keys == ["r10"])
        await s.pilot.press("1")
        await s.until(lambda: s.keys == ["r0"] and "›" in s.lines[0])
        last = s.lines[0].rsplit("model", 1)[1].split()[0]
        await s.pilot.click("Tabs", offset=(s.lines[0].index("›"), 0))
        await s.until(lambda: s.keys == [f"r{int(last) + 1}"])


async def test_a_click_on_a_header_focuses_and_two_zoom() -> None:
    async with screen() as s:
        s.script.say(Start("a"), Start("b"))
        await s.until(lambda: len(s.panes) == 2)
        for pane in s.panes:
            for x in (2, 30):  # the number, and the line
                await s.pilot.press("i")
                await s.pilot.click(pane, offset=(x, 0))
                await s.until(partial(_reads, s, pane.response.key))
                await s.pilot.pause(0.6)
        await s.pilot.click(s.panes[1], offset=(2, 0), times=2)
        await s.until(lambda: s.keys == ["b"])
