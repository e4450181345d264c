"""What has been said on the channel: responses, prompts and what became of them.

A pure reducer: `Conversation.apply` takes channel messages and gives changes. No clock, no sockets, no SDK;
usable without the screen.
"""

from tui.state.changes import Appended, Change, Opened, Removed, Replaced, TakenOver, Updated
from tui.state.conversation import Conversation, Counts
from tui.state.response import Block, Prompt, Publisher, Response, Status

__all__ = [
    "Appended",
    "Block",
    "Change",
    "Conversation",
    "Counts",
    "Opened",
    "Prompt",
    "Publisher",
    "Removed",
    "Replaced",
    "Response",
    "Status",
    "TakenOver",
    "Updated",
]
