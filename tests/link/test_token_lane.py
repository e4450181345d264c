"""One response's queue by itself; what becomes of it among others is tested with the outbox."""

from __future__ import annotations

import itertools

import pytest

from tui.link.item import Item
from tui.link.token_lane import TokenLane
from tui.wire import Outgoing, Start, Stop, Text, ToolCall, ToolResult, UserInput, Whole


def lane(window: float = 0.0) -> TokenLane:
    numbers = itertools.count()
    return TokenLane("r", lambda: f"n-{next(numbers)}", window=window, binary=True)


def said(queue: TokenLane, *values: Outgoing) -> None:
    for value in values:
        if isinstance(value, Text):
            queue.add_text(value)
        else:
            queue.add(value)


def taken(queue: TokenLane, now: float = 1.0) -> list[Item]:
    items = []
    while queue.ready(now):
        items.append(queue.take(now))
    return items


def values(items: list[Item]) -> list[object]:
    return [item.value for item in items]


def test_its_messages_have_ids_and_numbers_of_their_own() -> None:
    queue = lane()
    said(queue, Start("r"), Text("r", "a"))
    items = taken(queue)
    assert [item.number for item in items] == [0, 1]
    assert len({item.id for item in items}) == 2
    assert list(queue.in_flight.values()) == items


def test_what_opens_and_the_first_text_are_urgent_and_further_text_is_not() -> None:
    queue = lane()
    for value, urgent in ((Start("r"), True), (Text("r", "a"), True), (Text("r", "b"), False)):
        said(queue, value)
        assert queue.urgent is urgent
        taken(queue)
    said(queue, ToolCall("r", "c", "run"))
    assert queue.urgent


@pytest.mark.parametrize(
    ("value", "finished"),
    [(Start("r"), False), (Stop("r"), True), (UserInput("p", "?"), True), (ToolResult("r", "c", "1"), True)],
)
def test_it_is_finished_by_stop_or_when_nothing_was_opened(value: Outgoing, finished: bool) -> None:
    queue = lane()
    said(queue, value)
    (item,) = taken(queue)
    assert not queue.finished
    queue.accepted(item, None)
    assert queue.finished is finished


def test_it_waits_for_the_window_and_then_for_outcomes() -> None:
    queue = lane(window=0.5)
    assert queue.wait(1.0) is None
    said(queue, Text("r", "a"))
    (first,) = taken(queue, 1.0)
    said(queue, Text("r", "b"))
    assert queue.wait(1.1) == pytest.approx(0.4)
    queue.unknown(first)
    assert queue.wait(1.1) == 0.0
    assert [item.id for item in taken(queue, 1.1)] == [first.id]


def test_an_outcome_that_is_open_holds_it() -> None:
    queue = lane()
    said(queue, Start("r"), ToolCall("r", "c", "run"), ToolCall("r", "d", "run"))
    first, second, third = taken(queue)
    said(queue, Text("r", "a"))
    queue.refused(second, retry=True)
    assert taken(queue) == []
    queue.unknown(third)
    queue.accepted(first, None)
    assert [item.number for item in taken(queue)] == [1, 2, 3]


@pytest.mark.parametrize("sent", [False, True])
def test_what_is_withdrawn_is_not_sent_again(sent: bool) -> None:
    queue = lane()
    item = queue.add(UserInput("p", "?"))
    if sent:
        assert taken(queue) == [item]
    assert queue.withdraw(item) is not sent
    if sent:
        queue.refused(item, retry=True)
    assert queue.finished


def test_order_that_was_broken_is_put_right_once() -> None:
    queue = lane()
    items: list[Item] = []
    for text in "abc":
        said(queue, Text("r", text))
        items += taken(queue)
    queue.accepted(items[0], None)
    queue.accepted(items[2], None)
    queue.refused(items[1], retry=True)
    said(queue, Stop("r"))
    log = []
    while batch := taken(queue):
        log += values(batch)
        for item in batch:
            queue.accepted(item, None)
    assert log == [Text("r", "b", seq=1), Whole("r", "abc"), Stop("r")]
    assert queue.finished
