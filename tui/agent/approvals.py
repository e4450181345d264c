"""Approval requests that wait for somebody's word.

The requests themselves are on the channel, so that a viewer that starts later finds them there. Here is only
what waits in this process: it began after its request was made, so nothing that was said before counts.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field

from tui.agent.policy import ApprovalPolicy, Decider, Verdict
from tui.wire import ApprovalResponse, ToolProgress, clean_line

_log = logging.getLogger(__name__)
_REMEMBERED = 10_000
"""Ids of requests that are not waited for a second time."""
_OBJECTIONS = 5
"""How often people are told, of one request, that somebody's word on it does not count."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request."""

    approved: bool
    why: str
    """For the model and for people: who said so, or that nobody did."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that nobody has decided yet."""

    call_id: str
    tool: str
    response_id: str | None


@dataclass(slots=True)
class _Request:
    waiting: Waiting
    outcome: asyncio.Future[Outcome]
    told: set[str | None] = field(default_factory=set)
    """ClientIds whose word did not count, as far as people were told."""


class Approvals:
    """Requests by toolCallId. Every method belongs to one event loop."""

    def __init__(self, policy: ApprovalPolicy) -> None:
        self.policy = policy
        self._waiting: dict[str, _Request] = {}
        self._used: deque[str] = deque(maxlen=_REMEMBERED)

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """The requests that wait, oldest first."""
        return tuple(request.waiting for request in self._waiting.values())

    async def wait(self, call_id: str, tool: str, response_id: str | None = None) -> Outcome:
        """Wait until somebody whose word counts has decided, or the policy's time is over.

        An id that was waited for before is denied at once: a word on it may have been meant for the other.
        """
        if call_id in self._used:
            return Outcome(approved=False, why="its id is that of an earlier call")
        self._used.append(call_id)
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting[call_id] = _Request(Waiting(call_id, tool, response_id), future)
        try:
            async with asyncio.timeout(self.policy.timeout):
                return await future
        except TimeoutError:
            return Outcome(approved=False, why=f"nobody answered within {self.policy.timeout:g} s")
        finally:
            del self._waiting[call_id]

    def hear(self, said: ApprovalResponse, decider: Decider) -> Verdict | None:
        """Take somebody's word; return whether it counted, None when nothing waits for it.

        The first word that counts is final. One that names another response than the request's is about
        something else.
        """
        request = self._waiting.get(said.call_id)
        if request is None or request.outcome.done():
            return None
        waiting = request.waiting
        if said.response_id not in {None, waiting.response_id}:
            return None
        verdict = self.policy.judge(waiting.tool, decider)
        if verdict is not Verdict.COUNTS:
            _log.info("a response to the approval request for %s does not count: %s", waiting.tool, verdict)
            return verdict
        who = decider.client_id or (
            "whoever runs the agent" if decider.own else f"somebody with the role {decider.claim}"
        )
        reason = f": {said.reason}" if said.reason else ""
        word = "approved" if said.approved else "denied"
        request.outcome.set_result(Outcome(said.approved, f"{word} by {who}{reason}"))
        return verdict

    def objection(self, said: ApprovalResponse, decider: Decider) -> ToolProgress | None:
        """Take somebody's word as `hear` does; return what everybody is to be told when it does not count,
        once for each clientId and a few times for each request.
        """
        verdict = self.hear(said, decider)
        if verdict is None or verdict is Verdict.COUNTS:
            return None
        request, client_id = self._waiting[said.call_id], decider.client_id
        if client_id in request.told or len(request.told) >= _OBJECTIONS:
            return None
        request.told.add(client_id)
        who = clean_line(client_id, 100) if client_id else "somebody without a clientId"
        unproven = verdict is Verdict.UNVERIFIED
        why = "nothing proves who says it" if unproven else "their role does not allow this"
        status = f"still waiting: the word of {who} does not count, {why}"
        return ToolProgress(request.waiting.response_id, said.call_id, status, name=request.waiting.tool)
