import pytest

from tests.wire.values import message
from tui.wire import Start, Stop, Text, Whole, decode


def test_a_publisher_who_sends_only_a_response_id() -> None:
    headers: dict[str, object] = {"responseId": "msg_01"}
    assert decode(message("start", None, headers)) == Start("msg_01")
    assert decode(message("token", "Why", headers)) == Text("msg_01", "Why")
    assert decode(message("stop", None, headers)) == Stop("msg_01")
    assert decode(message("response-complete", "Why not", headers)) == Whole("msg_01", "Why not")


@pytest.mark.parametrize(
    "headers", [None, {}, {"responseId": ""}, {"responseId": None}, {"responseId": ["x"]}]
)
def test_a_missing_response_id_is_none(headers: dict[str, object] | None) -> None:
    assert decode(message("token", "x", headers)) == Text(None, "x")


def test_ids_that_differ_stay_different_however_long() -> None:
    one, two = (decode(message("start", None, {"responseId": "x" * 500 + end})) for end in "ab")
    assert one != two


@pytest.mark.parametrize("seq", ["-1", " 1", "1_0", "²", "x", "9" * 16, True])
def test_a_header_that_is_no_number_is_none(seq: object) -> None:
    said = decode(message("token", "x", {"responseId": "r", "seq": seq}))
    assert isinstance(said, Text)
    assert said.seq is None


@pytest.mark.parametrize(
    ("header", "ids"),
    [
        ('["a","b","a"]', ("a", "b")),
        ("a", ("a",)),
        ('["a",1,null,""]', ("a",)),
        ("[broken", ("[broken",)),
        ("[]", ()),
        (None, ()),
    ],
)
def test_what_a_start_supersedes(header: object, ids: tuple[str, ...]) -> None:
    assert decode(message("start", None, {"responseId": "r", "supersedes": header})) == Start(
        "r", supersedes=ids
    )
