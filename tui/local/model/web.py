"""The demo model's HTTP side: `POST /v1/messages`, `POST /v1/messages/count_tokens` and `GET /v1/models`.

The only module of the demo that knows the clock, chance and sockets. Loopback and lifetime are the server's
business, which these routes are added to.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Callable, Coroutine
from itertools import islice
from random import Random

from aiohttp import web

from tui.local.model import events, names, pace, replies, requests
from tui.local.model.names import Fate
from tui.local.model.problem import Problem
from tui.local.model.requests import Request

_log = logging.getLogger(__name__)

_BROKEN_AT = 0.4
"""The part of an answer after which a stream that is to fail does so."""
_FAILING = frozenset({Fate.OVERLOADED, Fate.CUT, Fate.END, Fate.STALL})
_STILL_THERE = 0.25
"""Seconds between two looks whether a client that is kept waiting has gone."""
_RETRY_AFTER = 1
"""Seconds that a 429 asks for: long enough to be seen, short enough for a demo."""
_CREATED = "2026-01-01T00:00:00Z"

_Route = Callable[[web.Request], Coroutine[None, None, web.StreamResponse]]
_Handler = Callable[[web.Request, str], Coroutine[None, None, web.StreamResponse]]
"""What answers a request, given the id that its response carries."""


def add_routes(app: web.Application, *, key: str) -> None:
    """Add the demo model's routes to a server; `key` is the API key that it accepts.

    Answers that still stream when the server shuts down are broken off, so that it need not wait for them.
    """
    streaming: set[asyncio.Task[web.StreamResponse]] = set()

    async def messages(http: web.Request, request_id: str) -> web.StreamResponse:
        request = requests.read(await _json(http))
        _refuse(request)
        chance = secrets.SystemRandom()
        seed = chance.getrandbits(32)
        reply = replies.reply(request, message_id=f"msg_demo_{secrets.token_hex(12)}", seed=seed)
        play = _play if request.stream else _wait
        task = asyncio.create_task(play(http, request_id, request, reply, Random(seed)))  # noqa: S311 - jitter, not secrets
        streaming.add(task)
        task.add_done_callback(streaming.discard)
        return await task

    async def count_tokens(http: web.Request, request_id: str) -> web.StreamResponse:
        request = requests.read(await _json(http), counting=True)
        _refuse(request)
        return _answer(request_id, {"input_tokens": request.input_tokens})

    async def models(_: web.Request, request_id: str) -> web.StreamResponse:
        listed = [_info(name, shown) for name, shown in names.LISTED.items()]
        page = {"data": listed, "has_more": False, "first_id": listed[0]["id"], "last_id": listed[-1]["id"]}
        return _answer(request_id, page)

    async def break_off(_: web.Application) -> None:
        for task in tuple(streaming):
            task.cancel()

    app.router.add_post("/v1/messages", _guarded(messages, key))
    app.router.add_post("/v1/messages/count_tokens", _guarded(count_tokens, key))
    app.router.add_get("/v1/models", _guarded(models, key))
    app.on_shutdown.append(break_off)


def _guarded(handler: _Handler, key: str) -> _Route:
    """Return the handler behind the credentials, its `Problem`s answered with the API's error JSON."""

    async def guarded(http: web.Request) -> web.StreamResponse:
        request_id = f"req_demo_{secrets.token_hex(12)}"
        try:
            requests.authenticate(http.headers, key)
            return await handler(http, request_id)
        except Problem as problem:
            headers = {} if problem.retry_after is None else {"retry-after": str(problem.retry_after)}
            return _answer(request_id, problem.body(request_id), status=problem.status, headers=headers)

    return guarded


async def _json(http: web.Request) -> object:
    try:
        return json.loads(await http.read())
    except web.HTTPRequestEntityTooLarge:
        raise Problem(413, "request_too_large", "Request exceeds the maximum size") from None
    except (ValueError, RecursionError):
        raise Problem(400, "invalid_request_error", "The request body is not valid JSON") from None


def _refuse(request: Request) -> None:
    """Raise what the model's name says it fails with."""
    status = request.model.status
    if status is not None:
        type_, message = names.PROBLEMS[status]
        retry_after = _RETRY_AFTER if status == "429" else None
        raise Problem(int(status), type_, message.format(model=request.model.name), retry_after=retry_after)


def _answer(
    request_id: str, body: dict[str, object], *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    return web.json_response(body, status=status, headers={"request-id": request_id, **(headers or {})})


def _info(name: str, shown: str) -> dict[str, object]:
    return {
        "type": "model",
        "id": name,
        "display_name": shown,
        "created_at": _CREATED,
        "lifecycle": "active",
        "max_input_tokens": 200_000,
        "max_tokens": 64_000,
    }


async def _play(
    http: web.Request, request_id: str, request: Request, reply: replies.Reply, rng: Random
) -> web.StreamResponse:
    """Stream the reply at the model's pace, up to the end that the model's name asks for."""
    fate = request.model.fate
    limit = int(reply.output_tokens * _BROKEN_AT) if fate in _FAILING else reply.output_tokens
    response = web.StreamResponse(headers={"request-id": request_id, "cache-control": "no-cache"})
    response.content_type, response.charset = "text/event-stream", "utf-8"
    response.enable_chunked_encoding()
    try:
        await response.prepare(http)
        began, due, sent = time.monotonic(), pace.due(request.model.rate, rng), 0
        for event in events.stream(reply):
            if event.tokens:
                if fate in _FAILING and sent == limit:
                    return await _fail(http, response, fate)
                # Also a wait of 0, so that a very fast answer leaves the others their turn.
                await asyncio.sleep(max(0.0, began + next(due) - time.monotonic()))
                sent += event.tokens
            await response.write(event.encode())
        await response.write_eof()
    except ConnectionError:
        _log.debug("the client left after a part of the answer")
    return response


async def _fail(http: web.Request, response: web.StreamResponse, fate: Fate) -> web.StreamResponse:
    """Break a stream in its middle."""
    if fate is Fate.OVERLOADED:
        await response.write(events.OVERLOADED.encode())
    elif fate is Fate.CUT:
        _cut(http)
    elif fate is Fate.STALL:
        await _stall(http)
    return response


async def _wait(
    http: web.Request, request_id: str, request: Request, reply: replies.Reply, rng: Random
) -> web.StreamResponse:
    """Answer in one piece, after the time that the whole takes to write."""
    match request.model.fate:
        case Fate.OVERLOADED:
            raise Problem(529, "overloaded_error", "Overloaded")
        case Fate.CUT | Fate.END:
            _cut(http)
        case Fate.STALL:
            await _stall(http)
        case _:
            await asyncio.sleep(next(islice(pace.due(request.model.rate, rng), reply.output_tokens, None)))
    return _answer(request_id, events.whole(reply))


def _cut(http: web.Request) -> None:
    # abort, not close: close would send what is buffered, and aiohttp the end of the chunks behind it.
    if http.transport is not None:
        http.transport.abort()


async def _stall(http: web.Request) -> None:
    # aiohttp has no event for a client that leaves while its request is being answered.
    while http.transport is not None and not http.transport.is_closing():  # noqa: ASYNC110
        await asyncio.sleep(_STILL_THERE)
