from collections.abc import Callable

from tests.state.test_kept import Store
from tui.state.people import Publisher
from tui.state.records import Record
from tui.state.release import Release
from tui.state.strand import Strand
from tui.wire import Said, Start, Stop, Text

ANA = Publisher("ana", "c1")


def strand(key: str, text: str, *, ended: bool) -> Strand:
    made = Strand(key)
    values: list[Said] = [Start(key), Text(key, text), *([Stop(key)] if ended else [])]
    for number, said in enumerate(values):
        made.accept(Record(f"{number}", said, ANA, None, number, number))
    return made


def test_the_oldest_that_have_ended_go_until_three_quarters_are_left() -> None:
    store = Store()
    strands = {key: strand(key, key * 10, ended=key != "b") for key in "abcd"}
    release = Release(store.stow, 39)
    for key in "abcd":
        release.add(key, 10)
        release.settle(strands)
    assert set(store.texts) == {"a" * 10, "c" * 10}
    assert [strands[key].responses[0].text for key in "abcd"] == [key * 10 for key in "abcd"]


def test_what_is_not_there_any_more_is_not_counted_any_more() -> None:
    store, strands = Store(), {"b": strand("b", "b", ended=True)}
    release = Release(store.stow, 5)
    release.add("gone", 100)
    release.add("b", 1)
    release.settle(strands)
    assert store.texts == []


def test_without_a_place_or_room_all_stays() -> None:
    def full(_text: str) -> Callable[[], str]:
        raise OSError("no space left on device")

    strands = {"a": strand("a", "text", ended=True)}
    for release in (Release(None, 0), Release(full, 0)):
        for _ in range(2):
            release.add("a", 4)
            release.settle(strands)
        assert strands["a"].responses[0].blocks[0].parts == ["text"]
