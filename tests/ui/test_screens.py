"""Named screens, compared with pictures of them.

`python3 -m tests --snapshot-update tests/ui/test_screens.py` takes new ones, to be looked at before they are
committed.
"""

from __future__ import annotations

import json
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
from tui.ui.wall import Wall
from tui.wire import (
    Action,
    Annotation,
    ApprovalRequest,
    ApprovalResponse,
    Cancel,
    Citation,
    ConnectionChange,
    Kind,
    Member,
    Notice,
    Reason,
    Roster,
    Severity,
    Start,
    Stop,
    Text,
    ToolCall,
    ToolProgress,
    ToolResult,
    UserInput,
    annotation_of,
)

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
        await settled(pilot)  # where each stands depends on which of them come within one frame
    for n in range(5, 14):
        answer(script, n, MARKDOWN[:150])
        await settled(pilot)


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


async def help_found(pilot: Pilot[None], script: Script) -> None:
    await pilot.press("escape", "question_mark", *"thread")


async def disconnected(pilot: Pilot[None], script: Script) -> None:
    answer(script, 0, MARKDOWN[:200])
    reason = Reason("127.0.0.1:4000 refused the connection", 80003, "it is tried again by itself")
    script.tell(ConnectionChange("disconnected", script.clock, reason))


async def refused(pilot: Pilot[None], script: Script) -> None:
    script.tell(Notice("The prompt was not sent: no capability", Severity.ERROR, draft="What is lost?"))


async def narrow_table(pilot: Pilot[None], script: Script) -> None:
    for n in range(4):
        answer(script, n, "| a long column | another one | and a third |\n|-|-|-|\n| words | 日本語 | 3 |\n")


def thought(script: Script) -> None:
    script.say(UserInput("p0", "What is 27 times 453?"), client="ana")
    script.say(Start("r0", prompt_id="p0", model="claude-haiku-5-5"), client="ana")
    for piece in ("27 × 453: split the first factor. ", "20 × 453 is 9,060 ", "and 7 × 453 is **3,171**."):
        script.say(Text("r0", piece, kind=Kind.THINKING, deltas=5), client="ana")
    script.say(Text("r0", "It is *12,231*.", deltas=5), Stop("r0", "end_turn"), client="ana")


async def thinking(pilot: Pilot[None], script: Script) -> None:
    thought(script)
    script.say(Start("r1", model="claude-sonnet-5-5"), client="ben")
    for piece in ("First the premises. ", "Then what follows ", "from them, one after another"):
        script.say(Text("r1", piece, kind=Kind.THINKING, deltas=5), client="ben")


async def thinking_opened(pilot: Pilot[None], script: Script) -> None:
    await thinking(pilot, script)
    await settled(pilot)
    await pilot.press("escape", "1", "t")


async def tools(pilot: Pilot[None], script: Script) -> None:
    script.say(Start("r0", model="claude-haiku-5-5"), Text("r0", "I look that up."))
    script.say(ToolCall("r0", "t0", "get_weather", '{"location":"San Francisco","unit":"celsius"}'))
    script.say(ToolResult("r0", "t0", '{"temperature":18,"conditions":["fog","wind"]}'))
    script.say(ToolCall("r0", "t1", "read_file", '{"path":"notes.md"}'))
    script.say(ToolResult("r0", "t1", "notes.md is outside of the directory", failed=True))
    script.say(ToolCall("r0", "t2", "search", '{"query":"fog"}'), ToolProgress("r0", "t2", "searching", 45))
    code = json.dumps({"path": "fog.py", "text": "import math\n\n" + "print(math.pi)  # again\n" * 9})
    script.say(Start("r1", model="claude-sonnet-5-5"), client="ben")
    script.say(ToolCall("r1", "t3", "write_file", code[:160], done=False), client="ben")


async def tools_opened(pilot: Pilot[None], script: Script) -> None:
    await tools(pilot, script)
    await settled(pilot)
    await pilot.press("escape", "1", "t")


async def approval(pilot: Pilot[None], script: Script) -> None:
    arguments = '{"command":"rm -rf build && make all","cwd":"/srv/site"}'
    for n, tried in ((0, True), (1, False)):
        script.say(Start(f"r{n}", model="claude-haiku-5-5"), Text(f"r{n}", "The build is stale."))
        script.say(ToolCall(f"r{n}", f"t{n}", "bash", arguments))
        script.say(ApprovalRequest(f"r{n}", f"t{n}", "bash", arguments))
        if tried:
            script.say(ApprovalResponse(f"t{n}", approved=True, reason="go on"), client="mallory")
    script.say(ApprovalResponse("t1", approved=True), client="me-0001")


