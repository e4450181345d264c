"""All that a channel has said: the reducer from messages to changes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui.state.changes import Appended, Change, Opened, Removed, Replaced, TakenOver, Updated
from tui.state.kept import Stow
from tui.state.response import Prompt, Publisher, Response, Status, publisher_of
from tui.state.strand import Record, Said, Strand
from tui.wire import ChannelMessage, Text, Unknown, UserInput, Whole, decode

SILENCE = 15_000
"""Milliseconds without a message after which a live response counts as stalled; a publisher that is gone
leaves presence after about as long."""
PATIENCE = 60_000
"""Milliseconds after which a prompt that nobody answers counts as stalled."""
KEPT_UNKNOWN = 100
LIMIT = 32_000_000
"""Characters of text in memory above which that of old responses is taken away."""


@dataclass(slots=True)
class Counts:
    """What has arrived."""

    messages: int = 0
    duplicates: int = 0
    late: int = 0
    """Messages that arrived behind newer ones of their response, and were put in their place."""
    unknown: int = 0
    """Messages that carry no response."""


class Conversation:
    """All that a channel has said. One owner, no locks.

    Idempotent and tolerant of order: any permutation and duplication of the messages gives the same
    responses. (One exception follows from the guide itself: a `response-complete` without responseId means
    whatever its publisher had said last by then.)
    """

    def __init__(self, stow: Stow | None = None, limit: int = LIMIT) -> None:
        """`stow` takes the texts of the oldest finished responses away where all of them have more than
        `limit` characters; without it, or once it raises OSError, everything stays in memory.
        """
        self._stow = stow
        self._limit = limit
        self._held: dict[str, int] = {}  # characters in memory, by strand, in the order of arrival
        self._characters = 0
        self.responses: dict[str, Response] = {}
        """By key, in the order of arrival."""
        self.counts = Counts()
        self.unknown: deque[tuple[ChannelMessage, str]] = deque(maxlen=KEPT_UNKNOWN)
        """The newest messages that carry no response, with the cause."""
        self._strands: dict[str, Strand] = {}
        self._prompts: dict[str, tuple[str, Prompt]] = {}  # promptId -> (serial, prompt)
        self._waiting: dict[str, Response] = {}  # by promptId
        self._answers: dict[str, dict[str, Response]] = {}  # by promptId, then by key
        self._in_flight: dict[str, Response] = {}

    def apply(self, message: ChannelMessage) -> Sequence[Change]:
        """Take one message; return what changed. Never raises."""
        return self.apply_all((message,))

    def apply_all(self, messages: Iterable[ChannelMessage]) -> Sequence[Change]:
        """Take messages in the order of their arrival; return what changed.

        Messages that come late cost one new fold of their response for the whole batch.
        """
        changes: list[Change] = []
        disordered: dict[str, Strand] = {}
        for message in messages:
            self.counts.messages += 1
            said = decode(message)
            if isinstance(said, Unknown):
                self.counts.unknown += 1
                self.unknown.append((message, said.why))
            elif isinstance(said, UserInput):
                self._ask(said, message, changes)
            else:
                self._say(said, message, changes, disordered)
        for strand in disordered.values():
            self._refold(strand, changes)
        if self._stow is not None and self._characters > self._limit:
            self._release(self._stow)
        return changes

    def _release(self, stow: Stow) -> None:
        """Take texts away, the oldest first, until three quarters of the limit are left."""
        for key, held in list(self._held.items()):
            if self._characters <= self._limit * 3 // 4:
                return
            strand = self._strands[key]
            if all(response.ended_at is not None for response in strand.responses):
                try:
                    strand.stow(stow)
                except OSError:  # no room there: then it stays here
                    self._stow = None
                    return
                self._characters -= held
                del self._held[key]

    def tick(self, now: int) -> Sequence[Change]:
        """Let time pass; `now` is in ms since the epoch by this machine's clock. Return what changed."""
        changes: list[Change] = []
        for key, response in list(self._in_flight.items()):
            silent = now - response.heard_at
            if response.ended_at is not None:
                if silent > SILENCE:
                    # Nothing of it is likely to come late any more.
                    del self._in_flight[key]
                    self._strands[response.strand].compact(0)
            elif response.status is Status.WAITING and silent > PATIENCE:
                response.status = Status.STALLED
                changes.append(Updated(response))
            elif response.status is Status.LIVE and silent > SILENCE:
                response.status = Status.QUIET if response.response_id is None else Status.STALLED
                changes.append(Updated(response))
        return changes

    def _ask(self, asked: UserInput, message: ChannelMessage, changes: list[Change]) -> None:
        known = self._prompts.get(asked.prompt_id)
        if known is not None and known[0] <= message.serial:
            self.counts.duplicates += 1
            return
        publisher = publisher_of(message.client_id, message.connection_id)
        prompt = Prompt(
            asked.prompt_id,
            asked.text,
            publisher,
            message.timestamp,
            message.received,
            to=asked.to,
            model=asked.model,
        )
        self._prompts[asked.prompt_id] = (message.serial, prompt)
        for response in self._answers.get(asked.prompt_id, {}).values():
            response.prompt = prompt
            changes.append(Updated(response))
        waiting = self._waiting.get(asked.prompt_id)
        if waiting is not None:
            self._remove(waiting, changes)
        self._wait(asked.prompt_id, changes)

    def _wait(self, prompt_id: str, changes: list[Change]) -> None:
        """Open a waiting response for a prompt that has no answer."""
        if prompt_id not in self._prompts or self._answers.get(prompt_id):
            return
        prompt = self._prompts[prompt_id][1]
        waiting = Response(
            key=f"?{prompt_id}",
            publisher=prompt.publisher,
            status=Status.WAITING,
            model=prompt.model,
            prompt_id=prompt_id,
            prompt=prompt,
            opened_at=prompt.timestamp,
            opened_here=prompt.received,
            heard_at=prompt.received,
        )
        self._waiting[prompt_id] = waiting
        self._show(waiting, changes)

    def _say(
        self, said: Said, message: ChannelMessage, changes: list[Change], disordered: dict[str, Strand]
    ) -> None:
        publisher = publisher_of(message.client_id, message.connection_id)
        key = self._strand_key(said, publisher, message.serial)
        strand = self._strands.get(key)
        if strand is None:
            strand = self._strands[key] = Strand(key)
        record = Record(message.serial, said, publisher, message.id, message.timestamp, message.received)
        if message.serial <= strand.last_serial:
            if strand.insert(record):
                self.counts.late += 1
                disordered[key] = strand
            else:
                self.counts.duplicates += 1
            return
        if key in disordered:
            # What the fold made so far is about to be made anew; this message waits for that.
            strand.insert(record)
            return
        self._step(strand, record, changes)

    def _step(self, strand: Strand, record: Record, changes: list[Change]) -> None:
        responses, said = len(strand.responses), record.said
        if isinstance(said, Text | Whole):
            self._held[strand.key] = self._held.get(strand.key, 0) + len(said.text)
            self._characters += len(said.text)
        response, text = strand.accept(record)
        if response is None:
            return
        if response.ended_at is None:
            self._in_flight[response.key] = response
        if len(strand.responses) > responses:
            self._meet(response, changes)
        elif isinstance(said, Text):
            changes.append(Appended(response, text) if text else Updated(response))
        elif isinstance(said, Whole):
            changes.append(Replaced(response))
        else:
            if text:
                changes.append(Appended(response, text))
            self._meet(response, changes)

    def _refold(self, strand: Strand, changes: list[Change]) -> None:
        before = {response.key: response for response in strand.responses}
        asked = {response.prompt_id for response in strand.responses if response.prompt_id is not None}
        for prompt_id in asked:
            for key in before:
                self._answers[prompt_id].pop(key, None)
        strand.refold()
        after = {response.key for response in strand.responses}
        for key, response in before.items():
            if key not in after:
                self._remove(response, changes)
        for response in strand.responses:
            if response.ended_at is None:
                self._in_flight[response.key] = response
            self._meet(response, changes)
            if response.key in before:
                changes.append(Replaced(response))
        for prompt_id in asked:
            self._wait(prompt_id, changes)

    def _meet(self, response: Response, changes: list[Change]) -> None:
        """Show a response that is new, and put it together with its prompt."""
        shown = response.key in self.responses
        waiting = None
        if response.prompt_id is not None:
            self._answers.setdefault(response.prompt_id, {})[response.key] = response
            known_prompt = self._prompts.get(response.prompt_id)
            response.prompt = known_prompt[1] if known_prompt else None
            waiting = self._waiting.pop(response.prompt_id, None)
        if waiting is not None and not shown:
            del self.responses[waiting.key]
            self._in_flight.pop(waiting.key, None)
            self.responses[response.key] = response
            if response.ended_at is None:
                self._in_flight[response.key] = response
            changes.append(TakenOver(waiting, response))
            return
        if waiting is not None:
            self._remove(waiting, changes)
        if shown:
            changes.append(Updated(response))
        else:
            self._show(response, changes)

    def _show(self, response: Response, changes: list[Change]) -> None:
        self.responses[response.key] = response
        if response.ended_at is None:
            self._in_flight[response.key] = response
        changes.append(Opened(response))

    def _remove(self, response: Response, changes: list[Change]) -> None:
        del self.responses[response.key]
        self._in_flight.pop(response.key, None)
        changes.append(Removed(response))

    def _strand_key(self, said: Said, publisher: Publisher, serial: str) -> str:
        if said.response_id is not None:
            return said.response_id
        if isinstance(said, Whole):
            theirs = [
                strand
                for strand in self._strands.values()
                if strand.last_serial < serial and any(r.publisher == publisher for r in strand.responses)
            ]
            if theirs:
                return max(theirs, key=lambda strand: strand.last_serial).key
        return f"~{publisher.client_id or publisher.connection_id or ''}"
