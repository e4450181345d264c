"""What a paint asks of widgets in which nothing has changed."""

from __future__ import annotations

import pytest
from textual.widget import Widget

from tests.ui.screen import screen
from tui.ui.pane import Pane
from tui.ui.prompt import PromptBox
from tui.ui.shelf import Shelf
from tui.ui.still import Still
from tui.wire import Start, Text


async def test_a_paint_draws_what_has_changed_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Still] = []

    def watch(kind: type[Still]) -> None:
        draw = kind.draw_lines

        def counted(widget: Still, *arguments: object) -> object:
            drawn.append(widget)
            return draw(widget, *arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(kind, "draw_lines", counted)

    watch(Still)
    watch(Pane)
    monkeypatch.setattr("tui.ui.app.TICK", 3600)  # the clock changes frames too
    async with screen() as s:
        s.script.say(Start("a"), Start("b"), Text("a", "one"), Text("b", "two"))
        await s.sees("one", "two")
        await s.pilot.pause()
        drawn.clear()
        s.script.say(Text("a", " and more"))
        await s.sees("one and more")
        await s.pilot.pause()
        changed = set(drawn)
        assert s.panes[0] in changed
        assert s.panes[1] not in changed
        assert not any(isinstance(widget, Shelf) for widget in changed)


async def test_what_changes_is_drawn_again() -> None:
    async with screen() as s:
        s.script.say(Start("a"), Text("a", "one"))
        await s.sees("one")
        await s.pilot.press(*"typed")
        await s.sees("typed")
        before = s.app.query_one(PromptBox).render_lines(s.app.query_one(PromptBox).size.region)
        s.app.theme = "textual-light"
        await s.pilot.pause()
        box: Widget = s.app.query_one(PromptBox)
        after = box.render_lines(box.size.region)
        assert [strip.text for strip in after] == [strip.text for strip in before]
        assert after != before
        await s.pilot.resize_terminal(100, 30)
        await s.sees("typed", "one")
        assert all(len(line) == 100 for line in s.lines)
