import random

from hypothesis import given
from hypothesis import strategies as st

from tests.state.mixed import MutableChannel
from tests.state.test_conversation import after, only
from tui.state import UNKNOWN
from tui.state.versions import WINDOW, Versions
from tui.wire import Action, Revision


def appended(texts: list[str]) -> Versions:
    versions = Versions("000000", "")
    for number, text in enumerate(texts, 1):
        versions.take(f"{number:06}", Revision(text, appended=True))
    return versions


@given(st.lists(st.text(max_size=3), min_size=1, max_size=20), st.data(), st.randoms(use_true_random=False))
def test_a_prefix_of_appends_is_one_update(
    texts: list[str], data: st.DataObject, chance: random.Random
) -> None:
    cut = data.draw(st.integers(1, len(texts)))
    revisions = [(f"{n:06}", Revision(text, appended=True)) for n, text in enumerate(texts, 1)]
    overlapping = [*revisions, (f"{cut:06}", Revision("".join(texts[:cut]), appended=False))]
    chance.shuffle(overlapping)
    versions = Versions.unseen(overlapping[0][0])
    for version, revision in overlapping + revisions:
        if not versions.knows(version):
            versions.take(version, revision)
    assert "".join(versions.texts)[: len("".join(texts[:cut]))] == "".join(texts[:cut])
    assert versions.newest == f"{len(texts):06}"


def test_an_append_older_than_the_window_is_taken_for_a_duplicate() -> None:
    versions = appended(["x"] * (2 * WINDOW + 2))
    assert versions.knows("000001")
    assert "".join(versions.texts) == "x" * (2 * WINDOW + 2)


def test_first_contact_by_a_bare_append_finds_its_response_when_history_comes() -> None:
    channel = MutableChannel()
    first = channel.create("response", "a", {"headers": {"responseId": "r", "model": "m"}})
    bare = [channel.revise(first, Action.APPEND, text, bare=True) for text in "bcd"]
    whole = channel.revise(first, Action.UPDATE, "abcd")
    conversation = after(bare[1:])
    stray = only(conversation)
    assert (stray.key, stray.text, stray.blocks[0].gap) == (first.serial, "cd", UNKNOWN)
    conversation.apply(whole)
    response = only(conversation)
    assert (response.key, response.text, response.model, response.gaps) == ("r", "abcd", "m", 0)
    for message in (first, *bare):
        conversation.apply(message)
    assert only(conversation).text == "abcd"
