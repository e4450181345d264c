"""What people do: ask, reply, ask again, choose, end, allow.

The base of the application that holds these actions, on top of those that only look. They are `asking`'s,
`cancels`' and `rulings`' business; this finds the response that a key speaks of.
"""

from __future__ import annotations

from collections.abc import Callable

from tui.state import Response
from tui.ui.asking import Asking
from tui.ui.cancels import Cancels
from tui.ui.commands import hint
from tui.ui.contacts import CODECS
from tui.ui.looking import COPIES, FORMS, SCOPES, Looking
from tui.ui.manners import DEFAULT, Refused, manner_told, with_longest, with_model, with_system, with_thinking
from tui.ui.offers import Arguments, Offer, Offers, command_offers
from tui.ui.ports import EFFORTS, Manner
from tui.ui.prompt import PromptBox
from tui.ui.rulings import Rulings
from tui.wire import Member, Roster


class Acting(Looking):
    """The actions of the keys and slash commands that ask and decide."""

    asking: Asking
    _cancels: Cancels
    _rulings: Rulings
    _clock: Callable[[], int]

    def __init__(self) -> None:
        super().__init__()
        # What was asked last, and what the person was at then.
        self._awaited: tuple[str | None, str | None] = (None, None)
        self.arguments: Arguments = {
            "copy": lambda: COPIES,
            "export": lambda: (*FORMS, *SCOPES),
            "theme": lambda: sorted(self.available_themes),
            "model": lambda: self._models() | {DEFAULT: "the agent's own"},
            "fan": self._models,
            "thinking": lambda: (*EFFORTS, DEFAULT),
            "session": lambda: CODECS,
            "effort": lambda: (*EFFORTS, DEFAULT),
            "system": lambda: {DEFAULT: "the agent's own", "none": "no system prompt at all"},
            "max": lambda: {DEFAULT: "the agent's own"},
        }
        """By slash name, what may stand behind it."""

    def offer(self, before: str) -> list[Offer]:
        """Return what may be meant by the text before the prompt's cursor."""
        return command_offers(before, self.arguments, self.facts.keymap)

    def on_offers_clicked(self, event: Offers.Clicked) -> None:
        """Take what was clicked."""
        self._prompt.complete(event.offer)
        self.screen.set_focus(self._prompt)

    def on_prompt_box_refused(self, event: PromptBox.Refused) -> None:
        """Say why something could not be attached."""
        self._say(event.why)

    def on_prompt_box_left(self) -> None:
        """Let what is typed next begin a new thread."""
        self.asking.leave()

    async def on_prompt_box_sent(self, event: PromptBox.Sent) -> None:
        """Have a prompt answered, a command done, or a denial sent."""
        if self._rulings.asks_why:
            self._rulings.send(event.text)
            self.asking.show()
            self._wall.enter()
            return
        # What a chip stands for is no command, whatever it begins with.
        command = event.draft.text.startswith("/")
        text = await self.obey(event.text) if command else event.text
        if text is not None:
            self.asking.send(text)
            self._stand()

    def address(self, member: Member) -> None:
        """Ask this agent next."""
        self.asking.address(member.client_id)

    def goes_back(self) -> bool:
        """Close what covers the prompt, a list or a question; return whether there was anything. Where the
        prompt goes stays as it is.
        """
        if self._prompt.leave():
            return True
        if self._rulings.leave():
            self.asking.show()
        return False

    def asked(self, prompt_id: str) -> None:
        """Remember where the person is who asks from the prompt, so that Esc leads on to the answer. Who asks
        again from the panes stays there.
        """
        if self._prompt.has_focus:
            self._awaited = prompt_id, self._standing

    def met(self, response: Response) -> None:
        """Go to the answer to what was asked last, unless the person has gone elsewhere since; a chat follows
        it by itself.
        """
        if response.prompt_id is None or response.prompt_id != self._awaited[0]:
            return
        moved = self._awaited[1] != self._standing
        self._awaited = None, None
        wall = self._wall
        if moved or wall.chatting:
            return
        wall.current = response.key
        if wall.zoomed is not None:
            wall.zoomed = response.key
        wall.settle()
        if wall.focused is not None:
            self.call_after_refresh(self._land, response.key)

    def _land(self, key: str) -> None:
        """Give the focus to a pane that has been made for somebody who is among the panes."""
        if self._wall.current == key and not self._prompt.has_focus:
            self._wall.enter()

    @property
    def _standing(self) -> str | None:
        """What stands for the response that keys speak of, also once an answer takes the prompt's place."""
        response = self.conversation.responses.get(self._wall.current or "")
        return None if response is None else response.prompt_id or response.key

    def meet(self, roster: Roster) -> None:
        """Know who is here now."""
        super().meet(roster)
        self.asking.roster = self._cancels.roster = roster
        self._mark_siblings()

    # Keys

    def action_reply(self) -> None:
        """Continue the thread of the focused response."""
        response = self._spoken_of()
        if response is not None:
            self.asking.reply(response)
            self.screen.set_focus(self._prompt)

    def action_new(self) -> None:
        """Begin a new thread."""
        self.asking.new()
        self.screen.set_focus(self._prompt)

    def action_retry(self) -> None:
        """Ask the focused response's question again."""
        response = self._spoken_of()
        if response is None or not self.asking.retry(response):
            return
        wall = self._wall
        if not wall.chatting and (wall.zoomed is not None or wall.arrangement.tabs):
            self._say(hint("asked again · {next} goes to the new answer", self.facts.keymap))

    def action_edit(self) -> None:
        """Ask the focused response's question in other words."""
        response = self._spoken_of()
        if response is not None:
            self.asking.edit(response)
            self.screen.set_focus(self._prompt)

    def action_best(self) -> None:
        """Mark the focused response as the best of its siblings."""
        response = self._spoken_of()
        if response is not None:
            self.asking.mark_best(response)
            self._mark_siblings()

    def action_cancel(self) -> None:
        """End the focused response."""
        response = self._spoken_of()
        if response is None:
            return
        if self._wall.waits_in_vain(response) and not self._own.takes_back(response):
            self._put_away(response)
        else:
            self._cancels.cancel(response, self._clock())

    def _put_away(self, response: Response) -> None:
        """Take away here what somebody else asked and nobody answers: it is not for others to take back."""
        why = f"nobody here answers it, and only {self._own.asker(response)} can take it back"
        if self._wall.put_away(response):
            self._say(f"put away: {why} · {hint('{unfold} brings it back', self.facts.keymap)}")
        else:
            self._say(why)

    def action_cancel_mine(self) -> None:
        """End everything that was asked here."""
        self._cancels.cancel_mine(self._clock())

    def action_approve(self) -> None:
        """Allow the tool that the focused response asks for."""
        response = self._spoken_of()
        if response is not None:
            self._rulings.approve(response)

    def action_deny(self) -> None:
        """Deny the tool that the focused response asks for, and ask why."""
        response = self._spoken_of()
        if response is not None and self._rulings.deny(response):
            self.screen.set_focus(self._prompt)

    def _mark_siblings(self) -> None:
        """Show which responses stand beside which, and what those that wait are waiting for."""
        self._wall.tell_siblings(self.asking.notes())
        self._wall.tell_waits(self.asking.waits())

    # Commands with something behind their name

    def action_slash_fan(self, argument: str) -> None:
        """Ask the same several times, or several models."""
        self.asking.fan(argument)

    def action_slash_model(self, word: str) -> None:
        """Let another model answer."""
        known = self.asking.models
        self._set(lambda manner: with_model(manner, word, known), word)

    def action_slash_session(self, codec: str) -> None:
        """Begin threads in a session of AI Transport."""
        self.asking.join(codec)

    def action_slash_system(self, text: str) -> None:
        """Set the thread's system prompt."""
        self._set(lambda manner: with_system(manner, text), text)

    def action_slash_max(self, word: str) -> None:
        """Set the longest answer."""
        self._set(lambda manner: with_longest(manner, word), word)

    def action_slash_effort(self, word: str) -> None:
        """See `action_slash_thinking`: it is the same."""
        self.action_slash_thinking(word)

    def action_slash_thinking(self, word: str) -> None:
        """Set how much the model thinks."""
        self._set(lambda manner: with_thinking(manner, word), word)

    def _models(self) -> dict[str, str]:
        return {model.id: model.note for model in self.desk.models}

    def _set(self, change: Callable[[Manner], Manner], given: str) -> None:
        """Change how answers are made, which the prompt's border then says; without anything given say it."""
        asking = self.asking
        if given:
            model = asking.manner.model
            try:
                asking.set_manner(change(asking.manner))
            except Refused as refusal:
                self._say(str(refusal))
            else:
                warned = "\n".join(filter(None, (asking.lack, asking.end)))
                if warned and asking.manner.model != model:
                    self._say(warned)
            return
        told = (manner_told(asking.manner, self.facts.model), asking.manner.system, asking.lack, asking.end)
        self._say("\n".join(filter(None, told)))
