"""What every REST handler needs: who asks, in which format, and answers and errors in Ably's shape."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from tui.local.core.credentials import (
    Authenticator,
    Credential,
    UnknownAppError,
    parse_basic_header,
    parse_bearer_header,
)
from tui.local.core.errors import ErrorInfo, bad_request, not_found, unauthorized
from tui.local.core.frames import Body, Format, dumps, join, loads

MAX_LIMIT = 1_000
_UNFIT = re.compile("[^\x20-\x7e]")
_TYPES = {Format.JSON: "application/json", Format.MSGPACK: "application/x-msgpack"}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who makes a REST request, and the identity it has."""

    credential: Credential
    client_id: str | None


def authenticate(request: web.Request, authenticator: Authenticator, now: int) -> Asker:
    """Return who makes a request (RSA11, RSA3); raises ProtocolError 40101 and its kin, 40400 for a key of an
    app that is not here.
    """
    try:
        credential = _credential(request, authenticator, now)
    except UnknownAppError:
        raise not_found("no application found with this id") from None
    claimed = request.headers.get("X-Ably-ClientId")
    return Asker(credential, credential.identify(parse_basic_header(claimed) if claimed else None))


def _credential(request: web.Request, authenticator: Authenticator, now: int) -> Credential:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    query = request.query
    token = query.get("accessToken") or query.get("access_token")
    if scheme.lower() == "bearer":
        return authenticator.token(parse_bearer_header(value.strip()), now)
    if scheme.lower() == "basic":
        return authenticator.basic(parse_basic_header(value.strip()))
    if token:
        return authenticator.token(token, now)
    if "key" in query:
        return authenticator.basic(query["key"])
    raise unauthorized("no authentication information provided")


def format_of(request: web.Request) -> Format:
    """Return the format that the client wants its answer in."""
    accept = request.headers.get("Accept", "")
    binary = "x-msgpack" in accept or request.query.get("format") == "msgpack"
    return Format.MSGPACK if binary else Format.JSON


async def body_of(request: web.Request) -> Any:
    """Return the decoded body of a request; raises ProtocolError 40000 when it cannot be decoded."""
    binary = "x-msgpack" in request.headers.get("Content-Type", "")
    return loads(await request.read(), Format.MSGPACK if binary else Format.JSON)


def answer(request: web.Request, value: object, status: int = 200) -> web.Response:
    """Return a value in the format that was asked for."""
    format = format_of(request)  # noqa: A001
    return web.Response(body=dumps(value, format), status=status, content_type=_TYPES[format])


def answer_body(request: web.Request, body: Body) -> web.Response:
    """Return a message in the format that was asked for."""
    format = format_of(request)  # noqa: A001
    return web.Response(body=body.encode(format), content_type=_TYPES[format])


def refuse(request: web.Request, error: ErrorInfo) -> web.Response:
    """Return an error in Ably's shape."""
    response = answer(request, {"error": error.fields()}, error.status)
    response.headers["X-Ably-Errorcode"] = str(error.code)
    # A message may quote what the client sent, and a header cannot carry everything.
    response.headers["X-Ably-Errormessage"] = _UNFIT.sub(" ", error.message)
    return response


def page(request: web.Request, bodies: Sequence[Body], following: dict[str, str] | None) -> web.Response:
    """Return one page of a list; `following` are the parameters of the next page, None on the last (TG)."""
    format = format_of(request)  # noqa: A001
    response = web.Response(body=join(bodies, format), content_type=_TYPES[format])
    # Relative to the request, one header line for each relation: what the SDKs' patterns read.
    here = f"./{request.path.rpartition('/')[2]}"
    own = {name: value for name, value in request.query.items() if name != "from"}
    links = {"first": own, "current": dict(request.query)}
    if following is not None:
        links["next"] = {**own, **following}
    for relation, query in links.items():
        response.headers.add("Link", f'<{here}?{urlencode(query)}>; rel="{relation}"')
    return response


def limit_of(request: web.Request) -> int:
    """Return the `limit` of a request; raises ProtocolError 40003 when it is none."""
    return number_of(request, "limit", 100, 1, MAX_LIMIT)


def number_of(request: web.Request, name: str, default: int, low: int, high: int) -> int:
    """Return a whole number from the query, within bounds."""
    value = request.query.get(name)
    if value is None:
        return default
    if not (value.isascii() and value.isdecimal() and len(value) < 16 and low <= int(value) <= high):
        raise bad_request(f"{name} is a number between {low} and {high}", 40003)
    return int(value)


def backwards(request: web.Request, default: str = "backwards") -> bool:
    """Return whether the newest comes first: `direction` (RSL2b2)."""
    direction = request.query.get("direction", default)
    if direction not in ("backwards", "forwards"):
        raise bad_request("direction is backwards or forwards", 40003)
    return direction == "backwards"
