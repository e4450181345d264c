from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.drawing import FontMissingError, fonts
from tests.film import Film, Frame, gif
from tests.screen import Screen


def _frame(at: float, written: str) -> Frame:
    screen = Screen(12, 2)
    screen.feed(written.encode())
    return Frame(at, [screen.row(y) for y in range(screen.lines)])


def test_a_film_takes_a_frame_only_where_something_changed() -> None:
    sights = [_frame(0, text).cells for text in ("a", "a", "ab", "ab")]
    film = Film(iter(sights).__next__)
    for _ in sights:
        film.take()
    assert [frame.cells for frame in film.frames] == [sights[0], sights[2]]


def test_filming_ends_with_what_stood_there_last() -> None:
    screen = Screen(12, 2)
    film = Film(lambda: [screen.row(y) for y in range(screen.lines)])
    with film.running():
        screen.feed(b"last")
    assert "".join(cell.data for cell in film.frames[-1].cells[0]).strip() == "last"


def test_a_gif_keeps_times_and_colours() -> None:
    try:
        fonts()
    except FontMissingError as error:
        pytest.skip(str(error))
    frames = [_frame(1.0, "\x1b[38;2;200;10;10;48;2;200;10;10m xx"), _frame(1.5, "\x1b[38;2;10;200;10mxx")]
    film = Film(list, frames)
    with Image.open(io.BytesIO(gif(film, "title"))) as picture:
        assert picture.info["loop"] == 0
        assert picture.info["duration"] == 500
        assert (200, 10, 10) in {colour for _, colour in picture.convert("RGB").getcolors() or []}
        picture.seek(1)
        assert picture.info["duration"] == round((film.seconds - 0.5) * 1000)
