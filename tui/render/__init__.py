"""How things look: markdown as rows of segments at a width, and where panes stand on the wall.

Pure: no event loop, no Textual, nothing else of ours.
"""

from tui.render.lines import LineRenderer
from tui.render.page import Row
from tui.render.plain import PlainRenderer, plain_rows
from tui.render.theme import DARK, LIGHT, PLAIN, Theme

__all__ = ["DARK", "LIGHT", "PLAIN", "LineRenderer", "PlainRenderer", "Row", "Theme", "plain_rows"]
