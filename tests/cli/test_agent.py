"""One prompt, and answering others, as real processes with the demo model."""

from __future__ import annotations

import json
import os
import signal
import threading

from tests.cli.commands import Commands, publish_raw
from tests.waiting import wait_until
from tui.cli.agent import MOST
from tui.link import Endpoint, Link, LinkOptions
from tui.state import Conversation
from tui.wire import Annotation, ChannelChange, ChannelMessage


def ask(commands: Commands, channel: str, *words: str, stdin: str = "") -> tuple[int, str, str]:
    done = commands.run("agent", "--model", "demo-9000tps", "--channel", channel, *words, stdin=stdin)
    return done.returncode, done.stdout, done.stderr


def test_the_answer_is_printed_and_stands_on_the_channel(ably_tui: Commands) -> None:
    code, out, err = ask(ably_tui, "a1", "Tell me a joke")
    assert (code, err) == (0, "")
    assert "Tell me a joke" in out
    done = ably_tui.run("export", "--channel", "a1", "--format", "json")
    (response,) = json.loads(done.stdout)["responses"]
    assert response["prompt"] == "Tell me a joke"
    assert "".join(block["text"] for block in response["blocks"]) == out


def test_the_prompt_may_come_from_a_pipe(ably_tui: Commands) -> None:
    assert "piped words" in ask(ably_tui, "a2", stdin="piped words\n")[1]
    assert "more words" in ask(ably_tui, "a2", "-", stdin="more words\n")[1]
    code, out, err = ask(ably_tui, "a2", stdin=" \n")
    assert (code, out) == (2, "")
    assert "needs a prompt" in err


def test_what_is_piped_stands_below_the_prompt(ably_tui: Commands) -> None:
    code, _, err = ask(ably_tui, "a20", "Summarise", stdin="  + \x1b[31m__init__\r\n\n- b\n\n")
    assert (code, err) == (0, "")
    done = ably_tui.run("export", "--channel", "a20", "--format", "json")
    (response,) = json.loads(done.stdout)["responses"]
    assert response["prompt"] == "Summarise\n\n  + __init__\n\n- b"


def test_a_pipe_that_is_too_long_is_refused(ably_tui: Commands) -> None:
    assert ask(ably_tui, "a21", "Summarise", stdin="x" * MOST)[0] == 0
    code, out, err = ask(ably_tui, "a21", "Summarise", stdin="x" * (MOST + 1))
    assert (code, out) == (2, "")
    assert err == "ably-tui: more than 40 KB is piped in, and a prompt is one message: cut it\n"


def test_a_pipe_that_says_nothing_is_named_as_what_is_waited_for(ably_tui: Commands) -> None:
    reading, writing = os.pipe()
    try:
        words = ("agent", "hi", "--model", "demo-9000tps", "--channel", "a22")
        with ably_tui.running(*words, stdin=reading) as running:
            wait_until(lambda: "waiting for its end" in running.err, timeout=30, what=running.err)
            os.write(writing, b"piped words")
            os.close(writing)
            writing = -1
            running.wait_for("piped words")
    finally:
        for each in {reading, writing} - {-1}:
            os.close(each)


def test_json_lines_are_the_answers_messages(ably_tui: Commands) -> None:
    code, out, err = ask(ably_tui, "a3", "hi", "--json")
    names = [json.loads(line)["name"] for line in out.splitlines()]
    assert (code, err, names[0], names[-1]) == (0, "", "start", "stop")


def test_a_failure_is_an_exit_code_and_a_reason(ably_tui: Commands) -> None:
    done = ably_tui.run("agent", "hi", "--model", "demo-529", "--channel", "a4")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("ably-tui: FAILED")


def test_an_answer_that_is_cut_ends_its_line(ably_tui: Commands) -> None:
    """So that what is said next begins one, in a pipe too; one that is whole goes there as it is."""
    code, out, err = ask(ably_tui, "a23", "--max-tokens", "20", "hi there")
    assert (code, err) == (0, "")
    done = ably_tui.run("export", "--channel", "a23", "--format", "json")
    (response,) = json.loads(done.stdout)["responses"]
    text = "".join(block["text"] for block in response["blocks"])
    assert out == f"{text.rstrip()}\n"


def test_interrupted_it_cancels_its_answer(ably_tui: Commands) -> None:
    with ably_tui.running("agent", "hi", "--model", "demo-slow", "--channel", "a5") as running:
        running.wait_for("Demo")
        assert running.end(signal.SIGTERM) == 130
        assert running.out.endswith("\n")
    done = ably_tui.run("export", "--channel", "a5", "--format", "json")
    assert [each["status"] for each in json.loads(done.stdout)["responses"]] == ["CANCELLED"]


