"""The responses under one id: whose each is, and which of them a message belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace

from tui.state.people import Publisher
from tui.state.records import Record
from tui.state.response import Response


class Generations:
    """All responses under one id: another begins after the end of one, or beside somebody else's live one."""

    __slots__ = ("_before", "_key", "_known", "_live", "_of", "_of_client", "all")

    def __init__(self, key: str, before: Mapping[str, Response]) -> None:
        """`before` are responses of an earlier fold, by key, whose objects are to be used again."""
        self.all: list[Response] = []
        """In the order of their beginnings."""
        self._key = key
        self._before = before
        self._known: dict[str, Response] = {}  # what `before` was before, by key
        self._live: list[Response] = []  # and perhaps some that have ended since
        self._of: dict[str | None, Response] = {}  # the newest, by connection id
        self._of_client: dict[str | None, Response] = {}

    def started(self, publisher: Publisher) -> Response | None:
        """Return the response that a `start` is of; None where it begins one."""
        live = self._live = [response for response in self._live if response.ended_at is None]
        # Text before its start (a late or lost one) belongs to the same response.
        return next((known for known in live if not known.started), None) or next(
            (known for known in live if known.publisher.connection_id == publisher.connection_id), None
        )

    def of(self, publisher: Publisher) -> Response | None:
        """Return the response that a message of this publisher belongs to: his newest, else the newest of his
        clientId (a refused resume gave him a new connection), else the newest.
        """
        responses = self.all
        if len(responses) < 2:
            return responses[0] if responses else None
        return (
            self._of.get(publisher.connection_id) or self._of_client.get(publisher.client_id) or responses[-1]
        )

    def open(self, record: Record) -> Response:
        """Begin a response with its first message."""
        number = len(self.all) + 1
        response_id = getattr(record.said, "response_id", None)
        response = Response(
            key=self._key if number == 1 else f"{self._key}#{number}",
            publisher=record.publisher,
            strand=self._key,
            response_id=response_id,
            endless=response_id is None,
            opened_at=record.timestamp,
            serial=record.serial,
            opened_here=record.received,
            heard_at=record.received,
        )
        known = self._before.get(response.key)
        if known is not None:
            self._known[known.key] = replace(known)
            for each in fields(Response):
                setattr(known, each.name, getattr(response, each.name))
            response = known
        self.all.append(response)
        self._live.append(response)
        self._of[record.publisher.connection_id] = response
        self._of_client[record.publisher.client_id] = response
        return response

    def finish(self) -> None:
        """Let responses that were there before keep what their messages do not tell."""
        for response in self.all:
            known = self._known.get(response.key)
            if known is not None:
                response.take_over(known)
