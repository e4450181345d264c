"""What answers of terminals mean. That a terminal is asked and left as it was is in test_doctor.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.cli.doctor_terminal import SAMPLES, Answers, judge, parse
from tui.wire import Reason, Severity

OK, WARN = Severity.INFORMATION, Severity.WARNING
WIDTHS = dict(zip(SAMPLES, (2, 1, 1, 2, 2, 2, 2), strict=True))
KITTY = b"\x1b[?2026;2$y\x1b[?0u\x1bP>|kitty(0.42.1)\x1b\\\x1b[?62;52;c"
XTERM = b"\x1b[?2026;0$y\x1bP>|XTerm(390)\x1b\\\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c"
PLAIN = b"\x1b[?1;2c"
FULL = Answers(synchronized=True, kitty=True, name="kitty", attributes=frozenset({"62", "52"}), widths=WIDTHS)


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        (KITTY, Answers(True, True, "kitty(0.42.1)", frozenset({"62", "52", ""}))),
        (XTERM, Answers(False, False, "XTerm(390)", parse(XTERM).attributes)),
        (PLAIN, Answers(None, False, None, frozenset({"1", "2"}))),
        (b"", Answers()),
        (b"typed\x1b[?2026;4$y meanwhile" + PLAIN, Answers(False, False, None, frozenset({"1", "2"}))),
    ],
)
def test_answers_are_read(said: bytes, answers: Answers) -> None:
    assert parse(said) == answers


@given(st.binary(max_size=200))
def test_whatever_is_said_is_read(said: bytes) -> None:
    parse(said)


def look(answers: Answers, **environ: str) -> dict[str, tuple[Severity, Reason]]:
    return {what: (severity, reason) for what, severity, reason in judge(answers, environ)}


def test_a_terminal_that_has_it_all() -> None:
    found = look(FULL, COLORTERM="truecolor")
    assert {severity for severity, _ in found.values()} == {OK}
    assert list(found) == ["colours", "synchronized", "keys", "clipboard", "links", "widths"]
    assert "can be opened" in found["links"][1].message


def test_a_terminal_that_has_little() -> None:
    found = look(Answers(attributes=frozenset({"1"}), widths=WIDTHS), TERM="xterm")
    assert {what for what, (severity, _) in found.items() if severity is WARN} == {
        "colours",
        "synchronized",
        "clipboard",
    }
    assert "ctrl+j" in found["keys"][1].message
    assert "unknown" in found["links"][1].message
    assert "tmux" in look(Answers(attributes=frozenset()), TMUX="x")["clipboard"][1].remedy


def test_a_terminal_that_was_not_asked_is_not_judged() -> None:
    assert list(look(Answers())) == ["colours"]


@pytest.mark.parametrize(
    ("environ", "severity", "words"),
    [
        ({"NO_COLOR": "1", "COLORTERM": "truecolor"}, OK, "NO_COLOR"),
        ({"COLORTERM": "24bit"}, OK, "16 million"),
        ({"TERM": "xterm-direct"}, OK, "16 million"),
        ({"TERM": "xterm-256color"}, WARN, "xterm-256color"),
        ({}, WARN, "not set"),
    ],
)
def test_colours(environ: dict[str, str], severity: Severity, words: str) -> None:
    found = look(FULL, **environ)["colours"]
    assert found[0] is severity
    assert words in found[1].message


def test_widths_that_differ_are_named() -> None:
    odd = {**WIDTHS, "a joined emoji": 4, "a flag": 1}
    severity, reason = look(Answers(attributes=frozenset(), widths=odd))["widths"]
    assert severity is WARN
    assert "a joined emoji takes 4, not 2" in reason.message
    assert "a flag takes 1, not 2" in reason.message
    assert "ideograph" not in reason.message


def test_a_terminal_that_does_not_tell_where_its_cursor_is() -> None:
    severity, reason = look(Answers(attributes=frozenset(), widths={}))["widths"]
    assert severity is WARN
    assert "unknown" in reason.message
