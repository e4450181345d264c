"""Tables in Markdown, and the numbers in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass
class Table:
    """One benchmark's results."""

    title: str
    note: str
    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)

    def __str__(self) -> str:
        head = f"### {self.title}\n\n{self.note}\n"
        lines = [self.columns, ["---"] + ["--:"] * (len(self.columns) - 1), *self.rows]
        return "\n".join([head, *("| " + " | ".join(line) + " |" for line in lines), ""])


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value that a share of all lies below; None when there is none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def middle(values: Iterable[float | None]) -> float | None:
    """The median of those that there are."""
    known = [value for value in values if value is not None]
    return median(known) if known else None


def number(value: float | None, digits: int = 0, factor: float = 1.0) -> str:
    return "–" if value is None else f"{value * factor:,.{digits}f}"


def ms(*values: float | None) -> str:
    """Seconds as whole milliseconds, joined by strokes."""
    return " / ".join(number(value, 0, 1000) for value in values)
