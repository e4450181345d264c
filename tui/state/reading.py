"""From messages to records: what a message says, and what another version of it does."""

from __future__ import annotations

from tui.state.people import publisher_of
from tui.state.records import Record, content_of, is_done, text_in
from tui.state.versions import Versions
from tui.wire import (
    MAX_ID,
    Action,
    ApprovalResponse,
    ChannelMessage,
    Revision,
    Said,
    ToolProgress,
    ToolResult,
    Unknown,
    UserInput,
    clean_line,
    decode,
    promote,
    revise,
)


def read(message: ChannelMessage) -> Said:
    """Return what a message says that is known to be, or to be a version of, some response's."""
    said = decode(message)
    return promote(message) if isinstance(said, Unknown) and not said.expected else said


def record_of(said: Said, message: ChannelMessage) -> Record:
    """Return what is remembered of a message."""
    publisher = publisher_of(message.client_id, message.connection_id)
    record = Record(
        message.serial, said, publisher, message.id, message.timestamp, message.received, live=message.live
    )
    if isinstance(said, ApprovalResponse):
        claim = message.extras.get("userClaim")
        record.claim = clean_line(claim, MAX_ID) or None if isinstance(claim, str) else None
    version = message.version or message.serial
    if message.action is not Action.CREATE or version > message.serial:
        versions = record.versions = Versions.unseen(version)
        versions.take(version, revision_of(record, message))
        versions.hear(version, message.received, live=message.live)
        versions.last_at = message.timestamp
        say_anew(record, message)
    return record


def revision_of(record: Record, message: ChannelMessage) -> Revision:
    """Return what a version does to its message; a whole one is read as a create would be."""
    revision = revise(message)
    if revision.appended or revision.deleted:
        return revision
    said = read(message)
    if type(content_of(said)) is not type(content_of(record.said)):
        return revision
    return Revision(text_in(said), appended=False, done=is_done(said))


def say_anew(record: Record, message: ChannelMessage) -> None:
    """Let an update of a message that is no text say what it says instead."""
    kind = type(content_of(record.said))
    if kind not in (ToolProgress, ToolResult, UserInput) or message.action in (Action.APPEND, Action.DELETE):
        return
    said = read(message)
    if record.versions is not None and type(content_of(said)) is kind:
        record.versions.say(message.version or message.serial, said)
