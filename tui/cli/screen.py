"""`ably-tui` without a command: the screen on a channel."""

from __future__ import annotations

import gc
import logging
import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterable, Mapping
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.exits import FAILED, OK, USAGE, Failure
from tui.settings import HOME_VARIABLE, Folders, Settings, SettingsError

if TYPE_CHECKING:
    from tui.cli.archive import Archive
    from tui.cli.session import Session
    from tui.cli.typed import Typed

LOG_BYTES = 2_000_000
CLOSE_SECONDS = 5.0
SWITCH = 0.001
"""Seconds that one thread may keep another waiting (Python's own: 0.005)."""


def run(settings: Settings, folders: Folders, *, demo: bool = False) -> int:
    """Show the screen until the user leaves, with demo streams at once if `demo`; return the exit code."""
    if settings.plain:
        from tui.cli.plain import chat

        return chat(settings, folders, demo=demo)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        said = "the screen needs a terminal on standard input and output; with --plain there is none"
        print(f"ably-tui: {said}", file=sys.stderr)
        return FAILED
    # Until the screen stands, the collector would look again and again through what is being imported.
    gc.disable()
    from tui.cli.archive import Archive
    from tui.cli.collector import Collector
    from tui.cli.keymap import check as check_keymap
    from tui.cli.linking import link_options
    from tui.cli.looks import dressed
    from tui.cli.model import demo_name, real_model
    from tui.cli.session import Session
    from tui.cli.terminal import outlive
    from tui.state import Conversation
    from tui.ui.app import WallApp
    from tui.ui.ports import Facts

    check_keymap(settings.keymap)
    check_tools(settings.tools)
    if settings.minimum_role:  # what is wrong with it is said before the screen opens
        from tui.cli.permits import policy_of

        policy_of(settings)
    agent = real_model(settings, os.environ)
    if not settings.local:
        try:
            link_options(settings, None)
        except SettingsError as error:
            print(f"ably-tui: {error}", file=sys.stderr)
            return USAGE
    log_file = start_log(folders.state, settings, agent)
    archive = Archive()
    conversation = Conversation(archive.stow)
    session = Session(settings, agent, folders.state / "local", now, wanted=lambda: conversation.incomplete)
    if demo:
        session.demo()
    facts = Facts(
        channel=settings.channel,
        client_id=settings.client_id,
        model=agent.model if agent else demo_name(settings),
        local=settings.local,
        demo=agent is None,
        join=join_command(settings, os.environ),
        price=settings.price,
        notify=settings.notify,
        reduced_motion=settings.reduced_motion,
        keymap=settings.keymap,
        tools=settings.tools,
    )
    typed = memory_of(settings, folders)
    app = dressed(
        lambda: WallApp(conversation, session, session, facts, now, log_file, memory=typed), settings
    )
    # What has been imported stays: the collector need not look through it again while the screen streams.
    collector = Collector()
    collector.start()
    gc.enable()
    # A thread that decodes a page of history keeps the screen's from its next turn for so long.
    sys.setswitchinterval(SWITCH)
    outlive()
    try:
        app.run()
    finally:
        _leave(session, typed, archive)
        collector.stop()
    return app.return_code or OK


def _leave(session: Session, typed: Typed | None, archive: Archive) -> None:
    """End everything, and tell what the channel could not be told."""
    if typed is not None:
        typed.close()
    unsaid = session.close(CLOSE_SECONDS)
    archive.close()
    if unsaid is not None:
        print(f"ably-tui: {unsaid}", file=sys.stderr)


class PrivateLog(RotatingFileHandler):
    """A log file that only its user can read, as are those that it follows."""

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding=self.encoding, opener=_private)


def _private(path: str, flags: int) -> int:
    file = os.open(path, flags, 0o600)
    os.fchmod(file, 0o600)  # it may be there already
    return file


def memory_of(settings: Settings, folders: Folders) -> Typed | None:
    """Return where what is typed is kept; None for nowhere."""
    from tui.cli.typed import Typed

    if settings.prompt_history == "none":
        return None
    place = "local" if settings.local else settings.endpoint or "ably"
    owner = settings.client_id if settings.prompt_history == "own" else ""
    return Typed(folders.state / "typed", f"{place} {settings.channel}", owner)


def check_tools(names: Iterable[str]) -> None:
    """Raise `SettingsError` for a tool that there is not."""
    from tui.agent.tools import KNOWN
    from tui.values import near

    for name in names:
        if name not in KNOWN:
            hint = near(name, KNOWN) or f"; known are {', '.join(KNOWN)}"
            raise SettingsError(f"tools: there is no tool {name}{hint}")


def now() -> int:
    """Milliseconds since the epoch, by this machine's clock."""
    return time.time_ns() // 1_000_000


def join_command(settings: Settings, environ: Mapping[str, str]) -> str:
    """Return the command that opens a second terminal on the same channel, as it can be pasted anywhere."""
    beside = Path(sys.executable).with_name("ably-tui")
    found = str(beside) if beside.exists() else shutil.which("ably-tui")
    words = [found] if found else [sys.executable, "-m", "tui"]
    words += ["--channel", settings.channel]
    if settings.local:
        words.append("--local")
    if settings.endpoint and not settings.local:
        words += ["--endpoint", settings.endpoint, *([] if settings.tls else ["--no-tls"])]
    command = shlex.join(words)
    home = environ.get(HOME_VARIABLE)
    return f"{HOME_VARIABLE}={shlex.quote(home)} {command}" if home else command


def start_log(folder: Path, settings: Settings, agent: object) -> Path:
    """Send everything that is logged to a file in `folder`, with keys taken out; return its path. Raise
    `Failure` when there can be no such folder.
    """
    from tui.link.logs import quiet

    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        why = f"{folder} cannot be made: {error.strerror}"
        raise Failure(f"{why}; set {HOME_VARIABLE} to a folder of your own") from error
    path = folder / "ably-tui.log"
    handler = PrivateLog(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(name)s %(levelname)s %(message)s"))
    secrets = [
        secret
        for secret in (
            settings.ably_key,
            settings.ably_token,
            settings.ably_auth_url,
            *getattr(agent, "secrets", ()),
        )
        if secret
    ]
    quiet(handler, secrets=secrets)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    return path
