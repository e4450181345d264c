"""The prompt box: several lines, earlier prompts at the edges, nothing lost.

A file or a long paste is a chip in it: a label that is sent as what it stands for. Leaves to `asking` where a
prompt goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from textual import events
from textual.markup import escape
from textual.message import Message
from textual.widgets import TextArea

from tui.ui.attach import AttachError, attached, doubt, offered
from tui.ui.commands import Zone, bindings, hint, keys_of
from tui.ui.header import KNOWN_BY
from tui.ui.keystrokes import Keystrokes
from tui.ui.offers import Offer, Offers
from tui.ui.ports import Draft
from tui.ui.still import Still
from tui.ui.words import end_cut

ASK = "Ask something · {send} sends"
"""What an empty box says."""
MAX_ROWS = 6
LINES, CHARACTERS = 5, 1_000
"""Of a paste; a longer one becomes a chip."""
QUESTION = "everybody on the channel will read {}: attach it? ▸"
TITLE_CELLS = 6
"""Cells around a title on the border."""
KEPT = 20
"""Prompts that are still known as they were typed."""
_AT = re.compile(r"(?:^|\s)@(\S*)$")


class PromptBox(Still, TextArea):
    """Where prompts are typed. Posts `Sent`."""

    BINDINGS = bindings(Zone.PROMPT)
    DEFAULT_CSS = f"""
    PromptBox {{
        height: auto; min-height: 3; max-height: {MAX_ROWS + 2};
        border: round $foreground 30%;
        border-title-color: $foreground; border-subtitle-color: $foreground 60%;
        background: $background; padding: 0 1;
        &:focus {{ border: round $accent; }}
        & .text-area--cursor-line {{ background: transparent; }}
    }}
    """

    class Escaped(Message):
        """Esc and a key behind it came as one: the key is meant for the panes."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Sent(Message):
        """A prompt is to be asked, or a command to be run."""

        def __init__(self, draft: Draft) -> None:
            super().__init__()
            self.draft = draft

        @property
        def text(self) -> str:
            """What is asked."""
            return self.draft.meant

    class Left(Message):
        """Backspace in an empty box: what is typed next is for a new thread."""

    class Refused(Message):
        """Something could not be put into the box."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(
        self,
        model: str,
        samples: Sequence[str],
        offers: Offers,
        offer: Callable[[str], Sequence[Offer]],
        folder: Path,
        remember: Callable[[Draft], None],
        keymap: Mapping[str, str],
    ) -> None:
        """`offer` gives what may be meant by the text before the cursor, which `offers` lists; relative
        paths begin at `folder`; `remember` takes what becomes an earlier prompt; `keymap` has the keys that
        the user wants, by the command's id.
        """
        super().__init__(soft_wrap=True, show_line_numbers=False)
        self._ask = self.placeholder = hint(ASK, keymap)
        self._sends = keys_of("send", keymap)
        self.border_title, self.border_subtitle = self._told = ("new ▸", model)
        self._back = ""
        self._offers = offers
        self._offer = offer
        self._folder = folder
        self._remembers = remember
        self._samples = len(samples)
        self._history = [Draft(sample) for sample in samples]
        self._place = len(self._history)
        self._edits: dict[
            int, Draft
        ] = {}  # what was made of earlier prompts and of the draft, by their place
        self._chips: dict[str, str] = {}  # of what stands in the box
        self._sent: dict[str, Draft] = {}  # the newest, by what was sent
        self._draft: Draft | None = None  # what the box held before something else was put there
        self._aside: tuple[str, str] | None = None  # what is said of it where it is no prompt
        self._asked: str | None = None  # a file that is attached if the answer is yes
        self._typed_at = False  # whether the @ that is being completed was typed
        self._by_hand = True  # whether all behind it was: what comes too fast for that may be pasted
        self._keystrokes = Keystrokes(self, self._burst, self.action_send)

    # What stands on its border

    def tell(self, where: str, how: str, back: str = "") -> None:
        """Say where the prompt goes, how it is answered, and what Backspace does while it is empty."""
        self._told, self._back = (where, how), back
        self._show_told()

    def _show_told(self) -> None:
        if self._asked is None:
            where, how = self._told
            back = "" if self.text else self._back
            told = self._aside or (where, " · ".join(part for part in (back, how) if part))
            if (self.border_title, self.border_subtitle) != told:
                self.border_title, self.border_subtitle = told

    # Keys

    async def _on_key(self, event: events.Key) -> None:
        if self._keystrokes.take(event) or self._answered(event) or self._chosen(event):
            event.stop()
            event.prevent_default()
            return
        if event.key.startswith("alt+") and (event.is_printable or len(event.key) == len("alt+x")):
            # Esc and a key in quick succession: no terminal can tell the two apart.
            event.stop()
            event.prevent_default()
            key = event.key.removeprefix("alt+")
            self.post_message(self.Escaped((event.character or key) if key.startswith("shift+") else key))
            return
        # TextArea inserts a line break itself before any binding of `enter` is asked.
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            if "enter" in self._sends:
                self.action_send()
            else:
                self.action_newline()
            return
        if event.character == "@":
            self._typed_at = self._by_hand = True
        elif event.character is not None and event.character.isspace():
            self._typed_at = False
        await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self._paste(event.text)

    def action_send(self) -> None:
        """Take what stands out in the list, and send what is typed unless more has to be."""
        offer = self._offers.chosen
        if offer is not None and offer.attaches:
            offer = offer if self._by_hand else None  # of what may be pasted, only Tab attaches a file
        elif offer is not None and self._before[offer.start :] == offer.text.rstrip():
            offer = None
        if offer is not None:
            self.complete(offer)
            if not offer.done:
                return
        self._send()

    def _send(self) -> None:
        """Send what is typed; nothing but white space stays where it is, unless nothing is an answer."""
        draft = self._now
        draft = Draft(draft.text.strip(), draft.chips)
        if not (draft.text or self._aside):
            return
        if self._aside:
            self.clear()
        else:
            self._remember(draft)
            self._sent[draft.meant] = draft
            for old in list(self._sent)[:-KEPT]:
                del self._sent[old]
        self.post_message(self.Sent(draft))

    def action_newline(self) -> None:
        """Begin a new line."""
        self.insert("\n")

    def action_delete_left(self) -> None:
        """Delete what stands left of the cursor, a chip as a whole; where nothing is, leave the thread."""
        if not (self.text or self._aside):
            self.post_message(self.Left())
            return
        row, column = self.cursor_location
        before = self.document.get_line(row)[:column]
        label = next((label for label in self._chips if before.endswith(label)), None)
        if label is None or self.selected_text:
            super().action_delete_left()
        else:
            self.delete((row, column - len(label)), (row, column))

    def action_earlier(self) -> None:
        """Move up; on the first row recall the prompt before."""
        if self.get_cursor_up_location() != self.cursor_location and self.wrapped_row > 0:
            self.action_cursor_up()
            return
        if self._place > 0 and self._draft is None:
            self._recall(self._place - 1)

    def action_later(self) -> None:
        """Move down; on the last row go on to the prompt after, at last to what was being typed."""
        if self.wrapped_row < self.wrapped_document.height - 1:
            self.action_cursor_down()
            return
        if self._place < len(self._history) and self._draft is None:
            self._recall(self._place + 1)

    # What others put into it

    def take_back(self, text: str) -> bool:
        """Hold a prompt again that could not be published; return whether it does. Where something is being
        typed it is the newest of the earlier prompts instead: the two are not one.
        """
        if not self.text.strip() and self._draft is None:
            self.restore(text)
            return True
        end = len(self._history)
        self._history.append(self._sent.get(text, Draft(text)))
        self._place += self._place == end
        self._edits = {at + (at == end): each for at, each in self._edits.items()}
        return False

    def restore(self, text: str) -> None:
        """Hold a text again that was taken for something to be done, in front of what is being typed now."""
        given, typed = self._sent.get(text, Draft(text)), self._now
        both = f"{given.text}\n{typed.text}" if typed.text.strip() else given.text
        self._load(Draft(both, {**typed.chips, **given.chips}))

    def borrow(self, text: str, aside: tuple[str, str] | None = None) -> None:
        """Hold something else than the draft. What is no prompt, and may be empty, has `aside` said of it on
        the border, above and below.
        """
        if self._draft is None:
            self._draft = self._now
        self._aside = aside
        self.placeholder = self._ask if aside is None else aside[1]
        self._load(Draft(text))
        self._show_told()

    def give_back(self) -> None:
        """Hold the draft again."""
        draft, self._draft, self._aside = self._draft, None, None
        self.placeholder = self._ask
        if draft is not None:
            self._load(draft)
        self._show_told()

    def set_aside(self) -> None:
        """Clear the box; what was typed is the newest of the earlier prompts."""
        self._remember(self._now)

    def recall(self, earlier: Sequence[Draft], draft: Draft | None) -> None:
        """Have earlier prompts before those of now, and hold a draft; where something is being typed
        already, it is the newest of them.
        """
        here = self._samples
        if draft is not None and (self.unsent or self._draft is not None or self._place < len(self._history)):
            earlier, draft = [*earlier, draft], None
        self._history[here:here] = earlier
        moved = len(earlier)
        self._place += moved if self._place >= here else 0
        self._edits = {at + moved if at >= here else at: each for at, each in self._edits.items()}
        if draft is not None:
            self._load(draft)

    @property
    def unsent(self) -> list[Draft]:
        """What has been typed and not sent, first of all what was being typed before anything else."""
        known = self._history[self._place] if self._place < len(self._history) else Draft()
        now = Draft() if self._aside or self.text == known.text else self._now
        before = self._edits.get(len(self._history), Draft())
        drafts = (before, now) if self._draft is None else (self._draft, before, now)
        return [draft for draft in drafts if draft.text.strip()]

    @property
    def wrapped_row(self) -> int:
        """Row of the cursor, counting wrapped lines."""
        return self.wrapped_document.location_to_offset(self.cursor_location).y

    @property
    def _now(self) -> Draft:
        self._keystrokes.flush()
        return Draft(self.text, dict(self._chips))

    def _load(self, draft: Draft) -> None:
        self._typed_at = False
        self._chips = dict(draft.chips)
        self.load_text(draft.text)
        self.move_cursor(self.document.end)

    def _recall(self, place: int) -> None:
        self._edits[self._place] = self._now
        self._place = place
        told = self._history[place] if place < len(self._history) else Draft()
        self._load(self._edits.get(place, told))

    def _remember(self, draft: Draft) -> None:
        said = bool(draft.text.strip())
        if said:
            self._history.append(draft)
        self._place = len(self._history)
        self._edits.clear()
        self._load(Draft())
        if said:
            self._remembers(draft)

    # Chips

    def _paste(self, text: str) -> None:
        """Insert what was pasted, as a chip where it is long."""
        self._typed_at = False
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        lines = len(text.removesuffix("\n").split("\n"))
        if lines > LINES:
            self._put_chip(f"[pasted {lines:,} lines]", text)
        elif len(text) > CHARACTERS:
            self._put_chip(f"[pasted {len(text):,} characters]", text)
        else:
            self._replace_via_keyboard(text, *self.selection)
        self._list()  # now, for a line's end may come with it

    def _burst(self, text: str) -> None:
        """Insert keys that came faster than anybody types. What is behind an @ among them is offered, but
        only Tab takes it: the terminal may not say that it was pasted.
        """
        typed_at = self._typed_at
        self._paste(text)
        at = text.rfind("@")
        self._typed_at = not any(map(str.isspace, text[at + 1 :])) and (at >= 0 or typed_at)
        self._by_hand = False
        self._list()

    def _put_chip(self, label: str, meant: str) -> None:
        plain, nth = label, 1
        while self._chips.get(label, meant) != meant:
            nth += 1
            label = f"{plain[:-1]} ·{nth}]"
        self._chips[label] = meant
        self._replace_via_keyboard(label, *self.selection)

    # What may be meant

    def on_text_area_changed(self) -> None:
        """List what may be meant."""
        self._show_told()
        self._list()

    def on_blur(self) -> None:
        """List nothing to whoever is elsewhere."""
        self._offers.show((), 0)

    def leave(self) -> bool:
        """Close the list, or take a question back; return whether there was either."""
        if self._asked is not None:
            self._settle()
            return True
        listed = self._offers.chosen is not None
        self._offers.show((), 0)
        return listed

    def complete(self, offer: Offer) -> None:
        """Put an offer in the place of what is typed."""
        end = self.cursor_location
        start = end[0], end[1] - len(self._before) + offer.start
        if offer.attaches:
            self._ask_for(offer.text[1:], start, end)
        else:
            self.replace(offer.text, start, end)
            self.move_cursor((start[0], start[1] + len(offer.text)))

    @property
    def _before(self) -> str:
        """The text before the cursor."""
        return self.get_text_range((0, 0), self.cursor_location)

    def _list(self) -> None:
        before = self._before
        offers: Sequence[Offer] = ()
        at = _AT.search(before) if self._typed_at else None
        if self._aside or not self.has_focus:
            offers = ()
        elif at is not None:
            found = offered(at[1], self._folder)
            offers = [Offer(f"@{path}", start=at.start(1) - 1, name=path) for path in found]
        else:
            offers = self._offer(before)
        below = self.screen.size.height - self.region.y
        self._offers.show(offers, below)

    def _chosen(self, event: events.Key) -> bool:
        """Whether a key was meant for the list."""
        offer = self._offers.chosen
        if offer is None:
            return False
        match event.key:
            case "up" | "down":
                self._offers.move(1 if event.key == "down" else -1)
            case "tab":
                self.complete(offer)
            case _:
                return False
        return True

    def _ask_for(self, path: str, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Attach a file, after a question where somebody may not want everybody to see it."""
        self.delete(start, end)
        why = doubt(path, self._folder)
        if why is None:
            self._attach_file(path)
            return
        try:
            attached(path, self._folder)
        except AttachError as error:  # what cannot be sent is not asked about
            self.post_message(self.Refused(str(error)))
            return
        self._asked = path
        room = max(KNOWN_BY, self.outer_size.width - len(QUESTION.format("")) - TITLE_CELLS)
        self.border_title = escape(QUESTION.format(end_cut(path, room)))
        self.border_subtitle = f"{why} · y attaches it · any other key does not"

    def _answered(self, event: events.Key) -> bool:
        """Whether a key was the answer to a question."""
        path = self._asked
        if path is None:
            return False
        self._settle()
        if event.key == "y":
            self._attach_file(path)
        return True

    def _settle(self) -> None:
        self._asked = None
        self._show_told()

    def _attach_file(self, path: str) -> None:
        self._typed_at = False
        try:
            file = attached(path, self._folder)
        except AttachError as error:
            self.post_message(self.Refused(str(error)))
            return
        self._put_chip(file.label, file.text)
