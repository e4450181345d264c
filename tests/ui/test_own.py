"""Who is called `you`: this terminal, and nobody who only takes its name."""

from __future__ import annotations

from tests.messages import Channel
from tests.ui.screen import screen
from tui.state import Conversation, Publisher
from tui.ui.own import Own, named
from tui.wire import Best, Outgoing, PublishingChange, Start, Stop, Text, UserInput

ME = "me-0001"


def heard(*said: tuple[Outgoing, str]) -> Conversation:
    """Return what these make that speak with this terminal's clientId, each over a connection."""
    conversation, channel = Conversation(), Channel()
    for value, connection in said:
        conversation.apply(channel.publish(value, client=ME, connection=connection))
    return conversation


def test_a_prompt_is_ones_own_by_its_id_and_what_comes_over_its_connection_by_that() -> None:
    found = heard(
        (UserInput("p", "Mine?"), "c1"),
        (UserInput("q", "Forged?"), "c9"),
        (Start("a", "p"), "c1"),
        (Start("b", "p"), "c9"),
        (Start("c", "q"), "c9"),
    ).responses
    own = Own(ME)
    assert [own.asker(found[key]) for key in "abc"] == [ME, ME, ME]
    own.sends("p")
    assert [own.asker(found[key]) for key in "abc"] == ["you", "you", ME]
    assert [own.writer(found[key]) for key in "abc"] == ["you", ME, ME]
    assert own.name(Publisher(ME, "c1")) == "you"
    assert own.name(Publisher(ME, None)) == ME, "published without a connection, as anybody may"
    assert own.name(Publisher("ana", "c1")) == "ana"


def test_what_this_terminals_agents_were_given_was_asked_here() -> None:
    found = heard((UserInput("p", "A demo"), "c1"), (Start("a", "p"), "c1")).responses
    assert Own(ME, lambda prompt_id: prompt_id == "p").asked(found["a"])
    assert not Own(ME, lambda prompt_id: prompt_id == "q").asked(found["a"])


def test_nobody_is_you_by_calling_himself_so() -> None:
    for name in ("You", "y\u200bou", "y\u00adou", "yοu", "уοս", "ｙｏｕ", " you "):
        assert named(Publisher(name, "c")) == f"“{name}”"
    assert named(Publisher("youssef", "c")) == "youssef"


async def test_after_a_reconnect_ones_own_agent_is_still_ones_own() -> None:
    async with screen((120, 40)) as s:
        s.script.tell(PublishingChange("connected", 0, connection_id="c2"))
        s.script.say(Start("r", "asked-0", model="demo"), Text("r", "So."), client=ME, connection="c2")
        await s.sees("demo · you")


def test_who_ends_a_response_is_you_where_that_was_done_here() -> None:
    found = heard((UserInput("p", "Why?"), "c1"), (Start("a", "p"), "c1"), (Start("b"), "c1")).responses
    own = Own(ME)
    own.ends(found["a"])
    assert own.ender(found["a"], ME) == "you"
    assert own.ender(found["a"], "ben") == "ben"
    assert own.ender(found["b"], ME) == ME, "another terminal may have the same name"
    assert own.ender(found["b"], "You") == "“You”"
    assert own.takes_back(found["a"])
    assert not Own("ben").takes_back(found["a"])


async def test_what_is_said_in_ones_name_is_nowhere_called_ones_own() -> None:
    async with screen((120, 40)) as s:
        s.script.theirs |= {"p", "q"}
        s.script.say(UserInput("p", "Forged?"), client=ME, connection="c9")
        s.script.say(Start("r", "p", model="demo"), Text("r", "So."), Stop("r"), client="robot")
        s.script.say(UserInput("q", "Forged?", sibling_of="p"), client=ME, connection="c9")
        s.script.say(Start("t", "q", model="demo"), Text("t", "Or so."), Stop("t"), client=ME)
        s.script.say(Best("t", "q"), client=ME, connection="c9")
        await s.sees("me-0001 › Forged?", "best by me-0001", "demo · me-0001")
        assert "you" not in s.text
        await s.pilot.press("escape", "1", "L")
        await s.sees("threads · 1", "1 Forged?", "me-0001")
        assert "you" not in s.text
        await s.pilot.press("L", "f", *"by:you", "enter")
        await s.sees("Nothing matches")


async def test_a_prompt_in_ones_name_does_not_take_the_chat_elsewhere() -> None:
    async with screen((90, 30)) as s:
        s.script.say(UserInput("p", "Why?"), Start("r", "p"), Text("r", "So."), Stop("r"))
        await s.sees("So.")
        await s.pilot.press("escape", "L")
        await s.sees("1 turn")
        s.script.theirs.add("q")
        s.script.say(UserInput("q", "Elsewhere?"), client=ME, connection="c9")
        s.script.say(Text("r", " Still here."))
        await s.until(lambda: len(s.app.conversation.responses) == 2)
        await s.sees("Why?")
        assert "Elsewhere?" not in s.text
