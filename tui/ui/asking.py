"""What is asked, and of whom: where the next prompt goes, and what becomes of it when it is sent.

A prompt begins a thread, continues one, asks again in other words, or gives the reason of a denial; the box
says which. Leaves the box's text to `prompt`, tool calls that wait to `rulings`, and ending to `cancels`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from textual.markup import escape

from tui.state import Conversation, Response, Status
from tui.state.people import Publisher, publisher_of
from tui.state.threads import parent_of, siblings_of, thread_of, turns_of
from tui.ui.commands import hint
from tui.ui.contacts import CODECS, contact_of
from tui.ui.kin import described, sibling_notes
from tui.ui.manners import NO_MANNER, Refused, ends_of, fan_of, lack_of, manner_told, with_model
from tui.ui.own import Own, named
from tui.ui.ports import Contact, Desk, Facts, Manner, ModelName, Question
from tui.ui.takers import Wait, wait_of
from tui.wire import Best, Roster


class Box(Protocol):
    """The prompt box."""

    text: str

    def tell(self, where: str, how: str, back: str = "") -> None:
        """Say where the prompt goes, how it is answered, and what Backspace does while it is empty."""

    def restore(self, text: str) -> None:
        """Give back a prompt that was not sent."""

    def borrow(self, text: str, aside: tuple[str, str] | None = None) -> None:
        """Hold something else than the draft. What is no prompt, and may be empty, has `aside` said of it."""

    def give_back(self) -> None:
        """Hold the draft again."""


class Asking:
    """Where the next prompt goes."""

    def __init__(
        self,
        conversation: Conversation,
        desk: Desk,
        facts: Facts,
        box: Box,
        own: Own,
        *,
        current: Callable[[], Response | None],
        number: Callable[[Response], int],
        asked: Callable[[str], None],
        say: Callable[[str], None],
    ) -> None:
        """`own` learns what is asked and preferred here. `current` gives the newest response of the thread
        that is shown as a chat, `number` a response's place on the wall, 0 for none; `asked` hears the
        promptId of what is asked; `say` tells something in passing.
        """
        self._conversation = conversation
        self._desk = desk
        self._facts = facts
        self._box = box
        self._own = own
        self._current = current
        self._number = number
        self._asked = asked
        self._say = say
        self._parent: Response | None = None  # what is continued
        self._follows: str | None = None  # the prompt whose answer is continued, in place of a response
        self._thread: str | None = None  # the prompt that began its thread
        self._fresh = False  # whether a new thread is wanted although one is shown as a chat
        self._edited: Response | None = None  # whose question is asked in other words
        self._unheard: dict[
            str, str
        ] = {}  # what was asked and has not come back from the channel, by promptId
        self.roster: Roster | None = None
        """Who is here, once that is known."""
        # Where the prompt was said to go last: after which prompt, to what, and who calls that the best.
        self._told: tuple[str | None, Response | None, Publisher | None] = (None, None, None)
        self._to: str | None = None  # the agent that is asked, by clientId
        self._codec: str | None = None  # of the AI Transport session in which threads begin
        self._spoken: tuple[str, bool] = ("", False)  # a response, and whether AI Transport speaks it
        self._manners: dict[
            str | None, Manner
        ] = {}  # by the promptId that began the thread; None for new ones
        self._knows_models = False

    # Where it goes

    @property
    def target(self) -> Response | None:
        """The response that the next prompt continues."""
        if self._follows is None:
            if self._parent is not None:
                return self._now(self._parent)
            return None if self._fresh else self._current()
        return self._followed()[0]

    def _followed(self) -> tuple[Response | None, Publisher | None]:
        """Return which answer to the followed prompt is continued: the best of them, and who says so, or else
        the newest.
        """
        answers = self._conversation.answers(self._follows or "")
        answers = [each for each in answers if not each.superseded]
        if not answers:
            return None, None
        best = self._conversation.best.best_of(siblings_of(self._conversation, answers[-1]))
        return (answers[-1], None) if best is None else (best[0], best[1].publisher)

    @property
    def manner(self) -> Manner:
        """How the next prompt is to be answered."""
        return self._manners.get(self._root, NO_MANNER)

    @property
    def lack(self) -> str:
        """What the model that is chosen cannot do without, in words; empty where nothing is known of that, or
        somebody else's agent answers.
        """
        return lack_of(self.manner.model or self._facts.model, self._facts.tools) if self._to is None else ""

    @property
    def end(self) -> str:
        """When the model that is chosen ends, in words; empty where nothing is known of that, or somebody
        else's agent answers.
        """
        model = self.manner.model or self._facts.model
        return ends_of((model,), self._desk.models) if self._to is None else ""

    @property
    def models(self) -> Sequence[ModelName]:
        """The models that can be chosen, as far as they are known."""
        return self._desk.models

    def _check_models(self) -> None:
        """See to the models that were chosen before it was known which there are."""
        if self._knows_models or not self._desk.models:
            return
        self._knows_models = True
        for root, manner in self._manners.items():
            if manner.model is not None:
                try:
                    self._manners[root] = with_model(manner, manner.model, self._desk.models)
                except Refused as refusal:
                    self._manners[root] = replace(manner, model=None)
                    self._say(str(refusal))

    def set_manner(self, manner: Manner) -> None:
        """Have the thread's answers, or those of new ones, made in another way."""
        self._manners[self._root] = manner
        self.show()

    def reply(self, response: Response) -> None:
        """Continue the thread of a response."""
        self._aim(response)

    def address(self, client_id: str) -> None:
        """Ask this agent from now on."""
        self._to = None if client_id == self._facts.client_id else client_id
        self.show()

    def join(self, codec: str) -> None:
        """Begin threads in a session of AI Transport, whose agent has this codec: vercel or openai."""
        if codec not in CODECS:
            self._say(
                f"/session takes {' or '.join(CODECS)}: the codec that the session's agent was built with"
            )
            return
        self.new()
        self._codec = codec
        self._say(f"prompts go to the {codec} agent of AI Transport here, not to your model · /new ends it")
        self.show()

    def new(self) -> None:
        """Begin a thread, answered by this terminal's own agent."""
        self._to = self._codec = None
        self._aim(None)

    def leave(self) -> bool:
        """Go one step back towards a new thread; return whether there was one to go."""
        if self._edited is not None:
            self._edited = None
            self._box.give_back()
        elif self.target is not None or self._follows is not None or self._to or self._codec:
            self.new()
        else:
            return False
        self.show()
        return True

    def edit(self, response: Response) -> None:
        """Put a response's question into the box, to be asked in other words."""
        question = response.question
        if response.prompt_id is None or not question:
            self._say("the question of this response is not known")
            return
        self._edited = response
        self._box.borrow(question)
        self.show()

    def show(self) -> None:
        """Let the box say where the prompt goes."""
        self._check_models()
        back = ""
        if self._edited is not None:
            where, back = f"edit {self._name(self._edited)} ▸", self._hint("{back} no edit")
        else:
            target, best_by = self._followed() if self._follows is not None else (self.target, None)
            self._tell_change(target, best_by)
            words = [f"ask {self._to}"] if self._to is not None else []
            words += [f"session {self._codec}"] if self._codec is not None and target is None else []
            if target is not None or self._follows is not None:
                words.append(f"re {self._name(target) if target is not None else '…'}")
                if best_by is not None and target is not None and not self._own.called(target, best_by):
                    words.append(f"· best by {named(best_by)}")
            where, back = f"{' '.join(words) or 'new'} ▸", self._hint("{back} new") if words else ""
        told = "AI Transport" if self._is_session else manner_told(self.manner, self._model)
        self._box.tell(escape(where), escape(told), back)

    def _tell_change(self, target: Response | None, best_by: Publisher | None) -> None:
        """Say that somebody else's word has changed where the prompt goes."""
        (follows, before, called_by), self._told = self._told, (self._follows, target, best_by)
        if follows is None or follows != self._follows or before is None or target is None:
            return
        if before is target or (called_by is None and best_by is None):  # the newest is followed
            return
        if best_by is None:
            self._say(f"{self._name(before)} is not called the best any more: re {self._name(target)}")
        elif not self._own.called(target, best_by):
            self._say(f"{named(best_by)} calls {self._name(target)} the best: re {self._name(target)}")

    # Sending

    def send(self, text: str, models: Sequence[str | None] = (None,)) -> None:
        """Ask what was typed; what cannot be asked now stays in the box."""
        edited, self._edited = self._edited, None
        if edited is not None:
            self._box.give_back()
            question: Question | None = self._beside(edited, text, models)
        else:
            question = self._question(text, models)
        if question is None:
            self._edited = edited
            self._box.restore(text)
        else:
            goes_on = question.in_reply_to is not None if edited is None else self._follows_on(edited)
            self._ask(question, edited, goes_on=goes_on)
        self.show()

    def fan(self, argument: str) -> None:
        """Ask the same several times, or several models: `3 why`, `opus,haiku why`."""
        word, _, text = argument.strip().partition(" ")
        try:
            models = fan_of(word, text, self._desk.models)
        except Refused as refusal:
            self._say(str(refusal))
        else:
            if not self._is_session:
                self.send(text.strip(), models)
                if ends := ends_of(models, self._desk.models):
                    self._say(ends)
                return
            self._say(
                self._hint("an agent of AI Transport answers once: {retry} asks again beside its answer")
            )
        self._box.restore(f"/fan {argument}".rstrip())

    def retry(self, response: Response) -> bool:
        """Ask the same again, beside the answer that there is; return whether that could be done."""
        text = response.question
        if response.prompt_id is None or not text:
            self._say("the question of this response is not known")
            return False
        model = response.model if self._desk.answers(response.prompt_id) else None
        question = self._beside(response, text, (model,))
        if question.contact is not None:
            contact = contact_of(self._conversation, response)
            if contact is None or not contact.message_id:
                self._say("it has said nothing that could be asked for again")
                return False
            question = replace(question, contact=replace(contact, again=True))
        self._ask(question, response, goes_on=self._current() is not None and self._follows_on(response))
        self.show()
        return True

    def _question(self, text: str, models: Sequence[str | None]) -> Question | None:
        target = self.target
        plain = Question(text, to=self._to, models=models, manner=self.manner)
        if target is None:
            if self._follows is None:
                return plain if self._codec is None else replace(plain, contact=Contact(self._codec, ""))
            self._say("what you asked has not reached the channel yet")
            return None
        contact = contact_of(self._conversation, target)
        if contact is not None:
            within = target.response_id if target.status.in_flight else None
            return replace(plain, contact=contact, in_reply_to=target.response_id, within=within)
        if target.response_id is None or target.status in (Status.WAITING, Status.LIVE):
            way = self._hint("wait for its end, or end it with {cancel}")
            self._say(f"{self._name(target)} is still being answered: {way}")
            return None
        past = turns_of(self._conversation, target)
        return replace(plain, past=past, in_reply_to=target.response_id)

    def _beside(self, response: Response, text: str, models: Sequence[str | None]) -> Question:
        """Return a question whose answer stands beside a response."""
        conversation, prompt = self._conversation, response.prompt
        parent = parent_of(conversation, response)
        contact = contact_of(conversation, response)
        if contact is not None:
            before = None if parent is None else contact_of(conversation, parent)
            contact = Contact(contact.codec, before.message_id if before is not None else "")
        return Question(
            text,
            past=turns_of(conversation, parent) if parent is not None else (),
            in_reply_to=response.continues,
            sibling_of=response.prompt_id,
            to=prompt.to if prompt is not None else None,
            models=models,
            manner=self._manners.get(self._root_of(response), NO_MANNER),
            contact=contact,
        )

    def _follows_on(self, response: Response) -> bool:
        """Whether the next prompt continues what is asked beside a response: where a chat shows it, or what
        was continued came after that response, which now stands on another branch.
        """
        target = self.target
        if target is None:
            return self._current() is not None
        return self._current() is not None or response in thread_of(self._conversation, target)

    def _ask(self, question: Question, beside: Response | None, *, goes_on: bool) -> None:
        root = self._root if beside is None else self._root_of(beside)
        first, *others = self._for_each(question)
        prompt_id = self._desk.ask(first)
        self._asked(prompt_id)
        sibling_of = question.sibling_of or prompt_id
        asked = [prompt_id, *(self._desk.ask(replace(each, sibling_of=sibling_of)) for each in others)]
        for each_id in asked:
            self._own.sends(each_id)
        if question.contact is None:  # AI Transport need not give a prompt back under its id
            self._unheard.update(dict.fromkeys(asked, question.text))
        if question.to is not None and self._is_absent(question.to):
            way = self._hint("{cancel} takes it back")
            self._say(f"{question.to} is not here: the prompt waits until it comes · {way}")
        if question.in_reply_to is None:
            root = prompt_id
            self._manners[root] = question.manner
        self._fresh = False
        if goes_on:
            self._parent, self._follows, self._thread = None, prompt_id, root

    def _for_each(self, question: Question) -> list[Question]:
        """Return what is published: another's agent answers a prompt once, so it is asked for each answer."""
        if question.to in (None, self._facts.client_id):
            return [question]
        return [replace(question, models=(model,)) for model in question.models]

    # Siblings

    def mark_best(self, response: Response) -> None:
        """Mark a response as the best of its siblings, which a reply then follows; again takes it back."""
        siblings = siblings_of(self._conversation, response)
        if len(siblings) < 2:
            self._say(self._hint("it has no siblings: {retry} asks again beside it"))
            return
        if response.response_id is None:
            self._say("nobody has answered it yet")
            return
        words = self._conversation.best
        best = words.best_of(siblings)
        said = Best(response.response_id, response.prompt_id, best is not None and best[0] is response)
        # It holds here at once: the channel may be away, or not take it.
        self._own.prefers(response.response_id)
        words.say_here(said, publisher_of(self._facts.client_id, None), siblings)
        self._desk.prefer(said)
        target = self.target
        if not said.taken_back and target is not None and target in siblings:
            self._aim(response)

    def notes(self) -> dict[str, str]:
        """Return by key what is said beside the names of responses: which of several answers one is."""
        return sibling_notes(self._conversation, self._own)

    # What has not reached the channel

    def unheard(self) -> dict[str, str]:
        """Return by promptId what was asked here and has not been heard from the channel."""
        for prompt_id in tuple(self._unheard):
            if self._conversation.prompt(prompt_id) is not None:
                del self._unheard[prompt_id]
        return self._unheard

    def took_back(self, text: str) -> None:
        """A prompt could not be published, and stands in the box again."""
        found = next((prompt_id for prompt_id, each in self._unheard.items() if each == text), None)
        if found is not None:
            del self._unheard[found]

    # Who is here

    def waits(self) -> dict[str, Wait]:
        """Return by key what each prompt waits for that is not this terminal's own agent's."""
        if self.roster is None:
            return {}
        responses = self._conversation.responses.values()
        given = [each for each in responses if each.status is Status.LIVE]
        return {
            response.key: wait_of(prompt, self.roster, given)
            for response in responses
            if response.status is Status.WAITING
            and (prompt := response.prompt) is not None
            and (prompt.to is not None or not self._desk.answers(prompt.prompt_id))
        }

    def _is_absent(self, client_id: str) -> bool:
        """Whether it is known that somebody is not on the channel."""
        here = None if self.roster is None else [member.client_id for member in self.roster.members]
        return here is not None and client_id not in here

    @property
    def _is_session(self) -> bool:
        """Whether the next prompt goes to an agent of AI Transport, which has its own model."""
        target = self._edited or self.target
        if target is None:
            return self._codec is not None
        if self._spoken[0] != target.key:
            self._spoken = target.key, contact_of(self._conversation, target) is not None
        return self._spoken[1]

    @property
    def _model(self) -> str:
        """The model that answers unless the manner names one; empty where nobody has said it."""
        if self._to is None:
            return self._facts.model
        members = self.roster.members if self.roster is not None else ()
        models = (member.model for member in members if member.client_id == self._to)
        return next((model for model in models if model), "")

    # Names

    def _hint(self, words: str) -> str:
        return hint(words, self._facts.keymap)

    def _aim(self, response: Response | None) -> None:
        if self._edited is not None:
            self._edited = None
            self._box.give_back()
        self._parent, self._follows, self._fresh = response, None, response is None
        self.show()

    def _now(self, response: Response) -> Response:
        """Return what a response has become: an answer takes the place of the prompt that waited for it."""
        known = self._conversation.responses.get(response.key)
        if known is not None or response.prompt_id is None:
            return known or response
        answers = self._conversation.answers(response.prompt_id)
        return answers[-1] if answers else response

    @property
    def _root(self) -> str | None:
        """The promptId that began the thread that is continued; None for a new one."""
        target = self.target
        if target is None:
            return self._thread if self._follows is not None else None
        return self._root_of(target)

    def _root_of(self, response: Response) -> str | None:
        first = thread_of(self._conversation, response)[0]
        return first.prompt_id or first.key

    def _name(self, response: Response) -> str:
        number = self._number(response)
        return str(number) if number else described(self._conversation, response, self._own)
