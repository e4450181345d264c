"""What travels over an Ably channel: neutral values, and how each pattern puts them on the wire.

Pure: no event loop, no SDK, no clock. `ChannelMessage` is what came, `decode` says what it means,
`encode` says how one of our own values is published.
"""

from tui.wire.clean import Cleaner, clean_line, clean_text
from tui.wire.codec import Publication, decode, encode
from tui.wire.connection import (
    ChannelChange,
    ConnectionChange,
    HistoryChange,
    Inbound,
    Notice,
    Reason,
    Severity,
)
from tui.wire.message import Action, ChannelMessage
from tui.wire.outgoing import Outgoing, Start, Stop, Text, Unknown, UserInput, Whole
from tui.wire.payload import MAX_ID

__all__ = [
    "MAX_ID",
    "Action",
    "ChannelChange",
    "ChannelMessage",
    "Cleaner",
    "ConnectionChange",
    "HistoryChange",
    "Inbound",
    "Notice",
    "Outgoing",
    "Publication",
    "Reason",
    "Severity",
    "Start",
    "Stop",
    "Text",
    "Unknown",
    "UserInput",
    "Whole",
    "clean_line",
    "clean_text",
    "decode",
    "encode",
]
