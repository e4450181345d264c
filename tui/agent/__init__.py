"""Answers prompts with Anthropic's Messages API: a model's stream in, neutral `Outgoing` values out.

The only importer of `anthropic`, which costs seconds: only `sdk` and `errors` import it, and only an `Agent`
that is loaded imports those. Knows nothing of channels: what it yields is published by others, behind
`Publisher`, and what arrives is handed to `AgentTasks.hear` and `Server.hear`.

A part is loaded when it is asked for: before the first paint the screen needs to know which model is set, and
nothing that answers.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.agent.account import Limits, Price
    from tui.agent.answer import Agent
    from tui.agent.approvals import Approvals, Waiting
    from tui.agent.models import ModelInfo
    from tui.agent.policy import ApprovalPolicy, Cancels, Decider, Verdict
    from tui.agent.running import Publisher
    from tui.agent.server import Server
    from tui.agent.settings import (
        DEFAULT_MODEL,
        EFFORTS,
        NO_THINKING,
        NO_WISHES,
        AgentSettings,
        Wishes,
        has_credentials,
    )
    from tui.agent.tasks import AgentTasks, Answers
    from tui.agent.tools import KNOWN, Toolbox, toolbox
    from tui.agent.turns import Trimmed, Turn, trimmed
    from tui.agent.values import Yielded

__all__ = [
    "DEFAULT_MODEL",
    "EFFORTS",
    "KNOWN",
    "NO_THINKING",
    "NO_WISHES",
    "Agent",
    "AgentSettings",
    "AgentTasks",
    "Answers",
    "ApprovalPolicy",
    "Approvals",
    "Cancels",
    "Decider",
    "Limits",
    "ModelInfo",
    "Price",
    "Publisher",
    "Server",
    "Toolbox",
    "Trimmed",
    "Turn",
    "Verdict",
    "Waiting",
    "Wishes",
    "Yielded",
    "has_credentials",
    "toolbox",
    "trimmed",
]

_PLACES = {
    "Agent": "answer",
    "AgentSettings": "settings",
    "AgentTasks": "tasks",
    "Answers": "tasks",
    "ApprovalPolicy": "policy",
    "Approvals": "approvals",
    "Cancels": "policy",
    "DEFAULT_MODEL": "settings",
    "Decider": "policy",
    "EFFORTS": "settings",
    "KNOWN": "tools",
    "Limits": "account",
    "ModelInfo": "models",
    "NO_THINKING": "settings",
    "NO_WISHES": "settings",
    "Price": "account",
    "Publisher": "running",
    "Server": "server",
    "Toolbox": "tools",
    "Trimmed": "turns",
    "Turn": "turns",
    "Verdict": "policy",
    "Waiting": "approvals",
    "Wishes": "settings",
    "Yielded": "values",
    "has_credentials": "settings",
    "toolbox": "tools",
    "trimmed": "turns",
}
"""In which module of this package each part is."""


def __getattr__(name: str) -> object:
    """Load a part (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    part: object = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = part
    return part
