"""Prompts, in the order in which they were asked, over any number of connections.

Pure; time is an argument, in seconds.
"""

from __future__ import annotations

from tui.link.token_lane import TokenLane


class PromptLane(TokenLane):
    """The queue of prompts: one at a time, so that none that waited for a connection overtakes one that went
    out on the connection before and has no acknowledgement.
    """

    def ready(self, now: float) -> bool:
        """Whether there is a prompt to send now."""
        return not self.in_flight and super().ready(now)
