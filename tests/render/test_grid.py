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


def test_three_siblings_share_a_row_where_there_are_three_columns() -> None:
    some = [Entry(f"s{n}", live=True, family="p") for n in range(3)]
    assert len({cell.y for cell in Grid().arrange(some, 160, 40).cells}) == 1
    assert len({cell.y for cell in Grid().arrange(some, 120, 40).cells}) == 2
