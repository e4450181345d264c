from dataclasses import fields, replace

from tui.wire import Cancelled, Resumed, Text
from tui.wire.immutable import immutable


@immutable
class Point:
    x: int
    y: int = 0


def test_values_are_told_apart_by_type_and_content() -> None:
    assert Point(1) == Point(1, 0) != Point(1, 2)
    others: list[object] = [Cancelled("r"), Resumed("r"), (1, 0), Point(1, 0)]
    assert [other == Point(1) for other in others] == [False, False, False, True]
    assert others[0] != others[1]
    assert {Point(1): "a"}[Point(1, 0)] == "a"
    assert len({Text("r", "a"), Text("r", "a"), Text("r", "b")}) == 2


def test_they_are_dataclasses_without_a_dict() -> None:
    assert [field.name for field in fields(Point)] == ["x", "y"]
    assert replace(Point(1), y=2) == Point(1, 2)
    assert not hasattr(Point(1), "__dict__")
    assert repr(Point(1, 2)) == "Point(1, 2)"
    match Point(3, 4):
        case Point(x, y):
            assert (x, y) == (3, 4)
