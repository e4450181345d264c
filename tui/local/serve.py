"""Running the channel server: options in, exit code out."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import logging
import os
import secrets
import signal
import socket
import ssl
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import filelock
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from tui.local import statefile
from tui.local.banner import banner
from tui.local.core.credentials import Authenticator, Key, parse_keys
from tui.local.core.engine import Engine
from tui.local.core.limits import Limits
from tui.local.core.log import StoreError
from tui.local.core.serials import SerialClock
from tui.local.sockets import SocketServer, now
from tui.local.store import Store
from tui.local.web import build

logger = logging.getLogger(__name__)
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
"""Where a program on this machine reaches a server that listens everywhere."""
GARBAGE = 20_000
"""Objects more than before at which the interpreter looks for cycles."""
INTERRUPTED = 130
"""Exit code by which shells know Ctrl+C: 128 and the number of SIGINT."""
CHECKPOINT_INTERVAL = 2.0
"""Seconds between two checkpoints of the store."""


MAX_AGE = 7 * 86_400.0
"""Seconds for which messages are kept."""
MAX_BYTES = 268_435_456
"""Bytes of the store beyond which the oldest messages go."""


@dataclass(frozen=True, slots=True)
class Options:
    """What `serve` can be told; the names are those of its flags."""

    directory: Path
    """Where the state file, the store and the locks live."""
    port: int = 0
    """0 takes the port of last time, or any free one."""
    host: str = "127.0.0.1"
    keys: Path | None = None
    store: Path | None = None
    limits: bool = False
    idle_exit: float | None = None
    """Seconds without a client after which the server ends."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    insecure: bool = False
    max_age: float = MAX_AGE
    max_bytes: int = MAX_BYTES
    log_connections: bool = False
    json: bool = False
    """Whether to say as JSON where it listens."""
    plain: bool = False
    """Whether to say no more than that on a terminal."""


class CannotServeError(Exception):
    """The server cannot start; its text says why and what to do."""

    code = 1


class WrongUsageError(CannotServeError):
    """It is told to do what cannot be, or must not be: flags that do not go together."""

    code = 2


def run(options: Options) -> int:
    """Serve until told to stop; return the exit code: 0 after SIGTERM or the idle time, 1 for what it cannot
    do and 2 for flags that do not go together, both said on stderr in one line, `INTERRUPTED` after Ctrl+C.
    """
    try:
        return asyncio.run(_serve(options))
    except (CannotServeError, statefile.StateError, StoreError) as error:
        sys.stderr.write(f"ably-tui serve: {error}\n")
        return error.code if isinstance(error, CannotServeError) else 1
    except KeyboardInterrupt:  # before it listened to signals
        return INTERRUPTED


async def _serve(options: Options) -> int:
    tls = _tls(options)
    statefile.prepare(options.directory)
    lock = filelock.FileLock(options.directory / statefile.LOCK, timeout=0, mode=0o600)
    state_file = _state_file(options, lock)
    try:
        return await _serve_as(options, tls, state_file)
    finally:
        lock.release()


def _state_file(options: Options, lock: filelock.BaseFileLock) -> Path:
    """Return where to say how this server is found, and take `lock` where that is the directory's own file:
    while a server runs it is that one's, and a second one says it beside a store of its own.
    """
    try:
        lock.acquire()
    except filelock.Timeout:
        if options.store is None:
            why = f"{options.directory} {statefile.IN_USE}; one in the background ends with --stop"
            raise CannotServeError(f"{why}; beside it, give --store and --port") from None
        return options.store.with_name(f"{options.store.name}.{statefile.NAME}")
    except OSError as error:
        raise CannotServeError(f"{lock.lock_file} cannot be locked: {error.strerror}") from None
    return options.directory / statefile.NAME


async def _serve_as(options: Options, tls: ssl.SSLContext | None, state_file: Path) -> int:
    previous = statefile.read(state_file.parent, state_file.name)
    own = previous.key if previous is not None else _new_key()
    keys = [Key.parse(own), *_keys(options)]
    store = Store(options.store or options.directory / "channels.db", secrets.token_hex(5))
    listening: list[socket.socket] = []
    try:
        clock = SerialClock(store.series, store.last)
        store.release_held(clock.next(now()))
        engine = Engine(
            store,
            clock,
            Authenticator(keys),
            lambda: secrets.token_hex(8),
            Limits() if options.limits else None,
        )
        last_port = previous.port if previous is not None else 0
        listening.append(_listen(options.host, options.port, last_port))
        if tls is not None:
            # The programs of this user need no certificate that they would have to trust.
            listening.append(_listen(LOOPBACK[0], 0, last_port))
        local = listening[-1].getsockname()
        server = SocketServer(engine)
        state = statefile.LocalServer(_ANY.get(local[0], local[0]), local[1], own, os.getpid())
        runner = web.AppRunner(
            build(server, model_key=state.model_key, key=own), access_log=None, shutdown_timeout=1.0
        )
        await runner.setup()
        logging.getLogger("aiohttp.server").addFilter(_is_own_failure)
        for place, each in enumerate(listening):
            await web.SockSite(runner, each, ssl_context=tls if place == 0 else None).start()
        statefile.write(state_file.parent, state, state_file.name)
        # What is made here for each message is freed by itself: looking for cycles that often finds nothing.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE, 20, 50)
        signals = _Signals()  # whoever reads the next line may send one
        _announce(options, listening[0].getsockname()[1], state, state_file)
        await _until(signals.told, server, store, options)
        await server.shut_down()
        await runner.cleanup()
        return signals.code
    finally:
        for each in listening:
            each.close()
        store.close()


