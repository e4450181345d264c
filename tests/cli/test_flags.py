from __future__ import annotations

from argparse import ArgumentParser

import pytest

from tui.cli import flags
from tui.settings import TABLE, resolve

SERVING = {"--allow-from"}
"""Flags of an agent that serves a channel, which the screen's does not."""


def test_every_setting_that_has_a_flag_is_one_of_the_screens() -> None:
    parser = ArgumentParser()
    flags.screen(parser)
    text = parser.format_help()
    for about in TABLE.values():
        for flag in set((about.flag or "").split(", ")) - SERVING:
            assert flag in text


def test_what_is_not_given_is_not_there() -> None:
    parser = ArgumentParser()
    flags.screen(parser)
    assert vars(parser.parse_args([])) == {}


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["--channel", "c"], "channel", "c"),
        (["--client-id", "c"], "client_id", "c"),
        (["--no-tls"], "tls", False),
        (["--max-tokens", "7"], "max_tokens", 7),
        (["--pattern", "token"], "pattern", "token"),
        (["--since", "all"], "since", None),
        (["--plain"], "plain", True),
        (["--approvers", "ana,ben"], "approvers", ("ana", "ben")),
        (["--roles", "viewer,admin"], "roles", ("viewer", "admin")),
        (
            ["--roles", "b,a", "--minimum-role", "*:a,run_command:b"],
            "minimum_role",
            {"*": "a", "run_command": "b"},
        ),
        (["--approval-timeout", "60"], "approval_timeout", 60),
        (["--theme", "nord"], "theme", "nord"),
        (["--local"], "local", True),
    ],
)
def test_a_flag_becomes_its_setting(words: list[str], name: str, value: object) -> None:
    parser = ArgumentParser()
    flags.screen(parser)
    settings = resolve(vars(parser.parse_args(words)), {"USER": "ana"}, {})
    assert getattr(settings, name) == value
    assert settings.origins[name] == "flag"
