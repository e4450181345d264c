"""The responses of a conversation and the prompts that they answer: who takes whose place."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from tui.state.changes import Change, Opened, Removed, TakenOver, Updated
from tui.state.keys import waiting_key
from tui.state.people import publisher_of
from tui.state.records import Record
from tui.state.response import Prompt, Response, Status
from tui.wire import ChannelMessage, UserInput

PARTS = 256
"""Messages under one promptId that are kept."""
HOPS = 100
"""Prompts without words that may stand between one and the prompt that it asks again."""


@dataclass(slots=True)
class _Asked:
    """The messages under one promptId."""

    said: dict[str, tuple[str, UserInput, ChannelMessage]] = field(default_factory=dict)
    """By serial: the newest version, what it says, the message."""
    own: Prompt | None = None
    """The prompt in its own words."""
    prompt: Prompt | None = None
    """The prompt as it is shown: without words of its own it has those of the one that it asks again."""
    cancels: dict[str, Record] = field(default_factory=dict)
    """By serial: requests to cancel that name the prompt alone."""

    @property
    def calls(self) -> list[Record]:
        """The requests to cancel, the earliest first."""
        return [self.cancels[serial] for serial in sorted(self.cancels)]

    def read(self) -> Prompt:
        """Make the prompt of its messages: the earliest, with its other parts where it says it has any."""
        serials = sorted(self.said)
        _, first, message = self.said[serials[0]]
        parts = [said for _, said, _ in map(self.said.__getitem__, serials) if said.part]
        self.own = Prompt(
            first.prompt_id,
            "\n".join(part.text for part in parts) if first.part else first.text,
            publisher_of(message.client_id, message.connection_id),
            message.timestamp,
            message.received,
            to=first.to,
            model=first.model,
            in_reply_to=first.in_reply_to,
            sibling_of=first.sibling_of,
            within=first.within,
            models=first.models,
        )
        return self.own


class Shown:
    """Responses by key, and those that wait for an answer. Each method adds what it changes to `changes`."""

    def __init__(self) -> None:
        self.responses: dict[str, Response] = {}
        """By key, in the order of arrival."""
        self.in_flight: dict[str, Response] = {}
        """Those in which time may change something, by key."""
        self._asked: dict[str, _Asked] = {}  # by promptId
        self._again: dict[str, dict[str, None]] = {}  # by promptId: prompts without words that ask it again
        self._waiting: dict[str, Response] = {}  # by promptId
        self._answers: dict[str, dict[str, Response]] = {}  # by promptId, then by key

    def answers(self, prompt_id: str) -> list[Response]:
        """Return the responses to a prompt, or the one that waits for them."""
        found = list(self._answers.get(prompt_id, {}).values())
        waiting = self._waiting.get(prompt_id)
        return found or ([waiting] if waiting is not None else [])

    def prompt(self, prompt_id: str) -> Prompt | None:
        """Return the prompt with this id."""
        asked = self._asked.get(prompt_id)
        return None if asked is None else asked.prompt

    def cancels(self, prompt_id: str) -> list[Record]:
        """Return the requests to cancel whatever answers a prompt, the earliest first."""
        asked = self._asked.get(prompt_id)
        return [] if asked is None else asked.calls

    def ask(self, said: UserInput, message: ChannelMessage, changes: list[Change]) -> bool:
        """Take a prompt, a part of one or a newer version of it; False when it is a duplicate. Of two under
        one id that are no parts the earlier serial stays.
        """
        asked = self._asked.setdefault(said.prompt_id, _Asked())
        version = message.version or message.serial
        known = asked.said.get(message.serial)
        if version <= known[0] if known is not None else len(asked.said) >= PARTS:
            return False
        asked.said[message.serial] = version, said, message
        if not said.text and said.sibling_of is not None:
            self._again.setdefault(said.sibling_of, {})[said.prompt_id] = None
        changed, reread = False, deque([said.prompt_id])
        while reread:
            prompt_id = reread.popleft()
            if self._reread(prompt_id, changes):
                changed = True
                reread.extend(self._again.get(prompt_id, ()))
        return changed

    def _reread(self, prompt_id: str, changes: list[Change]) -> bool:
        """Make a prompt of its messages anew; False when it stayed the same."""
        asked = self._asked[prompt_id]
        before, prompt = asked.prompt, asked.read()
        prompt = asked.prompt = replace(prompt, text=self._words(prompt))
        if prompt == before:
            return False
        for response in self._answers.get(prompt_id, {}).values():
            response.prompt = prompt
            changes.append(Updated(response))
        waiting = self._waiting.get(prompt_id)
        if waiting is None:
            self.wait(prompt_id, changes)
        elif prompt.within is not None:
            self.remove(waiting, changes)
        else:
            self._fill(waiting, prompt)
            changes.append(Updated(waiting))
        return True

    def _words(self, prompt: Prompt) -> str:
        """Return what a prompt asks, by its own words or those of the prompt that it asks again."""
        own: Prompt | None = prompt
        for _ in range(HOPS):
            if own is None or own.text or own.sibling_of is None:
                break
            asked = self._asked.get(own.sibling_of)
            own = None if asked is None else asked.own
        return own.text if own is not None else ""

    def call_off(self, prompt_id: str, record: Record, changes: list[Change]) -> bool:
        """Take a request to cancel that names the prompt alone; False when it is a duplicate."""
        asked = self._asked.setdefault(prompt_id, _Asked())
        if record.serial in asked.cancels:
            return False
        asked.cancels[record.serial] = record
        waiting = self._waiting.get(prompt_id)
        if waiting is not None and waiting.prompt is not None:
            self._fill(waiting, waiting.prompt)
            changes.append(Updated(waiting))
        return True

    def wait(self, prompt_id: str, changes: list[Change]) -> None:
        """Open a waiting response for a prompt that has no answer, unless it was said to one that runs."""
        prompt = self.prompt(prompt_id)
        if prompt is None or prompt.within is not None or self._answers.get(prompt_id):
            return
        waiting = Response(
            key=waiting_key(prompt_id),
            publisher=prompt.publisher,
            status=Status.WAITING,
            prompt_id=prompt_id,
            opened_here=prompt.received,
        )
        self._fill(waiting, prompt)
        self._waiting[prompt_id] = waiting
        self.show(waiting, changes)

    def _fill(self, waiting: Response, prompt: Prompt) -> None:
        waiting.publisher, waiting.model, waiting.prompt = prompt.publisher, prompt.model, prompt
        waiting.in_reply_to, waiting.opened_at = prompt.in_reply_to, prompt.timestamp
        waiting.serial = min(self._asked[prompt.prompt_id].said)
        waiting.opened_here = waiting.heard_at = prompt.received
        calls = self.cancels(prompt.prompt_id)
        for record in calls[:1]:
            waiting.cancel_asked_by, waiting.cancel_asked_at = record.publisher.name, record.received
        asker = prompt.publisher.client_id
        for record in [each for each in calls if asker is not None and each.publisher.client_id == asker][:1]:
            # Nobody has begun to answer, so who asked can take it back alone.
            waiting.status, waiting.cancelled_by = Status.CANCELLED, record.publisher.name
            waiting.ended_at = max(record.timestamp, prompt.timestamp)

    def meet(self, response: Response, changes: list[Change]) -> None:
        """Show a response that is new, and put it together with its prompt."""
        shown = response.key in self.responses
        waiting = None
        if response.prompt_id is not None:
            self._answers.setdefault(response.prompt_id, {})[response.key] = response
            response.prompt = self.prompt(response.prompt_id)
            waiting = self._waiting.pop(response.prompt_id, None)
        if waiting is not None and not shown:
            del self.responses[waiting.key]
            self.in_flight.pop(waiting.key, None)
            self.responses[response.key] = response
            self.watch(response)
            changes.append(TakenOver(waiting, response))
            return
        if waiting is not None:
            self.remove(waiting, changes)
        if shown:
            self.watch(response)
            changes.append(Updated(response))
        else:
            self.show(response, changes)

    def forget_answers(self, responses: list[Response]) -> set[str]:
        """Undo what `meet` knew about which prompts these answer; return the promptIds."""
        asked = {response.prompt_id for response in responses if response.prompt_id is not None}
        for prompt_id in asked:
            for response in responses:
                self._answers.get(prompt_id, {}).pop(response.key, None)
        return asked

    def show(self, response: Response, changes: list[Change]) -> None:
        """Add a response."""
        self.responses[response.key] = response
        self.watch(response)
        changes.append(Opened(response))

    def watch(self, response: Response) -> None:
        """Have `tick` look after a response while it is in flight."""
        if response.ended_at is None:
            self.in_flight[response.key] = response

    def remove(self, response: Response, changes: list[Change]) -> None:
        """Take a response away."""
        if self.responses.pop(response.key, None) is None:
            return
        self.in_flight.pop(response.key, None)
        if response.prompt_id is not None and self._waiting.get(response.prompt_id) is response:
            del self._waiting[response.prompt_id]
        changes.append(Removed(response))
