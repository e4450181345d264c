"""What waits to be published of one response: messages in their order, and between them text that is joined.

Pure. Leaves to the lanes when something goes, and in what form.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from tui.link.chunks import LIMIT, mend, split
from tui.link.item import Item
from tui.wire import Text

_SLICE = 8_192
_REPLACEMENT = "\ufffd"


@dataclass(slots=True)
class Pending:
    """Deltas that wait to be joined."""

    like: Text
    """The first of them, for what they have in common."""
    parts: deque[str] = field(default_factory=deque)
    deltas: int = 0


class Waiting:
    """A queue of messages and of text. `binary` says how text is measured."""

    def __init__(self, *, binary: bool) -> None:
        self._entries: deque[Item | Pending] = deque()
        self._half: Text | None = None  # the first half of a surrogate pair whose second half has not come
        self._binary = binary

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Item | Pending]:
        return iter(self._entries)

    @property
    def head(self) -> Item | Pending:
        """What comes next; only when there is something."""
        return self._entries[0]

    @property
    def items(self) -> list[Item]:
        """The messages, without text that was not joined yet."""
        return [entry for entry in self._entries if isinstance(entry, Item)]

    def join(self, value: Text) -> None:
        """Add a piece of text to what waits."""
        if self._half is not None and not alike(self._half, value):
            self._give_up_half()
        text = value.text if self._half is None else self._half.text + value.text
        # Half a pair cannot be encoded; its other half comes with the next delta.
        half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        self._half = replace(value, text=half) if half else None
        text = mend(text.removesuffix(half) if half else text)
        if text:
            self._join(value, text, value.deltas)

    def add(self, item: Item) -> None:
        """Add a message behind all that waits."""
        self._give_up_half()
        self._entries.append(item)

    def add_first(self, items: Iterable[Item]) -> None:
        """Add messages, in their order, before all that waits."""
        self._entries.extendleft(reversed(list(items)))

    def pop(self) -> Item:
        """Remove and return the message that comes next."""
        head = self._entries.popleft()
        assert isinstance(head, Item)  # noqa: S101  text is cut
        return head

    def cut(self, limit: int = LIMIT) -> Text:
        """Remove and return the text that comes next, as much of it as takes `limit` encoded bytes."""
        pending = self._entries[0]
        assert isinstance(pending, Pending)  # noqa: S101  messages are popped
        taken: list[str] = []
        length = 0
        while pending.parts and length <= limit:  # more than fits, so that the cut sees what follows it
            taken.append(pending.parts.popleft())
            length += len(taken[-1])
        text, rest = split("".join(taken), limit, binary=self._binary)
        if rest:
            pending.parts.appendleft(rest)
        deltas, pending.deltas = max(1, pending.deltas), 0
        if not pending.parts:
            self._entries.popleft()
        return replace(pending.like, text=text, deltas=deltas)

    def remove(self, item: Item) -> bool:
        """Forget a message; return whether it was here."""
        if item not in self._entries:
            return False
        self._entries.remove(item)
        return True

    def drop(self, unwanted: Callable[[Item], bool]) -> None:
        """Forget the messages that are `unwanted`."""
        self._entries = deque(
            each for each in self._entries if isinstance(each, Pending) or not unwanted(each)
        )

    def _join(self, like: Text, text: str, deltas: int) -> None:
        pending = self._entries[-1] if self._entries else None
        if not isinstance(pending, Pending) or not alike(pending.like, like):
            pending = Pending(like)
            self._entries.append(pending)
        pending.deltas += deltas
        pending.parts.extend(text[start : start + _SLICE] for start in range(0, len(text), _SLICE))

    def _give_up_half(self) -> None:
        half, self._half = self._half, None
        if half is not None:
            self._join(half, _REPLACEMENT, 1)


def alike(one: Text, other: Text) -> bool:
    """Whether two pieces of a response may be joined."""
    return one.kind is other.kind and one.whole == other.whole
