"""Whether a model's server can be used: it is asked for its models, which costs nothing, with the SDK.

Imports the SDK. Leaves what to do with the findings to whoever asks.
"""

from __future__ import annotations

import time
from dataclasses import replace

import anthropic

from tui.agent import errors
from tui.agent.sdk import Client
from tui.agent.settings import AgentSettings
from tui.wire import Reason, Severity, clean_line

Finding = tuple[str, Severity, Reason]
"""What was looked at, how it stands, and in words what is so and what to do."""
LIMIT = 3.5
"""Seconds that the server may take for an answer."""


async def probe(settings: AgentSettings, *, demo: bool = False) -> list[Finding]:
    """Return whether the server answers, takes the key and has the model; never raises for what it looks at.

    `demo` means the demo model, which has more names than it lists.
    """
    settings = replace(settings, timeout=LIMIT, max_retries=0)
    place = errors.Place(settings.model, settings.base_url or "Anthropic", settings.secrets, LIMIT)
    try:
        asker = _Asker(settings)
    except Exception as error:  # noqa: BLE001  the SDK raises several kinds for settings it dislikes
        return [_failed("model server", error, place)]
    place = replace(place, server=asker.server)
    try:
        return await _ask(asker, settings.model, place, demo=demo)
    finally:
        await asker.close()


class _Asker(Client):
    """The client that answers prompts, asked for models instead."""

    @property
    def server(self) -> str:
        return self._server

    async def has(self, model: str) -> bool:
        try:
            await self._client.models.retrieve(model)
        except anthropic.NotFoundError:
            return False
        return True


async def _ask(asker: _Asker, model: str, place: errors.Place, *, demo: bool) -> list[Finding]:
    shown = clean_line(model, 100)
    began = time.monotonic()
    try:
        known = [info.id for info in await asker.models()]
    except anthropic.NotFoundError:
        said = Reason(
            f"{place.server} answers, but lists no models; if it has {shown} shows with the first prompt",
            0,
            "check ANTHROPIC_BASE_URL (it is given without /v1) if the first prompt fails",
        )
        return [("model server", Severity.WARNING, said)]
    except Exception as error:  # noqa: BLE001  whatever is raised is the finding
        return [_failed("model server", error, place)]
    took = (time.monotonic() - began) * 1000
    found = [_fine("model server", f"{place.server} answers and takes the key ({took:.0f} ms)")]
    if model in known or demo:
        return [*found, _fine("model", f"{shown} is there{' (demo: no real model)' if demo else ''}")]
    try:
        there = await asker.has(model)  # an alias, or one beyond the first page
    except Exception as error:  # noqa: BLE001  as above
        return [*found, _failed("model", error, place)]
    if there:
        return [*found, _fine("model", f"{shown} is there")]
    some = clean_line(", ".join(known[:8]), 300)
    said = Reason(
        f"{place.server} does not have {shown}",
        0,
        f"choose one with --model: {some}" if some else "choose another with --model",
    )
    return [*found, ("model", Severity.ERROR, said)]


def _fine(what: str, said: str) -> Finding:
    return what, Severity.INFORMATION, Reason(said)


def _failed(what: str, error: Exception, place: errors.Place) -> Finding:
    return what, Severity.ERROR, Reason(errors.explain(error, place))
