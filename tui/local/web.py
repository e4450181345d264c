"""The HTTP application: the WebSocket at `/`, Ably's REST interface beside it, and the demo model."""

from __future__ import annotations

import logging
import time

from aiohttp import web
from aiohttp.typedefs import Handler

from tui.local import envelope, statefile
from tui.local.core.errors import ErrorInfo, ProtocolError
from tui.local.core.log import StoreError
from tui.local.model.web import add_routes as add_model_routes
from tui.local.rest import Rest
from tui.local.sockets import SocketServer, now

logger = logging.getLogger(__name__)
MAX_BODY = 1_048_576
"""Bytes of a request's body."""


def build(server: SocketServer, *, key: str, model_key: str) -> web.Application:
    """Return the application. `key` is what it proves to hold to whoever looks for this user's server;
    `model_key` is the credential that the demo model wants.
    """

    @web.middleware
    async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
        server.active += 1
        try:
            return await handler(request)
        except ProtocolError as error:
            return envelope.refuse(request, error.info)
        except StoreError:
            logger.exception("the store failed")
            return envelope.refuse(request, ErrorInfo(50000, 500, "the store failed"))
        except ConnectionError:
            return web.Response()  # The client has gone, and nobody reads this.
        except web.HTTPException as error:
            if error.status < 400 or request.path.startswith("/v1/"):
                raise
            # A path that takes other methods only is not found either, as Ably has it.
            status = 404 if error.status == 405 else error.status
            message = f"{error.reason.lower()}: {request.method} {request.path}"
            return envelope.refuse(request, ErrorInfo(100 * status, status, message))
        finally:
            server.active -= 1
            server.last_used = time.monotonic()

    async def root(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await server.handle(request)
        return web.Response(
            text="ably-tui: a local channel server. It speaks Ably's protocol to Ably's SDKs.\n"
        )

    async def challenge(request: web.Request) -> web.StreamResponse:
        return web.Response(text=statefile.proof(key, request.query.get("nonce", "")[:256]))

    app = web.Application(middlewares=[errors], client_max_size=MAX_BODY)
    app.router.add_get("/", root)
    app.router.add_get(statefile.CHALLENGE, challenge)
    app.router.add_get(statefile.CONDITION, _condition(server))
    Rest(server).add_routes(app)
    add_model_routes(app, key=model_key)
    return app


def _condition(server: SocketServer) -> Handler:
    """Return the handler that tells who has a key how the server is."""

    async def condition(request: web.Request) -> web.StreamResponse:
        envelope.authenticate(request, server.engine.hub.authenticator, now())
        # Without this request itself.
        return web.json_response({"version": statefile.own_version(), "clients": server.active - 1})

    return condition
