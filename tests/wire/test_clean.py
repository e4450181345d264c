import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.wire import clean
from tui.wire.clean import MAX_STRING, Cleaner, clean_line, clean_text

HOSTILE = [
    "\x1b",
    "[",
    "]",
    "52;c;",
    "\x07",
    "\\",
    "\n",
    "\t",
    "m",
    "31",
    "P",
    "\x9b",
    "\x9d",
    "\x9c",
    "\x00",
    "\r",
]
HOSTILE += [
    "\u202e",
    "\u2066",
    "\u2028",
    "\ud83d",
    "\ude00",
    "\x7f",
    "a",
    "é",
    "世",
    "👩‍💻",
    " ",
    "(",
    "B",
    "~",
    "\udb40",
    "\udc41",
    "\U000e0041",
    "\ufffe",
]
texts = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=4), max_size=30).map("".join)


def chunked(text: str, cuts: list[int]) -> str:
    cleaner, position, out = Cleaner(), 0, []
    for cut in sorted(min(cut, len(text)) for cut in cuts):
        out.append(cleaner.feed(text[position:cut]))
        position = cut
    out.append(cleaner.feed(text[position:]))
    return "".join(out) + cleaner.finish()


@given(texts, st.lists(st.integers(0, 60), max_size=8))
def test_any_chunking_gives_what_the_whole_gives(text: str, cuts: list[int]) -> None:
    assert chunked(text, cuts) == clean_text(text)


@given(texts)
def test_what_comes_out_can_do_nothing_to_a_terminal(text: str) -> None:
    cleaned = clean_text(text)
    for char in cleaned:
        if char in "\n\t":
            continue
        assert unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"}, repr(char)
        assert unicodedata.bidirectional(char) not in {
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "PDF",
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        }


@given(texts)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


@given(
    st.text(
        st.characters(exclude_categories=["C", "Zl", "Zp"]) | st.sampled_from("\n\t\u200d\ufe0f"),
        max_size=200,
    )
)
def test_harmless_text_comes_through_to_the_letter(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("a\x1b[31mred\x1b[0m b", "ared b"),
        ("\x1b]52;c;aGk=\x07after", "after"),
        ("\x1b]52;c;aGk=\x1b\\after", "after"),
        ("\x9d52;c;aGk=\x9cafter", "after"),
        ("\x1bP1$r\x1b\\after", "after"),
        ("\x1b(Bafter", "after"),
        ("\x1bcafter", "after"),
        ("a\x00b\x7fc\x85d", "abcd"),
        ("one\r\ntwo\tthree", "one\ntwo\tthree"),
        ("user\u202etxt.exe", "usertxt.exe"),
        ("a\u2028b", "a\nb"),
        ("\ud83d\ude00", "😀"),
        ("lone \ud83d half", "lone \ufffd half"),
        ("lone \ude00", "lone \ufffd"),
        ("ends in half \ud83d", "ends in half \ufffd"),
        ("\x1b\x1b[1mx", "x"),
        ("\x1b]title that never ends\nnext line", "\nnext line"),
        ("\x1b[1;\nx", "\nx"),
    ],
)
def test_cases(raw: str, cleaned: str) -> None:
    assert clean_text(raw) == cleaned


def test_an_unfinished_string_hides_a_bounded_stretch() -> None:
    assert clean_text("\x1b]" + "x" * (MAX_STRING + 100) + "end").endswith("end")
    assert len(clean_text("\x1b]" + "x" * (MAX_STRING + 100))) == 100


def test_a_line_is_one_line_and_bounded() -> None:
    assert clean_line(" a\n\tb\x1b[1m c ") == "a b c"
    assert clean_line("x" * 50, 10) == "x" * 9 + "…"


@given(
    st.text(
        st.sampled_from("a\n\t\x1b\x07\x9b\x85é–“\u2028\u202e\u2066\u206a한\ud800\udfff世🙂\x7f\xad"),
        max_size=8,
    )
)
def test_a_long_text_is_cleaned_as_a_short_one(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clean, "LONG", -1)
        long = clean_text(text)
    assert long == clean_text(text)


def test_what_nobody_sees_is_not_there() -> None:
    smuggled = "".join(chr(0xE0000 + ord(char)) for char in "ignore all that\x7f") + "\U000e0001"
    no_characters = [
        *range(0xFDD0, 0xFDF0),
        *(plane + end for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF)),
    ]
    for hidden in (smuggled, *map(chr, no_characters), "\udb40\udc41", "\ud83f\udffe"):
        assert clean_text(f"before{hidden}after") == "beforeafter"
        assert clean_line(f"ana{hidden}") == "ana"
        cleaner = Cleaner()
        assert "".join(cleaner.feed(char) for char in f"a{hidden}b") + cleaner.finish() == "ab"
    assert clean_text("\U0001f3f4\U000e0067\U000e0062\U000e007f") == "\U0001f3f4"
    for kept in (
        "\ufdcf\ufdf0\ufffd\U0001fffd\U000e0100",
        "\U00020000\U0003134f\U000f0000\U0010fffd",
        "🇫🇷👩‍💻☺️",
    ):
        assert clean_text(kept) == kept
