from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from tui.cli.source import Lines, Source


@given(st.binary(), st.lists(st.integers(0, 40)), st.booleans())
def test_any_chunking_gives_the_same_text(data: bytes, cuts: list[int], idle: bool) -> None:
    lines, said, before = Lines(), "", 0
    for cut in [*sorted(cut for cut in cuts if cut < len(data)), len(data)]:
        said += lines.feed(data[before:cut])
        if idle:
            said += lines.rest()
        before = cut
    said += lines.finish()
    assert said == data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


def test_lines_are_whole_until_the_rest_is_asked_for() -> None:
    lines = Lines()
    assert lines.feed(b"one\ntw") == "one\n"
    assert lines.length == 2
    assert lines.rest() == "tw"
    assert lines.feed(b"o\n") == "o\n"
    assert lines.finish() == ""


def test_a_descriptor_is_read_to_its_end() -> None:
    reading, writing = os.pipe()
    source = Source(reading)
    assert source.piece(0.01) is None
    os.write(writing, b"some")
    assert source.piece(20) == b"some"
    os.close(writing)
    assert source.piece(20) == b""
    os.close(reading)
