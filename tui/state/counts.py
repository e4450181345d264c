"""How messages arrived."""

from __future__ import annotations

from dataclasses import dataclass

from tui.state.strand import Strand
from tui.wire import ChannelMessage


@dataclass(slots=True)
class Counts:
    """What has arrived."""

    messages: int = 0
    duplicates: int = 0
    late: int = 0
    """Messages that arrived behind newer ones of their response, and were put in their place."""
    unknown: int = 0
    """Messages that carry no response."""

    def disorder(self, strand: Strand, message: ChannelMessage, *, late: bool) -> None:
        """Count a message that was late, or else a duplicate; its response counts live ones alone: history
        and what arrives overlap by nature, so a duplicate is one only if both copies were seen to arrive.
        """
        self.late += late
        self.duplicates += not late
        if not (message.live and strand.responses):
            return
        if late:
            strand.responses[-1].late += 1
        elif strand.came_live(message.serial, message.version or message.serial):
            strand.responses[-1].duplicates += 1
