from __future__ import annotations

import pytest
from rich.style import Style

from tui.render.links import linked, target_of


@pytest.mark.parametrize(
    ("target", "carried"),
    [
        ("https://a.b", True),
        ("HTTP://a.b", True),
        ("mailto:a@b", True),
        ("tel:1", False),
        ("vscode://x", False),
        ("/path", False),
    ],
)
def test_only_what_a_browser_opens_is_left_to_the_terminal(target: str, carried: bool) -> None:
    style = linked(Style(bold=True), target)
    assert bool(style.link) is carried
    assert style.bold
    assert target_of(style) == target


@pytest.mark.parametrize("style", [None, Style(), Style(bold=True)])
def test_other_text_leads_nowhere(style: Style | None) -> None:
    assert target_of(style) is None
