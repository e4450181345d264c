"""Threads: which response follows which, and what stands beside one. Pure; costs a look at each response.

A thread is a chain of responses, each a reply to the one before. It forks where one was answered, retried or
edited more than once: those are siblings, and of them the one that was marked best is followed, else the
newest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tui.state.conversation import Conversation
from tui.state.people import Publisher
from tui.state.response import Response, Status
from tui.wire import Kind
from tui.wire.immutable import immutable

_FENCE = re.compile(r"^ {0,3}(?:`{3,}|~{3,}).*$", re.MULTILINE)
"""A line that opens or closes a block of code: nothing that a title should say."""
TITLE = 60
"""Characters of a thread's title at most."""


@immutable
class Turn:
    """One question and its answer."""

    prompt: str
    answer: str
    response_id: str


@immutable
class Head:
    """A thread in a list of them."""

    title: str
    """The first words of what was asked first; empty where it is cut and they are not known."""
    response: Response
    """The newest of it, on the branch that is followed."""
    first: Response
    """The first of it that is known."""
    is_cut: bool = False
    """Whether something was said before that, which has not been loaded."""


@immutable
class Standing:
    """Where a response stands among its siblings."""

    nth: int
    """From 1."""
    of: int
    """How many they are; 1 where it stands alone."""
    best_by: Publisher | None = None
    """Who calls it the best of them."""


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


def is_cut(conversation: Conversation, first: Response) -> bool:
    """Return whether what a thread begins with, as far as is known, is not its beginning."""
    follows = first.continues is not None and parent_of(conversation, first) is None
    return follows or (first.joined_midway and not first.beginning_lost)


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


def tree_of(conversation: Conversation, response: Response) -> list[Response]:
    """Return the whole thread that a response is in, all its branches: siblings side by side, and behind them
    what replies to each. Of one that has no place in a thread any more the chain that ends with it.
    """
    family = _family(conversation)
    if response.key not in family.parents:
        return thread_of(conversation, response)
    first = response.key
    while (before := family.parents[first]) is not None:
        first = before
    begun = [
        each for each in family.children.get(None, ()) if family.groups[each.key] == family.groups[first]
    ]
    found: list[Response] = []
    groups = [begun]
    while groups:
        group = groups.pop()
        found += group
        replies: dict[str, list[Response]] = {}
        for each in group:
            for reply in family.children.get(each.key, ()):
                replies.setdefault(family.groups[reply.key], []).append(reply)
        groups += reversed(replies.values())
    return found


def order_of(response: Response) -> tuple[int, int]:
    """Return by what responses are put in order, before their serials: when they began, ms since the epoch by
    the server's clock. Answers that were asked of several models by name stand in the order of the names,
    whichever begins first.
    """
    prompt = response.prompt
    if prompt is not None and response.model in prompt.models:
        return prompt.timestamp, prompt.models.index(response.model)
    return response.opened_at, 0


def groups_of(conversation: Conversation, responses: Iterable[Response]) -> dict[str, str]:
    """Return by key what responses have in common with their siblings; only a name."""
    known = conversation.responses
    return _groups(conversation, [each for each in responses if each.key in known])


def standings(conversation: Conversation) -> dict[str, Standing]:
    """Return by key where each response stands that has siblings."""
    found: dict[str, Standing] = {}
    for family in families(conversation):
        best = conversation.best.best_of(family)
        for nth, each in enumerate(family, 1):
            by = best[1].publisher if best is not None and best[0] is each else None
            found[each.key] = Standing(nth, len(family), by)
    return found


def siblings_of(conversation: Conversation, response: Response) -> list[Response]:
    """Return the responses that stand beside this one, it included, in the order of the channel: answers to
    the same prompt, to prompts that ask it again, and those that say that they are siblings.
    """
    responses = _shown(conversation)
    groups = _groups(conversation, responses)
    mine = groups.get(response.key)
    if mine is None:  # superseded, and not among those shown
        return [response]
    return [each for each in responses if groups[each.key] == mine]


def families(conversation: Conversation) -> list[list[Response]]:
    """Return all groups of several siblings, in the order of the channel; costs what `siblings_of` does."""
    responses = _shown(conversation)
    groups = _groups(conversation, responses)
    found: dict[str, list[Response]] = {}
    for response in responses:
        found.setdefault(groups[response.key], []).append(response)
    return [family for family in found.values() if len(family) > 1]


