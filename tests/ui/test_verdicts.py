from __future__ import annotations

from dataclasses import replace

from tests.messages import Channel
from tests.state.test_conversation import after, only
from tui.state import Response
from tui.ui.verdicts import counts_for, decided, is_over, undecided
from tui.wire import ApprovalRequest, ApprovalResponse, Start, Stop, ToolResult

HERE = {("t", True), ("t", False)}


def asked(*answers: tuple[str, bool], claim: str | None = None) -> tuple[Channel, Response]:
    channel = Channel()
    channel.publish(Start("r"))
    channel.publish(ApprovalRequest("r", "t", "bash", "{}"))
    for client, approved in answers:
        message = channel.publish(ApprovalResponse("t", approved), client=client)
        if claim is not None:
            channel.log[-1] = replace(message, extras={**message.extras, "userClaim": claim})
    return channel, only(after(channel.log))


def test_only_a_claim_or_ones_own_word_counts() -> None:
    counts = counts_for("me", HERE)
    for client, claim, ours in (("ben", None, 0), ("me", None, 1), ("ben", "publisher", 1)):
        _, response = asked((client, True), claim=claim)
        approval = response.blocks[0].tool.approval if response.blocks[0].tool else None
        assert approval is not None
        assert (decided(approval, counts) is not None) is bool(ours)
        assert len(undecided(response, counts)) == 1 - ours


def test_ones_own_name_proves_nothing_where_one_has_decided_nothing_or_otherwise() -> None:
    for here in (set[tuple[str, bool]](), {("t", False)}, {("other", True)}):
        _, response = asked(("me", True))
        assert len(undecided(response, counts_for("me", here))) == 1


def test_the_first_that_counts_holds() -> None:
    _, response = asked(("ben", True), ("me", False), ("me", True))
    approval = response.blocks[0].tool.approval if response.blocks[0].tool else None
    assert approval is not None
    holds = decided(approval, counts_for("me", HERE))
    assert holds is not None
    assert (holds.publisher.client_id, holds.approved) == ("me", False)


def test_nothing_waits_for_anybody_once_there_is_a_result_or_an_end() -> None:
    for last in (ToolResult("r", "t", "done"), Stop("r")):
        channel, _ = asked()
        channel.publish(last)
        assert not undecided(only(after(channel.log)), counts_for("me", HERE))


def test_a_request_of_its_own_is_over_once_it_is_decided_by_a_word_that_counts() -> None:
    for client, over in (("me", True), ("mallory", False)):
        channel = Channel()
        channel.publish(ApprovalRequest(None, "t", "bash", "{}"))
        channel.publish(ApprovalResponse("t", True), client=client)
        response = only(after(channel.log))
        assert is_over(response, counts_for("me", HERE)) is over
        assert bool(undecided(response, counts_for("me", HERE))) is not over
