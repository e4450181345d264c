"""How responses pause and end: cancels, confirmations, stops."""

from __future__ import annotations

from tui.state.records import Record
from tui.state.response import Response, Status
from tui.state.step import NOTHING, Step
from tui.wire import Cancel, Cancelled, Resumed, Said, Stop, Suspended


def ask_to_cancel(response: Response, record: Record) -> None:
    """Remember who asked first that a response be cancelled."""
    if response.ended_at is None and response.cancel_asked_by is None:
        response.cancel_asked_by, response.cancel_asked_at = record.publisher.name, record.received


def control(response: Response, said: Said, record: Record) -> Step:
    """Take what changes nothing but the state of a response."""
    if isinstance(said, Cancel):
        ask_to_cancel(response, record)
        return Step(response)
    response.revive()
    match said:
        case Cancelled() if response.ended_at is None:
            response.status, response.ended_at = Status.CANCELLED, record.timestamp
            response.cancelled_by = response.cancel_asked_by or record.publisher.name
        case Suspended() if response.ended_at is None:
            response.status = Status.SUSPENDED
        case Resumed() if response.ended_at is None:
            response.status = Status.LIVE
    return Step(response)


def stop(response: Response | None, said: Stop, record: Record) -> Step:
    """End a response; the first `stop` counts."""
    if response is None:
        return NOTHING
    if response.stopped:
        return Step(response)
    response.revive()
    confirmed = response.status is Status.CANCELLED
    response.stopped, response.settled = True, False
    response.ended_at = record.timestamp
    response.stop_reason = said.stop_reason
    response.error = said.error
    response.cancelled_by = said.cancelled_by or response.cancelled_by
    response.input_tokens = said.input_tokens
    response.output_tokens = said.output_tokens
    if said.error is not None:
        response.status = Status.FAILED
    elif confirmed or said.cancelled_by is not None or said.stop_reason == "cancelled":
        response.status = Status.CANCELLED
    elif said.stop_reason is None and response.cancel_asked_by is not None:
        response.status, response.cancelled_by = Status.CANCELLED, response.cancel_asked_by
    else:
        response.status = Status.DONE
    if response.status is Status.CANCELLED:
        response.cancelled_by = response.cancelled_by or response.cancel_asked_by
    last = response.blocks[-1] if response.blocks else None
    held = [block.finish() for block in response.blocks]
    if any(held[:-1]):
        return Step(response, anew=True)
    return Step(response, last, held[-1] if held else "")
