"""What messages change: from the steps of strands to the changes that a screen is told."""

from __future__ import annotations

from tui.state.changes import Appended, Change, Replaced
from tui.state.release import Release
from tui.state.response import Response
from tui.state.shown import Shown
from tui.state.sources import Sources
from tui.state.step import Step
from tui.state.strand import Strand
from tui.state.strands import Strands
from tui.state.succession import Succession


class Outcome:
    """What has changed since the last time that somebody asked."""

    def __init__(self, strands: Strands, shown: Shown, release: Release) -> None:
        self.changes: list[Change] = []
        self.sources = Sources(strands)
        self.succession = Succession(strands, shown)
        self._strands = strands
        self._shown = shown
        self._release = release

    def tell(self, step: Step) -> None:
        """Add what a step changed."""
        response, block = step.response, step.block
        if response is None:
            return
        if response.key not in self._shown.responses:
            self._meet(response)
            self.call_off(response)
            return
        self._shown.watch(response)
        if step.anew:
            self.changes.append(Replaced(response))
        elif block is not None and step.text:
            self.changes.append(Appended(response, step.text, block))
        if not step.text or response.ended_at is not None:
            self._meet(response)
            self.call_off(response)

    def call_off(self, response: Response) -> None:
        """Let a response have the requests to cancel that came for its prompt."""
        strand = self._strands.all.get(response.strand)
        if strand is None or response.prompt_id is None:
            return
        for record in self._shown.cancels(response.prompt_id):
            if strand.insert(record):
                self._strands.disordered[strand.key] = strand

    def settle(self, *, everything: bool) -> list[Change]:
        """Fold anew what has to be, or `everything` that is not folded yet; return all changes since the last
        time.
        """
        disordered, behind = self._strands.disordered, self._strands.behind
        disordered.update({key: strand for key, strand in behind.items() if everything or strand.due})
        while disordered:
            self._fold_anew(disordered.pop(next(iter(disordered))))
        self.sources.settle(self.changes)
        changes, self.changes = self.changes, []
        return changes

    def _fold_anew(self, strand: Strand) -> None:
        self._strands.behind.pop(strand.key, None)
        before = {response.key: response for response in strand.responses}
        asked = self._shown.forget_answers(strand.responses)
        strand.refold()
        prompts = {response.prompt_id for response in strand.responses if response.prompt_id is not None}
        cancels = [record for prompt_id in prompts for record in self._shown.cancels(prompt_id)]
        if sum(strand.insert(record) for record in cancels):
            strand.refold()
        after = {response.key for response in strand.responses}
        for key, response in before.items():
            if key not in after:
                self._shown.remove(response, self.changes)
        for response in strand.responses:
            self._meet(response)
            if response.key in before:
                self.changes.append(Replaced(response))
        for prompt_id in asked:
            self._shown.wait(prompt_id, self.changes)
            self.succession.answered(prompt_id, self.changes)
        self.sources.folded_anew(strand.key)
        self._release.count(strand)
        if strand.empty:
            self._strands.all.pop(strand.key, None)

    def _meet(self, response: Response) -> None:
        """Show a response, and what is known of it from elsewhere."""
        response.superseded = self.succession.is_superseded(response.strand)
        new = response.key not in self._shown.responses
        self._shown.meet(response, self.changes)
        self.succession.answered(response.prompt_id, self.changes)
        if new:
            self._strands.began(response)
