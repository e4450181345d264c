"""Emoji by selector take the same cells in every terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.ui.screen import screen
from tui.ui.selectors import SELECTOR, steady
from tui.wire import Start, Text


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("plain", "plain"),
        ("a ⚠️ b", "a ⚠  b"),
        ("1️⃣ and #️⃣", "1⃣  and #⃣ "),
        ("🖥️🖥️", "🖥 🖥 "),
        ("⭐️", "⭐️"),  # two cells without the selector
        ("❤️‍🔥 👩‍⚕️", "❤️‍🔥 👩‍⚕️"),  # sequences
        ("\ufe0f", "\ufe0f"),
    ],
)
def test_a_space_stands_in_place_of_the_selector(text: str, drawn: str) -> None:
    assert steady(text) == drawn


@given(st.text("a1⚠❤🖥⭐世\ufe0f\u20e3 ", max_size=12))
def test_its_cells_are_what_they_were(text: str) -> None:
    drawn = steady(text)
    assert cell_len(drawn) == cell_len(text)
    assert steady(drawn) == drawn


async def test_a_row_ends_where_its_pane_does() -> None:
    async with screen((60, 20)) as s:
        s.script.say(Start("r"), Text("r", "⚠️ mind the gap\n\n1️⃣ first"))
        await s.sees("⚠  mind the gap", "1⃣  first")
        assert SELECTOR not in s.text
        s.app.notify("❤️ hearts")
        await s.sees("❤  hearts")
