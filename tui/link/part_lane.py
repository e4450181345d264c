"""Message per response: a response's text as messages that grow by appends (`tui.wire.responses`).

One message at a time, since an append needs the serial of what it is appended to, and the server knows no
append by an id: repeated it would be there twice. So an append is never repeated. After a refusal, an unknown
outcome and on another connection the next message is an update with the whole text of the part, which may be
repeated; and a part of which an outcome was once unknown ends with such an update, because the append in
question may have arrived behind the first. A part ends before its text is too long for a message, before what
is no text, and before text of another kind. Where the channel refuses appends, `TokenLane` goes on.

Pure; time is an argument, in seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tui.link.chunks import LIMIT, encoded_size
from tui.link.item import Item
from tui.link.lane import Lane, annotate, is_repeatable
from tui.link.token_lane import TokenLane
from tui.link.waiting import Pending
from tui.wire import (
    Action,
    Annotation,
    Cite,
    Kind,
    Part,
    Publication,
    Start,
    Stop,
    Text,
    Whole,
    responses,
)

_LEAST = 256
"""Bytes of room that a part must have left to be appended to."""


@dataclass(slots=True)
class Growth:
    """What is known of a channel: whether it has let a message grow. Shared by a connection's lanes."""

    proven: bool = False


@dataclass(slots=True)
class _Open:
    """A part: one message on the channel."""

    kind: Kind
    before: int = 0
    """UTF-16 units of the response's text before it."""
    serial: str | None = None
    texts: list[str] = field(default_factory=list)
    size: int = 0
    """Encoded bytes of its text."""
    done: bool = False
    """Whether nothing more is appended."""
    due: bool = False
    """Whether its next message must be an update."""
    continues: bool = False
    """Whether it is the rest of the part before it."""
    full: bool = False
    """Whether it ended because nothing more can be appended."""
    doubted: bool = False
    """Whether the outcome of one of its messages was unknown."""

    @property
    def units(self) -> int:
        """Length of its text in UTF-16 units."""
        return sum(len(text.encode("utf-16-le")) for text in self.texts) // 2


