"""What is wrong at an auth URL (AO2c), told apart: the SDK has one error for whatever keeps it from a token.

Facts are of `ably` 3.1.4. Leaves what Ably's servers say of a token to `explain`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import httpx
from ably.types.connectionstate import ConnectionState
from ably.util.exceptions import AblyException

from tui.link.explain import NO_TOKEN, code_of

_FAILED = 40171
"""Code of credentials that cannot be renewed (RSA4a)."""
_SERVER = "look at the log of the server behind ABLY_AUTH_URL; it is tried again"
_PORTAL = (
    "check ABLY_AUTH_URL, and whether a captive portal is in between: open any web page; it is tried again"
)
_UNREACHED = "check ABLY_AUTH_URL, that its server runs, and the network; it is tried again"
_WEB_PAGE = re.compile(r"content-type ([\w/.+-]+)")

Fetch = Callable[..., Awaitable[Any]]


class AuthUrlError(AblyException):
    """An auth URL gave no token; `message` and `remedy` are for a person."""

    remedy = ""


def tell_apart(auth: Any) -> None:
    """Have a client's `auth` raise AuthUrlError when its auth URL gives no token, in place of exceptions of
    several kinds, some of which end the attempt to connect under names of the HTTP library.

    A token that says not whose it is (a JWT, an Ably token as text) is taken at once: the SDK would refuse
    the first of them for being another's, and take the next.
    """
    configure: Callable[[str | None], None] = auth._configure_client_id  # noqa: SLF001

    def configure_client_id(client_id: str | None) -> None:
        if client_id is not None:
            configure(client_id)

    auth._configure_client_id = configure_client_id  # noqa: SLF001
    fetch: Fetch = auth.token_request_from_auth_url

    async def told(*args: Any) -> Any:
        try:
            return await fetch(*args)
        except httpx.TimeoutException as error:
            raise _failure("the auth URL did not answer in time", _UNREACHED, 401) from error
        except httpx.HTTPError as error:
            raise _failure("the auth URL cannot be reached", _UNREACHED, 401) from error
        except AblyException as error:
            raise _failure(*_answer(error)) from error
        except ValueError as error:  # JSON that is none
            raise _failure("the auth URL answers with something that is no token", _SERVER, 401) from error

    auth.token_request_from_auth_url = told


def keep_cause(manager: Any) -> None:
    """Have a connection manager report why there is no token, and not only that there is none."""
    give_up = manager.on_error_from_authorize

    def on_error_from_authorize(error: AblyException) -> None:
        if code_of(error) == _FAILED:
            give_up(error)
            return
        forbidden = error.status_code == HTTPStatus.FORBIDDEN  # RSA4d
        state = ConnectionState.FAILED if forbidden else manager._ConnectionManager__fail_state  # noqa: SLF001
        manager.notify_state(state, AblyException("no token", error.status_code or 401, NO_TOKEN, error))

    manager.on_error_from_authorize = on_error_from_authorize


def _failure(message: str, remedy: str, status: int) -> AuthUrlError:
    error = AuthUrlError(message, status, NO_TOKEN)  # type: ignore[no-untyped-call]
    error.remedy = remedy
    return error


def _answer(error: AblyException) -> tuple[str, str, int]:
    """Return message, remedy and HTTP status for an answer that the SDK does not take."""
    status = error.status_code if isinstance(error.status_code, int) else 0
    page = _WEB_PAGE.search(str(error.message))
    if page is not None:
        kind = page.group(1)
        what = "a web page" if kind == "text/html" else kind
        return f"the auth URL answers with {what} in place of a token", _PORTAL, 401
    if "content-type" in str(error.message):
        return "the auth URL answers with something that is no token", _SERVER, 401
    if 300 <= status < 400:
        return f"the auth URL leads elsewhere (HTTP {status})", _PORTAL, 401
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        remedy = "check ABLY_AUTH_URL, and what its server wants to know of you"
        return f"the auth URL refuses to give a token (HTTP {status})", remedy, status
    if status == HTTPStatus.NOT_FOUND:
        return "there is nothing at the auth URL (HTTP 404)", "check ABLY_AUTH_URL; it is tried again", status
    return f"the auth URL answers with an error (HTTP {status})", _SERVER, status
