"""Opens the channel for a command without a screen: the local server where it is needed, the link, the log.

What arrives is read in the main thread, where Ctrl+C lands; trouble goes to standard error.
"""

from __future__ import annotations

import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from tui.cli.exits import Failure, Told
from tui.cli.interrupts import remembered
from tui.cli.trouble import Trouble, in_vain
from tui.settings import Folders, Settings
from tui.wire import ChannelChange, ChannelMessage, ConnectionChange, Inbound, Reason

if TYPE_CHECKING:
    from tui.agent import AgentSettings
    from tui.link import Link
    from tui.local.statefile import LocalServer

TICK = 0.25
"""Seconds after which a command looks at the clock although nothing has arrived."""
CLOSE = 5.0
"""Seconds that ending may take."""
_FLUSH = 1.0
_KEEP = 20.0
"""Seconds between two looks after a server that would end after three times as many."""


def now() -> int:
    """Milliseconds since the epoch, by this machine's clock."""
    return time.time_ns() // 1_000_000


class Line:
    """A command's connection to its channel. Its methods belong to the main thread."""

    def __init__(
        self,
        link: Link,
        server: LocalServer | None,
        woken: threading.Event,
        interrupted: Callable[[], None],
        patience: float | None = None,
    ) -> None:
        """`interrupted` raises what `remembered` says."""
        self.link = link
        self.server = server
        """The local server, where the channel is on it."""
        self.trouble = Trouble()
        self.attached = False
        """Whether the channel has been attached."""
        self.for_reader = True
        """Whether the command is of no use any more when nobody reads standard output."""
        self.patience = patience
        """Seconds without a connection after which `read` gives up; None for never."""
        self._woken = woken
        self._interrupted = interrupted
        self._apart: float | None = time.monotonic()
        self._why: Reason | None = None

    def meet(self) -> None:
        """Wait for the connection; raises what `read` does."""
        while self._apart is not None:
            self.read()

    def read(self, timeout: float = TICK) -> list[Inbound]:
        """Return what arrives within `timeout` seconds, as soon as there is anything; tell trouble.

        Raises BrokenPipeError when nobody reads standard output any more, `Failure` when nothing more can
        come, or when `patience` is at its end.
        """
        self._interrupted()
        if not self.link.pending:  # of what it leaves, draining does not tell again
            self._woken.wait(timeout)
        self._woken.clear()
        values = self.link.drain()
        for value in values:
            if not isinstance(value, ChannelMessage):
                if isinstance(value, ConnectionChange):
                    self._connection(value)
                self.attached |= isinstance(value, ChannelChange) and value.state == "attached"
                said = self.trouble.hear(value)
                if said is not None:
                    complain(said)
        if not values and self.trouble.failed is not None:
            raise Failure("nothing more can come")
        apart = 0.0 if self._apart is None else time.monotonic() - self._apart
        if self.patience is not None and apart > self.patience:
            seconds = "1 second" if self.patience == 1 else f"{self.patience:g} seconds"
            why = "check the network and --endpoint" if self._why is None else in_vain(self._why)
            raise Failure(f"no connection for {seconds}: {why}, or give it longer with --timeout")
        if self.for_reader and reader_is_gone():
            raise BrokenPipeError
        return values

    def _connection(self, change: ConnectionChange) -> None:
        if change.state == "connected":
            self._apart = self._why = None
        else:
            self._apart = time.monotonic() if self._apart is None else self._apart
            self._why = change.reason or self._why

    def flush(self) -> None:
        """Wait until the server has all that was published, however long that takes.

        Raises `Failure` when something was refused, or cannot be sent.
        """
        publisher = self.link.publisher
        began = time.monotonic()
        while not self.link.run(publisher.flush, _FLUSH).result():
            self.read(0)
            if time.monotonic() - began < _FLUSH:  # it did not wait, so there is nothing to hope for
                raise Failure("publishing is not possible")
            began = time.monotonic()
        self.read(0)
        if publisher.lost:
            raise Failure("not everything was published")


@contextmanager
def channel(
    settings: Settings,
    folders: Folders,
    *,
    viewing: bool = True,
    publishing: bool = False,
    presence: Mapping[str, object] | None = None,
    wanted: Callable[[], bool] = lambda: False,
    agent: AgentSettings | None = None,
    patience: float | None = None,
) -> Iterator[Line]:
    """Open the settings' channel for reading, publishing or both; close it at the end, in `CLOSE` seconds.

    `presence` is what the command says of itself there, None: nothing. `wanted` says whether the beginning of
    a response is still to be fetched. `agent` is only asked for what must never be logged. After `patience`
    seconds without a connection reading fails; None tries for ever. SIGTERM and SIGHUP
    are taken as Ctrl+C is, so that what runs is ended in an orderly way.
    """
    from tui.cli.linking import link_options
    from tui.cli.screen import start_log
    from tui.link import Link

    signal.signal(signal.SIGTERM, _told)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    start_log(folders.state, settings, agent)
    server = local_server(folders) if settings.local else None
    woken = threading.Event()
    options = replace(
        link_options(settings, server), viewing=viewing, publishing=publishing, presence=presence
    )
    revive = (lambda: local_server(folders)) if settings.local else None
    link = Link(options, wake=woken.set, wanted=wanted, revive=revive)
    link.start()
    try:
        with remembered() as interrupted:
            yield Line(link, server, woken, interrupted, patience)
    finally:
        link.close(CLOSE)


def _told(_number: int, _frame: object) -> NoReturn:
    raise Told


def local_server(folders: Folders) -> LocalServer:
    """Return the channel server of this machine, started if need be; raise `Failure` when it cannot be."""
    from tui.local.discover import ensure
    from tui.local.statefile import StateError

    try:
        return ensure(folders.state / "local")
    except (StateError, OSError) as error:
        raise Failure(str(error)) from error


@contextmanager
def kept(folders: Folders) -> Iterator[None]:
    """Keep the server of this machine running while this lasts, for whoever uses nothing but its model, and
    so is no client of it between two prompts.
    """
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_KEEP):
            try:
                local_server(folders)
            except Failure as error:
                complain(f"the demo model cannot be reached: {error}")

    threading.Thread(target=look, name="ably-tui-keep", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def complain(text: str) -> None:
    """Say on standard error what is wrong."""
    print(f"ably-tui: {text}", file=sys.stderr, flush=True)


def reader_is_gone() -> bool:
    """Whether standard output is a pipe that nobody reads any more; a silent channel would not show it."""
    if not hasattr(select, "poll"):  # Windows: the next write tells
        return False
    try:
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)
        return any(event & select.POLLERR for _, event in poll.poll(0))
    except (OSError, ValueError):  # no descriptor, as in a test
        return False
