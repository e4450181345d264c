"""Answers prompts with Anthropic's Messages API: a model's stream in, neutral `Outgoing` values out.

The only importer of `anthropic`, which costs seconds: only `sdk` and `errors` import it, and only an `Agent`
that is loaded imports those. Knows nothing of channels: what it yields is published by others, behind
`Publisher`, and what arrives is handed to `AgentTasks.hear` and `Server.hear`.
"""

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
