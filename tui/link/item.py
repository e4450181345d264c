"""One message on its way out."""

from __future__ import annotations

from dataclasses import dataclass

from tui.wire import Action, Annotation, Cite, Outgoing, Part, Publication, encode

IDEMPOTENT = 100.0
"""Seconds in which a repeated id is no second message; Ably promises two minutes (RSL1k)."""

Sayable = Outgoing | Cite | Publication
"""What may be given to the publisher."""


@dataclass(slots=True, eq=False)
class Item:
    """One message: what it says and under which id it is published, however often."""

    key: str
    """Its lane."""
    value: Sayable | Part
    id: str
    form: Publication | Annotation | None = None
    """How it is published; None: as `encode` would have it."""
    number: int = -1
    """Place in the order of its lane, from when it is first sent."""
    attempts: int = 0
    sent_at: float | None = None
    """When it was first sent, as far as the server may have that."""
    doubted: bool = False
    """Whether the outcome of sending it was unknown: the server may have it."""
    refused: bool = False
    """Whether the server said no; it has not got it then."""
    dropped: bool = False
    """Whether nobody wants it to be repeated any more."""

    @property
    def published(self) -> Publication | Annotation:
        """What is given to the SDK."""
        if self.form is not None:
            return self.form
        assert not isinstance(self.value, Cite)  # noqa: S101  its lane says which message it belongs to
        return publication_of(self.value)

    def is_doubtful(self, now: float) -> bool:
        """Whether the server may have it and would no longer know it again: its id has kept it from being
        published twice only for a while. What changes a message has no id, and may be repeated.
        """
        if not self.doubted or self.sent_at is None or now - self.sent_at <= IDEMPOTENT:
            return False
        said = self.published
        return isinstance(said, Publication) and said.action is Action.CREATE


def publication_of(value: Outgoing | Part | Publication) -> Publication:
    """Return the message that carries a value."""
    return value if isinstance(value, Publication) else encode(value)
