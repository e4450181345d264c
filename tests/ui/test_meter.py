"""The figures of the status line."""

from __future__ import annotations

from tests.messages import EPOCH
from tests.ui.screen import Script
from tui.state import Conversation
from tui.ui.meter import RECENT, Meter
from tui.ui.verdicts import counts_for
from tui.wire import Start, Stop, Text, UserInput


def test_it_counts_by_state_and_tells_the_rate_of_the_last_moments() -> None:
    script, conversation = Script(), Conversation()
    meter = Meter(script, script, counts_for("me"))
    assert meter.figures(conversation.responses.values(), EPOCH).tokens_per_second == 0

    def say(*values: Start | Text | Stop) -> None:
        conversation.apply_all([script.channel.publish(value, client="ana") for value in values])

    say(Start("a"), Start("b"), *(Text("a", "word ") for _ in range(50)))
    figures = meter.figures(conversation.responses.values(), EPOCH + 1_000)
    assert (figures.live, figures.done, figures.tokens_per_second) == (2, 0, 50)
    say(Stop("a"))
    figures = meter.figures(conversation.responses.values(), EPOCH + 1_000 + RECENT)
    assert (figures.live, figures.done, figures.tokens_per_second) == (1, 1, 0)
    say(*(Text("b", "word ") for _ in range(10)))
    meter.forget()
    assert meter.figures(conversation.responses.values(), EPOCH + 4_000).tokens_per_second == 0


def test_a_prompt_that_nobody_answers_is_not_live() -> None:
    script, conversation = Script(), Conversation()
    meter = Meter(script, script, counts_for("me"))
    asked = [script.channel.publish(UserInput(name, "why?"), client="ana") for name in "pq"]
    conversation.apply_all(asked)
    figures = meter.figures(conversation.responses.values(), EPOCH, lambda each: each.prompt_id == "p")
    assert (figures.live, figures.otherwise) == (1, (("unanswered", 1),))


def test_where_time_stands_still_or_goes_back_there_is_nothing_to_remember() -> None:
    script, conversation = Script(), Conversation()
    meter = Meter(script, script, counts_for("me"))

    def rate(at: int) -> float:
        return meter.figures(conversation.responses.values(), EPOCH + at).tokens_per_second

    rate(1_000)
    said: list[Start | Text] = [Start("a"), *(Text("a", "word ") for _ in range(10))]
    conversation.apply_all([script.channel.publish(value, client="ana") for value in said])
    assert [rate(2_000) for _ in range(50)] == [10] * 50
    assert len(meter._tokens) == 2
    assert (rate(500), rate(1_500)) == (0, 0)


def test_the_lag_is_of_live_messages_and_of_the_last_moments() -> None:
    script, conversation = Script(), Conversation()
    meter = Meter(script, script, counts_for("me"))
    message = script.channel.publish(Start("a"), client="ana")
    conversation.apply_all([message])
    responses = conversation.responses.values()
    meter.take([message], message.received + 30)
    assert meter.figures(responses, message.received + 30).lag == 30
    assert meter.figures(responses, message.received + 30 + RECENT).lag is None
