"""What may be meant by what is being typed: a list above the prompt, to choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget

from tui.ui.commands import SLASHES, Command, keys_shown
from tui.ui.still import Still
from tui.ui.words import cut

ROWS = 8
"""Offers that are seen at once."""

Arguments = Mapping[str, Callable[[], Sequence[str] | Mapping[str, str]]]
"""By slash name, what may stand behind it; a mapping gives what is said of each."""
FREE = ("fan", "system")
"""Commands behind whose first word any text may stand."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that may be meant."""

    text: str
    """What comes in place of what has been typed, from `start` to the cursor."""
    note: str = ""
    start: int = 0
    """Where in the text before the cursor it begins, in characters."""
    done: bool = False
    """Whether nothing more has to be typed: Enter then sends it."""
    name: str = ""
    """How it is listed, if not by its text."""

    @property
    def attaches(self) -> bool:
        """Whether it is a file."""
        return self.text.startswith("@") and not self.text.endswith("/")


def command_offers(before: str, arguments: Arguments, keymap: Mapping[str, str]) -> list[Offer]:
    """Return what may be meant by a command, of which `before` stands before the cursor."""
    if not before.startswith("/") or before.startswith("//") or "\n" in before:
        return []
    name, space, typed = before[1:].partition(" ")
    if not space:
        names = sorted(slash for slash in SLASHES if slash.startswith(name.lower()))
        return [_offer(SLASHES[slash], keymap) for slash in names]
    if name in FREE and (" " in typed or typed.isdecimal()):  # the question follows; it is a number
        return []
    word = typed.split(" ")[-1].split(",")[-1]
    start = len(before) - len(word)
    earlier = {each.lower() for each in typed[: len(typed) - len(word)].replace(",", " ").split()}
    known = arguments[name]() if name in arguments else ()
    notes = known if isinstance(known, Mapping) else {}
    values = [value for value in known if value not in earlier]
    found = [value for value in values if value.lower().startswith(word.lower())]
    if not found and name != "system":  # models are known by what stands in the middle of their names
        found = [value for value in values if word.lower() in value.lower()]
    if found == [word]:
        return []
    return [Offer(value, notes.get(value, ""), start, done=name != "fan") for value in found]


class Offers(Still, Widget):
    """Lists offers; the chosen one stands out. The prompt's keys move it, a click takes one."""

    DEFAULT_CSS = """
    Offers {
        display: none; layer: above; dock: bottom; height: auto; background: $panel; color: $foreground;
        padding: 0 1;
        &.-open { display: block; }
    }
    """

    class Clicked(Message):
        """An offer was clicked."""

        def __init__(self, offer: Offer) -> None:
            super().__init__()
            self.offer = offer

    def __init__(self) -> None:
        super().__init__()
        self._offers: Sequence[Offer] = ()
        self._at = 0

    def show(self, offers: Sequence[Offer], above: int) -> None:
        """List these, `above` rows from the bottom of the screen; none closes the list."""
        if not offers and not self._offers:
            return
        if offers != self._offers:
            self._offers, self._at = offers, 0
        self.set_class(bool(offers), "-open")
        self.styles.margin = (0, 1, above, 1)
        self.refresh(layout=True)

    @property
    def chosen(self) -> Offer | None:
        """The offer that stands out; None while there is no list."""
        return self._offers[self._at] if self._offers else None

    def move(self, by: int) -> None:
        """Let the next offer stand out, or the one before, round the ends."""
        self._at = (self._at + by) % len(self._offers)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Take an offer."""
        index = self._first + event.y
        if index < len(self._offers):
            self.post_message(self.Clicked(self._offers[index]))

    @property
    def _first(self) -> int:
        return max(0, min(self._at - ROWS // 2, len(self._offers) - ROWS))

    def render(self) -> Text:
        """A row for each, as many as fit."""
        width = self.size.width
        offers = self._offers[self._first : self._first + ROWS]
        names = [offer.name or offer.text for offer in offers]
        column = min(max(width // 2, width - 20), max((cell_len(name) for name in names), default=0) + 2)
        lines = []
        for index, (offer, name) in enumerate(zip(offers, names, strict=True), self._first):
            line = Text(cut(name, column), "bold")
            line.pad_right(max(0, column - line.cell_len))
            line.append(cut(offer.note, max(0, width - column)), "dim")
            if index == self._at:
                line.pad_right(max(0, width - line.cell_len))
                line.stylize("reverse")
            lines.append(line)
        return Text("\n", no_wrap=True).join(lines)


def _offer(command: Command, keymap: Mapping[str, str]) -> Offer:
    keys = keys_shown(command, keymap)
    return Offer(
        f"/{command.slash}{' ' if command.argument else ''}",
        f"{command.help}{f'  ({keys})' if keys else ''}",
        done=not command.needs,
        name=f"/{command.slash} {command.argument}".rstrip(),
    )
