"""Tool calls that wait to be allowed: what the person at the keyboard decides about them."""

from __future__ import annotations

from collections.abc import Callable

from tui.state import Block, Response
from tui.ui.asking import Box
from tui.ui.ports import Desk, Ruling
from tui.ui.verdicts import Counts, undecided
from tui.wire import ApprovalResponse

DENIES = "{send} denies · {panes} back"
"""How a denial is sent, and how it is left."""


class Rulings:
    """Allows and denies, at a key press and never otherwise."""

    def __init__(
        self,
        desk: Desk,
        box: Box,
        counts: Counts,
        here: set[tuple[str, bool]],
        say: Callable[[str], None],
        way: str,
    ) -> None:
        """`here` learns what is decided: toolCallId, and whether it is allowed. `way` says how a denial is
        sent, and how it is left.
        """
        self._way = way
        self._desk = desk
        self._box = box
        self._counts = counts
        self._here = here
        self._say = say
        self._denied: tuple[Response, Block] | None = None  # for which a reason is being typed

    @property
    def asks_why(self) -> bool:
        """Whether the box holds the reason of a denial."""
        return self._denied is not None

    def approve(self, response: Response) -> None:
        """Allow the oldest call of a response that waits."""
        block = self._waiting(response)
        if block is not None:
            self._decide(response, block, approved=True)

    def deny(self, response: Response) -> bool:
        """Ask for the reason of a denial; return whether there is something to deny."""
        block = self._waiting(response)
        if block is None or block.tool is None:
            return False
        self._denied = response, block
        self._box.borrow("", (f"deny {_tool(block)} ▸ reason (optional)", self._way))
        return True

    def send(self, reason: str) -> None:
        """Deny, for the reason that was typed."""
        denied, self._denied = self._denied, None
        self._box.give_back()
        if denied is not None:
            self._decide(*denied, approved=False, reason=reason.strip() or None)

    def leave(self) -> bool:
        """Decide nothing; return whether a reason was being typed."""
        if self._denied is None:
            return False
        self._denied = None
        self._box.give_back()
        return True

    def _waiting(self, response: Response) -> Block | None:
        blocks = undecided(response, self._counts)
        if not blocks:
            self._say("nothing here waits to be allowed")
            return None
        return blocks[0]

    def _decide(self, response: Response, block: Block, *, approved: bool, reason: str | None = None) -> None:
        tool = block.tool
        if tool is None or tool.approval is None:
            return
        asked = tool.approval
        said = ApprovalResponse(tool.call_id, approved, reason, response.response_id)
        self._here.add((tool.call_id, approved))
        self._desk.decide(Ruling(said, asked.tool, asked.arguments, asked.route))
        self._say(f"{'allowed' if approved else 'denied'} {_tool(block)}")


def _tool(block: Block) -> str:
    tool = block.tool
    name = tool.approval.tool or tool.name if tool is not None and tool.approval is not None else None
    return name or "the tool"
