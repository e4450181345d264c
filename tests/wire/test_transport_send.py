from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.values import arrived, harmless, ids, maybe, session
from tui.wire import (
    ApprovalResponse,
    Cancel,
    ChannelMessage,
    Publication,
    Route,
    UserInput,
    codec_of,
    decode,
    encode_again,
    encode_approval,
    encode_cancel,
    encode_input,
)

codecs = st.sampled_from(["vercel", "openai"])


@given(
    st.builds(
        UserInput, ids, harmless, in_reply_to=maybe, sibling_of=maybe, within=maybe, part=st.just(True)
    ),
    codecs,
    ids,
    maybe,
)
def test_a_prompt_is_read_back(value: UserInput, codec: str, event_id: str, client_id: str | None) -> None:
    message = arrived(encode_input(value, codec, event_id=event_id, client_id=client_id))
    assert decode(message) == value
    assert codec_of(message) == codec


@given(ids, ids, ids)
def test_asking_again_is_read_back(prompt_id: str, target: str, parent: str) -> None:
    publication = encode_again(prompt_id, target, parent, event_id="e")
    assert decode(arrived(publication)) == UserInput(prompt_id, "", sibling_of=parent)


@given(st.builds(ApprovalResponse, ids, st.booleans(), maybe, st.just("R")), codecs)
def test_an_approval_is_read_back(value: ApprovalResponse, codec: str) -> None:
    publication = encode_approval(value, Route(codec, "R", "M"), event_id="e")
    assert decode(arrived(publication)) == value
    assert codec_of(arrived(publication)) == codec


@given(st.builds(Cancel, ids, maybe) | st.builds(Cancel, st.none(), ids))
def test_a_cancel_is_read_back(value: Cancel) -> None:
    assert decode(arrived(encode_cancel(value, event_id="e"))) == value


def tiers(message: ChannelMessage) -> tuple[dict[str, str], dict[str, str]]:
    ai = message.extras["ai"]
    assert isinstance(ai, Mapping)
    return dict(ai["transport"]), dict(ai.get("codec", {}))


def as_we_would_send(sent: ChannelMessage, codec: str) -> Publication | None:
    """What this terminal publishes to say the same; None for what it does not say."""
    headers, fields = tiers(sent)
    event_id, client_id = headers["event-id"], headers.get("run-client-id")
    said = decode(sent)
    if isinstance(said, Cancel):
        return encode_cancel(said, event_id=event_id)
    if isinstance(said, ApprovalResponse):
        route = Route(codec, said.response_id or "", headers["codec-message-id"])
        return encode_approval(said, route, event_id=event_id, client_id=client_id)
    if fields["kind"] == "regenerate":
        ids = (headers["codec-message-id"], headers["msg-regenerate"], headers["parent"])
        return encode_again(*ids, event_id=event_id, client_id=client_id)
    if isinstance(said, UserInput) and fields["partType"] in ("text", "input_text"):
        return encode_input(said, codec, event_id=event_id, client_id=client_id)
    return None


@pytest.mark.parametrize("codec", ["vercel", "openai"])
def test_what_we_send_is_what_the_javascript_package_sends(codec: str) -> None:
    compared = 0
    for sent in session(codec):
        if sent.name not in ("ai-input", "ai-cancel"):
            continue
        ours = as_we_would_send(sent, codec)
        if ours is None:
            continue
        theirs = tiers(sent)
        theirs[1].pop(
            "messageId", None
        )  # an id of the program's own, for which we have none but the prompt's
        mine = tiers(arrived(ours))
        mine[1].pop("messageId", None)
        assert (ours.name, ours.data, mine) == (sent.name, sent.data, theirs)
        compared += 1
    assert compared >= 4
