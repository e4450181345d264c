from collections.abc import Callable

import pytest
from hypothesis import given, settings

from tests.messages import Channel
from tests.state.mixed import logs
from tests.state.steps import steps
from tests.state.test_conversation import after
from tui.state import Conversation
from tui.state.people import publisher_of
from tui.state.threads import (
    families,
    heads,
    order_of,
    siblings_of,
    standings,
    thread_of,
    tree_of,
    turns_of,
)
from tui.wire import Best, ChannelMessage, Outgoing, Start, Stop, Text, UserInput


def answered(
    channel: Channel,
    name: str,
    prompt: str | None,
    *,
    to: str | None = None,
    sibling: str | None = None,
    beside: str | None = None,
) -> None:
    values: list[Outgoing] = []
    if prompt is not None:
        values.append(UserInput(f"p-{name}", prompt, in_reply_to=to, sibling_of=sibling))
    values += [
        Start(name, prompt_id=f"p-{name}" if prompt is not None else None, in_reply_to=to, sibling_of=beside),
        Text(name, f"answer {name}"),
        Stop(name),
    ]
    for value in values:
        channel.publish(value)


def forked() -> Conversation:
    channel = Channel()
    answered(channel, "a", "why is the sky blue?")
    answered(channel, "b", "and at night?", to="a")
    answered(channel, "c", "and at dusk?", to="a", sibling="p-b")
    answered(channel, "d", "on Mars?", to="b")
    answered(channel, "other", "something else")
    return after(channel.log)


def test_a_thread_whose_beginning_is_not_known_is_one_and_is_not_called_by_a_bit_of_an_answer() -> None:
    channel = Channel()
    answered(channel, "a", "why?")
    answered(channel, "b", "and then?", to="a")
    answered(channel, "c", "and at dusk?", to="a")
    answered(channel, "d", None)
    conversation = after([each for each in channel.log[3:] if each is not channel.log[-3]])
    found = heads(conversation)
    assert [(head.response.key, head.title, head.is_cut) for head in found] == [
        ("c", "and at dusk?", True),
        ("d", "", True),
    ]
    whole = heads(after(channel.log))
    assert [(head.title, head.is_cut) for head in whole] == [("why?", False), ("answer d", False)]


def test_a_thread_is_the_chain_of_replies() -> None:
    conversation = forked()
    chain = thread_of(conversation, conversation.responses["d"])
    assert [response.key for response in chain] == ["a", "b", "d"]
    assert [turn.prompt for turn in turns_of(conversation, chain[-1])] == [
        "why is the sky blue?",
        "and at night?",
        "on Mars?",
    ]


def test_siblings_are_edits_retries_and_answers_to_one_prompt() -> None:
    conversation = forked()
    assert [each.key for each in siblings_of(conversation, conversation.responses["c"])] == ["b", "c"]
    channel = Channel()
    answered(channel, "x", "q")
    answered(channel, "y", None, beside="x")
    channel.publish(UserInput("again", "", sibling_of="p-x"))
    channel.publish(Start("z", prompt_id="again"))
    conversation = after(channel.log)
    assert [each.key for each in siblings_of(conversation, conversation.responses["z"])] == ["x", "y", "z"]
    assert conversation.responses["z"].question == "q"


def test_the_newest_sibling_is_followed_unless_another_is_best() -> None:
    conversation = forked()
    assert [head.response.key for head in heads(conversation)] == ["c", "other"]
    me = publisher_of("me", None)
    conversation.best.say_here(Best("b"), me, [])
    assert [head.response.key for head in heads(conversation)] == ["d", "other"]
    conversation.best.say_here(Best("c"), me, [])
    assert [head.response.key for head in heads(conversation)] == ["c", "other"]
    conversation.best.say_here(Best("c", taken_back=True), me, [])
    assert conversation.best.best_of(siblings_of(conversation, conversation.responses["c"])) is None
    assert heads(conversation)[0].title == "why is the sky blue?"


def test_siblings_of_the_same_millisecond_are_numbered_by_their_serials() -> None:
    channel = Channel(step=0)
    channel.publish(UserInput("p", "why"))
    for name in ("c", "a", "b"):
        channel.publish(Start(name, "p"))
    for order in (channel.log, channel.log[::-1]):
        assert [[each.key for each in group] for group in families(after(order))] == [["c", "a", "b"]]


def test_circles_and_missing_links_survive() -> None:
    channel = Channel()
    answered(channel, "a", "one", to="b")
    answered(channel, "b", "two", to="a")
    answered(channel, "c", "three", to="nowhere")
    answered(channel, "d", "four", to="d")
    conversation = after(channel.log)
    assert [each.key for each in thread_of(conversation, conversation.responses["a"])] == ["b", "a"]
    assert [each.key for each in thread_of(conversation, conversation.responses["c"])] == ["c"]
    assert {head.response.key for head in heads(conversation)} == {"b", "c", "d"}


def test_siblings_that_name_each_other_are_siblings() -> None:
    channel = Channel()
    for name, beside in (("a", "c"), ("b", "a"), ("c", "b"), ("d", "a")):
        answered(channel, name, None, beside=beside)
    conversation = after(channel.log)
    (family,) = families(conversation)
    assert [each.key for each in family] == ["a", "b", "c", "d"]


def test_what_was_superseded_stands_alone() -> None:
    channel = Channel()
    answered(channel, "a", "q")
    channel.publish(Start("b", prompt_id="p-a", supersedes=("a",)))
    conversation = after(channel.log)
    old = conversation.responses["a"]
    assert siblings_of(conversation, old) == [old]
    assert families(conversation) == []
    assert [head.response.key for head in heads(conversation)] == ["b"]


