from __future__ import annotations

import json
import logging
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.link.support import KEY
from tui.link.client import sign
from tui.link.redact import MASK, RedactingFilter, parts_of, redact

SECRET = KEY.split(":")[1]
JWT = sign(KEY, "ana", now=1_700_000_000)
ANTHROPIC = "sk-ant-api03-" + "Ab_-9" * 8


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"connecting to ws://127.0.0.1:9?key={quote(KEY)}&v=5", SECRET),
        (f"wss://host/?{urlencode({'clientId': 'ana', 'key': KEY})}", SECRET),
        (f"ws://host?accessToken={JWT}&format=msgpack", JWT),
        (f"Authorization: Bearer {JWT}", JWT),
        ("Authorization: Basic " + "YXBwLmtleTpzZWNyZXQ=", "YXBwLmtleTpzZWNyZXQ="),
        (f"x-api-key: {ANTHROPIC}", ANTHROPIC),
        (f"the key {ANTHROPIC} is invalid", ANTHROPIC),
        (f"ABLY_API_KEY={KEY}", SECRET),
        (f"invalid key {KEY}", SECRET),
        (json.dumps({"auth": {"accessToken": "opaque-token-1234"}}), "opaque-token-1234"),
        (str({"key": KEY, "v": 5}), SECRET),
        (f"token {JWT} expired", JWT),
        ("resume=abcdef!secretkey", "secretkey"),
    ],
)
def test_no_credential_stays(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert MASK in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "nothing listens at 127.0.0.1:54321",
        "connecting to main.realtime.ably.net:443",
        "File tui/link/connection.py, line 12, in _watch",
        "Bearer of bad news: the monkey=funky",
        "responseId=msg_01AbC seq=12",
        "2026-11-22 12:30:01 KeyError: 'name'",
    ],
)
def test_what_is_no_credential_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text(min_size=6).filter(lambda text: MASK not in text), st.text(), st.text())
def test_a_known_secret_never_stays(secret: str, before: str, after: str) -> None:
    assert secret not in redact(f"{before} {secret} {after}", [secret]).replace(MASK, "")


def test_parts_of_a_key() -> None:
    assert parts_of(KEY) == [KEY, SECRET]


def test_records_are_redacted_with_their_arguments_and_tracebacks() -> None:
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Keep()
    handler.addFilter(RedactingFilter(["hunter2hunter2"]))
    logger = logging.Logger("test")  # noqa: LOG001  one of its own, out of the hierarchy
    logger.addHandler(handler)
    logger.warning("url %s", f"ws://h?key={quote(KEY)}")
    logger.warning("password hunter2hunter2")
    logger.warning("badly made", KEY)  # noqa: PLE1205  as some of the SDK's are
    try:
        raise ValueError(f"key {KEY}")  # noqa: TRY301
    except ValueError:
        logger.exception("failed")
    written = "\n".join(lines)
    assert len(lines) == 4
    assert SECRET not in written
    assert "hunter2" not in written
    assert "ValueError" in written
