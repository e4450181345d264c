import pytest

from tests.wire.values import message


@pytest.mark.parametrize(
    ("value", "header"),
    [
        ("x", "x"),
        ("", None),
        (None, None),
        (5, "5"),
        (0.5, "0.5"),
        (True, None),
        (["x"], None),
        ({"x": 1}, None),
    ],
)
def test_a_header_is_a_string_that_says_something(value: object, header: str | None) -> None:
    assert message(headers={"h": value}).header("h") == header


@pytest.mark.parametrize("extras", [{}, {"headers": None}, {"headers": ["h"]}, {"headers": {}}])
def test_without_headers_there_is_none(extras: dict[str, object]) -> None:
    assert message(extras=extras).header("h") is None
