import pytest

from tui.state.people import publisher_of
from tui.wire import MAX_ID


@pytest.mark.parametrize(
    ("client_id", "connection_id", "name"),
    [
        ("ana", "c1", "ana"),
        (None, "abcdef", "anonymous abcd"),
        ("", "", "anonymous"),
        (None, None, "anonymous"),
        ("\x1b[31mana\n", "c1", "ana"),
        ("\x1b[31m", "c1", "anonymous c1"),
    ],
)
def test_names_are_clean(client_id: str | None, connection_id: str | None, name: str) -> None:
    assert publisher_of(client_id, connection_id).name == name


def test_ids_are_bounded() -> None:
    assert len(publisher_of("x" * 10_000, None).name) == MAX_ID
