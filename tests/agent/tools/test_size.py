from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.agent.tools.size import LIMIT, fitted, size
from tui.link.chunks import LIMIT as OUTBOX
from tui.link.chunks import encoded_size
from tui.wire import ToolResult, encode


@pytest.mark.parametrize("piece", ["a", "\n", '"', "\\", "\0", "é", "木", "🎉", "\ud83c"])
@pytest.mark.parametrize("count", [10, 5_000, 200_000])
def test_it_fits_into_a_message(piece: str, count: int) -> None:
    text = fitted(piece * count)
    assert size(text) <= LIMIT
    data = json.dumps(encode(ToolResult("r" * 60, "c" * 60, text, "n" * 60)).data)
    for binary in (True, False):
        assert encoded_size(data, binary=binary) <= OUTBOX
    assert "cut" in text or text == piece.encode("utf-8", "replace").decode() * count


@given(st.text(max_size=60))
def test_what_fits_is_left_alone(text: str) -> None:
    assert fitted(text) == text
