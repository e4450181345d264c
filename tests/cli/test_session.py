"""A session over real sockets: the feed and the desk as the screen uses them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.local.server import running_server
from tests.waiting import wait_until
from tui.agent import AgentSettings
from tui.cli.session import DEMO_STREAMS, Session
from tui.local import discover
from tui.settings import Settings, resolve
from tui.state import Conversation, Response, Status
from tui.wire import ChannelMessage, ConnectionChange, Notice


def now() -> int:
    return time.time_ns() // 1_000_000


class Viewer:
    """Drains a session into a conversation, as the screen does."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.conversation = Conversation()
        self.states: list[str] = []
        self.notices: list[Notice] = []
        self.woken = threading.Event()

    def look(self) -> list[Response]:
        for value in self.session.drain(10_000):
            if isinstance(value, ChannelMessage):
                self.conversation.apply(value)
            elif isinstance(value, ConnectionChange):
                self.states.append(value.state)
            elif isinstance(value, Notice):
                self.notices.append(value)
        return list(self.conversation.responses.values())

    def ended(self, count: int) -> bool:
        return sum(response.stopped for response in self.look()) == count


@contextmanager
def session(folder: Path, settings: Settings, agent: AgentSettings | None = None) -> Iterator[Viewer]:
    one = Session(settings, agent, folder, now)
    viewer = Viewer(one)
    one.start(viewer.woken.set)
    try:
        yield viewer
    finally:
        one.close(3)


@contextmanager
def local(tmp_path: Path, **flags: object) -> Iterator[Viewer]:
    folder = tmp_path / "local"
    settings = resolve({"model": "demo-9000tps", **flags}, {"USER": "ana"}, {})
    try:
        with session(folder, settings) as viewer:
            yield viewer
    finally:
        discover.stop(folder)


def test_a_prompt_asked_before_there_is_a_server_is_answered_over_the_channel(tmp_path: Path) -> None:
    with local(tmp_path) as viewer:
        viewer.session.ask("early")
        assert viewer.session.queued >= 1
        wait_until(lambda: viewer.ended(1))
        (response,) = viewer.look()
        assert response.status is Status.DONE
        assert response.prompt is not None
        assert response.prompt.text == "early"
        assert response.text
        assert viewer.woken.is_set()
        assert "connected" in viewer.states


def test_several_prompts_at_once_and_the_demo(tmp_path: Path) -> None:
    with local(tmp_path) as viewer:
        for n in range(3):
            viewer.session.ask(f"question {n}")
        viewer.session.demo()
        wait_until(lambda: len(viewer.look()) == 3 + DEMO_STREAMS)
        wait_until(lambda: viewer.ended(3 + DEMO_STREAMS), timeout=60)
        assert {response.status for response in viewer.look()} == {Status.DONE}


def test_cancel_ends_an_answer_and_closing_ends_the_rest(tmp_path: Path) -> None:
    with local(tmp_path, model="demo-slow") as other, local(tmp_path, model="demo-slow") as viewer:
        for text in ("first", "second"):
            viewer.session.ask(text)
        wait_until(lambda: sum(bool(response.text) for response in viewer.look()) == 2)
        first = next(r for r in viewer.look() if r.prompt is not None and r.prompt.text == "first")
        assert first.prompt_id is not None
        assert viewer.session.cancel(first.prompt_id)
        assert not viewer.session.cancel("unknown")
        wait_until(lambda: viewer.look() and first.status is Status.CANCELLED)
        assert first.text
        viewer.session.close(3)
        wait_until(lambda: [r.status for r in other.look()] == [Status.CANCELLED] * 2)
        assert all(response.text for response in other.look())


def test_a_prompt_that_the_channel_refuses_comes_back(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    key = "app.reader:secret-of-the-reader"
    keys.write_text(json.dumps([{"key": key, "capability": {"*": ["subscribe", "history"]}}]))
    with running_server(tmp_path / "elsewhere", keys=keys) as server:
        flags = {"endpoint": f"{server.host}:{server.port}", "tls": False, "model": "demo"}
        settings = resolve(flags, {"USER": "ana", "ABLY_API_KEY": key}, {})
        try:
            with session(tmp_path / "local", settings) as viewer:
                viewer.session.ask("may I?")
                wait_until(lambda: viewer.look() == [] and viewer.notices)
                (notice,) = viewer.notices
                assert notice.draft == "may I?"
                assert "publish" in notice.text
                assert "secret-of-the-reader" not in notice.text
        finally:
            discover.stop(tmp_path / "local")


def test_a_model_of_ones_own_answers_on_the_local_channel(tmp_path: Path) -> None:
    with running_server(tmp_path / "elsewhere") as model:
        agent = AgentSettings.demo(f"http://{model.host}:{model.port}", model.model_key, model="demo-9000tps")
        try:
            with session(tmp_path / "local", resolve({}, {"USER": "ana"}, {}), agent) as viewer:
                viewer.session.prepare()
                viewer.session.ask("hello")
                wait_until(lambda: viewer.ended(1))
                assert viewer.look()[0].model == "demo-9000tps"
        finally:
            discover.stop(tmp_path / "local")


def test_a_fault_in_opening_is_told_as_a_failed_connection(tmp_path: Path) -> None:
    (tmp_path / "local").write_text("a file where the folder should be")
    with session(tmp_path / "local", resolve({}, {"USER": "ana"}, {})) as viewer:
        wait_until(lambda: viewer.look() == [] and viewer.states == ["failed"])
