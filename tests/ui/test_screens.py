"""Named screens, compared with pictures of them.

`python3 -m tests --snapshot-update tests/ui/test_screens.py` takes new ones, to be looked at before they are
committed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest
from textual.pilot import Pilot

from tests.ui.screen import FACTS, Script
from tui.state import Conversation
from tui.ui.app import WallApp
from tui.ui.pane import Pane
from tui.ui.ports import Facts
from tui.wire import ConnectionChange, Notice, Reason, Severity, Start, Stop, Text, UserInput

MARKDOWN = """\
# Streaming

A *lone* token is painted **at once**; under load `frames` are spaced.

1. Text comes in pieces
   - nested
   - [x] done
2. Rows go out

| pattern  | messages | join late |
|----------|---------:|-----------|
| token    |      312 | hydrate   |
| response |        1 | history   |

> Nothing is lost by skipping a frame.

```python
def tokens(stream):
    for event in stream:
        yield event.text  # one at a time
```

See [Ably](https://ably.com) · 日本語 · 👩‍💻 · ~~no~~
"""

Before = Callable[[Pilot[None]], Awaitable[None]]
Act = Callable[[Pilot[None], Script], Awaitable[None]]


class Compare(Protocol):
    def __call__(self, app: WallApp, *, terminal_size: tuple[int, int], run_before: Before) -> bool: ...


def answer(script: Script, n: int, text: str, stop: Stop | None = None) -> None:
    """Let somebody ask and an agent answer, a tenth of a second between messages."""
    who = ("ana", "ben", "me-0001")[n % 3]
    script.say(UserInput(f"p{n}", f"Question {n}: what is streaming?"), client=who)
    script.say(Start(f"r{n}", prompt_id=f"p{n}", model="claude-haiku-5-5"), client=who)
    for at in range(0, len(text), 40):
        script.say(Text(f"r{n}", text[at : at + 40], deltas=10), client=who)
    if stop is not None:
        script.say(stop, client=who)


async def settled(pilot: Pilot[None]) -> None:
    """Wait until everything that was said has been drawn."""
    app = pilot.app
    assert isinstance(app, WallApp)
    for _ in range(500):
        await pilot.pause()
        if not app._feed.pending and app._frames is not None and app._frames.idle:
            return
    raise AssertionError("the screen never came to rest")


async def empty(pilot: Pilot[None], script: Script) -> None: ...


async def draft(pilot: Pilot[None], script: Script) -> None:
    await pilot.press(*"Compare the", "ctrl+j", *"answers above")


async def waiting(pilot: Pilot[None], script: Script) -> None:
    script.say(UserInput("p", "Why is the sky blue, and since when? " * 6), client="me-0001")


async def one(pilot: Pilot[None], script: Script) -> None:
    answer(script, 2, MARKDOWN)


async def two(pilot: Pilot[None], script: Script) -> None:
    answer(script, 0, MARKDOWN, Stop("r0", "end_turn", output_tokens=214))
    answer(script, 1, MARKDOWN[:300])


async def four(pilot: Pilot[None], script: Script) -> None:
    answer(script, 0, MARKDOWN, Stop("r0", "end_turn", output_tokens=214))
    answer(script, 1, MARKDOWN[:500], Stop("r1", "error", error="overloaded (529), ask again"))
    answer(script, 2, MARKDOWN[:200], Stop("r2", "cancelled", cancelled_by="ben"))
    script.say(Text("r3", "the end of something that began before"))


async def sixteen(pilot: Pilot[None], script: Script) -> None:
    for n in range(16):
        answer(script, n, MARKDOWN[: 40 * n + 40])


async def overflow(pilot: Pilot[None], script: Script) -> None:
    for n in range(5):
        answer(script, n, MARKDOWN, Stop(f"r{n}", "end_turn"))
    for n in range(5, 14):
        answer(script, n, MARKDOWN[:150])


async def focused(pilot: Pilot[None], script: Script) -> None:
    await four(pilot, script)
    await settled(pilot)
    await pilot.press("escape", "1", "g")


async def zoomed(pilot: Pilot[None], script: Script) -> None:
    await two(pilot, script)
    await settled(pilot)
    await pilot.press("escape", "1", "z")


async def scrolled(pilot: Pilot[None], script: Script) -> None:
    answer(script, 0, MARKDOWN * 3)
    await settled(pilot)
    await pilot.press("escape", "pageup")
    script.say(Text("r0", "\n\nnew\n\nand newer"))


async def help_screen(pilot: Pilot[None], script: Script) -> None:
    await pilot.press("escape", "question_mark")


async def disconnected(pilot: Pilot[None], script: Script) -> None:
    answer(script, 0, MARKDOWN[:200])
    reason = Reason("127.0.0.1:4000 refused the connection", 80003, "it is tried again by itself")
    script.tell(ConnectionChange("disconnected", script.clock, reason))


async def refused(pilot: Pilot[None], script: Script) -> None:
    script.tell(Notice("The prompt was not sent: no capability", Severity.ERROR, draft="What is lost?"))


async def narrow_table(pilot: Pilot[None], script: Script) -> None:
    for n in range(4):
        answer(script, n, "| a long column | another one | and a third |\n|-|-|-|\n| words | 日本語 | 3 |\n")


async def light(pilot: Pilot[None], script: Script) -> None:
    pilot.app.theme = "textual-light"
    await four(pilot, script)


SCREENS: dict[str, tuple[tuple[int, int], Act]] = {
    "empty": ((100, 30), empty),
    "empty-small": ((80, 24), empty),
    "draft": ((80, 24), draft),
    "waiting": ((80, 24), waiting),
    "one": ((80, 40), one),
    "two": ((120, 40), two),
    "four": ((120, 40), four),
    "four-80x24": ((80, 24), four),
    "sixteen": ((200, 50), sixteen),
    "overflow": ((120, 30), overflow),
    "focused": ((120, 40), focused),
    "zoomed": ((120, 40), zoomed),
    "scrolled": ((80, 24), scrolled),
    "help": ((80, 24), help_screen),
    "disconnected": ((120, 30), disconnected),
    "refused": ((80, 24), refused),
    "tabs": ((60, 16), four),
    "tiny": ((40, 12), two),
    "narrow-table": ((110, 30), narrow_table),
    "light": ((120, 40), light),
}


@pytest.mark.parametrize("name", SCREENS)
def test_screen(name: str, snap_compare: Compare) -> None:
    size, act = SCREENS[name]
    script = Script()
    facts: Facts = replace(FACTS, demo=name != "two")
    app = WallApp(Conversation(), script, script, facts, lambda: script.clock, Path("ably-tui.log"))

    async def before(pilot: Pilot[None]) -> None:
        script.connect()
        await act(pilot, script)
        await settled(pilot)
        app._tick()
        await settled(pilot)
        app.screen.set_focus(app.focused if isinstance(app.focused, Pane) else None)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=before)
