"""The traps of the SDK `ably` 3.1.4, one by one, and the tests that fail without a defence: the table
is `SHOWN_BY`.

Not met: B22 (channels made inside listeners; the main one is made before its client connects, those beside it
in tasks), and, because what springs them is not used, which `test_what_springs_a_trap_is_not_used` sees to,
B25 (`once_async`), B26 (listeners that are no plain functions), B36 (probing attributes of `channels`).
Nothing can be done about B17 (a task per frame) from outside but to keep the listeners short, as
`subscription` does: one conversion, one append.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from ably.realtime.realtime import AblyRealtime

from tests.link.peer import DISCONNECTED, ERROR, Connection, Frame, Peer
from tests.link.support import KEY, linked, message, reading, until
from tui.link import LinkOptions, client
from tui.link.client import dispose, make_realtime

HERE = Path(__file__).parent
LINK = HERE.parents[1] / "tui" / "link"
SHOWN_BY = {
    "B1": (
        "ignores the port for the WebSocket",
        "test_client::test_hosts_and_ports",
    ),
    "B2": (
        "refuses a key over plain HTTP",
        "test_link::test_history_pages",
    ),
    "B3": (
        "attaches every channel again for one REST call",
        "test_past::test_reading_the_past_leaves_the_connection_alone",
    ),
    "B4": (
        "goes on connecting after `failed`",
        "test_traps::test_failed_is_for_good",
    ),
    "B5": (
        "believes for ever that a dead connection stands",
        "test_connection::test_disconnected_without_error_leaves_no_zombie",
    ),
    "B6": (
        "fetches a page, blocking the loop",
        "test_traps::test_no_page_is_fetched_on_the_loop",
    ),
    "B7": (
        "waits ten seconds on a refused port",
        "test_connection::test_refused_port_is_told_at_once_and_found_when_it_opens",
    ),
    "B8": (
        "lets a dead transport kill its successor",
        "test_traps::test_a_frame_after_disconnected_does_no_harm",
    ),
    "B9": (
        "renews a token only once",
        "test_connection::test_every_expired_token_is_renewed",
    ),
    "B10": (
        "repeats queued publishes",
        "test_publisher::test_a_cut_in_the_middle_loses_and_repeats_nothing",
    ),
    "B11": (
        "mixes up results after a new connection",
        "test_publisher::test_a_cut_in_the_middle_loses_and_repeats_nothing",
    ),
    "B12": (
        "lets new publishes overtake queued ones",
        "test_publisher::test_what_is_said_before_the_connection_stands_waits_in_order",
    ),
    "B13": (
        "raises its socket's errors, and sends again",
        "test_publisher::test_a_cut_in_the_middle_loses_and_repeats_nothing",
    ),
    "B14": (
        "waits for ever for an acknowledgement",
        "test_publisher::test_a_lost_acknowledgement_repeats_under_the_same_id",
    ),
    "B15": (
        "gives appends no id",
        "test_growing::test_a_lost_acknowledgement_of_an_append_is_followed_by_the_whole_text",
    ),
    "B16": (
        "slows down with many publishes under way",
        "test_outbox::test_in_flight_is_bounded",
    ),
    "B18": (
        "loses the frame of a message named `error`",
        "test_subscription::test_one_odd_message_costs_no_other",
    ),
    "B19": (
        "hides that continuity was lost",
        "test_missed::test_a_loss_told_while_attached_is_fetched",
    ),
    "B20": (
        "has no `untilAttach`",
        "test_link::test_history_and_live_overlap_without_a_hole",
    ),
    "B21": (
        "forgets its place when suspended",
        "test_troubles::test_suspended_is_told_and_left_again_with_nothing_lost",
    ),
    "B23": (
        "raises a TypeError from `attach`",
        "test_subscription::test_a_suspended_channel_is_attached_again_and_filled",
    ),
    "B24": (
        "a channel cannot be let go of without a connection",
        "test_sides::test_one_is_let_go_of_while_there_is_no_connection",
    ),
    "B28": (
        "a rewind comes again with every attachment",
        "test_sides::test_what_was_said_before_comes_with_the_same_serials_and_is_no_news",
    ),
    "B27": (
        "has no option against echo",
        "test_link::test_the_publishing_connection_hears_no_echo",
    ),
    "B29": (
        "enters presence on every attachment",
        "test_roster::test_we_enter_once_for_each_connection_and_not_for_each_attachment",
    ),
    "B30": (
        "hears annotations late, and only when asked for",
        "test_subscription::test_annotations_are_asked_for_and_heard_from_the_first_on",
    ),
    "B31": (
        "swaps code and status",
        "test_explain::test_code_and_status_may_have_changed_places",
    ),
    "B32": (
        "has asyncio print to stderr",
        "test_logs::test_nothing_reaches_stderr_and_everything_the_file",
    ),
    "B33": (
        "closes for ten seconds",
        "test_connection::test_close_connected_to_a_server_that_stopped_answering",
    ),
    "B34": (
        "asks a proxy for this machine",
        "test_connection::test_a_proxy_is_not_asked_for_this_machine",
    ),
    "B35": (
        "does not know the server's limit",
        "test_chunks::test_pieces_fit_and_join_to_the_whole",
    ),
}
"""What the SDK does, and the test that shows that it does no harm."""
APART = {"B17", "B22", "B25", "B26", "B36"}
SPRINGS = {
    "B25": r"once_async",
    "B26": r"\bpartial\(",
    "B27": r"echo_messages|recover=",
    "B36": r"(hasattr|getattr)\([^,]*channels",
}


def test_every_trap_has_a_test_that_exists() -> None:
    assert SHOWN_BY.keys() | APART == {f"B{number}" for number in range(1, 37)}
    for trap, (_, place) in SHOWN_BY.items():
        module, test = place.split("::")
        assert f"def {test}(" in (HERE / f"{module}.py").read_text(), f"{trap}: no {place}"


@pytest.mark.parametrize("trap", SPRINGS)
def test_what_springs_a_trap_is_not_used(trap: str) -> None:
    for path in LINK.glob("*.py"):
        code = re.sub(r'"""[\s\S]*?"""|#.*', "", path.read_text())
        assert re.search(SPRINGS[trap], code) is None, f"{trap} in {path.name}"


async def test_failed_is_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    """B4. The SDK alone tries again and again; it is given time to show it."""
    hasty: dict[str, Any] = {"realtime_request_timeout": 100, "disconnected_retry_timeout": 100}
    monkeypatch.setattr(client, "AblyRealtime", lambda **given: AblyRealtime(**{**given, **hasty}))
    error = {"code": 40101, "statusCode": 401, "message": "no"}
    async with Peer() as peer:
        peer.greet = lambda _connection: {"action": ERROR, "error": error}

        def attempts(name: str) -> int:
            return sum(request["clientId"] == name for request in peer.requests)

        alone = AblyRealtime(
            key=KEY,
            client_id="alone",
            endpoint=f"127.0.0.1:{peer.port}",
            tls=False,
            fallback_hosts=[],
            auto_connect=False,
            **hasty,
        )
        try:
            async with linked(reading(peer)) as watched:
                await until(lambda: "failed" in watched.states)
                alone.connect()
                await until(lambda: attempts("alone") == 3)
                assert attempts("ana") == 1
                assert watched.states[-1] == "failed"
        finally:
            await dispose(alone)


async def test_no_page_is_fetched_on_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """B6. Only Ably's own hosts have fallbacks, so this looks at the client that would use them."""

    def fetch(*_args: object, **_more: object) -> None:
        raise AssertionError("a synchronous request on the link's loop")

    monkeypatch.setattr(httpx, "get", fetch)
    made = make_realtime(LinkOptions(channel="c", client_id="ana", key=KEY), echo=True)
    try:
        assert made.options.get_fallback_hosts()
        assert made.connection.connection_manager.check_connection() is True
    finally:
        await dispose(made)


async def test_a_frame_after_disconnected_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """B8. It would set off the dead transport's idle timer, which then disconnects the next connection."""
    monkeypatch.setattr(client, "_LOOPBACK_TIMEOUT", 150)
    error = {"code": 80003, "statusCode": 400, "message": "moved"}
    async with Peer() as peer:

        def greet(connection: Connection) -> Frame:
            greeting = peer.connected(connection)
            greeting["connectionDetails"]["maxIdleInterval"] = 50
            return greeting

        peer.greet, peer.resumed = greet, True
        async with linked(reading(peer)) as watched:
            await until(lambda: watched.ready)
            (old,) = peer.connections
            await old.send({"action": DISCONNECTED, "error": error})
            await peer.say(message(1))
            await old.gone.wait()
            await until(lambda: peer.connections and peer.connections[0].attached)
            for number in range(2, 52):  # more than twice as long as the old timer would run
                await peer.say(message(number))
                await asyncio.sleep(0.02)
            await until(lambda: watched.data and watched.data[-1] == "51")
            assert len(peer.requests) == 2
            assert len(watched.data) == len(set(watched.data))
        await until(lambda: not peer.connections)
