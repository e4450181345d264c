from __future__ import annotations

import pytest

from tests.ui.screen import screen
from tui.wire import Start, Stop, Text

LONG = {"letters": "a" * 60_000, "words": "ab " * 20_000, "wide": "漢" * 60_000, "lines": "a\n" * 30_000}


@pytest.mark.parametrize("name", LONG.values(), ids=LONG)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_line_stays_one_row_whatever_the_name_of_its_publisher(
    name: str, size: tuple[int, int]
) -> None:
    async with screen(size) as s:
        for n in range(2):
            s.script.say(Start(f"old{n}"), Text(f"old{n}", "what was said"), Stop(f"old{n}"), client=name)
        for n in range(12):
            s.script.say(Start(f"r{n}"), Text(f"r{n}", "going on"), client=name)
        await s.until(lambda: len(s.app.conversation.responses) == 14 and not s.app._wall._stale)
        shelf = s.app._wall._shelf
        assert shelf.folded_rows >= 1
        assert shelf.tickers
        await s.until(lambda: shelf.region.height == shelf.rows)
        rows = shelf.render().split("\n")
        assert len(rows) == shelf.rows
        assert all(row.cell_len <= shelf.size.width for row in rows)
        await s.sees("DONE", f"+{len(shelf.tickers)} live")
        assert sum("DONE" in line for line in s.lines) == shelf.folded_rows
        assert sum("live  " in line for line in s.lines) == 1
