from tests.wire.values import message, transport
from tui.wire import InStep, Kind, Part
from tui.wire.transport_headers import Output


def test_ids_are_cleaned_and_what_is_no_string_is_missing() -> None:
    output = Output.of(transport("ai-output", "te\x1b[1mxt", None, {"parent": " a\nb "}, {"id": 5}))
    assert (output.run, output.kind, output.id("parent"), output.field("id")) == ("R", "text", "a b", None)


def test_data_and_headers_that_hold_an_object() -> None:
    output = Output.of(
        transport("ai-output", "x", '{"a":1}', None, {"item": '{"b":2}', "broken": "{", "plain": {"c": 3}})
    )
    assert output.fields == {"a": 1}
    assert [output.json(name) for name in ("item", "broken", "plain", "none")] == [{"b": 2}, {}, {"c": 3}, {}]


def test_extras_of_any_shape_give_an_output() -> None:
    for extras in ({}, {"ai": None}, {"ai": {"transport": 5, "codec": "x"}}):
        assert Output.of(message("ai-output", extras=extras)).run == "s1"


def test_a_part_stands_in_its_attempt_where_both_ids_say_so() -> None:
    ids = {"step-id": "S", "step-start-serial": "s3", "codec-message-id": "M"}
    part = Part("R", "x", Kind.DATA, done=True, label="l")
    output = Output.of(transport("ai-output", "x", None, ids))
    assert output.within(output.part("x", Kind.DATA, "l")) == InStep("S", "s3", part, "M")
    output = Output.of(transport("ai-output", "x", None, {"step-id": "S"}))
    assert output.within(part) is part
