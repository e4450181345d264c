"""The proxy whose faults a test controls, on a thread of its own, for tests that have no event loop."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.faults.proxy import Proxy

DEADLINE = 20.0


class Proxied:
    """A proxy and the loop it lives on."""

    def __init__(self, proxy: Proxy, loop: asyncio.AbstractEventLoop) -> None:
        self._proxy = proxy
        self._loop = loop
        self.port = proxy.port

    def do(self, fault: Callable[[Proxy], Any]) -> None:
        """Have something done with the proxy, and wait until it is done."""

        async def call() -> None:
            result = fault(self._proxy)
            if inspect.isawaitable(result):
                await result

        asyncio.run_coroutine_threadsafe(call(), self._loop).result(DEADLINE)


@contextmanager
def proxied(host: str, port: int) -> Iterator[Proxied]:
    """Yield a proxy in front of a server."""
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        proxy = runner.run(Proxy(host, port).__aenter__())
        thread = threading.Thread(target=loop.run_forever, name="proxy")
        thread.start()
        try:
            yield Proxied(proxy, loop)
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(DEADLINE)
            runner.run(proxy.__aexit__())
