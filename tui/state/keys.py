"""Names of strands: what the messages that make responses together are kept under.

A response is kept under its id as published. Where there is none, its name begins with a mark that no id can
begin with: whoever publishes `~ana` as an id does not get into the stream of ana. Nor can an id look like
the second response under another id, whose key ends with `#2`.
"""

from __future__ import annotations

from functools import lru_cache

from tui.state.people import Publisher

_MARKS = "~?!*"


@lru_cache(maxsize=4096)
def key_of(response_id: str) -> str:
    """Return the key of a response id: the id itself, unless it would look like one of ours."""
    key = response_id.replace("%", "%25").replace("#", "%23")
    return f"%{ord(key[0]):02x}{key[1:]}" if key[:1] in _MARKS and key else key


@lru_cache(maxsize=4096)
def stream_key(publisher: Publisher) -> str:
    """Return the key of what a publisher says without any id, whatever connection it comes by."""
    if publisher.client_id is not None:
        return f"~{key_of(publisher.client_id)}"
    return f"~~{key_of(publisher.connection_id or '')}"


def call_key(call_id: str) -> str:
    """Return the key of what is said about a tool call of no known response."""
    return f"!{key_of(call_id)}"


def waiting_key(prompt_id: str) -> str:
    """Return the key of a prompt that nobody has begun to answer."""
    return f"?{key_of(prompt_id)}"
