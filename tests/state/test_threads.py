from tests.messages import Channel
from tests.state.test_conversation import after
from tui.state import Conversation
from tui.state.threads import Choices, heads, question_of, siblings_of, thread_of, turns_of
from tui.wire import Outgoing, Start, Stop, Text, UserInput


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
    assert question_of(conversation, conversation.responses["z"]) == "q"


def test_the_newest_sibling_is_followed_unless_another_is_best() -> None:
    conversation, choices = forked(), Choices()
    assert [head.response.key for head in heads(conversation, choices)] == ["c", "other"]
    choices.mark(conversation, conversation.responses["b"])
    assert choices.is_best(conversation.responses["b"])
    assert [head.response.key for head in heads(conversation, choices)] == ["d", "other"]
    choices.mark(conversation, conversation.responses["c"])
    assert [head.response.key for head in heads(conversation, choices)] == ["c", "other"]
    choices.mark(conversation, conversation.responses["c"])
    assert not choices.best
    assert heads(conversation)[0].title == "why is the sky blue?"


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
