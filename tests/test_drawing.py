from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.drawing import FontMissingError, fonts, png, svg, without_font
from tests.screen import Screen

_SVG = "{http://www.w3.org/2000/svg}"


def _cells(written: str, columns: int = 24, rows: int = 3) -> Screen:
    screen = Screen(columns, rows)
    screen.feed(written.encode())
    return screen


def _drawn(written: str, title: str = "title") -> tuple[ET.Element, list[ET.Element]]:
    screen = _cells(written)
    root = ET.fromstring(svg([screen.row(y) for y in range(screen.lines)], title))
    group = root.find(f"{_SVG}g")
    assert group is not None
    return root, list(group)


def _column(element: ET.Element) -> float:
    return float(element.attrib["x"]) / (0.602 * 14)


def test_text_stands_at_its_column_whatever_stands_before_it() -> None:
    _, elements = _drawn("ab  世界x\x1b[1my\x1b[0m ❤️z")
    texts = [(element.text, round(_column(element), 2)) for element in elements]
    assert texts == [("ab", 0), ("世", 4), ("界", 6), ("x", 8), ("y", 9), ("❤️", 11), ("z", 13)]


def test_styles_and_colours() -> None:
    _, elements = _drawn("\x1b[1;3;4;38;2;1;2;3;48;2;4;5;6mx y\x1b[0m\r\n\x1b[7mback\x1b[0m \x1b[31mred")
    back, _, word, reverse, red = elements
    assert back.tag == f"{_SVG}rect"
    assert back.attrib["fill"] == "#040506"
    assert {"font-weight": "bold", "font-style": "italic", "text-decoration": "underline"}.items() <= (
        word.attrib.items()
    )
    assert (word.text, word.attrib["fill"]) == ("x\u00a0y", "#010203")
    assert reverse.attrib["fill"] == "#121212"
    assert red.attrib["fill"] == "#cc6666"


def test_what_is_drawn_is_escaped() -> None:
    root, elements = _drawn('<&>"', title="a < b")
    assert elements[0].text == '<&>"'
    assert next(root.iter(f"{_SVG}text")).text == "a < b"


def test_a_png_of_the_size() -> None:
    try:
        fonts()
    except FontMissingError as error:
        pytest.skip(str(error))
    screen = _cells("hello")
    picture = png(svg([screen.row(y) for y in range(screen.lines)], "t"), zoom=1)
    assert picture.startswith(b"\x89PNG")
    width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == (round(24 * 0.602 * 14 + 20), round(3 * 1.164 * 14 + 40))


def test_characters_without_a_font_are_named() -> None:
    screen = _cells("abc")
    assert without_font([screen.row(0)]) == ""
