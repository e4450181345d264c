"""One model's server, through the Anthropic SDK: a client for it, and the stream of one answer.

Imports `anthropic` and with it half a thousand modules: only `Agent` imports this, when it is needed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, get_args

import httpx2
from anthropic import APIConnectionError, APITimeoutError, AsyncAnthropic
from anthropic.resources.messages import DEPRECATED_MODELS
from anthropic.types import Model

from tui.agent import errors, models
from tui.agent.models import ModelInfo
from tui.agent.response import Response
from tui.agent.settings import NO_THINKING, NO_WISHES, AgentSettings, Wishes
from tui.agent.tools.box import Toolbox, ToolUse
from tui.agent.turns import MessageParam
from tui.agent.values import Yielded
from tui.wire import ToolResult

if TYPE_CHECKING:
    from anthropic import APIRequest, AsyncAPIResponse, AsyncCallNext, AsyncStream

_log = logging.getLogger(__name__)

_CONNECT = 5.0
"""Seconds to connect, as the SDK has it."""
_DRAIN = 1.0
"""Seconds to wait for the end of a body whose answer is complete."""
_ASIDE = 5.0
"""Seconds that the server may take for what is only asked in passing: models, and counting tokens."""
_AGAIN = 0.25
"""Seconds between two attempts to reach a server that is being started again."""
_PAGE = 1_000
"""Models that are asked for at once: the most that the API gives."""
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
        self,
        messages: Sequence[MessageParam],
        model: str,
        *,
        prompt_id: str,
        in_reply_to: str | None,
        nth: int = 0,
        wishes: Wishes = NO_WISHES,
        toolbox: Toolbox | None = None,
    ) -> AsyncGenerator[Yielded, None]:
        """Yield the response; see `Agent.answer`."""
        call_ids = str if toolbox is None else toolbox.call_id
        response = Response(model, prompt_id, in_reply_to, nth=nth, call_ids=call_ids)
        settings = self._settings
        place = errors.Place(
            model, self._server, settings.secrets, settings.timeout, revived=settings.patience > 0
        )
        said: list[Any] = list(messages)
        try:
            for _ in range(_TURNS):
                response.begin()
                async with aclosing(self._patiently(response, said, model, wishes, toolbox)) as values:
                    async for value in values:
                        yield value
                if not response.complete:
                    break
                if not _goes_on(response, toolbox):
                    yield response.stop()
                    return
            unfinished = _UNFINISHED if response.id else _NO_ANSWER
            error = (_ENDLESS if response.complete else unfinished).format(server=self._server)
        except Exception as failure:  # noqa: BLE001 - a hostile server can make the SDK raise anything
            _log.info("%s failed: %s", model, type(failure).__name__)
            error = errors.explain(failure, place)
        for value in response.fail(error):
            yield value

    async def count(
        self,
        messages: Sequence[MessageParam],
        model: str,
        wishes: Wishes = NO_WISHES,
        toolbox: Toolbox | None = None,
    ) -> int:
        """Return how many tokens a request has, by the API; raise whatever the SDK raises."""
        request = self._request(model, list(messages), wishes, toolbox)
        del request["max_tokens"]
        asker = self._client.with_options(timeout=min(_ASIDE, self._settings.timeout), max_retries=0)
        counted: object = (await asker.messages.count_tokens(**request)).input_tokens
        if not isinstance(counted, int):
            raise TypeError("no number of tokens")
        return counted

    async def models(self) -> list[ModelInfo]:
        """Return what models the server has, in its order; raise whatever the SDK raises."""
        asker = self._client.with_options(timeout=min(_ASIDE, self._settings.timeout), max_retries=0)
        page = await asker.models.list(limit=_PAGE)
        listed: Any = page.data
        found = (models.listed(each) for each in listed or ())
        return models.marked((info for info in found if info is not None), DEPRECATED_MODELS)

    async def _patiently(
        self, response: Response, said: list[Any], model: str, wishes: Wishes, toolbox: Toolbox | None
    ) -> AsyncGenerator[Yielded, None]:
        """Yield one turn; ask again as long as there is patience and nothing of it has come."""
        end = time.monotonic() + self._settings.patience
        while True:
            begun = False
            try:
                async with aclosing(self._turn(response, said, model, wishes, toolbox)) as values:
                    async for value in values:
                        begun = True
                        yield value
            except (APIConnectionError, httpx2.TransportError) as error:
                late = isinstance(error, (APITimeoutError, httpx2.TimeoutException))
                if begun or late or time.monotonic() > end:
                    raise
                _log.info("%s cannot be reached; asked again in %s s", self._server, _AGAIN)
            else:
                return
            await asyncio.sleep(_AGAIN)

    async def _turn(
        self, response: Response, said: list[Any], model: str, wishes: Wishes, toolbox: Toolbox | None
    ) -> AsyncGenerator[Yielded, None]:
        """Yield one turn of the model and what its tools say; add to `said` what the next turn is to know."""
        request = self._request(model, said, wishes, toolbox)
        async with await self._messages.create(**request, stream=True) as stream:
            async for event in stream:
                for value in response.take(event):
                    yield value
                if response.complete:
                    await _drain(stream)
                    break
        if not response.complete or not _goes_on(response, toolbox):
            return
        said.append({"role": "assistant", "content": response.content})
        if toolbox is None:
            return
        results: list[dict[str, object]] = []
        for use in response.uses:
            async with aclosing(toolbox.run(response.id, use)) as values:
                async for value in values:
                    yield value
                    if isinstance(value, ToolResult):
                        results.append(_result(use, value))
        if results:
            said.append({"role": "user", "content": results})

    def _request(
        self, model: str, messages: list[Any], wishes: Wishes, toolbox: Toolbox | None
    ) -> dict[str, Any]:
        settings = self._settings
        request: dict[str, Any] = {
            "model": model,
            "max_tokens": wishes.max_tokens or settings.max_tokens,
            "messages": messages,
        }
        if system := settings.system if wishes.system is None else wishes.system:
            request["system"] = system
        if toolbox is not None and toolbox.schemas:
            request["tools"] = toolbox.schemas
        effort = wishes.thinking or settings.thinking
        if effort == NO_THINKING:
            request["thinking"] = {"type": "disabled"}
        elif effort is not None:
            # Without `display` a model may think in silence.
            request["thinking"] = {"type": "adaptive", "display": "summarized"}
            request["output_config"] = {"effort": effort}
        return request


def known_models() -> list[ModelInfo]:
    """Return the models that the SDK knows by name."""
    return models.known((name for part in get_args(Model) for name in get_args(part)), DEPRECATED_MODELS)


def _goes_on(response: Response, toolbox: Toolbox | None) -> bool:
    """Whether another turn follows a complete one: the API paused, or tools are to be called."""
    if response.reason == "pause_turn":
        return bool(response.content)
    return toolbox is not None and bool(response.uses)


def _result(use: ToolUse, value: ToolResult) -> dict[str, object]:
    return {
        "type": "tool_result",
        "tool_use_id": use.tool_use_id,
        "content": value.result,
        "is_error": value.failed,
    }


_TURNS = 30
"""Turns of one answer, after which it ends, whatever tools its model still wants to call."""
_ENDLESS = "The model has called tools for too long. " + errors.PARTIAL
_UNFINISHED = "{server} ended the answer before it was complete. " + errors.PARTIAL
_NO_ANSWER = "{server} sent no answer as the Messages API has it. Check ANTHROPIC_BASE_URL."


async def _drain(stream: AsyncStream[Any]) -> None:
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
