"""Themes say everything without colour, too."""

from __future__ import annotations

from dataclasses import fields

from rich.style import Style

from tui.render.theme import DARK, LIGHT, PLAIN, Theme


def styles(theme: Theme) -> dict[str, Style]:
    found = {field.name: getattr(theme, field.name) for field in fields(theme)}
    found |= {f"heading {level}": style for level, style in enumerate(theme.headings)}
    return {name: style for name, style in found.items() if isinstance(style, Style)}


def test_the_plain_theme_has_no_colour() -> None:
    for style in styles(PLAIN).values():
        assert style.color is None
        assert style.bgcolor is None
    assert PLAIN.tick
    assert PLAIN.margin.strip()
    assert not PLAIN.colour


def test_themes_are_values() -> None:
    assert len({DARK, LIGHT, PLAIN}) == 3
    assert styles(DARK).keys() == styles(LIGHT).keys()


def test_dark_and_light_differ_where_there_is_a_background() -> None:
    for role in ("code", "block"):
        dark, light = styles(DARK)[role].bgcolor, styles(LIGHT)[role].bgcolor
        assert dark is not None
        assert light is not None
        assert sum(dark.get_truecolor()) < sum(light.get_truecolor())
