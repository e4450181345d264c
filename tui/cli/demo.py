"""`ably-tui demo`: the screen with something on it."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.cli import flags
from tui.cli.exits import OK, Failure

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from tui.settings import Folders, Settings

HELP = "open the screen with demo streams, or with every pattern, on this machine"


def add(parser: ArgumentParser) -> None:
    """Add its flags."""
    flags.setting(parser, "channel", metavar="NAME")
    flags.setting(parser, "client_id", metavar="ID")
    flags.setting(parser, "theme", metavar="NAME")
    parser.add_argument(
        "what", nargs="?", choices=["streams", "patterns"], default="streams", help="what to show (streams)"
    )
    parser.add_argument(
        "--headless", action="store_true", help="only publish the patterns, without the screen"
    )
    flags.patience(parser)


def run(arguments: Namespace, settings: Settings, folders: Folders) -> int:
    """Publish, and show it."""
    local = replace(settings, local=True, model=settings.model or "demo")
    patience = flags.seconds(arguments)
    if arguments.headless:
        publish_patterns(local, folders, patience)
        return OK
    from tui.cli.screen import run as show

    if arguments.what == "streams":
        return show(local, folders, demo=True)
    # A daemon: whoever leaves the screen does not wait for it.
    threading.Thread(target=_quietly, args=(local, folders, patience), name="patterns", daemon=True).start()
    return show(local, folders)


def publish_patterns(settings: Settings, folders: Folders, patience: float) -> None:
    """Publish every pattern once, on this machine's channel, in about three seconds; raise `Failure`, also
    when there is no connection for `patience` seconds.
    """
    import asyncio
    import secrets

    from tui.cli.opening import local_server
    from tui.cli.patterns import gallery
    from tui.cli.republishing import republish
    from tui.cli.session import link_options
    from tui.link import PublishError
    from tui.recording.player import Player

    found = gallery(secrets.token_hex(3))
    options = link_options(replace(settings, client_id="demo-patterns"), local_server(folders))
    try:
        asyncio.run(republish(Player(found.entries, 0), options, found.annotations, patience=patience))
    except* PublishError as group:
        raise Failure(f"not everything was published: {group.exceptions[0]}") from None


def _quietly(settings: Settings, folders: Folders, patience: float) -> None:
    import logging

    try:
        publish_patterns(settings, folders, patience)
    except Failure as error:
        logging.getLogger(__name__).warning("%s", error)
