"""Whatever the channel, a model or a server says, the screen shows it as text and does nothing else."""

from __future__ import annotations

import re

from textual.widgets._toast import Toast

from tests.ui.screen import Screen, screen
from tui.wire import (
    ChannelChange,
    ConnectionChange,
    Notice,
    Reason,
    Severity,
    Start,
    Stop,
    Text,
    UserInput,
)

EVIL = (
    "\x1b]52;c;cm0gLXJmIC8=\x07\x1b]0;pwned\x07\x1b]8;;https://evil.example\x1b\\\x1b[31m\x9b2J\x9d0;pwned\x9c"
    "\x07\x08\r\x00\x85\u202e\u2066\u2028"
)
MARKUP = "[red]loud[/red][@click=app.quit]go[/][link=https://evil.example]x[/link][/]"
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def assert_inert(shown: Screen) -> None:
    """No control character is painted, and no cell carries an action that its text asked for."""
    for strip in shown.app.screen._compositor.render_strips():
        for text, style, _control in strip:
            found = CONTROL.search(text)
            assert found is None, f"{found.group()!r} in {text!r}"
            assert "@click" not in str(style.meta if style else {})
            assert not (style and style.link and not style.link.startswith("https://"))


async def test_everything_in_a_pane_is_text() -> None:
    async with screen((160, 40)) as shown:
        shown.script.connect()
        hostile = f"{EVIL}{MARKUP}"
        prompt = UserInput(f"p{EVIL}", f"asked {hostile}", model=f"m {hostile}")
        shown.script.say(
            prompt,
            Start(f"r{EVIL}", prompt_id=f"p{EVIL}", model=f"m {hostile}"),
            *(
                Text(f"r{EVIL}", letter)
                for letter in f"{hostile}\n\n[{EVIL}a](javascript:{EVIL}alert) {MARKUP} last"
            ),
            Stop(f"r{EVIL}", error=f"broken {hostile}"),
            Start("r2"),
            Stop("r2", stop_reason="cancelled", cancelled_by=f"ben {hostile}"),
            client=f"mallory {hostile}",
        )
        await shown.sees("last", "FAILED", "CANCELLED", "broken", "cancelled by ben")
        assert "[red]loud" in shown.text
        assert_inert(shown)
        await shown.pilot.press("escape", "z")
        await shown.sees("last")
        assert_inert(shown)


async def test_a_message_of_no_pattern_is_text() -> None:
    async with screen() as shown:
        shown.script.connect()
        shown.script.tell(
            shown.script.channel.message(f"{EVIL}{MARKUP}", {EVIL: EVIL}, {EVIL: EVIL}, client=EVIL)
        )
        shown.script.say(Start("r1"), Text("r1", "still here"))
        await shown.sees("still here")
        assert_inert(shown)


async def test_a_notice_is_text() -> None:
    async with screen() as shown:
        shown.script.connect()
        shown.script.tell(Notice(f"careful {EVIL}{MARKUP}", Severity.ERROR, draft=f"draft {EVIL}"))
        await shown.until(lambda: bool(shown.app.screen.query(Toast)))
        await shown.sees("careful", "[@click=app.quit]go[/]")
        assert_inert(shown)


async def test_what_a_server_says_of_a_connection_is_text() -> None:
    async with screen() as shown:
        reason = Reason(f"gone {EVIL}{MARKUP}", 80003, f"wait {EVIL}{MARKUP}")
        for change in (
            ConnectionChange("disconnected", shown.script.clock, reason, 1_000),
            ConnectionChange("failed", shown.script.clock, reason),
            ChannelChange("failed", shown.script.clock, reason=reason),
        ):
            shown.script.tell(change)
            await shown.sees("gone")
            assert_inert(shown)


async def test_what_is_selected_and_copied_is_text() -> None:
    async with screen((100, 20)) as shown:
        shown.script.connect()
        shown.script.say(
            Start("r1"), Text("r1", f"before {EVIL}{MARKUP} after"), Stop("r1", stop_reason="end_turn")
        )
        await shown.sees("after")
        pane = shown.panes[0]
        await shown.pilot.mouse_down(pane, offset=(2, 1))
        await shown.pilot.hover(pane, offset=(90, 2))
        await shown.pilot.mouse_up(pane, offset=(90, 2))
        await shown.pilot.press("ctrl+c")
        await shown.until(lambda: "before" in shown.app.clipboard)
        assert "[@click=app.quit]go[/]" in shown.app.clipboard
        assert CONTROL.search(shown.app.clipboard.replace("\n", "")) is None


async def test_a_click_on_markup_starts_nothing() -> None:
    async with screen((100, 20)) as shown:
        shown.script.connect()
        shown.script.say(Start("r1"), Text("r1", "[@click=app.leave]click[/] [@click=app.demo]here[/]"))
        await shown.sees("click")
        (y, row) = next((y, line) for y, line in enumerate(shown.lines) if "[@click=app.demo]here" in line)
        for word in ("click[", "here"):
            await shown.pilot.click(offset=(row.index(word) + 1, y))
        assert shown.app.is_running
        assert not shown.app._exit
        assert shown.script.demos == 0
