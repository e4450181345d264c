import pytest

from tests.messages import Channel
from tui.state import Conversation, Response
from tui.ui.filter import Filter
from tui.ui.own import Own
from tui.wire import Start, Stop, Text, UserInput


def response() -> Response:
    conversation, channel = Conversation(), Channel()
    conversation.apply(channel.publish(UserInput("p", "Why is the sky blue?"), client="ana"))
    start = Start("r", prompt_id="p", model="claude-haiku-5-5")
    for said in (start, Text("r", "Rayleigh scattering."), Stop("r")):
        conversation.apply(channel.publish(said, client="bot-1"))
    return conversation.responses["r"]


@pytest.mark.parametrize(
    ("typed", "lets"),
    [
        ("", True),
        ("   ", True),
        ("haiku", True),
        ("HAIKU done", True),
        ("model:haiku state:done by:bot", True),
        ("by:ana", True),
        ("by:ana by:ben", False),
        ("by:you", False),
        ("publisher:bot-1 status:done", True),
        ("state:live", False),
        ("scattering sky", True),
        ("text:scattering", True),
        ("text:haiku", False),
        ("model:opus", False),
        ("nothing", False),
        ("model:", True),
        ("time:12", False),
    ],
)
def test_all_words_have_to_match(typed: str, lets: bool) -> None:
    assert Filter.of(typed).lets(response(), Own("me-0001", lambda _: True)) is lets


def test_you_are_whoever_asked_or_publishes() -> None:
    mine, by_you = Own("ana", lambda prompt_id: prompt_id == "p"), Filter.of("by:you")
    assert by_you.lets(response(), mine)
    assert not by_you.lets(response(), Own("ana")), "another took the name"
    conversation, channel = Conversation(), Channel()
    conversation.apply(channel.publish(UserInput("p", "Why?"), client="ana"))
    for name, client, connection in (("mine", "ana", "c1"), ("theirs", "ana", "c2"), ("you", "you", "c1")):
        start = channel.publish(Start(name), client=client, connection=connection)
        conversation.apply(start)
    mine.asked(next(iter(conversation.responses.values())))
    left = {key for key, each in conversation.responses.items() if by_you.lets(each, mine)}
    assert left >= {"mine"}
    assert not left & {"theirs", "you"}


def test_only_words_for_the_text_call_for_another_look_when_text_comes() -> None:
    assert Filter.of("model:x state:live by:ana").reads_text is False
    assert Filter.of("model:x word").reads_text
    assert Filter.of("text:word").reads_text
    assert not Filter.of("")
