"""An agent as Ably's guide describes it (message per token, explicit start and stop), with only the SDK.

    python agent.py HOST PORT KEY CHANNEL  < responses.json

Publishes the responses of a JSON object {responseId: [token, …]}, all interleaved. Prints how many messages.
"""

import asyncio
import json
import sys

from ably import AblyRealtime  # type: ignore[attr-defined]  # as the guide imports it
from ably.types.message import Message


async def main(host: str, port: str, key: str, channel_name: str) -> None:
    responses: dict[str, list[str]] = json.load(sys.stdin)
    realtime = AblyRealtime(
        key=key, transport_params={"echo": "false"}, endpoint=host, tls=False, auto_connect=False
    )
    # The SDK leaves the port out of the WebSocket's address: what is changed is the address alone.
    realtime.options.get_host = lambda: f"{host}:{port}"
    realtime.connect()
    channel = realtime.channels.get(channel_name)
    published: list[asyncio.Task[object]] = []

    def publish(name: str, response_id: str, data: str | None = None) -> None:
        # Not awaited per token: the SDK keeps the order.
        message = Message(name=name, data=data, extras={"headers": {"responseId": response_id}})
        published.append(asyncio.create_task(channel.publish(message)))

    for response_id in responses:
        publish("start", response_id)
    for place in range(max(map(len, responses.values()))):
        for response_id, tokens in responses.items():
            if place < len(tokens):
                publish("token", response_id, tokens[place])
    for response_id in responses:
        publish("stop", response_id)
    await asyncio.gather(*published)
    await realtime.close()
    sys.stdout.write(json.dumps({"published": len(published)}) + "\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
