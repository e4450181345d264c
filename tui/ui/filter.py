"""Which panes a filter leaves: words that a response must have, in what it says or in what it is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from tui.state import Response
from tui.ui.own import YOU, Own

FIELDS = {
    "model": "model",
    "state": "state",
    "status": "state",
    "by": "by",
    "publisher": "by",
    "text": "text",
}
"""What may stand before a colon, and what it means."""


@dataclass(frozen=True, slots=True)
class Filter:
    """All its words must match, whatever the case; none lets everything through."""

    words: tuple[tuple[str, str], ...] = ()
    """Each a field of `FIELDS`, or nothing for any of them, and the word in lower case."""

    @classmethod
    def of(cls, typed: str) -> Filter:
        """Return what somebody typed: `model:haiku state:live by:ana tokens`."""
        words = []
        for word in typed.lower().split():
            name, colon, rest = word.partition(":")
            if colon and name in FIELDS:
                words.append((FIELDS[name], rest))
            else:
                words.append(("", word))
        return cls(tuple((name, word) for name, word in words if word))

    def __bool__(self) -> bool:
        return bool(self.words)

    @property
    def reads_text(self) -> bool:
        """Whether more text may let a response through."""
        return any(name in ("", "text") for name, _ in self.words)

    def lets(self, response: Response, own: Own) -> bool:
        """Whether a response stays; what `own` knows as asked or said here is what `by:you` means."""
        return all(_matches(response, own, name, word) for name, word in self.words)


def _matches(response: Response, own: Own, name: str, word: str) -> bool:
    prompt, publisher = response.prompt, response.publisher
    if (name, word) == ("by", YOU):
        return own.asked(response) or own.wrote(response)
    people = [publisher.name, publisher.client_id or ""]
    if prompt is not None:
        people.append(prompt.publisher.name)
    fields = {
        "model": [response.model or "", response.title],
        "state": [response.status.value],
        "by": people,
    }
    if name in fields:
        return any(word in each.lower() for each in fields[name])
    if not name and any(word in each.lower() for each in chain(*fields.values())):
        return True
    if prompt is not None and word in prompt.text.lower():
        return True
    return any(word in block.text.lower() for block in response.blocks)
