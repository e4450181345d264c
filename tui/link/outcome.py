"""What the failure of a publish means for its message: has the server got it, and is it to be tried again."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from tui.link.explain import code_of, is_rate_error, is_token_error


class Outcome(Enum):
    """What became of a message that was not acknowledged."""

    UNKNOWN = auto()
    """No answer to this message: the server may have it."""
    TOO_FAST = auto()
    """Refused for the number of messages (4291x, 4292x)."""
    LATER = auto()
    """Refused for a reason that passes: a fault of the server's, or a token that is being renewed."""
    NEVER = auto()
    """Refused for good."""


class Sought(NamedTuple):
    """What the channel has of messages that were looked for there."""

    serials: Mapping[str, str]
    """Of those that were found, by id."""
    sure: bool
    """Whether the others are not there: history was seen to reach back to before they were sent."""


def outcome_of(error: Exception) -> Outcome:
    """Return what an exception of the SDK, or of the libraries below it, means."""
    if isinstance(error, UnicodeEncodeError):  # nor could it ever be sent
        return Outcome.NEVER
    code = code_of(error)
    if is_rate_error(code):
        return Outcome.TOO_FAST
    if code == 0 or 80000 <= code < 80100 or code in {50003, 90000, 90001}:
        return Outcome.UNKNOWN
    if 50000 <= code < 51000 or is_token_error(code):
        return Outcome.LATER
    return Outcome.NEVER


def refuses_change(error: Exception) -> bool:
    """Whether the server refused to change a message: the channel has no rule for it (93002 and its like), or
    the credentials may not (40160).
    """
    code = code_of(error)
    return code == 40160 or 93000 <= code < 94000
