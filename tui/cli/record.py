"""`ably-tui record`: what the channel says, into a file."""

from __future__ import annotations

import json
import os
import sys
from argparse import RawDescriptionHelpFormatter
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tui.cli import flags
from tui.cli.exits import FULL, INTERRUPTED, OK, Failure
from tui.values import SettingsError, since_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from tui.cli.opening import Line
    from tui.recording.file import Writer
    from tui.settings import Folders, Settings

HELP = "write what the channel says to a file, with its timing"
_ABOUT = """\
Write what the channel says to a file, with its timing, until Ctrl+C or for as long as --for says. It begins
with what of the past --since asks for; the time of --for counts from when that has been read, and --timeout
is how long to try for a connection then. `ably-tui replay FILE` plays it. How much there is, is said at the
end: on a terminal, or with --json as a line of JSON (file, channel, messages, milliseconds).

The file is JSON lines. The first is the header: recording ("ably-tui"), version (1), channel, startedAt (ms
since the epoch). Each other one has `at`, ms since startedAt, and `message`, as `tail --json` prints it.
What looks like a key, a token or a password (sk-ant-…, ghp_…, xoxb-…, AKIA…, key=…, scheme://user:…@host) is
taken out, except from binary data and where it was streamed in pieces.
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
    flags.forms(parser, "say at the end, as a line of JSON, what was recorded")


def run(arguments: Namespace, settings: Settings, folders: Folders) -> int:
    """Record until the time is over, or until interrupted."""
    from tui.cli.opening import channel

    span = None if arguments.seconds is None else _length(arguments.seconds)
    # Who wants it to end by itself does not want it to wait for ever.
    patience = None if span is None else flags.seconds(arguments)
    if arguments.file == "-" and arguments.json:
        raise SettingsError("--json: standard output is the recording already")
    # What of the past is wanted is fetched by pages, and written as it comes.
    live = replace(settings, since=0)
    if arguments.file == "-":
        with channel(live, folders, patience=patience) as line:
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
            channel(live, folders, patience=patience) as line,
        ):
            return _record(line, file, settings, span, path, json_line=arguments.json)
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise Failure(f"{path} cannot be written: {error.strerror}; what it holds can be replayed") from error
    finally:
        if not path.stat().st_size:  # it came to nothing, and would be in the way of another attempt
            path.unlink()


def _length(text: str) -> int:
    """Return a length of time in milliseconds: `30s`, `10m`, `2h`, `1d`."""
    try:
        span = since_of(text)
    except SettingsError:
        span = None
    if not span:  # all or none is no time
        raise SettingsError(f"--for: {text!r} is no length of time; say 30s, 10m, 2h or 1d")
    return span


def _record(
    line: Line,
    file: IO[str],
    settings: Settings,
    span: int | None,
    path: Path | None = None,
    *,
    json_line: bool = False,
) -> int:
    from tui.cli.chronicle import Chronicle
    from tui.cli.opening import now
    from tui.cli.progress import Progress
    from tui.link import redact
    from tui.recording.file import Writer
    from tui.state import Conversation

    began, writer, end, code = now(), None, None, OK
    harmless = partial(redact, secrets=line.link.options.secrets)
    chronicle = Chronicle(line, Conversation(), since=settings.since, reduces=False)
    try:
        with Progress(quiet=settings.plain) as progress:
            for news in chronicle.news():
                progress.tell(chronicle)
                if writer is None and (news.messages or not chronicle.holding):
                    times = [message.timestamp for message in news.messages if not message.live]
                    writer = Writer(settings.channel, min([began, *times]), harmless)
                    file.write(f"{writer.header()}\n")
                if writer is not None:
                    file.writelines(f"{writer.entry(message)}\n" for message in news.messages)
                    file.flush()
                if chronicle.holding:
                    continue
                if line.patience is not None:
                    line.patience = None  # an outage in between is part of what is recorded
                    end = None if span is None else now() + span
                if end is not None and now() >= end:
                    break
    except KeyboardInterrupt:
        code = INTERRUPTED
    if writer is not None and path is not None:
        _report(writer, path, settings, json_line=json_line)
    return code


def _report(writer: Writer, path: Path, settings: Settings, *, json_line: bool) -> None:
    """Say how much was recorded: where a person sees it, or as a line of JSON."""
    from tui.cli.progress import Progress
    from tui.cli.remarks import numbered

    if json_line:
        told = {"file": str(path), "channel": settings.channel, "messages": writer.count}
        print(json.dumps({**told, "milliseconds": writer.length}), flush=True)
        return
    long = f", {writer.length / 1000:.1f} s" if writer.count else ""
    Progress().conclude(f"{path}: {numbered(writer.count, 'message')} of {settings.channel}{long}")
