"""Who is here: viewers and agents on the channel, and what each does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import DataTable, Static

from tui.state import Response
from tui.ui.own import Own
from tui.ui.takers import STREAMING, given_by
from tui.wire import Member, Roster

COLUMNS = ("who", "kind", "model", "status", "connection")
IDLE = "idle"
"""What is said of an agent that says nothing of itself and is not seen to answer."""


class PeopleScreen(ModalScreen[Member | None]):
    """Lists the members; Enter on an agent returns it, so that the next prompt is addressed to it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,w", "dismiss", "Close")]
    DEFAULT_CSS = """
    PeopleScreen { align: center middle; }
    PeopleScreen > Vertical {
        width: 100; max-width: 100%; height: auto; max-height: 90%;
        border: round $accent; background: $background; padding: 0 1;
    }
    PeopleScreen DataTable { height: auto; max-height: 1fr; }
    PeopleScreen #unproven { dock: bottom; }
    """

    def __init__(self, roster: Roster, own: Own, given: Sequence[Response] = ()) -> None:
        """`own` knows this terminal, `given` is what is being answered on the channel."""
        super().__init__()
        self._members = _sorted(roster)
        self._own = own
        self._given = given
        self._shown: list[Sequence[str]] = []

    def compose(self) -> ComposeResult:
        """A row for each member."""
        with Vertical() as frame:
            frame.border_subtitle = "Enter on an agent asks it next · Esc closes"
            yield Static("Nobody is known: this channel or key may not allow presence.", id="nobody")
            yield DataTable(cursor_type="row")
            words = "Names are what members say of themselves; a shared key cannot prove them."
            yield Static(Text(words, "dim"), id="unproven")

    def on_mount(self) -> None:
        """Fill the table."""
        self.query_one(DataTable).add_columns(*COLUMNS)
        self._fill()

    def show(self, roster: Roster, given: Sequence[Response] = ()) -> None:
        """List who is here now, and what each does; the cursor stays with the one that it was on."""
        self._given = given
        if not self.is_mounted or self._shown == [self._cells(member) for member in _sorted(roster)]:
            return
        table = self.query_one(DataTable)
        chosen = self._members[table.cursor_row] if self._members else None
        self._members = _sorted(roster)
        table.clear()
        self._fill()
        if chosen in self._members:
            table.move_cursor(row=self._members.index(chosen))

    def _fill(self) -> None:
        table = self.query_one(DataTable)
        self._shown = [self._cells(member) for member in self._members]
        for index in range(len(self._members)):
            table.add_row(*map(Text, self._shown[index]), key=str(index))
        table.display = bool(self._members)
        self.query_one(Vertical).border_title = f"who is here · {len(self._members)}"
        self.query_one("#nobody").display = not self._members

    def _cells(self, member: Member) -> Sequence[str]:
        """Return what is said of a member: what it does is seen on the channel, or else its own word."""
        own = self._own.holds(member.connection_id)
        who = f"{member.client_id} (you)" if own else member.client_id or "anonymous"
        given = given_by(member, self._given)
        idle = IDLE if member.kind == "agent" else ""
        status, model = member.status or idle, member.model or ""
        if given:
            status = STREAMING if len(given) == 1 else f"{STREAMING} {len(given)}"
            model = ", ".join(dict.fromkeys(each.model for each in given if each.model)) or model
        return who, member.kind or "", model, status, member.connection_id[:8]

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Address an agent."""
        member = self._members[int(event.row_key.value or 0)]
        if member.kind == "agent":
            self.dismiss(member)
        else:
            frame = self.query_one(Vertical)
            frame.border_subtitle = "only an agent answers others; this one does not · Esc closes"


def _sorted(roster: Roster) -> list[Member]:
    """Agents first: they can be asked."""
    return sorted(roster.members, key=lambda each: (each.kind != "agent", each.client_id, each.connection_id))
