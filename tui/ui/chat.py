"""The chat: the turns of one thread in one column, drawn like a pane.

It is a pane whose body is a thread's, so that scrolling, finding, selecting and streaming are the pane's.
Which thread is shown is `chats`' business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.segment import Segment
from textual import events

from tui.state import Response, Status
from tui.ui.commands import hint
from tui.ui.header import edge
from tui.ui.own import Own
from tui.ui.pane import Look, Pane
from tui.ui.sections.part import TOP, Marks
from tui.ui.thread_body import ThreadBody

EARLIER = "{older} loads what came before"


class ChatPane(Pane):
    """Shows a thread. Its `response` is the turn that keys speak of."""

    QUESTION_ROWS = 12
    DEFAULT_CSS = """
    ChatPane { width: 1fr; height: 1fr; }
    """

    def __init__(
        self, chain: Sequence[Response], look: Look, own: Own, marks: Marks, note: Callable[[Response], str]
    ) -> None:
        """`chain` is the thread, oldest first, at least one; `note` says of a turn what the line above it
        should say besides, as that it has siblings.
        """
        super().__init__(chain[-1], look, own, marks)
        self.chain = list(chain)
        self.title = ""
        self._is_cut = False
        self._note = note

    # What the wall tells it

    def follow_thread(self, chain: Sequence[Response], title: str, *, is_cut: bool = False) -> None:
        """Show these turns. Whoever is at the newest stays at the newest. `is_cut` is whether there are turns
        before them that have not been loaded.
        """
        self._is_cut = is_cut
        before, self.chain, self.title = self.chain, list(chain), title
        same = before[0].key == chain[0].key
        if self.response not in chain or self.response is before[-1]:
            self.response = chain[-1]
        if isinstance(self._body, ThreadBody) and same:
            self._body.show(chain)
            self._body.update([response.key for response in chain[-2:]])
            self.show()
        else:
            self.follow, self._anchor = True, TOP
            self.rebuild()
        self._refresh_frame()

    def show_newest(self) -> None:
        """Go to the newest turn and follow it, wherever the reader is."""
        if self.response is not self.chain[-1]:
            self._choose(self.chain[-1])
        self.scroll_to_end()

    def renew(self, response: Response, now: int) -> None:
        """Show what is not text of a turn."""
        self._now = now
        if isinstance(self._body, ThreadBody):
            self._render_arrived(self._body)
            self._body.update([response.key])
            self.show()
        self._refresh_frame()

    def replace_turn(self, response: Response) -> None:
        """Show the text of a turn anew."""
        if isinstance(self._body, ThreadBody):
            self._body.rebuild(response.key)
            self.show()

    def update(self, now: int) -> None:
        """Let the figures of what is in flight go on."""
        for response in self.chain:
            if response.status.in_flight or response.status is Status.STALLED:
                self.renew(response, now)
        self._now = now
        self._refresh_frame()

    def step(self, by: int) -> bool:
        """Go to the turn before (-1) or after (1); return whether there is one."""
        index = self.chain.index(self.response) + by
        if not 0 <= index < len(self.chain):
            return False
        self._choose(self.chain[index])
        if isinstance(self._body, ThreadBody):
            if index == len(self.chain) - 1:
                self.scroll_to_end()
            else:
                self._go(self._body.row_of_turn(self.response.key))
        return True

    def on_click(self, event: events.Click) -> None:
        """Let keys speak of the turn that is clicked."""
        body, row = self._body, self._top + event.y - 1
        if isinstance(body, ThreadBody) and 0 < event.y <= self.view_height and row < len(body):
            key = body.turn_at(row)
            chosen = next((response for response in self.chain if response.key == key), None)
            if chosen is not None:
                self._choose(chosen)

    def _choose(self, response: Response) -> None:
        before, self.response = self.response, response
        if isinstance(self._body, ThreadBody):
            self._body.update([before.key, response.key])
        self._strips.clear()
        self.refresh()

    # Drawing

    def _make_body(self, width: int) -> ThreadBody:
        return ThreadBody(self.chain, width, self._body_of, self._turn)

    def _turn(self, response: Response, width: int) -> list[Segment]:
        palette = self._look.palette
        number = self.chain.index(response) + 1 if response in self.chain else 0
        left, right = self._named(response, number, self._note(response))
        chosen = response is self.response and len(self.chain) > 1
        border = palette.focused if chosen else palette.border
        return edge(left, right, width, "▶─" if chosen else "──", "─", border)

    def _header(self) -> tuple[list[Segment], list[Segment]]:
        palette, turns = self._look.palette, len(self.chain)
        count = f"{turns} turn{'s' if turns != 1 else ''}"
        if self._is_cut:
            count = f"{hint(EARLIER, self._look.keymap)} · {count}"
        return (
            [Segment("chat ", palette.muted), Segment(self.title, palette.name)],
            [Segment(count, palette.muted)],
        )
