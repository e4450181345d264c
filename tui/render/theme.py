"""The look of rendered markdown: one style for each role, and the few signs that are a matter of look.

Three instances: for dark terminals, for light ones, and one without colour (https://no-color.org). Nothing
relies on colour alone: headings are bold or underlined, inline code keeps its backticks where there is no
colour, code blocks then have a bar instead of a background.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.style import Style


@dataclass(frozen=True, slots=True)
class Theme:
    """Styles by role. Inline roles are laid over the style of the block that they stand in."""

    text: Style
    headings: tuple[Style, Style, Style, Style, Style, Style]
    """Levels 1 to 6."""
    strong: Style
    emphasis: Style
    strike: Style
    code: Style
    """Inline code."""
    tick: str
    """What stands on both sides of inline code."""
    link: Style
    target: Style
    """A link's address, shown behind its text."""
    quote: Style
    bar: Style
    """The bar on the left of a quote."""
    marker: Style
    """Bullets, numbers and boxes of list items."""
    rule: Style
    border: Style
    """The lines of a table."""
    column: Style
    """A table's column headers."""
    html: Style
    block: Style
    """Code blocks: their text, and the background that is padded to the width."""
    margin: str
    """What stands left of each row of a code block, in cells as many as characters."""
    highlight: str
    """The name of the Pygments style for code blocks."""
    colour: bool
    """Whether a Pygments style's colours are used, or only its bold and italics."""


def _theme(
    *, head: str, code: str, link: str, dim: str, quote: str, accent: str, block: str, highlight: str
) -> Theme:
    return Theme(
        text=Style(),
        headings=(
            Style.parse(f"bold underline {head}"),
            Style.parse(f"bold {head}"),
            Style.parse(f"bold italic {head}"),
            Style.parse("underline"),
            Style.parse("italic underline"),
            Style.parse("italic"),
        ),
        strong=Style(bold=True),
        emphasis=Style(italic=True),
        strike=Style(strike=True),
        code=Style.parse(code),
        tick="",
        link=Style.parse(f"underline {link}"),
        target=Style.parse(dim),
        quote=Style.parse(quote),
        bar=Style.parse(accent),
        marker=Style.parse(accent),
        rule=Style.parse(dim),
        border=Style.parse(dim),
        column=Style(bold=True),
        html=Style.parse(dim),
        block=Style.parse(block),
        margin=" ",
        highlight=highlight,
        colour=True,
    )


DARK = _theme(
    head="#7fb4ff",
    code="#e6c07b on #2a2e37",
    link="#6cb6ff",
    dim="#7d8590",
    quote="italic #adbac7",
    accent="#57ab5a",
    block="#d5dae2 on #1e222a",
    highlight="github-dark",
)
LIGHT = _theme(
    head="#0a4fb3",
    code="#8a3b00 on #eceef1",
    link="#0a5cc2",
    dim="#667080",
    quote="italic #4a5360",
    accent="#1a7f37",
    block="#24292f on #f0f2f5",
    highlight="xcode",
)
PLAIN = Theme(
    text=Style(),
    headings=(
        Style(bold=True, underline=True),
        Style(bold=True),
        Style(bold=True, italic=True),
        Style(underline=True),
        Style(italic=True, underline=True),
        Style(italic=True),
    ),
    strong=Style(bold=True),
    emphasis=Style(italic=True),
    strike=Style(strike=True),
    code=Style(),
    tick="`",
    link=Style(underline=True),
    target=Style(dim=True),
    quote=Style(italic=True),
    bar=Style(dim=True),
    marker=Style(bold=True),
    rule=Style(dim=True),
    border=Style(dim=True),
    column=Style(bold=True),
    html=Style(dim=True),
    block=Style(),
    margin="│ ",
    highlight="bw",
    colour=False,
)
