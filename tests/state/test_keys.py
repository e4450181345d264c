from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.state.keys import call_key, key_of, stream_key, waiting_key
from tui.state.people import Publisher

ids = st.text("ab~?!*%#2", max_size=5)
publishers = st.builds(Publisher, st.none() | ids.filter(bool), st.none() | ids)


@given(ids, ids)
def test_different_ids_have_different_keys(one: str, two: str) -> None:
    assert (key_of(one) == key_of(two)) is (one == two)


@given(ids, ids, ids, publishers)
def test_no_id_gets_among_what_has_none(
    response_id: str, call: str, prompt: str, publisher: Publisher
) -> None:
    keys = {key_of(response_id), call_key(call), waiting_key(prompt), stream_key(publisher), "*"}
    assert len(keys) == 5
    assert not any("#" in key for key in keys)


@pytest.mark.parametrize("make", [key_of, call_key, waiting_key])
def test_a_plain_id_can_be_read_in_its_key(make: Callable[[str], str]) -> None:
    assert make("msg_01-a").lstrip("?!") == "msg_01-a"


def test_a_publisher_is_one_stream_whatever_connection_it_comes_by() -> None:
    assert stream_key(Publisher("ana", "c1")) == stream_key(Publisher("ana", "c2"))
    assert stream_key(Publisher(None, "c1")) != stream_key(Publisher(None, "c2"))
    assert stream_key(Publisher(None, "c1")) != stream_key(Publisher("c1", None))
