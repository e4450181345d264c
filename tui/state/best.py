"""Which responses somebody has called the best. Of a family of siblings the latest word counts, by serial."""

from __future__ import annotations

from collections.abc import Iterable

from tui.state.people import Publisher, publisher_of
from tui.state.response import Response
from tui.wire import Best, ChannelMessage
from tui.wire.immutable import immutable

MOST = 2_000
"""Responses that words are kept about: those that the latest are about."""


@immutable
class Word:
    """What somebody said of a response."""

    serial: str
    best: bool
    """Whether it is the best; False takes that back."""
    publisher: Publisher


class Words:
    """The latest word about each response. Any order of the messages gives the same."""

    def __init__(self) -> None:
        self._said: dict[str, Word] = {}  # by responseId

    def hear(self, said: Best, message: ChannelMessage) -> bool:
        """Take a message; return whether it is the latest about its response."""
        publisher = publisher_of(message.client_id, message.connection_id)
        return self._keep(said.response_id, Word(message.serial, not said.taken_back, publisher))

    def say_here(self, said: Best, publisher: Publisher, family: Iterable[Response]) -> None:
        """Let something hold of one of a family until the channel says something later: it may not have been
        published yet, and perhaps cannot be.
        """
        # Behind everything that it can be about, and before whatever comes: serials begin with the time.
        known = [word.serial for word in self._said.values()]
        newest = max([*known, *(response.serial for response in family)], default="")
        self._keep(said.response_id, Word(f"{newest}~", not said.taken_back, publisher))

    def best_of(self, family: Iterable[Response]) -> tuple[Response, Word] | None:
        """Return the best of siblings, and who says so; None where nobody does, or no longer."""
        found: tuple[Response, Word] | None = None
        for response in family:
            word = self._said.get(response.response_id or "")
            if word is not None and (found is None or word.serial >= found[1].serial):
                found = response, word
        return found if found is not None and found[1].best else None

    def _keep(self, response_id: str, word: Word) -> bool:
        known = self._said.get(response_id)
        if known is not None and known.serial >= word.serial:
            return False
        self._said[response_id] = word
        if len(self._said) > MOST:
            del self._said[min(self._said, key=lambda each: self._said[each].serial)]
        return response_id in self._said
