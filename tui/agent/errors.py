"""What a model's failure means for a person: cause and remedy.

By the API's own error type first, since an error within a stream comes with status 200; by HTTP status where
there is none; by exception where there was no answer at all. Texts that a server sent are cleaned, shortened
and freed of keys.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

import anthropic
import httpx2

from tui.wire import clean_line

_LIMIT = 300
"""Characters that are quoted of what a server says."""
_KEYS = re.compile(
    r"""sk-ant-[\w-]+ | \bsk-[\w-]{16,}
    | \b(?:x-api-key|api[_-]key|authorization)["']?\s*[:=]\s*(?:(?:bearer|basic)\s+)?\S+
    | \b(?:bearer|basic)\s+\S+""",
    re.IGNORECASE | re.VERBOSE,
)
AGAIN = "Try again."
SOON = "Try again in a moment."
PARTIAL = "What came before is kept. Try again."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request went, for the texts."""

    model: str
    server: str
    """Host, and port where one is given."""
    secrets: Sequence[str] = ()
    timeout: float = 0.0
    """Seconds of silence allowed."""
    revived: bool = False
    """Whether this program starts that server again by itself."""


_BY_TYPE = {
    "invalid_request_error": (
        "The model's server refused the request: {said}.",
        "Change the prompt or the settings.",
    ),
    "authentication_error": ("{server} does not accept the key: {said}.", "Check ANTHROPIC_API_KEY."),
    "billing_error": ("{server} wants payment: {said}.", "Check the account's plan and billing."),
    "permission_error": ("This key may not use {model}: {said}.", "Choose another model, or another key."),
    "not_found_error": ("{server} does not have the model {model}.", "Choose another with --model."),
    "request_too_large": (
        "The conversation is too large for {server}.",
        "Shorten it, or begin a new thread.",
    ),
    "rate_limit_error": ("The rate limit of {server} is reached.", "{wait}"),
    "timeout_error": ("{server} took too long: {said}.", AGAIN),
    "conflict_error": ("{server} was in conflict with another request: {said}.", AGAIN),
    "overloaded_error": ("{model} is overloaded at {server}.", "{wait}"),
    "api_error": ("{server} failed: {said}.", "{wait}"),
}
"""Cause and remedy by the API's error type."""

_BY_STATUS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
"""The type that a status stands for where the body names none."""


def explain(error: Exception, place: Place) -> str:
    """Return cause and remedy of what the SDK or httpx2 has raised, in one or two short sentences."""
    cause, remedy = _parts(error, place)
    return redact(clean_line(f"{cause} {remedy}", 2 * _LIMIT), place.secrets)


def redact(text: str, secrets: Sequence[str] = ()) -> str:
    """Return the text without anything that looks like a key, and without these secrets."""
    for secret in secrets:
        text = text.replace(secret, "…")
    return _KEYS.sub("…", text)


def _parts(error: Exception, place: Place) -> tuple[str, str]:
    match error:
        case anthropic.APIStatusError():
            return _status(error, place)
        case anthropic.APITimeoutError():
            return (f"{place.server} did not answer within {place.timeout:g} s.", AGAIN)
        case anthropic.APIConnectionError():
            why = _why(error)
            because = f": {why}" if why else ""
            if place.revived:
                return (f"The local server does not run{because}.", "It is started again. " + SOON)
            return (
                f"Cannot reach {place.server}{because}.",
                "Check the network, ANTHROPIC_BASE_URL and that the server runs.",
            )
        case anthropic.CredentialsError():
            return (
                f"The Anthropic credentials could not be loaded: {_said(str(error))}.",
                "Check the profile.",
            )
        case httpx2.TimeoutException():
            return (f"{place.model} went silent for {place.timeout:g} s.", PARTIAL)
        case httpx2.HTTPError():
            return (f"The connection to {place.server} was lost in the middle of the answer.", PARTIAL)
        case json.JSONDecodeError() | UnicodeDecodeError():
            return (f"{place.server} sent something that cannot be read.", PARTIAL)
        case TypeError() if "authentication" in str(error):
            return (
                "There is no Anthropic key.",
                "Set ANTHROPIC_API_KEY, or choose the demo with --model demo.",
            )
        case _:
            return (f"The answer of {place.server} made no sense ({type(error).__name__}).", PARTIAL)


def _status(error: anthropic.APIStatusError, place: Place) -> tuple[str, str]:
    # The body is whatever the server sent, so neither type nor message need be text.
    type_: object = error.type
    message: object = error.api_message
    if error.status_code == 404 and not type_:
        return (
            f"{place.server} has no Messages API there (404).",
            "Check ANTHROPIC_BASE_URL: it is given without /v1.",
        )
    known = _BY_STATUS.get(error.status_code, "api_error")
    if isinstance(type_, str) and type_ in _BY_TYPE:
        known = type_
    cause, remedy = _BY_TYPE[known]
    said = _said(message if isinstance(message, str) else "")
    said = said or (f"status {error.status_code}" if error.status_code >= 400 else "no reason given")
    words = {"said": said, "server": place.server, "model": place.model, "wait": _wait(error.response)}
    return cause.format_map(words), remedy.format_map(words)


def _said(text: str) -> str:
    return clean_line(text, _LIMIT).rstrip(".!")


def _wait(response: httpx2.Response) -> str:
    try:
        seconds = float(response.headers.get("retry-after", ""))
    except ValueError:
        return SOON
    if not 0 < seconds < 1e6:
        return SOON
    return f"Try again in {seconds:.0f} s." if seconds < 120 else f"Try again in {seconds / 60:.0f} min."


def _why(error: Exception) -> str:
    """Return the innermost cause of a failed connection, where it says anything."""
    found = ""
    seen: BaseException | None = error.__cause__ or error.__context__
    for _ in range(10):
        if seen is None:
            break
        if isinstance(seen, ConnectionError) and seen.errno:
            found = os.strerror(seen.errno).lower()  # asyncio puts "Connect call failed" and an address there
        elif isinstance(seen, OSError) and seen.strerror:
            found = seen.strerror.lower()
        elif str(seen):
            found = found or str(seen)
        seen = seen.__cause__ or seen.__context__
    return _said(found)
