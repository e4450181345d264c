"""What one answer of an agent uses, counted while it is given."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from tui.agent.account import Used
from tui.agent.settings import NO_WISHES, Wishes
from tui.agent.tasks import Answers
from tui.agent.turns import Turn
from tui.agent.values import Yielded
from tui.wire import Start, Stop, Text, ToolResult, UserInput


class Meter:
    """An agent that is asked once; `used` is what its answer has used so far."""

    def __init__(self, agent: Answers, input_tokens: int) -> None:
        """`input_tokens` is what goes in for each of its turns, until the answer itself says it."""
        self._agent = agent
        self._turn = input_tokens
        self.used = Used(0, 0)

    async def answer(
        self,
        prompt: UserInput,
        past: Sequence[Turn] = (),
        *,
        model: str | None = None,
        nth: int = 0,
        wishes: Wishes = NO_WISHES,
    ) -> AsyncGenerator[Yielded, None]:
        """Yield what the agent says."""
        values = self._agent.answer(prompt, past, model=model, nth=nth, wishes=wishes)
        async with aclosing(values):
            async for value in values:
                self._count(value)
                yield value

    def _count(self, value: Yielded) -> None:
        # Until its end says it, an answer has used what went in for each turn, and a token for each delta.
        before = self.used
        match value:
            case Start() | ToolResult():
                self.used = Used(before.input + self._turn, before.output)
            case Text():
                self.used = Used(before.input, before.output + 1)
            case Stop(stop_reason="error", input_tokens=None, output_tokens=None):
                self.used = Used(0, before.output)
            case Stop():
                known = value.input_tokens, value.output_tokens
                self.used = Used(
                    *(
                        b if n is None else n
                        for n, b in zip(known, (before.input, before.output), strict=True)
                    )
                )
