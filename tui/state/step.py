"""What one message did to the responses under its id."""

from __future__ import annotations

from typing import NamedTuple

from tui.state.block import Block
from tui.state.response import Response


class Step(NamedTuple):
    """What one record did."""

    response: Response | None = None
    """The response that it belongs to; None when nothing changed, as by a `stop` without a response."""
    block: Block | None = None
    text: str = ""
    """What it added to the end of `block`, cleaned."""
    anew: bool = False
    """Whether blocks changed otherwise than by text at the end of one, or by a new one at the end."""


NOTHING = Step()
