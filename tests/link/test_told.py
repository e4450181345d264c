from __future__ import annotations

import jwt
import pytest

from tui.link.told import capability_words, limits, of_token
from tui.wire import Severity

SECRET = "secret-of-the-token-that-is-long-enough"


def token(**claims: object) -> str:
    return jwt.encode(claims, SECRET, "HS256", headers={"kid": "app.key"})


@pytest.mark.parametrize(
    ("claims", "severity", "words"),
    [
        ({"exp": 10_000}, Severity.INFORMATION, "expires in 150 min"),
        ({"exp": 1_100}, Severity.WARNING, "expires in 1 min"),
        ({"exp": 999}, Severity.ERROR, "has expired"),
        ({}, Severity.ERROR, "has expired"),
        ({"exp": 10_000, "x-ably-capability": '{"a:*":["publish","history"]}'}, Severity.INFORMATION,
         "it allows publish, history on a:*"),
        ({"exp": 10_000, "x-ably-capability": "{"}, Severity.INFORMATION, "expires in 150 min"),
        ({"exp": 10_000, "x-ably-capability": 7}, Severity.INFORMATION, "expires in 150 min"),
    ],
)  # fmt: skip
def test_tokens(claims: dict[str, object], severity: Severity, words: str) -> None:
    _, found, reason = of_token(token(**claims), now=1_000)
    assert found is severity
    assert words in reason.message


@pytest.mark.parametrize("text", ["", "app.token", "a.b.c", "\x00"])
def test_what_is_no_jwt_says_nothing(text: str) -> None:
    _, severity, reason = of_token(text, now=0)
    assert severity is Severity.INFORMATION
    assert "neither what it may do" in reason.message


@pytest.mark.parametrize(
    ("capability", "words"),
    [
        ({"*": ["*"]}, "everything on every channel"),
        ({"a": ["publish"], "b:*": ["*"]}, "publish on a; everything on b:*"),
        ({"a": "publish"}, "publish on a"),
        ({}, "nothing"),
        ({"a\x1b[31m": ["x\n"]}, "x on a"),
    ],
)
def test_capabilities(capability: dict[str, object], words: str) -> None:
    assert capability_words(capability) == words


def test_limits() -> None:
    details = {"maxMessageSize": 65_536, "maxInboundRate": 50, "connectionStateTtl": None, "else": 1}
    assert limits(details)[2].message == "64 KiB a message, 50 messages a second"
    assert limits({})[2].message == "the server tells none"
