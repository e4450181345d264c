"""What a token costs as a response grows: `python -m tests.bench.render [--quick]`.

A response is fed in tokens of four or five characters. After each, what a pane would do is done: ask what
changed and fetch these rows. The cost at a size is that of the thousand tokens that follow, the median of
several runs. The peer is `rich.Markdown`, which renders the whole anew for each token; it is measured on a
few tokens at small sizes, since it would take hours at large ones.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
from collections.abc import Callable, Iterator
from io import StringIO
from itertools import cycle, islice
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.markdown import Markdown

from tui.render.lines import LineRenderer
from tui.render.theme import DARK

WIDTH = 80
TOKENS = 1_000
"""Tokens over which a cost is taken."""
KB = 1_000
SIZES = (10 * KB, 100 * KB, 1_000 * KB, 10_000 * KB)
PEER_SIZES = (1 * KB, 10 * KB, 100 * KB)

PROSE = (
    "The renderer keeps what is closed, so that a token costs what a token costs. It parses **only the "
    "text that is new**, wraps it by cells, and hands over `rows of segments`; see [the issue]"
    "(https://example.com/3) for the numbers.\n\n"
    "A second paragraph says the same thing in other words, at some length, and *without* any news, as "
    "paragraphs do. There is nothing in it that would surprise a reader.\n\n"
)
CODE = (
    "def total(items: list[Item], tax: float = 0.2) -> float:\n"
    '    """Add up what the items cost."""\n'
    "    subtotal = sum(item.price * item.count for item in items)  # before tax\n"
    '    logger.info("subtotal %.2f of %d items", subtotal, len(items))\n'
    "    return round(subtotal * (1 + tax), 2)\n\n"
)
ROW = "| haiku | 0.31 s | 84 | **fast** and `cheap` |\n| opus | 1.10 s | 38 | thorough |\n"
KINDS = {
    "prose": ("", PROSE),
    "code fence": ("```python\n", CODE),
    "table": ("| model | first token | rate | notes |\n|---|---:|---:|---|\n", ROW),
}


def text_of(kind: str, size: int) -> str:
    """Markdown of about a size."""
    head, body = KINDS[kind]
    return head + body * (size // len(body) + 1)


def tokens_of(text: str) -> Iterator[str]:
    """The text in tokens of four and five characters."""
    position = 0
    for size in cycle((4, 5, 4, 5, 5)):
        if position >= len(text):
            return
        yield text[position : position + size]
        position += size


class Growing:
    """A response that has reached a size and grows on."""

    def __init__(self, kind: str, size: int, runs: int) -> None:
        text = text_of(kind, size + runs * TOKENS * 5)
        self._renderer = LineRenderer(WIDTH, DARK)
        self._renderer.feed(text[:size])
        self._renderer.take_changed()
        self._tokens = tokens_of(text[size:])

    def cost(self) -> float:
        """Microseconds per token over the next tokens."""
        renderer = self._renderer
        tokens = list(islice(self._tokens, TOKENS))
        gc.collect()
        started = perf_counter()
        for token in tokens:
            renderer.feed(token)
            for y in range(renderer.take_changed(), len(renderer)):
                renderer.row(y)
        return (perf_counter() - started) / len(tokens) * 1e6


def line_renderer(sizes: tuple[int, ...], runs: int) -> dict[tuple[str, int], float]:
    """Microseconds per token by kind and size."""
    growing = {(kind, size): Growing(kind, size, runs) for kind in KINDS for size in sizes}
    # The runs go round all sizes, so that a busy moment of the machine spoils no single one.
    costs = [{place: response.cost() for place, response in growing.items()} for _ in range(runs)]
    return {place: median(run[place] for run in costs) for place in growing}


def rich_markdown(kind: str, size: int) -> float:
    """Microseconds per token when the whole is rendered anew for each."""
    console = Console(width=WIDTH, file=StringIO(), force_terminal=True, color_system="truecolor")
    text = text_of(kind, size)[:size]
    tokens = 3 if size <= 10 * KB else 1
    started = perf_counter()
    for token in islice(tokens_of(PROSE), tokens):
        text += token
        console.render_lines(Markdown(text))
    return (perf_counter() - started) / tokens * 1e6


def resize(kind: str, size: int) -> float:
    """Milliseconds from a new width to the last fifty rows."""
    renderer = LineRenderer(WIDTH, DARK)
    renderer.feed(text_of(kind, size)[:size])
    len(renderer)
    started = perf_counter()
    renderer.resize(WIDTH - 20)
    for y in range(renderer.end(50), len(renderer)):
        renderer.row(y)
    return (perf_counter() - started) * 1e3


def medians(measure: Callable[[str, int], float], sizes: tuple[int, ...]) -> dict[tuple[str, int], float]:
    """Medians of three runs by kind and size."""
    places = [(kind, size) for kind in KINDS for size in sizes]
    return {place: median(measure(*place) for _ in range(3)) for place in places}


def _label(size: int) -> str:
    return f"{size // KB} KB" if size < 1_000 * KB else f"{size // (1_000 * KB)} MB"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="The cost of a token as a response grows.")
    parser.add_argument("--quick", action="store_true", help="up to 1 MB, five runs")
    options = parser.parse_args()
    sizes = SIZES[:-1] if options.quick else SIZES
    runs = 5 if options.quick else 9
    mine = line_renderer(sizes, runs)
    peer = medians(rich_markdown, PEER_SIZES)
    again = medians(resize, sizes[:-1])
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {WIDTH} columns, median of {runs} runs"
    )
    print(f"\n| cost per token, µs | {' | '.join(map(_label, sizes))} | {_label(sizes[-1])} : 10 KB |")
    print("|:--|" + "--:|" * (len(sizes) + 1))
    for kind in KINDS:
        costs = [mine[kind, size] for size in sizes]
        print(f"| {kind} | {' | '.join(f'{cost:.1f}' for cost in costs)} | {costs[-1] / costs[0]:.2f} |")
    print(f"\n| rich.Markdown anew, µs | {' | '.join(map(_label, PEER_SIZES))} | times ours at 10 KB |")
    print("|:--|" + "--:|" * (len(PEER_SIZES) + 1))
    for kind in KINDS:
        costs = [peer[kind, size] for size in PEER_SIZES]
        times = peer[kind, 10 * KB] / mine[kind, 10 * KB]
        print(f"| {kind} | {' | '.join(f'{cost:,.0f}' for cost in costs)} | {times:,.0f} |")
    print(f"\n| resize to the last 50 rows, ms | {' | '.join(map(_label, sizes[:-1]))} |")
    print("|:--|" + "--:|" * len(sizes[:-1]))
    for kind in KINDS:
        print(f"| {kind} | {' | '.join(f'{again[kind, size]:.1f}' for size in sizes[:-1])} |")


if __name__ == "__main__":
    main()
