"""A response longer than any message, of which a piece was refused: what a viewer makes of its mending."""

from __future__ import annotations

from tests.link.peer import Frame, Peer
from tests.link.support import linked, options, until
from tests.messages import serial_of
from tui.link.convert import from_wire
from tui.state import Conversation, Status
from tui.wire import Outgoing, Start, Stop, Text

PASSING = {"code": 50000, "statusCode": 500, "message": "internal error"}
FINAL = {"code": 40003, "statusCode": 400, "message": "no"}


async def test_it_is_whole_in_the_end() -> None:
    pieces = [f"{number:02d} " * 6_000 for number in range(10)]
    said: list[Outgoing] = [Start("r"), *(Text("r", piece) for piece in pieces), Stop("r")]
    async with Peer() as peer:
        refused: set[str] = set()

        def judge(message: Frame) -> Frame | bool:
            number = str(message.get("data"))[:2]
            if number in {"03", "05"} and number not in refused:
                refused.add(number)
                return FINAL if number == "03" else PASSING
            return True

        peer.judge = judge
        async with linked(options(peer.port, viewing=False)) as watched:
            await until(lambda: watched.ready)
            for value in said:
                watched.link.run(watched.link.publisher.publish, value).result(5)
            await until(lambda: peer.published and peer.published[-1]["name"] == "stop")
        assert refused == {"03", "05"}
        conversation = Conversation()
        for number, frame in enumerate(peer.published):
            message = from_wire({**frame, "serial": serial_of(number), "timestamp": number}, number)
            assert message is not None
            conversation.apply(message)
    response = conversation.responses["r"]
    assert response.text == "".join(pieces)
    assert (response.status, response.stopped) == (Status.DONE, True)
