"""`ably-tui export`: what was said on the channel, as a document."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli import flags
from tui.cli.exits import OK, Failure
from tui.values import SettingsError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Sequence

    from tui.settings import Folders, Settings
    from tui.state import Conversation, Response

FORMS = ("md", "json", "svg")
HELP = "write responses of the channel as Markdown, JSON or a picture"


def add(parser: ArgumentParser) -> None:
    """Add its flags."""
    flags.place(parser)
    flags.past(parser)
    flags.patience(parser)
    form = flags.forms(parser, "one JSON document, as --format json", "the same as --format md")
    form.add_argument(
        "--format", choices=FORMS, help="Markdown, JSON or a picture (as the file is named, else md)"
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--response", metavar="ID", help="only this one")
    which.add_argument("--thread", metavar="ID", help="the whole thread that it is in, siblings included")
    parser.add_argument("--width", default="100", metavar="N", help="columns of the picture (100)")
    parser.add_argument("-o", dest="output", metavar="FILE", help="a new file in place of standard output")


def run(arguments: Namespace, settings: Settings, folders: Folders) -> int:
    """Read the past, and write it."""
    from tui.cli.archive import Archive
    from tui.state import Conversation

    asked = "json" if arguments.json else "md" if settings.plain else None
    arguments.format = arguments.format or asked or _form_of(arguments.output)
    if settings.since == 0:
        raise SettingsError("--since none leaves nothing to export")
    if not arguments.width.isdecimal() or not 20 <= int(arguments.width) <= 500:
        raise SettingsError(f"--width: {arguments.width!r} is no number from 20 to 500")
    patience = flags.seconds(arguments)
    archive = Archive()
    conversation = Conversation(archive.stow)
    try:
        _read(conversation, settings, folders, patience)
        _write(_document(conversation, arguments), arguments.output)
    finally:
        archive.close()
    return OK


def _read(conversation: Conversation, settings: Settings, folders: Folders, patience: float) -> None:
    """Read the past from its beginning on. To its end, also for one response: a document says at its top what
    is in it, and of siblings how many there are and which is the best.
    """
    from tui.cli.chronicle import Chronicle
    from tui.cli.opening import channel
    from tui.cli.progress import Progress

    with channel(replace(settings, since=0), folders, patience=patience) as line, Progress() as progress:
        chronicle = Chronicle(line, conversation, since=settings.since, passes=False)
        for _ in chronicle.news():
            progress.tell(chronicle)
            if not chronicle.holding:
                return


def _write(pieces: Iterator[str], output: str | None) -> None:
    if output is None:
        sys.stdout.writelines(pieces)
        return
    path = Path(output)
    try:
        file = path.open("x", encoding="utf-8")
    except FileExistsError as error:
        raise Failure(f"{path} is there already; give a name that is not") from error
    except OSError as error:
        raise Failure(f"{path} cannot be made: {error.strerror}") from error
    try:
        with file:
            file.writelines(pieces)
    except OSError as error:
        path.unlink(missing_ok=True)  # half of it is none
        raise Failure(f"{path} cannot be written: {error.strerror}") from error


def _form_of(output: str | None) -> str:
    """Return the form that a file's name asks for; Markdown where it asks for none."""
    suffix = Path(output or "").suffix.lower().removeprefix(".")
    return suffix if suffix in FORMS else "md"


def _chosen(conversation: Conversation, arguments: Namespace) -> Sequence[Response]:
    from tui.state.threads import tree_of

    wanted = arguments.response or arguments.thread
    if wanted is None:
        known = (
            each for each in conversation.responses.values() if each.blocks or each.response_id is not None
        )
        return sorted(known, key=lambda response: response.opened_at)
    found = conversation.by_id(wanted)
    if found is None:
        raise Failure(f"there is no response {wanted} here; --since all looks further back")
    return tree_of(conversation, found) if arguments.thread else [found]


def _document(conversation: Conversation, arguments: Namespace) -> Iterator[str]:
    from tui.cli.exporting import pieces
    from tui.state.threads import standings

    responses = _chosen(conversation, arguments)  # before there is a file
    return pieces(arguments.format, responses, standings(conversation), int(arguments.width))
