import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.render.grid import MIN_PANE_HEIGHT, PANE_WIDTH, Arrangement, Entry, Grid, capacity, place

widths, heights = st.integers(1, 300), st.integers(1, 90)
entries = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60).map(
    lambda flags: [Entry(f"r{n}", live=live, held=held) for n, (live, held) in enumerate(flags)]
)


@pytest.mark.parametrize(
    ("count", "width", "height", "shape"),
    [
        (1, 120, 40, [1]),
        (2, 120, 40, [2]),
        (2, 80, 40, [1, 1]),
        (3, 120, 40, [2, 1]),
        (4, 120, 40, [2, 2]),
        (4, 200, 50, [2, 2]),
        (6, 150, 40, [3, 3]),
        (6, 120, 40, [2, 2, 2]),
        (16, 200, 50, [4, 4, 4, 4]),
        (8, 250, 16, [4, 4]),
    ],
)
def test_shapes(count: int, width: int, height: int, shape: list[int]) -> None:
    cells = place([str(n) for n in range(count)], width, height)
    rows: dict[int, int] = {}
    for cell in cells:
        rows[cell.y] = rows.get(cell.y, 0) + 1
    assert list(rows.values()) == shape


@given(st.integers(1, 60), widths, heights)
def test_panes_cover_the_wall_without_overlap(count: int, width: int, height: int) -> None:
    count = min(count, capacity(width, height))
    cells = place([str(n) for n in range(count)], width, height)
    assert sum(cell.width * cell.height for cell in cells) == width * height
    taken = {(x, y) for c in cells for x in range(c.x, c.x + c.width) for y in range(c.y, c.y + c.height)}
    assert len(taken) == width * height


@given(st.integers(1, 60), st.integers(PANE_WIDTH, 300), st.integers(MIN_PANE_HEIGHT, 90))
def test_a_pane_is_never_too_small_to_read(count: int, width: int, height: int) -> None:
    cells = place([str(n) for n in range(min(count, capacity(width, height)))], width, height)
    assert all(cell.width >= PANE_WIDTH for cell in cells)
    assert all(cell.height >= MIN_PANE_HEIGHT for cell in cells)


@given(entries, st.integers(80, 300), st.integers(20, 90))
def test_every_response_is_somewhere_once(some: list[Entry], width: int, height: int) -> None:
    arranged = Grid().arrange(some, width, height)
    everywhere = [*arranged.keys, *arranged.folded, *arranged.tickers]
    assert sorted(everywhere) == sorted(entry.key for entry in some)
    live = {entry.key for entry in some if entry.live}
    assert set(arranged.tickers) <= live
    assert not live & set(arranged.folded)


@given(entries, st.integers(80, 300), st.integers(20, 90))
def test_a_live_response_is_folded_only_when_all_panes_are_live_or_read(
    some: list[Entry], width: int, height: int
) -> None:
    arranged = Grid().arrange(some, width, height)
    if arranged.tickers:
        by_key = {entry.key: entry for entry in some}
        assert all(by_key[key].live or by_key[key].held for key in arranged.keys)


@given(entries, st.integers(80, 300), st.integers(20, 90), st.booleans())
def test_a_new_response_moves_nobody_that_stays(
    some: list[Entry], width: int, height: int, live: bool
) -> None:
    grid = Grid()
    before = grid.arrange(some, width, height)
    after = grid.arrange([*some, Entry("new", live=live)], width, height)
    if len(before.cells) == len(after.cells):
        moved = {b.key for b, a in zip(before.cells, after.cells, strict=True) if b.key != a.key}
        assert not moved & set(after.keys)
    held = {entry.key for entry in some if entry.held and entry.key in before.keys}
    if len(held) <= len(after.cells):
        assert held <= set(after.keys)


def test_finished_panes_fold_oldest_first() -> None:
    some = [Entry(f"r{n}", live=n >= 6) for n in range(8)]
    arranged = Grid().arrange(some, 100, 20)
    assert set(arranged.keys) == {"r4", "r5", "r6", "r7"}
    assert arranged.folded == ("r3", "r2", "r1", "r0")


def test_zoom_fills_the_wall_and_the_panes_come_back_where_they_were() -> None:
    grid, some = Grid(), [Entry(f"r{n}", live=True) for n in range(4)]
    before = grid.arrange(some, 120, 40)
    zoomed = grid.arrange(some, 120, 40, zoomed="r2")
    assert [(c.key, c.width, c.height) for c in zoomed.cells] == [("r2", 120, 39)]
    assert (set(zoomed.tickers), zoomed.rows) == ({"r0", "r1", "r3"}, 1)
    assert grid.arrange(some, 120, 40) == before


