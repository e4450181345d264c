"""What this terminal itself has said on the channel, and so who is called `you`.

On a shared key anybody can take this terminal's clientId, so that proves nothing. Known are its connections,
which the server names with each message and each member, and the promptIds that it made up, which nobody can
name before they have been published.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from tui.state import Response
from tui.state.people import Publisher

YOU = "you"
_LOOKALIKES = dict(zip("уүүγʏοоօᴏυսʋᴜ", "yyyyyoooouuuu", strict=True))
"""Letters of other alphabets that are drawn as these are, casefolded (Unicode's confusables)."""


class Own:
    """Tells what this terminal said from what others say in its name."""

    def __init__(self, client_id: str, answers: Callable[[str | None], bool] = lambda _: False) -> None:
        """`answers` says whether a prompt was given to this terminal's agents, see `Desk.answers`."""
        self.client_id = client_id
        self._answers = answers
        self._sent: set[str] = set()
        self._heard: set[str] = set()  # promptIds
        self._connections: set[str | None] = set()
        self._preferred: set[str] = set()  # responseIds
        self._ended: set[str | None] = set()  # promptIds and responseIds that were asked to end

    def sends(self, prompt_id: str) -> None:
        """Know a prompt that is published."""
        self._sent.add(prompt_id)

    def speaks_over(self, connection_id: str | None) -> None:
        """Know a connection of this terminal."""
        if connection_id is not None:
            self._connections.add(connection_id)

    def holds(self, connection_id: str) -> bool:
        """Whether a connection is this terminal's."""
        return connection_id in self._connections

    def prefers(self, response_id: str) -> None:
        """Know a response that is called the best."""
        self._preferred.add(response_id)

    def ends(self, response: Response) -> None:
        """Know a response that is asked to end."""
        self._ended.add(response.response_id or response.prompt_id)

    def ender(self, response: Response, name: str) -> str:
        """Return who asked a response to end, or ended it, and is said to be `name`: `you`, where it was
        asked here and stands under this terminal's name.
        """
        here = not self._ended.isdisjoint({response.response_id, response.prompt_id} - {None})
        return YOU if here and name == self.client_id else _quoted(name)

    def asked(self, response: Response) -> bool:
        """Whether the question that a response answers, or is to answer, was asked here."""
        prompt = response.prompt
        if prompt is None or prompt.publisher.client_id != self.client_id:
            return False
        if prompt.prompt_id not in self._sent and not self._answers(prompt.prompt_id):
            return False
        # The first that is heard of it: others may change what was said, and would be named then.
        if prompt.prompt_id not in self._heard:
            self._heard.add(prompt.prompt_id)
            self._connections.add(prompt.publisher.connection_id)
        return True

    def takes_back(self, response: Response) -> bool:
        """Whether a prompt can be taken back here: it was asked here, or at least in this terminal's name."""
        prompt = response.prompt
        return prompt is not None and prompt.publisher.client_id == self.client_id

    def said(self, publisher: Publisher) -> bool:
        """Whether something was published here, as far as is known."""
        if publisher.connection_id is None or publisher.client_id != self.client_id:
            return False
        return publisher.connection_id in self._connections

    def wrote(self, response: Response) -> bool:
        """Whether this terminal's agent says a response."""
        self.asked(response)  # may tell of the connection
        return self.said(response.publisher)

    def called(self, response: Response, by: Publisher) -> bool:
        """Whether it was here that a response was called the best, which `by` is said to have done."""
        here = response.response_id in self._preferred
        return self.said(by) or (here and by.client_id == self.client_id)

    def name(self, publisher: Publisher) -> str:
        """Return who published something: `you`, or the name that is claimed."""
        return YOU if self.said(publisher) else named(publisher)

    def asker(self, response: Response) -> str:
        """Return who asked what a response answers; empty where nobody is known to have."""
        if response.prompt is None:
            return ""
        return YOU if self.asked(response) else named(response.prompt.publisher)

    def writer(self, response: Response) -> str:
        """Return who says a response."""
        return YOU if self.wrote(response) else named(response.publisher)


def named(publisher: Publisher) -> str:
    """Return the name that somebody else claims, in quotes where it may be read as `you`."""
    return _quoted(publisher.name)


def _quoted(name: str) -> str:
    return f"“{name}”" if _resembles(name) else name


def _resembles(name: str) -> bool:
    seen = "".join(char for char in unicodedata.normalize("NFKC", name) if unicodedata.category(char) != "Cf")
    return "".join(_LOOKALIKES.get(char, char) for char in seen.strip().casefold()) == YOU
