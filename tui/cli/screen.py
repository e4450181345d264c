"""`ably-tui` without a command: the screen on a channel."""

from __future__ import annotations

import gc
import logging
import os
import shlex
import shutil
import sys
import time
from collections.abc import Mapping
from logging.handlers import RotatingFileHandler
from pathlib import Path

from tui.cli.main import FAILED, OK, USAGE
from tui.settings import DEMO_MODEL, HOME_VARIABLE, Folders, Settings, SettingsError, is_demo

LOG_BYTES = 2_000_000
CLOSE_SECONDS = 3.0


def run(settings: Settings, folders: Folders) -> int:
    """Show the screen until the user leaves; return the exit code."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("ably-tui: the screen needs a terminal on standard input and output", file=sys.stderr)
        return FAILED
    from tui.agent.settings import DEFAULT_MODEL, AgentSettings, has_credentials
    from tui.cli.archive import Archive
    from tui.cli.session import Session, link_options
    from tui.state import Conversation
    from tui.ui.app import WallApp
    from tui.ui.ports import Facts

    # The demo does not answer for a model that was asked for by name: its pane says that the key is missing.
    real = not is_demo(settings.model) and bool(
        settings.model or has_credentials(os.environ) or os.environ.get("ANTHROPIC_BASE_URL")
    )
    agent = None
    if real:
        agent = AgentSettings.from_environment(
            os.environ,
            model=settings.model or DEFAULT_MODEL,
            max_tokens=settings.max_tokens,
            system=settings.system,
        )
    if not settings.local:
        try:
            link_options(settings, None)
        except SettingsError as error:
            print(f"ably-tui: {error}", file=sys.stderr)
            return USAGE
    log_file = start_log(folders.state, settings, agent)
    session = Session(settings, agent, folders.state / "local", now)
    facts = Facts(
        channel=settings.channel,
        client_id=settings.client_id,
        model=agent.model if agent else settings.model if is_demo(settings.model) else DEMO_MODEL,
        local=settings.local,
        demo=agent is None,
        join=join_command(settings, os.environ),
    )
    archive = Archive()
    app = WallApp(Conversation(archive.stow), session, session, facts, now, log_file)
    if settings.theme is not None:
        if settings.theme not in app.available_themes:
            known = ", ".join(sorted(app.available_themes))
            print(f"ably-tui: theme {settings.theme!r} is not known; known are {known}", file=sys.stderr)
            return USAGE
        app.theme = settings.theme
    # What has been imported stays: the collector need not look through it again while the screen streams.
    gc.collect()
    gc.freeze()
    try:
        app.run()
    finally:
        session.close(CLOSE_SECONDS)
        archive.close()
    return app.return_code or OK


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
    """Send everything that is logged to a file in `folder`, with keys taken out; return its path."""
    from tui.link.logs import quiet

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "ably-tui.log"
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8", delay=True)
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
