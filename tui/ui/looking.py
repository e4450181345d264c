"""What people look at beside the panes: who is here, the wire, threads, filters, copies, exports, commands.

The base of the application that holds these actions; it decides nothing about messages and asks nobody.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rich.cells import cell_len
from textual.app import App, SystemCommand
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widgets._toast import ToastRack

from tui.state import Conversation, Response, Status
from tui.state.threads import parent_of, standings, tree_of
from tui.ui import slash
from tui.ui.comings import Comings
from tui.ui.commands import SLASHES, Command, hint, keys_shown
from tui.ui.drain import Drain
from tui.ui.filter import Filter
from tui.ui.find import FindBar
from tui.ui.own import Own
from tui.ui.ports import Desk, Facts, Feed
from tui.ui.prompt import PromptBox
from tui.ui.screens.choice import ChoiceScreen
from tui.ui.screens.inspector import Inspector
from tui.ui.screens.people import PeopleScreen
from tui.ui.status import StatusLine
from tui.ui.wall import Wall
from tui.values import SHORT_THEMES
from tui.wire import Member, Roster

log = logging.getLogger(__name__)

FORMS = ("markdown", "json", "svg")
SCOPES = ("response", "thread", "wall")
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""What would have a picture load something from elsewhere."""
TITLE_CELLS = 5
"""Cells around the prompt's title on its border."""
COPIES = ("response", "code", "thread")


