"""How one gets out: quitting, and what an interrupt means where it is pressed.

The base of the application that holds these actions. Nothing is ended or lost before that has been said.
"""

from __future__ import annotations

from tui.state import Response
from tui.ui.acting import Acting
from tui.ui.commands import hint
from tui.ui.drafts import Drafts


class Leaving(Acting):
    """The actions that end something."""

    _drafts: Drafts | None

    def __init__(self) -> None:
        super().__init__()
        self._leaving = False

    def action_leave(self) -> None:
        """Quit, or say first what quitting would end or lose."""
        running = self.desk.running
        reasons = [f"{running} of your responses still running"] if running else []
        if self._prompt.unsent and not (self._drafts is not None and self._drafts.keep()):
            reasons.append("a draft is in the prompt")
        if reasons and not self._leaving:
            self._leaving = True
            self.set_timer(5, self._stay)
            end = "ends them and quits" if running else "quits without it"
            key = hint("{quit}", self.facts.keymap)
            self.notify(f"{' · '.join(reasons)} · {key} again {end}")
            return
        self.exit()

    def _stay(self) -> None:
        self._leaving = False

    def action_interrupt(self) -> None:
        """Copy the selection, else end the focused response, else clear the prompt, else say how to quit."""
        box, pane = self._prompt, self._wall.focused
        if box.has_focus and box.selected_text:
            self._copy(box.selected_text)
        elif self.screen.get_selected_text():
            self._copy(self.screen.get_selected_text() or "")
        elif pane is not None and pane.response.status.in_flight and self._is_own(pane.response):
            self._cancels.cancel(pane.response, self._clock())
        elif box.text:
            box.set_aside()
        else:
            self._say(hint(f"{self._way_to_end()}{{quit-now}} quits", self.facts.keymap))

    def _way_to_end(self) -> str:
        """Say how the only response of this terminal that is in flight is ended from the prompt."""
        in_flight = (each for each in self.conversation.responses.values() if each.status.in_flight)
        mine = [each for each in in_flight if self._is_own(each)]
        if not self._prompt.has_focus or len(mine) != 1:
            return ""
        if mine[0].key not in self._wall.cells:
            return "{panes}, then {cancel-mine} ends your response · "
        self._wall.current = mine[0].key  # where Esc leads
        return "{panes}, then {interrupt} ends your response · "

    def _is_own(self, response: Response) -> bool:
        return self.desk.answers(response.prompt_id)
