"""The demo model on a port of its own, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tui.local.model.web import add_routes

KEY = "app.key:secret"


@asynccontextmanager
async def demo_server() -> AsyncIterator[str]:
    """Serve the demo model; give its base URL."""
    app = web.Application()
    add_routes(app, key=KEY)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
