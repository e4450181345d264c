import pytest
from hypothesis import given

from tests.wire.values import arrived, message, parts, stops
from tui.wire import (
    Action,
    ChannelMessage,
    Kind,
    Part,
    Revision,
    Said,
    Stop,
    Unknown,
    decode,
    promote,
    revise,
)
from tui.wire.responses import append, encode, end, replace


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (message("response", "", {"responseId": "r"}), Part("r", "")),
        (
            message("response", "Hi", {"responseId": "r", "promptId": "p", "model": "m"}),
            Part("r", "Hi", prompt_id="p", model="m"),
        ),
        (message("agent-response", "Hi", {"promptId": "p"}), Part("p", "Hi", prompt_id="p")),
        (message("response", "Hi", serial="s4"), Part("s4", "Hi")),
        (
            message("response", "all", {"responseId": "r"}, metadata={"phase": "done"}),
            Part("r", "all", done=True),
        ),
        (message("thinking", "hm", {"responseId": "r", "kind": "thinking"}), Part("r", "hm", Kind.THINKING)),
        (message("response", "hm", {"responseId": "r", "kind": "unheard of"}), Part("r", "hm")),
        (
            message("response", "rest", {"responseId": "r", "continues": "true"}),
            Part("r", "rest", continues=True),
        ),
        # What a publisher appends to need not be text.
        (message("response", [{"type": "text", "text": "a"}, "b"], {"responseId": "r"}), Part("r", "ab")),
        (message("response", {"text": "a"}, {"responseId": "r"}), Part("r", "a")),
        (message("x", {"a": 1}, {"responseId": "r"}), Part("r", '{"a":1}', Kind.DATA, label="JSON")),
        (
            message("x", b"\x00\x01", {"responseId": "r"}),
            Part("r", "binary, 2 bytes", Kind.DATA, label="binary"),
        ),
        (message("response-end", None, {"responseId": "r"}), Stop("r")),
        (message("response-end", None, {"responseId": "r", "error": "boom"}), Stop("r", error="boom")),
        (message("response-end"), Unknown("response-end without responseId")),
    ],
)
def test_each_shape(sent: ChannelMessage, said: Said) -> None:
    assert decode(sent) == said


def test_a_message_of_no_pattern_becomes_a_response_when_it_is_appended_to() -> None:
    raw = message("answers", "so ", serial="s4")
    assert isinstance(decode(raw), Unknown)
    assert promote(raw) == Part("s4", "so ")
    secret = message("answers", "QUJD", serial="s4", encoding="cipher+aes-128-cbc")
    assert promote(secret).text == "encrypted (cipher+aes-128-cbc), 4 bytes, no key here"


@given(parts)
def test_the_messages_of_a_part_that_we_publish(part: Part) -> None:
    first, more, whole = encode(part), append(part, "s1"), replace(part, "s1")
    assert first.action is Action.CREATE
    assert (more.action, more.serial, more.data) == (Action.APPEND, "s1", part.text)
    assert revise(arrived(more)) == Revision(part.text, appended=True, done=part.done)
    assert revise(arrived(whole)) == Revision(part.text, appended=False, done=part.done)
    # Whoever comes in between sees an append or update first, and learns as much from it.
    assert decode(arrived(more)) == decode(arrived(whole)) == part
    assert decode(arrived(first)) == part


@given(stops)
def test_the_end_that_we_publish(stop: Stop) -> None:
    said = decode(arrived(end(stop)))
    assert said == stop if stop.response_id is not None else isinstance(said, Unknown)
