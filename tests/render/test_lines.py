"""What holds for any text, cut in any way, at any width."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.render.samples import WIDTHS, assert_measured, chunks, documents, plain, render, rows
from tui.render.lines import KEPT, SECTION, LineRenderer
from tui.render.theme import DARK, LIGHT, PLAIN, Theme

SIZES = st.lists(st.integers(min_value=1, max_value=40), min_size=1, max_size=6)
LONG = "".join(
    f"# Part {n}\n\nSome **bold** text, `code` and [a link](https://a.b/{n}).\n\n" for n in range(400)
)


@given(documents(), SIZES, WIDTHS)
@example("| a | b |\n|--|--|\n| 1 | 2 |\n", [1], 20)
@example("para\n- a\n- - b\n", [1], 20)
@example("5.5\tx\n+ \tcode\n", [1], 20)
@example("&~:1~~# h\n", [1], 1)
def test_any_chunking_gives_the_rows_of_the_whole(text: str, sizes: list[int], width: int) -> None:
    whole, cut = LineRenderer(width, DARK), LineRenderer(width, DARK)
    whole.feed(text)
    for piece in chunks(text, sizes):
        cut.feed(piece)
    assert rows(cut) == rows(whole)
    whole.finish()
    cut.finish()
    assert rows(cut) == rows(whole)
    assert_measured(rows(cut), width)


@given(documents(), SIZES, WIDTHS)
def test_rows_above_what_changed_are_as_they_were(text: str, sizes: list[int], width: int) -> None:
    renderer = LineRenderer(width, DARK)
    before = rows(renderer)
    for piece in [*chunks(text, sizes), ""]:
        if piece:
            renderer.feed(piece)
        else:
            renderer.finish()
        changed = renderer.take_changed()
        now = rows(renderer)
        assert now[:changed] == before[:changed]
        assert_measured(now, width)
        assert renderer.take_changed() == len(renderer)
        before = now


@given(documents(), WIDTHS, WIDTHS, st.booleans())
def test_a_resize_gives_the_rows_of_the_new_width(text: str, first: int, second: int, done: bool) -> None:
    text = text.replace("]:", "] :")  # a definition is known to all rows that are laid after it
    renderer = render(text * 4, first, finish=done)
    renderer.resize(second, LIGHT)
    assert rows(renderer) == rows(render(text * 4, second, LIGHT, finish=done))
    renderer.feed("" if done else text)
    if not done:
        assert rows(renderer) == rows(render(text * 5, second, LIGHT, finish=False))


@given(documents(), WIDTHS)
def test_places_in_the_text_lead_back_to_their_rows(text: str, width: int) -> None:
    renderer = render(text, width)
    offsets = [row.offset for row in rows(renderer)]
    assert offsets == sorted(offsets)
    for y, offset in enumerate(offsets):
        assert renderer.source_at(y) == offset
        assert renderer.row_of(offset) == offsets.index(offset)
    assert renderer.source_at(len(renderer)) == len(text)
    assert renderer.row_of(len(text) + 1) == (offsets.index(offsets[-1]) if offsets else 0)


def test_a_resize_lays_only_what_is_looked_at() -> None:
    renderer = render(LONG, 80)
    expected = rows(render(LONG, 30))
    renderer.take_changed()
    renderer.resize(30)
    assert renderer.take_changed() == 0
    assert sum(section.rows is not None for section in renderer._sections) == 0
    top = renderer.end(20)
    assert top == len(renderer) - 20
    assert [renderer.row(y) for y in range(top, top + 20)] == expected[-20:]
    assert sum(section.rows is not None for section in renderer._sections) <= 2
    y = renderer.row_of(LONG.index("Part 200"))
    assert renderer.plain(y) == "Part 200"
    assert sum(section.rows is not None for section in renderer._sections) <= 3
    assert rows(renderer) == expected


@pytest.mark.mass
def test_estimates_are_corrected_and_told() -> None:
    renderer = render(LONG, 80)
    renderer.resize(7)
    renderer.take_changed()
    estimate = len(renderer)
    renderer.row(0)
    assert len(renderer) != estimate
    assert 0 < renderer.take_changed() < len(renderer)
    assert renderer.end(10**6) == 0
    assert rows(renderer) == rows(render(LONG, 7))


def test_a_row_beyond_an_estimate_is_that_of_the_next_section() -> None:
    renderer = render(LONG, 20)
    wide = rows(render(LONG, 100))
    renderer.resize(100)
    assert renderer.row(len(wide) // 2).cells <= 100
    assert rows(renderer) == wide


@pytest.mark.mass
def test_rows_of_a_long_response_are_not_all_kept() -> None:
    renderer = render(LONG * 10, 80)
    assert len(renderer._sections) > 2 * KEPT
    count = len(renderer)
    assert len(rows(renderer)) == count
    assert sum(section.rows is not None for section in renderer._sections) <= KEPT
    assert all(section.length < 2 * SECTION for section in renderer._sections)


def test_a_resize_to_the_same_width_changes_nothing() -> None:
    renderer = render("text")
    renderer.take_changed()
    renderer.resize(renderer.width)
    assert renderer.take_changed() == len(renderer)


def test_rows_beyond_the_end_are_blank() -> None:
    renderer = render("")
    assert len(renderer) == 0
    assert renderer.row(5).cells == 0
    assert renderer.take_changed() == 0
    assert renderer.row_of(3) == 0
    assert renderer.end(10) == 0


def test_links_whose_definition_came_later_are_set_right_at_the_end() -> None:
    text = "see [it]\n\n" + LONG + "[it]: https://x.y\n"
    renderer = render(text, 80, finish=False)
    assert renderer.plain(0) == "see [it]"
    renderer.finish()
    renderer.finish()
    assert renderer.plain(0) == "see it (https://x.y)"


@pytest.mark.parametrize("theme", [DARK, LIGHT, PLAIN])
def test_every_theme_renders_the_same_words(theme: Theme) -> None:
    text = "# a\n\n**b** `c`\n\n> d\n\n- e\n"
    assert [line.replace("`", "") for line in plain(text, theme=theme)] == plain(text)


def _written(text: str, size: int = 4, width: int = 80) -> list[int]:
    """How many rows each piece changed."""
    renderer = LineRenderer(width, DARK)
    counts = []
    for piece in chunks(text, [size]):
        renderer.feed(piece)
        counts.append(len(renderer) - renderer.take_changed())
    return counts


PROSE = "The quick brown fox, **bold** and `code`, jumps over [the dog](https://a.b/c). " * 100


GROWING = {
    "prose": (PROSE, 4, 1.2),
    "paragraphs": (PROSE.replace(". ", ".\n\n"), 4, 1.2),
    "no spaces": ("x" * 12_000, 2, 1.1),
    "Chinese": ("中文字符" * 2_000, 3, 1.1),
    "code": ("```python\n" + "x = {'a': 1}  # comment\n" * 300, 2, 1.3),
    "one line of code": ("```python\n" + "x = 1; " * 1_000, 3, 1.3),
    "list": ("- an item of a list\n" * 400, 2, 1.2),
    "quote": ("> a quote of one line\n" * 400, 2, 1.2),
    "log": ("2026-01-01 [info] step 4/9\n" * 400, 2, 1.2),
    "table": ("| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 800, 2, 1.2),
    "open bold": ("**" + "bold and never closed " * 400, 28, 4),
    "open bracket": ("[" + "a bracket and never closed " * 400, 28, 4),
    "open code": ("`" + "code and never closed " * 400, 30, 16),
    "many stars": ("*a _b " * 1_000, 12, 6),
}


@pytest.mark.mass
@pytest.mark.parametrize("name", GROWING)
def test_a_piece_writes_few_rows_however_long_the_response(name: str) -> None:
    text, most, mean = GROWING[name]
    counts = _written(text)
    half = counts[len(counts) // 2 :]
    assert max(half) <= most
    assert sum(half) / len(half) <= mean


@pytest.mark.mass
def test_a_piece_reads_little_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is parsed, lexed and wrapped for each piece, in characters, does not grow with the response."""
    from tui.render import highlight, inline, wrap

    seen = [0]

    def counting(method: Callable[..., object]) -> Callable[..., object]:
        def counted(self: object, text: str, *more: object, **named: object) -> object:
            seen[0] += len(text)
            return method(self, text, *more, **named)

        return counted

    for owner, name in (
        (wrap.Wrapper, "add"),
        (inline.Inliner, "spans"),
        (inline.Inliner, "plain"),
        (highlight.Highlighter, "line"),
    ):
        monkeypatch.setattr(owner, name, counting(getattr(owner, name)))
    table = "| a | b |\n|---|---|\n" + "| one | two three |\n" * 1_000
    for text in (
        PROSE,
        "```python\n" + "x = {'a': 1}  # comment\n" * 800,
        table,
        "word " * 5_000,
        "y" * 20_000,
    ):
        renderer = LineRenderer(80, DARK)
        costs = []
        for piece in chunks(text, [4]):
            seen[0] = 0
            renderer.feed(piece)
            len(renderer)
            costs.append(seen[0])
        third = len(costs) // 3
        assert sum(costs[-third:]) <= 1.1 * sum(costs[third : 2 * third])
        assert sum(costs) / len(costs) < 250
