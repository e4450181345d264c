from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment

from tui.render.page import Row
from tui.ui.sections.part import TOP, Rows
from tui.ui.sections.stack import Stack


class Words:
    """A part that a test writes."""

    def __init__(self, lines: Sequence[str], *, tight: bool = False, joined: bool = False) -> None:
        self.lines = list(lines)
        self.rows = Rows(self._make, 80, joined=joined)
        self.rows.tight = tight

    def _make(self, width: int) -> list[Row]:
        return [Row([Segment(line[:width])], len(line), 0) for line in self.lines]

    def write(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)
        self.rows.refresh()


def texts(stack: Stack) -> list[str]:
    return [stack.row(y).text for y in range(len(stack))]


def expected(parts: Sequence[Words]) -> list[str]:
    """The same, by a loop over everything."""
    out: list[str] = []
    before: Words | None = None
    for part in parts:
        if not part.lines:
            continue
        close = part.rows.joined or (before is not None and before.rows.tight and part.rows.tight)
        out += ([] if before is None or close else [""]) + part.lines
        before = part
    return out


lines = st.lists(st.sampled_from(["a", "b", "c"]), max_size=4)
looks = st.fixed_dictionaries({"tight": st.booleans(), "joined": st.booleans()})


@given(
    st.lists(st.tuples(lines, looks), max_size=5),
    st.lists(
        st.tuples(st.sampled_from(["write", "insert", "loosen"]), st.integers(0, 5), lines), max_size=12
    ),
)
def test_a_stack_shows_its_parts_whatever_changes_and_says_where(
    first: list[tuple[list[str], dict[str, bool]]],
    changes: list[tuple[str, int, list[str]]],
) -> None:
    parts = [Words(given, **look) for given, look in first]
    stack = Stack([part.rows for part in parts])
    before = texts(stack)
    stack.take_changed()
    for what, at, given_lines in changes:
        if what == "insert":
            new = Words(given_lines)
            stack.insert(min(at, len(parts)), new.rows)
            parts.insert(at, new)
        elif at < len(parts):
            if what == "write":
                parts[at].write(given_lines)
            else:
                parts[at].rows.tight ^= True
            stack.touch(at)
        if len(given_lines) % 2:
            continue  # several changes before somebody looks
        now = texts(stack)
        assert now == expected(parts)
        changed = stack.take_changed()
        assert now[:changed] == before[:changed]
        assert changed < len(now) or now == before[: len(now)]
        before = now
        assert stack.take_changed() == len(stack)


def test_places_are_found_again_and_are_in_order() -> None:
    stack = Stack([Words(["a", "b"]).rows, Words([]).rows, Words(["c", "d"]).rows])
    assert texts(stack) == ["a", "b", "", "c", "d"]
    places = [stack.place_at(y) for y in range(len(stack))]
    assert places == sorted(places)
    assert [stack.row_of(place) for place in places] == [0, 1, 3, 3, 4]
    assert stack.row_of(TOP) == 0
    assert stack.row_of((9, 9)) == 4
    assert Stack().place_at(3) == TOP
    assert Stack().row_of((1, 2)) == 0


def test_a_search_goes_through_all_parts_and_ends() -> None:
    stack = Stack([Words(["one", "two"]).rows, Words(["Two too", "three"]).rows])
    first = stack.search("two", TOP, 1)
    assert first == (0, 1)
    second = stack.search("two", first, 1)
    assert second == (1, 0)
    assert stack.search("two", second, 1) is None
    assert stack.search("two", second, -1) == first
    assert stack.search("two", TOP, -1) == second
    assert stack.search("four", TOP, 1) is None
    assert stack.search("two", (7, 7), 1) is None
    assert stack.search("two", (7, 7), -1) == second
    assert Stack().search("two", TOP, -1) is None


def counted(asked: list[int], index: int) -> Callable[[int], list[Row]]:
    def make(_: int) -> list[Row]:
        asked.append(index)
        return [Row([Segment(str(index))], 1, 0)]

    return make


def test_rows_beyond_the_end_are_blank() -> None:
    asked: list[int] = []
    rows = Rows(counted(asked, 7), 10)
    stack = Stack([rows])
    assert stack.row(5).text == rows.row(5).text == ""
    stack.resize(20)
    assert (texts(stack), asked) == (["7"], [7, 7])
    assert stack.take_changed() == 0
