from __future__ import annotations

import pytest

from tests.agent.test_tasks import Speaker
from tui.agent import Yielded
from tui.agent.account import Used
from tui.agent.meter import Meter
from tui.wire import Notice, Start, Stop, Text, ToolResult, UserInput

BEGUN = (Notice("x"), Start("r1", "p1"), Text("r1", "a"), Text("r1", "b"))


@pytest.mark.parametrize(
    ("values", "used"),
    [
        ((), Used(0, 0)),
        (BEGUN, Used(10, 2)),
        ((*BEGUN, ToolResult("r1", "t1", "x"), Text("r1", "c")), Used(20, 3)),
        ((*BEGUN, Stop("r1", "end_turn", input_tokens=7, output_tokens=9)), Used(7, 9)),
        ((*BEGUN, Stop("r1", "error", "x", input_tokens=7)), Used(7, 2)),
        ((Start("failed-p1", "p1"), Stop("failed-p1", "error", "x")), Used(0, 0)),
        ((*BEGUN, Stop("r1", "cancelled")), Used(10, 2)),
    ],
)
async def test_what_an_answer_uses(values: tuple[Yielded, ...], used: Used) -> None:
    meter = Meter(Speaker(*values), 10)
    assert [value async for value in meter.answer(UserInput("p1", "?"))] == list(values)
    assert meter.used == used
