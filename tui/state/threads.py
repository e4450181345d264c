"""Threads: which response follows which, and what stands beside one. Pure; costs a look at each response.

A thread is a chain of responses, each a reply to the one before. It forks where one was answered, retried or
edited more than once: those are siblings, and of them the one that was marked best is followed, else the
newest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tui.state.conversation import Conversation
from tui.state.response import Prompt, Response, Status

TITLE = 60
"""Characters of a thread's title at most."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer."""

    prompt: str
    answer: str
    response_id: str


@dataclass(frozen=True, slots=True)
class Head:
    """A thread in a list of them."""

    title: str
    """The first words of what was asked first."""
    response: Response
    """The newest of it, on the branch that is followed."""


@dataclass(slots=True)
class Choices:
    """Which of siblings was marked best, by the key of any of them; view state that nobody publishes."""

    best: dict[frozenset[str], str] = field(default_factory=dict)

    def mark(self, conversation: Conversation, response: Response) -> None:
        """Mark a response as the best of its siblings; marking it again takes that back."""
        family = frozenset(each.key for each in siblings_of(conversation, response))
        marked = any(key == response.key for group, key in self.best.items() if response.key in group)
        self.best = {group: key for group, key in self.best.items() if not group & family}
        if not marked:
            self.best[family] = response.key

    def is_best(self, response: Response) -> bool:
        """Return whether a response was marked."""
        return response.key in self.best.values()


@dataclass(slots=True)
class _Family:
    """Who follows whom, found once for all responses."""

    parents: dict[str, str | None]
    """Key of the response that each continues, by key."""
    children: dict[str | None, list[Response]]
    """Responses by what they continue, in the order of the channel."""
    groups: dict[str, str]
    """What all siblings have in common, by key."""


def parent_of(conversation: Conversation, response: Response) -> Response | None:
    """Return the response that this one continues; None where it continues none that is known."""
    name = response.continues
    parent = None if name is None else conversation.by_id(name)
    return None if parent is response else parent


def thread_of(conversation: Conversation, response: Response) -> list[Response]:
    """Return the chain of responses that ends with this one, oldest first. A link that is missing begins
    the chain; so does one that leads in a circle.
    """
    chain = [response]
    seen = {response.key}
    parent = parent_of(conversation, response)
    while parent is not None and parent.key not in seen:
        seen.add(parent.key)
        chain.append(parent)
        parent = parent_of(conversation, parent)
    return chain[::-1]


def siblings_of(conversation: Conversation, response: Response) -> list[Response]:
    """Return the responses that stand beside this one, it included, in the order of the channel: answers to
    the same prompt, to prompts that ask it again, and those that say that they are siblings.
    """
    groups = _groups(conversation, _shown(conversation))
    mine = groups.get(response.key)
    if mine is None:  # superseded, and not among those shown
        return [response]
    return [each for each in _shown(conversation) if groups[each.key] == mine]


def families(conversation: Conversation) -> list[list[Response]]:
    """Return all groups of several siblings, each in the order of the channel. Costs what `siblings_of` does."""
    responses = _shown(conversation)
    groups = _groups(conversation, responses)
    found: dict[str, list[Response]] = {}
    for response in responses:
        found.setdefault(groups[response.key], []).append(response)
    return [family for family in found.values() if len(family) > 1]


def heads(conversation: Conversation, choices: Choices | None = None) -> list[Head]:
    """Return all threads, each by the newest response on the branch that is followed; the newest
    thread last.
    """
    family = _family(conversation)
    chosen = set(choices.best.values()) if choices is not None else set()
    found: list[Head] = []
    for group in _grouped(family, family.children.get(None, ())):
        first = _chosen(group, chosen)
        response, seen = first, {first.key}
        while True:
            replies = [reply for reply in family.children.get(response.key, ()) if reply.key not in seen]
            if not replies:
                break
            # Of several follow-ups that are no siblings the newest is what people went on with.
            response = _chosen(_grouped(family, replies)[-1], chosen)
            seen.add(response.key)
        found.append(Head(_title(conversation, first), response))
    return sorted(found, key=lambda head: (head.response.opened_at, head.response.key))


