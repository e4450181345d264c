from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.screen import Screen


def _shown(data: bytes, columns: int = 20, rows: int = 3) -> Screen:
    screen = Screen(columns, rows)
    screen.feed(data)
    return screen


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (b"\x1b[c", b"\x1b[?62;22c"),
        (b"\x1b[>c", b"\x1b[>1;10;0c"),
        (b"\x1b[5n", b"\x1b[0n"),
        (b"\x1b[2;3H\x1b[6n", b"\x1b[2;3R"),
        (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),
        (b"\x1b[?2026h\x1b[?2026$p", b"\x1b[?2026;1$y"),
        (b"\x1b[?2048$p", b"\x1b[?2048;0$y"),
        (b"\x1b[18t", b"\x1b[8;3;20t"),
        (b"\x1b]11;?\x07", b"\x1b]11;rgb:1212/1212/1212\x1b\\"),
        (b"\x1b[>q", b"\x1bP>|screen\x1b\\"),
        (b"\x1b[31mhello\x1b[0m", b""),
    ],
)
def test_answers_as_a_terminal_would(query: bytes, answer: bytes) -> None:
    assert Screen(20, 3).feed(query) == answer


_WRITTEN = (
    "a\x1b[31;1mbc\x1b[0m\x1b]0;título\x07é世界❤️e\u0301\x1b[>1u\x1b[<u\x1bP+q544e\x1b\\z\x1b[?2026$p"
    "\x1b[2 q\x1b[2;4H\x1b[38;2;1;2;3mx\x1b(B\x1b7\x1b8\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\"
).encode()


@given(st.lists(st.integers(0, len(_WRITTEN)), max_size=12))
def test_any_chunking_draws_the_same(cuts: list[int]) -> None:
    whole, pieces = Screen(20, 3), Screen(20, 3)
    expected = whole.feed(_WRITTEN)
    places = [0, *sorted(cuts), len(_WRITTEN)]
    answers = b"".join(pieces.feed(_WRITTEN[a:b]) for a, b in pairwise(places))
    assert answers == expected
    assert [pieces.row(y) for y in range(3)] == [whole.row(y) for y in range(3)]
    assert pieces.title == whole.title == "título"


def test_sequences_that_only_newer_terminals_know_leave_no_trace() -> None:
    screen = _shown(_WRITTEN, 30)
    assert [text.rstrip() for text in screen.texts()] == ["abcé世界❤\ufe0féz", "   xlink", ""]
    assert screen.row(1)[3].fg == "010203"
    assert screen.row(0)[1].bold
    assert screen.kitty_flags == []


@pytest.mark.parametrize(
    ("written", "row"),
    [
        ("a❤\ufe0fb\x1b[1;5Hc".encode(), "a❤\ufe0fbc"),
        ("👩\u200d💻|\x1b[1;4H|".encode(), "👩\u200d💻||"),
        ("🇩🇪🇫🇷|\x1b[1;6H|".encode(), "🇩🇪🇫🇷||"),
        ("👍🏽|\x1b[1;4H|".encode(), "👍🏽||"),
        ("世界\x1b[1;2Hx".encode(), " x界"),
        ("世界\x1b[1;3Hx".encode(), "世x "),
        ("abc\x1b[1;1H世".encode(), "世c"),
        ("ab世\x1b[1;2H界".encode(), "a界 "),
        ("e\u0301".encode(), "é"),
        (b"\x1b[?7l" + b"x" * 25 + b"y", "x" * 19 + "y"),
    ],
)
def test_characters_of_any_width(written: bytes, row: str) -> None:
    assert _shown(written).texts()[0].rstrip() == row.rstrip()


def test_wide_characters_wrap_whole() -> None:
    assert _shown("x世世".encode(), 4).texts() == ["x世 ", "世  ", "    "]


def test_the_alternate_screen_gives_the_main_one_back() -> None:
    screen = _shown(b"shell$ \x1b[?1049h\x1b[2J\x1b[Hprogram")
    assert screen.texts()[0].rstrip() == "program"
    screen.feed(b"\x1b[?1049l>")
    assert screen.texts()[0].rstrip() == "shell$ >"


def test_what_is_left_behind_is_named() -> None:
    screen = _shown(b"\x1b[?1049h\x1b[?25l\x1b[?1003h\x1b[?2004h\x1b[>1u")
    assert screen.left_behind() == [
        "mouse motion",
        "alternate screen",
        "bracketed paste",
        "hidden cursor",
        "kitty keyboard",
    ]
    screen.feed(b"\x1b[<u\x1b[?2004l\x1b[?1003l\x1b[?25h\x1b[?1049l")
    assert screen.left_behind() == []


def test_the_clipboard_is_kept() -> None:
    assert _shown(b"\x1b]52;c;aMOpbGxv\x07").clipboard == ["héllo"]