def _is_own_failure(record: logging.LogRecord) -> bool:
    """Whether a record says that the server failed, and not that a client sent what is no HTTP."""
    return record.exc_info is None or not isinstance(record.exc_info[1], HttpProcessingError)


def _new_key() -> str:
    return f"local.{secrets.token_hex(4)}:{secrets.token_urlsafe(32)}"


def _keys(options: Options) -> list[Key]:
    if options.keys is None:
        return []
    try:
        return parse_keys(options.keys.read_text(encoding="utf-8"))
    except OSError as error:
        raise CannotServeError(f"{options.keys}: {error.strerror}") from None
    except ValueError as error:
        raise CannotServeError(f"{options.keys}: {error}") from None


def _tls(options: Options) -> ssl.SSLContext | None:
    if options.tls_cert is None:
        if options.tls_key is not None:
            raise WrongUsageError("--tls-key is of no use without --tls-cert: give both")
        if options.host not in LOOPBACK and not options.insecure:
            raise WrongUsageError(
                f"{options.host} is not loopback: give --tls-cert and --tls-key, or --insecure if you must"
            )
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(options.tls_cert, options.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise CannotServeError(f"{options.tls_cert}: {error.strerror or error}") from None
    return context


def _listen(host: str, wanted: int, last: int) -> socket.socket:
    """Return a listening socket: on the port that is wanted, else that of last time, else any."""
    for port in [wanted] if wanted else [last, 0]:
        listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        try:
            # The port of a server that was just killed is free at once.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((host, port))
            listening.listen(128)
            listening.setblocking(False)
        except OSError as error:
            listening.close()
            reason = error.strerror
        else:
            return listening
    raise CannotServeError(f"{host}:{wanted} cannot be listened on: {reason}")


def _announce(options: Options, port: int, local: statefile.LocalServer, state_file: Path) -> None:
    if options.json:
        tls = options.tls_cert is not None
        told = {"host": options.host, "port": port, "tls": tls, "stateFile": str(state_file)}
        sys.stdout.write(f"{json.dumps(told)}\n")
    else:
        sys.stdout.write(f"ably-tui: channel server and demo model on {options.host}:{port}\n")
    if sys.stdout.isatty() and not (options.json or options.plain):
        scheme = "ws" if options.tls_cert is None else "wss"
        reach = None if options.host in LOOPBACK else f"{scheme}://{options.host}:{port}."
        sys.stdout.write(banner(local.host, local.port, state_file, reach))
    sys.stdout.flush()


class _Signals:
    """Hears SIGTERM and SIGINT from when it is made."""

    def __init__(self) -> None:
        self.told = asyncio.Event()
        self.code = 0
        """What to exit with."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.told.set)
        loop.add_signal_handler(signal.SIGINT, self._interrupt)

    def _interrupt(self) -> None:
        self.code = INTERRUPTED
        self.told.set()


async def _until(told: asyncio.Event, server: SocketServer, store: Store, options: Options) -> None:
    """Wait until told to end, or for the end of the idle time, while the housekeeping goes on."""
    tasks = [asyncio.create_task(server.tick()), asyncio.create_task(_keep_house(store, options))]
    try:
        while not told.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), 0.5)
            idle = time.monotonic() - server.last_used
            if options.idle_exit is not None and not server.active and idle >= options.idle_exit:
                break
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_house(store: Store, options: Options) -> None:
    """Bring the store's log home and delete what is too old or too much, until cancelled."""
    while True:
        await asyncio.sleep(CHECKPOINT_INTERVAL)
        try:
            if not store.prune(now() - int(options.max_age * 1000), options.max_bytes):
                await asyncio.to_thread(store.checkpoint)
                store.truncate()
        except StoreError:
            logger.exception("housekeeping of the store failed")
