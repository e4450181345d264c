import random

from tests.messages import Channel
from tui.state.rawlog import KEPT, RawLog
from tui.wire import ChannelMessage


def rows(log: RawLog) -> list[str]:
    assert log.response is not None
    return log.response.blocks[0].text.splitlines()


def messages(many: int) -> list[ChannelMessage]:
    channel = Channel()
    return [channel.message(f"m{n}") for n in range(many)]


def test_a_row_says_who_sent_what_in_the_order_of_the_channel() -> None:
    one, two, three = messages(3)
    log = RawLog()
    response, text = log.add(one, "why")
    assert text == "m0 · agent: why\n"
    assert log.add(three, "why")[1] == "m2 · agent: why\n"
    assert log.add(two, "why")[1] is None
    assert log.write() is response
    assert [row.split()[0] for row in rows(log)] == ["m0", "m1", "m2"]
    assert log.write() is None
    assert (response.opened_at, response.heard_at) == (one.timestamp, three.received)


def test_what_is_older_than_the_oldest_row_is_not_listed() -> None:
    log, sent = RawLog(), messages(2 * KEPT + 1)
    for message in sent:
        log.add(message, "")
    log.write()
    assert len(log.listed) == len(rows(log)) == KEPT
    assert log.add(sent[0], "")[1] == ""
    assert sent[0].serial not in log


def test_any_order_lists_the_same() -> None:
    sent = messages(60)
    shuffled = random.Random(1).sample(sent, len(sent))
    log = RawLog()
    for message in shuffled:
        log.add(message, "")
    log.write()
    assert [message for message, _ in log.listed] == sent


def test_what_turns_out_to_be_a_response_leaves_and_an_empty_list_goes() -> None:
    (one,) = messages(1)
    log = RawLog()
    response, _ = log.add(one, "")
    assert log.take(one.serial) is one
    assert log.write() is response
    assert log.response is None
    assert log.write() is None
