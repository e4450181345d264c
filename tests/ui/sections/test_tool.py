from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.sections.support import SETTING, blocks, shown
from tui.ui.sections.tool import MOST, ToolSection
from tui.wire import (
    ApprovalRequest,
    ApprovalResponse,
    Outgoing,
    Start,
    ToolCall,
    ToolProgress,
    ToolResult,
)

CALL = ToolCall("r", "t", "get_weather", '{"location":"SF"}')
LONG = '{"path":"' + "a/" * 60 + '"}'
ASKED = ApprovalRequest("r", "t", "bash", '{"command":"ls"}')


def section(
    *values: Outgoing | tuple[str, Outgoing], width: int = 60, over: bool = False, opened: bool = False
) -> ToolSection:
    (block,) = blocks(Start("r"), *values)
    made = ToolSection(block, width, SETTING, opened=opened)
    made.sync(over=over)
    return made


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([ToolCall("r", "t", "f", '{"a', done=False)], '▸ tool f {"a · calling'),
        ([CALL], '▸ tool get_weather {"location":"SF"} · running'),
        ([CALL, ToolProgress("r", "t", "", 45.0)], "· running 45 % ━━━━╌╌╌╌"),
        ([CALL, ToolProgress("r", "t", "reading")], '▸ tool get_weather {"location":"SF"} · reading'),
        ([CALL, ToolResult("r", "t", "18")], '▸ tool get_weather {"location":"SF"} · done 0.1s'),
        ([ToolResult("r", "t", "18")], "▸ tool (its call was not seen) · done"),
        ([CALL, ASKED, ("me", ApprovalResponse("t", False))], "· denied by you"),
        ([CALL, ASKED], "▾ tool get_weather · waits for approval"),
        ([CALL, ASKED, ("ben", ApprovalResponse("t", True))], "▾ tool get_weather · waits for approval"),
        ([CALL, ASKED, ("me", ApprovalResponse("t", True))], "· approved by you · running"),
    ],
)  # fmt: skip
def test_the_line_says_what_became_of_it(values: list[Outgoing | tuple[str, Outgoing]], line: str) -> None:
    assert line in shown(section(*values))[0]


def test_a_call_without_a_result_is_told_when_all_is_over() -> None:
    assert shown(section(CALL, over=True)) == ['▸ tool get_weather {"location":"SF"} · no result']


def test_what_failed_says_why_without_being_opened() -> None:
    one = section(CALL, ToolResult("r", "t", "no such place\nat all", failed=True))
    assert shown(one)[1] == "  no such place at all"
    assert one.tight


def test_arguments_that_do_not_fit_are_shown_as_they_come_and_folded_when_done() -> None:
    one = section(ToolCall("r", "t", "f", LONG[:70], done=False))
    assert shown(one)[0] == "▾ tool f · calling"
    one.block.append(LONG[70:])
    assert one.sync(over=False)
    assert "".join(shown(one)[1:]) == LONG
    one.block.done = True
    one.sync(over=False)
    assert shown(one)[:2] == ["▾ tool f · running", " {"]
    assert one.block.tool is not None
    one.block.tool.result = "ok"
    one.sync(over=False)
    assert len(one) == 1
    assert one.row(0).cells <= 60


def test_opened_it_shows_arguments_and_result() -> None:
    one = section(CALL, ToolResult("r", "t", '{"temperature":18,"sky":["fog"]}'))
    assert one.unfold(opened=True)
    assert not one.unfold(opened=True)
    assert shown(one) == [
        "▾ tool get_weather · done 0.1s",
        ' {"location": "SF"}',
        "result:",
        " {",
        '   "temperature": 18,',
        '   "sky": ["fog"]',
        " }",
    ]
    assert one.search("temperature", (), 1) is not None
    assert one.search("nowhere", (), 1) is None
    assert one.unfold(opened=False)
    assert len(one) == 1


def test_a_result_is_shown_letter_by_letter() -> None:
    one = section(CALL, ToolResult("r", "t", "# no heading\n    indented\n```\n*x*"), opened=True)
    assert shown(one)[3:] == [" # no heading", "     indented", " ```", " *x*"]


def test_a_very_long_result_says_how_much_is_not_shown() -> None:
    one = section(CALL, ToolResult("r", "t", "x" * (MOST + 12_345)), opened=True)
    while one.behind:
        one.catch_up()
    assert shown(one)[-1] == "… 12,345 more characters"


def test_very_long_arguments_stream_as_far_as_they_are_shown() -> None:
    one = section(ToolCall("r", "t", "f", '{"text":"' + "x" * MOST, done=False))
    while one.behind:
        one.catch_up()
    before = len(one)
    one.block.append("yy")
    one.sync(over=False)
    assert shown(one)[-1] == "… 2 more characters"
    assert len(one) == before + 1


@pytest.mark.parametrize("opened", [False, True])
def test_nothing_of_a_result_reaches_the_terminal_as_a_command(opened: bool) -> None:
    hostile = "no\x1b]52;c;AAAA\x07\u202e such\x9b31m file"
    text = "\n".join(shown(section(CALL, ToolResult("r", "t", hostile, failed=True), opened=opened)))
    assert "no such file" in text
    assert not set(text) & set("\x1b\x07\u202e\x9b")


def test_a_percentage_costs_the_line_alone() -> None:
    one = section(CALL, opened=True)
    one.take_changed()
    parts = list(one._parts)
    assert one.block.tool is not None
    one.block.tool.percent = 50.0
    assert one.sync(over=False)
    assert one._parts == parts
    assert one.take_changed() == 0
    assert not one.sync(over=False)


@given(st.text(max_size=30), st.text(max_size=60), st.text(max_size=60), st.integers(4, 80), st.booleans())
def test_whatever_is_called_fits_the_pane(
    name: str, arguments: str, result: str, width: int, opened: bool
) -> None:
    one = section(
        ToolCall("r", "t", name, arguments), ToolResult("r", "t", result), width=width, opened=opened
    )
    for at in (width, width + 7, max(4, width - 3)):
        one.resize(at)
        assert all(one.row(y).cells <= at for y in range(len(one)))
