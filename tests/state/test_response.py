from tests.messages import Channel
from tests.state.test_conversation import after, only
from tui.wire import Start, Stop, Text, UserInput


def test_rate_counts_the_publishers_deltas_over_the_time_of_the_text() -> None:
    channel = Channel(step=100)
    channel.publish(Start("r"))
    for _ in range(11):
        channel.publish(Text("r", "two words", deltas=2))
    response = only(after(channel.log))
    assert response.tokens == 22
    assert response.rate == 21 / 1.0


def test_a_rate_without_a_known_beginning_or_span_is_none() -> None:
    channel = Channel()
    assert only(after([channel.publish(Text("r", "x")) for _ in range(9)])).rate is None
    brief = Channel(step=1)
    assert (
        only(after([brief.publish(Start("r")), *(brief.publish(Text("r", "x")) for _ in range(9))])).rate
        is None
    )


def test_time_to_first_text_is_from_the_question_or_else_the_start() -> None:
    channel = Channel(step=100)
    log = [channel.publish(UserInput("p", "?")), channel.publish(Start("r", prompt_id="p"))]
    log.append(channel.publish(Text("r", "x")))
    assert only(after(log)).first_text_after == 200
    assert only(after(log[1:])).first_text_after == 100
    assert only(after(log[2:])).first_text_after is None


def test_elapsed_runs_until_the_end() -> None:
    channel = Channel(step=100)
    log = [channel.publish(Start("r")), channel.publish(Text("r", "x"))]
    response = only(after(log))
    assert response.elapsed(response.opened_here + 5_000) == 5_000
    assert only(after([*log, channel.publish(Stop("r"))])).elapsed(10**15) == 200


def test_the_models_own_count_wins() -> None:
    channel = Channel()
    log = [channel.publish(Start("r")), channel.publish(Text("r", "x"))]
    assert only(after(log)).token_count == 1
    assert only(after([*log, channel.publish(Stop("r", output_tokens=7))])).token_count == 7


def test_text_is_joined_once_and_stays_whole() -> None:
    channel = Channel()
    response = only(after([channel.publish(Text("r", piece)) for piece in ("a", "b", "c")]))
    assert response.text == "abc"
    assert response.blocks[0].parts == ["abc"]
    assert response.blocks[0].length == 3
