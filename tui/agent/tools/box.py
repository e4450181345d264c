"""The tools of one agent: asks for permission where one needs it, runs them, and says all that as values."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.agent.approvals import Approvals
from tui.agent.tools.error import ToolError
from tui.agent.tools.secrets import Redactor
from tui.agent.tools.size import LIMIT, fitted, size
from tui.wire import ApprovalRequest, Outgoing, ToolProgress, ToolResult, clean_text

if TYPE_CHECKING:
    from tui.agent.tools.kit import Tool

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A model wants a tool called."""

    call_id: str
    """The call's id on the channel."""
    name: str
    input: Mapping[str, Any] | None
    """None where the model sent no JSON object."""
    tool_use_id: str = ""
    """The call's id for the model."""


class Toolbox:
    """The tools that are switched on."""

    def __init__(self, tools: Sequence[Tool], approvals: Approvals, redactor: Redactor) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._approvals = approvals
        self._redactor = redactor
        self._given: dict[str, int] = {}

    @property
    def schemas(self) -> list[dict[str, object]]:
        """The tools as the Messages API wants them."""
        return [
            {"name": tool.name, "description": tool.description, "input_schema": dict(tool.schema)}
            for tool in self._tools.values()
        ]

    def call_id(self, tool_use_id: str) -> str:
        """Return the id of a call on the channel: its own, or with a number behind it for one that was there
        before. Some servers count their calls anew in each message, and who allows one allows no other.
        """
        times = self._given[tool_use_id] = self._given.get(tool_use_id, 0) + 1
        return tool_use_id if times == 1 else f"{tool_use_id}-{times}"

    async def run(self, response_id: str | None, use: ToolUse) -> AsyncGenerator[Outgoing, None]:
        """Yield an `ApprovalRequest` where one is needed, progress, and at last one `ToolResult`."""
        try:
            tool, given = self._checked(use)
            if tool.asks(given):
                yield ApprovalRequest(response_id, use.call_id, use.name, _shown(given))
                outcome = await self._approvals.wait(use.call_id, use.name, response_id)
                if not outcome.approved:
                    raise ToolError(f"not allowed: {outcome.why}")  # noqa: TRY301
            yield ToolProgress(response_id, use.call_id, "running", name=use.name)
            result, failed = await tool.run(given), False
        except ToolError as error:
            result, failed = str(error), True
        except Exception as error:  # noqa: BLE001  a model may ask for anything
            _log.exception("the tool %s failed", use.name)
            result, failed = f"it failed ({type(error).__name__})", True
        yield ToolResult(response_id, use.call_id, fitted(self._redactor(result)), use.name, failed)

    def _checked(self, use: ToolUse) -> tuple[Tool, Mapping[str, Any]]:
        """Return the tool and its input; raise ToolError when the call makes no sense."""
        tool = self._tools.get(use.name)
        if tool is None:
            raise ToolError(f"there is no tool {use.name!r}")
        if use.input is None:
            raise ToolError("its arguments are no JSON object")
        for name, value in use.input.items():
            if name not in tool.schema["properties"]:
                raise ToolError(f"it takes no argument {name!r}")
            if not isinstance(value, str):
                raise ToolError(f"its argument {name!r} is no text")
        if missing := [name for name in tool.schema["required"] if name not in use.input]:
            raise ToolError(f"it needs the argument {missing[0]!r}")
        return tool, use.input


def _shown(given: Mapping[str, Any]) -> str:
    """Return a call's arguments for whoever is to allow them; raise ToolError when they would not see all."""
    if any(clean_text(text) != text for text in _texts(given)):
        raise ToolError("its arguments have characters that no screen shows, so nobody can allow them")
    arguments = json.dumps(dict(given), ensure_ascii=False)
    if size(arguments) > LIMIT:
        raise ToolError("its arguments are too long to be shown, so nobody can allow them")
    return arguments


def _texts(given: Mapping[str, Any]) -> Iterator[str]:
    for name, value in given.items():
        yield name
        yield str(value)