async def replayed(pilot: Pilot[None], script: Script) -> None:
    await two(pilot, script)
    await settled(pilot)
    await pilot.press("escape", "R", "space", "right_square_bracket")


async def citations(pilot: Pilot[None], script: Script) -> None:
    text = "The *Voyager* probes left in 1977. Both have left the heliosphere, **Voyager 1** first, in 2012."
    channel = script.channel
    told = channel.message("response", text, {"responseId": "r0"}, client="ana")
    script.tell(told)
    for n, (source, title, end, cited) in enumerate(
        [
            ("nasa.gov", "Voyager: mission overview", text.index(". Both"), "launched in August 1977"),
            ("esa.int", None, text.index(", **"), None),
            ("nasa.gov", "Where are they now?", len(text), "On Aug. 25, 2012, Voyager 1 crossed over"),
        ]
    ):
        cites = Citation(source, title, cited_text=cited, start=0, end=end, client_id="ana")
        kind, name, data = annotation_of(cites)
        script.tell(
            Annotation(f"a{n}", told.serial, kind, script.clock, name=name, data=data, client_id="ana")
        )
    told = channel.message("response", text, {"responseId": "r1"}, client="ben")
    sums = {
        "nasa.gov": {"total": 3, "clientIds": {"ben": 3}},
        "esa.int": {"total": 1, "clientIds": {"ben": 1}},
    }
    summary = {"citations:multiple.v1": sums}
    script.tell(told, replace(told, action=Action.SUMMARY, version=f"{told.serial}v", summary=summary))


async def gaps(pilot: Pilot[None], script: Script) -> None:
    script.say(Start("r0", model="claude-haiku-5-5"), Text("r0", "The first words, ", seq=0))
    script.say(Text("r0", "and what came after.", seq=4))
    script.tell(replace(script.channel.log[-1], live=True), replace(script.channel.log[-1], live=True))
    script.say(Cancel("r0"), client="ben")
    script.say(Text("r1", "the end of something that began before", seq=7), client="ci")
    told = script.channel.message("response", "Taken back later.", {"responseId": "r2"})
    script.tell(told, replace(told, action=Action.DELETE, version=f"{told.serial}v", data=None))


async def patterns(pilot: Pilot[None], script: Script) -> None:
    channel = script.channel
    script.tell(channel.message("token", "tokens without an id …", client="ci@web-3"))
    told = channel.message("response", "A message that ", {"responseId": "r2"}, client="ana")
    script.tell(
        told, replace(told, action=Action.APPEND, data="grows.", name=None, version=f"{told.serial}v")
    )
    script.tell(channel.message("response", {"temperature": 18, "unit": "celsius"}, {"responseId": "r3"}))
    script.tell(channel.message("telemetry", {"load": 0.7, "*cpu*": [1, 2]}, client="probe"))
    script.tell(channel.message("frame", b"\x00\x01" * 900, client="camera"))
    script.tell(channel.message(None, "# no heading", client="who"))
    thought(script)


async def siblings(pilot: Pilot[None], script: Script) -> None:
    script.say(UserInput("p", "Which is the best of you?"), client="me-0001")
    for n, model in enumerate(("claude-opus-5-5", "claude-haiku-5-5", "claude-sonnet-5-5")):
        script.say(Start(f"r{n}", "p", model=model), Text(f"r{n}", f"I am, says {model}."), Stop(f"r{n}"))
    await settled(pilot)
    await pilot.press("escape", "2", "v", "enter", *"/thinking high", "enter")


async def denying(pilot: Pilot[None], script: Script) -> None:
    script.say(Start("r", model="claude-haiku-5-5"), ToolCall("r", "t", "bash", '{"command":"make"}'))
    script.say(ApprovalRequest("r", "t", "bash", '{"command":"make"}'))
    await settled(pilot)
    await pilot.press("escape", "D", *"not on a Friday")


async def light(pilot: Pilot[None], script: Script) -> None:
    pilot.app.theme = "textual-light"
    await four(pilot, script)


