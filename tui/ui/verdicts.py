"""What was said to approval requests, and what of it counts."""

from __future__ import annotations

from collections.abc import Callable, Container

from tui.state import Approval, Block, Decision, Response

Counts = Callable[[Decision], bool]
"""Whether what somebody said to an approval request counts."""


def counts_for(own: str, here: Container[tuple[str, bool]] = ()) -> Counts:
    """Return the rule that holds where nobody says otherwise: what the server vouches for counts, and what
    was decided at this keyboard, which is `here` by toolCallId. This terminal's clientId (`own`) alone proves
    nothing: whoever shares the key can take it.
    """

    def counts(decision: Decision) -> bool:
        said_here = decision.publisher.client_id == own and (decision.call_id, decision.approved) in here
        return decision.claim is not None or said_here

    return counts


VOUCHED = counts_for("")
"""What the server vouches for, and nothing else."""


def decided(approval: Approval, counts: Counts) -> Decision | None:
    """Return the decision that holds: the first that counts."""
    return next((each for each in approval.decisions if counts(each)), None)


def is_over(response: Response, counts: Counts) -> bool:
    """Whether a response is nothing but requests that belong to no other response, and all are decided:
    nothing more is heard of it.
    """
    approvals = [None if block.tool is None else block.tool.approval for block in response.blocks]
    return (
        response.response_id is None
        and bool(approvals)
        and all(each is not None and decided(each, counts) is not None for each in approvals)
    )


def undecided(response: Response, counts: Counts) -> list[Block]:
    """Return the tool calls of a response that wait for somebody to allow them."""
    return [
        block
        for block in response.pending
        if block.tool is not None
        and block.tool.approval is not None
        and decided(block.tool.approval, counts) is None
    ]
