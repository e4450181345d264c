"""The wire inspector: the messages of a response as they came, and what was wrong with them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import DataTable, Static

from tui.state import Conversation, Response
from tui.wire import ChannelMessage, clean_line, clean_text

LISTED = 1_000
"""Messages of one response that are listed; of more the newest."""
PREVIEW = 48
WHOLE = 20_000
"""Characters of one message that are shown."""
REFRESH = 0.5
"""Seconds between two looks for new messages."""
COLUMNS = ("after", "delay", "name", "data", "headers", "action", "client", "id", "serial")


class Inspector(ModalScreen[None]):
    """Lists a response's messages: when each came, how late, and what stood in it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,I", "dismiss", "Close")]
    DEFAULT_CSS = """
    Inspector { align: center middle; }
    Inspector > Vertical {
        width: 100%; height: 100%; border: round $accent; background: $background; padding: 0 1;
    }
    Inspector Static { height: auto; }
    Inspector DataTable { height: 2fr; }
    Inspector VerticalScroll { height: 1fr; border-top: solid $accent; }
    """

    def __init__(self, conversation: Conversation, response: Response) -> None:
        super().__init__()
        self._conversation = conversation
        self._response = response
        self._listed: dict[str, ChannelMessage] = {}  # by row key

    def compose(self) -> ComposeResult:
        """What is known of the response, its messages, and the chosen one in full."""
        with Vertical() as frame:
            frame.border_title = f"wire · {self._response.key}"
            frame.border_subtitle = "↑ ↓ choose · Tab to the message · Esc closes"
            yield Static(id="facts")
            yield DataTable(cursor_type="row", zebra_stripes=True)
            with VerticalScroll():
                yield Static(id="whole")

    def on_mount(self) -> None:
        """Fill the table, and look again now and then."""
        self._table.add_columns(*COLUMNS)
        self._look()
        self._table.move_cursor(row=self._table.row_count - 1)
        self.set_interval(REFRESH, self._look)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show the chosen message in full."""
        message = self._listed.get(event.row_key.value or "")
        if message is not None:
            self.query_one("#whole", Static).update(Text(whole(message)))

    @property
    def _table(self) -> DataTable[Text]:
        return self.query_one(DataTable)

    def _look(self) -> None:
        response = self._response
        theirs, older = messages_of(self._conversation, response)
        at_end = self._table.cursor_row >= self._table.row_count - 1
        known = len(self._listed)
        theirs.sort(key=lambda message: message.serial)  # history comes backwards
        listed = {str(id(message)): message for message in theirs[-LISTED:]}  # each as often as it came
        if list(listed)[: len(self._listed)] != list(self._listed):
            self._listed.clear()
            self._table.clear()
        for key, message in listed.items():
            if key not in self._listed:
                self._listed[key] = message
                self._table.add_row(*row(message, response.opened_at), key=key)
        if at_end and len(self._listed) > known:
            self._table.move_cursor(row=self._table.row_count - 1)
        self.query_one("#facts", Static).update(Text(facts(response, len(theirs), older=older)))


def messages_of(conversation: Conversation, response: Response) -> tuple[list[ChannelMessage], bool]:
    """Return a response's messages and its prompt's, as far as they are kept as they came, and whether there
    were older ones.
    """
    strands = {response.strand, f"?{response.prompt_id}"} - {""}
    recent = conversation.recent
    theirs = [message for strand, message in recent if strand in strands]
    return theirs, conversation.forgot and response.opened_at < recent[0][1].timestamp


def facts(response: Response, kept: int, *, older: bool) -> str:
    """Return what is known of how a response arrived. `kept` is how many of its messages are kept as they
    came, `older` whether there were more.
    """
    counts = (
        (response.missing, "missing"),
        (response.gaps, "gap" if response.gaps == 1 else "gaps"),
        (response.healed, "healed"),
        (response.duplicates, "repeat" if response.duplicates == 1 else "repeats"),
        (response.late, "late"),
    )
    wrong = (
        " · ".join(f"{count:,} {word}" for count, word in counts if count) or "nothing missing or repeated"
    )
    publisher = response.publisher
    count = f"{kept:,} message{'s' if kept != 1 else ''}"
    if kept > LISTED:
        count += f", the newest {LISTED:,} of them below"
    if older:
        count += ", older ones are no longer kept as they came"
    ids = (
        ("clientId", publisher.client_id),
        ("connection", publisher.connection_id),
        ("promptId", response.prompt_id),
        ("in reply to", response.in_reply_to),
    )
    return f"{count} · {wrong}\n" + " · ".join(f"{name} {value}" for name, value in ids if value)


def row(message: ChannelMessage, opened_at: int) -> Iterable[Text]:
    """Return the cells of a message: `COLUMNS`. Milliseconds by the server's clock, the delay by both."""
    sent = message.timestamp if message.changed is None else message.changed
    delay = f"{message.received - sent:+,}" if message.live else "history"
    cells = (
        f"{sent - opened_at:+,} ms",
        delay,
        message.name or "",
        _short(message.data),
        _short(message.extras.get("headers", message.extras)),
        message.action.name.lower(),
        message.client_id or "",
        message.id or "",
        message.serial,
    )
    return [Text(clean_line(cell, 200)) for cell in cells]


def whole(message: ChannelMessage) -> str:
    """Return a message in full, as JSON that has been cleaned and bounded."""
    said = {
        "name": message.name,
        "action": message.action.name.lower(),
        "data": message.data,
        "extras": message.extras,
        "metadata": message.metadata,
        "id": message.id,
        "serial": message.serial,
        "version": message.version,
        "clientId": message.client_id,
        "connectionId": message.connection_id,
        "timestamp": message.timestamp,
        "encoding": message.encoding,
    }
    said = {name: value for name, value in said.items() if value not in (None, {}, "")}
    text = clean_text(_json(said, indent=2))
    return text if len(text) <= WHOLE else f"{text[:WHOLE]}\n… {len(text) - WHOLE:,} more characters"


def _short(value: object) -> str:
    if value in (None, "", {}):
        return ""
    text = value if isinstance(value, str) else _pairs(value)
    return text if len(text) <= PREVIEW else f"{text[: PREVIEW - 1]}…"


def _pairs(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{name}={_json(each)}" for name, each in value.items())
    return _json(value)


def _json(value: object, indent: int | None = None) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, indent=indent, default=repr, skipkeys=True)
    except (ValueError, RecursionError):
        return f"{type(value).__name__} that cannot be shown"
