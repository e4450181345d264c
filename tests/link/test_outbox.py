"""The publisher's decisions, without a network: a server that accepts, refuses and forgets is a few lines."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.link.budget import Bucket
from tui.link.chunks import LIMIT
from tui.link.item import IDEMPOTENT, Item
from tui.link.outbox import IN_FLIGHT, Outbox, TooLargeError
from tui.wire import Kind, Outgoing, Publication, Start, Stop, Text, ToolCall, ToolResult, UserInput, Whole


def outbox(window: float = 0.0, rate: float | None = None) -> Outbox:
    return Outbox(bucket=Bucket(rate), window=window, nonce="n")


def sent(box: Outbox, now: float) -> list[Item]:
    items = []
    while (item := box.next(now)) is not None:
        items.append(item)
    return items


def values(items: list[Item]) -> list[object]:
    return [item.value for item in items]


def settle(box: Outbox, now: float) -> list[object]:
    """Accept everything until nothing is left; return what was said."""
    said: list[object] = []
    while items := sent(box, now):
        for item in items:
            said.append(item.value)
            box.accepted(item)
    return said


def rebuilt(log: list[object], response_id: str) -> str:
    text = ""
    for value in log:
        match value:
            case Text() if value.response_id == response_id:
                text += value.text
            case Whole() if value.response_id == response_id:
                text = value.text
    return text


class TestJoining:
    def test_start_and_the_first_token_go_at_once(self) -> None:
        box = outbox(window=10.0)
        box.put(Start("r"))
        box.put(Text("r", "a"))
        assert values(sent(box, 100.0)) == [Start("r"), Text("r", "a", seq=0)]

    def test_what_comes_within_the_window_is_one_message(self) -> None:
        box = outbox(window=0.5)
        box.put(Text("r", "a"))
        (first,) = sent(box, 100.0)
        for text in "bcd":
            box.put(Text("r", text, deltas=2))
        assert sent(box, 100.1) == []
        assert box.wait(100.1) == pytest.approx(0.4)
        assert values(sent(box, 100.5)) == [Text("r", "bcd", seq=1, deltas=6)]
        assert first.value == Text("r", "a", seq=0)

    def test_a_lone_token_later_goes_at_once(self) -> None:
        box = outbox(window=0.5)
        box.put(Text("r", "a"))
        sent(box, 100.0)
        box.put(Text("r", "b"))
        assert values(sent(box, 101.0)) == [Text("r", "b", seq=1)]

    def test_stop_does_not_wait_for_the_window(self) -> None:
        box = outbox(window=10.0)
        for value in (Text("r", "a"), Text("r", "b")):
            box.put(value)
            (item,) = sent(box, 100.0) or (None,)
            if item is not None:
                box.accepted(item)
        box.put(Stop("r"))
        assert settle(box, 100.0) == [Text("r", "b", seq=1), Stop("r")]

    def test_stop_waits_for_every_outcome(self) -> None:
        box = outbox()
        box.put(Text("r", "a"))
        box.put(Stop("r"))
        (text,) = sent(box, 1.0)
        assert box.wait(1.0) is None
        box.accepted(text)
        assert values(sent(box, 1.0)) == [Stop("r")]

    @given(st.lists(st.text(max_size=4), max_size=30), st.integers(0, 5))
    def test_halves_of_a_pair_are_joined_wherever_they_are_split(self, words: list[str], seed: int) -> None:
        text = "".join(words) + "😀"
        halves = [
            unit
            for char in text
            for unit in (
                char.encode("utf-16-le")[i : i + 2].decode("utf-16-le", "surrogatepass")
                for i in range(0, len(char.encode("utf-16-le")), 2)
            )
        ]
        box = outbox()
        rng = random.Random(seed)
        said: list[object] = []
        while halves:
            count = rng.randint(1, 3)
            piece, halves = "".join(halves[:count]), halves[count:]
            box.put(Text("r", piece))
            if rng.random() < 0.5:
                said += settle(box, 1.0)
        box.put(Stop("r"))
        said += settle(box, 1.0)
        assert rebuilt(said, "r") == text

    def test_a_half_that_stays_alone_is_replaced(self) -> None:
        box = outbox()
        box.put(Text("r", "a\ud83d"))
        box.put(Stop("r"))
        assert rebuilt(settle(box, 1.0), "r") == "a\ufffd"

    def test_a_text_put_alone_keeps_its_place(self) -> None:
        box = outbox()
        box.put(Text("r", "a"))
        box.put_alone(Text("r", "b"))
        box.put(Text("r", "c"))
        items = sent(box, 1.0)
        expected = [Text("r", "a", seq=0), Text("r", "b", seq=1), Text("r", "c", seq=2)]
        assert values(items) == expected
        for item in reversed(items):
            box.unknown(item)
        assert settle(box, 1.0) == expected

    def test_an_empty_delta_is_a_message_only_where_nothing_else_is(self) -> None:
        """An agent whose model is silent says so that it is there."""
        box = outbox()
        box.put(Start("r"))
        box.put(Text("r", ""))
        assert settle(box, 1.0) == [Start("r")]
        box.put(Text("r", ""))
        box.put(Text("r", ""))
        box.put(Text("r", "a"))
        assert settle(box, 1.0) == [Text("r", "", seq=0), Text("r", "a", seq=1)]

    def test_text_and_thinking_are_not_joined(self) -> None:
        box = outbox()
        said = [Text("r", "a"), Text("r", "b", kind=Kind.THINKING), Text("r", "c")]
        for value in said:
            box.put(value)
        assert settle(box, 1.0) == [replace(value, seq=seq) for seq, value in enumerate(said)]

    def test_a_half_of_one_kind_is_not_joined_with_another(self) -> None:
        box = outbox()
        for value in (Text("r", "a\ud83d", kind=Kind.THINKING), Text("r", "\ude00b")):
            box.put(value)
        said = settle(box, 1.0)
        assert [value.text for value in said if isinstance(value, Text)] == ["a\ufffd", "\ufffdb"]


class TestLimits:
    def test_large_text_is_cut(self) -> None:
        box = outbox()
        text = "語" * 100_000
        box.put(Text("r", text))
        said = settle(box, 1.0)
        assert rebuilt(said, "r") == text
        assert len(said) == 6
        assert [value.seq for value in said if isinstance(value, Text)] == list(range(6))

    @pytest.mark.parametrize("value", [UserInput("p", "語" * 12_000), Whole("r", "x" * (LIMIT + 1))])
    def test_what_cannot_be_cut_is_refused(self, value: Outgoing) -> None:
        box = outbox()
        with pytest.raises(TooLargeError):
            box.put(value)
        assert box.queued == 0

    def test_a_long_error_does_not_keep_stop_from_fitting(self) -> None:
        box = outbox()
        box.put(Stop("r", error="e" * 100_000))
        (item,) = sent(box, 1.0)
        assert isinstance(item.value, Stop)
        assert item.value.error == "e" * 2_000

    def test_in_flight_is_bounded(self) -> None:
        box = outbox()
        for number in range(200):
            box.put(Start(f"r{number}"))
        items = sent(box, 1.0)
        assert len(items) == IN_FLIGHT == box.in_flight
        assert box.wait(1.0) is None
        box.accepted(items[0])
        assert len(sent(box, 1.0)) == 1

    def test_lanes_share_the_budget_and_none_starves(self) -> None:
        box = outbox(rate=40.0)
        now = 0.0
        said: list[object] = []
        for step in range(400):
            now = step / 100
            for lane in range(16):
                box.put(Text(f"r{lane}", "x"))
            for item in sent(box, now):
                said.append(item.value)
                box.accepted(item)
        assert len(said) <= 40 * (now + 1)
        counts = [sum(isinstance(v, Text) and v.response_id == f"r{n}" for v in said) for n in range(16)]
        assert max(counts) - min(counts) <= 1

    @settings(max_examples=20, deadline=None)
    @given(st.integers(0, 10**6), st.floats(0.02, 0.3))
    def test_sixteen_streams_share_forty_messages_a_second(self, seed: int, answered_in: float) -> None:
        """Nothing is lost, every stream goes on, and no second holds more than the budget."""
        rng = random.Random(seed)
        box = outbox(window=0.025, rate=40.0)
        todo = {f"r{n}": [f"{n}-{i} " for i in range(rng.randint(200, 400))] for n in range(16)}
        whole = {key: "".join(words) for key, words in todo.items()}
        heard: dict[str, list[float]] = {key: [] for key in todo}
        for key in todo:
            box.put(Start(key))
        times: list[float] = []
        log: list[object] = []
        flying: list[tuple[float, Item]] = []
        now = 1_000.0
        while box.unfinished:
            now += 0.01
            for key, words in todo.items():
                if words and rng.random() < 0.5:  # 50 tokens a second
                    box.put(Text(key, words.pop(0)))
                    if not words:
                        box.put(Stop(key))
            while flying and flying[0][0] <= now:
                box.accepted(flying.pop(0)[1])
            for item in sent(box, now):
                times.append(now)
                log.append(item.value)
                heard[item.key.removeprefix("r:")].append(now)
                flying.append((now + answered_in, item))
        assert max(sum(at <= time < at + 1 for time in times) for at in times) <= 40
        for key, text in whole.items():
            assert rebuilt(log, key) == text
            pauses = [later - at for at, later in itertools.pairwise(heard[key])]
            assert max(pauses) < 1.5, "each has its turn"
        ends = {value.response_id: place for place, value in enumerate(log) if isinstance(value, Stop)}
        assert len(ends) == 16

    def test_a_refusal_for_the_rate_widens_the_window_and_drops_nothing(self) -> None:
        box = outbox(window=0.025, rate=40.0)
        now, said, refused = 0.0, list[tuple[float, object]](), 0
        for number in range(3_000):
            now = number / 100
            box.put(Text("r", f"{number} "))
            for item in sent(box, now):
                if 5 < now < 7:  # the server has enough
                    box.bucket.refused(now)
                    box.refused(item, retry=True, attempts=None)
                    refused += 1
                else:
                    said.append((now, item.value))
                    box.accepted(item)
        box.put(Stop("r"))
        said += [(now, value) for value in settle(box, now + 100)]
        assert refused
        assert rebuilt([value for _, value in said], "r") == "".join(f"{n} " for n in range(3_000))
        before = sum(4 <= at < 5 for at, _ in said)
        after = sum(8 <= at < 9 for at, _ in said)
        later = sum(29 <= at < 30 for at, _ in said)
        assert after <= before / 2 + 2 < later + 2

    def test_what_opens_or_ends_goes_before_text(self) -> None:
        box = outbox(rate=40.0)
        for lane in range(12):
            box.put(Text(f"r{lane}", "x"))
            settle(box, float(lane))
        for lane in range(12):
            box.put(Text(f"r{lane}", "y"))
        box.put(UserInput("p", "?"))
        box.put(Start("new"))
        first = values(sent(box, 100.0))
        assert set(first[:2]) == {UserInput("p", "?"), Start("new")}


class TestFailures:
    def test_refused_text_is_healed_by_the_whole_before_stop(self) -> None:
        box = outbox()
        box.put(Start("r"))
        for text in "abc":
            box.put(Text("r", text))
            for item in sent(box, 1.0):
                if item.value == Text("r", "b", seq=1):
                    box.refused(item, retry=False)
                else:
                    box.accepted(item)
        box.put(Stop("r"))
        assert settle(box, 1.0) == [Whole("r", "abc"), Stop("r")]
        assert box.unfinished == 0

    def test_unknown_is_repeated_in_order_under_the_same_ids_before_anything_new(self) -> None:
        box = outbox()
        items = []
        for text in "abc":
            box.put(Text("r", text))
            items += sent(box, 1.0)
        box.put(Text("r", "d"))
        for item in reversed(items):
            box.unknown(item)
        again = sent(box, 2.0)
        assert [item.id for item in again[:3]] == [item.id for item in items]
        assert again[3].value == Text("r", "d", seq=3)
        for item in again:
            box.accepted(item)
        box.put(Stop("r"))
        assert settle(box, 2.0) == [Stop("r")]

    def test_a_lane_is_held_while_an_outcome_is_open(self) -> None:
        box = outbox()
        items = []
        for text in "ab":
            box.put(Text("r", text))
            items += sent(box, 1.0)
        box.unknown(items[0])
        box.put(Text("r", "c"))
        box.put(Text("other", "x"))
        assert values(sent(box, 1.0)) == [Text("other", "x", seq=0)]

    @pytest.mark.parametrize(
        ("there", "sure", "said"),
        [
            (True, True, [Text("r", "b", seq=1), Stop("r")]),
            (False, True, [Text("r", "a", seq=0), Text("r", "b", seq=1), Stop("r")]),
            (False, False, [Text("r", "a", seq=0), Text("r", "b", seq=1), Whole("r", "ab"), Stop("r")]),
        ],
    )
    def test_what_is_repeated_too_late_for_its_id_is_looked_for_first(
        self, there: bool, sure: bool, said: list[object]
    ) -> None:
        box, later = outbox(), 2.0 + IDEMPOTENT
        box.put(Text("r", "a"))
        (item,) = sent(box, 1.0)
        box.unknown(item)
        box.put(Text("r", "b"))
        box.put(Text("s", "x"))
        assert box.doubtful(1.0 + IDEMPOTENT) == []
        assert box.doubtful(later) == [item]
        assert values(sent(box, later)) == [Text("s", "x", seq=0)], "others do not wait for that"
        assert box.wait(later) is None
        if there:
            assert box.found(item, "s")
        else:
            box.absent(item, sure=sure)
        box.put(Stop("r"))
        assert settle(box, later) == said

    def test_what_was_refused_too_long_ago_is_not_there(self) -> None:
        box = outbox()
        box.put(Text("r", "a"))
        (item,) = sent(box, 1.0)
        box.refused(item, retry=True)
        box.put(Stop("r"))
        assert settle(box, 2.0 + IDEMPOTENT) == [Text("r", "a", seq=0), Stop("r")]

    def test_what_nobody_wants_any_more_may_be_found(self) -> None:
        box = outbox()
        item = box.put_alone(UserInput("p", "?"))
        sent(box, 1.0)
        box.unknown(item)
        assert box.doubtful(1_000.0) == [item]
        box.withdraw(item)
        assert not box.found(item, "s")
        box.absent(item, sure=True)
        assert box.in_flight == box.unfinished == 0

    @pytest.mark.parametrize("retry", [False, True])
    def test_a_whole_that_no_message_holds_goes_on_behind_it(self, retry: bool) -> None:
        box = outbox()
        log: list[object] = []
        items: list[Item] = []
        for number in range(4):
            box.put(Text("r", str(number) * 40_000))
            items += sent(box, 1.0)
        for number, item in enumerate(items):
            if number == 1:
                box.refused(item, retry=retry)
            else:
                log.append(item.value)
                box.accepted(item)
        box.put(Stop("r"))
        while items := sent(box, 1.0):
            healing = log and isinstance(log[-1], Whole)
            assert not healing or len(items) == 1, "one at a time keeps the order"
            for item in items:
                if item.attempts == 1 and healing:
                    box.refused(item, retry=True)
                else:
                    log.append(item.value)
                    box.accepted(item)
        assert rebuilt(log, "r") == "".join(str(number) * 40_000 for number in range(4))
        assert sum(isinstance(value, Whole) for value in log) == 1
        assert [isinstance(value, Stop) for value in log].index(True) == len(log) - 1

    def test_a_whole_that_is_refused_takes_what_follows_it_along(self) -> None:
        box = outbox()
        box.put(Text("r", "x" * 100_000))
        items = sent(box, 1.0)
        box.refused(items[0], retry=False)
        box.accepted(items[1])
        box.put(Stop("r"))
        (whole,) = sent(box, 1.0)
        assert isinstance(whole.value, Whole)
        box.refused(whole, retry=False)
        assert settle(box, 1.0) == [Stop("r")]
        assert box.unfinished == 0

    def test_a_start_that_was_refused_is_tried_once_more_before_the_end(self) -> None:
        box = outbox()
        for value in (Start("r"), Text("r", "a"), Stop("r")):
            box.put(value)
        start, text = sent(box, 1.0)
        box.refused(start, retry=False)
        box.accepted(text)
        (again,) = sent(box, 1.0)
        assert (again.value, again.id) == (start.value, start.id)
        box.refused(again, retry=False)
        assert settle(box, 1.0) == [Stop("r")]
        assert box.unfinished == 0

    def test_a_tool_call_that_was_refused_is_tried_once_more_before_the_end(self) -> None:
        box = outbox()
        call = ToolCall("r", "c1", "run", "{}")
        for value in (Start("r"), Text("r", "a"), call, Stop("r")):
            box.put(value)
        for item in sent(box, 1.0):
            if item.value is call:
                box.refused(item, retry=False)
            else:
                box.accepted(item)
        assert settle(box, 1.0) == [call, Stop("r")], "the text is whole"

    def test_what_one_says_of_the_response_of_another_leaves_nothing_behind(self) -> None:
        box = outbox()
        box.put(ToolResult("theirs", "c1", "42"))
        (item,) = sent(box, 1.0)
        box.refused(item, retry=False)
        assert box.unfinished == box.queued == 0

    def test_a_server_that_refuses_everything_ends_it(self) -> None:
        box = outbox()
        box.put(Start("r"))
        box.put(Text("r", "x" * 200_000))
        box.put(Stop("r"))
        for _ in range(200):
            items = sent(box, 1.0)
            if not items:
                break
            for item in items:
                box.refused(item, retry=False)
        assert box.queued == 0
        assert box.unfinished == 0

    def test_stop_is_tried_until_the_server_has_it_and_other_messages_are_not(self) -> None:
        box = outbox()
        for value in (Start("r"), Text("r", "a"), Stop("r")):
            box.put(value)
        log = []
        for number in range(200):
            for item in sent(box, float(number)):
                if number < 100 and not isinstance(item.value, Start):
                    box.refused(item, retry=True)
                else:
                    log.append(item.value)
                    box.accepted(item)
        assert log == [Start("r"), Stop("r")]
        assert box.unfinished == 0

    @pytest.mark.parametrize("sent_before", [False, True])
    def test_withdraw(self, sent_before: bool) -> None:
        box = outbox()
        item = box.put_alone(UserInput("p", "?"))
        if sent_before:
            sent(box, 1.0)
            box.unknown(item)
        assert box.withdraw(item) is not sent_before
        assert box.queued == box.unfinished == 0

    def test_withdrawn_on_its_way_it_is_not_sent_again(self) -> None:
        box = outbox()
        item = box.put_alone(UserInput("p", "?"))
        assert sent(box, 1.0) == [item]
        assert not box.withdraw(item)
        box.unknown(item)
        assert box.queued == box.unfinished == 0

    def test_clear_forgets_everything(self) -> None:
        box = outbox()
        box.put(Start("r"))
        box.put(Text("r", "a"))
        (start, _) = sent(box, 1.0)
        box.put(Stop("r"))
        assert len(box.clear()) == 3
        assert box.queued == box.in_flight == 0
        box.accepted(start)
        assert sent(box, 1.0) == []


class World:
    """A server and the way there, which do some harm and then behave."""

    def __init__(self, box: Outbox, rng: random.Random, harm: int) -> None:
        self.box, self.rng, self.harm = box, rng, harm
        self.log: list[object] = []
        self.flying: list[Item] = []
        self.ids: list[str] = []
        """Of all that stands on the channel."""
        self.dark = 0.0
        """Seconds that have passed without a connection."""
        self._known: dict[str, float] = {}
        self._now = 0.0
        self._whole: set[str] = set()

    def step(self, now: float) -> None:
        self._now = now
        for item in self.box.doubtful(now):
            if item.id in self.ids:
                assert self.box.found(item, "s")
            else:
                self.box.absent(item, sure=self.rng.random() < 0.5)
        self.flying += sent(self.box, now)
        if self.harm and self.rng.random() < 0.1:
            self._cut()
        for _ in range(self.rng.randint(0, len(self.flying))):
            self._answer(self.flying.pop(0))
        assert self.box.in_flight == len(self.flying)

    def _answer(self, item: Item) -> None:
        if self.harm and self.rng.random() < 0.3:
            self.harm -= 1
            # What is refused for good while its response is put right is lost.
            for_good = isinstance(item.value, Text | Start) and item.key not in self._whole
            self.box.refused(item, retry=not for_good or self.rng.random() < 0.7, attempts=None)
        else:
            self._store(item)
            self.box.accepted(item)

    def _cut(self) -> None:
        """The server has the first few of what was under way; who knows how many."""
        self.harm -= 1
        for item in self.flying[: self.rng.randint(0, len(self.flying))]:
            self._store(item)
        self.rng.shuffle(self.flying)
        for item in self.flying:
            self.box.unknown(item)
        self.flying.clear()
        self.dark += self.rng.choice([0.0, 0.0, 50.0, 150.0])

    def _store(self, item: Item) -> None:
        if self._now - self._known.get(item.id, float("-inf")) > 120:
            self._known[item.id] = self._now
            self.ids.append(item.id)
            if isinstance(item.value, Whole):
                self._whole.add(item.key)
            self.log.append(item.value)


@settings(max_examples=300)
@given(st.integers(0, 10**9), st.booleans(), st.integers(0, 25))
def test_whatever_happens_the_text_is_whole_and_stop_is_last(seed: int, limited: bool, harm: int) -> None:
    """Random outcomes over several responses: accepted, refused, unknown because the connection was cut."""
    rng = random.Random(seed)
    box = outbox(window=rng.choice([0.0, 0.05]), rate=40.0 if limited else None)
    world = World(box, rng, harm)
    words = {
        f"r{n}": [f"{n}{i} " * rng.choice([1, 1, 1, 3_000]) for i in range(rng.randint(0, 20))]
        for n in range(3)
    }
    todo: dict[str, list[Outgoing]] = {
        key: [Start(key), *(Text(key, word) for word in words[key]), Stop(key)] for key in words
    }
    now = 0.0
    while any(todo.values()) or box.queued:
        now += rng.choice([0.0, 0.01, 0.1])
        for queue in todo.values():
            for _ in range(rng.randint(0, 4)):
                if queue:
                    box.put(queue.pop(0))
        world.step(now + world.dark)
    assert len(set(world.ids)) == len(world.ids), "nothing is published twice"
    for key, expected in words.items():
        mine = [value for value in world.log if getattr(value, "response_id", None) == key]
        assert rebuilt(world.log, key) == "".join(expected)
        assert [place for place, value in enumerate(mine) if isinstance(value, Stop)] == [len(mine) - 1]
    assert box.unfinished == 0


def test_a_message_that_is_ready_goes_out_as_it_is() -> None:
    box, message = outbox(), Publication("ai-cancel", None, {"ai": {"transport": {"run-id": "r"}}})
    box.put(message)
    (item,) = sent(box, 0.0)
    assert item.published is message
    box.accepted(item)
    assert box.unfinished == 0
    with pytest.raises(TooLargeError):
        box.put(Publication("ai-input", "x" * (LIMIT + 1)))
