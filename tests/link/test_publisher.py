"""Publishing through refusals, lost acknowledgements and cut connections, with the real SDK over sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Set

import pytest
from ably.util.exceptions import AblyException

from tests.link.peer import Frame, Peer
from tests.link.support import Watched, linked, options, until
from tui.link import LinkOptions, Publisher, PublishError, item
from tui.link import publisher as publishing
from tui.link.budget import Bucket
from tui.link.item import IDEMPOTENT
from tui.link.outbox import Outbox
from tui.link.outcome import Sought
from tui.wire import Annotation, Notice, Outgoing, Publication, Start, Stop, Text, UserInput, Whole

RATE = {"code": 42911, "statusCode": 429, "message": "rate limit exceeded"}
CAPABILITY = {"code": 40160, "statusCode": 401, "message": "publish not permitted"}
RENEWED = {"code": 40142, "statusCode": 401, "message": "token expired"}
PASSING = {"code": 50000, "statusCode": 500, "message": "internal error"}


def only_publishing(peer: Peer, **changes: object) -> LinkOptions:
    return options(peer.port, viewing=False, **changes)


def publish(watched: Watched, *values: Outgoing) -> None:
    def all_of_them() -> None:
        for value in values:
            watched.link.publisher.publish(value)

    watched.link.run(all_of_them).result(5)


def names(peer: Peer) -> list[str]:
    return [message["name"] for message in peer.published]


def text(peer: Peer, response_id: str = "r") -> str:
    """The text as a subscriber rebuilds it."""
    text = ""
    for message in peer.published:
        if message["extras"]["headers"].get("responseId") != response_id:
            continue
        if message["name"] == "token":
            text += message["data"]
        elif message["name"] == "response-complete":
            text = message["data"]
    return text


def alone(told: list[Notice] | None = None) -> tuple[Publisher, Outbox]:
    """A publisher without a link, and its queue."""
    box = Outbox(bucket=Bucket(None), window=0.0, nonce="n")
    heard: list[Notice] = [] if told is None else told
    return Publisher(box, clock=time.monotonic, notify=heard.append, suspect=lambda: None), box


async def nowhere(_ids: Set[str], _ago: float) -> Sought:
    raise AssertionError("nothing was sent long ago")


async def test_a_refused_token_is_followed_by_the_whole_and_then_stop() -> None:
    async with Peer() as peer:
        refused: list[str] = []

        def judge(message: Frame) -> Frame | bool:
            if message.get("data") == "b" and not refused:
                refused.append(message["id"])
                return {"code": 40003, "statusCode": 400, "message": "no"}
            return True

        peer.judge = judge
        async with linked(only_publishing(peer)) as watched:
            await until(lambda: watched.ready)
            for value in (Start("r"), Text("r", "a"), Text("r", "b"), Text("r", "c")):
                publish(watched, value)
            publish(watched, Stop("r"))
            await until(lambda: "stop" in names(peer))
            assert names(peer) == ["start", "token", "token", "response-complete", "stop"]
            assert text(peer) == "abc"
            assert watched.link.publisher.lost == 1
            assert len(watched.notices) == 1


@pytest.mark.parametrize("error", [RATE, PASSING, RENEWED])
async def test_a_passing_refusal_is_tried_again(error: Frame) -> None:
    async with Peer() as peer:
        refusals = 2

        def judge(_message: Frame) -> Frame | bool:
            nonlocal refusals
            refusals -= 1
            return error if refusals >= 0 else True

        peer.judge = judge
        async with linked(only_publishing(peer)) as watched:
            await until(lambda: watched.ready)
            publish(watched, Start("r"), Text("r", "a"), Stop("r"))
            await until(lambda: "stop" in names(peer))
            assert text(peer) == "a"
            assert watched.notices == []
            assert watched.link.publisher.lost == 0
            assert (watched.link.publisher.budget is None) is (error is not RATE)


async def test_a_lost_acknowledgement_repeats_under_the_same_id() -> None:
    async with Peer() as peer:
        seen: list[str] = []

        def judge(message: Frame) -> bool | None:
            seen.append(message["id"])
            return None if len(seen) == 1 else True

        peer.judge = judge
        async with linked(only_publishing(peer, ack_timeout=0.3)) as watched:
            await until(lambda: watched.ready)
            publish(watched, Start("r"))
            await until(lambda: watched.link.publisher.queued == 0 and len(seen) >= 2)
            assert len(set(seen)) == 1
            assert names(peer) == ["start"]


async def test_a_cut_in_the_middle_loses_and_repeats_nothing() -> None:
    async with Peer() as peer, linked(only_publishing(peer)) as watched:
        await until(lambda: watched.ready)
        words = [f"{n} " for n in range(400)]

        async def agent() -> None:
            watched.link.publisher.publish(Start("r"))
            for word in words:
                watched.link.publisher.publish(Text("r", word))
                await asyncio.sleep(0.001)
            watched.link.publisher.publish(Stop("r"))

        async def reach(count: int) -> None:
            await until(lambda: len(peer.published) >= count or "stop" in names(peer))

        watched.link.run(agent)
        for cut in (20, 60, 120):
            await reach(cut)
            # Accepted, but the acknowledgements die with the connection.
            peer.judge = lambda _message: None
            await reach(len(peer.published) + 1)
            peer.judge = lambda _message: True
            await peer.drop()
        await until(lambda: "stop" in names(peer) and watched.link.publisher.queued == 0)
        pieces = [m["data"] for m in peer.published if m["name"] == "token"]
        assert "".join(pieces) == "".join(words)
        assert names(peer)[-1] == "stop"
        assert "response-complete" not in names(peer)


async def test_what_ended_the_connection_is_no_refusal() -> None:
    told: list[Notice] = []
    publisher, box = alone(told)
    said: list[str] = []

    async def breaks(publication: Publication | Annotation, message_id: str) -> None:
        publisher.disconnected()
        raise AblyException("did not receive a valid HTTP response", 400, 40000)

    async def works(publication: Publication | Annotation, message_id: str) -> None:
        said.append(publication.name or "")

    publisher.connected(breaks, nowhere)
    for value in (Start("r"), Text("r", "a"), Stop("r")):
        publisher.publish(value)
    await until(lambda: not publisher.sending and box.in_flight == 0)
    publisher.connected(works, nowhere)
    assert await publisher.flush(20)
    assert said == ["start", "token", "stop"]
    assert publisher.lost == len(told) == 0
    await publisher.close()


async def test_a_limit_is_told_once_and_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "RECOVERY", 0.2)
    slow: list[bool] = []
    box = Outbox(bucket=Bucket(None), window=0.0, nonce="n")
    publisher = Publisher(
        box, clock=time.monotonic, notify=lambda _: None, suspect=lambda: None, slowed=slow.append
    )
    refusals = 0

    async def refuses(_said: Publication | Annotation, _message_id: str) -> str:
        nonlocal refusals
        refusals += 1
        if refusals <= 3:
            raise AblyException("rate limit exceeded", 429, 42911)
        return "s"

    publisher.connected(refuses, nowhere)
    for response_id in "abc":
        publisher.publish(Start(response_id))
    await until(lambda: slow)
    assert slow == [True]
    await until(lambda: len(slow) > 1)
    assert slow == [True, False]
    assert await publisher.flush(20)
    await publisher.close()


class Channel:
    """What takes messages, and whether it answers."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.kept: dict[str, str] = {}
        self.sought: list[tuple[frozenset[str], float]] = []
        self.answers = True
        self.history: Exception | None = None

    async def send(self, said: Publication | Annotation, message_id: str) -> str:
        assert isinstance(said, Publication)
        self.said.append(said.name or "")
        self.kept[message_id] = serial = f"s{len(self.said)}"
        if not self.answers:
            await asyncio.Event().wait()
        return serial

    async def seek(self, ids: Set[str], ago: float) -> Sought:
        self.sought.append((frozenset(ids), ago))
        if self.history is not None:
            raise self.history
        return Sought({each: self.kept[each] for each in ids if each in self.kept}, sure=True)


