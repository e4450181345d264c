"""The application: puts the wall, the prompt and the status line together, and turns the frame clock.

It decides nothing about messages: what arrives goes through the conversation, and the changes to the wall.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from rich.text import Text
from textual.app import ComposeResult
from textual.filter import LineFilter
from textual.worker import WorkerFailed

from tui.render.theme import DARK, LIGHT, PLAIN
from tui.state import Appended, Change, Conversation, Opened, Removed, Replaced, Response, TakenOver
from tui.state.threads import thread_of
from tui.ui.asides import Asides
from tui.ui.asking import Asking
from tui.ui.bell import Bell
from tui.ui.cancels import Cancels
from tui.ui.commands import COMMANDS, Zone, bindings, hint, keys_shown
from tui.ui.drafts import Drafts
from tui.ui.drain import Drain, News
from tui.ui.find import FINDS, FindBar
from tui.ui.frames import FrameClock
from tui.ui.hearing import Hearing
from tui.ui.help import HelpScreen
from tui.ui.in_order import InOrder
from tui.ui.meter import Meter
from tui.ui.offers import Offers
from tui.ui.own import Own
from tui.ui.palette import Palette
from tui.ui.pane import Look
from tui.ui.ports import Desk, Draft, Facts, Feed, Memory, Replayed
from tui.ui.prompt import PromptBox
from tui.ui.queue import Queue
from tui.ui.replay_bar import ReplayBar
from tui.ui.replays import Replays
from tui.ui.rulings import DENIES, Rulings
from tui.ui.selectors import Steady
from tui.ui.status import StatusLine
from tui.ui.themes import HIGH_CONTRAST, NoColours
from tui.ui.verdicts import counts_for
from tui.ui.wall import Wall
from tui.ui.welcome import SAMPLES, Welcome
from tui.wire import (
    ChannelMessage,
    ConnectionChange,
    HistoryChange,
    Notice,
    PublishingChange,
    Roster,
    clean_text,
)

log = logging.getLogger(__name__)

PATIENCE = 0.1
"""Seconds between two paints while more arrives than can be taken, which painting would slow down."""
INTERRUPTED = 130
"""Exit code after a signal."""
TICK = 0.25
"""Seconds between two looks at the clock, for what goes on without messages."""
SHARE = 20
"""Seconds between two looks for siblings for each second that one takes."""


_STEADY, _NO_COLOURS = Steady(), NoColours()


class WallApp(InOrder, Replays):
    """The screen on one channel."""

    TITLE = "ably-tui"
    BINDINGS = bindings(Zone.ANYWHERE) + bindings(Zone.REPLAY)
    CSS = """
    Screen { layout: vertical; overflow: hidden; layers: default above; }
    Toast { width: auto; max-width: 100%; margin: 0; padding: 0 1; }
    ToastRack { margin: 0; }
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
        replay: Replayed | None = None,
        *,
        memory: Memory | None = None,
    ) -> None:
        """`clock` gives ms since the epoch; `log_file` is where a crash is reported. `replay` is the feed
        where that is all there is to show, `memory` what was typed before.
        """
        super().__init__()
        self.desk = desk
        self.facts = facts
        self._feed = feed
        self._drain = Drain(feed, conversation, clock, self, replay)
        self._clock = clock
        self._log_file = log_file
        self._memory = memory
        self._frames: FrameClock | None = None
        self._settled = 0.0
        self._related = False  # whether responses may have come to stand beside others
        self._relate_due = 0.0  # when siblings may be looked for again
        self._counted = 0.0
        self._uncounted = False
        self._own = Own(facts.client_id, desk.answers)
        self._bell = Bell(self, facts, self._own)
        self._hearing = Hearing()
        self._decided: set[tuple[str, bool]] = set()  # by this terminal: toolCallIds, and whether allowed
        self._counts = counts_for(facts.client_id, self._decided)
        self.register_theme(HIGH_CONTRAST)
        self.set_keymap(dict(facts.keymap))
        if facts.reduced_motion:
            self.animation_level = "none"  # of Textual; nothing of ours moves but a cursor

    def get_line_filters(self) -> Sequence[LineFilter]:
        """See `App`: without colours there are none, greys neither."""
        return (_STEADY, *((_NO_COLOURS,) if self.no_color else super().get_line_filters()))

    def compose(self) -> ComposeResult:
        """Wall above, prompt below, one status line."""
        look = self._look()
        # Held here and not looked up: a query asks the topmost screen, which may be the help.
        self._welcome = Welcome(self.facts)
        self._wall = Wall(look, self._own, lambda: self._drain.moment, self.conversation, self._welcome)
        self._queue = Queue()
        self._find = FindBar(hint(FINDS, self.facts.keymap))
        self._filter_bar = FindBar("show only · words, model:x state:live by:ana · Esc shows all")
        offers = Offers()
        self._prompt = PromptBox(
            self.facts.model, SAMPLES, offers, self.offer, Path.cwd(), self._remember, self.facts.keymap
        )
        self._drafts = None if self._memory is None else Drafts(self._prompt, self._memory)
        self.asking = Asking(
            self.conversation,
            self.desk,
            self.facts,
            self._prompt,
            self._own,
            current=lambda: self._wall.tip,
            number=self._number,
            asked=self.asked,
            say=self._say,
        )
        self._cancels = Cancels(self.conversation, self.desk, self._own, self._say)
        self._meter = Meter(self._feed, self.desk, self._counts)
        self._asides = Asides(self.conversation, self.desk, self.facts.channel, self._say)
        self._rulings = Rulings(
            self.desk, self._prompt, self._counts, self._decided, self._say, hint(DENIES, self.facts.keymap)
        )
        self._status = StatusLine(self.facts, look.palette)
        self._replay_bar = ReplayBar(
            lambda: self._look().palette, self.facts.keymap, only=self.replay is not None
        )
        for typed in (self._find, self._filter_bar, self._prompt):
            typed.cursor_blink = not self.facts.reduced_motion
        yield from (
            self._wall,
            self._find,
            self._filter_bar,
            self._queue,
            self._prompt,
            self._replay_bar,
            self._status,
            offers,
        )

    def on_mount(self) -> None:
        """Start to listen once the screen stands."""
        self._frames = FrameClock(self._frame)
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()
        frames = self._frames

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(frames.wake, context=context)

        self._wake_up = wake
        for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
            with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows, or not the main thread
                loop.add_signal_handler(number, self.exit, None, INTERRUPTED)
        self.screen.set_focus(self._prompt)
        if self.replay is not None:
            self.replays()
        self.set_interval(TICK, self._tick)
        self.theme_changed_signal.subscribe(self, lambda _theme: self._dress())
        # Connecting competes with the first paint, which comes first.
        self.call_after_refresh(self._feed.start, wake)
        self.call_after_refresh(frames.wake)
        self.call_after_refresh(self.desk.prepare)
        self.call_after_refresh(self._recall)

    def _recall(self) -> None:
        if self._drafts is not None and self._drafts.recall():
            self._say("what you had typed and not sent is here again")

    def on_unmount(self) -> None:
        """Draw no more frames, and lose nothing that was typed."""
        if self._frames is not None:
            self._frames.stop()
        if self._drafts is not None:
            self._drafts.end()

    def _remember(self, draft: Draft) -> None:
        if self._drafts is not None:
            self._drafts.remember(draft)

    def on_text_area_changed(self) -> None:
        """Keep what is typed."""
        if self._drafts is not None:
            self._drafts.note()

    # One token, from the feed to the panes

    def _frame(self) -> bool:
        if not self.is_running:  # the panes are being taken down
            return False
        try:
            return self._draw()
        except Exception as error:  # noqa: BLE001  in a callback of the loop nobody else would hear of it
            self._handle_exception(error)
            return False

    def _draw(self) -> bool:
        began, left = perf_counter(), False
        drained = self._drain.take(began)
        if drained or began - self._settled > PATIENCE:
            self._settled = began
            left = self._wall.settle()
            if self._uncounted and began - self._counted > PATIENCE:
                self._count(began)
        return left or self._drain.pending

    def taken(self, messages: Sequence[ChannelMessage]) -> None:
        """See `Board`."""
        self._meter.take(messages, self._clock())

    def change(self, changes: Sequence[Change]) -> None:
        """See `Board`."""
        for change in changes:
            self._change(change)
            if not isinstance(change, Appended):
                self._related = self._uncounted = True
                self._bell.hear(change.response, self._drain.moment)

    def _change(self, change: Change) -> None:
        wall = self._wall
        match change:
            case Appended(response, _, block):
                wall.append(response, block)
            case Opened(response):
                wall.open(response)
                self.met(response)
            case TakenOver(waiting, response):
                wall.take_over(waiting, response)
            case Replaced(response):
                wall.replace(response)
            case Removed(response):
                wall.take_down(response)
            case _:
                wall.update(change.response)

    def hear(self, value: News) -> None:
        """See `Board`."""
        self._hearing.hear(value, self._clock())
        match value:
            case Notice(text, severity, draft):
                if draft is not None:
                    held = self._prompt.take_back(clean_text(draft))
                    text = text if held else f"{text} · ↑ brings it back"
                    self.asking.took_back(draft)
                self.notify(clean_text(text), severity=severity.value, timeout=10, markup=False)
                return
            case Roster():
                self.meet(value)
                return
            case ConnectionChange() | PublishingChange():
                self._own.speaks_over(value.connection_id)
            case HistoryChange():
                self._meter.forget()
                self._wall.loads(done=value.done)
        self._status.hear(value, self._clock())
        self._stand()
        self._wall.fade(faded=not self._status.connected)

    def _tick(self) -> None:
        now = self._clock()
        self._drain.tick(self._hearing.deaf_since)
        self._replay_bar.show(self.replay)
        self._cancels.tick(now)
        self.greet()
        self._look_aside(now)
        began = perf_counter()
        if self._related and began >= self._relate_due:
            self._related = False
            self._mark_siblings()
            self._relate_due = perf_counter() + SHARE * (perf_counter() - began)
        self.asking.show()
        self._stand()
        self._wall.tick()
        if self._wall.settle() and self._frames is not None:
            self._frames.wake()
        self._count(perf_counter())

    def _stand(self) -> None:
        """Say on an empty wall why it is empty, and above the prompt what is not on the channel yet."""
        nothing_left = self._status.filter if self.conversation.responses else ""
        refused, connected = self._hearing.refused, self._status.connected
        self._welcome.tell(replace(self._status.standing, filter=nothing_left, refused=refused))
        sent = refused and connected and not self.desk.queued
        self._queue.show(self.asking.unheard(), self._clock(), connected=connected, sent=sent)

    def _count(self, at: float) -> None:
        # Costs a look at every response.
        self._uncounted, self._counted = False, at
        responses, in_vain = self.conversation.responses.values(), self._wall.waits_in_vain
        self._see_end()
        figures = self._meter.figures(responses, self._drain.moment, in_vain)
        self._status.show(replace(figures, hidden=self._wall.hidden), self._clock())

    # What people do

    def on_descendant_focus(self) -> None:
        """Say which keys lead on from here."""
        self._status.typing = self._prompt.has_focus
        self._see_end()
        self._status.refresh()

    def _see_end(self) -> None:
        """Have the status line name the keys that do something to what is read."""
        pane = self._wall.reading
        ended = pane is not None and not pane.response.status.in_flight
        if ended != self._status.at_ended:
            self._status.at_ended = ended
            self._status.refresh()

    async def on_prompt_box_escaped(self, event: PromptBox.Escaped) -> None:
        """Go to the panes, and let them have the key."""
        self.action_panes()
        await self.press(event.key)

    def action_panes(self) -> None:
        """Go to the panes; what is typed stays, and nothing ends."""
        if not self.goes_back():
            self._wall.enter()

    def on_wall_seeking(self) -> None:
        """Ask what to find."""
        self._find.open()

    def on_wall_opened(self, event: Wall.Opened) -> None:
        """Look for thinking elsewhere where there is none here."""
        if self.replay is None:
            self._asides.ask(event.response, self._clock())
            self._look_aside(self._clock())

    def _look_aside(self, now: int) -> None:
        if self.replay is None:
            self._asides.tick(now, self._wall.opened)

    def on_find_bar_sought(self, event: FindBar.Sought) -> None:
        """Mark what is found, or show only what matches."""
        if event.bar is self._find:
            self._wall.seek(event.needle)
        else:
            self.sift(event.needle)

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
        self.push_screen(HelpScreen(self.facts.keymap, replaying=self.replay is not None))

    def _number(self, response: Response) -> int:
        tip = self._wall.tip
        if tip is not None:  # a chat numbers its turns
            chain = [each.key for each in thread_of(self.conversation, tip)]
            return chain.index(response.key) + 1 if response.key in chain else 0
        return next((pane.number for pane in self._wall.shown if pane.response is response), 0)

    # Looks

    def _look(self) -> Look:
        theme = PLAIN if self.no_color else DARK if self.current_theme.dark else LIGHT
        retry = next(command for command in COMMANDS if command.id == "retry")
        key = keys_shown(retry, self.facts.keymap) if self.replay is None else ""
        return Look(
            theme,
            Palette.of(self.theme_variables),
            self.facts.price,
            key,
            self._counts,
            self.facts.keymap,
            self._wait_told,
        )

    def _wait_told(self, response: Response) -> str:
        # The wall is made with a look before it can be asked.
        return self._wall.wait_told(response)

    def replays(self) -> None:
        """See `Replays`: what can be done to a response differs as well."""
        super().replays()
        self._status.replaying = self.replay is not None
        self._dress()

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
        error: BaseException | None = self._exception
        if isinstance(error, WorkerFailed):  # it wraps what failed, and comes from nowhere itself
            error = error.error
        log.critical("crashed", exc_info=error)
        cause = type(error).__name__ if error is not None else "an error"
        self._exit_renderables.append(
            Text(f"ably-tui has failed ({cause}). The report, without keys, is in {self._log_file}")
        )
        self._close_messages_no_wait()