class PartLane(Lane):
    """A response's queue in which text makes messages grow."""

    def __init__(
        self,
        key: str,
        make_id: Callable[[], str],
        *,
        response_id: str,
        growth: Growth,
        window: float,
        binary: bool,
    ) -> None:
        super().__init__(key, make_id, window=window, binary=binary)
        self._growth = growth
        self._response_id = response_id
        self._start = Start(response_id)  # what every part repeats of it
        self._parts: list[_Open] = []
        self._changing: dict[str, _Open] = {}  # by the id of the message that creates or changes it

    @property
    def urgent(self) -> bool:
        """Whether what comes next is more than a further piece of text."""
        return bool(self._again) or isinstance(self._waiting.head, Item) or not self._texts

    def ready(self, now: float) -> bool:
        """Whether there is a message to send now."""
        if self.in_flight:
            return False
        if self._again:
            return True
        if not any(part.serial for part in self._parts):
            self._skip_citations()
        return bool(self._waiting) and self._may_go(now)

    def withdraw(self, item: Item) -> bool:
        """See to it that a message is not sent, or not again; False when it was sent, or is on its way."""
        unsent = super().withdraw(item)
        if item.number not in self.in_flight:
            self._abandon(item)
        return unsent

    def accepted(self, item: Item, serial: str | None) -> None:
        """The server has the message, and calls it `serial`."""
        del self.in_flight[item.number]
        self._stopped |= isinstance(item.value, Stop)
        part = self._changing.pop(item.id, None)
        if part is None:
            return
        if part.serial is None:
            part.serial = serial
            part.done = part.full = serial is None
        else:
            self._growth.proven = True
            part.due &= _is_append(item)

    def unknown(self, item: Item) -> None:
        """Nobody knows whether the server has the message."""
        del self.in_flight[item.number]
        if self.changes(item):
            self._changing[item.id].doubted = True
            self._restate(item)
        elif not item.dropped and is_repeatable(item):
            self._again.append(item)
        else:
            self._abandon(item)

    def refused(self, item: Item, *, retry: bool) -> None:
        """The server said no, and may say yes later if `retry`."""
        del self.in_flight[item.number]
        item.refused = True
        if retry and self.changes(item):
            self._restate(item)
        elif retry and not item.dropped:
            self._again.append(item)
        elif not isinstance(item.value, Cite):
            self._lose(item)

    def renewed(self) -> None:
        """There is another connection than before."""
        for part in self._parts:
            part.due |= part.serial is not None and not part.done

    def changes(self, item: Item) -> bool:
        """Whether the message changes one that is there, which a channel may not allow."""
        part = self._changing.get(item.id)
        return part is not None and part.serial is not None

    def fall_back(self, item: Item) -> TokenLane:
        """Return the lane that goes on by tokens, from where `item` would have changed a message."""
        part = self._changing[item.id]
        assert isinstance(item.value, Part)  # noqa: S101  nothing else changes a message
        first: list[Item] = []
        if not self._growth.proven:
            first.append(Item(self.key, self._start, self._make_id()))
        if part.doubted:  # nobody knows whether the channel has it
            self._broken |= part.kind is Kind.TEXT
        elif item.value.text:
            if part.kind is Kind.TEXT:
                self._texts.pop()
            text = Text(self._response_id, item.value.text, kind=part.kind)
            first.append(Item(self.key, text, self._make_id()))
        return TokenLane.instead(
            self, self._waiting, first=first, texts=self._texts, missing=self._missing, broken=self._broken
        )

    def _next(self, now: float) -> Item:
        if self._again:
            return self._again.pop()
        head = self._waiting.head
        if isinstance(head, Pending):
            self._text_at = now + self._window
            return self._say(head.like.kind)
        return self._waiting.pop() if head.form is not None else self._send(head)

    def _send(self, head: Item) -> Item:
        """Return the message that comes next, or one that must go before it."""
        if isinstance(head.value, Start):
            self._start = head.value
            return self._create(self._waiting.pop(), _Open(Kind.TEXT))
        if isinstance(head.value, Cite):
            head.form = self._annotation(head.value)
            return self._waiting.pop()
        last = self._parts[-1] if self._parts else None
        if head.value == Text(self._response_id, "") and last is not None and last.serial is not None:
            self._waiting.pop()
            return self._change(last, "")  # its publisher is there, and has nothing to say
        if last is not None and not last.done:
            last.done = True
            return self._change(last, "")
        if isinstance(head.value, Stop):
            if self._broken or self._missing:
                self._heal(head.value)
                return self._waiting.pop()
            head.form = responses.end(head.value)
        elif isinstance(head.value, Whole):
            self._texts = [head.value.text]
        return self._waiting.pop()

    def _say(self, kind: Kind) -> Item:
        """Return the message that carries the text that comes next, or one that makes room for it."""
        part = self._parts[-1] if self._parts else None
        if part is None or part.done:
            continues = part is not None and part.full and part.kind is kind
            part = _Open(kind, self._units(), continues=continues)
            # Where appends may be refused, nothing is published that would have to be said again.
            text = self._waiting.cut().text if self._growth.proven else ""
            return self._create(Item(self.key, self._value(part, text), self._make_id()), part)
        room = LIMIT - part.size
        part.full = room < _LEAST
        if part.kind is not kind or part.full:
            part.done = True
            return self._change(part, "")
        text = self._waiting.cut(room).text
        part.done = bool(self._waiting) and _ends_part(self._waiting.head)
        return self._change(part, text)

    def _create(self, item: Item, part: _Open) -> Item:
        text = item.value.text if isinstance(item.value, Part) else ""
        self._note(part, text)
        item.form = responses.encode(self._value(part, text))
        self._parts.append(part)
        self._changing[item.id] = part
        return item

    def _change(self, part: _Open, text: str) -> Item:
        """Return the message that adds `text` to a part."""
        assert part.serial is not None  # noqa: S101  without one it is done
        self._note(part, text)
        item = Item(self.key, self._value(part, text), self._make_id())
        if part.due or (part.done and part.doubted):
            item.form = self._whole_of(part)
        else:
            item.form = responses.append(self._value(part, text), part.serial)
        self._changing[item.id] = part
        return item

    def _restate(self, item: Item) -> None:
        """Say the whole text of a part where it is not known, or refused, that something was added to it."""
        part = self._changing.pop(item.id)
        part.due = True
        again = Item(self.key, item.value, self._make_id(), self._whole_of(part), attempts=item.attempts)
        self._changing[again.id] = part
        self._again.append(again)

    def _whole_of(self, part: _Open) -> Publication:
        assert part.serial is not None  # noqa: S101  it is changed
        return responses.replace(self._value(part, "".join(part.texts)), part.serial)

    def _note(self, part: _Open, text: str) -> None:
        if not text:
            return
        part.texts.append(text)
        part.size += encoded_size(text, binary=self._binary)
        if part.kind is Kind.TEXT:
            self._texts.append(text)

    def _value(self, part: _Open, text: str) -> Part:
        start = self._start
        return Part(
            self._response_id,
            text,
            part.kind,
            start.prompt_id,
            start.model,
            part.done,
            continues=part.continues,
        )

    def _units(self) -> int:
        """Return the length of the text so far, in UTF-16 units."""
        last = next((part for part in reversed(self._parts) if part.kind is Kind.TEXT), None)
        return 0 if last is None else last.before + last.units

    def _annotation(self, cite: Cite) -> Annotation:
        """Return a citation as an annotation of the part in which it begins."""
        texts = [part for part in self._parts if part.serial is not None]
        texts = [part for part in texts if part.kind is Kind.TEXT] or texts
        at = cite.citation.start
        found = texts[-1]
        if at is not None:
            found = next((part for part in reversed(texts) if part.before <= at), found)
        assert found.serial is not None  # noqa: S101  looked for
        return annotate(cite, found.serial, found.before)

    def _lose(self, item: Item) -> None:
        part = self._abandon(item)
        if part is None or isinstance(item.value, Start):
            super()._lose(item)
        elif part.kind is Kind.TEXT:
            self._broken = True

    def _abandon(self, item: Item) -> _Open | None:
        """Go on without a message; return the part that it creates or changes, which gets nothing more."""
        part = self._changing.pop(item.id, None)
        if part is not None:
            part.done = True
            if part.serial is None:
                self._parts.remove(part)
        return part


def _ends_part(head: Item | Pending) -> bool:
    """Whether what comes next ends the part before it."""
    return isinstance(head, Item) and not isinstance(head.value, Cite | Text)


def _is_append(item: Item) -> bool:
    return isinstance(item.form, Publication) and item.form.action is Action.APPEND
