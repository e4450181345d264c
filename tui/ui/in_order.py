"""Keys in the order in which they came, each after all that the one before it did.

Textual hands a key to whoever has the focus and takes the next at once, while the first may still be on its
way: through the widget's queue, and up to the application, which runs what the key is bound to. Keys that
come in one write (from a slow line, a macro, a program that types) then act on a screen that is no longer
there: Enter takes what the list offered some letters ago, ctrl+u empties the box after what was typed behind
it.
"""

from __future__ import annotations

from collections import deque
from functools import partial

from textual import events
from textual.app import App
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, TextArea

LAPS = 2
"""Ways up to the application: on the first the key is there, on the second what it set off."""
LOST = 0.5
"""Seconds after which a key is held back no longer: what it waited for was taken down on its way."""


class InOrder(App[None]):
    """An application that takes a key when the one before it has been dealt with."""

    class Lap(Message):
        """Goes up behind a key, the same way."""

        def __init__(self, left: int) -> None:
            super().__init__()
            self.left = left

    def __init__(self) -> None:
        super().__init__()
        self._held: deque[events.Key | events.Paste] = deque()
        self._busy: Widget | None = None  # who may still be dealing with what came before
        self._was_text = False  # whether that was nothing but text
        self._lap: InOrder.Lap | None = None
        self._patience: Timer | None = None

    async def on_event(self, event: events.Event) -> None:
        """See `App`."""
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            self._held.append(event)
            await self._go_on()
        else:
            await super().on_event(event)

    async def press(self, key: str) -> None:
        """Have a key pressed, before any that is held back."""
        self._held.appendleft(events.Key(key, key if len(key) == 1 else None))
        await self._go_on()

    async def on_in_order_lap(self, lap: Lap) -> None:
        """Go on when the key before has been dealt with."""
        lap.stop()
        if lap is not self._lap:
            return
        self._lap = None
        if lap.left:
            self._follow(lap.left - 1)
        else:
            self._busy = None
        await self._go_on()

    async def _go_on(self) -> None:
        while self._held:
            event, here = self._held[0], self.focused
            there = here or self.screen
            text = (
                isinstance(event, events.Key) and event.is_printable and isinstance(here, (TextArea, Input))
            )
            if self._busy is not None and not (text and self._was_text and self._busy is here):
                if self._lap is None:
                    self._follow(LAPS - 1)
                if self._busy is not None:
                    self._wait()
                    return
            self._held.popleft()
            await super().on_event(event)
            self._busy, self._was_text = there, text
            if not text:  # text costs nothing more: whoever takes it has a queue of its own
                self._follow(LAPS - 1)

    def _follow(self, left: int) -> None:
        """Send a lap behind the key; where nobody is left to take it, nobody is busy."""
        busy, lap = self._busy, self.Lap(left)
        if busy is not None and busy.is_attached and busy.post_message(lap):
            self._lap = lap
        else:
            self._lap = self._busy = None

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.set_timer(LOST, partial(self._lose, self._lap))

    async def _lose(self, lap: Lap | None) -> None:
        self._patience = None
        if self._held and lap is self._lap:
            self._lap = self._busy = None
            await self._go_on()
        elif self._held:
            self._wait()
