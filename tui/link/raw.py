"""Publishes messages and operations on messages as they are: recordings, and samples of every pattern.

A connection of its own for as long as a command runs, and none of `publisher`'s care: what fails is told to
the caller, and nothing is repeated.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from ably.types.annotation import Annotation as SdkAnnotation
from ably.types.connectionstate import ConnectionState
from ably.types.message import Message
from ably.types.operations import MessageOperation

from tui.link.budget import Bucket
from tui.link.client import bypass_proxy, dispose, make_realtime
from tui.link.explain import explain
from tui.link.options import LinkOptions
from tui.link.publisher import PublishError
from tui.wire import Action, Annotation, Publication, Reason

_IN_FLIGHT = 50


class RawChannel:
    """A channel to publish on. Several publishes may be under way, sent in the order of the calls."""

    def __init__(self, channel: Any, options: LinkOptions, patience: float) -> None:
        """`channel` is the SDK's; `patience` is seconds for an acknowledgement."""
        self._channel = channel
        self._patience = patience
        self._where = options.where
        self._bucket = Bucket(options.messages_per_second)
        self._window = asyncio.Semaphore(_IN_FLIGHT)
        self._turn = asyncio.Lock()

    async def publish(self, publication: Publication) -> str:
        """Publish a message, or an append, update or delete of the one with its serial; return the serial of
        the message once the server has it. Raises PublishError.
        """
        operation = None
        if publication.metadata:
            operation = MessageOperation(metadata=dict(publication.metadata))
        message = Message(
            name=publication.name,
            data=publication.data,
            extras=dict(publication.extras) or None,
            serial=publication.serial,
        )
        match publication.action:
            case Action.CREATE:
                result = await self._send(lambda: self._channel.publish(message))
                return str(result.serials[0]) if result.serials else ""
            case Action.APPEND:
                await self._send(lambda: self._channel.append_message(message, operation))
            case Action.UPDATE:
                await self._send(lambda: self._channel.update_message(message, operation))
            case Action.DELETE:
                await self._send(lambda: self._channel.delete_message(message, operation))
            case _:
                raise ValueError(f"{publication.action.name.lower()} cannot be published")
        return str(publication.serial)

    async def annotate(self, annotation: Annotation) -> None:
        """Publish an annotation of the message that it names. Raises PublishError."""
        value = SdkAnnotation(type=annotation.type, name=annotation.name, data=annotation.data)
        await self._send(lambda: self._channel.annotations.publish(annotation.message_serial, value))

    async def _send(self, send: Any) -> Any:
        loop = asyncio.get_running_loop()
        async with self._window:
            async with self._turn:  # held only while waiting for the budget, so that the order stays
                await asyncio.sleep(self._bucket.wait(loop.time()))
                self._bucket.take(loop.time())
                sending = loop.create_task(send())
            try:
                async with asyncio.timeout(self._patience):
                    return await sending
            except Exception as error:
                raise PublishError(explain(error, where=self._where)) from error


@asynccontextmanager
async def raw_channel(options: LinkOptions, patience: float) -> AsyncGenerator[RawChannel, None]:
    """Connect, and give the options' channel; raise PublishError when there is no connection within
    `patience` seconds.
    """
    if options.endpoint is not None:
        bypass_proxy(options.endpoint)
    client = make_realtime(options, echo=False)
    try:
        client.connect()
        try:
            async with asyncio.timeout(patience):
                await _connected(client.connection, options.where)
        except TimeoutError as error:
            why = client.connection.error_reason or error  # what the last attempt came to says more
            raise PublishError(explain(why, where=options.where)) from error
        yield RawChannel(client.channels.get(options.channel), options, patience)
    finally:
        await dispose(client)


async def _connected(connection: Any, where: str) -> None:
    changed = asyncio.Event()
    connection.on(lambda _change: changed.set())
    while connection.state is not ConnectionState.CONNECTED:
        if connection.state is ConnectionState.FAILED:
            raise PublishError(
                explain(connection.error_reason, where=where)
                if connection.error_reason
                else Reason("the connection failed")
            )
        changed.clear()
        await changed.wait()
