"""An agent that was built with AI Transport's JavaScript SDK is usable from here."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.guide.programs import require, session
from tests.guide.viewer import Viewer, viewer
from tests.local.server import running_server
from tests.waiting import wait_until
from tui.local.statefile import LocalServer
from tui.state import Response, Status
from tui.wire import (
    ApprovalResponse,
    Cancel,
    Publication,
    UserInput,
    encode_again,
    encode_approval,
    encode_cancel,
    encode_input,
)


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    directory: Path = tmp_path_factory.mktemp("server")
    require("javascript")
    with running_server(directory) as server:
        yield server


def said(seen: Viewer, publication: Publication) -> None:
    seen.link.run(seen.link.publisher.deliver, publication)


def event() -> str:
    return secrets.token_hex(8)


def answered(seen: Viewer, prompt_id: str, met: Callable[[Response], bool]) -> Response:
    """The response to a prompt, once it is as it should be."""

    def found() -> Response | None:
        seen.look()
        return next((each for each in seen.conversation.answers(prompt_id) if met(each)), None)

    wait_until(lambda: found() is not None, what=f"an answer to {prompt_id}")
    response = found()
    assert response is not None
    return response


def is_done(response: Response) -> bool:
    return response.status is Status.DONE


def spoken_name(seen: Viewer, response: Response) -> str:
    """The codec-message-id under which the session knows a response."""
    for key, message in reversed(seen.conversation.recent):
        ai = message.extras.get("ai")
        if key == response.strand and message.name == "ai-output" and isinstance(ai, dict):
            return str(ai["transport"]["codec-message-id"])
    raise AssertionError("not spoken of")


def test_a_thread_a_retry_a_cancel_and_an_approval(server: LocalServer) -> None:
    with session(server, "ai:js"), viewer(server, "ai:js") as seen:
        said(seen, encode_input(UserInput("p1", "one"), "vercel", event_id=event()))
        first = answered(seen, "p1", is_done)
        assert (first.text, first.question, first.publisher.client_id) == ("one", "one", "agent")
        name = spoken_name(seen, first)

        said(seen, encode_input(UserInput("p2", "two", in_reply_to=name), "vercel", event_id=event()))
        assert answered(seen, "p2", is_done).text == "one | one | two", "it was asked in the thread"

        said(seen, encode_again("p3", name, "p1", event_id=event()))
        again = answered(seen, "p3", is_done)
        assert (again.text, again.question) == ("one", "one")
        assert again.sibling_of == name

        said(seen, encode_input(UserInput("p4", "a long one"), "vercel", event_id=event()))
        running = answered(seen, "p4", lambda each: "word" in each.text)
        said(seen, encode_cancel(Cancel(running.response_id, "p4"), event_id=event()))
        assert answered(seen, "p4", lambda each: each.status is Status.CANCELLED).text.startswith(" word")

        said(seen, encode_input(UserInput("p5", "use a tool"), "vercel", event_id=event()))
        asking = answered(seen, "p5", lambda each: bool(each.pending))
        (call,) = asking.pending
        assert call.tool is not None
        assert call.tool.approval is not None
        assert call.tool.approval.route is not None
        allowed = ApprovalResponse(call.tool.call_id, approved=True)
        said(seen, encode_approval(allowed, call.tool.approval.route, event_id=event()))
        assert answered(seen, "p5", is_done).text == "It is gone."
