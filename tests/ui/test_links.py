"""Clicks on links."""

from __future__ import annotations

import pytest

from tests.ui.screen import Screen, screen
from tui.ui.links import DISPLAYS
from tui.wire import Start, Text

TEXT = (
    "See [the guide](https://example.com/guide) or\n\n"
    "- [good.com](https://evil.com)\n"
    "- [a **call**](tel:+123)\n\n"
    "| where |\n|-|\n| https://in.table |\n"
)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the browser was asked for."""
    targets: list[str] = []
    monkeypatch.setattr("webbrowser.open", targets.append)
    monkeypatch.setenv("DISPLAY", ":0")
    return targets


async def click(s: Screen, word: str, times: int = 1) -> None:
    y, line = next((y, line) for y, line in enumerate(s.lines) if word in line)
    pane = s.panes[0]
    await s.pilot.click(pane, offset=(line.index(word) + 1 - pane.region.x, y - pane.region.y), times=times)


@pytest.mark.parametrize(
    ("word", "target"),
    [
        ("the guide", "https://example.com/guide"),
        ("(https://example.com", "https://example.com/guide"),
        ("good.com", "https://evil.com"),
        ("https://in.table", "https://in.table"),
    ],
)
async def test_a_click_on_a_link_opens_it_and_says_where_it_leads(
    word: str, target: str, opened: list[str]
) -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", TEXT))
        await s.sees("in.table", "(https://evil.com)")
        await click(s, word)
        await s.sees(f"opening {target}")
        assert opened == [target]


async def test_what_no_browser_opens_is_not_opened(opened: list[str]) -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", TEXT))
        await s.sees("in.table")
        await click(s, "call")
        await s.sees("not opened", "tel:+123")
        assert not opened


async def test_no_text_browser_is_started_on_this_terminal(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    async with screen() as s:
        s.script.say(Start("r"), Text("r", TEXT))
        await s.sees("in.table")
        await click(s, "the guide")
        await s.sees("no display", "https://example.com/guide")
        assert not opened


async def test_other_text_a_selection_and_the_frame_open_nothing(opened: list[str]) -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", TEXT))
        await s.sees("in.table")
        pane = s.panes[0]
        for x, y in ((3, 1), (60, 1), (5, 0), (5, pane.size.height - 1), (5, pane.size.height - 3)):
            await s.pilot.click(pane, offset=(x, y))
        await s.pilot.mouse_down(pane, offset=(7, 1))
        await s.pilot.hover(pane, offset=(12, 1))
        await s.pilot.mouse_up(pane, offset=(12, 1))
        await s.until(lambda: pane.text_selection is not None)
        await s.pilot.pause()
        assert not opened
