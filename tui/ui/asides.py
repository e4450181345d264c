"""Thinking that a response has on a channel of its own: whose is looked at, and for how long.

Such a channel costs, so somebody has to ask for it: by opening a response that has nothing to open so far.
It is looked at while the response runs and is seen in full. Leaves the channels to the desk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tui.state import Conversation, Response
from tui.ui.contacts import contact_of
from tui.ui.ports import Desk
from tui.wire import Kind, clean_line, side_channel

STAY = 10_000
"""Milliseconds for which it is looked at after the response has ended, or where it had ended before."""


class Asides:
    """Whose own channels are looked at."""

    def __init__(
        self, conversation: Conversation, desk: Desk, channel: str, say: Callable[[str], None]
    ) -> None:
        """`channel` is the one that the screen shows; `say` tells people something in passing."""
        self._conversation = conversation
        self._desk = desk
        self._channel = channel
        self._say = say
        self._asked: dict[str, int] = {}
        """By responseId, when it was asked for or ran last."""
        self._looked: set[str] = set()

    def ask(self, response: Response, now: int) -> None:
        """Look for the thinking of a response that has nothing to open here, from the next `tick` on; `now`
        is in ms since the epoch.
        """
        response_id = response.response_id
        if response_id is None or contact_of(self._conversation, response) is not None:
            return
        if response_id not in self._asked:
            if any(block.kind is Kind.THINKING or block.tool is not None for block in response.blocks):
                return  # that is what was opened
            name = clean_line(side_channel(self._channel, response_id), 200)
            self._say(f"no thinking on this channel; looking on {name}")
        self._asked[response_id] = now

    def tick(self, now: int, opened: Iterable[Response]) -> None:
        """Look at the channels of those that are shown in full, and at no others."""
        wanted: dict[str, int] = {}
        for response in opened:
            response_id = response.response_id
            if response_id is None or response_id not in self._asked:
                continue
            if response.ended_at is None:
                self._asked[response_id] = now
            if now - self._asked[response_id] <= STAY:
                wanted[response_id] = min(response.opened_at, wanted.get(response_id, response.opened_at))
        for response_id in self._looked - wanted.keys():
            self._desk.look_away(response_id)
        for response_id in wanted.keys() - self._looked:
            self._desk.look_aside(response_id, wanted[response_id])
        self._looked = set(wanted)
