"""Who may allow a tool beside whoever runs the agent, as real processes with tokens of a real server."""

from __future__ import annotations

import json
import signal
import urllib.request
from urllib.parse import quote

import pytest

from tests.cli.commands import Commands, Running, publish_raw
from tests.local.server import token
from tui.agent import ApprovalPolicy
from tui.cli.permits import policy_of
from tui.settings import resolve
from tui.values import SettingsError

USER = {"USER": "ana"}
SERVING = (
    "agent",
    "--serve",
    "--model",
    "demo-tools-9000tps",
    "--tools",
    "run_command",
    "--client-id",
    "helper",
)


def test_the_settings_make_the_policy() -> None:
    assert policy_of(resolve({}, USER, {})) == ApprovalPolicy()
    given = {
        "approvers": "boss",
        "roles": "viewer,admin",
        "minimum_role": "run_command:admin,*:viewer",
        "approval_timeout": "60",
    }
    minimum = {"run_command": "admin", "*": "viewer"}
    policy = ApprovalPolicy(frozenset({"boss"}), ("viewer", "admin"), minimum, 60.0)
    assert policy_of(resolve(given, USER, {})) == policy


def test_a_least_role_for_a_tool_that_is_none_is_refused() -> None:
    settings = resolve({"roles": "admin", "minimum_role": "run_comand:admin"}, USER, {})
    with pytest.raises(
        SettingsError, match="minimum_role: there is no tool run_comand; did you mean run_command"
    ):
        policy_of(settings)


def test_a_role_in_a_token_allows_what_a_shared_keys_client_id_does_not(ably_tui: Commands) -> None:
    asked = {
        "name": "user-input",
        "clientId": "ben",
        "data": {"promptId": "p", "text": "run the command `ls`"},
    }
    rules = ("--allow-from", "ben", "--roles", "viewer,admin", "--minimum-role", "*:admin")
    with ably_tui.running(*SERVING, *rules, "--channel", "e1") as agent:
        agent.wait_for("answering on e1 as helper")
        with ably_tui.running("tail", "--json", "--channel", "e1") as tail:
            publish_raw(ably_tui.server, "e1", [asked])
            tail.wait_for('"approval-request"')
            (request,) = said(tail, "approval-request")
            yes = {"name": "approval-response", "data": {"decision": "approved"}, "extras": request["extras"]}
            publish_raw(ably_tui.server, "e1", [{**yes, "clientId": "carla"}])
            tail.wait_for("the word of carla does not count, nothing proves who says it")
            publish_as(ably_tui, "e1", yes, "dora", role="viewer")
            tail.wait_for("the word of dora does not count, their role does not allow this")
            assert not said(tail, "tool_result")
            publish_as(ably_tui, "e1", yes, "eva", role="admin")
            tail.wait_for('"tool_result"')
            tail.wait_for('"stop"')
            (result,) = said(tail, "tool_result")
            assert "not allowed" not in json.dumps(result)
        assert agent.end(signal.SIGTERM) == 0
        assert agent.err == ""


def test_a_named_approver_is_believed(ably_tui: Commands) -> None:
    with ably_tui.running("tail", "--json", "--channel", "e2") as tail:
        words = ("--model", "demo-tools-9000tps", "--tools", "run_command", "--approvers", "boss")
        with ably_tui.running("agent", "run the command `ls`", *words, "--channel", "e2") as agent:
            tail.wait_for('"approval-request"')
            (request,) = said(tail, "approval-request")
            no = {"decision": "rejected", "reason": "not today"}
            answer = {"name": "approval-response", "data": no, "extras": request["extras"]}
            publish_as(ably_tui, "e2", answer, "boss")
            tail.wait_for("denied by boss")
            tail.wait_for('"stop"')
            assert agent.process.wait(20) == 0
            assert "waits for somebody who may allow it" in agent.err


def test_an_agent_that_nobody_can_allow_anything_says_so_and_denies_in_time(ably_tui: Commands) -> None:
    asked = {
        "name": "user-input",
        "clientId": "ben",
        "data": {"promptId": "p", "text": "run the command `ls`"},
    }
    with ably_tui.running(
        *SERVING, "--allow-from", "ben", "--approval-timeout", "1", "--channel", "e3"
    ) as agent:
        agent.wait_for("answering on e3 as helper")
        assert "--approvers, or --roles with --minimum-role" in agent.err
        with ably_tui.running("tail", "--json", "--channel", "e3") as tail:
            publish_raw(ably_tui.server, "e3", [asked])
            tail.wait_for("nobody answered within 1 s")


def said(tail: Running, name: str) -> list[dict[str, object]]:
    """The messages with a name that a viewer has printed."""
    lines = [json.loads(line) for line in tail.out.splitlines(keepends=True) if line.endswith("\n")]
    return [line for line in lines if line.get("name") == name]


def publish_as(
    commands: Commands, channel: str, message: dict[str, object], client: str, role: str = ""
) -> None:
    """Publish with a token that is bound to a clientId, and perhaps to a role."""
    server = commands.server
    claims = {"x-ably-clientId": client, **({"ably.channel.*": role} if role else {})}
    request = urllib.request.Request(
        f"http://{server.host}:{server.port}/channels/{quote(channel, safe='')}/messages",
        json.dumps(message).encode(),
        {"Authorization": f"Bearer {token(server, **claims)}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 201
