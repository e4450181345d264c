from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.messages import Channel
from tests.ui.screen import Screen, screen
from tui.render.grid import Entry, Grid
from tui.state import Conversation, Response
from tui.ui.chosen import Chosen
from tui.ui.crowd import FEWEST, MOST, USUAL, Crowd
from tui.wire import Start, Stop, Text


def responses(count: int, live: frozenset[int] = frozenset()) -> list[Response]:
    channel, conversation = Channel(), Conversation()
    for n in range(count):
        conversation.apply(channel.publish(Start(f"r{n}")))
        if n not in live:
            conversation.apply(channel.publish(Stop(f"r{n}")))
    return list(conversation.responses.values())


MANY = responses(3 * MOST, frozenset(range(0, 3 * MOST, 97)))
ARRIVED = {each.key: n for n, each in enumerate(MANY)}


def told(crowd: Crowd, kept: set[str], *, limited: bool) -> object:
    near = crowd.near(kept) if limited else crowd.all
    entries = [Entry(key, live=each.status.in_flight, held=key in kept) for key, each in near.items()]
    arranged = Grid().arrange(entries, 160, 45)
    return arranged.cells, arranged.folded, arranged.tickers, arranged.rows


steps = st.lists(
    st.tuples(st.sampled_from(["add", "discard", "near"]), st.integers(0, MOST - 1)), max_size=60
)


@given(steps, st.sets(st.integers(0, MOST - 1), max_size=3))
def test_of_no_more_than_a_wall_can_hold_nothing_is_left_out(
    some: list[tuple[str, int]], held: set[int]
) -> None:
    crowd, kept = Crowd(ARRIVED), {MANY[n].key for n in held}
    for each in MANY[:FEWEST:7]:
        crowd.add(each)
    for what, n in some:
        if what == "add":
            crowd.add(MANY[n])
        elif what == "discard":
            crowd.discard(MANY[n].key)
        else:
            crowd.near(kept)
    assert crowd.over == 0
    assert crowd.near(kept) == crowd.all
    assert told(crowd, kept, limited=True) == told(crowd, kept, limited=False)


@given(
    st.lists(st.integers(1, len(MANY)), min_size=1, max_size=6),
    st.booleans(),
    st.sets(st.integers(0, 99), max_size=3),
    st.integers(0, 2 * MOST),
)
@settings(max_examples=30, deadline=None)
def test_of_more_the_live_the_kept_and_the_newest_are_shown_and_all_counted(
    pages: list[int], backwards: bool, held: set[int], gone: int
) -> None:
    crowd, kept = Crowd(ARRIVED), {MANY[n].key for n in held}
    order = MANY[::-1] if backwards else MANY
    begin = 0
    for size in [*pages, len(order)]:
        for each in order[begin : begin + size]:
            crowd.add(each)
        begin += size
        crowd.near(kept)
    for each in MANY[len(MANY) - gone :]:
        crowd.discard(each.key)
    left = MANY[: len(MANY) - gone]
    near = crowd.near(kept)
    live = {each.key for each in left if each.status.in_flight}
    newest = [each.key for each in left if not each.status.in_flight and each.key not in kept][-FEWEST:]
    assert live | (kept & {each.key for each in left}) <= set(near)
    assert set(newest) <= set(near)
    assert list(near) == [each.key for each in left if each.key in near]
    assert len(near) + crowd.over == len(left) == len(crowd)
    assert len(near) <= MOST + len(live) + len(kept)
    assert told(crowd, set(), limited=True)[0] == told(crowd, set(), limited=False)[0]  # type: ignore[index]


def test_what_is_far_comes_near_when_it_changes_or_is_wanted() -> None:
    crowd = Crowd(ARRIVED)
    for each in MANY:
        crowd.add(each)
    crowd.near(())
    one, other = MANY[1], MANY[2]
    assert crowd.is_far(one.key)
    crowd.add(one)
    assert not crowd.is_far(one.key)
    assert other.key in crowd.near({other.key})
    assert USUAL < MOST


async def flood(s: Screen, count: int) -> None:
    for n in range(count):
        s.script.say(Start(f"r{n}"), Text(f"r{n}", "word"), Stop(f"r{n}"))
    await s.until(lambda: not s.script.values and not s.app._wall._stale)


async def test_arranging_looks_at_no_more_however_many_are_over() -> None:
    async with screen() as s:
        s.script.say(Start("live"), Text("live", "still going on"))
        await flood(s, 2 * MOST)
        s.script.say(Text("live", " and on"))  # it was silent for so long that it counts as over
        await s.sees("LIVE", "still going on and on")
        wall, given_ones = s.app._wall, []
        arrange = wall._grid.arrange

        def counted(entries: list[Entry], *sizes: int, **options: object) -> object:
            given_ones.append(len(entries))
            return arrange(entries, *sizes, **options)  # type: ignore[arg-type]

        wall._grid.arrange = counted  # type: ignore[assignment, method-assign]
        wall._arrange()
        wall.settle()
        assert max(given_ones) <= MOST + len(wall.cells) + 1
        assert "live" in wall.cells
        folded = 2 * MOST + 1 - len(wall.cells)
        await s.sees(f"+{folded - wall._shelf.folded_rows} finished")


async def test_what_was_left_out_is_found_again() -> None:
    async with screen() as s:
        await flood(s, 2 * MOST)
        wall = s.app._wall
        assert wall._crowd.over > 0
        await s.pilot.press("escape")
        wall.on_chosen(Chosen(wall.wanted["r3"]))
        await s.until(lambda: "r3" in wall.cells)
        wall.action_zoom()
        await s.until(lambda: s.keys == ["r3"])
        await s.pilot.press("tab")
        await s.until(lambda: s.keys == ["r4"])
        wall.action_zoom()
        s.app.sift("r1")
        assert len(wall.wanted) <= 2 * MOST
