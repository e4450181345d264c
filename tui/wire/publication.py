"""A message that is ready to be published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Self

from tui.wire.immutable import immutable
from tui.wire.message import Action


@immutable
class Publication:
    """A message ready to be published, or an operation on one that has been."""

    name: str | None
    data: object
    extras: Mapping[str, object] = field(default_factory=dict)
    """All of `extras`, empty for none; headers are in `headers` there."""
    action: Action = Action.CREATE
    serial: str | None = None
    """Of an append or update: the message that it changes."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """Of an append or update: what it says about itself (MOP2c)."""

    @classmethod
    def of(cls, name: str, data: object, headers: Mapping[str, str]) -> Self:
        """Return a create whose extras are headers alone."""
        return cls(name, data, {"headers": dict(headers)} if headers else {})

    @property
    def headers(self) -> Mapping[str, str]:
        """`extras.headers`, empty for none."""
        headers = self.extras.get("headers")
        return headers if isinstance(headers, Mapping) else {}