@pytest.mark.parametrize("had", [True, False])
async def test_a_prompt_stands_once_however_late_its_connection_comes_back(
    had: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(item, "IDEMPOTENT", 0.0)  # as if that long had passed
    async with Peer() as peer, linked(only_publishing(peer)) as watched:
        await until(lambda: watched.ready)
        sent: list[Frame] = []

        def judge(message: Frame) -> Frame | None:
            sent.append(message)
            return None if had else PASSING  # nobody hears of it

        peer.judge = judge
        prompt = watched.link.run(watched.link.publisher.deliver, UserInput("p", "?"))
        await until(lambda: sent)
        now = time.time_ns() // 1_000_000
        peer.history = [{**message, "serial": "s1", "timestamp": now} for message in peer.published]
        peer.forget()
        peer.judge = lambda _message: True
        await peer.drop()
        await asyncio.wrap_future(prompt)
        assert names(peer) == ["user-input"]
        assert bool(peer.asked) is had


class TestLongDark:
    """What was sent is not acknowledged, and the connection comes back too late for its id to tell."""

    async def asked(self, channel: Channel, times: list[float]) -> tuple[Publisher, asyncio.Task[None]]:
        box = Outbox(bucket=Bucket(None), window=0.0, nonce="n")
        publisher = Publisher(
            box, clock=lambda: times[0], notify=lambda _: None, suspect=lambda: None, ack_timeout=0.05
        )
        channel.answers = False
        publisher.connected(channel.send, channel.seek)
        prompt = asyncio.create_task(publisher.deliver(UserInput("p", "?")))
        publisher.publish(Start("r"))
        await until(lambda: len(channel.said) == 2)
        publisher.disconnected()
        await until(lambda: not box.in_flight)
        times[0] += IDEMPOTENT + 30
        channel.answers = True
        return publisher, prompt

    async def test_what_the_channel_has_is_not_sent_again(self) -> None:
        channel = Channel()
        publisher, prompt = await self.asked(channel, [0.0])
        publisher.connected(channel.send, channel.seek)
        await prompt
        assert await publisher.flush(20)
        assert sorted(channel.said) == ["start", "user-input"]
        assert [(len(ids), ago) for ids, ago in channel.sought] == [(2, IDEMPOTENT + 30)]
        await publisher.close()

    async def test_what_it_does_not_have_is_sent(self) -> None:
        channel = Channel()
        publisher, prompt = await self.asked(channel, [0.0])
        channel.kept.clear()
        publisher.connected(channel.send, channel.seek)
        await prompt
        assert await publisher.flush(20)
        assert sorted(channel.said) == ["start", "start", "user-input", "user-input"]
        await publisher.close()

    async def test_where_history_cannot_be_read_it_is_sent(self) -> None:
        channel = Channel()
        publisher, prompt = await self.asked(channel, [0.0])
        channel.history = AblyException("no history", 401, 40160)
        publisher.connected(channel.send, channel.seek)
        await prompt
        assert len(channel.sought) == 1
        await publisher.close()

    async def test_when_the_connection_goes_while_it_is_looked_for_the_next_one_looks(self) -> None:
        channel = Channel()
        publisher, prompt = await self.asked(channel, [0.0])

        async def goes(ids: Set[str], ago: float) -> Sought:
            publisher.disconnected()
            raise OSError("no network")

        publisher.connected(channel.send, goes)
        await until(lambda: not publisher.sending)
        assert not prompt.done()
        publisher.connected(channel.send, channel.seek)
        await prompt
        assert sorted(channel.said) == ["start", "user-input"]
        await publisher.close()


async def test_what_is_said_before_the_connection_stands_waits_in_order() -> None:
    async with Peer() as peer:
        greet, peer.greet = peer.greet, lambda _connection: None
        async with linked(only_publishing(peer)) as watched:
            publish(watched, Start("r"), Text("r", "a"), Stop("r"))
            await until(lambda: watched.link.publisher.queued == 3)
            await until(lambda: peer.connections)
            peer.greet = greet
            await peer.connections[0].send(greet(peer.connections[0]) or {})
            await until(lambda: names(peer) == ["start", "token", "stop"])
            await until(lambda: watched.link.publisher.queued == 0)


class TestDeliver:
    async def test_refused(self) -> None:
        async with Peer() as peer:
            peer.judge = lambda _message: CAPABILITY
            async with linked(only_publishing(peer)) as watched:
                await until(lambda: watched.ready)
                future = watched.link.run(watched.link.publisher.deliver, UserInput("p", "?"))
                with pytest.raises(PublishError, match="capability publish") as caught:
                    await asyncio.wrap_future(future)
                assert caught.value.reason.code == 40160
                assert watched.notices == [], "who delivers tells it"

    async def test_it_waits_for_as_long_as_the_connection_may_come_back(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        loop, said = asyncio.get_running_loop(), 0
        publisher, box = alone()

        async def works(_publication: Publication | Annotation, _message_id: str) -> None:
            nonlocal said
            said += 1

        for _ in range(2):  # before the first connection, and after it
            delivery = asyncio.create_task(publisher.deliver(UserInput("p", "?")))
            await until(lambda: box.queued)
            later = loop.time() + 3_600
            monkeypatch.setattr(loop, "time", lambda later=later: later)
            for _ in range(10):
                await asyncio.sleep(0)
            monkeypatch.undo()
            assert not delivery.done()
            assert publisher.queued == 1
            publisher.connected(works, nowhere)
            await delivery
            publisher.disconnected()
        assert said == 2
        await publisher.close()

    async def test_what_waits_is_published_in_order_and_once(self) -> None:
        async with Peer() as peer, linked(only_publishing(peer, ack_timeout=0.5)) as watched:
            await until(lambda: watched.ready)
            greet, peer.greet = peer.greet, lambda _connection: None
            # The first is taken, but its acknowledgement dies with the connection.
            peer.judge = lambda _message: None
            asked = [watched.link.run(watched.link.publisher.deliver, UserInput("p0", "0"))]
            await until(lambda: peer.published)
            await peer.drop()
            await until(lambda: not watched.link.publisher.sending)
            for number in range(1, 5):
                prompt = UserInput(f"p{number}", str(number))
                asked.append(watched.link.run(watched.link.publisher.deliver, prompt))
            await until(lambda: watched.link.publisher.queued == 5)
            assert not any(each.done() for each in asked)
            peer.judge = lambda _message: True
            peer.greet = greet
            await peer.drop()
            await asyncio.gather(*map(asyncio.wrap_future, asked))
            ids = [message["extras"]["headers"]["promptId"] for message in peer.published]
            assert ids == [f"p{number}" for number in range(5)]
            assert watched.notices == []

    async def test_without_an_acknowledgement_it_is_sent_again_under_its_id(self) -> None:
        async with Peer() as peer:
            seen: list[str] = []

            def judge(message: Frame) -> bool | None:
                seen.append(message["id"])
                return True if len(seen) > 2 else None

            peer.judge = judge
            async with linked(only_publishing(peer, ack_timeout=0.3)) as watched:
                await until(lambda: watched.ready)
                prompt = watched.link.run(watched.link.publisher.deliver, UserInput("p", "?"))
                await asyncio.wrap_future(prompt)
                assert len(seen) == 3
                assert len(set(seen)) == 1
                assert names(peer) == ["user-input"]

    async def test_what_was_given_up_fails_without_a_further_word(self) -> None:
        told: list[Notice] = []
        publisher, box = alone(told)
        late = asyncio.Event()

        async def refuses(_publication: Publication | Annotation, _message_id: str) -> None:
            await late.wait()
            raise AblyException("rate limit exceeded", 429, 42913)

        publisher.connected(refuses, nowhere)
        delivery = asyncio.create_task(publisher.deliver(UserInput("p", "?")))
        await until(lambda: box.in_flight)
        delivery.cancel()
        late.set()
        await until(lambda: box.unfinished == 0)
        assert (told, publisher.lost) == ([], 0)
        await publisher.close()

    async def test_too_large(self) -> None:
        async with Peer() as peer, linked(only_publishing(peer)) as watched:
            future = watched.link.run(watched.link.publisher.deliver, Whole("r", "x" * 70_000))
            with pytest.raises(PublishError, match="longer than one message") as caught:
                await asyncio.wrap_future(future)
            assert caught.value.reason.code == 40009

    async def test_the_connection_fails_for_good(self) -> None:
        async with Peer() as peer:
            error = {"code": 40101, "statusCode": 401, "message": "invalid key"}
            peer.greet = lambda _connection: {"action": 9, "error": error}
            async with linked(only_publishing(peer)) as watched:
                publish(watched, Start("r"))
                future = watched.link.run(watched.link.publisher.deliver, UserInput("p", "?"))
                with pytest.raises(PublishError) as caught:
                    await asyncio.wrap_future(future)
                assert caught.value.reason.code == 40101
                publish(watched, Text("r", "a"), Stop("r"))
                assert watched.link.publisher.queued == 3
                peer.greet = peer.connected
                watched.link.retry()
                await until(lambda: names(peer) == ["start", "token", "stop"])
                assert watched.link.publisher.lost == 0

    async def test_nothing_is_kept_when_the_link_is_closed(self) -> None:
        async with Peer() as peer:
            peer.greet = lambda _connection: None
            async with linked(only_publishing(peer)) as watched:
                publish(watched, Start("r"), Text("r", "a"))
            assert watched.link.publisher.lost >= 1
            assert watched.link.publisher.queued == 0

    async def test_what_nobody_wants_any_more_is_not_sent_again(self) -> None:
        async with Peer() as peer:
            seen: list[str] = []

            def busy(message: Frame) -> Frame:
                seen.append(message["id"])
                return PASSING

            peer.judge = busy
            async with linked(only_publishing(peer)) as watched:
                await until(lambda: watched.ready)
                future = watched.link.run(watched.link.publisher.deliver, UserInput("p", "?"))
                await until(lambda: seen)
                future.cancel()
                await until(lambda: watched.link.publisher.queued == 0)
                peer.judge = lambda _message: True
                publish(watched, Start("r"))
                await until(lambda: names(peer) == ["start"])

    async def test_cancelled_before_it_was_sent(self) -> None:
        async with Peer() as peer:
            peer.greet = lambda _connection: None
            async with linked(only_publishing(peer)) as watched:
                future = watched.link.run(watched.link.publisher.deliver, UserInput("p", "?"))
                await until(lambda: watched.link.publisher.queued == 1)
                future.cancel()
                await until(lambda: watched.link.publisher.queued == 0)


async def test_the_budget_is_kept_and_text_is_joined_not_dropped() -> None:
    async with Peer() as peer, linked(only_publishing(peer, budget=40.0, window=0.025)) as watched:
        await until(lambda: watched.ready)
        loop = asyncio.get_running_loop()
        begun = loop.time()

        async def agent(response_id: str) -> None:
            watched.link.publisher.publish(Start(response_id))
            for number in range(100):
                watched.link.publisher.publish(Text(response_id, f"{number} "))
                await asyncio.sleep(0.005)
            watched.link.publisher.publish(Stop(response_id))

        for number in range(6):
            watched.link.run(agent, f"r{number}")
        await until(lambda: names(peer).count("stop") == 6)
        elapsed = loop.time() - begun
        assert len(peer.published) <= 40 * (elapsed + 1)
        for number in range(6):
            assert text(peer, f"r{number}") == "".join(f"{n} " for n in range(100))
        assert watched.link.publisher.rate <= 40
