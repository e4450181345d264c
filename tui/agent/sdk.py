"""One model's server, through the Anthropic SDK: a client for it, and the stream of one answer.

Imports `anthropic` and with it half a thousand modules: only `Agent` imports this, when it is needed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, cast

import anthropic
import httpx2
from anthropic import AsyncAnthropic

from tui.agent import errors
from tui.agent.response import Response
from tui.agent.settings import AgentSettings
from tui.agent.turns import MessageParam
from tui.wire import Outgoing

if TYPE_CHECKING:
    from anthropic import APIRequest, AsyncAPIResponse, AsyncCallNext
    from anthropic.lib.streaming import AsyncMessageStream

_log = logging.getLogger(__name__)

_CONNECT = 5.0
"""Seconds to connect, as the SDK has it."""
_DRAIN = 1.0
"""Seconds to wait for the end of a body whose answer is complete."""
_PATIENCE = 20.0
"""Seconds: a server that wants a longer pause before the next attempt is not asked again by itself, because
whoever waits for the answer would see nothing and not know why."""


class Client:
    """The SDK's client for one set of settings. For one event loop."""

    def __init__(self, settings: AgentSettings) -> None:
        """Raise whatever the SDK raises for settings that make no sense."""
        self._settings = settings
        key = {"api_key": settings.api_key} if settings.api_key else {"auth_token": settings.auth_token}
        timeout = httpx2.Timeout(settings.timeout, connect=min(_CONNECT, settings.timeout))
        self._client = AsyncAnthropic(
            **key,
            base_url=settings.base_url,
            timeout=timeout,
            max_retries=settings.max_retries,
            default_headers=dict(settings.headers),
            middleware=[_impatient],
            http_client=_direct(settings.base_url, timeout),
        )
        url = self._client.base_url
        self._server = url.host if url.port is None else f"{url.host}:{url.port}"
        # The resource is imported when it is first used, which would hold up the loop.
        self._messages = self._client.messages

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def answer(
        self, messages: Sequence[MessageParam], model: str, *, prompt_id: str, in_reply_to: str | None
    ) -> AsyncGenerator[Outgoing, None]:
        """Yield the response; see `Agent.answer`."""
        response = Response(model, prompt_id, in_reply_to)
        place = errors.Place(model, self._server, self._settings.secrets, self._settings.timeout)
        try:
            async with self._messages.stream(
                model=model,
                max_tokens=self._settings.max_tokens,
                messages=cast("Sequence[anthropic.types.MessageParam]", messages),
                system=self._settings.system or anthropic.omit,
            ) as stream:
                async for event in stream:
                    for value in response.take(event):
                        yield value
                    if response.complete:
                        await _drain(stream)
                        return
            error = (_UNFINISHED if response.id else _NO_ANSWER).format(server=self._server)
        except Exception as failure:  # noqa: BLE001 - a hostile server can make the SDK raise anything
            _log.info("%s failed: %s", model, type(failure).__name__)
            error = errors.explain(failure, place)
        for value in response.fail(error):
            yield value


_UNFINISHED = "{server} ended the answer before it was complete. " + errors.PARTIAL
_NO_ANSWER = "{server} sent no answer as the Messages API has it. Check ANTHROPIC_BASE_URL."


async def _drain(stream: AsyncMessageStream[Any]) -> None:
    """Read what follows message_stop, only the end of the body, so that the connection can be used again."""
    try:
        async with asyncio.timeout(_DRAIN):
            async for _ in stream:
                pass
    except Exception as error:  # noqa: BLE001 - the answer is complete whatever comes behind it
        _log.debug("after message_stop: %s", type(error).__name__)


async def _impatient(request: APIRequest, call_next: AsyncCallNext) -> AsyncAPIResponse[Any]:
    """Let the SDK repeat a request only when the server's `retry-after` is short (see `_PATIENCE`)."""
    response = await call_next(request)
    try:
        wait = float(response.headers.get("retry-after", "0"))
    except ValueError:
        wait = 0.0
    if wait > _PATIENCE:
        response.headers["x-should-retry"] = "false"
    return response


def _direct(base_url: str | None, timeout: httpx2.Timeout) -> httpx2.AsyncClient | None:
    """Return a client that goes past proxies for a server on this machine: proxies would look on theirs."""
    url = httpx2.URL(base_url) if base_url else None
    if url is None or url.scheme != "http" or not _is_loopback(url.host):
        return None
    # Not the SDK's own class, which reads the proxies of the environment in any case.
    return httpx2.AsyncClient(trust_env=False, timeout=timeout, follow_redirects=True)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
