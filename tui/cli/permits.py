"""The tools of an agent, and who allows them: whoever sits at the terminal, and whom the settings name."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tui.agent import KNOWN, ApprovalPolicy, toolbox
from tui.cli.opening import complain
from tui.cli.printing import end_line
from tui.values import SettingsError, near
from tui.wire import ApprovalResponse, ChannelMessage, clean_line

if TYPE_CHECKING:
    from tui.agent import AgentSettings, AgentTasks, Approvals, Toolbox, Waiting
    from tui.cli.crew import Requests
    from tui.cli.opening import Line
    from tui.settings import Settings

NOBODY = "nobody is at a terminal to allow it"
_SHORT = 400


def policy_of(settings: Settings) -> ApprovalPolicy:
    """Return who may allow what beside whoever runs the agent; raise SettingsError where a tool is none."""
    for tool in settings.minimum_role:
        if tool not in (*KNOWN, "*"):
            hint = near(tool, KNOWN) or f"; known are {', '.join(KNOWN)}, and * for every other"
            raise SettingsError(f"minimum_role: there is no tool {tool}{hint}")
    timeout = float(settings.approval_timeout)
    return ApprovalPolicy(frozenset(settings.approvers), settings.roles, settings.minimum_role, timeout)


def tools_of(settings: Settings, model: AgentSettings, approvals: Approvals) -> Toolbox | None:
    """Return the tools that the settings offer to the model; raise SettingsError for one that is none."""
    if not settings.tools:
        return None
    secrets = [*model.secrets, *filter(None, (settings.ably_key, settings.ably_token))]
    try:
        return toolbox(settings.tools, settings.tools_root or Path.cwd(), os.environ, approvals, secrets)
    except (ValueError, OSError) as error:
        raise SettingsError(f"--tools: {error}") from error


class Permits:
    """What this terminal's agent asks to be allowed. Its methods belong to the main thread."""

    def __init__(
        self, line: Line, tasks: AgentTasks, approvals: Approvals, requests: Requests, client_id: str
    ) -> None:
        """`requests` is what the `tasks` publish through; `client_id` is who decides here."""
        self._line = line
        self._tasks = tasks
        self._approvals = approvals
        self._requests = requests
        self._client_id = client_id
        self._shown: set[str] = set()

    def hear(self, messages: Iterable[ChannelMessage]) -> None:
        """Pass on what the channel says: others cancel, and allow where the server vouches for them."""
        for message in messages:
            self._line.link.run(self._tasks.hear, message)

    def fresh(self) -> list[tuple[Waiting, str]]:
        """Return the requests that wait and were not returned before, each with what it is, in one line."""
        if self._requests.made.keys() <= self._shown:
            return []
        found = [each for each in self.waiting() if each.call_id not in self._shown]
        self._shown.update(each.call_id for each in found)
        return [(each, self._told(each)) for each in found]

    def waiting(self) -> list[Waiting]:
        """Return the requests that wait and are on the channel, the oldest first."""
        waiting = self._line.link.run(lambda: self._approvals.waiting).result()
        return [each for each in waiting if each.call_id in self._requests.made]

    def decide(self, waiting: Waiting, *, approved: bool, reason: str | None = None) -> None:
        """Say on the channel what was decided here, and let it count."""
        said = ApprovalResponse(waiting.call_id, approved, reason, response_id=waiting.response_id)
        self._line.link.run(self._decide, said).result()

    def leave(self, waiting: Waiting) -> str:
        """Leave a request to others, or deny it where nobody else may allow it; return which, in words."""
        if self._approvals.policy.others:
            return "waits for somebody who may allow it"
        self.decide(waiting, approved=False, reason=NOBODY)
        return f"denied, {NOBODY}"

    def settle(self, text: str) -> None:
        """Ask whoever is at the terminal about each request that is new; `text` is what was printed last.
        Where nobody is, it is left to others.
        """
        for waiting, told in self.fresh():
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                complain(f"{told}: {self.leave(waiting)}")
                continue
            end_line(text)
            print(f"ably-tui: allow {told}? [y/N] ", end="", file=sys.stderr, flush=True)
            answer = sys.stdin.readline().strip().lower()
            self.decide(waiting, approved=answer in ("y", "yes"))

    def _decide(self, said: ApprovalResponse) -> None:
        self._requests.publish(said)
        self._tasks.decide(said.call_id, approved=said.approved, reason=said.reason, by=self._client_id)

    def _told(self, waiting: Waiting) -> str:
        tool, arguments = self._requests.made[waiting.call_id]
        return f"{clean_line(tool, 100)} {clean_line(arguments, _SHORT)}"