def turns_of(conversation: Conversation, response: Response) -> list[Turn]:
    """Return what was said up to and with this response, for a model to go on from: of its thread the
    responses that were done or cancelled and have text.
    """
    return [
        Turn(question_of(conversation, each), text, each.response_id)
        for each in thread_of(conversation, response)
        if each.response_id is not None
        and each.status in (Status.DONE, Status.CANCELLED)
        and (text := each.text)
    ]


def question_of(conversation: Conversation, response: Response) -> str:
    """Return what a response answers; a prompt without words of its own asks again what its sibling asked."""
    prompt, seen = response.prompt, set[str]()
    while prompt is not None and not prompt.text and prompt.sibling_of and prompt.prompt_id not in seen:
        seen.add(prompt.prompt_id)
        prompt = conversation.prompt(prompt.sibling_of)
    return "" if prompt is None else prompt.text


def _shown(conversation: Conversation) -> list[Response]:
    """Responses that have a place in a thread, in the order of the channel."""
    responses = [
        response
        for response in conversation.responses.values()
        if not response.superseded and (response.response_id is not None or response.prompt is not None)
    ]
    return sorted(responses, key=lambda response: (response.opened_at, response.key))


def _groups(conversation: Conversation, responses: Iterable[Response]) -> dict[str, str]:
    """Return by key what siblings have in common: the prompt that was asked first, or the first of them."""
    groups: dict[str, str] = {}
    for response in responses:
        seen = {response.key}
        origin = response
        while (before := _beside(conversation, origin)) is not None and before.key not in seen:
            seen.add(before.key)
            origin = before
        asked = _first_prompt(conversation, origin.prompt, origin.prompt_id)
        groups[response.key] = f"?{asked}" if asked is not None else origin.key
    return groups


def _beside(conversation: Conversation, response: Response) -> Response | None:
    return None if response.sibling_of is None else conversation.by_id(response.sibling_of)


def _first_prompt(conversation: Conversation, prompt: Prompt | None, prompt_id: str | None) -> str | None:
    """Return the promptId of what was asked first; a sibling that has not been seen is as good a name."""
    seen = {prompt_id}
    while prompt is not None and prompt.sibling_of is not None and prompt.sibling_of not in seen:
        prompt_id = prompt.sibling_of
        seen.add(prompt_id)
        prompt = conversation.prompt(prompt_id)
    return prompt_id


def _family(conversation: Conversation) -> _Family:
    responses = _shown(conversation)
    keys = {response.key for response in responses}
    groups = _groups(conversation, responses)
    parents: dict[str, str | None] = {}
    children: dict[str | None, list[Response]] = {}
    for response in responses:
        parent = parent_of(conversation, response)
        key = parent.key if parent is not None and parent.key in keys else None
        parents[response.key] = key
    for response in responses:
        if _circles(parents, response.key):
            parents[response.key] = None
        children.setdefault(parents[response.key], []).append(response)
    return _Family(parents, children, groups)


def _circles(parents: Mapping[str, str | None], key: str) -> bool:
    """Whether a chain comes back to where it begins."""
    at, seen = parents[key], set[str]()
    while at is not None and at != key and at not in seen:
        seen.add(at)
        at = parents[at]
    return at == key


def _grouped(family: _Family, responses: Iterable[Response]) -> list[list[Response]]:
    """Return responses with their siblings, the group that was added to last being the last."""
    found: dict[str, list[Response]] = {}
    for response in responses:
        group = found.pop(family.groups[response.key], [])
        found[family.groups[response.key]] = [*group, response]
    return list(found.values())


def _chosen(siblings: list[Response], chosen: set[str]) -> Response:
    return next((each for each in siblings if each.key in chosen), siblings[-1])


def _title(conversation: Conversation, response: Response) -> str:
    words = " ".join((question_of(conversation, response) or response.tail(TITLE)).split())
    return words if len(words) <= TITLE else words[: TITLE - 1].rsplit(" ", 1)[0] + "…"


__all__ = [
    "Choices",
    "Head",
    "Turn",
    "families",
    "heads",
    "parent_of",
    "question_of",
    "siblings_of",
    "thread_of",
    "turns_of",
]
