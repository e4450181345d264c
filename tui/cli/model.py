"""Which model answers: the one that the settings and the environment name, or the demo; and which others are
offered beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from tui.agent.settings import DEFAULT_MODEL, AgentSettings, has_credentials
from tui.settings import DEMO_MODEL, Settings, is_demo
from tui.ui.ports import ModelName

if TYPE_CHECKING:
    from tui.agent import ModelInfo
    from tui.local.statefile import LocalServer


def real_model(settings: Settings, environ: Mapping[str, str]) -> AgentSettings | None:
    """Return the model that answers prompts, None for the demo.

    The demo does not answer for a model that was asked for by name: that one's failure says what is missing.
    """
    named = settings.model or has_credentials(environ) or environ.get("ANTHROPIC_BASE_URL")
    if is_demo(settings.model) or not named:
        return None
    return AgentSettings.from_environment(
        environ,
        model=settings.model or DEFAULT_MODEL,
        max_tokens=settings.max_tokens,
        system=settings.system,
    )


def demo_model(settings: Settings, server: LocalServer) -> AgentSettings:
    """Return the demo model of a local server, by the name that was asked for where that is a demo's."""
    return AgentSettings.demo(
        f"http://{server.host}:{server.port}",
        server.model_key,
        model=demo_name(settings),
        max_tokens=settings.max_tokens,
    )


def demo_name(settings: Settings) -> str:
    """Return the name of the demo model that answers where no other does."""
    return settings.model if is_demo(settings.model) else DEMO_MODEL


def model_names(models: Iterable[ModelInfo], today: date) -> tuple[ModelName, ...]:
    """Return models as they are offered: those that have ended come last, and those that end say when."""

    def ended(each: ModelInfo) -> bool:
        return each.deprecated_until is not None and each.deprecated_until < today

    def name(each: ModelInfo) -> ModelName:
        day = each.deprecated_until
        if day is None:
            return ModelName(each.id)
        return ModelName(each.id, f"{'ended' if ended(each) else 'ends'} {day.day} {day:%b %Y}", ends=True)

    return tuple(map(name, sorted(models, key=ended)))
