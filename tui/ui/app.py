"""The application: puts the wall, the prompt and the status line together, and turns the frame clock.

It decides nothing about messages: what arrives goes through the conversation, and the changes to the wall.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import signal
from collections import Counter, deque
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

from rich.text import Text
from textual import events
from textual.app import App, ComposeResult

from tui.render.theme import DARK, LIGHT, PLAIN
from tui.state import Appended, Change, Conversation, Opened, Removed, Replaced, Status, TakenOver
from tui.ui.commands import Zone, bindings
from tui.ui.find import FindBar
from tui.ui.frames import FrameClock
from tui.ui.help import HelpScreen
from tui.ui.palette import Palette
from tui.ui.pane import Look
from tui.ui.ports import Desk, Facts, Feed
from tui.ui.prompt import PromptBox
from tui.ui.status import Figures, StatusLine
from tui.ui.wall import Wall
from tui.ui.welcome import SAMPLES, Welcome
from tui.wire import ChannelChange, ChannelMessage, ConnectionChange, HistoryChange, Inbound, Notice

log = logging.getLogger(__name__)

BUDGET = 0.012
"""Seconds of a frame that may be spent on taking messages, so that a key press never waits long."""
BATCH = 50
"""Messages taken at once."""
PATIENCE = 0.1
"""Seconds between two paints while more arrives than can be taken, which painting would slow down."""
OTHERWISE = (Status.FAILED, Status.STALLED, Status.CANCELLED)
"""Ends that are no good ones."""
RECENT = 2_000
"""Milliseconds that rates and the lag speak of: less jumps about, more tells of the past."""
INTERRUPTED = 130
"""Exit code after a signal."""
TICK = 0.25
"""Seconds between two looks at the clock, for what goes on without messages."""


class WallApp(App[None]):
    """The screen on one channel."""

    TITLE = "ably-tui"
    BINDINGS = bindings(Zone.ANYWHERE)
    CSS = """
    Screen { layout: vertical; overflow: hidden; }
    ToastRack { dock: top; align: right top; margin: 1 1 0 0; }
    """
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        conversation: Conversation,
        feed: Feed,
        desk: Desk,
        facts: Facts,
        clock: Callable[[], int],
        log_file: Path,
    ) -> None:
        """`clock` gives ms since the epoch; `log_file` is where a crash is reported."""
        super().__init__()
        self.conversation = conversation
        self.desk = desk
        self.facts = facts
        self._feed = feed
        self._clock = clock
        self._log_file = log_file
        self._frames: FrameClock | None = None
        self._lag = 0, 0  # when messages were shown last, and how long the newest had waited; ms
        self._tokens_before: deque[tuple[int, int]] = deque()  # (ms since the epoch, tokens said by then)
        self._leaving = False
        self._settled = 0.0

    def compose(self) -> ComposeResult:
        """Wall above, prompt below, one status line."""
        look = self._look()
        # Held here and not looked up: a query asks the topmost screen, which may be the help.
        self._wall = Wall(look, self.facts.client_id, self._clock, Welcome(self.facts))
        self._find = FindBar()
        self._prompt = PromptBox(self.facts.model, SAMPLES)
        self._status = StatusLine(self.facts, look.palette)
        yield from (self._wall, self._find, self._prompt, self._status)

    def on_mount(self) -> None:
        """Start to listen once the screen stands."""
        self._frames = FrameClock(self._frame)
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()
        frames = self._frames

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(frames.wake, context=context)

        for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
            with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows, or not the main thread
                loop.add_signal_handler(number, self.exit, None, INTERRUPTED)
        self.screen.set_focus(self._prompt)
        self.set_interval(TICK, self._tick)
        self.theme_changed_signal.subscribe(self, lambda _theme: self._dress())
        # Connecting competes with the first paint, which comes first.
        self.call_after_refresh(self._feed.start, wake)
        self.call_after_refresh(frames.wake)
        self.call_after_refresh(self.desk.prepare)

    def on_unmount(self) -> None:
        """Draw no more frames."""
        if self._frames is not None:
            self._frames.stop()

    # One token, from the feed to the panes

    def _frame(self) -> bool:
        try:
            return self._draw()
        except Exception as error:  # noqa: BLE001  in a callback of the loop nobody else would hear of it
            self._handle_exception(error)
            return False

    def _draw(self) -> bool:
        began, left = perf_counter(), False
        while values := self._feed.drain(BATCH):
            self._take(values)
            if perf_counter() - began > BUDGET:
                break
        if not values or began - self._settled > PATIENCE:
            self._settled = began
            left = self._wall.settle()
        return left or self._feed.pending > 0

    def _take(self, values: Sequence[Inbound]) -> None:
        messages: list[ChannelMessage] = []
        for value in values:
            if isinstance(value, ChannelMessage):
                messages.append(value)
            else:
                self._hear(value)
        if messages:
            changes = self.conversation.apply_all(messages)
            for change in changes:
                self._change(change)
            if not all(isinstance(change, Appended) for change in changes):
                self._status.show(self._figures(), self._clock())
            now = self._clock()
            self._lag = now, max(0, now - messages[-1].received)

    def _change(self, change: Change) -> None:
        wall = self._wall
        match change:
            case Appended(response, text):
                wall.append(response, text)
            case Opened(response):
                wall.open(response)
            case TakenOver(waiting, response):
                wall.take_over(waiting, response)
            case Replaced(response):
                wall.replace(response)
            case Removed(response):
                wall.take_down(response)
            case _:
                wall.update(change.response)

    def _hear(self, value: ConnectionChange | ChannelChange | Notice | HistoryChange) -> None:
        if isinstance(value, Notice):
            self.notify(value.text, severity=value.severity.value, timeout=10, markup=False)
            if value.draft is not None:
                self._prompt.restore(value.draft)
            return
        if isinstance(value, HistoryChange):
            self._tokens_before.clear()  # what was said before is no rate of now
        self._status.hear(value, self._clock())
        self._wall.fade(faded=not self._status.connected)

    def _tick(self) -> None:
        for change in self.conversation.tick(self._clock()):
            self._change(change)
        self._wall.tick()
        if self._wall.settle() and self._frames is not None:
            self._frames.wake()
        self._status.show(self._figures(), self._clock())

    def _figures(self) -> Figures:
        responses = self.conversation.responses.values()
        live = [response for response in responses if response.status.in_flight]
        ended = Counter(response.status for response in responses)
        tokens = sum(response.tokens for response in responses)
        now = self._clock()
        self._tokens_before.append((now, tokens))
        while self._tokens_before[0][0] < now - RECENT:
            self._tokens_before.popleft()
        since, before = self._tokens_before[0]
        return Figures(
            live=len(live),
            done=ended[Status.DONE],
            otherwise=tuple((status.value.lower(), ended[status]) for status in OTHERWISE if ended[status]),
            tokens_per_second=(tokens - before) * 1000 / (now - since) if now > since else 0.0,
            queued=self.desk.queued,
            rate=self.desk.rate,
            budget=self.desk.budget,
            lag=self._lag[1] if live and now - self._lag[0] < RECENT else None,
            pending=self._feed.pending,
        )

    # What people do

    def on_descendant_focus(self) -> None:
        """Say which keys lead on from here."""
        self._status.typing = self._prompt.has_focus
        self._status.refresh()

    def on_prompt_box_escaped(self, event: PromptBox.Escaped) -> None:
        """Go to the panes, and let them have the key."""
        self.action_panes()
        self.post_message(events.Key(event.key, event.key if len(event.key) == 1 else None))

    def on_prompt_box_sent(self, event: PromptBox.Sent) -> None:
        """Have a prompt answered."""
        self.desk.ask(event.text)

    def action_panes(self) -> None:
        """Go to the panes; what is typed stays, and nothing ends."""
        self._wall.enter()

    def on_wall_seeking(self) -> None:
        """Ask what to find."""
        self._find.open()

    def on_find_bar_sought(self, event: FindBar.Sought) -> None:
        """Mark what is found."""
        self._wall.seek(event.needle)

    def on_find_bar_left(self) -> None:
        """Back to the pane that is searched."""
        self._wall.enter()

    def action_prompt(self) -> None:
        """Go to the prompt."""
        self.screen.set_focus(self._prompt)

    def action_demo(self) -> None:
        """Start four demo streams."""
        self.desk.demo()

    def action_help(self) -> None:
        """Show every key."""
        self.push_screen(HelpScreen())

    def action_leave(self) -> None:
        """Quit, or say first what quitting would end."""
        running = self.desk.running
        if running and not self._leaving:
            self._leaving = True
            self.set_timer(5, self._stay)
            self.notify(f"{running} of your responses still running · q again ends them and quits")
            return
        self.exit()

    def _stay(self) -> None:
        self._leaving = False

    def _say(self, text: str) -> None:
        """Say something in passing, in place of what was said before."""
        self.clear_notifications()
        self.notify(text, markup=False)

    def action_interrupt(self) -> None:
        """Copy the selection, else end the focused response, else clear the prompt, else say how to quit."""
        box, pane = self._prompt, self._wall.focused
        if box.has_focus and box.selected_text:
            self._copy(box.selected_text)
        elif self.screen.get_selected_text():
            self._copy(self.screen.get_selected_text() or "")
        elif pane is not None and pane.response.status.in_flight and self._cancels(pane.response.prompt_id):
            self._say("ending your response")
        elif box.text:
            box.set_aside()
        else:
            self._say("ctrl+q quits")

    def _copy(self, text: str) -> None:
        self.copy_to_clipboard(text)
        self._say(f"{len(text)} characters given to the terminal; it does not say whether it took them")

    def _cancels(self, prompt_id: str | None) -> bool:
        return prompt_id is not None and self.desk.cancel(prompt_id)

    # Looks

    def _look(self) -> Look:
        theme = PLAIN if self.no_color else DARK if self.current_theme.dark else LIGHT
        return Look(theme, Palette.of(self.theme_variables))

    def _dress(self) -> None:
        look = self._look()
        self._wall.dress(look)
        self._status.palette = look.palette
        self._status.refresh()

    # The end

    def _fatal_error(self) -> None:
        """Report a crash. Textual's own report prints local variables, and so keys."""
        if self._exit_renderables:  # one fault often raises in several places
            return
        error = self._exception
        log.critical("crashed", exc_info=error)
        cause = type(error).__name__ if error is not None else "an error"
        self._exit_renderables.append(
            Text(f"ably-tui has failed ({cause}). The report, without keys, is in {self._log_file}")
        )
        self._close_messages_no_wait()
