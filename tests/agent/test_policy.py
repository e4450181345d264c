from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.agent.policy import ApprovalPolicy, Cancels, Decider, Verdict

ROLES = ("viewer", "publisher", "admin")
POLICY = ApprovalPolicy(frozenset({"ana"}), ROLES, {"run_command": "admin", "*": "publisher"})
COUNTS, UNVERIFIED, INSUFFICIENT = Verdict.COUNTS, Verdict.UNVERIFIED, Verdict.INSUFFICIENT


@pytest.mark.parametrize(
    ("policy", "tool", "decider", "verdict"),
    [
        (POLICY, "run_command", Decider("me", own=True), COUNTS),
        (POLICY, "run_command", Decider(None, own=True), COUNTS),
        (POLICY, "run_command", Decider("ana"), COUNTS),
        (POLICY, "run_command", Decider("ana", "viewer"), COUNTS),
        (POLICY, "run_command", Decider("Ana"), UNVERIFIED),
        (POLICY, "run_command", Decider("ana "), UNVERIFIED),
        (POLICY, "run_command", Decider("ben"), UNVERIFIED),
        (POLICY, "run_command", Decider(None), UNVERIFIED),
        (POLICY, "run_command", Decider(""), UNVERIFIED),
        (POLICY, "run_command", Decider("*"), UNVERIFIED),
        (POLICY, "run_command", Decider("ben", "admin"), COUNTS),
        (POLICY, "run_command", Decider("ben", "publisher"), INSUFFICIENT),
        (POLICY, "run_command", Decider("ben", "root"), INSUFFICIENT),
        (POLICY, "run_command", Decider("ben", ""), INSUFFICIENT),
        (POLICY, "run_command", Decider("ben", "Admin"), INSUFFICIENT),
        (POLICY, "read_file", Decider("ben", "publisher"), COUNTS),
        (POLICY, "read_file", Decider("ben", "viewer"), INSUFFICIENT),
        (POLICY, "*", Decider("ben", "viewer"), INSUFFICIENT),
        (ApprovalPolicy(), "x", Decider("ben"), UNVERIFIED),
        (ApprovalPolicy(), "x", Decider("ben", "admin"), INSUFFICIENT),
        (ApprovalPolicy(roles=ROLES), "x", Decider("ben", "admin"), INSUFFICIENT),
        (ApprovalPolicy(roles=ROLES, minimum={"y": "viewer"}), "x", Decider("ben", "admin"), INSUFFICIENT),
        (ApprovalPolicy(frozenset({""})), "x", Decider(None), UNVERIFIED),
    ],
)
def test_whose_word_counts(policy: ApprovalPolicy, tool: str, decider: Decider, verdict: Verdict) -> None:
    assert policy.judge(tool, decider) is verdict


@given(st.text(), st.none() | st.text(), st.none() | st.text())
def test_without_a_policy_nobody_else_may(tool: str, client_id: str | None, claim: str | None) -> None:
    assert ApprovalPolicy().judge(tool, Decider(client_id, claim)) is not COUNTS


@pytest.mark.parametrize(
    ("roles", "minimum"), [(("a", "b", "a"), {}), (("a",), {"x": "b"}), ((), {"*": "admin"})]
)
def test_a_policy_that_makes_no_sense(roles: tuple[str, ...], minimum: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="role"):
        ApprovalPolicy(roles=roles, minimum=minimum)


@pytest.mark.parametrize(
    ("cancels", "asker", "canceller", "obeyed"),
    [
        (Cancels.ANY, "ana", "ben", True),
        (Cancels.ANY, None, None, True),
        (Cancels.OWN, "ana", "ana", True),
        (Cancels.OWN, "ana", "ben", False),
        (Cancels.OWN, None, None, False),
        (Cancels.OWN, "ana", None, False),
        (Cancels.NONE, "ana", "ana", False),
    ],
)
def test_whose_cancel_is_obeyed(
    cancels: Cancels, asker: str | None, canceller: str | None, obeyed: bool
) -> None:
    assert cancels.obeys(asker, canceller) is obeyed
