"""A client as Ably's guide describes it (message per token, explicit start and stop), with only the SDK.

    python client.py HOST PORT KEY CHANNEL COUNT

Prints "ready" when it has attached, and when COUNT responses have stopped the JSON of what it rebuilt.
"""

import asyncio
import json
import sys

from ably import AblyRealtime  # type: ignore[attr-defined]  # as the guide imports it
from ably.types.message import Message


async def main(host: str, port: str, key: str, channel_name: str, count: str) -> None:
    realtime = AblyRealtime(key=key, endpoint=host, tls=False, auto_connect=False)
    # The SDK leaves the port out of the WebSocket's address: what is changed is the address alone.
    realtime.options.get_host = lambda: f"{host}:{port}"
    realtime.connect()
    channel = realtime.channels.get(channel_name)
    responses: dict[str, str] = {}
    stopped: set[str] = set()
    done = asyncio.Event()

    def response_id(message: Message) -> str:
        return str(message.extras["headers"]["responseId"])

    def on_start(message: Message) -> None:
        responses[response_id(message)] = ""

    def on_token(message: Message) -> None:
        key = response_id(message)
        responses[key] = responses.get(key, "") + message.data

    def on_complete(message: Message) -> None:
        responses[response_id(message)] = message.data

    def on_stop(message: Message) -> None:
        stopped.add(response_id(message))
        if len(stopped) == int(count):
            done.set()

    await channel.subscribe("start", on_start)
    await channel.subscribe("token", on_token)
    await channel.subscribe("response-complete", on_complete)
    await channel.subscribe("stop", on_stop)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await done.wait()
    await realtime.close()
    sys.stdout.write(json.dumps(responses) + "\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
