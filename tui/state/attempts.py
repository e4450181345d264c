"""Attempts at the steps of a response: the newest counts, and what the earlier ones said is hidden."""

from __future__ import annotations

from tui.state.parts import Parts
from tui.state.response import Response
from tui.state.step import NOTHING, Step


class Attempts:
    """The newest attempt at each step of the responses under one id."""

    __slots__ = ("_newest", "_parts")

    def __init__(self, parts: Parts) -> None:
        self._newest: dict[str, str] = {}  # serial of its StepStart, by step id
        self._parts = parts

    def is_over(self, step_id: str, start_serial: str) -> bool:
        """Whether a newer attempt has come in the place of one."""
        return start_serial < self._newest.get(step_id, start_serial)

    def begin(self, step_id: str, start_serial: str, response: Response | None) -> Step:
        """Hide what earlier attempts at a step have said."""
        if start_serial <= self._newest.get(step_id, ""):
            return Step(response)
        self._newest[step_id] = start_serial
        if response is None:
            return NOTHING
        kept = [block for block in response.blocks if block.step is None or block.step[0] != step_id]
        return Step(response, anew=self._parts.keep(response, kept))


def end(step: tuple[str, str], response: Response | None) -> Step:
    """End what an attempt at a step has left open."""
    if response is None:
        return NOTHING
    held = ""
    for block in response.blocks:
        if block.step == step:
            held += block.finish()
    return Step(response, anew=bool(held))
