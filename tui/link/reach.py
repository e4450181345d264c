"""Whether a server can be reached, one step at a time: its name, a connection, TLS. Without the SDK.

Every step has a limit of its own, so that a network which swallows everything costs seconds and not minutes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from tui.link.explain import explain
from tui.wire import Reason, Severity

log = logging.getLogger(__name__)

Finding = tuple[str, Severity, Reason]
"""What was looked at, how it stands, and in words what is so and what to do."""
STEP = 3.0
"""Seconds for each step."""


def fine(what: str, said: str) -> Finding:
    """Return the finding that all is well."""
    return what, Severity.INFORMATION, Reason(said)


async def reach(host: str, port: int, *, tls: bool) -> AsyncIterator[Finding]:
    """Yield what the way to the server is like, up to the first step that fails."""
    where = f"{host}:{port}"
    proxy = _proxy(host, tls=tls)
    if proxy is not None:
        host, port = proxy
        tls = False
        yield fine("proxy", f"connections to {where} go through {host}:{port}, as the environment says")
        where = f"{host}:{port}"
    began = time.monotonic()
    try:
        addresses = await asyncio.wait_for(_resolve(host, port), STEP)
    except (OSError, TimeoutError) as error:
        yield "DNS", Severity.ERROR, explain(error, where=where)
        return
    if addresses != [host]:
        yield fine("DNS", f"{host} is {', '.join(addresses[:3])} ({_since(began)})")
    began = time.monotonic()
    try:
        address = await asyncio.wait_for(_connect(addresses, port), STEP)
    except (OSError, TimeoutError) as error:
        yield "TCP", Severity.ERROR, explain(error, where=where)
        return
    yield fine("TCP", f"{where} accepts connections ({_since(began)})")
    if tls:
        yield await _secure(host, address, port)


async def _secure(host: str, address: str, port: int) -> Finding:
    began = time.monotonic()
    try:
        async with asyncio.timeout(STEP):
            context = ssl.create_default_context()
            _, writer = await asyncio.open_connection(address, port, ssl=context, server_hostname=host)
    except (OSError, TimeoutError) as error:
        return "TLS", Severity.ERROR, explain(error, where=f"{host}:{port}")
    version = writer.get_extra_info("ssl_object").version()
    writer.transport.abort()
    return fine("TLS", f"{version}, the certificate is trusted ({_since(began)})")


async def _resolve(host: str, port: int) -> list[str]:
    """Return the host's addresses, looked up on a thread for which no program waits in the end."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(found: list[str] | OSError) -> None:
        if answer.done():
            return
        if isinstance(found, OSError):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def look() -> None:
        found: list[str] | OSError
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except OSError as error:
            found = error
        try:
            loop.call_soon_threadsafe(settle, found)
        except RuntimeError:
            log.debug("the name %s was resolved after everybody had left", host)

    threading.Thread(target=look, name="ably-tui-resolve", daemon=True).start()
    return await answer


async def _connect(addresses: list[str], port: int) -> str:
    """Return the first of the addresses that accepts a connection; raise the last one's OSError."""
    attempts = [asyncio.create_task(_try(address, port)) for address in addresses[:4]]
    failure: OSError = OSError("no address")
    try:
        for attempt in asyncio.as_completed(attempts):
            try:
                return await attempt
            except OSError as error:
                failure = error
        raise failure
    finally:
        for task in attempts:
            task.cancel()
        await asyncio.gather(*attempts, return_exceptions=True)


async def _try(address: str, port: int) -> str:
    _, writer = await asyncio.open_connection(address, port)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return address


def _proxy(host: str, *, tls: bool) -> tuple[str, int] | None:
    """Return host and port of the proxy that the SDK would use, None when it would use none."""
    proxies = getproxies()
    url = proxies.get("https" if tls else "http") or proxies.get("all")
    if not url or proxy_bypass(host):
        return None
    try:
        parts = urlsplit(url if "//" in url else f"http://{url}")
        port = parts.port
    except ValueError:
        return None
    return (parts.hostname, port or (443 if parts.scheme == "https" else 80)) if parts.hostname else None


def _since(began: float) -> str:
    return f"{(time.monotonic() - began) * 1000:.0f} ms"
