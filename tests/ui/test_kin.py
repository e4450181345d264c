from tests.messages import Channel
from tui.state import Conversation
from tui.ui.kin import described, sibling_notes
from tui.ui.own import Own
from tui.wire import Best, Start, Text, UserInput


def conversation() -> Conversation:
    found, channel = Conversation(), Channel()
    found.apply(channel.publish(UserInput("p", "why is the sky blue,\nand not green?"), client="ana"))
    for name in "ab":
        found.apply(channel.publish(Start(name, "p", model="claude-haiku-5-5"), client="ana"))
    found.apply(channel.publish(Best("b", "p"), client="ben"))
    found.apply(channel.publish(Start("c"), client="ana"))
    found.apply(channel.publish(Text("c", "alone"), client="ana"))
    return found


def test_siblings_are_numbered_and_the_best_is_named() -> None:
    assert sibling_notes(conversation(), Own("ana")) == {"a": "1/2", "b": "2/2 best by ben"}
    me = Own("ben")
    assert sibling_notes(conversation(), me)["b"] == "2/2 best by ben", "another has the same name"
    me.prefers("b")
    assert sibling_notes(conversation(), me)["b"] == "2/2 best"


def test_what_has_no_number_is_known_by_its_place_and_its_question() -> None:
    found = conversation()
    assert (
        described(found, found.responses["b"], Own("me")) == "haiku-5-5 · ana 2/2 “why is the sky blue, an…”"
    )
    assert described(found, found.responses["c"], Own("ana")) == "ana"
    mine = Own("ana", lambda _: True)
    mine.asked(found.responses["b"])
    assert described(found, found.responses["c"], mine) == "you"
