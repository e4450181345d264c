"""A moving picture of a terminal: its cells some times a second, and a GIF of them.

Knows no processes: whoever films says where the cells come from.
"""

from __future__ import annotations

import io
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from PIL import Image, ImageColor
from pyte.screens import Char

from tests.drawing import colours, png, svg

_PERIOD = 0.26
"""Seconds between two looks: GIF counts in hundredths, and more would only be bytes."""
_LAST = 2.5
"""Seconds that the last frame stays before the film begins anew."""
_STEPS = 3
"""Between a colour and the one behind it."""

Cells = Sequence[Sequence[Char]]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stood on the screen from a moment on, in seconds of any clock."""

    at: float
    cells: Cells


@dataclass(slots=True)
class Film:
    """Frames, each of another sight than the one before."""

    look: Callable[[], Cells]
    frames: list[Frame] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """From the first frame to the last, and how long that stays."""
        return self.frames[-1].at - self.frames[0].at + _LAST

    def take(self) -> None:
        """Take a frame, unless nothing has changed."""
        at, cells = time.monotonic(), self.look()
        if not self.frames or cells != self.frames[-1].cells:
            self.frames.append(Frame(at, cells))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Film what happens meanwhile."""
        ended = threading.Event()

        def run() -> None:
            while not ended.wait(_PERIOD):
                self.take()

        camera = threading.Thread(target=run, name="camera")
        camera.start()
        try:
            yield
        finally:
            ended.set()
            camera.join()
        self.take()


def gif(film: Film, title: str, *, zoom: float = 1.0) -> bytes:
    """The film as a GIF that repeats; `zoom` as in `drawing.png`."""
    pictures = [
        Image.open(io.BytesIO(png(svg(frame.cells, title), zoom=zoom))).convert("RGB")
        for frame in film.frames
    ]
    palette = _palette(film.frames)
    plain = [one.quantize(palette=palette, dither=Image.Dither.NONE) for one in pictures]
    starts = [frame.at for frame in film.frames]
    lengths = [round((later - now) * 1000) for now, later in pairwise(starts)]
    written = io.BytesIO()
    plain[0].save(
        written,
        "GIF",
        save_all=True,
        append_images=plain[1:],
        duration=[*lengths, round(_LAST * 1000)],
        loop=0,
        optimize=False,
    )
    return written.getvalue()


def _palette(frames: Sequence[Frame]) -> Image.Image:
    """Return an image whose palette does for all: one palette, so that nothing flickers.

    It holds what cells are painted in and the steps between, of which the edges of letters are made: those of
    the commonest pairs of colours, as a GIF has no more than 256.
    """
    pairs = Counter(colours(cell) for frame in frames for row in frame.cells for cell in row)
    found: dict[tuple[int, ...], None] = {}
    for (front, back), _ in pairs.most_common():
        ends = ImageColor.getrgb(back), ImageColor.getrgb(front)
        for step in range(_STEPS + 1):
            found[tuple(low + (high - low) * step // _STEPS for low, high in zip(*ends, strict=True))] = None
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for colour in list(found)[:256] for value in colour])
    return palette
