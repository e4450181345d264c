"""What is left of a theme where there are to be no colours."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tests.ui.screen import screen
from tui.ui.themes import HIGH_CONTRAST, NoColours, without_colours
from tui.wire import Start, Stop, Text

DARK, LIGHT = (18, 18, 18), (224, 224, 224)


@pytest.mark.parametrize(
    ("style", "ground", "expected"),
    [
        ("", DARK, ""),
        ("#e0e0e0 on #121212", DARK, ""),
        ("bold #ffa62b", DARK, "bold"),
        ("bold #929292", DARK, "bold"),
        ("#929292", DARK, "dim"),
        ("#606060", LIGHT, "dim"),
        ("#202020", LIGHT, ""),
        ("#e0e0e0 on #242f38", DARK, ""),
        ("#121212 on #ffa62b", DARK, "reverse"),
        ("underline #e0e0e0 on #0178d4", DARK, "underline reverse"),
        ("italic reverse #e0e0e0 on #121212", DARK, "italic reverse"),
        ("default on default", DARK, ""),
    ],
)
def test_attributes_take_the_place_of_colours(
    style: str, ground: tuple[int, int, int], expected: str
) -> None:
    found = without_colours(Style.parse(style), ground)
    assert (found.color, found.bgcolor) == (None, None)
    assert {
        name for name in ("bold", "dim", "italic", "underline", "reverse") if getattr(found, name)
    } == set(expected.split())


def test_links_and_the_text_stay() -> None:
    line = [Segment("a", Style.parse("red link https://a.example")), Segment("b")]
    found = NoColours().apply(line, Color(0, 0, 0))
    assert [segment.text for segment in found] == ["a", "b"]
    assert found[0].style is not None
    assert found[0].style.link == "https://a.example"
    assert found[1].style is None


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "gruvbox", HIGH_CONTRAST.name])
async def test_no_screen_has_a_colour_and_the_focus_is_seen(
    theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with screen() as s:
        s.app.theme = theme
        s.script.connect()
        for key in ("a", "b"):
            s.script.say(Start(key), Text(key, "# Title\n\n`code`"), Stop(key, error="x"))
        await s.sees("FAILED", "Title")
        await s.pilot.press("escape", "1")
        await s.pilot.pause()
        lines = s.app.screen._compositor.render_strips()
        segments = [segment for strip in lines for segment in strip]
        for segment in segments:
            for colour in (segment.style.color, segment.style.bgcolor) if segment.style else ():
                assert colour is None or colour.is_default, (segment, theme)
        frames = [segment.style for segment in segments if "╭" in segment.text]
        assert len({bool(style and style.bold) for style in frames}) == 2
