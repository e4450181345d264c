import pytest

from tui.ui.commands import COMMANDS, SLASHES
from tui.ui.slash import Call, Refused, read


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("hello", "hello"),
        ("", ""),
        ("a /help", "a /help"),
        ("//etc", "/etc"),
        ("///", "//"),
        ("/help", Call(SLASHES["help"])),
        ("/HELP ", Call(SLASHES["help"])),
        ("/copy code", Call(SLASHES["copy"], "code")),
        ("/copy", Call(SLASHES["copy"])),
        ("/fan 3 why\nis it?", Call(SLASHES["fan"], "3 why\nis it?")),
        ("/find  two  words ", Call(SLASHES["find"], "two  words")),
        ("/find\nword", Call(SLASHES["find"], "word")),
    ],
)
def test_a_line_is_a_prompt_or_a_command(line: str, expected: str | Call) -> None:
    assert read(line) == expected


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("/", "no command /."),
        ("/hepl", "/help?"),
        ("/usr/bin/env", "takes two: //"),
        ("/find", "needs words"),
        ("/zoom in", "takes nothing"),
    ],
)
def test_what_is_no_command_is_refused_with_a_reason(line: str, why: str) -> None:
    refused = read(line)
    assert isinstance(refused, Refused)
    assert why in refused.why


def test_every_name_is_one_word_and_means_one_command() -> None:
    names = [command.slash for command in COMMANDS if command.slash]
    assert len(names) == len(set(names)) == len(SLASHES)
    assert all(name.isalpha() and name.islower() for name in names)
