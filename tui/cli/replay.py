"""`ably-tui replay`: a recording on the screen, or onto a channel."""

from __future__ import annotations

import sys
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli import flags
from tui.cli.exits import OK, Failure
from tui.values import SettingsError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from tui.cli.replaying import Replay
    from tui.recording.file import Recording
    from tui.recording.player import Player
    from tui.settings import Folders, Settings

HELP = "play a recording on the screen, as text, or onto a channel"
_ABOUT = """\
Play a file that `ably-tui record` has written, at the speed at which it was said: on the screen, or with
--publish-to onto a channel, where it keeps names, data, headers and timing, and gets ids of its own.

With --plain, and where there is no terminal, it is said in lines as `tail` says them; with --json its
messages come as they were recorded. With --publish-to a terminal is told how far it is, and --json says at
the end what was published: channel, messages, milliseconds.

What was said before --from is shown at once, as it stood then. It is not published: of a response that had
begun, only what it said from there on is.

A recording that was cut off, so that its last line is no whole one, is played without that line.
"""


def add(parser: ArgumentParser) -> None:
    """Add its flags."""
    parser.description, parser.formatter_class = _ABOUT, RawDescriptionHelpFormatter
    flags.place(parser)
    parser.add_argument("file", metavar="FILE", help="the recording; - for standard input")
    parser.add_argument("--speed", default="1", metavar="X", help="0.25 to 16 times as fast (1)")
    parser.add_argument("--from", dest="start", default="0", metavar="S", help="begin there, in seconds (0)")
    parser.add_argument("--align", choices=["starts"], help="all responses begin at once, to race")
    parser.add_argument("--publish-to", metavar="CHANNEL", help="publish it there")
    flags.patience(parser)
    flags.forms(parser, plain="whole lines in place of the screen, as into a pipe")


def run(arguments: Namespace, settings: Settings, folders: Folders) -> int:
    """Play until the user leaves, or until it is published."""
    from dataclasses import replace

    from tui.recording.player import FASTEST, SLOWEST, Player, aligned

    patience = flags.seconds(arguments)
    speed = _number("--speed", arguments.speed, SLOWEST, FASTEST)
    start = _number("--from", arguments.start, 0, 1e9) * 1000
    recording = load(arguments.file)
    entries = aligned(recording.entries) if arguments.align else recording.entries
    length = max((entry.at for entry in entries), default=0)
    if start > length:
        where = f"{arguments.start} s is beyond the end: it is {length / 1000:g} s long"
        raise SettingsError(f"--from: {where}{' when aligned' if arguments.align else ''}")
    if arguments.publish_to is not None:
        player = Player([entry for entry in entries if entry.at >= start], 0, speed=speed, start=start)
        there = replace(settings, channel=arguments.publish_to)
        return _publish(player, there, folders, patience, json_line=arguments.json)
    if arguments.json or settings.plain or not (sys.stdin.isatty() and sys.stdout.isatty()):
        from tui.cli.reciting import recite

        recite(entries, settings, speed=speed, start=start, json_lines=arguments.json)
        return OK
    from tui.cli.replaying import Replay
    from tui.cli.screen import now

    replay = Replay(
        recording.entries,
        now,
        speed=speed,
        start=start,
        began=recording.started_at,
        is_aligned=arguments.align is not None,
    )
    return _show(replay, recording.channel, settings, folders)


def load(file: str) -> Recording:
    """Return the recording in a file; raise `Failure` when there is none. That its end is cut off is said on
    stderr.
    """
    from tui.recording.file import RecordingError, read

    try:
        if file == "-":
            recording = read(sys.stdin)
        else:
            with Path(file).open(encoding="utf-8") as lines:
                recording = read(lines)
    except RecordingError as error:
        raise Failure(f"{file}: {error}") from error
    except UnicodeDecodeError as error:
        raise Failure(f"{file}: this is no text; give a file that `ably-tui record` has written") from error
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}") from error
    if recording.cut_off is not None:
        print(f"{file}: line {recording.cut_off}, the last, is cut off; left out", file=sys.stderr)
    return recording


def _publish(
    player: Player, settings: Settings, folders: Folders, patience: float, *, json_line: bool
) -> int:
    from tui.cli.linking import link_options
    from tui.cli.opening import local_server
    from tui.cli.progress import Progress
    from tui.cli.republishing import publish, report
    from tui.cli.screen import start_log

    start_log(folders.state, settings, None)
    server = local_server(folders) if settings.local else None
    progress = Progress(quiet=settings.plain)
    done = publish(player, link_options(settings, server), patience=patience, progress=progress)
    report(done, progress, json_line=json_line)
    return OK


def _show(
    replay: Replay,
    channel: str,
    settings: Settings,
    folders: Folders,
) -> int:
    from tui.cli.archive import Archive
    from tui.cli.keymap import check as check_keymap
    from tui.cli.looks import dressed
    from tui.cli.replaying import Onlooker
    from tui.cli.screen import now, start_log
    from tui.state import Conversation
    from tui.ui.app import WallApp
    from tui.ui.ports import Facts
    from tui.wire import clean_line

    check_keymap(settings.keymap)
    archive = Archive()
    facts = Facts(
        channel=clean_line(channel, 200),
        client_id=settings.client_id,
        model="recording",
        local=True,
        demo=False,
        join=f"{Path(sys.argv[0]).name} replay FILE",
        notify=settings.notify,
        reduced_motion=settings.reduced_motion,
        keymap=settings.keymap,
    )
    log_file = start_log(folders.state, settings, None)
    desk = Onlooker(replay.say)
    app = dressed(
        lambda: WallApp(Conversation(archive.stow), replay, desk, facts, now, log_file, replay), settings
    )
    try:
        app.run()
    finally:
        replay.close()
        archive.close()
    return app.return_code or OK


def _number(flag: str, text: str, least: float, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise SettingsError(f"{flag}: {text!r} is no number from {least:g} to {most:g}")
    return value
