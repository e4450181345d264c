"""`ably-tui demo`: the screen with something on it."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.cli import flags
from tui.cli.exits import OK, Failure
from tui.values import SettingsError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from tui.cli.progress import Progress
    from tui.cli.republishing import Published
    from tui.settings import Folders, Settings

HELP = "open the screen with demo streams, or with every pattern, on this machine"


def add(parser: ArgumentParser) -> None:
    """Add its flags."""
    flags.setting(parser, "channel", metavar="NAME")
    flags.setting(parser, "client_id", metavar="ID")
    flags.setting(parser, "theme", metavar="NAME")
    parser.add_argument(
        "what",
        nargs="?",
        choices=["streams", "patterns"],
        default="streams",
        metavar="WHAT",
        help="what to show: streams or patterns (streams)",
    )
    parser.add_argument(
        "--headless", action="store_true", help="only publish the patterns, without the screen"
    )
    flags.patience(parser)
    flags.forms(parser, "with --headless, say at the end what was published", "whole lines, no screen")


def run(arguments: Namespace, settings: Settings, folders: Folders) -> int:
    """Publish, and show it."""
    local = replace(settings, local=True, model=settings.model or "demo")
    patience = flags.seconds(arguments)
    if arguments.json and not arguments.headless:
        raise SettingsError("--json says what --headless has published; `tail --json` follows the channel")
    if arguments.headless:
        from tui.cli.progress import Progress
        from tui.cli.republishing import report

        progress = Progress(quiet=local.plain)
        done = publish_patterns(local, folders, patience, progress)
        report(done, progress, json_line=arguments.json)
        return OK
    from tui.cli.screen import run as show

    if arguments.what == "streams":
        return show(local, folders, demo=True)
    if local.plain:  # lines come one after the other, so those of the patterns may as well come first
        _quietly(local, folders, patience)
        return show(local, folders)
    # A daemon: whoever leaves the screen does not wait for it.
    threading.Thread(target=_quietly, args=(local, folders, patience), name="patterns", daemon=True).start()
    return show(local, folders)


def publish_patterns(settings: Settings, folders: Folders, patience: float, progress: Progress) -> Published:
    """Publish every pattern once, on this machine's channel, in about three seconds; raise `Failure`, also
    when there is no connection for `patience` seconds.
    """
    import secrets

    from tui.cli.linking import link_options
    from tui.cli.opening import local_server
    from tui.cli.patterns import gallery
    from tui.cli.republishing import publish
    from tui.recording.player import Player

    found = gallery(secrets.token_hex(3))
    options = link_options(replace(settings, client_id="demo-patterns"), local_server(folders))
    player = Player(found.entries, 0)
    return publish(player, options, found.annotations, patience=patience, progress=progress)


def _quietly(settings: Settings, folders: Folders, patience: float) -> None:
    import logging

    from tui.cli.progress import Progress

    try:
        publish_patterns(settings, folders, patience, Progress(quiet=True))
    except Failure as error:
        logging.getLogger(__name__).warning("%s", error)
