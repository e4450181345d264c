from __future__ import annotations

import pytest

from tui.agent.tools.secrets import Redactor, plain_environment


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("PATH", "/bin", True),
        ("LC_ALL", "C", True),
        ("HOME", "/home/ana", True),
        ("ABLY_API_KEY", "app.key:secret", False),
        ("ANTHROPIC_BASE_URL", "http://x", False),
        ("DATABASE_URL", "postgres://u:p@h/d", False),
        ("GITHUB_PAT", "x", False),
        ("SOMETHING", "else", False),
        ("LANG", "sk-ant-api03-abcdef", False),
    ],
)
def test_the_environment_of_a_command(name: str, value: str, kept: bool) -> None:
    assert plain_environment({name: value}) == ({name: value} if kept else {})


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("it is hunter2hunter2.", "it is …."),
        ("it is hunter2hunter2longer", "it is …"),
        ("a handed-in secret", "a …"),
        ("key sk-ant-api03-A_b-c", "key …"),
        ("ABLY_API_KEY=xVLyHw.abcdef:0123456789012345678901234567", "ABLY_API_KEY=…"),
        ("main.py:12: x = 1", "main.py:12: x = 1"),
        ("short", "short"),
    ],
)
def test_what_tools_say(text: str, redacted: str) -> None:
    environ = {
        "DB_PASS": "hunter2hunter2",
        "API_TOKEN": "hunter2hunter2longer",
        "A_KEY": "short",
        "PATH": "x = 1",
    }
    assert Redactor(environ, ["handed-in secret"])(text) == redacted
