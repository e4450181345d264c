"""Who said something."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from tui.wire import MAX_ID, clean_line


class Publisher(NamedTuple):
    """Who published: on a shared key the clientId is a claim, the connection id is the server's word."""

    client_id: str | None
    connection_id: str | None

    @property
    def name(self) -> str:
        """What to call them on the screen."""
        if self.client_id:
            return self.client_id
        return f"anonymous {self.connection_id[:4]}" if self.connection_id else "anonymous"


@lru_cache(maxsize=1024)
def publisher_of(client_id: str | None, connection_id: str | None) -> Publisher:
    """Return the publisher with these ids, cleaned; every token asks, so the answer is remembered."""
    return Publisher(
        clean_line(client_id, MAX_ID) or None if client_id else None,
        clean_line(connection_id, MAX_ID) or None if connection_id else None,
    )
