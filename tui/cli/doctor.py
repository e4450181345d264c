"""`ably-tui doctor`: whether everything that the program needs is there, and what to do where it is not.

Changes nothing that it does not undo: what it publishes goes to a scratch channel, is ephemeral or deleted,
and leaves nothing at all in the user's own server; one that it starts to try things with lives in a folder of
its own for as long as it takes. Each part has a limit, so that it ends within twenty seconds also when the
network swallows everything; this machine, which may be busy, is given longer.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from tui.cli import flags
from tui.cli.exits import FAILED, OK
from tui.cli.trouble import remedy_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from tui.agent.settings import AgentSettings
    from tui.local.statefile import LocalServer
    from tui.settings import Folders, Settings
    from tui.wire import Reason, Severity

    Finding = tuple[str, Severity, Reason]

HELP = "check keys, network, channel, model, terminal and local server, and say what to do"
_RESULTS = {"information": "ok", "warning": "warn", "error": "fail"}
_COLUMN = 13


def add(parser: ArgumentParser) -> None:
    """Add the flags that say what to look at."""
    flags.place(parser)
    flags.model(parser)
    flags.forms(parser)
    parser.set_defaults(wrong="")


def run(arguments: Namespace, settings: Settings, folders: Folders) -> int:
    """Look, and print a line for each thing looked at; FAILED when one of them fails."""
    from tui.cli.doctor_local import on_trial, state
    from tui.cli.doctor_terminal import findings
    from tui.cli.model import real_model
    from tui.link.logs import quiet

    agent = real_model(settings, os.environ)
    quiet(logging.NullHandler())  # what a library says of a failure is less than what is found of it
    report = Report(json_lines=arguments.json)
    report.say(_settings(settings, arguments.wrong))
    found, server = state(folders.state / "local")
    report.say(found)
    usable = all(severity != "error" for _, severity, _ in found)
    with ExitStack() as stack:
        lasting = server is not None
        if server is None and usable and (settings.local or agent is None):
            found, server = stack.enter_context(on_trial())
            report.say(found)
        asyncio.run(_look(settings, agent, server, report, traceless=lasting and settings.local))
    report.say(findings(os.environ))
    return FAILED if report.failed else OK


class Report:
    """Prints findings as they come, and remembers whether any was a failure."""

    def __init__(self, *, json_lines: bool) -> None:
        self.failed = False
        self._json = json_lines

    def say(self, found: Iterable[Finding]) -> None:
        """Print a line for each."""
        for what, severity, reason in found:
            result = _RESULTS[severity]
            self.failed |= result == "fail"
            # Whoever reads this will not wait for another attempt.
            todo = remedy_of(reason)
            if self._json:
                line = {"check": what, "result": result, "said": reason.message, "todo": todo}
                print(json.dumps({**line, "code": reason.code} if reason.code else line), flush=True)
            else:
                code = f" ({reason.code})" if reason.code else ""
                arrow = f" → {todo}" if todo else ""
                print(f"{result:<5} {what:<{_COLUMN}} {reason.message}{code}{arrow}", flush=True)


async def _look(
    settings: Settings,
    agent: AgentSettings | None,
    server: LocalServer | None,
    report: Report,
    *,
    traceless: bool,
) -> None:
    async for finding in _channel(settings, server, traceless=traceless):
        report.say([finding])
    report.say(await _model(settings, agent, server))


async def _channel(
    settings: Settings, server: LocalServer | None, *, traceless: bool
) -> AsyncIterator[Finding]:
    from tui.cli.linking import link_options
    from tui.settings import SettingsError
    from tui.wire import Reason, Severity

    if settings.local and server is None:
        return  # the server's own line says why
    try:
        options = link_options(settings, server if settings.local else None)
    except SettingsError as error:
        of_key = settings.ably_key is not None and "ABLY_API_KEY" in str(error)
        whence = f"where {settings.endpoint} gives keys out" if settings.endpoint else "Ably's dashboard"
        yield "key", Severity.ERROR, Reason(str(error), 0, f"copy it again from {whence}" if of_key else "")
        return
    from tui.link.probe import probe

    async for finding in probe(options, ours=settings.local, traceless=traceless):
        yield finding


async def _model(
    settings: Settings, agent: AgentSettings | None, server: LocalServer | None
) -> list[Finding]:
    from tui.cli.model import demo_model

    if agent is None and server is None:
        return []  # as above
    from tui.agent.probe import probe

    if agent is not None:
        return await probe(agent)
    assert server is not None  # noqa: S101  see above
    return await probe(demo_model(settings, server), demo=True)


def _settings(settings: Settings, wrong: str) -> list[Finding]:
    """Return whether the settings make sense, those included that only the screen reads; `wrong` is what is
    known already, in lines.
    """
    from tui.cli.keymap import check
    from tui.settings import SettingsError
    from tui.wire import Reason, Severity

    if wrong:
        todo = "correct it; the rest of this is without the file"
        return [("settings", Severity.ERROR, Reason(line, 0, todo)) for line in wrong.splitlines()]
    try:
        check(settings.keymap)
    except SettingsError as error:
        return [("settings", Severity.ERROR, Reason(str(error)))]
    where = "this machine" if settings.local else settings.endpoint or "Ably"
    return [("settings", Severity.INFORMATION, Reason(f"channel {settings.channel} on {where}"))]
