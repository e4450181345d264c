"""What a server and a token tell of themselves, in words. Pure."""

from __future__ import annotations

import json
from typing import Any

import jwt

from tui.link.reach import Finding, fine
from tui.wire import Reason, Severity, clean_line


def limits(details: dict[str, Any]) -> Finding:
    """Return the limits that a server names in its connectionDetails (CD1)."""
    said = []
    for name, words, unit in (
        ("maxMessageSize", "{:g} KiB a message", 1_024),
        ("maxFrameSize", "{:g} KiB a frame", 1_024),
        ("maxInboundRate", "{:g} messages a second", 1),
        ("connectionStateTtl", "resumes within {:g} s", 1_000),
    ):
        value = details.get(name)
        if isinstance(value, int | float):
            said.append(words.format(value / unit))
    return fine("limits", ", ".join(said) or "the server tells none")


def of_token(token: str, *, now: float) -> Finding:
    """Return what a token says of itself; of Ably's own, which say nothing, what can be known.

    `now` is in seconds since the epoch.
    """
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return fine("token", "one of Ably's own; it says neither what it may do nor for how long")
    end = claims.get("exp")
    left = int(end - now) if isinstance(end, int | float) else 0
    if left <= 0:
        return "token", Severity.ERROR, Reason("the token has expired", 40142, "get a new token")
    try:
        capability = json.loads(claims.get("x-ably-capability") or "null")
    except (TypeError, ValueError):
        capability = None
    may = f"; it allows {capability_words(capability)}" if isinstance(capability, dict) else ""
    said = f"expires in {left // 60} min{may}"
    if left < 300:
        return "token", Severity.WARNING, Reason(said, 0, "get a new token soon, or use ABLY_API_KEY")
    return fine("token", said)


def capability_words(capability: dict[str, Any]) -> str:
    """Return a capability (TK2b) in words."""
    rules = []
    for pattern, operations in capability.items():
        listed = operations if isinstance(operations, list) else [operations]
        what = "everything" if listed == ["*"] else ", ".join(map(str, listed))
        rules.append(f"{what} on {'every channel' if pattern == '*' else pattern}")
    return clean_line("; ".join(rules) or "nothing", 300)