@pytest.mark.mass
@settings(max_examples=60, deadline=None)
@given(logs())
def test_whatever_is_said_each_response_has_one_thread_and_one_family(log: list[ChannelMessage]) -> None:
    conversation = after(log)
    shown = [
        each
        for each in conversation.responses.values()
        if not each.superseded and (each.response_id is not None or each.prompt is not None)
    ]
    for response in shown:
        family = siblings_of(conversation, response)
        assert response.key in [each.key for each in family]
        assert (family in families(conversation)) is (len(family) > 1)
        assert thread_of(conversation, response)[-1] is response
    assert bool(heads(conversation)) is bool(shown)


def chain(size: int) -> Conversation:
    channel = Channel()
    for n in range(size):
        answered(channel, f"r{n}", "and?", to=f"r{n - 1}")
    return after(channel.log)


def retries(size: int) -> Conversation:
    channel = Channel()
    for n in range(size):
        answered(channel, f"r{n}", "again?", sibling=f"p-r{n - 1}")
    return after(channel.log)


def beside(size: int) -> Conversation:
    channel = Channel()
    for n in range(size):
        answered(channel, f"r{n}", None, beside=f"r{n - 1}")
    return after(channel.log)


def circle(size: int) -> Conversation:
    channel = Channel()
    for n in range(size):
        answered(channel, f"r{n}", "?", to=f"r{(n + 1) % size}")
    return after(channel.log)


@pytest.mark.parametrize("shape", [chain, retries, beside, circle])
def test_threads_cost_one_pass_whatever_shape_they_have(shape: Callable[[int], Conversation]) -> None:
    few, many = shape(100), shape(1_000)

    def cost(conversation: Conversation) -> list[int]:
        last = list(conversation.responses.values())[-1]
        return [
            steps(lambda: heads(conversation)),
            steps(lambda: siblings_of(conversation, last)),
            steps(lambda: families(conversation)),
            steps(lambda: standings(conversation)),
            steps(lambda: tree_of(conversation, last)),
            steps(lambda: thread_of(conversation, last)),
        ]

    for small, large in zip(cost(few), cost(many), strict=True):
        assert large < 11 * small + 100


def test_siblings_of_one_millisecond_are_numbered_in_the_order_of_their_starts() -> None:
    channel = Channel(step=0)
    channel.publish(UserInput("p", "q"))
    for name in ("fast", "slow", "cut"):
        channel.publish(Start(name, prompt_id="p"))
    (family,) = families(after(channel.log))
    assert [each.key for each in family] == ["fast", "slow", "cut"]


def test_the_whole_of_a_thread_is_found_from_any_of_its_turns() -> None:
    conversation = forked()
    for key in "abcd":
        found = tree_of(conversation, conversation.responses[key])
        assert [each.key for each in found] == ["a", "b", "c", "d"]
    assert [each.key for each in tree_of(conversation, conversation.responses["other"])] == ["other"]


def test_siblings_of_the_first_turn_belong_to_its_thread() -> None:
    channel = Channel()
    answered(channel, "a", "why?")
    answered(channel, "b", "and?", to="a")
    answered(channel, "again", "why?", sibling="p-a")
    answered(channel, "c", "so?", to="again")
    conversation = after(channel.log)
    for key in ("a", "b", "again", "c"):
        found = [each.key for each in tree_of(conversation, conversation.responses[key])]
        assert found == ["a", "again", "b", "c"]


@pytest.mark.mass
@given(logs())
@settings(max_examples=60)
def test_each_response_is_in_one_thread(log: list[ChannelMessage]) -> None:
    conversation = after(log)
    for response in conversation.responses.values():
        tree = [each.key for each in tree_of(conversation, response)]
        assert len(tree) == len(set(tree))
        assert response.key in tree


def test_standings_number_siblings_and_say_who_calls_one_the_best() -> None:
    channel = Channel()
    channel.publish(UserInput("p", "q"))
    for name in "ab":
        channel.publish(Start(name, prompt_id="p"))
    channel.publish(Best("b", "p"), client="ben")
    conversation = after(channel.log)
    found = standings(conversation)
    assert {key: (each.nth, each.of) for key, each in found.items()} == {"a": (1, 2), "b": (2, 2)}
    assert found["a"].best_by is None
    assert found["b"].best_by == publisher_of("ben", "c1")


def test_answers_of_models_that_were_named_stand_in_the_order_of_the_names() -> None:
    channel = Channel()
    channel.publish(UserInput("p", "q", models=("opus", "haiku", "sonnet")))
    for model in ("haiku", "sonnet", "opus"):
        channel.publish(Start(f"r-{model}", prompt_id="p", model=model))
    channel.publish(Start("later", model="haiku"))
    conversation = after(channel.log)
    (family,) = families(conversation)
    assert [each.key for each in family] == ["r-opus", "r-haiku", "r-sonnet"]
    ordered = sorted(conversation.responses.values(), key=order_of)
    assert [each.key for each in ordered] == ["r-opus", "r-haiku", "r-sonnet", "later"]


def test_a_thread_without_a_question_is_named_by_how_it_begins() -> None:
    channel, conversation = Channel(), Conversation()
    fence = "`" * 24
    said = f"{fence}\n1 one\n2 two\n" + "more and more\n" * 100 + f"{fence}\n"
    conversation.apply_all([channel.publish(value) for value in (Start("r"), Text("r", said), Stop("r"))])
    (head,) = heads(conversation)
    assert head.title.startswith("1 one 2 two more and more")
    assert head.title.endswith("…")
    assert "`" not in head.title
