"""What a credential may do: operations per channel pattern (Ably's capabilities).

A pattern is split by `:`; `*` stands for one segment, as the last one for any number. `[*]*` and `*` are
everything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tui.local.core.errors import ProtocolError, bad_request

OPERATIONS = frozenset(
    {
        "subscribe",
        "publish",
        "presence",
        "history",
        "stats",
        "channel-metadata",
        "annotation-publish",
        "annotation-subscribe",
        "message-update-own",
        "message-update-any",
        "message-delete-own",
        "message-delete-any",
        "privileged-headers",
        "push-subscribe",
        "push-admin",
        "object-subscribe",
        "object-publish",
        "*",
    }
)


@dataclass(frozen=True, slots=True)
class Capability:
    """Operations by channel pattern."""

    rules: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def parse(cls, value: object) -> Capability:
        """Read a capability from JSON text or from what JSON text holds.

        Raises ProtocolError 40000 when it is not an object of lists of operations.
        """
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                raise _invalid() from None
        if not isinstance(value, Mapping) or not value:
            raise _invalid()
        rules = []
        for pattern, listed in value.items():
            operations = [listed] if isinstance(listed, str) else listed
            if not isinstance(pattern, str) or not isinstance(operations, list) or not operations:
                raise _invalid()
            if not all(isinstance(operation, str) and operation in OPERATIONS for operation in operations):
                raise _invalid()
            if "*" in operations and len(operations) > 1:
                raise _invalid()
            rules.append((pattern, tuple(dict.fromkeys(operations))))
        return cls(tuple(rules))

    def allows(self, operation: str, channel: str) -> bool:
        """Whether the operation is permitted on the channel."""
        for pattern, operations in self.rules:
            if (operation in operations or "*" in operations) and matches(pattern, channel):
                return True
        return False

    def intersect(self, other: Capability) -> Capability:
        """Return what both permit, by the narrower of each two patterns; all of it sorted (TK2b)."""
        rules: dict[str, set[str]] = {}
        for pattern, mine in self.rules:
            for wanted, theirs in other.rules:
                both = set(theirs if "*" in mine else mine if "*" in theirs else set(mine) & set(theirs))
                narrower = (
                    wanted if matches(pattern, wanted) else pattern if matches(wanted, pattern) else None
                )
                if both and narrower is not None:
                    rules[narrower] = rules.get(narrower, set()) | both
        return Capability(tuple((pattern, tuple(sorted(rules[pattern]))) for pattern in sorted(rules)))

    def text(self) -> str:
        """Return the JSON text."""
        return json.dumps(dict(self.rules), separators=(",", ":"))


EVERYTHING = Capability((("*", ("*",)),))


def matches(pattern: str, channel: str) -> bool:
    """Whether a channel's name is one of the pattern's."""
    if pattern in {"*", "[*]*"}:
        return True
    wanted, given = pattern.split(":"), channel.split(":")
    if wanted[-1] == "*" and len(given) >= len(wanted):
        wanted = wanted[:-1]
        given = given[: len(wanted)]
    return len(wanted) == len(given) and all(
        want in ("*", have) for want, have in zip(wanted, given, strict=True)
    )


def _invalid() -> ProtocolError:
    return bad_request("invalid capability")