def test_what_was_asked_here_gets_a_pane_though_all_are_taken() -> None:
    grid, some = Grid(), [Entry(f"r{n}", live=True) for n in range(12)]
    assert len(grid.arrange(some, 100, 20).tickers) > 0
    arranged = grid.arrange([*some, Entry("mine", live=True, own=True)], 100, 20)
    assert "mine" in arranged.keys


def test_finished_lines_take_no_pane_from_what_is_live() -> None:
    some = [Entry(f"d{n}", live=False) for n in range(9)] + [Entry(f"l{n}", live=True) for n in range(4)]
    arranged = Grid().arrange(some, 80, 20)
    assert len(arranged.cells) == 2
    assert arranged.rows <= 20 - 2 * MIN_PANE_HEIGHT


def test_what_is_folded_by_hand_has_no_pane_whatever_room_there_is() -> None:
    some = [Entry("a", live=True), Entry("b", live=True, folded=True), Entry("c", live=False, folded=True)]
    arranged = Grid().arrange(some, 120, 40)
    assert (arranged.keys, arranged.tickers, arranged.folded, arranged.rows) == (("a",), ("b",), ("c",), 2)


def test_a_small_terminal_shows_one_pane_under_tabs() -> None:
    some = [Entry("a", live=True), Entry("b", live=True), Entry("c", live=False)]
    arranged = Grid().arrange(some, 60, 12, tabs=True)
    assert [(c.key, c.y, c.height) for c in arranged.cells] == [("b", 1, 11)]
    assert Grid().arrange(some, 60, 12, tabs=True, focused="c").keys == ("c",)


def test_nothing_to_show() -> None:
    assert Grid().arrange([], 100, 30) == Arrangement()


def test_the_past_stands_in_its_own_order_whatever_order_it_came_in() -> None:
    grid = Grid()
    for count in (2, 5, 9, 14):  # each page is older than the one before
        some = [Entry(f"r{n:02}", live=False, past=True) for n in range(14 - count, 14)]
        arranged = grid.arrange(some, 100, 20)
        assert list(arranged.keys) == sorted(arranged.keys)
    assert arranged.keys == ("r10", "r11", "r12", "r13")
    assert arranged.folded[-1] == "r00"


def test_the_past_does_not_move_what_is_read() -> None:
    grid, read = Grid(), Entry("b", live=False, held=True)
    before = grid.arrange([read], 120, 40)
    after = grid.arrange([Entry("a", live=False, past=True), read], 120, 40)
    assert (before.keys, after.keys) == (("b",), ("b", "a"))


def test_siblings_that_open_together_stand_side_by_side() -> None:
    grid = Grid()
    first = [Entry("s1", live=True, family="p"), Entry("x", live=True)]
    grid.arrange(first, 160, 40)
    more = [*first, Entry("s2", live=True, family="p"), Entry("s3", live=True, family="p")]
    arranged = grid.arrange(more, 160, 40)
    assert arranged.keys == ("s1", "s2", "s3", "x")
    assert len({cell.y for cell in arranged.cells[:3]}) == 1
    held = [Entry("s1", live=True, family="p"), Entry("x", live=True, held=True)]
    grid = Grid()
    grid.arrange(held, 160, 40)
    assert grid.arrange([*held, Entry("s2", live=True, family="p")], 160, 40).keys == ("s1", "x", "s2")


def shape(arranged: Arrangement) -> list[list[str]]:
    rows: dict[int, list[str]] = {}
    for cell in arranged.cells:
        rows.setdefault(cell.y, []).append(cell.key)
    return list(rows.values())


@pytest.mark.parametrize(
    ("count", "width", "height", "expected"),
    [
        (3, 160, 40, [["s0", "s1", "s2"]]),
        (3, 120, 40, [["s0", "s1", "s2"]]),
        (2, 80, 20, [["s0", "s1"]]),
        (3, 80, 20, [["s0", "s1"], ["s2"]]),
        (4, 80, 20, [["s0", "s1"], ["s2", "s3"]]),
        (6, 80, 20, [["s0", "s1"], ["s2", "s3"]]),
        (5, 200, 46, [["s0", "s1", "s2", "s3", "s4"]]),
        (2, 79, 20, [["s0"], ["s1"]]),
    ],
)
def test_siblings_stand_side_by_side_where_columns_of_forty_cells_have_room(
    count: int, width: int, height: int, expected: list[list[str]]
) -> None:
    some = [Entry(f"s{n}", live=True, own=True, family="p") for n in range(count)]
    arranged = Grid().arrange(some, width, height)
    assert shape(arranged) == expected
    assert all(cell.width >= 40 for cell in arranged.cells) or width < 80
    done = [Entry(each.key, live=False, own=True, family="p") for each in some]
    assert shape(Grid().arrange(done, width, height)) == expected


