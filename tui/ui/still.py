"""What stands still costs no paint anything.

Textual's compositor asks every widget for all of its lines at each paint, wherever something has changed
(`Compositor._get_renders` compares with the widget's clip, which is that of the screen).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region, Size
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.widget import Widget as Base
else:
    Base = object  # Textual takes styles and component classes from the first base that is a widget


class Still(Base):
    """Gives the lines that it gave last, until it asks to be painted. To be put before a widget's class."""

    _given: tuple[Region, Size, list[Strip]] | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the rows of `crop`, in the widget's own coordinates."""
        given = self._given
        if given is not None and given[0] == crop and given[1] == self.size:
            return given[2]
        strips = self.draw_lines(crop)
        self._given = crop, self.size, strips
        return strips

    def draw_lines(self, crop: Region) -> list[Strip]:
        """Draw the rows of `crop`."""
        return super().render_lines(crop)

    def notify_style_update(self) -> None:
        """Forget what was drawn in other styles."""
        self._given = None
        super().notify_style_update()

    def _set_dirty(self, *regions: Region) -> None:
        self._given = None
        super()._set_dirty(*regions)
