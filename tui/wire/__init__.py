"""What travels over an Ably channel: neutral values, and how each pattern puts them on the wire.

Pure: no event loop, no SDK, no clock. `ChannelMessage` is what came, `decode` says what it means,
`encode` says how one of our own values is published.
"""

from tui.wire.annotation import Annotation, AnnotationAction
from tui.wire.citations import Citation, SourceTotal, annotation_of, citation_of, summary_of
from tui.wire.clean import Cleaner, clean_line, clean_text
from tui.wire.codec import decode, encode
from tui.wire.connection import (
    ChannelChange,
    ConnectionChange,
    Gap,
    GapHealed,
    HistoryChange,
    Inbound,
    Notice,
    Reason,
    Severity,
    Told,
)
from tui.wire.message import Action, ChannelMessage
from tui.wire.outgoing import (
    ApprovalRequest,
    ApprovalResponse,
    Best,
    Cancel,
    Cancelled,
    Cite,
    Forked,
    InStep,
    Kind,
    Outgoing,
    Part,
    Resumed,
    Revision,
    Route,
    Said,
    Start,
    StepEnd,
    StepStart,
    Stop,
    Suspended,
    Text,
    ToolCall,
    ToolProgress,
    ToolResult,
    Unknown,
    UserInput,
    Whole,
)
from tui.wire.payload import MAX_ID, describe
from tui.wire.presence import Member, Roster
from tui.wire.publication import Publication
from tui.wire.responses import promote
from tui.wire.revisions import revise
from tui.wire.thinking import of_side, side_channel
from tui.wire.transport import codec_of
from tui.wire.transport_send import encode_again, encode_approval, encode_cancel, encode_input

__all__ = [
    "MAX_ID",
    "Action",
    "Annotation",
    "AnnotationAction",
    "ApprovalRequest",
    "ApprovalResponse",
    "Best",
    "Cancel",
    "Cancelled",
    "ChannelChange",
    "ChannelMessage",
    "Citation",
    "Cite",
    "Cleaner",
    "ConnectionChange",
    "Forked",
    "Gap",
    "GapHealed",
    "HistoryChange",
    "InStep",
    "Inbound",
    "Kind",
    "Member",
    "Notice",
    "Outgoing",
    "Part",
    "Publication",
    "Reason",
    "Resumed",
    "Revision",
    "Roster",
    "Route",
    "Said",
    "Severity",
    "SourceTotal",
    "Start",
    "StepEnd",
    "StepStart",
    "Stop",
    "Suspended",
    "Text",
    "Told",
    "ToolCall",
    "ToolProgress",
    "ToolResult",
    "Unknown",
    "UserInput",
    "Whole",
    "annotation_of",
    "citation_of",
    "clean_line",
    "clean_text",
    "codec_of",
    "decode",
    "describe",
    "encode",
    "encode_again",
    "encode_approval",
    "encode_cancel",
    "encode_input",
    "of_side",
    "promote",
    "revise",
    "side_channel",
    "summary_of",
]
