from __future__ import annotations

import json

import anthropic
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.agent.errors import Place, explain, redact

PLACE = Place("claude-x", "api.example.com", ("opensesame",), 600.0)
REQUEST = httpx2.Request("POST", "https://api.example.com/v1/messages")


def status_error(status: int, body: object, **headers: str) -> anthropic.APIStatusError:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    response = httpx2.Response(status, request=REQUEST, headers=names)
    return anthropic.APIStatusError("x", response=response, body=body)


def api_error(type_: str, message: str = "no such luck.") -> dict[str, object]:
    return {"type": "error", "error": {"type": type_, "message": message}}


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            status_error(401, api_error("authentication_error", "invalid x-api-key")),
            "api.example.com does not accept the key: invalid x-api-key. Check ANTHROPIC_API_KEY.",
        ),
        (
            status_error(404, api_error("not_found_error", "model: claude-x")),
            "api.example.com does not have the model claude-x. Choose another with --model.",
        ),
        (
            status_error(404, "Not Found"),
            (
                "api.example.com has no Messages API there (404). "
                "Check ANTHROPIC_BASE_URL: it is given without /v1."
            ),
        ),
        (
            status_error(200, api_error("overloaded_error", "Overloaded")),
            "claude-x is overloaded at api.example.com. Try again in a moment.",
        ),
        (
            status_error(429, api_error("rate_limit_error"), retry_after="12"),
            "The rate limit of api.example.com is reached. Try again in 12 s.",
        ),
        (
            status_error(429, api_error("rate_limit_error"), retry_after="Wed, 21 Oct 2026 07:28:00 GMT"),
            "The rate limit of api.example.com is reached. Try again in a moment.",
        ),
        (
            status_error(529, api_error("overloaded_error"), retry_after="0"),
            "claude-x is overloaded at api.example.com. Try again in a moment.",
        ),
        (status_error(418, None), "api.example.com failed: status 418. Try again in a moment."),
        (status_error(200, "nonsense"), "api.example.com failed: no reason given. Try again in a moment."),
        (status_error(500, api_error("new_error", "?")), "api.example.com failed: ?. Try again in a moment."),
        (anthropic.APITimeoutError(REQUEST), "api.example.com did not answer within 600 s. Try again."),
        (
            anthropic.APIConnectionError(request=REQUEST),
            "Cannot reach api.example.com. Check the network, ANTHROPIC_BASE_URL and that the server runs.",
        ),
        (
            anthropic.CredentialsError("profile 'x' is missing."),
            "The Anthropic credentials could not be loaded: profile 'x' is missing. Check the profile.",
        ),
        (
            httpx2.ReadTimeout("read"),
            "claude-x went silent for 600 s. What came before is kept. Try again.",
        ),
        (
            httpx2.RemoteProtocolError("incomplete chunked read"),
            (
                "The connection to api.example.com was lost in the middle of the answer. "
                "What came before is kept. Try again."
            ),
        ),
        (
            json.JSONDecodeError("x", "{", 0),
            "api.example.com sent something that cannot be read. What came before is kept. Try again.",
        ),
        (
            TypeError('"Could not resolve authentication method. Expected …"'),
            "There is no Anthropic key. Set ANTHROPIC_API_KEY, or choose the demo with --model demo.",
        ),
        (
            IndexError("list index out of range"),
            "The answer of api.example.com made no sense (IndexError). What came before is kept. Try again.",
        ),
    ],
)
def test_cause_and_remedy(error: Exception, text: str) -> None:
    assert explain(error, PLACE) == text


def test_the_innermost_cause_of_a_failed_connection_is_named() -> None:
    error = anthropic.APIConnectionError(request=REQUEST)
    error.__cause__ = httpx2.ConnectError("All connection attempts failed")
    error.__cause__.__cause__ = OSError(-2, "Name or service not known")
    assert "api.example.com: name or service not known." in explain(error, PLACE)


@pytest.mark.parametrize(
    "text",
    [
        "key sk-ant-api03-SECRET-_SECRET is wrong",
        "Authorization: Bearer SECRET",
        'headers {"x-api-key": "SECRET"}',
        "bearer SECRET",
        "api_key=SECRET",
        "opensesame",
    ],
)
def test_keys_are_never_shown(text: str) -> None:
    shown = redact(text, PLACE.secrets)
    assert "SECRET" not in shown
    assert "opensesame" not in shown
    assert "SECRET" not in explain(status_error(400, api_error("invalid_request_error", text)), PLACE)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["type", "message", "error"]), inner),
    max_leaves=8,
)


@given(JSON, JSON, JSON, st.integers(100, 599))
def test_any_body_is_explained(body: object, type_: object, message: object, status: int) -> None:
    assert explain(status_error(status, body), PLACE)
    assert explain(status_error(status, {"error": {"type": type_, "message": message}}), PLACE)


@given(st.text(), st.integers(100, 599))
def test_whatever_a_server_says_is_one_clean_line(said: str, status: int) -> None:
    text = explain(status_error(status, api_error("invalid_request_error", said)), PLACE)
    assert len(text) <= 600
    assert text.isprintable() or not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in text)
