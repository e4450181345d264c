"""What a chat in lines asks next: in which thread, of which model, and after what. Pure.

The next prompt continues the last answer that was given here, as on the screen. Leaves publishing, and saying
what was done, to `plain`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from tui.state import Conversation, Response
from tui.state.threads import Turn, parent_of, turns_of
from tui.wire import UserInput


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Something that was typed, with what held when it was."""

    text: str | None
    """None: what was asked last, once more."""
    model: str | None
    fresh: bool = False


class Thread:
    """What is asked of one's own agent, one after the other."""

    def __init__(self, conversation: Conversation) -> None:
        self.model: str | None = None
        """Which answers what is typed from now on; None: the agent's own."""
        self.open: set[str] = set()
        """The promptIds that are not answered yet."""
        self._conversation = conversation
        self._waiting: deque[_Wanted] = deque()
        self._fresh = False
        self._last: Response | None = None  # the answer that ended last

    @property
    def busy(self) -> bool:
        """Whether something is being answered, or waits to be asked."""
        return bool(self.open or self._waiting)

    @property
    def begun(self) -> bool:
        """Whether there is something to ask again, or will be."""
        return self._last is not None or self.busy

    def new(self) -> None:
        """Let the next prompt begin a thread."""
        self._fresh = True

    def put(self, text: str) -> None:
        """Ask this when its turn comes."""
        self._waiting.append(_Wanted(text, self.model, self._fresh))
        self._fresh = False

    def again(self) -> None:
        """Ask what was asked last once more, when its turn comes."""
        self._waiting.append(_Wanted(None, self.model))

    def next(self, prompt_id: str) -> tuple[UserInput, list[Turn]] | None:
        """Return the prompt whose turn it is, under this id, with its thread, oldest first; None while there
        is none.
        """
        if self.open or not self._waiting:
            return None
        wanted, last = self._waiting.popleft(), self._last
        if wanted.text is not None:
            if last is None or wanted.fresh:
                return UserInput(prompt_id, wanted.text, model=wanted.model), []
            past = turns_of(self._conversation, last)
            reply_to = last.response_id
            return UserInput(prompt_id, wanted.text, model=wanted.model, in_reply_to=reply_to), past
        if last is None:  # what was to be asked again was never sent
            return None
        parent = parent_of(self._conversation, last)
        prompt = UserInput(
            prompt_id,
            last.question,
            model=wanted.model or last.model,
            in_reply_to=last.continues,
            sibling_of=last.prompt_id,
        )
        return prompt, turns_of(self._conversation, parent) if parent is not None else []

    def ended(self) -> Iterator[Response]:
        """Yield the answers that have ended since the last time."""
        for prompt_id in tuple(self.open):  # which others take from, where one was not sent
            answers = self._conversation.answers(prompt_id)
            found = next((each for each in answers if each.ended_at is not None), None)
            if found is not None:
                self.open.discard(prompt_id)
                self._last = found
                yield found
