from __future__ import annotations

import json

import pytest

from tests.messages import Channel
from tui.link import redact
from tui.recording.file import Writer
from tui.recording.secrets import without_credentials

SECRETS = (
    ("ghp_Ab12Cd34Ef56Gh78", "ghp_Ab12Cd34Ef56Gh78"),
    ("TOKEN=github_pat_11AAbb_22ccDD", "github_pat_11AAbb_22ccDD"),
    ("slack xoxb-123456-abcdef said", "xoxb-123456-abcdef"),
    ("xoxp-123456-abcdef", "xoxp-123456-abcdef"),
    ("xoxa-123456-abcdef", "xoxa-123456-abcdef"),
    ("id AKIAIOSFODNN7EXAMPLE.", "AKIAIOSFODNN7EXAMPLE"),
    ("export AWS_SECRET_ACCESS_KEY='wJalr/XUtn+K7'", "wJalr/XUtn+K7"),
    ("aws_secret_access_key = wJalr/XUtn+K7", "wJalr/XUtn+K7"),
    ('{"secretAccessKey": "wJalr/XUtn+K7"}', "wJalr/XUtn+K7"),
    ("postgres://ana:hunter22@db:5432/x", "hunter22"),
    ("redis://:hunter22@cache", "hunter22"),
    ("amqp://ana:hun/ter@22@mq/x?to=a@b", "hun/ter@22"),
)


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_no_credential_is_written(text: str, secret: str) -> None:
    line = Writer("c", 0, redact).entry(Channel().message("token", text, {"note": text}))
    assert secret not in json.loads(line)["message"]["data"]
    assert secret not in line
    assert "[redacted]" in line


def test_a_field_named_like_a_secret_holds_one() -> None:
    line = Writer("c", 0, redact).entry(Channel().message("x", {"aws_secret_access_key": "plain"}))
    assert json.loads(line)["message"]["data"] == {"aws_secret_access_key": "[redacted]"}


@pytest.mark.parametrize(
    "text",
    [
        "see http://localhost:8080/@scope/a and mail ana@example.org",
        "http://host:80?to=a@b",
        "ghp_ and xoxb- and AKIA are prefixes",
        "ssh://git@github.com/a/b",
        "ASIAPACIFIC",
        "at 12:30 @ana: see https://example.org",
        # These would take minutes, were what is looked for unbounded.
        pytest.param("a" * 60_000, id="letters"),
        pytest.param("x://" * 15_000, id="schemes"),
        pytest.param("x://a:b" * 9_000, id="users"),
    ],
)
def test_what_is_none_stays(text: str) -> None:
    assert without_credentials(text) == text
