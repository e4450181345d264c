"""Answers prompts with Anthropic's Messages API: a model's stream in, neutral `Outgoing` values out.

The only importer of `anthropic`, which costs seconds: only `sdk` and `errors` import it, and only an `Agent`
that is loaded imports those. Knows nothing of channels: what it yields is published by others, behind
`Publisher`.
"""

from tui.agent.answer import Agent
from tui.agent.settings import DEFAULT_MODEL, AgentSettings, has_credentials
from tui.agent.tasks import AgentTasks, Answers, Publisher
from tui.agent.turns import Turn

__all__ = [
    "DEFAULT_MODEL",
    "Agent",
    "AgentSettings",
    "AgentTasks",
    "Answers",
    "Publisher",
    "Turn",
    "has_credentials",
]
