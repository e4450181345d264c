"""One annotation of a message, as it arrived from an Ably channel."""

from __future__ import annotations

from enum import IntEnum

from tui.wire.immutable import immutable


class AnnotationAction(IntEnum):
    """What an annotation does (Ably specification TAN2b)."""

    CREATE = 0
    DELETE = 1


@immutable
class Annotation:
    """An annotation, live or fetched, exactly as its publisher sent it.

    Nothing in it has been cleaned: whoever shows a part of it passes it through `tui.wire.clean` first.
    """

    serial: str
    """Identity of this annotation (TAN2i); `id` where the server sent none, else empty."""
    message_serial: str
    """Serial of the message that it belongs to (TAN2j)."""
    type: str
    """`name:method.v1` (TAN2k), such as `citations:multiple.v1`."""
    timestamp: int
    """When the server received it, in milliseconds since the epoch."""
    action: AnnotationAction = AnnotationAction.CREATE
    name: str | None = None
    data: object = None
    """Decoded payload: str, bytes, a JSON object or array, or None."""
    client_id: str | None = None
    count: int | None = None
