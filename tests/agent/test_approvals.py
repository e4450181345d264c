from __future__ import annotations

import asyncio

import pytest

from tests.agent.test_tasks import until
from tui.agent.approvals import Approvals, Outcome, Waiting
from tui.agent.policy import ApprovalPolicy, Decider, Verdict
from tui.wire import ApprovalResponse, ToolProgress

OWN = Decider("me", own=True)
STRANGER = Decider("ben\x1b[2J")
YES = ApprovalResponse("t1", approved=True)
NO = ApprovalResponse("t1", approved=False, reason="not today")


async def waiting(approvals: Approvals, call_id: str = "t1") -> asyncio.Task[Outcome]:
    task = asyncio.create_task(approvals.wait(call_id, "run_command", "r1"))
    await until(lambda: task.done() or any(each.call_id == call_id for each in approvals.waiting))
    return task


@pytest.mark.parametrize(
    ("said", "decider", "outcome"),
    [
        (YES, OWN, Outcome(True, "approved by me")),
        (NO, OWN, Outcome(False, "denied by me: not today")),
        (YES, Decider(None, own=True), Outcome(True, "approved by whoever runs the agent")),
        (YES, Decider(None, "admin"), Outcome(True, "approved by somebody with the role admin")),
        (YES, Decider("ana"), Outcome(True, "approved by ana")),
    ],
)
async def test_a_word_that_counts(said: ApprovalResponse, decider: Decider, outcome: Outcome) -> None:
    approvals = Approvals(ApprovalPolicy(frozenset({"ana"}), ("admin",), {"*": "admin"}))
    task = await waiting(approvals)
    assert list(approvals.waiting) == [Waiting("t1", "run_command", "r1")]
    assert approvals.hear(said, decider) is Verdict.COUNTS
    assert approvals.hear(NO, OWN) is None  # the first word is final
    assert await task == outcome
    assert not approvals.waiting


async def test_what_was_said_before_does_not_count() -> None:
    approvals = Approvals(ApprovalPolicy())
    assert approvals.hear(YES, OWN) is None
    task = await waiting(approvals)
    assert not task.done()
    assert approvals.hear(ApprovalResponse("t2", approved=True), OWN) is None
    assert approvals.hear(ApprovalResponse("t1", True, response_id="r2"), OWN) is None
    assert approvals.hear(ApprovalResponse("t1", False, response_id="r1"), OWN) is Verdict.COUNTS
    assert not (await task).approved
    assert approvals.hear(YES, OWN) is None


async def test_an_id_that_comes_again_is_denied() -> None:
    approvals = Approvals(ApprovalPolicy())
    first = await waiting(approvals)
    second = await approvals.wait("t1", "run_command", "r2")
    assert second == Outcome(False, "its id is that of an earlier call")
    approvals.hear(YES, OWN)
    assert (await first).approved
    assert not (await approvals.wait("t1", "run_command", "r1")).approved


async def test_time_is_limited() -> None:
    approvals = Approvals(ApprovalPolicy(timeout=0.01))
    assert await approvals.wait("t1", "x") == Outcome(False, "nobody answered within 0.01 s")
    assert approvals.hear(YES, OWN) is None


async def test_cancelling_ends_the_request() -> None:
    approvals = Approvals(ApprovalPolicy())
    task = await waiting(approvals)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not approvals.waiting
    assert approvals.hear(YES, OWN) is None


async def test_people_are_told_whose_word_does_not_count() -> None:
    approvals = Approvals(ApprovalPolicy(roles=("admin",), minimum={"*": "admin"}))
    assert approvals.objection(YES, STRANGER) is None
    task = await waiting(approvals)
    status = "still waiting: the word of ben does not count, nothing proves who says it"
    assert approvals.objection(YES, STRANGER) == ToolProgress("r1", "t1", status, name="run_command")
    assert approvals.objection(YES, STRANGER) is None  # once each
    told = approvals.objection(YES, Decider(None, "viewer"))
    assert told is not None
    assert told.status.endswith("somebody without a clientId does not count, their role does not allow this")
    assert sum(approvals.objection(YES, Decider(f"c{n}")) is not None for n in range(50)) == 3
    assert not task.done()
    assert approvals.objection(YES, OWN) is None
    assert (await task).approved
