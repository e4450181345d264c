import random
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.messages import EPOCH, Channel
from tui.state import (
    Appended,
    Block,
    Conversation,
    Opened,
    Removed,
    Replaced,
    Response,
    Status,
    TakenOver,
    Updated,
)
from tui.state.life import PATIENCE, SILENCE
from tui.wire import ChannelMessage, Outgoing, Start, Stop, Text, UserInput, Whole

RESPONSES = ["r1", "r2", None]
senders = st.sampled_from([("ana", "c1"), ("ana", "c2"), ("ben", "c3"), (None, "c4")])


def said() -> st.SearchStrategy[Outgoing]:
    ids = st.sampled_from(RESPONSES)
    known = st.sampled_from(["r1", "r2"])
    prompts = st.sampled_from(["p1", "p2"])
    return st.one_of(
        st.builds(Start, ids, prompt_id=st.none() | prompts, model=st.none() | st.just("m")),
        st.builds(
            Text, ids, st.sampled_from(["a", "b ", "\n", "", "\x1b[3", "1m", "\ud83d", "\ude00", "世"])
        ),
        st.builds(Stop, ids, error=st.none() | st.just("e"), cancelled_by=st.none() | st.just("ben")),
        st.builds(Whole, known, st.sampled_from(["whole", ""])),
        st.builds(UserInput, prompts, st.sampled_from(["why?", "how?"])),
    )


@st.composite
def logs(draw: st.DrawFn) -> list[ChannelMessage]:
    channel = Channel()
    for value, (client, connection) in draw(st.lists(st.tuples(said(), senders), max_size=25)):
        channel.publish(value, client=client, connection=connection)
    return channel.log


HOW_IT_ARRIVED = {"duplicates", "late", "healed"}


def told(conversation: Conversation) -> dict[str, dict[str, Any]]:
    """All that is known, by response, but how it arrived."""
    return {
        key: {
            field.name: (
                [content(b) for b in response.blocks]
                if field.name == "blocks"
                else getattr(response, field.name)
            )
            for field in fields(Response)
            if field.name not in HOW_IT_ARRIVED
        }
        for key, response in conversation.responses.items()
    }


def content(block: Block) -> dict[str, Any]:
    """What a block says, however it is kept."""
    kept = {"parts", "cleaner", "_loose", "_loose_length"}
    return {"text": block.text} | {
        f.name: getattr(block, f.name) for f in fields(Block) if f.name not in kept
    }


def after(log: list[ChannelMessage]) -> Conversation:
    conversation = Conversation()
    for message in log:
        conversation.apply(message)
    return conversation


@pytest.mark.mass
@settings(max_examples=400)
@given(logs(), st.randoms(use_true_random=False), st.integers(0, 10))
def test_any_permutation_and_duplication_gives_the_same_responses(
    log: list[ChannelMessage], chance: random.Random, repeated: int
) -> None:
    shuffled = log + [chance.choice(log) for _ in range(repeated) if log]
    chance.shuffle(shuffled)
    assert told(after(shuffled)) == told(after(log))


@given(logs(), st.randoms(use_true_random=False), st.lists(st.integers(1, 7), max_size=30))
def test_batches_give_what_single_messages_give(
    log: list[ChannelMessage], chance: random.Random, sizes: list[int]
) -> None:
    shuffled = list(log)
    chance.shuffle(shuffled)
    conversation, rest = Conversation(), shuffled
    for size in [*sizes, len(log)]:
        conversation.apply_all(rest[:size])
        rest = rest[size:]
    conversation.apply_all(rest)
    assert told(conversation) == told(after(shuffled))


@given(logs(), st.randoms(use_true_random=False))
def test_whoever_follows_the_changes_sees_the_conversation(
    log: list[ChannelMessage], chance: random.Random
) -> None:
    """A screen that knows nothing but the changes ends up with every response, once, and its text."""
    shuffled = list(log)
    chance.shuffle(shuffled)
    conversation = Conversation()
    shown: dict[str, str] = {}
    for message in shuffled:
        for change in conversation.apply(message):
            key = change.response.key
            match change:
                case Opened():
                    assert key not in shown
                    shown[key] = change.response.text
                case TakenOver():
                    del shown[change.waiting.key]
                    assert key not in shown
                    shown[key] = change.response.text
                case Removed():
                    del shown[key]
                case Replaced():
                    assert key in shown
                    shown[key] = change.response.text
                case Appended():
                    assert change.text
                    shown[key] += change.text
                case Updated():
                    assert key in shown
    assert shown == {key: response.text for key, response in conversation.responses.items()}


