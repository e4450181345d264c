from __future__ import annotations

from tui.state import UNKNOWN, Response
from tui.state.parts import Content, Parts
from tui.state.people import Publisher
from tui.state.records import Record
from tui.state.versions import Versions
from tui.wire import (
    ApprovalRequest,
    ApprovalResponse,
    Kind,
    Part,
    Revision,
    Said,
    ToolCall,
    ToolProgress,
    ToolResult,
)

ANA = Publisher("ana", "c1")


def record(number: int, said: Said) -> Record:
    return Record(f"{number}", said, ANA, None, number * 10, number * 10)


def taken(*values: Content) -> tuple[Parts, Response]:
    parts, response = Parts(), Response("r", ANA)
    for number, value in enumerate(values):
        parts.take(response, value, record(number, value), None)
    return parts, response


def test_what_is_said_of_a_call_is_one_block_whichever_comes_first() -> None:
    values: list[Content] = [
        ToolProgress("r", "t", "busy", 50),
        ToolCall("r", "t", "f", '{"a":1}'),
        ApprovalRequest("r", "t", "", "{}"),
        ToolResult("r", "t", "\x1b[1mok", failed=True),
    ]
    for order in (values, values[::-1]):
        _, response = taken(*order)
        (block,) = response.blocks
        tool = block.tool
        assert tool is not None
        assert (block.text, block.done, tool.name, tool.called) == ('{"a":1}', True, "f", True)
        assert (tool.status, tool.percent, tool.result, tool.failed) == ("busy", 50, "ok", True)
        assert tool.approval is not None
        assert (tool.approval.arguments, tool.approval.publisher) == ("{}", ANA)


def test_a_call_that_is_said_again_takes_the_place_of_the_first() -> None:
    parts, response = taken(ToolCall("r", "t", "f", "old"), ToolCall("r", "t", None, "new"))
    assert [block.text for block in response.blocks] == ["new"]
    assert parts.hidden == {"0"}
    assert list(parts.blocks) == ["1"]


def test_who_answers_a_request_is_kept_with_it_and_an_answer_to_none_is_nothing() -> None:
    parts, response = taken(ApprovalRequest("r", "t", "f"))
    for number, approved in ((5, True), (6, False)):
        answer = ApprovalResponse("t", approved)
        assert parts.decide(answer, record(number, answer)).response is response
    tool = response.blocks[0].tool
    assert tool is not None
    assert tool.approval is not None
    assert [(each.approved, each.timestamp) for each in tool.approval.decisions] == [(True, 50), (False, 60)]
    answer = ApprovalResponse("other", approved=True)
    assert parts.decide(answer, record(7, answer)).response is None


def test_what_is_dropped_is_hidden_and_its_requests_cannot_be_answered() -> None:
    parts, response = taken(Part("r", "a"), ToolCall("r", "t", "f"), ApprovalRequest("r", "t", "f"))
    assert parts.keep(response, response.blocks[:1])
    assert not parts.keep(response, response.blocks[:1])
    assert (parts.hidden, list(parts.blocks)) == ({"1"}, ["0"])
    answer = ApprovalResponse("t", approved=True)
    assert parts.decide(answer, record(9, answer)).response is None


def test_a_message_whose_beginning_was_not_seen_says_so() -> None:
    parts, response, part = Parts(), Response("r", ANA), Part("r", "tail", Kind.THINKING)
    versions = Versions.unseen("2")
    versions.take("2", Revision("tail", appended=True))
    parts.take(response, part, Record("1", part, ANA, None, 10, 10, versions=versions), ("s", "0"))
    (block,) = response.blocks
    assert (block.text, block.gap, block.kind, block.step) == ("tail", UNKNOWN, Kind.THINKING, ("s", "0"))
    assert (response.tokens, response.first_text_at) == (1, 10)


def test_what_goes_on_where_a_message_had_no_room_is_the_same_block() -> None:
    parts, response = taken(Part("r", "one "), Part("r", "two", done=True, continues=True))
    (block,) = response.blocks
    assert (block.text, block.done) == ("one two", True)
    assert set(parts.blocks) == {"0", "1"}
    _, other = taken(Part("r", "hm", Kind.THINKING), Part("r", "text", continues=True))
    assert [each.text for each in other.blocks] == ["hm", "text"]
