"""What has been said on the channel: responses, prompts and what became of them.

A pure reducer: `Conversation.apply` takes channel messages and gives changes. No clock, no sockets, no SDK;
usable without the screen.
"""

from tui.state.block import UNKNOWN, Approval, Block, Decision, Tool
from tui.state.changes import Appended, Change, Opened, Removed, Replaced, TakenOver, Updated
from tui.state.citations import Mark
from tui.state.conversation import Conversation
from tui.state.counts import Counts
from tui.state.people import Publisher
from tui.state.response import Prompt, Response, Status

__all__ = [
    "UNKNOWN",
    "Appended",
    "Approval",
    "Block",
    "Change",
    "Conversation",
    "Counts",
    "Decision",
    "Mark",
    "Opened",
    "Prompt",
    "Publisher",
    "Removed",
    "Replaced",
    "Response",
    "Status",
    "TakenOver",
    "Tool",
    "Updated",
]
