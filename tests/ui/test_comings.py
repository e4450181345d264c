"""Who is said to have joined and left."""

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.screen import screen
from tui.ui.comings import LASTS, Comings
from tui.wire import Member, Roster


def here(*names: str) -> Roster:
    return Roster(tuple(Member.of(name, f"c-{name}", {"kind": "viewer"}) for name in names))


def test_who_is_found_at_the_start_is_no_news_and_neither_is_oneself() -> None:
    comings = Comings("me")
    comings.meet(here(), 0)
    comings.meet(here("me", "ana"), 10)
    assert comings.news(10 * LASTS) == ""
    comings.meet(here("ana"), 20 * LASTS)
    assert comings.news(30 * LASTS) == ""


def test_several_are_said_in_one_sentence_and_once() -> None:
    comings = Comings("me")
    comings.meet(here("ana"), 0)
    comings.meet(here("ben", *"vwxyz"), LASTS)
    assert comings.news(LASTS + 1) == ""
    assert comings.news(2 * LASTS) == "ben, v, w and 3 others joined · ana left"
    assert comings.news(9 * LASTS) == ""


def test_who_comes_back_soon_had_not_gone() -> None:
    comings = Comings("me")
    comings.meet(here("ana"), 0)
    for n in range(4, 20):
        comings.meet(here("ana") if n % 2 else here(), n * (LASTS - 1))
        assert comings.news(n * (LASTS - 1) + 1) == ""


@given(st.lists(st.sets(st.sampled_from("abcde"))))
def test_whatever_is_said_adds_up_to_who_is_here(steps: list[set[str]]) -> None:
    comings, known = Comings("me"), set[str]()
    comings.meet(here(), 0)
    for n, names in enumerate(steps, 1):
        comings.meet(here(*names), n * 2 * LASTS)
        for part in filter(None, comings.news(n * 2 * LASTS + LASTS).split(" · ")):
            said, _, what = part.rpartition(" ")
            listed = set(said.split(" and ")[0].split(", "))
            assert what in ("joined", "left")
            if " and " not in said:
                known = known | listed if what == "joined" else known - listed
            else:
                known = set(names)
        assert known == names


async def test_joins_and_leaves_are_said_in_passing() -> None:
    async with screen() as it:
        it.script.connect()
        it.script.tell(here("ana"))
        await it.sees("1 viewer")
        it.script.clock += LASTS
        it.script.tell(here("ana", "ben"))
        await it.sees("2 viewers")
        assert "joined" not in it.text
        it.script.clock += LASTS
        await it.sees("ben joined")
        it.script.tell(here("ben"))
        await it.sees("1 viewer")
        it.app.clear_notifications()
        it.script.clock += LASTS
        await it.sees("ana left")
