"""The rows of a thread: the bodies of its responses below one another, each under a line that names it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment

from tui.render.page import BLANK, Row
from tui.state import Block, Response
from tui.ui.sections.part import TOP, Place, Rows
from tui.ui.sections.stacked import Stacked

if TYPE_CHECKING:
    from tui.ui.body import Body


class Answer:
    """A turn's body as a part of the thread's; empty until somebody makes its rows."""

    tight = False
    joined = True

    def __init__(self, response: Response, make: Callable[[Response, int], Body], width: int) -> None:
        self.response = response
        self._make = make
        self._width = width
        self._body: Body | None = None

    @property
    def behind(self) -> bool:
        """Whether there is text that has no rows yet."""
        return self._body is None or self._body.behind

    def catch_up(self) -> None:
        """Make rows of the next slice of the text, a few milliseconds' work."""
        if self._body is None:
            self._body = self._make(self.response, self._width)
        else:
            self._body.catch_up()

    def feed(self, block: Block) -> None:
        """Take what came at the end of a block."""
        if self._body is not None:
            self._body.feed(block)

    def update(self) -> None:
        """Take over what is no text at the end of a block."""
        if self._body is not None:
            self._body.update()

    def rebuild(self) -> None:
        """Show the text anew."""
        if self._body is not None:
            self._body = self._make(self.response, self._width)

    def unfold(self, *, opened: bool) -> None:
        """Show thinking and tool calls in full, or each on a line."""
        if self._body is not None:
            self._body.unfold(opened=opened)

    def seek(self, needle: str) -> None:
        """Show what is searched."""
        if self._body is not None:
            self._body.seek(needle)

    def __len__(self) -> int:
        return 0 if self._body is None else len(self._body)

    def row(self, y: int) -> Row:
        """See `Part`."""
        return BLANK if self._body is None or y >= len(self._body) else self._body.row(y)

    def lay_end(self, height: int) -> None:
        """See `Part`."""
        if self._body is None:
            self.catch_up()  # what is looked at comes before what is not
        if self._body is not None:
            self._body.end(height)

    def take_changed(self) -> int:
        """See `Part`."""
        return 0 if self._body is None else self._body.take_changed()

    def resize(self, width: int) -> None:
        """See `Part`."""
        self._width = width
        if self._body is not None:
            self._body.resize(width)

    def place_at(self, y: int) -> Place:
        """See `Part`."""
        return TOP if self._body is None else self._body.anchor(y)

    def row_of(self, place: Place) -> int:
        """See `Part`."""
        return 0 if self._body is None else self._body.row_of(place)

    def search(self, needle: str, place: Place, by: int) -> Place | None:
        """See `Part`."""
        return None if self._body is None else self._body.search(needle, place, by)

    def places(self, needle: str, most: int) -> list[Place]:
        """See `Part`."""
        return [] if self._body is None else self._body.places(needle, most)


class ThreadBody(Stacked):
    """The rows of a thread at a width: for each turn a line that names it, its question and its answer."""

    def __init__(
        self,
        chain: Sequence[Response],
        width: int,
        make: Callable[[Response, int], Body],
        name: Callable[[Response, int], list[Segment]],
    ) -> None:
        """`make` gives the body of a response at a width, `name` the line above it."""
        super().__init__(width)
        self._make = make
        self._name = name
        self._answers: dict[str, Answer] = {}  # by key, oldest first
        self._names: dict[str, Rows] = {}
        self.show(chain)

    def show(self, chain: Sequence[Response]) -> None:
        """Have these turns; those that were there already are not rendered again."""
        keys = [response.key for response in chain]
        if [answer.response for answer in self._answers.values()] == list(chain):
            return
        answers = {
            response.key: self._known(response) or Answer(response, self._make, self._width)
            for response in chain
        }
        names = {response.key: self._named(response) for response in chain}
        grown = keys[: len(self._answers)] == list(self._answers) and all(
            answers[key] is known for key, known in self._answers.items()
        )
        new = keys[len(self._answers) :] if grown else keys
        self._answers, self._names = answers, names
        if grown:
            at = 2 * (len(keys) - len(new))
            for index, key in enumerate(new):
                self._stack.insert(at + 2 * index, names[key])
                self._stack.insert(at + 2 * index + 1, answers[key])
        else:
            self._stack.show([part for key in keys for part in (names[key], answers[key])])

    def _known(self, response: Response) -> Answer | None:
        answer = self._answers.get(response.key)
        return answer if answer is not None and answer.response is response else None

    def _named(self, response: Response) -> Rows:
        known = self._names.get(response.key)
        if known is not None and self._known(response) is not None:
            return known

        def rows(width: int) -> list[Row]:
            return [Row(self._name(response, width), width, 0)]

        return Rows(rows, self._width)

    # Turns

    def turn_at(self, y: int) -> str | None:
        """Return the key of the turn that row `y` belongs to."""
        place = self._stack.place_at(y)
        keys = list(self._answers)
        return keys[min(place[0] // 2, len(keys) - 1)] if place and keys else None

    def row_of_turn(self, key: str) -> int:
        """Return the row of the line that names a turn."""
        keys = list(self._answers)
        return self._stack.row_of((2 * keys.index(key), 0)) if key in keys else 0

    # What comes; see `Body`

    def feed(self, block: Block) -> None:
        """Take what came at the end of a block."""
        # Nearly always of the newest turn, and of its newest block.
        for index, answer in reversed(list(enumerate(self._answers.values()))):
            if any(each is block for each in reversed(answer.response.blocks)):
                answer.feed(block)
                self._stack.touch(2 * index + 1)
                return

    def update(self, keys: Sequence[str] | None = None) -> None:
        """Take over what is no text at the end of a block, of these turns or of all."""
        for index, (key, answer) in enumerate(self._answers.items()):
            if keys is None or key in keys:
                self._names[key].refresh()
                answer.update()
                self._stack.touch(2 * index)
                self._stack.touch(2 * index + 1)

    def rebuild(self, key: str) -> None:
        """Show a turn's text anew."""
        if key in self._answers:
            self._answers[key].rebuild()
            self._stack.touch(2 * list(self._answers).index(key) + 1)

    def unfold(self, *, opened: bool) -> None:
        """Show thinking and tool calls in full, or each on a line."""
        for index, answer in enumerate(self._answers.values()):
            answer.unfold(opened=opened)
            self._stack.touch(2 * index + 1)

    def seek(self, needle: str) -> None:
        """Show what is searched; see `Body`."""
        for index, answer in enumerate(self._answers.values()):
            answer.seek(needle)
            self._stack.touch(2 * index + 1)

    @property
    def behind(self) -> bool:
        """Whether there is text that has no rows yet."""
        return any(answer.behind for answer in self._answers.values())

    def catch_up(self) -> None:
        """Make rows of the next slice of text that waits, of the newest turn first."""
        for index, answer in reversed(list(enumerate(self._answers.values()))):
            if answer.behind:
                answer.catch_up()
                self._stack.touch(2 * index + 1)
                return