@given(logs())
def test_what_is_shown_is_clean(log: list[ChannelMessage]) -> None:
    for response in after(log).responses.values():
        assert "\x1b" not in response.text
        assert not any("\ud800" <= char <= "\udfff" for char in response.text)


def only(conversation: Conversation) -> Response:
    (response,) = conversation.responses.values()
    return response


def say(*values: Outgoing, channel: Channel | None = None, **sender: Any) -> Conversation:
    channel = channel or Channel()
    for value in values:
        channel.publish(value, **sender)
    return after(channel.log)


class TestMessagePerToken:
    """The table of cases of the message-per-token pattern."""

    def test_start_tokens_stop(self) -> None:
        response = only(
            say(
                Start("r", model="m"),
                Text("r", "Why"),
                Text("r", " not"),
                Stop("r", "end_turn", output_tokens=2),
            )
        )
        assert (response.status, response.text, response.model) == (Status.DONE, "Why not", "m")
        assert response.publisher.name == "agent"
        assert not response.joined_midway
        assert (response.stop_reason, response.output_tokens, response.tokens) == ("end_turn", 2, 2)

    def test_token_without_start_is_joined_midway(self) -> None:
        response = only(say(Text("r", "tail")))
        assert response.joined_midway
        assert (response.status, response.text) == (Status.LIVE, "tail")

    def test_start_after_tokens_keeps_the_text(self) -> None:
        response = only(say(Text("r", "a"), Start("r", model="m"), Text("r", "b")))
        assert (response.text, response.model, response.joined_midway) == ("ab", "m", False)

    def test_second_start_after_stop_is_a_new_generation(self) -> None:
        conversation = say(
            Start("r"), Text("r", "one"), Stop("r"), Start("r"), Text("r", "two"), Text("r", "!")
        )
        assert [(r.key, r.text, r.status) for r in conversation.responses.values()] == [
            ("r", "one", Status.DONE),
            ("r#2", "two!", Status.LIVE),
        ]

    def test_second_start_of_the_same_publisher_while_live_is_the_same_response(self) -> None:
        assert only(say(Start("r"), Text("r", "a"), Start("r"), Text("r", "b"))).text == "ab"

    def test_stop_without_start_makes_no_response(self) -> None:
        assert not say(Stop("r"), Stop(None)).responses

    def test_stop_before_its_start_arrives_ends_it_all_the_same(self) -> None:
        channel = Channel()
        start, stop = channel.publish(Start("r")), channel.publish(Stop("r"))
        assert only(after([stop, start])).status is Status.DONE

    def test_token_after_stop_is_kept_and_it_stays_done(self) -> None:
        response = only(say(Start("r"), Stop("r"), Text("r", "late")))
        assert (response.text, response.status) == ("late", Status.DONE)

    def test_empty_token_counts_as_activity(self) -> None:
        channel = Channel()
        conversation = Conversation()
        conversation.apply(channel.publish(Start("r")))
        silence = conversation.responses["r"].heard_at
        changes = conversation.apply(channel.publish(Text("r", "")))
        assert changes == [Updated(conversation.responses["r"])]
        assert conversation.responses["r"].heard_at > silence

    def test_missing_response_id_is_one_continuous_response_per_publisher(self) -> None:
        channel = Channel()
        channel.publish(Text(None, "a"), client="ana", connection="c1")
        channel.publish(Text(None, "b"), client="ben", connection="c2")
        channel.publish(Text(None, "c"), client="ana", connection="c3")
        channel.publish(Text(None, "d"), client=None, connection="c4")
        texts = {r.publisher.name: r.text for r in after(channel.log).responses.values()}
        assert texts == {"ana": "ac", "ben": "b", "anonymous c4": "d"}

    def test_two_live_publishers_with_one_id_are_two_responses(self) -> None:
        channel = Channel()
        for connection in ("c1", "c2"):
            channel.publish(Start("r"), connection=connection)
        channel.publish(Text("r", "one"), connection="c1")
        channel.publish(Text("r", "two"), connection="c2")
        channel.publish(Stop("r"), connection="c1")
        assert [(r.text, r.status) for r in after(channel.log).responses.values()] == [
            ("one", Status.DONE),
            ("two", Status.LIVE),
        ]

    def test_a_publisher_with_a_new_connection_goes_on_with_its_response(self) -> None:
        channel = Channel()
        channel.publish(Start("r"), client="ana", connection="c1")
        channel.publish(Start("r"), client="ben", connection="c2")
        channel.publish(Text("r", "ben's"), client="ben", connection="c2")
        channel.publish(Text("r", "ana's"), client="ana", connection="c9")
        assert [r.text for r in after(channel.log).responses.values()] == ["ana's", "ben's"]

    def test_a_repeated_publish_of_start_on_a_new_connection_is_no_second_start(self) -> None:
        channel = Channel()
        channel.publish(Start("r"), connection="c1", message_id="same")
        channel.publish(Start("r"), connection="c2", message_id="same")
        only(after(channel.log))

    def test_whole_text_replaces_the_pieces_also_after_stop(self) -> None:
        response = only(
            say(Start("r"), Text("r", "a"), Text("r", "c"), Stop("r", "end_turn"), Whole("r", "abc"))
        )
        assert (response.text, response.status) == ("abc", Status.DONE)

    def test_whole_text_before_stop_lets_the_stop_say_how_it_ended(self) -> None:
        response = only(say(Start("r"), Text("r", "a"), Whole("r", "abc"), Stop("r", error="cut")))
        assert (response.text, response.status, response.error) == ("abc", Status.FAILED, "cut")

    def test_whole_text_without_id_is_its_publishers_current_response(self) -> None:
        channel = Channel()
        channel.publish(Text("r1", "old"), connection="c1")
        channel.publish(Text("r2", "curr nt"), connection="c1")
        channel.publish(Text("r3", "other"), connection="c2", client="other")
        channel.publish(Whole(None, "current"), connection="c1")
        assert [r.text for r in after(channel.log).responses.values()] == ["old", "current", "other"]

    def test_whole_text_alone_is_a_complete_response(self) -> None:
        response = only(say(Whole("r", "all")))
        assert (response.text, response.status, response.joined_midway) == ("all", Status.DONE, False)

    def test_data_that_is_no_string_is_shown(self) -> None:
        channel = Channel()
        channel.message("token", [{"type": "text", "text": "list"}], {"responseId": "r"})
        channel.message("token", {"odd": 1}, {"responseId": "r"})
        assert only(after(channel.log)).text == 'list{"odd":1}'

    def test_a_huge_token_is_one_append(self) -> None:
        channel = Channel()
        conversation = Conversation()
        conversation.apply(channel.publish(Start("r")))
        (change,) = conversation.apply(channel.publish(Text("r", "x" * 1_000_000)))
        assert isinstance(change, Appended)
        assert len(change.text) == 1_000_000

    def test_an_escape_sequence_split_over_two_tokens_is_removed(self) -> None:
        response = only(say(Start("r"), Text("r", "safe \x1b]52;c;"), Text("r", "ZXZpbA==\x07text")))
        assert response.text == "safe text"

    def test_half_a_surrogate_pair_at_the_end_is_shown_when_it_stops(self) -> None:
        channel, conversation = Channel(), Conversation()
        for value in (Start("r"), Text("r", "end \ud83d")):
            conversation.apply(channel.publish(value))
        response = conversation.responses["r"]
        changes = conversation.apply(channel.publish(Stop("r")))
        assert changes == [Appended(response, "\ufffd", response.blocks[0]), Updated(response)]
        assert response.text == "end \ufffd"

    def test_an_empty_token_is_no_token(self) -> None:
        assert only(say(Start("r"), Text("r", ""), Text("r", "x"))).tokens == 1

    def test_failed_and_cancelled_say_why(self) -> None:
        failed = only(say(Start("r"), Text("r", "part"), Stop("r", "error", error="overloaded · r retry")))
        assert (failed.status, failed.text, failed.error) == (Status.FAILED, "part", "overloaded · r retry")
        cancelled = only(say(Start("r"), Stop("r", "cancelled", cancelled_by="ben")))
        assert (cancelled.status, cancelled.cancelled_by) == (Status.CANCELLED, "ben")

    def test_the_first_stop_counts(self) -> None:
        assert only(say(Start("r"), Stop("r"), Stop("r", error="late"))).status is Status.DONE


