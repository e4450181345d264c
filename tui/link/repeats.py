"""Keeps a log from filling with one fault: what is said again within a minute is counted and not written.

Leaves what a record may contain to `redact`.
"""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from types import TracebackType

from tui.link.redact import message_of

WINDOW = 60.0
"""Seconds in which a fault is written once."""
_REMEMBERED = 200
"""Faults that are told apart."""
_LENGTH = 300
"""Characters of a text that are compared."""
_NUMBER = re.compile(r"\d+")


class RepeatFilter(logging.Filter):
    """Lets a record pass once in `WINDOW` seconds, and the next one like it with the number of those between.

    Records are alike when they come with the same traceback of the same exception, or, without one, from the
    same logger with the same words, whatever the numbers in them.
    """

    def __init__(self) -> None:
        super().__init__()
        self._seen: OrderedDict[object, list[float]] = OrderedDict()  # when it was written, how many since

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether to write the record; one that stands for others is told so in place."""
        text = message_of(record)
        key = _key(record, text)
        seen = self._seen.get(key)
        if seen is not None and 0 <= record.created - seen[0] < WINDOW:
            seen[1] += 1
            return False
        if seen is not None and seen[1]:
            record.msg, record.args = f"{text} (and {seen[1]:.0f} times more since the last time)", None
        self._seen[key] = [record.created, 0]
        self._seen.move_to_end(key)
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True


def _key(record: logging.LogRecord, text: str) -> object:
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return record.name, record.levelno, _NUMBER.sub("0", text[:_LENGTH])
    return type(error), str(error)[:_LENGTH], _places(error.__traceback__)


def _places(traceback: TracebackType | None) -> tuple[tuple[str, int], ...]:
    places = []
    while traceback is not None:
        places.append((traceback.tb_frame.f_code.co_filename, traceback.tb_lineno))
        traceback = traceback.tb_next
    return tuple(places)
