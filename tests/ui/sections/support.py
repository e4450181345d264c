"""What the tests of sections have in common."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES

from tests.messages import Channel
from tests.state.test_conversation import after, only
from tui.render.theme import DARK
from tui.state import Block
from tui.ui.own import Own
from tui.ui.palette import Palette
from tui.ui.sections.part import Part, Setting
from tui.ui.verdicts import counts_for
from tui.wire import Outgoing

PALETTE = Palette.of(BUILTIN_THEMES["textual-dark"].to_color_system().generate())
SETTING = Setting(DARK, PALETTE, Own("me"), counts_for("me", {("t", True), ("t", False)}))


def blocks(*values: Outgoing | tuple[str, Outgoing]) -> list[Block]:
    """Return the blocks of the one response that these make; a pair is (who says it, what)."""
    channel = Channel()
    for value in values:
        if isinstance(value, tuple):
            channel.publish(value[1], client=value[0])
        else:
            channel.publish(value)
    return only(after(channel.log)).blocks


def shown(part: Part) -> list[str]:
    """What the rows of a part say."""
    return [part.row(y).text.rstrip() for y in range(len(part))]
