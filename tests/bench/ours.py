"""Our wall as the thing that is measured: the program's own `WallApp`, fed and asked through its ports."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.feed import ChannelFeed, Pipe
from tests.bench.probe import Probe, Probed
from tui.state import Conversation, Response
from tui.state.threads import Standing
from tui.ui.app import WallApp
from tui.ui.pane import Pane
from tui.ui.ports import Facts, Feed, Question, Replayed, Ruling
from tui.ui.prompt import PromptBox
from tui.ui.wall import Wall
from tui.wire import Best

FACTS = Facts("ai:bench", "me-0001", "demo", local=True, demo=True, join="ably-tui")


class NoDesk:
    """A desk at which nobody asks anything."""

    running = queued = rate = 0
    budget = None
    models = ()

    def prepare(self) -> None: ...

    def ask(self, question: Question) -> str:
        raise NotImplementedError

    def demo(self) -> None: ...

    def answers(self, prompt_id: str | None) -> bool:
        return False

    def cancel(self, prompt_id: str | None, response_id: str | None, *, transport: bool = False) -> bool:
        return False

    def prefer(self, said: Best) -> None: ...

    def decide(self, ruling: Ruling) -> None: ...

    def look_aside(self, response_id: str, since: int) -> None: ...

    def look_away(self, response_id: str) -> None: ...

    def copy(self, text: str) -> bool:
        return False

    def exported(self, form: str, responses: Sequence[Response], standings: Mapping[str, Standing]) -> str:
        raise NotImplementedError

    def keep(self, text: str, form: str) -> Path:
        raise NotImplementedError

    def replay(self, messages: object) -> Replayed:
        raise NotImplementedError


class OurWall(Probed, WallApp):
    """The wall, with a probe."""

    def __init__(self, pipe: Pipe | None = None, feed: Feed | None = None) -> None:
        self.probe = Probe(self._drawn, self._typed)
        super().__init__(
            Conversation(),
            feed or ChannelFeed(pipe, self.probe.taken),  # type: ignore[arg-type]
            NoDesk(),
            FACTS,
            lambda: time.time_ns() // 1_000_000,
            Path("ably-tui.log"),
        )

    @property
    def seen(self) -> int:
        return len([pane for pane in self.query(Pane) if pane.region])

    def held(self) -> int:
        """Tokens that are in the conversation."""
        return sum(response.tokens for response in self.conversation.responses.values())

    def _drawn(self, number: int, characters: int) -> bool | None:
        pane = self.query_one(Wall)._panes.get(f"r{number}")
        if pane is None:
            return None
        # What was fed is on the screen when the compositor has fetched every row that the pane asked it to.
        return pane._body is not None and not pane._arrived and not pane._repaint_regions

    def _typed(self) -> int:
        box = self.query_one(PromptBox)
        return 0 if box._repaint_regions else len(box.text)
