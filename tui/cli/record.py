"""`ably-tui record`: what the channel says, into a file."""

from __future__ import annotations

import os
import sys
from argparse import RawDescriptionHelpFormatter
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tui.cli import flags
from tui.cli.exits import OK, Failure
from tui.values import SettingsError, since_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from tui.cli.opening import Line
    from tui.settings import Folders, Settings

HELP = "write what the channel says to a file, with its timing"
_ABOUT = """\
Write what the channel says to a file, with its timing, until Ctrl+C or for as long as --for says. It begins
with what of the past --since asks for; the time of --for counts from when that has been read, and --timeout
is how long to try for a connection then. `ably-tui replay FILE` plays it.

The file is JSON lines. The first is the header: recording ("ably-tui"), version (1), channel, startedAt (ms
since the epoch). Each other one has `at`, ms since startedAt, and `message`, as `tail --json` prints it.
What looks like a key or a token is taken out, except from binary data and where it was streamed in pieces.
"""


def add(parser: ArgumentParser) -> None:
    """Add its flags."""
    parser.description, parser.formatter_class = _ABOUT, RawDescriptionHelpFormatter
    flags.place(parser)
    flags.past(parser)
    parser.add_argument("file", metavar="FILE", help="a new file; - for standard output")
    parser.add_argument(
        "--for",
        dest="seconds",
        metavar="SPAN",
        help="how long, as 30s or 10m; else until Ctrl+C",
    )
    flags.patience(parser)


def run(arguments: Namespace, settings: Settings, folders: Folders) -> int:
    """Record until the time is over, or until interrupted."""
    from tui.cli.opening import channel

    span = None
    if arguments.seconds is not None:
        try:
            span = since_of(arguments.seconds)
        except SettingsError as error:
            raise SettingsError(f"--for: {error}") from None
    # Who wants it to end by itself does not want it to wait for ever.
    patience = None if span is None else flags.seconds(arguments)
    if arguments.file == "-":
        with channel(settings, folders, patience=patience) as line:
            return _record(line, sys.stdout, settings, span)
    path = Path(arguments.file)
    try:
        # Only for the one who made it: it holds what was said.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Failure(f"{path} is there already; give a name that is not") from error
    except OSError as error:
        raise Failure(f"{path} cannot be made: {error.strerror}") from error
    try:
        with (
            os.fdopen(descriptor, "w", encoding="ascii") as file,
            channel(settings, folders, patience=patience) as line,
        ):
            return _record(line, file, settings, span)
    finally:
        if not path.stat().st_size:  # it came to nothing, and would be in the way of another attempt
            path.unlink()


def _record(line: Line, file: IO[str], settings: Settings, span: int | None) -> int:
    from tui.cli.following import Follower
    from tui.cli.opening import now
    from tui.cli.progress import Progress
    from tui.link import redact
    from tui.recording.file import Writer
    from tui.state import Conversation

    began, writer, end = now(), None, None
    harmless = partial(redact, secrets=line.link.options.secrets)
    follower = Follower(Conversation(), historic=settings.since != 0, reduces=False)
    with Progress() as progress:
        while end is None or now() < end:
            messages = follower.take(line.read(), now()).messages
            progress.tell(follower)
            if writer is None and follower.holding:
                continue
            if writer is None:
                end = None if span is None else now() + span
                line.patience = None  # an outage in between is part of what is recorded
                times = [message.timestamp for message in messages if not message.live]
                writer = Writer(settings.channel, min([began, *times]), harmless)
                file.write(f"{writer.header()}\n")
            file.writelines(f"{writer.entry(message)}\n" for message in messages)
            file.flush()
    return OK
