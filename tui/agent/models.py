"""Which models there are: from the API's list, or the names that the SDK knows. Only `sdk` imports the SDK;
this is handed what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tui.wire.payload import identifier, line

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_DATE = re.compile(r"([a-z]+) (\d{1,2})(?:st|nd|rd|th)?, (\d{4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that can be chosen."""

    id: str
    name: str
    """For people; the id where there is no other."""
    deprecated_until: date | None = None
    """The day on which it ends, for a deprecated one."""
    window: int | None = None
    """Tokens that a request may have; None where nobody says."""


def listed(given: object) -> ModelInfo | None:
    """Return what an entry of the API's list says; None for one without an id, or that is retired."""
    name = identifier(getattr(given, "id", None))
    if name is None or getattr(given, "lifecycle", None) == "retired":
        return None
    ends = getattr(given, "retires_at", None)
    window = getattr(given, "max_input_tokens", None)
    return ModelInfo(
        name,
        line(getattr(given, "display_name", None), 100) or name,
        ends.date() if isinstance(ends, datetime) else None,
        window if isinstance(window, int) and window > 0 else None,
    )


def known(names: Iterable[object], deprecated: Mapping[str, str]) -> list[ModelInfo]:
    """Return the models of a list of names, in its order."""
    return marked((ModelInfo(name, name) for name in names if isinstance(name, str)), deprecated)


def marked(models: Iterable[ModelInfo], deprecated: Mapping[str, str]) -> list[ModelInfo]:
    """Return the models with the ends that the SDK knows (`DEPRECATED_MODELS`) where the server says none."""
    return [
        ModelInfo(each.id, each.name, each.deprecated_until or end_of(deprecated.get(each.id)), each.window)
        for each in models
    ]


def end_of(text: str | None) -> date | None:
    """Return the day that the SDK writes as `November 30th, 2026`; None for anything else."""
    match = _DATE.fullmatch(text or "")
    if match is None or match[1].lower() not in _MONTHS:
        return None
    try:
        return date(int(match[3]), _MONTHS.index(match[1].lower()) + 1, int(match[2]))
    except ValueError:
        return None
