"""Ending responses: one's own at once, others' by asking, and saying when nobody obeys."""

from __future__ import annotations

from collections.abc import Callable

from tui.state import Conversation, Response, Status
from tui.ui.contacts import contact_of
from tui.ui.header import PATIENCE, name_of
from tui.ui.own import Own
from tui.ui.ports import Desk
from tui.ui.takers import is_here
from tui.wire import Roster


class Cancels:
    """What was asked to end."""

    def __init__(self, conversation: Conversation, desk: Desk, own: Own, say: Callable[[str], None]) -> None:
        self._conversation = conversation
        self._desk = desk
        self._own = own
        self._say = say
        self._asked: dict[str, int] = {}  # when, by key
        self.roster: Roster | None = None
        """Who is here, once that is known."""

    def cancel(self, response: Response, now: int) -> None:
        """End a response, or ask its agent to; `now` is in ms since the epoch by this machine's clock."""
        unanswered = not response.strand and response.status in (Status.WAITING, Status.STALLED)
        if not (response.status.in_flight or unanswered):
            self._say("it has ended already")
            return
        if unanswered and self._own.takes_back(response):
            self._end(response, now)
            self._asked.pop(response.key, None)
            self._say("taking the prompt back")
        elif self._end(response, now):
            self._say("ending your response")
        else:
            self._say(f"asked {name_of(response, self._own)} to end it")

    def cancel_mine(self, now: int) -> None:
        """End everything that was asked here and goes on."""
        mine = [
            response
            for response in self._conversation.responses.values()
            if response.status.in_flight
            and (self._own.asked(response) or self._desk.answers(response.prompt_id))
        ]
        for response in mine:
            self._end(response, now)
        count = f"{len(mine)} response{'s' if len(mine) != 1 else ''}"
        self._say(f"ending {count} of yours" if mine else "nothing of yours is running")

    def tick(self, now: int) -> None:
        """Say which agents have not obeyed."""
        for key, at in tuple(self._asked.items()):
            response = self._conversation.responses.get(key)
            if response is None or not response.status.in_flight:
                del self._asked[key]
            elif now - at >= PATIENCE:
                del self._asked[key]
                name = name_of(response, self._own)
                self._say(f"cancel was not answered ({name}): {self._why(response)}")

    def _why(self, response: Response) -> str:
        if self.roster is None or response.status is Status.WAITING:
            return "its agent may refuse it, or be gone"
        if is_here(response, self.roster):
            return "its agent is here and may refuse it"
        return "its agent is gone"

    def _end(self, response: Response, now: int) -> bool:
        self._own.ends(response)
        transport = contact_of(self._conversation, response) is not None
        own = self._desk.cancel(response.prompt_id, response.response_id, transport=transport)
        self._asked[response.key] = now
        return own