def heads(conversation: Conversation) -> list[Head]:
    """Return all threads, each by the newest response on the branch that is followed; the newest
    thread last. What continues the same response, which is not known, is one thread.
    """
    family = _family(conversation)

    def chosen(siblings: list[Response]) -> Response:
        best = conversation.best.best_of(siblings)
        return siblings[-1] if best is None else best[0]

    found: dict[str, Head] = {}
    for group in _grouped(family, family.children.get(None, ())):
        first = chosen(group)
        response = first
        while replies := family.children.get(response.key):
            # Of several follow-ups that are no siblings the newest is what people went on with.
            response = chosen(_grouped(family, replies)[-1])
        head = Head(title_of(conversation, first), response, first, is_cut(conversation, first))
        begun = family.groups[first.key] if first.continues is None else f"re {first.continues}"
        if begun not in found or _newest(found[begun]) < _newest(head):
            found[begun] = head
    return sorted(found.values(), key=_newest)


def _newest(head: Head) -> tuple[int, str]:
    return head.response.opened_at, head.response.serial


def turns_of(conversation: Conversation, response: Response) -> list[Turn]:
    """Return what was said up to and with this response, for a model to go on from: of its thread the
    responses that were done or cancelled and have text.
    """
    return [
        Turn(each.question, text, each.response_id)
        for each in thread_of(conversation, response)
        if each.response_id is not None
        and each.status in (Status.DONE, Status.CANCELLED)
        and (text := each.text)
    ]


def _shown(conversation: Conversation) -> list[Response]:
    """Responses that have a place in a thread, in the order of the channel."""
    responses = [
        response
        for response in conversation.responses.values()
        if not response.superseded and (response.response_id is not None or response.prompt is not None)
    ]
    return sorted(responses, key=lambda response: (*order_of(response), response.serial))


def _groups(conversation: Conversation, responses: Iterable[Response]) -> dict[str, str]:
    """Return by key what siblings have in common: the prompt that was asked first, or the first of them. A
    prompt that has not been seen is as good a name.
    """

    def asked_before(prompt_id: str) -> str | None:
        prompt = conversation.prompt(prompt_id)
        return None if prompt is None else prompt.sibling_of

    def beside(key: str) -> str | None:
        sibling_of = conversation.responses[key].sibling_of
        before = None if sibling_of is None else conversation.by_id(sibling_of)
        return None if before is None else before.key

    groups: dict[str, str] = {}
    firsts: dict[str, str] = {}
    prompts: dict[str, str] = {}
    for response in responses:
        first = response
        if response.sibling_of is not None:
            first = conversation.responses[_first(response.key, beside, firsts)]
        asked = first.prompt_id
        if asked is not None and asked_before(asked) is not None:
            asked = _first(asked, asked_before, prompts)
        groups[response.key] = f"?{asked}" if asked is not None else first.key
    return groups


def _first(name: str, before: Callable[[str], str | None], known: dict[str, str]) -> str:
    """Return what a chain begins with: of one that leads in a circle any, the same for all that lead there.
    `known` is what was found out already, so that no link is looked at twice.
    """
    chain: list[str] = []
    at: str | None = name
    while at is not None and at not in known:
        chain.append(at)
        known[at] = at
        at = before(at)
    first = chain[-1] if at is None else known[at]
    known.update(dict.fromkeys(chain, first))
    return first


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
    _cut_circles(parents)
    for response in responses:
        children.setdefault(parents[response.key], []).append(response)
    return _Family(parents, children, groups)


def _cut_circles(parents: dict[str, str | None]) -> None:
    """Let the first response of each circle of replies begin a thread."""
    order = {key: number for number, key in enumerate(parents)}
    seen: set[str] = set()
    for key in order:
        chain: list[str] = []
        at: str | None = key
        while at is not None and at not in seen:
            seen.add(at)
            chain.append(at)
            at = parents[at]
        if at in chain:
            parents[min(chain[chain.index(at) :], key=order.__getitem__)] = None


def _grouped(family: _Family, responses: Iterable[Response]) -> list[list[Response]]:
    """Return responses with their siblings, the group that was added to last being the last."""
    found: dict[str, list[Response]] = {}
    for response in responses:
        group = found.pop(family.groups[response.key], [])
        group.append(response)
        found[family.groups[response.key]] = group
    return list(found.values())


def title_of(conversation: Conversation, first: Response) -> str:
    """Return what a thread is about, by its first response: the question, or else how it begins; empty where
    neither is known.
    """
    words = " ".join((first.question or _beginning(conversation, first)).split())
    return words if len(words) <= TITLE else words[: TITLE - 1].rsplit(" ", 1)[0] + "…"


def _beginning(conversation: Conversation, first: Response) -> str:
    if is_cut(conversation, first):
        return ""
    block = next((block for block in first.blocks if block.kind is Kind.TEXT and block.length), None)
    return "" if block is None else _FENCE.sub("", block.part(0, 2 * TITLE))


__all__ = [
    "Head",
    "Standing",
    "Turn",
    "families",
    "groups_of",
    "heads",
    "is_cut",
    "order_of",
    "parent_of",
    "siblings_of",
    "standings",
    "thread_of",
    "title_of",
    "tree_of",
    "turns_of",
]