class Looking(App[None]):
    """The actions of the keys and slash commands that look, keep and choose."""

    desk: Desk
    facts: Facts
    _clock: Callable[[], int]
    _drain: Drain
    _feed: Feed
    _own: Own
    _wall: Wall
    _find: FindBar
    _filter_bar: FindBar
    _prompt: PromptBox
    _status: StatusLine

    def __init__(self) -> None:
        super().__init__()
        self.roster: Roster | None = None
        self._comings: Comings | None = None
        self._code: tuple[str, int] = ("", 0)  # the response whose code blocks are being copied, and the next

    @property
    def conversation(self) -> Conversation:
        """What is shown: the channel's, or a replay's."""
        return self._drain.shown

    def _stand(self) -> None:
        """Say on an empty wall why it is empty."""
        raise NotImplementedError

    def address(self, member: Member) -> None:
        """Ask this agent next."""
        raise NotImplementedError

    def _say(self, text: str) -> None:
        """Say something in passing, in place of what was said before."""
        self.notify(text, markup=False)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """See `App`. It is said on the upper border of the prompt, behind its title, where nothing is to be
        read, and in place of what was said before unless something is wrong.
        """
        if severity == "information":
            self.clear_notifications()
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def _refresh_notifications(self) -> None:
        """See `App`. Each screen says it anew, at the same place, so that it stands nowhere twice."""
        super()._refresh_notifications()
        if not self._notifications:
            return
        beneath, box = self.screen_stack[0], self._prompt
        below = beneath.size.height - box.region.y - 1 if box.region else 1
        left = min(cell_len(box.border_title or "") + TITLE_CELLS, beneath.size.width // 3)
        for screen in self.screen_stack:
            for rack in screen.query(ToastRack):
                rack.styles.margin = (0, 0, below, 0)
                rack.styles.padding = (0, 2, 0, left)

    def _spoken_of(self) -> Response | None:
        """Return the response that keys speak of; say so where there is none."""
        pane = self._wall.reading or self._wall.focused or next(iter(self._wall.shown), None)
        if pane is None:
            self._say("there is no response yet")
            return None
        return pane.response

    # Screens

    def meet(self, roster: Roster) -> None:
        """Know who is here now."""
        self.roster = self._status.roster = roster
        self._status.refresh()
        self._comings = self._comings or Comings(self.facts.client_id)
        self._comings.meet(roster, self._clock())
        self._list_people()

    def greet(self) -> None:
        """Say who has come and who has gone, once nothing else is being said."""
        self._list_people()
        if self._comings is not None and not self._notifications:
            news = self._comings.news(self._clock())
            if news:
                self._say(news)

    def _list_people(self) -> None:
        for each in self.screen_stack:
            if isinstance(each, PeopleScreen) and self.roster is not None:
                each.show(self.roster, self._given())

    def _given(self) -> Sequence[Response]:
        """Return the answers that are being given on the channel."""
        return [each for each in self.conversation.responses.values() if each.status is Status.LIVE]

    def action_people(self) -> None:
        """List who is here; Enter on an agent asks it next."""
        if self.roster is None:
            self._say("who is here is not known yet")
            return

        def chosen(member: Member | None) -> None:
            if member is not None:
                self.address(member)
                self.screen.set_focus(self._prompt)

        self.push_screen(PeopleScreen(self.roster, self._own, self._given()), chosen)

    def action_wire(self) -> None:
        """Show the raw messages of the focused response."""
        response = self._spoken_of()
        if response is not None:
            self.push_screen(Inspector(self.conversation, response))

    def action_threads(self) -> None:
        """List the threads; the chosen one is shown as a chat."""
        heads = self._wall.threads()
        if not heads:
            self._say("there is no thread yet")
            return
        rows = [
            (self._wall.titled(head), f"{head.response.status} · {self._wall.name_of(head.response)}")
            for head in heads
        ]

        def chosen(index: int | None) -> None:
            if index is not None:
                if not self._wall.chatting:
                    self._wall.action_arrangement()
                self._wall.show_thread(heads[index].response)

        self.push_screen(ChoiceScreen("threads, the newest first", rows), chosen)

    # Filter

    def action_filter(self) -> None:
        """Ask which panes to show."""
        self._filter_bar.open()

    def action_slash_filter(self, words: str) -> None:
        """Show only the panes that these words let through."""
        self._filter_bar.value = words
        self.sift(words)

    def sift(self, words: str) -> None:
        """Show only some panes, and say so."""
        self._wall.sift(Filter.of(words))
        self._status.filter = " ".join(words.split())
        self._status.refresh()
        self._stand()

    def action_slash_find(self, words: str) -> None:
        """Find words in the focused pane."""
        self._wall.enter()
        self._find.value = words
        self._wall.seek(words)

    # Copies and exports

    def action_copy(self, what: str) -> None:
        """Copy the focused response, its next code block, or its thread."""
        response = self._spoken_of()
        if response is None:
            return
        match what or "response":
            case "response":
                self._copy(response.text, "the response")
            case "code":
                self._copy_code(response)
            case "thread":
                thread = tree_of(self.conversation, response)
                text = self.desk.exported("markdown", thread, standings(self.conversation))
                self._copy(text, f"the thread, {_counted(len(thread))}")
            case _:
                self._say(f"/copy takes {', '.join(COPIES)}")

    def action_slash_copy(self, what: str) -> None:
        """See `action_copy`."""
        self.action_copy(what)

    def _copy_code(self, response: Response) -> None:
        from tui.render.fences import code_blocks  # noqa: PLC0415  markdown, after the first paint

        blocks = code_blocks(response.text)
        if not blocks:
            self._say("there is no code in it")
            return
        key, at = self._code
        index = at % len(blocks) if key == response.key else 0
        self._code = response.key, index + 1
        self._copy(blocks[index], f"code block {index + 1} of {len(blocks)}")

    def _copy(self, text: str, what: str = "") -> None:
        if not text:
            self._say("there is nothing to copy")
            return
        self.run_worker(self._give(text, what or f"{len(text):,} characters"), group="copy", exclusive=True)

    async def _give(self, text: str, what: str) -> None:
        """Put text on the clipboard, and say no more than is known."""
        if await asyncio.to_thread(self.desk.copy, text):
            self._say(f"copied {what}")
            return
        self.copy_to_clipboard(text)
        self._say(
            f"{what} given to the terminal, which does not say whether it took it · /export writes a file"
        )

    def action_export(self) -> None:
        """Ask what to write to a file, and in which form."""
        options = [(form, scope) for scope in SCOPES for form in FORMS]
        rows = [(f"{scope} as {form}", "") for form, scope in options]

        def chosen(index: int | None) -> None:
            if index is not None:
                self._export(*options[index])

        self.push_screen(ChoiceScreen("write to a file", rows), chosen)

    def action_slash_export(self, argument: str) -> None:
        """Write the response, its thread or the wall: `json thread`, in any order."""
        words = argument.lower().split()
        form = next((word for word in words if word in FORMS), FORMS[0])
        scope = next((word for word in words if word in SCOPES), SCOPES[0])
        if any(word not in (form, scope) for word in words):
            self._say(f"/export takes one of {', '.join(FORMS)} and one of {', '.join(SCOPES)}")
        else:
            self._export(form, scope)

    def _export(self, form: str, scope: str) -> None:
        seen = (form, scope) == ("svg", "wall")
        responses, left_out = self._seen() if seen else self._in_scope(scope)
        if not responses:
            return
        try:
            if seen:
                text = self._screen()
            else:
                text = self.desk.exported(form, responses, standings(self.conversation))
            path = self.desk.keep(text, form)
        except OSError as error:
            self._say(f"not written: {error.strerror or error}")
            return
        name = path.name if path.parent == Path.cwd() else path
        self._say(" · ".join([f"written to {name}: {_counted(len(responses))}", *left_out]))

    def _in_scope(self, scope: str) -> tuple[list[Response], list[str]]:
        """Return what is written, and what has to be said of the rest."""
        known = self.conversation.responses
        if scope == "wall":
            wanted = list(self._wall.wanted.values())
            hidden = len(known) - len(wanted)
            return wanted, [f"without {hidden} that the filter hides"] if hidden else []
        response = self._spoken_of()
        if response is None:
            return [], []
        thread = tree_of(self.conversation, response)
        if scope == "response":
            rest = len(thread) - 1
            return [response], [f"/export thread writes all {len(thread)} of its thread"] if rest else []
        lacks = thread[0].continues is not None and parent_of(self.conversation, thread[0]) is None
        way = hint("{older} loads what is older", self.facts.keymap)
        return thread, [f"its beginning is not loaded: {way}"] if lacks else []

    def _seen(self) -> tuple[list[Response], list[str]]:
        """Return what a picture of the screen shows, and what has to be said of the rest."""
        shown = [pane.response for pane in self._wall.shown]
        rest = len(self._wall.wanted) - len(shown)
        return shown, [f"as it is seen, without {rest} others"] if rest > 0 else []

    def _screen(self) -> str:
        """Return a picture of what is seen."""
        return FONTS.sub("", self.export_screenshot())

    # The past

    def on_wall_older(self) -> None:
        """Load what is older than what is seen, at its top."""
        self.action_older()

    def action_older(self) -> None:
        """Load what is older than all that was loaded."""
        history = self._status.history
        if history is not None and not history.done:
            self._say("still reading history")
        elif history is not None and history.exhausted:
            self._say("there is nothing older: the channel keeps no more")
        else:
            self._feed.load_more()
            self._say("reading what is older")

    # Commands by name

    def action_slash_theme(self, name: str) -> None:
        """Wear another theme."""
        theme = SHORT_THEMES.get(name, name)
        if theme in self.available_themes:
            self.theme = theme
        else:
            self._say(f"there is no theme {name}; : theme lists them")

    async def obey(self, line: str) -> str | None:
        """Return what a line from the prompt asks; None when it was a command, which is then done."""
        read = slash.read(line)
        if isinstance(read, str):
            return read
        if isinstance(read, slash.Refused):
            self._prompt.restore(line)
            self._say(read.why)
        else:
            await self.call(read.command, read.argument)
        return None

    async def call(self, command: Command, argument: str = "") -> None:
        """Do what a command of the table does."""
        if argument:
            getattr(self, f"action_slash_{command.slash}")(argument)
        else:
            await self.run_action(command.action, self._wall)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:  # noqa: ARG002
        """The palette's list: the commands that have a name."""
        for name, command in sorted(SLASHES.items()):

            def run(command: Command = command) -> None:
                if command.needs:
                    self.screen.set_focus(self._prompt)
                    self._prompt.restore(f"/{command.slash} ")
                else:
                    self.call_later(self.call, command)

            keys = f"  ({keys_shown(command, self.facts.keymap)})" if command.keys else ""
            yield SystemCommand(name, f"{command.help}{keys}", run)


def _counted(responses: int) -> str:
    return f"{responses} response{'s' if responses != 1 else ''}"