class TestPrompts:
    def test_a_prompt_waits_and_its_answer_takes_over(self) -> None:
        channel, conversation = Channel(), Conversation()
        (opened,) = conversation.apply(channel.publish(UserInput("p", "why?"), client="ana"))
        assert isinstance(opened, Opened)
        waiting = opened.response
        assert waiting.status is Status.WAITING
        assert waiting.prompt is not None
        assert (waiting.prompt.text, waiting.publisher.name) == ("why?", "ana")
        (taken,) = conversation.apply(channel.publish(Start("r", prompt_id="p"), connection="c2"))
        assert taken == TakenOver(waiting, conversation.responses["r"])
        assert only(conversation).prompt == waiting.prompt

    def test_a_second_answer_gets_a_pane_of_its_own(self) -> None:
        channel = Channel()
        channel.publish(UserInput("p", "why?"))
        channel.publish(Start("r1", prompt_id="p"))
        channel.publish(Start("r2", prompt_id="p"))
        assert [r.prompt.text for r in after(channel.log).responses.values() if r.prompt] == ["why?", "why?"]

    def test_an_answer_that_was_already_shown_removes_the_waiting_pane(self) -> None:
        channel, conversation = Channel(), Conversation()
        conversation.apply(channel.publish(Text("r", "a")))
        conversation.apply(channel.publish(UserInput("p", "why?")))
        changes = conversation.apply(channel.publish(Start("r", prompt_id="p")))
        assert [type(change) for change in changes] == [Removed, Updated]
        assert only(conversation).prompt is not None

    def test_a_failure_before_there_is_an_id_takes_the_pane(self) -> None:
        response = only(
            say(
                UserInput("p", "why?"),
                Start("failed-p", prompt_id="p"),
                Stop("failed-p", "error", error="no key"),
            )
        )
        assert (response.status, response.error) == (Status.FAILED, "no key")

    def test_the_first_prompt_under_an_id_counts(self) -> None:
        conversation = say(UserInput("p", "first"), UserInput("p", "second"))
        assert only(conversation).prompt is not None
        assert conversation.counts.duplicates == 1


