"""How much a response has said, and how quickly, in a unit that is true of it. Pure.

Tokens where its publisher tells how many there were, or where its pieces are so short that each may be one.
A line of a build's log, or a text that comes whole, is no token: of those the characters are counted.
"""

from __future__ import annotations

from tui.state import Response
from tui.wire import Kind

LONGEST_TOKEN = 12
"""Characters of a piece, on the average, up to which pieces are taken for tokens, or for a few of them."""


def amount_of(response: Response) -> str | None:
    """Return `312 tokens` or `1,204 chars`; None where nothing was said."""
    count = response.token_count
    if count is None:
        return None
    if response.output_tokens is None and not _by_token(response):
        return f"{_length(response):,} chars"
    return f"{count} token{'s' if count != 1 else ''}"


def rate_of(response: Response) -> str | None:
    """Return `84 t/s` or `310 chars/s`; None while that is no meaningful figure."""
    rate = response.rate
    if rate is None:
        return None
    if _by_token(response):
        return f"{rate:.0f} t/s"
    return f"{rate * _length(response) / response.tokens:,.0f} chars/s"


def _by_token(response: Response) -> bool:
    return _length(response) <= LONGEST_TOKEN * response.tokens


def _length(response: Response) -> int:
    return sum(block.length for block in response.blocks if block.kind is not Kind.TOOL)
