"""A session over real sockets: the feed and the desk as the screen uses them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.cli.proxied import proxied
from tests.faults.proxy import Proxy
from tests.local.server import running_server
from tests.waiting import wait_until
from tui.agent import AgentSettings
from tui.cli.demos import DEMO_STREAMS
from tui.cli.session import Session
from tui.local import discover
from tui.settings import Settings, resolve
from tui.state import Conversation, Response, Status
from tui.state.people import publisher_of
from tui.state.threads import siblings_of, thread_of, turns_of
from tui.ui.ports import Contact, Question, Ruling
from tui.wire import (
    ApprovalResponse,
    Best,
    ChannelMessage,
    ConnectionChange,
    Notice,
    Roster,
    Route,
    UserInput,
    decode,
)


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
        self.by_serial: dict[str, ChannelMessage] = {}
        self.roster: Roster | None = None

    def look(self) -> list[Response]:
        for value in self.session.drain(10_000):
            if isinstance(value, ChannelMessage):
                self.by_serial[value.serial] = value
                self.conversation.apply(value)
            elif isinstance(value, Roster):
                self.roster = value
            elif isinstance(value, ConnectionChange):
                self.states.append(value.state)
            elif isinstance(value, Notice):
                self.notices.append(value)
        return list(self.conversation.responses.values())

    @property
    def messages(self) -> list[ChannelMessage]:
        """In the order of the channel."""
        return [self.by_serial[serial] for serial in sorted(self.by_serial)]

    def transport(self, name: str) -> int:
        """How many messages of AI Transport have this name."""
        return sum(message.name == name for message in self.messages)

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
        viewer.session.ask(Question("early"))
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
            viewer.session.ask(Question(f"question {n}"))
        viewer.session.demo()
        wait_until(lambda: len(viewer.look()) == 3 + DEMO_STREAMS)
        wait_until(lambda: viewer.ended(3 + DEMO_STREAMS), timeout=60)
        assert {response.status for response in viewer.look()} == {Status.DONE}


def test_cancel_ends_an_answer_and_closing_ends_the_rest(tmp_path: Path) -> None:
    with local(tmp_path, model="demo-slow") as other, local(tmp_path, model="demo-slow") as viewer:
        for text in ("first", "second"):
            viewer.session.ask(Question(text))
        wait_until(lambda: sum(bool(response.text) for response in viewer.look()) == 2)
        first = next(r for r in viewer.look() if r.prompt is not None and r.prompt.text == "first")
        assert first.prompt_id is not None
        assert viewer.session.cancel(first.prompt_id, first.response_id)
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
                viewer.session.ask(Question("may I?"))
                wait_until(lambda: viewer.look() == [] and any(n.draft for n in viewer.notices))
                (notice,) = (notice for notice in viewer.notices if notice.draft)
                assert notice.draft == "may I?"
                assert "publish" in notice.text
                assert "secret-of-the-reader" not in notice.text
        finally:
            discover.stop(tmp_path / "local")


def test_prompts_that_are_asked_without_a_connection_wait_and_come_in_order_once(tmp_path: Path) -> None:
    with running_server(tmp_path / "elsewhere") as server, proxied(server.host, server.port) as proxy:
        settings = resolve(
            {"endpoint": f"127.0.0.1:{proxy.port}", "tls": False, "model": "demo-9000tps"},
            {"USER": "ana", "ABLY_API_KEY": server.key},
            {},
        )
        try:
            with session(tmp_path / "local", settings) as viewer:
                first = viewer.session.ask(Question("0"))
                wait_until(lambda: answered(viewer, first))
                proxy.do(Proxy.refuse)
                wait_until(lambda: viewer.look() and viewer.states[-1] == "disconnected")
                asked = [viewer.session.ask(Question(str(number))) for number in range(1, 4)]
                wait_until(lambda: viewer.session.queued >= len(asked))
                proxy.do(Proxy.heal)
                wait_until(lambda: all(answered(viewer, prompt_id) for prompt_id in asked))
                said = [decode(message) for message in viewer.messages if message.name == "user-input"]
                assert [each.prompt_id for each in said if isinstance(each, UserInput)] == [first, *asked]
                assert not any(notice.draft for notice in viewer.notices)
        finally:
            discover.stop(tmp_path / "local")


def test_closing_says_what_could_not_be_said(tmp_path: Path) -> None:
    with running_server(tmp_path / "elsewhere") as server, proxied(server.host, server.port) as proxy:
        settings = resolve(
            {"endpoint": f"127.0.0.1:{proxy.port}", "tls": False, "model": "demo-slow"},
            {"USER": "ana", "ABLY_API_KEY": server.key},
            {},
        )
        try:
            with session(tmp_path / "local", settings) as viewer:
                prompt = viewer.session.ask(Question("a long one"))
                wait_until(lambda: viewer.look() and the(viewer, prompt).text)
                proxy.do(Proxy.swallow)
                assert viewer.session.close(3) == (
                    "1 answer could not be ended: the server did not answer; others see it as STALLED"
                )
            proxy.do(Proxy.heal)
            with session(tmp_path / "local", settings) as viewer:
                prompt = viewer.session.ask(Question("another"))
                wait_until(lambda: viewer.look() and the(viewer, prompt).text)
                assert viewer.session.close(3) is None
            proxy.do(Proxy.refuse)
            with session(tmp_path / "local", settings) as viewer:
                wait_until(lambda: viewer.look() == [] and "disconnected" in viewer.states)
                viewer.session.ask(Question("into the blue"))
                wait_until(lambda: viewer.session.queued)
                assert viewer.session.close(1) == "1 prompt was not sent: no connection"
        finally:
            discover.stop(tmp_path / "local")


def test_a_model_of_ones_own_answers_on_the_local_channel(tmp_path: Path) -> None:
    with running_server(tmp_path / "elsewhere") as model:
        agent = AgentSettings.demo(f"http://{model.host}:{model.port}", model.model_key, model="demo-9000tps")
        try:
            with session(tmp_path / "local", resolve({}, {"USER": "ana"}, {}), agent) as viewer:
                viewer.session.prepare()
                viewer.session.ask(Question("hello"))
                wait_until(lambda: viewer.ended(1))
                assert viewer.look()[0].model == "demo-9000tps"
        finally:
            discover.stop(tmp_path / "local")


def test_a_demo_model_that_has_ended_meanwhile_answers_the_next_prompt(tmp_path: Path) -> None:
    with running_server(tmp_path / "channel") as server:
        folder = tmp_path / "local"
        settings = resolve(
            {"model": "demo-9000tps", "endpoint": f"{server.host}:{server.port}", "tls": False},
            {"USER": "ana", "ABLY_API_KEY": server.key},
            {},
        )
        assert not settings.local
        try:
            with session(folder, settings) as viewer:
                for count in range(1, 3):
                    viewer.session.ask(Question(f"question {count}"))
                    wait_until(partial(viewer.ended, count))
                    assert discover.stop(folder)
                viewer.session.demo()
                wait_until(lambda: viewer.ended(2 + DEMO_STREAMS), timeout=60)
                assert {response.status for response in viewer.look()} == {Status.DONE}
        finally:
            discover.stop(folder)


def test_a_fault_in_opening_is_told_as_a_failed_connection(tmp_path: Path) -> None:
    (tmp_path / "local").write_text("a file where the folder should be")
    with session(tmp_path / "local", resolve({}, {"USER": "ana"}, {})) as viewer:
        wait_until(lambda: viewer.look() == [] and viewer.states == ["failed"])


def answered(viewer: Viewer, prompt_id: str) -> Response | None:
    """The done answer to a prompt, as far as there is one."""
    viewer.look()
    found = [each for each in viewer.conversation.answers(prompt_id) if each.status is Status.DONE]
    return found[0] if found else None


def the(viewer: Viewer, prompt_id: str) -> Response:
    (response,) = viewer.conversation.answers(prompt_id)
    return response


def test_another_terminal_sees_the_question_and_continues_the_thread_with_its_past(tmp_path: Path) -> None:
    with local(tmp_path, client_id="ana-1") as ana, local(tmp_path, client_id="ben-1") as ben:
        first = ana.session.ask(Question("What is a channel?"))
        wait_until(lambda: answered(ana, first) and answered(ben, first))
        seen = the(ben, first)
        assert seen.prompt is not None
        assert (seen.prompt.text, seen.prompt.publisher.client_id) == ("What is a channel?", "ana-1")
        past = turns_of(ben.conversation, seen)
        assert [(turn.prompt, turn.answer) for turn in past] == [("What is a channel?", seen.text)]
        second = ben.session.ask(Question("And a serial?", past=past, in_reply_to=seen.response_id))
        wait_until(lambda: answered(ana, second))
        chain = thread_of(ana.conversation, the(ana, second))
        assert [each.prompt_id for each in chain] == [first, second]
        assert [turn.prompt for turn in turns_of(ana.conversation, chain[-1])] == [
            "What is a channel?",
            "And a serial?",
        ]


def test_one_prompt_is_answered_three_times_side_by_side(tmp_path: Path) -> None:
    with local(tmp_path) as viewer:
        prompt = viewer.session.ask(Question("three of you", models=(None, "demo-8000tps", "demo-7000tps")))
        wait_until(lambda: viewer.ended(3))
        answers = viewer.conversation.answers(prompt)
        assert {answer.model for answer in answers} == {"demo-9000tps", "demo-8000tps", "demo-7000tps"}
        assert len(siblings_of(viewer.conversation, answers[0])) == 3
        assert all(answer.prompt_id == prompt and answer.text for answer in answers)


def test_a_prompt_to_another_is_only_published(tmp_path: Path) -> None:
    with local(tmp_path) as viewer:
        prompt = viewer.session.ask(Question("hello bot", to="haiku-bot"))
        wait_until(viewer.look)
        assert not viewer.session.answers(prompt)
        assert viewer.session.running == 0
        assert the(viewer, prompt).status is Status.WAITING


def test_another_terminal_cancels_and_its_name_is_told(tmp_path: Path) -> None:
    slow = {"model": "demo-slow"}
    with local(tmp_path, client_id="ana-1", **slow) as ana, local(tmp_path, client_id="ben-1", **slow) as ben:
        prompt = ana.session.ask(Question("a long one"))
        wait_until(lambda: any(each.text for each in ben.look()))
        assert not ben.session.cancel(prompt, the(ben, prompt).response_id)
        wait_until(lambda: [each.status for each in ana.look()] == [Status.CANCELLED])
        assert the(ana, prompt).cancelled_by == "ben-1"
        wait_until(lambda: ana.session.running == 0)


def test_an_agent_that_obeys_nobody_goes_on(tmp_path: Path) -> None:
    none = {"model": "demo-slow"}
    folder = tmp_path / "local"
    settings = resolve({**none, "client_id": "ana-1"}, {"USER": "ana"}, {"allow_cancel": "none"})
    with local(tmp_path, client_id="ben-1", **none) as ben, session(folder, settings) as ana:
        prompt = ana.session.ask(Question("a long one"))
        wait_until(lambda: any(each.text for each in ben.look()))
        ben.session.cancel(prompt, the(ben, prompt).response_id)
        wait_until(lambda: ana.look() and the(ana, prompt).cancel_asked_by == "ben-1")
        length = the(ana, prompt).length
        wait_until(lambda: ana.look() and the(ana, prompt).length > length)
        assert the(ana, prompt).status is Status.LIVE


def test_a_tool_runs_once_its_owner_allows_it_and_nobody_else_can(tmp_path: Path) -> None:
    settings = resolve(
        {"client_id": "ana-1"},
        {"USER": "ana"},
        {"model": "demo-approval", "tools": ["run_command"], "tools_root": str(tmp_path)},
    )
    with local(tmp_path, client_id="ben-1") as ben, session(tmp_path / "local", settings) as ana:
        prompt = ana.session.ask(Question("run it"))
        wait_until(lambda: ben.look() and the(ben, prompt).pending)
        wait_until(lambda: ana.look() and the(ana, prompt).pending)
        ben.session.decide(ruling(the(ben, prompt), approved=True))
        (block,) = the(ana, prompt).pending
        tool = block.tool
        assert tool is not None
        wait_until(lambda: ana.look() and "does not count" in tool.status)
        assert tool.result is None
        # Only what was shown is allowed.
        shown = ruling(the(ana, prompt), approved=True)
        ana.session.decide(replace(shown, arguments='{"command": "true"}'))
        wait_until(lambda: ana.look() and any("what is shown" in notice.text for notice in ana.notices))
        assert tool.result is None
        ana.session.decide(shown)
        wait_until(lambda: ana.look() and the(ana, prompt).status is Status.DONE)
        (done,) = [each.tool for each in the(ana, prompt).blocks if each.tool is not None]
        assert done.result is not None
        assert not done.failed


def ruling(response: Response, *, approved: bool) -> Ruling:
    """What the screen hands over when somebody presses the key."""
    (block,) = response.pending
    assert block.tool is not None
    assert block.tool.approval is not None
    said = ApprovalResponse(block.tool.call_id, approved, None, response.response_id)
    return Ruling(said, block.tool.approval.tool, block.tool.approval.arguments)


def test_the_models_are_learnt_in_the_background(tmp_path: Path) -> None:
    with local(tmp_path) as viewer:
        viewer.session.prepare()
        wait_until(lambda: any(model.id.startswith("demo") for model in viewer.session.models))


def test_presence_says_what_goes_on_here(tmp_path: Path) -> None:
    with (
        local(tmp_path, client_id="ana-1", model="demo-slow") as ana,
        local(tmp_path, client_id="ben-1") as ben,
    ):

        def status() -> tuple[str | None, ...]:
            ben.look()
            members = ben.roster.members if ben.roster is not None else ()
            return next(
                ((each.kind, each.model, each.status) for each in members if each.client_id == "ana-1"), ()
            )

        wait_until(lambda: status() == ("viewer", "demo-slow", "idle"))
        prompt = ana.session.ask(Question("a long one"))
        wait_until(lambda: status() == ("viewer", "demo-slow", "streaming"))
        ana.session.cancel(prompt, None)
        wait_until(lambda: status() == ("viewer", "demo-slow", "idle"))


def test_a_session_of_ai_transport_is_spoken_to_in_its_own_words(tmp_path: Path) -> None:
    with local(tmp_path) as viewer:
        contact = Contact("vercel", "m2")
        prompt = viewer.session.ask(Question("go on", contact=contact, in_reply_to="run1"))
        viewer.session.ask(Question("", contact=replace(contact, again=True), sibling_of="m1"))
        wait_until(lambda: viewer.look() and viewer.transport("ai-input") == 2)
        assert not viewer.session.answers(prompt)
        first, again = viewer.messages
        assert (first.data, first.extras["ai"]["transport"]["parent"]) == ("go on", "m2")  # type: ignore[index]
        assert again.extras["ai"]["transport"]["msg-regenerate"] == "m2"  # type: ignore[index]
        viewer.session.cancel("m1", "run1", transport=True)
        wait_until(lambda: viewer.look() and viewer.transport("ai-cancel") == 1)
        said = ApprovalResponse("t1", approved=False, reason="no", response_id="run1")
        viewer.session.decide(Ruling(said, "tool", "{}", Route("vercel", "run1", "m2")))
        wait_until(lambda: viewer.look() and viewer.transport("ai-input") == 3)
        assert viewer.messages[-1].extras["ai"]["codec"]["approved"] == "false"  # type: ignore[index]


def test_two_terminals_tell_each_other_which_answer_is_the_best(tmp_path: Path) -> None:
    with local(tmp_path, client_id="ana-1") as ana, local(tmp_path, client_id="ben-1") as ben:
        prompt = ana.session.ask(Question("two of you", models=("demo-9000tps", "demo-8000tps")))
        wait_until(lambda: ana.ended(2) and ben.ended(2))

        def best(viewer: Viewer) -> tuple[str | None, str | None] | None:
            """Which model's answer is called the best, and by whom."""
            viewer.look()
            found = viewer.conversation.best.best_of(viewer.conversation.answers(prompt))
            return None if found is None else (found[0].model, found[1].publisher.client_id)

        def press(viewer: Viewer, model: str, *, taken_back: bool = False) -> None:
            """What the screen does when somebody presses `v`."""
            answers = siblings_of(viewer.conversation, viewer.conversation.answers(prompt)[0])
            assert [answer.model for answer in answers] == ["demo-9000tps", "demo-8000tps"], "as was asked"
            (answer,) = (each for each in answers if each.model == model)
            assert answer.response_id is not None
            said = Best(answer.response_id, prompt, taken_back=taken_back)
            publisher = publisher_of(viewer.session._settings.client_id, None)
            viewer.conversation.best.say_here(said, publisher, answers)
            viewer.session.prefer(said)

        assert best(ana) is best(ben) is None
        press(ana, "demo-8000tps")
        assert best(ana) == ("demo-8000tps", "ana-1"), "here at once"
        wait_until(lambda: best(ben) == ("demo-8000tps", "ana-1"))
        press(ben, "demo-9000tps")
        wait_until(lambda: best(ana) == best(ben) == ("demo-9000tps", "ben-1"))
        press(ana, "demo-9000tps", taken_back=True)
        wait_until(lambda: best(ana) is best(ben) is None)
        with local(tmp_path, client_id="late-1") as late:
            wait_until(lambda: late.ended(2) and "demo-9000tps" in {each.model for each in late.look()})
            press(ana, "demo-8000tps")
            wait_until(lambda: best(late) == best(ben) == best(ana) == ("demo-8000tps", "ana-1"))
