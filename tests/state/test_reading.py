from __future__ import annotations

from dataclasses import replace

from tests.state.mixed import MutableChannel
from tui.state.reading import read, record_of, revision_of, say_anew
from tui.wire import (
    Action,
    ApprovalResponse,
    ChannelMessage,
    Part,
    Revision,
    Text,
    ToolCall,
    ToolProgress,
    Unknown,
    decode,
)


def progress(channel: MutableChannel, status: str) -> ChannelMessage:
    headers = {"responseId": "r", "toolCallId": "t"}
    return channel.create("tool_progress", {"status": status}, {"headers": headers})


def test_what_no_pattern_knows_is_read_as_a_response() -> None:
    message = MutableChannel().create("odd", "text", {})
    assert isinstance(decode(message), Unknown)
    assert read(message) == Part(message.serial, "text")


def test_a_create_has_no_versions_and_anything_else_has() -> None:
    channel = MutableChannel()
    first = channel.create("response", "a", {"headers": {"responseId": "r"}})
    assert record_of(read(first), first).versions is None
    later = channel.revise(first, Action.APPEND, "b", phase="done")
    record = record_of(read(later), later)
    assert record.versions is not None
    assert (record.text, record.versions.whole, record.versions.done) == ("b", False, True)
    assert record.versions.identity == later.version


def test_a_role_is_the_servers_word_for_who_answers_a_request() -> None:
    message = MutableChannel().create("approval-response", {}, {"userClaim": "\x1b[1mpublisher"})
    said = ApprovalResponse("t", approved=True)
    assert record_of(said, message).claim == "publisher"
    assert record_of(said, replace(message, extras={"userClaim": 7})).claim is None
    assert record_of(Text("r", "x"), message).claim is None


def test_a_whole_version_is_read_as_a_create_and_an_append_as_what_it_adds() -> None:
    channel = MutableChannel()
    first = channel.create(
        "tool_call", {"name": "f", "args": {"a": 1}}, {"headers": {"responseId": "r", "toolCallId": "t"}}
    )
    record = record_of(read(first), first)
    assert isinstance(record.said, ToolCall)
    whole = channel.revise(first, Action.UPDATE, {"name": "f", "args": {"a": 2}})
    assert revision_of(record, whole) == Revision('{"a":2}', appended=False, done=True)
    assert revision_of(record, channel.revise(first, Action.APPEND, "x")).appended
    assert revision_of(record, channel.revise(first, Action.DELETE, None)).deleted
    bare = channel.revise(first, Action.UPDATE, "odd", bare=True)
    assert revision_of(record, bare) == Revision("odd", appended=False)


def test_an_update_of_what_is_no_text_says_something_else() -> None:
    channel = MutableChannel()
    first = progress(channel, "slow")
    update = channel.revise(first, Action.UPDATE, {"status": "fast"})
    record = record_of(read(update), update)
    assert isinstance(record.saying, ToolProgress)
    assert record.saying.status == "fast"
    say_anew(record, channel.revise(first, Action.APPEND, {"status": "never"}))
    say_anew(record, first)  # older
    assert isinstance(record.saying, ToolProgress)
    assert record.saying.status == "fast"
