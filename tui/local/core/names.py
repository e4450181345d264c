"""Channel names: what may be one, and the qualifier in front of it (`[?rewind=1]name`)."""

from __future__ import annotations

from urllib.parse import parse_qsl

from tui.local.core.errors import bad_request

MAX_NAME = 2_048


def split(alias: object) -> tuple[str, dict[str, str]]:
    """Return a channel's name without qualifier, and the qualifier's params.

    Raises ProtocolError 40010 for what cannot be a name.
    """
    if not isinstance(alias, str) or len(alias) > MAX_NAME:
        raise bad_request("invalid channel name", 40010)
    name = alias
    params: dict[str, str] = {}
    if alias.startswith("["):
        qualifier, bracket, name = alias[1:].partition("]")
        if not bracket or not qualifier.startswith("?"):
            raise bad_request("invalid channel name: unknown qualifier", 40010)
        params = dict(parse_qsl(qualifier[1:], keep_blank_values=True))
    if not name or name.startswith((":", "[")) or "\n" in name:
        raise bad_request("invalid channel name", 40010)
    return name, params