def test_others_fold_before_siblings_that_are_compared() -> None:
    old = [Entry(f"r{n}", live=False) for n in range(3)]
    grid = Grid()
    grid.arrange(old, 80, 20)
    three = [Entry(f"s{n}", live=False, own=True, family="p") for n in range(3)]
    arranged = grid.arrange([*old, *three], 80, 20)
    assert shape(arranged) == [["s0", "s1"], ["s2", "r2"]]
    assert arranged.folded == ("r1", "r0")
    # One that is asked again while it is read keeps its place, and the new one stands beside it.
    grid = Grid()
    grid.arrange(old, 80, 20)
    retried = [old[0], old[1], Entry("r2", live=False, held=True, family="p")]
    grid.arrange(retried, 80, 20, focused="r2")
    again = [*retried, Entry("s", live=True, own=True, family="p")]
    assert shape(grid.arrange(again, 80, 20, focused="r2")) == [["r1"], ["r2", "s"]]
    # What is new and no sibling ends the comparison, unless somebody is still at it.
    other = [*again, Entry("x", live=True)]
    assert shape(grid.arrange(other, 80, 20, focused="r2")) == [["r2", "s"], ["x"]]


def test_what_opened_beside_a_zoomed_one_stands_beside_it_afterwards() -> None:
    asked = [Entry(f"p{n}", live=False, family="p") for n in range(3)]
    before = [*asked, Entry("q0", live=False, held=True, family="q")]
    grid = Grid()
    assert shape(grid.arrange(before, 80, 20, focused="p0")) == [["p0", "p1"], ["p2", "q0"]]
    now = [*before, Entry("q1", live=False, family="q")]
    grid.arrange(now, 80, 20, focused="q0", zoomed="q0")
    for _ in range(2):  # and stays there
        assert ["q0", "q1"] in shape(grid.arrange(now, 80, 20, focused="q0"))


def test_those_that_are_live_keep_their_panes_beside_siblings() -> None:
    some = [Entry("x", live=True), *(Entry(f"s{n}", live=True, family="p") for n in range(2))]
    assert shape(Grid().arrange(some, 160, 40)) == [["x"], ["s0", "s1"]]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["", "p", "q"])), max_size=30))
def test_families_lose_nobody(given_ones: list[tuple[bool, str]]) -> None:
    some = [Entry(f"r{n}", live=live, family=family) for n, (live, family) in enumerate(given_ones)]
    for width, height in ((80, 20), (120, 40), (200, 46)):
        arranged = Grid().arrange(some, width, height)
        everywhere = [*arranged.keys, *arranged.folded, *arranged.tickers]
        assert sorted(everywhere) == sorted(entry.key for entry in some)
        assert sum(c.width * c.height for c in arranged.cells) == (
            width * (height - arranged.rows) if some else 0
        )


@given(
    st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=9),
    st.integers(2, 4),
    st.integers(80, 300),
    st.integers(20, 90),
)
def test_answers_that_open_stand_together_wherever_held_panes_leave_room(
    flags: list[tuple[bool, bool]], count: int, width: int, height: int
) -> None:
    before = [Entry(f"r{n}", live=live, held=held) for n, (live, held) in enumerate(flags)]
    grid = Grid()
    was = list(grid.arrange(before, width, height).keys)
    fan = [Entry(f"f{n}", live=True, own=True, family="f") for n in range(count)]
    now = list(grid.arrange([*before, *fan], width, height).keys)
    held = {entry.key for entry in before if entry.held}
    stays = [key for key in was if key in held and key in now]
    assert stays == [key for key in now if key in set(stays)], "those that are held keep their order"
    places = [now.index(entry.key) for entry in fan if entry.key in now]
    together = not places or places == list(range(places[0], places[0] + len(places)))
    free = "".join("x" if key in held else " " for key in now)
    assert together or " " * len(places) not in free


@given(st.integers(1, 30), st.integers(80, 300), st.integers(20, 90))
def test_the_best_answer_stays_as_long_as_the_newest_of_its_family(
    others: int, width: int, height: int
) -> None:
    family = [Entry(f"f{n}", live=False, family="f", best=n == 0) for n in range(3)]
    entries = [*family, *(Entry(f"r{n}", live=False) for n in range(others))]
    shown = Grid().arrange(entries, width, height).keys
    assert "f0" in shown or not {"f1", "f2"} & set(shown)
