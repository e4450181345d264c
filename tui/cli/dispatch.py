"""What the person at the keyboard says on the channel that no agent here takes up: prompts to an AI Transport
agent, cancels, rulings, and which answer is the best.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.ui.ports import Contact
from tui.wire import (
    Best,
    Cancel,
    Inbound,
    Notice,
    Severity,
    UserInput,
    encode_again,
    encode_approval,
    encode_cancel,
    encode_input,
)

if TYPE_CHECKING:
    from tui.cli.crew import Undelivered
    from tui.link import Link
    from tui.ui.ports import Ruling
    from tui.wire import Publication


class Dispatch:
    """Publishes in one terminal's name. Its methods may be called on any thread."""

    def __init__(self, client_id: str, *, undelivered: Undelivered, tell: Callable[[Inbound], None]) -> None:
        """`undelivered` is told of a prompt that was not published, and why; `tell` takes other notices."""
        self._client_id = client_id
        self._undelivered = undelivered
        self._tell = tell

    def send(self, link: Link, prompt: UserInput, contact: Contact) -> None:
        """Publish a prompt in the words of AI Transport."""
        ids = {"event_id": secrets.token_hex(8), "client_id": self._client_id}
        if contact.again and prompt.sibling_of is not None:
            said = encode_again(prompt.prompt_id, contact.message_id, prompt.sibling_of, **ids)
        else:
            said = encode_input(replace(prompt, in_reply_to=contact.message_id or None), contact.codec, **ids)
        link.run(self._deliver, link, prompt, said)

    def cancel(self, link: Link, prompt_id: str | None, response_id: str | None, *, transport: bool) -> None:
        """Ask whose answer it is to end it."""
        if transport:
            said = Cancel(response_id, prompt_id)
            link.run(link.publisher.publish, encode_cancel(said, event_id=secrets.token_hex(8)))
        else:
            # A prompt may have several answers: who names one means that one.
            link.run(link.publisher.publish, Cancel(response_id, None if response_id else prompt_id))

    def rule(self, link: Link, ruling: Ruling) -> None:
        """Publish what was decided of a tool of AI Transport's, by the route that its request names."""
        if ruling.route is None:
            raise ValueError("a ruling without a route is for the agents here")
        ids = {"event_id": secrets.token_hex(8), "client_id": self._client_id}
        link.run(link.publisher.publish, encode_approval(ruling.said, ruling.route, **ids))

    def prefer(self, link: Link, said: Best) -> None:
        """Say which of several answers is the best."""
        link.run(self._prefer, link, said)

    async def _deliver(self, link: Link, prompt: UserInput, said: Publication) -> None:
        try:
            await link.publisher.deliver(said)
        except Exception as error:  # noqa: BLE001 - whatever it is, the draft goes back with its text
            self._undelivered(prompt, str(error) or type(error).__name__)

    async def _prefer(self, link: Link, said: Best) -> None:
        try:
            await link.publisher.deliver(said)
        except Exception as error:  # noqa: BLE001 - whatever it is, the mark is known here alone
            why = str(error) or type(error).__name__
            self._tell(Notice(f"The mark is seen on this screen alone: {why}", Severity.WARNING))