async def chat(pilot: Pilot[None], script: Script) -> None:
    model, again = "claude-haiku-5-5", "And in *Python*?"
    turns = (("What is streaming?", MARKDOWN[:60]), (again, MARKDOWN[-190:]), ("Thanks!", "You are welcome."))
    before = None
    for n, (question, text) in enumerate(turns):
        script.say(UserInput(f"p{n}", question, in_reply_to=before), client="ana")
        script.say(Start(f"r{n}", prompt_id=f"p{n}", in_reply_to=before, model=model))
        script.say(Text(f"r{n}", text, deltas=10))
        if n < 2:
            script.say(Stop(f"r{n}", "end_turn"))
        before = f"r{n}"
    script.say(UserInput("p1b", again, in_reply_to="r0", sibling_of="p1"), client="ana")
    script.say(Start("r1b", prompt_id="p1b", in_reply_to="r0", model="claude-opus-5-5"))
    script.say(Stop("r1b", "end_turn"))
    answer(script, 7, "Of another thread.", Stop("r7", "end_turn"))
    await settled(pilot)
    await pilot.press("escape", "L")
    await settled(pilot)
    wall = pilot.app.query_one(Wall)
    wall.show_thread(wall._responses["r2"])


async def chat_turn(pilot: Pilot[None], script: Script) -> None:
    await chat(pilot, script)
    await settled(pilot)
    await pilot.press("k")


async def threads(pilot: Pilot[None], script: Script) -> None:
    await chat(pilot, script)
    await settled(pilot)
    await pilot.press("T")


async def people(pilot: Pilot[None], script: Script) -> None:
    script.tell(
        ConnectionChange("connected", script.clock, connection_id="c3cccccccccc"),
        Roster(
            (
                Member.of("ana", "c1aaaaaaaaaa", {"kind": "viewer", "name": "ana", "model": "demo"}),
                Member.of("bot", "c2bbbbbbbbbb", {"kind": "agent", "model": "opus", "status": "streaming 2"}),
                Member.of("me-0001", "c3cccccccccc", {"kind": "viewer", "status": "idle"}),
                Member.of("someone", "c4dddddddddd", None),
            )
        ),
    )
    await two(pilot, script)
    await settled(pilot)
    await pilot.press("escape", "w")


async def wire(pilot: Pilot[None], script: Script) -> None:
    await gaps(pilot, script)
    await settled(pilot)
    await pilot.press("escape", "1", "I")


async def filtered(pilot: Pilot[None], script: Script) -> None:
    await four(pilot, script)
    await settled(pilot)
    await pilot.press("escape", "f", *"state:live by:ana")


async def export(pilot: Pilot[None], script: Script) -> None:
    await two(pilot, script)
    await settled(pilot)
    await pilot.press("escape", "e")


async def contrast(pilot: Pilot[None], script: Script) -> None:
    pilot.app.theme = "high-contrast"
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
    "help-found": ((80, 24), help_found),
    "disconnected": ((120, 30), disconnected),
    "refused": ((80, 24), refused),
    "tabs": ((60, 16), four),
    "tiny": ((40, 12), two),
    "narrow-table": ((110, 30), narrow_table),
    "light": ((120, 40), light),
    "thinking": ((80, 24), thinking),
    "thinking-opened": ((120, 24), thinking_opened),
    "tools": ((80, 24), tools),
    "tools-opened": ((120, 30), tools_opened),
    "approval": ((120, 24), approval),
    "approval-tiny": ((40, 12), approval),
    "replay": ((120, 30), replayed),
    "siblings": ((160, 24), siblings),
    "siblings-80x24": ((80, 24), siblings),
    "denying": ((80, 24), denying),
    "citations": ((120, 24), citations),
    "gaps": ((120, 24), gaps),
    "patterns": ((120, 30), patterns),
    "chat": ((160, 50), chat),
    "chat-80x24": ((80, 24), chat_turn),
    "chat-tiny": ((40, 12), chat),
    "threads": ((80, 24), threads),
    "people": ((80, 24), people),
    "people-tiny": ((40, 12), people),
    "wire": ((120, 30), wire),
    "wire-80x24": ((80, 24), wire),
    "filtered": ((120, 30), filtered),
    "export": ((80, 24), export),
    "help-tiny": ((40, 12), help_screen),
    "high-contrast": ((120, 40), contrast),
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