class TestTime:
    def test_a_silent_publisher_is_stalled_and_comes_back(self) -> None:
        channel, conversation = Channel(), Conversation()
        conversation.apply(channel.publish(Start("r")))
        response = conversation.responses["r"]
        assert conversation.tick(response.heard_at + SILENCE) == []
        assert conversation.tick(response.heard_at + SILENCE + 1) == [Updated(response)]
        assert response.status == "STALLED"
        conversation.apply(channel.publish(Text("r", "back")))
        assert response.status == "LIVE"

    def test_a_stream_without_an_end_is_quiet_and_not_stalled(self) -> None:
        conversation = say(Text(None, "x"))
        conversation.tick(EPOCH + 10 * SILENCE)
        assert only(conversation).status is Status.QUIET

    def test_what_has_ended_stays_as_it_is(self) -> None:
        conversation = say(Start("r"), Stop("r"))
        assert conversation.tick(EPOCH + 10 * SILENCE) == []
        assert only(conversation).status is Status.DONE

    def test_a_prompt_that_nobody_answers_is_stalled(self) -> None:
        conversation = say(UserInput("p", "anyone?"))
        response = only(conversation)
        assert conversation.tick(response.heard_at + PATIENCE) == []
        assert conversation.tick(response.heard_at + PATIENCE + 1) == [Updated(response)]


class TestCounts:
    def test_what_makes_no_sense_is_counted_and_kept(self) -> None:
        channel, conversation = Channel(), Conversation()
        odd = channel.message("something", {"x": 1})
        conversation.apply(odd)
        assert conversation.counts.unknown == 1
        assert conversation.raw.listed[0][0] is odd
        assert only(conversation).text == ""
        assert "something · agent: JSON object" in only(conversation).blocks[0].text

    def test_duplicates_and_late_messages_are_counted(self) -> None:
        channel = Channel()
        one, two, three = (channel.publish(Text("r", piece)) for piece in "abc")
        conversation = after([one, three, two, two, three])
        assert (conversation.counts.late, conversation.counts.duplicates) == (1, 2)
        assert only(conversation).text == "abc"
