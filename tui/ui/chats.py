"""The other arrangement of the wall: one thread as a chat, the list of threads beside it.

A thread is shown up to a response, its tip. What is asked here becomes the tip, and so does what continues
it, whoever asked; other threads only change the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from time import perf_counter

from textual.geometry import Region, Size
from textual.widget import Widget

from tui.state import Block, Conversation, Response
from tui.state.threads import Head, groups_of, heads, is_cut, siblings_of, thread_of, title_of
from tui.ui.chat import ChatPane
from tui.ui.commands import hint
from tui.ui.header import name_of
from tui.ui.kin import asker_of
from tui.ui.own import Own
from tui.ui.pane import Look, Pane
from tui.ui.panes import Panes
from tui.ui.thread_list import ThreadList
from tui.ui.welcome import Welcome
from tui.ui.words import cut

LIST_FROM = 100
"""Width of the wall from which the list of threads stands beside the chat."""
LIST_WIDTH = 30
LIST_SHARE = 10
"""Seconds between two lists for each second that one takes."""
ASKER = 10
"""Cells of the name of who asked in a list of threads."""
TITLE = 60
"""Cells of a thread's title."""
CUT = "(beginning not loaded)"
"""What stands for a thread of which nothing is known that was asked first."""


class Chats(Panes):
    """The panes, or one thread of them as a chat."""

    def __init__(
        self,
        look: Look,
        own: Own,
        clock: Callable[[], int],
        conversation: Conversation,
        welcome: Welcome,
    ) -> None:
        super().__init__(look, own, clock, conversation.marks, welcome)
        self._conversation = conversation
        self.chatting = False
        """Whether the arrangement is the chat."""
        self._chat: ChatPane | None = None  # while chatting and there is a thread
        self._list = ThreadList(
            lambda: self._look.palette, self.titled, lambda head: self.name_of(head.response)
        )
        self._tip: str | None = None
        self._asked = False  # whether the tip was asked here and has not been shown yet
        self._unthreaded = False  # whether the thread may have changed; `_unlisted`, the list
        self._unlisted = self._listed = False
        self._list_due = 0.0  # when the list may be made again

    def compose(self) -> list[Widget]:
        """The parts that are always there."""
        return [*super().compose(), self._list]

    @property
    def empty(self) -> bool:
        """See `Panes.empty`."""
        return super().empty and self._chat is None

    # What people do

    def action_arrangement(self) -> None:
        """Show the focused thread as a chat, or all panes again."""
        self.chatting = not self.chatting
        if self.chatting:
            current = self._responses.get(self.current or "")
            self._tip = None if current is None else self._newest_after(current).key
            self._listed = False
            self.zoomed = None
        elif self.current is not None and self.current in self._crowd:  # what was read there is read on here
            self._folded.discard(self.current)
            self._grid.seat(self.current)
        self._unthreaded = True
        self._arrange()
        self.settle()
        self.call_after_refresh(self.land)

    def show_thread(self, response: Response) -> None:
        """Let the chat show the thread that ends with this response."""
        self._tip = response.key
        self._unthreaded, self._listed = True, False
        self.settle()
        self.enter()

    def threads(self) -> list[Head]:
        """Return all threads, the newest first."""
        return heads(self._conversation)[::-1]

    @property
    def tip(self) -> Response | None:
        """The newest response of the thread that the chat shows; None where panes are shown."""
        return self._chat.chain[-1] if self._chat is not None else None

    @property
    def shown(self) -> list[Pane]:
        """The panes that are seen, in reading order, or the chat."""
        if self.chatting:
            return self._shown()
        return [self._panes[key] for key in self.cells if key in self._panes]

    def titled(self, head: Head) -> str:
        """Return what stands for a thread: what was asked first, and by whom where somebody else answers."""
        asker = asker_of(head.first, self._own)
        title = (f"… {head.title}" if head.title else CUT) if head.is_cut else head.title
        return f"{cut(asker, ASKER)} › {title}" if asker else title or head.response.key

    def name_of(self, response: Response) -> str:
        """Return the name of a response: model and publisher."""
        return name_of(response, self._own)

    @property
    def reading(self) -> Pane | None:
        """The pane that keys speak of."""
        return self._chat if self.chatting else self._panes.get(self.current or "")

    def families(self, responses: Iterable[Response]) -> dict[str, str]:
        """See `Panes.families`."""
        return groups_of(self._conversation, responses)

    def bests(self, families: Mapping[str, str]) -> set[str]:
        """See `Panes.bests`."""
        together: dict[str, list[Response]] = {}
        for key, family in families.items():
            together.setdefault(family, []).append(self._conversation.responses[key])
        found = (self._conversation.best.best_of(family) for family in together.values() if len(family) > 1)
        return {best[0].key for best in found if best is not None}

    def kin(self, response: Response) -> Iterable[Response]:
        """See `Panes.kin`. Costs a look at every response."""
        return siblings_of(self._conversation, response)

    def step_thread(self, by: int) -> None:
        """Show the next thread in the list, or the one before."""
        found = self.threads()
        if found:
            at = self._place(found)
            self.show_thread(found[(at + by) % len(found) if at is not None else 0].response)

    def _place(self, found: list[Head]) -> int | None:
        """Return which of these threads is shown; what is shown may be another branch of it."""
        if self._chat is None:
            return None
        first = siblings_of(self._conversation, self._chat.chain[0])
        keys = {response.key for response in (*self._chat.chain, *first)}
        before = self._chat.chain[0].continues
        for index, head in enumerate(found):
            if before is not None and head.first.continues == before:
                return index
            if head.response.key in keys or thread_of(self._conversation, head.response)[0].key in keys:
                return index
        return None

    def step_sibling(self, by: int) -> None:
        """Show another answer in place of the turn that is spoken of, round the ends, and what follows it."""
        chat = self._chat
        if chat is None:
            return
        beside = siblings_of(self._conversation, chat.response)
        keys = [each.key for each in beside]
        if len(beside) < 2 or chat.response.key not in keys:
            self.tell_alone()
            return
        chosen = beside[(keys.index(chat.response.key) + by) % len(beside)]
        self.show_thread(self._newest_after(chosen))
        if self._chat is not None and chosen in self._chat.chain:
            self._chat.step(self._chat.chain.index(chosen) - self._chat.chain.index(self._chat.response))

    def tell_alone(self) -> None:
        """Say that there is one answer only."""
        self.notify(hint("no other answer stands beside it · {retry} asks again", self._look.keymap))

    def _newest_after(self, response: Response) -> Response:
        """Return the newest response of which this one is a part of the thread."""
        later = [
            each
            for each in self._responses.values()
            if each is not response and response in thread_of(self._conversation, each)
        ]
        return max(later, key=lambda each: each.opened_at, default=response)

    def converse(self, conversation: Conversation) -> None:
        """Show another conversation in the place of this one."""
        for response in list(self._responses.values()):
            self.take_down(response)
        self._drop_chat()
        self._fed.clear()
        self._tip = self.current = None
        self._arrange()  # now: what comes may have the same keys
        self._conversation, self._marks = conversation, conversation.marks
        for response in conversation.responses.values():
            self.open(response)
        self.settle()

    # What the conversation tells it

    def open(self, response: Response) -> None:
        """Give a response a place."""
        super().open(response)
        self._unthreaded = True
        if not self.chatting:
            return
        chain = thread_of(self._conversation, response)
        if self._own.asked(response):
            self._tip, self._asked = response.key, True
        elif any(each.key == self._tip for each in chain):
            self._tip = response.key

    def take_over(self, waiting: Response, response: Response) -> None:
        """Let an answer take the place of the prompt that waited for it."""
        super().take_over(waiting, response)
        self._unthreaded = True
        if self._tip == waiting.key:
            self._tip = response.key
        chat = self._chat
        if chat is not None and chat.response is waiting:
            chat.response = response

    def take_down(self, response: Response) -> None:
        """Take a response off the panes."""
        super().take_down(response)
        self._unthreaded = True

    def append(self, response: Response, block: Block) -> None:
        """Show text that came at the end of a block."""
        super().append(response, block)
        if self._chat is not None and response in self._chat.chain:
            self._chat.feed(block)
            self._fed.add(self._chat)

    def replace(self, response: Response) -> None:
        """Show a response's text anew."""
        super().replace(response)
        if self._chat is not None and response in self._chat.chain:
            self._chat.replace_turn(response)

    def update(self, response: Response) -> None:
        """Show a response's state anew."""
        super().update(response)
        self._unthreaded = True
        if self._chat is not None and response in self._chat.chain:
            self._chat.renew(response, self._clock())

    def tick(self) -> None:
        """Let the figures of what is in flight go on."""
        super().tick()
        if self._chat is not None:
            self._chat.update(self._clock())
        if self.chatting and self._unlisted and perf_counter() >= self._list_due:
            self._show_list()

    def tell_siblings(self, notes: dict[str, str]) -> None:
        """See `Panes.tell_siblings`."""
        before = self._notes
        super().tell_siblings(notes)
        if self._chat is not None and notes != before:
            for response in self._chat.chain:
                self._chat.renew(response, self._clock())

    def dress(self, look: Look) -> None:
        """Draw in the colours of another theme."""
        super().dress(look)
        if self._chat is not None:
            self._chat.dress(look)
        self._list.refresh()

    def fade(self, *, faded: bool) -> None:
        """Dim all text, or show it clearly again."""
        super().fade(faded=faded)
        if self._chat is not None:
            self._chat.fade(faded=faded)

    # Arranging

    def settle(self) -> bool:
        """See `Panes.settle`."""
        if self.chatting and self._unthreaded:
            self._thread()
        return super().settle()

    def _thread(self) -> None:
        """Find the thread again."""
        self._unthreaded, self._unlisted = False, True
        tip = self._responses.get(self._tip or "")
        if tip is None:
            found = self.threads()
            tip = found[0].response if found else None
        if tip is None:
            return
        self._tip = tip.key
        chain = thread_of(self._conversation, tip)
        words, lacks = title_of(self._conversation, chain[0]), is_cut(self._conversation, chain[0])
        title = cut(words, TITLE) if words or not lacks else CUT
        if self._chat is None:
            self._chat = ChatPane(
                chain, self._look, self._own, self._marks, lambda each: self._notes.get(each.key, "")
            )
            self._chat.fade(faded=self._faded)
            self._chat.find(self._needle)
            self.mount(self._chat)
            self._shelf.refresh(layout=True)
        self._chat.follow_thread(chain, title, is_cut=lacks)
        if self._asked:
            self._chat.show_newest()
        self._asked = False
        if not self._listed:
            self._show_list()

    def _show_list(self) -> None:
        self._unlisted, self._listed = False, True
        began = perf_counter()
        found = self.threads()
        at = self._place(found)
        self._list.show(found, "" if at is None else found[at].response.key)
        # Which costs a look at every response: of many it is not done often.
        self._list_due = perf_counter() + LIST_SHARE * (perf_counter() - began)

    def _plan(self) -> None:
        if not self.chatting:
            super()._plan()
            return
        self.arrangement = type(self.arrangement)()
        self.cells = {}

    def _arrange(self) -> None:
        super()._arrange()
        if not self.chatting:
            self._drop_chat()

    def _drop_chat(self) -> None:
        """Take the chat off the wall. Its focus goes on now: what is taken down would hand it to anybody."""
        chat, self._chat = self._chat, None
        if chat is None:
            return
        self._fed.discard(chat)
        if self.screen.focused is chat:
            self.enter()
        self.call_later(chat.remove)

    def _shown(self) -> list[Pane]:
        return [*super()._shown(), *([self._chat] if self._chat is not None else [])]

    def beside(self, size: Size) -> list[tuple[Widget, Region]]:
        """Return the places of the chat and of the list of threads."""
        if not self.chatting or self._chat is None:
            return []
        left = LIST_WIDTH if size.width >= LIST_FROM else 0
        places: list[tuple[Widget, Region]] = [(self._chat, Region(left, 0, size.width - left, size.height))]
        if left:
            places.append((self._list, Region(0, 0, left, size.height)))
        return places

    def enter(self) -> None:
        """Give the focus to the chat, or to the pane that had it last."""
        if self._chat is not None:
            self.current = self._chat.response.key
            self.screen.set_focus(self._chat, scroll_visible=False)
        else:
            super().enter()
