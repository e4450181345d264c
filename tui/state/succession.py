"""Which responses others have come in the place of: after a crash, or with the result of a client's tool."""

from __future__ import annotations

from collections.abc import Iterable

from tui.state.changes import Change, Updated
from tui.state.keys import key_of
from tui.state.shown import Shown
from tui.state.strands import Strands
from tui.wire import Forked, Said, Start


class Succession:
    """Who comes in whose place, by the keys of their strands."""

    def __init__(self, strands: Strands, shown: Shown) -> None:
        self._strands = strands
        self._shown = shown
        self._superseded: set[str] = set()
        self._forks: dict[str, set[str]] = {}  # promptId -> keys of strands in whose place its answer comes
        self._forked: dict[str, set[str]] = {}  # the other way round

    def remember(self, said: Said, changes: list[Change]) -> None:
        """Take what a message says about whose place is taken."""
        if isinstance(said, Start):
            targets = {key_of(response_id) for response_id in said.supersedes}
            self._superseded |= targets
            self._refresh(targets, changes)
        elif isinstance(said, Forked):
            target = key_of(said.response_id)
            self._forks.setdefault(said.prompt_id, set()).add(target)
            self._forked.setdefault(target, set()).add(said.prompt_id)
            self._refresh((target,), changes)

    def is_superseded(self, key: str) -> bool:
        """Whether another response has come in the place of those of a strand."""
        return key in self._superseded or any(
            answer.strand and answer.strand != key
            for prompt_id in self._forked.get(key, ())
            for answer in self._shown.answers(prompt_id)
        )

    def answered(self, prompt_id: str | None, changes: list[Change]) -> None:
        """The answers to a prompt are not those that they were."""
        if prompt_id in self._forks:
            self._refresh(self._forks[prompt_id], changes)

    def _refresh(self, keys: Iterable[str], changes: list[Change]) -> None:
        for key in keys:
            superseded = self.is_superseded(key)
            strand = self._strands.all.get(key)
            for response in strand.responses if strand is not None else ():
                if response.superseded is not superseded and response.key in self._shown.responses:
                    response.superseded = superseded
                    changes.append(Updated(response))
