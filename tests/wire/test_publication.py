from tui.wire import Action, Publication


def test_headers_are_a_part_of_extras() -> None:
    assert Publication.of("x", None, {"a": "b"}).extras == {"headers": {"a": "b"}}
    assert Publication.of("x", None, {"a": "b"}).headers == {"a": "b"}
    assert Publication.of("x", None, {}).extras == {}
    assert Publication("x", None, {"ai": {}}).headers == {}
    assert Publication("x", None, {"headers": "none"}).headers == {}


def test_it_is_a_create_unless_it_says_otherwise() -> None:
    assert Publication("x", None).action is Action.CREATE
