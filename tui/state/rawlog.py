"""The messages that belong to no response, as one response that lists them."""

from __future__ import annotations

from bisect import bisect_right

from tui.state.block import Block
from tui.state.people import Publisher, publisher_of
from tui.state.response import Response
from tui.wire import ChannelMessage, Kind, clean_line

KEY = "*"
LABEL = "messages"
KEPT = 1_000
"""Newest messages that are listed at least; twice as many at most."""


class RawLog:
    """Lists messages of no known pattern, a row each, in the order of their serials: who sent what."""

    def __init__(self) -> None:
        self.response: Response | None = None
        """None until there is something to list."""
        self._listed: dict[str, tuple[ChannelMessage, str]] = {}  # by serial
        self._serials: list[str] = []  # sorted
        self._floor = ""  # no older message than this is listed any more
        self._unwritten = False

    def __contains__(self, serial: str) -> bool:
        return serial in self._listed

    @property
    def listed(self) -> list[tuple[ChannelMessage, str]]:
        """The messages, with what they are or why nothing can be made of them."""
        return [self._listed[serial] for serial in self._serials]

    def add(self, message: ChannelMessage, why: str) -> tuple[Response, str | None]:
        """List a message that is not listed yet; return the response, and the text that was added to its end:
        None when the list is to be written anew, for which call `write`.
        """
        response = self.response
        if response is None:
            block = Block(Kind.DATA, label=LABEL, opened_at=message.timestamp)
            response = self.response = Response(
                KEY,
                Publisher(None, None),
                strand=KEY,
                title="other messages",
                endless=True,
                started=True,
                opened_at=message.timestamp,
                opened_here=message.received,
                blocks=[block],
            )
        response.heard_at = max(response.heard_at, message.received)
        response.revive()
        response.opened_at = min(response.opened_at, message.timestamp)
        response.opened_here = min(response.opened_here, message.received)
        serial, block = message.serial, response.blocks[0]
        if serial <= self._floor:
            return response, ""
        block.opened_at, block.last_at = response.opened_at, max(block.last_at, message.timestamp)
        self._listed[serial] = message, why
        if not self._serials or serial > self._serials[-1]:
            self._serials.append(serial)
            if len(self._serials) <= 2 * KEPT and not self._unwritten:
                return response, block.append(_row(message, why))
        else:
            self._serials.insert(bisect_right(self._serials, serial), serial)
        if len(self._serials) > 2 * KEPT:
            for old in self._serials[:-KEPT]:
                del self._listed[old]
            self._floor = self._serials[-KEPT - 1]
            del self._serials[:-KEPT]
        self._unwritten = True
        return response, None

    def take(self, serial: str) -> ChannelMessage:
        """Strike a message that turned out to be part of a response off the list, and return it; KeyError
        when it is not listed. Call `write` afterwards.
        """
        message, _ = self._listed.pop(serial)
        del self._serials[bisect_right(self._serials, serial) - 1]
        self._unwritten = True
        return message

    def write(self) -> Response | None:
        """Write the list anew where it has to be, which costs its length; return its response if so. When the
        list has become empty, `response` is None afterwards.
        """
        response = self.response
        if response is None or not self._unwritten:
            return None
        self._unwritten = False
        if not self._serials:
            self.response = None
            return response
        times = [message.timestamp for message, _ in self.listed]
        heard = [message.received for message, _ in self.listed]
        block = response.blocks[0]
        response.opened_at, response.opened_here = min(times), min(heard)
        response.heard_at = max(heard)
        block.opened_at, block.last_at = response.opened_at, max(times)
        block.replace("".join([_row(*each) for each in self.listed]))
        return response


def _row(message: ChannelMessage, why: str) -> str:
    name = clean_line(message.name or "", 80) or "(no name)"
    publisher = publisher_of(message.client_id, message.connection_id).name
    return f"{name} · {publisher}: {why}\n"
