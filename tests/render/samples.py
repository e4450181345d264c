"""Markdown to render: a generator of documents and of ways to cut them, and helpers to look at rows."""

from __future__ import annotations

from hypothesis import strategies as st
from rich.cells import cell_len

from tui.render.lines import LineRenderer
from tui.render.page import Row
from tui.render.theme import DARK, Theme

LINES = (
    "# head *x* ##",
    "###### six",
    "para **bold** text `code` more",
    "two __strong__ _em_ ***both*** ~~gone~~",
    "",
    "- item",
    "  - nested _em_",
    "   deep",
    "* other",
    "+ ",
    "1. one",
    "10) ten",
    "   continued",
    "- [ ] open task",
    "- [x] done",
    "> quote",
    ">",
    "> - in a quote",
    "> > deeper",
    "```python",
    "def f(): return '''x",
    "```",
    "~~~~ js",
    "let a = `x ${y}`; /* open",
    "*/ closed",
    "~~~~",
    "    indented",
    "\tindented\twith tabs",
    "| a | b |",
    "|---|:-:|",
    "| 1 | **2** and \\| `x` |",
    "a | b",
    "--|--:",
    "---",
    "===",
    "* * *",
    "[ref]: https://example.com/ref",
    "see [ref], [t](https://a.b/c_d), [x][ref] and ![im](s.png)",
    "<div class='x'>",
    "<!-- comment",
    "https://foo.bar/a_b_c) and <https://z.z> h ht http",
    "hard  ",
    "break\\",
    "中文字符，测试。「你好」",
    "x" * 90,
)
PIECES = (
    "**",
    "*",
    "_",
    "`",
    "``",
    "~~",
    "[",
    "](",
    ")",
    "![",
    "!",
    "&amp;",
    "&co",
    "\\",
    "\\*",
    "<",
    ">",
    "|",
    "#",
    "-",
    "1.",
    " ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\n\n",
    "word",
    "http",
    "👩\u200d💻",
    "👨\u200d👩\u200d👧",
    "🇩🇪🇫🇷",
    "❤\ufe0f",
    "1\ufe0f\u20e3",
    "e\u0301",
    "👍🏽",
    "\u200d",
    "\ufe0f",
    "é",
    "한국어",
    "\xa0",
    "\u3000",
)
WIDTHS = st.integers(min_value=1, max_value=120)


def documents() -> st.SearchStrategy[str]:
    """Documents of whole lines, with fragments and plain text in between."""
    whole = st.sampled_from(LINES).map(lambda line: line + "\n")
    part = st.sampled_from(LINES + PIECES)
    loose = st.text("ab *_`[]()<>|\n#-1.:=~!\\&ü中\u200d\ufe0f\u0301", max_size=8)
    return st.lists(st.one_of(whole, whole, part, loose), max_size=24).map("".join)


def chunks(text: str, sizes: list[int]) -> list[str]:
    """Cut the text into pieces of these sizes, over and over."""
    out = []
    position = index = 0
    while position < len(text):
        size = sizes[index % len(sizes)]
        out.append(text[position : position + size])
        position, index = position + size, index + 1
    return out


def render(text: str, width: int = 40, theme: Theme = DARK, *, finish: bool = True) -> LineRenderer:
    """Feed the text in one piece."""
    renderer = LineRenderer(width, theme)
    renderer.feed(text)
    if finish:
        renderer.finish()
    return renderer


def rows(renderer: LineRenderer) -> list[Row]:
    """All rows. Laying one may move others, so it is done until their number stands still."""
    count = -1
    while count != len(renderer):
        count = len(renderer)
        out = [renderer.row(y) for y in range(count)]
    return out


def plain(text: str, width: int = 40, theme: Theme = DARK, *, finish: bool = True) -> list[str]:
    """The text of each row."""
    renderer = render(text, width, theme, finish=finish)
    return [renderer.plain(y) for y in range(len(renderer))]


def assert_measured(found: list[Row], width: int) -> None:
    """Cells are what rich counts, and fit."""
    for row in found:
        assert row.cells == sum(cell_len(segment.text) for segment in row.segments) <= width
