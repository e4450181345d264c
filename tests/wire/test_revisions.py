import pytest

from tests.wire.values import message
from tui.wire import Action, ChannelMessage, Revision, revise


def ai(tier: str, status: object) -> dict[str, object]:
    return {"ai": {tier: {"status": status}}}


@pytest.mark.parametrize(
    ("sent", "revision"),
    [
        (message(None, " world", action=Action.APPEND), Revision(" world", True)),
        (message(None, "", action=Action.APPEND, metadata={"phase": "done"}), Revision("", True, done=True)),
        (message(None, "x", action=Action.APPEND, metadata={"phase": "streaming"}), Revision("x", True)),
        (message("response", "all", action=Action.UPDATE), Revision("all", False)),
        (message("response", "kept", action=Action.DELETE), Revision("", False, deleted=True)),
        (
            message(None, "", action=Action.APPEND, extras=ai("transport", "complete")),
            Revision("", True, done=True),
        ),
        (
            message(None, "", action=Action.APPEND, extras=ai("codec", "cancelled")),
            Revision("", True, done=True),
        ),
        (message(None, "x", action=Action.APPEND, extras=ai("transport", "streaming")), Revision("x", True)),
        (message(None, "x", action=Action.APPEND, extras=ai("transport", ["complete"])), Revision("x", True)),
        (
            message(None, "", {"x-ably-status": "finished"}, action=Action.APPEND),
            Revision("", True, done=True),
        ),
        (
            message(None, "", {"x-ably-status": "aborted"}, action=Action.APPEND),
            Revision("", True, done=True),
        ),
        (message(None, [{"text": "a"}], action=Action.UPDATE), Revision("a", False)),
        (message(None, {"a": 1}, action=Action.UPDATE), Revision('{"a":1}', False)),
        (
            message("tool_call", {"name": "w", "args": {"a": 1}}, action=Action.UPDATE),
            Revision('{"a":1}', False),
        ),
        (message(None, b"\x00", action=Action.APPEND), Revision("[binary, 1 byte]", True)),
        (
            message(None, "QQ==", action=Action.APPEND, encoding="cipher+aes-128-cbc"),
            Revision("[encrypted (cipher+aes-128-cbc), 4 bytes, no key here]", True),
        ),
    ],
)
def test_each_shape(sent: ChannelMessage, revision: Revision) -> None:
    assert revise(sent) == revision
