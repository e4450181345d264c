"""Serials: names that sort in the order in which the server said things.

`<14-digit milliseconds>-<3-digit counter>@<series>` is a channelSerial, the position of one publish;
`<channelSerial>:<3-digit index>` is the serial of one message in it. They compare as strings.
"""

from __future__ import annotations

import re

SEPARATOR = ":"
HELD = "~"
"""A position behind every serial: of a version that is stored and not yet delivered."""
_CHANNEL_SERIAL = re.compile(r"[0-9]{14}-[0-9]{3}@[A-Za-z0-9]{1,32}\Z")


class SerialClock:
    """Gives every publish a serial greater than all before it, also when time stands still or steps back.

    `series` names the store, so that a serial of another store is recognised; `last` is the greatest serial
    that it has seen.
    """

    __slots__ = ("_count", "_milliseconds", "last", "series")

    def __init__(self, series: str, last: str = "") -> None:
        self.series = series
        self._milliseconds, self._count = 0, 0
        if last:
            self._milliseconds, self._count = int(last[:14]), int(last[15:18])
        self.last = self._text()

    def next(self, now: int) -> str:
        """Return the next channelSerial at `now`, in milliseconds since the epoch."""
        if now > self._milliseconds:
            self._milliseconds, self._count = now, 0
        elif self._count < 999:
            self._count += 1
        else:
            self._milliseconds, self._count = self._milliseconds + 1, 0
        self.last = self._text()
        return self.last

    @property
    def origin(self) -> str:
        """A channelSerial before every other of this series."""
        return f"{0:014d}-000@{self.series}"

    def known(self, serial: str) -> bool:
        """Whether this clock can have given that channelSerial."""
        return (
            _CHANNEL_SERIAL.match(serial) is not None
            and serial.endswith(f"@{self.series}")
            and serial <= self.last
        )

    def _text(self) -> str:
        return f"{self._milliseconds:014d}-{self._count:03d}@{self.series}"


def message_serial(channel_serial: str, index: int) -> str:
    """Return the serial of the message at `index` of a publish."""
    return f"{channel_serial}{SEPARATOR}{index:03d}"


def channel_serial(serial: str) -> str:
    """Return the channelSerial of the publish that a message's serial belongs to."""
    return serial.partition(SEPARATOR)[0]


def after(channel_serial: str) -> str:
    """Return a string that sorts behind every serial of that publish and before the next one's."""
    return channel_serial + ";"  # the character after the separator


def milliseconds(at: int) -> str:
    """Return a string that sorts before every serial given at that time or later."""
    return f"{max(at, 0):014d}"
