"""What waits: messages keep their places, and text between them is joined and cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.link.chunks import encoded_size
from tui.link.item import Item
from tui.link.waiting import Pending, Waiting
from tui.wire import Kind, Start, Stop, Text


def item(value: Start | Stop | Text, name: str = "i") -> Item:
    return Item("r:r", value, name)


def drained(queue: Waiting, limit: int = 1_000) -> list[object]:
    """All that waits, text as values."""
    values: list[object] = []
    while queue:
        values.append(queue.cut(limit) if isinstance(queue.head, Pending) else queue.pop().value)
    return values


def test_text_is_joined_between_messages_and_by_kind() -> None:
    queue = Waiting(binary=True)
    queue.add(item(Start("r")))
    for text in "ab":
        queue.join(Text("r", text))
    queue.join(Text("r", "c", kind=Kind.THINKING))
    queue.add(item(Stop("r")))
    queue.join(Text("r", "d"))
    assert len(queue) == 5
    assert drained(queue) == [
        Start("r"),
        Text("r", "ab", deltas=2),
        Text("r", "c", kind=Kind.THINKING),
        Stop("r"),
        Text("r", "d"),
    ]


@given(st.text(max_size=200), st.integers(14, 40), st.booleans())
def test_what_is_cut_is_all_of_it_in_order(text: str, limit: int, binary: bool) -> None:
    queue = Waiting(binary=binary)
    queue.join(Text("r", text))
    pieces = [piece for piece in drained(queue, limit) if isinstance(piece, Text)]
    assert "".join(piece.text for piece in pieces) == text
    assert all(encoded_size(piece.text, binary=binary) <= limit for piece in pieces)


def test_deltas_are_counted_once() -> None:
    queue = Waiting(binary=True)
    for _ in range(3):
        queue.join(Text("r", "語" * 10))
    assert [piece.deltas for piece in drained(queue, 40) if isinstance(piece, Text)] == [3, 1, 1]


def test_a_half_of_a_pair_waits_for_the_other_and_not_beyond_a_message() -> None:
    queue = Waiting(binary=True)
    queue.join(Text("r", "a\ud83d"))
    queue.join(Text("r", "\ude00"))
    queue.join(Text("r", "\ud83d"))
    queue.add(item(Stop("r")))
    assert drained(queue) == [Text("r", "a😀\ufffd", deltas=3), Stop("r")]


def test_messages_are_put_first_removed_and_dropped() -> None:
    queue = Waiting(binary=True)
    start, text, stop = item(Start("r"), "1"), item(Text("r", "a"), "2"), item(Stop("r"), "3")
    queue.join(Text("r", "b"))
    queue.add(stop)
    queue.add_first([start, text])
    assert queue.items == [start, text, stop]
    queue.remove(stop)
    queue.remove(stop)
    queue.drop(lambda each: isinstance(each.value, Text))
    assert queue.items == [start]
    assert [type(entry) for entry in queue] == [Item, Pending]
