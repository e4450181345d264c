"""What a command that follows the channel does with what arrives, and which of it is of one response.

Pure: time is an argument. Leaves reading to `opening`, the order of the past to `chronicle`, and saying to
`telling`, `rawtext` and `printing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from tui.cli.fence import Unfenced
from tui.cli.rawtext import RawText
from tui.state import Change, Conversation, Replaced, Response, Status
from tui.ui.hearing import Hearing
from tui.wire import Annotation, ChannelMessage, Gap, GapHealed, HistoryChange, Inbound, Roster

TOGETHER = 50
"""Messages that a conversation surely remembers as they came, however long they are."""
CORRECTION = 60_000
"""Milliseconds after the end of a response in which its publisher may still correct it."""


@dataclass(slots=True)
class News:
    """What came at once."""

    messages: list[ChannelMessage] = field(default_factory=list)
    """In the order in which they were read."""
    changes: list[Change] = field(default_factory=list)
    """What they changed."""


class Follower:
    """Takes what a link gives, into `conversation`."""

    def __init__(self, conversation: Conversation, *, reduces: bool = True, passes: bool = True) -> None:
        """With `reduces` False messages are passed on and the conversation stays empty, with `passes` False
        they are not passed on: of a long past memory then holds one and not both.
        """
        self.conversation = conversation
        self._reduces = reduces
        self._passes = passes
        self._hearing = Hearing()

    def take(self, values: Iterable[Inbound], now: int) -> News:
        """Return what is new; `now` is in ms since the epoch by this machine's clock."""
        news = News()
        batch: list[ChannelMessage] = []
        for value in values:
            if isinstance(value, ChannelMessage):
                batch.append(value)
                continue
            self._apply(batch, news)
            batch = []
            self._hear(value, news)
            self._hearing.hear(value, now)
        self._apply(batch, news)
        news.changes += self.conversation.tick(now, self._hearing.deaf_since)
        return news

    def read(self, page: list[ChannelMessage], *, settle: bool = True) -> News:
        """Take a page of a past that comes in its order, and return it; time does not pass meanwhile. Without
        `settle` more of the same time will come, and it is folded once then.
        """
        news = News()
        self._apply(page, news, settle=settle)
        return news

    def _apply(self, batch: list[ChannelMessage], news: News, *, settle: bool = True) -> None:
        if self._passes:
            news.messages += batch
        if self._reduces:
            news.changes += self.conversation.apply_all(batch, settle=settle)

    def _hear(self, value: Inbound, news: News) -> None:
        match value:
            case HistoryChange():
                if value.done:
                    conversation = self.conversation
                    news.changes += conversation.exhaust() if value.exhausted else conversation.settle()
            case Roster():
                news.changes += self.conversation.members(value)
            case Annotation():
                news.changes += self.conversation.annotate(value)
            case Gap():
                news.changes += self.conversation.lose(value)
            case GapHealed():
                news.changes += self.conversation.heal(value)


class OneResponse:
    """Picks one response out of what arrives, and its text as it is, without the fence of a stream."""

    def __init__(self, response_id: str) -> None:
        self.id = response_id
        self.response: Response | None = None
        """None until it has been seen."""
        self._text = RawText()
        self._unfenced = Unfenced()

    def take(self, conversation: Conversation, news: News) -> str:
        """Return what of its text is new."""
        self.find(conversation)
        if self.response is None:
            return ""
        key = self.response.key
        anew = any(isinstance(change, Replaced) and change.response.key == key for change in news.changes)
        before = self._text.corrections
        found = self._text.take(self.response, anew=anew)
        if self._text.corrections > before:
            self._unfenced = Unfenced()
            return "\n" + self._unfenced.take(found.removeprefix("\n"))
        return self._unfenced.take(found)

    def rest(self) -> str:
        """Return at its end what of its text was held back: it might have been the fence of a stream."""
        return self._unfenced.rest()

    @property
    def corrected(self) -> bool:
        """Whether what had been given turned out to be wrong, and all of it was given once more."""
        return self._text.corrections > 0

    def find(self, conversation: Conversation) -> None:
        """See whether it is there."""
        if self.response is None or self.response.key not in conversation.responses:
            self.response = conversation.by_id(self.id)

    def messages(self, conversation: Conversation, news: News) -> list[ChannelMessage]:
        """Return the messages of the news that belong to it."""
        if self.response is None:
            return []
        ours: set[int] = set()
        if len(news.messages) <= len(conversation.recent):
            ours = _of(self.response.strand, conversation, len(news.messages))
        else:  # more than a conversation remembers as they came
            again = Conversation()
            for batch in _batches(news.messages):
                again.apply_all(batch)
                ours |= _of(self.response.strand, again, len(batch))
        return [message for message in news.messages if id(message) in ours]

    @property
    def over(self) -> bool:
        """Whether nothing more is to be hoped for."""
        found = self.response
        if found is None:
            return False
        return found.ended_at is not None or (found.left and not found.status.in_flight)

    def settled(self, reached: int | None) -> bool:
        """Whether it was over so long before `reached`, ms since the epoch, that nobody corrects it any more:
        whole texts follow the end where a piece could not be published.
        """
        ended = None if self.response is None else self.response.ended_at
        return ended is not None and reached is not None and reached - ended > CORRECTION

    @property
    def well(self) -> bool:
        """Whether it ended well."""
        return self.response is not None and self.response.status is Status.DONE

    @property
    def whole(self) -> bool:
        """Whether it ended well and by itself, so that its text is not cut, as at the most tokens."""
        return self.well and self.response is not None and self.response.stop_reason in (None, "end_turn")


def _of(strand: str, conversation: Conversation, newest: int) -> set[int]:
    """Identities of those of the `newest` messages that belong to a strand."""
    found = islice(reversed(conversation.recent), newest)
    return {id(message) for key, message in found if key == strand}


def _batches(messages: list[ChannelMessage]) -> Iterator[list[ChannelMessage]]:
    for begin in range(0, len(messages), TOGETHER):
        yield messages[begin : begin + TOGETHER]