def test_serving_answers_those_who_may_ask(ably_tui: Commands) -> None:
    serving = ("agent", "--serve", "--model", "demo-9000tps", "--channel", "a6", "--client-id", "helper")
    asked: list[dict[str, object]] = [
        {"name": "user-input", "clientId": "ben", "data": {"promptId": "p1", "text": "from ben"}},
        {"name": "user-input", "clientId": "eve", "data": {"promptId": "p2", "text": "from eve"}},
    ]
    with ably_tui.running(*serving, "--allow-from", "ben") as server:
        server.wait_for("answering on a6 as helper")
        with ably_tui.running("tail", "--channel", "a6") as tail:
            publish_raw(ably_tui.server, "a6", asked)
            tail.wait_for("DONE")
        server.wait_for("ben: answered by demo-9000tps, ")
        server.wait_for(" out\n")
        assert server.end(signal.SIGTERM) == 0, "a server that is told to end"
        assert server.err == ""
    done = ably_tui.run("export", "--channel", "a6", "--format", "json")
    assert [each["prompt"] for each in json.loads(done.stdout)["responses"]] == ["from ben"]


def test_a_program_is_told_of_each_answer_in_json(ably_tui: Commands) -> None:
    serving = ("agent", "--serve", "--model", "demo-9000tps", "--channel", "a10", "--client-id", "helper")
    asked = {"name": "user-input", "clientId": "ben", "data": {"promptId": "p1", "text": "hi"}}
    with ably_tui.running(*serving, "--allow-from", "ben", "--json") as server:
        server.wait_for("answering on a10 as helper")
        publish_raw(ably_tui.server, "a10", [asked])
        server.wait_for(' out"}\n')
        said = [json.loads(line)["said"] for line in server.out.splitlines()]
    assert len(said) == 2
    assert said[1].startswith("ben: answered by demo-9000tps, ")


def test_an_answer_that_is_cancelled_is_told_as_such(ably_tui: Commands) -> None:
    serving = ("agent", "--serve", "--model", "demo-slow", "--channel", "a11", "--client-id", "helper")
    asked = {"name": "user-input", "clientId": "ben", "data": {"promptId": "p1", "text": "hi"}}
    cancel = {"name": "cancel", "clientId": "ben", "data": {"promptId": "p1"}}
    with ably_tui.running(*serving, "--allow-from", "ben") as server:
        server.wait_for("answering on a11 as helper")
        with ably_tui.running("tail", "--json", "--channel", "a11") as tail:
            publish_raw(ably_tui.server, "a11", [asked])
            tail.wait_for('"token"')
            publish_raw(ably_tui.server, "a11", [cancel])
            server.wait_for("ben: answer by demo-slow cancelled by ben, ")


def test_what_serving_needs(ably_tui: Commands) -> None:
    for words, why in (
        (("--serve", "hello"), "--serve takes its prompts from the channel"),
        (("--serve", "--cost-per-hour", "much"), "--cost-per-hour: much is no sum of dollars above 0"),
        (("--serve", "--cost-per-hour", "2"), "nobody has said what demo costs"),
        (("--serve", "--tokens-per-hour", "10"), "would exceed its limit of 10 tokens"),
        (("--serve", "--concurrency", "0"), "--concurrency: '0' is no whole number above 0"),
        (("--serve", "--tools", "explode"), "--tools: there is no tool 'explode'"),
    ):
        done = ably_tui.run("agent", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert why in done.stderr


def test_a_viewer_sees_what_an_answer_cites(ably_tui: Commands) -> None:
    assert ask(ably_tui, "a9", "hello")[0] == 0  # which starts the server
    server, woken, conversation = ably_tui.server, threading.Event(), Conversation()
    link = Link(
        LinkOptions(
            channel="a9",
            client_id="eva",
            key=server.key,
            endpoint=Endpoint(server.host, server.port, tls=False),
        ),
        wake=woken.set,
    )
    attached: list[str] = []

    def look() -> bool:
        for value in link.drain():
            if isinstance(value, ChannelMessage):
                conversation.apply(value)
            elif isinstance(value, Annotation):
                conversation.annotate(value)
            elif isinstance(value, ChannelChange):
                attached.append(value.state)
        return "attached" in attached

    link.start()
    try:
        wait_until(look)
        done = ably_tui.run("agent", "--model", "demo-cites-9000tps", "--channel", "a9", "cite please")
        assert (done.returncode, done.stderr) == (0, "")
        wait_until(
            lambda: look() and any(len(each.citations) == 3 for each in conversation.responses.values())
        )
        cited = next(each for each in conversation.responses.values() if each.citations)
        assert cited.sources == {"Made-up source of the demo": 2, "example.com": 1}
        assert len(conversation.marks(cited)) == 3
    finally:
        link.close(5)


def test_tools_that_there_are_not_and_a_server_that_is_not_there(ably_tui: Commands) -> None:
    done = ably_tui.run("agent", "hi", "--tools", "bogus", "--channel", "a8")
    assert (done.returncode, done.stdout) == (2, "")
    assert "bogus" in done.stderr
    ably_tui = Commands(ably_tui.home)
    ably_tui.environment["ABLY_API_KEY"] = "app.key:secret"
    words = ("agent", "hi", "--model", "demo", "--endpoint", "127.0.0.1:1", "--no-tls", "--timeout", "0.5")
    done = ably_tui.run(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no connection for 0.5 seconds" in done.stderr
    assert "--timeout" in done.stderr


def test_a_tool_is_denied_where_nobody_can_allow_it(ably_tui: Commands) -> None:
    words = ("--model", "demo-tools-9000tps", "--tools", "run_command", "--channel", "a9")
    done = ably_tui.run("agent", "run the command `ls`", *words)
    assert "denied, nobody is at a terminal to allow it" in done.stderr
