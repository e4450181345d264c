"""What an agent can do beside talking, each only where its owner has switched it on."""

from tui.agent.tools.box import Toolbox, ToolUse
from tui.agent.tools.kit import KNOWN, Tool, toolbox

__all__ = ["KNOWN", "Tool", "ToolUse", "Toolbox", "toolbox"]
