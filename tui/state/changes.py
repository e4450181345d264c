"""What the reducer tells those who show a conversation.

Responses are as they are after all changes of a call: text of an `Appended` may be in the response of an
`Opened`
before it, so whoever shows texts keeps how much of each block is shown.
"""

from __future__ import annotations

from tui.state.block import Block
from tui.state.response import Response
from tui.wire.immutable import immutable


@immutable
class Opened:
    """A response that nobody has seen before; it may have text already."""

    response: Response


@immutable
class TakenOver:
    """The answer to a waiting prompt has begun: `response` takes the place of `waiting`."""

    waiting: Response
    response: Response


@immutable
class Appended:
    """Text came at the end of a block of a response. Never empty, already cleaned."""

    response: Response
    text: str
    block: Block


@immutable
class Replaced:
    """The blocks of a response are not the old ones and something behind them: read them anew."""

    response: Response


@immutable
class Updated:
    """Something else about a response changed: its state, model, prompt or counts, or a block came behind the
    others.
    """

    response: Response


@immutable
class Removed:
    """It was no response of its own after all: a message that came late showed that it is part of another."""

    response: Response


Change = Opened | TakenOver | Appended | Replaced | Updated | Removed
