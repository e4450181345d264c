"""Values that are told apart by their content, and never change once they are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True)
def immutable(cls: type[_Class]) -> type[_Class]:
    """Make a class a dataclass of fields that nobody assigns to: the type checker sees to that.

    A frozen dataclass looks at every assignment, so that one takes four times as long to make, and there is
    one for every token; and three times as long to define, which is before the first paint.
    """
    made = dataclass(slots=True, eq=False, repr=False)(cls)
    for name, method in _METHODS.items():
        setattr(made, name, method)
    return made


def _content(self: object) -> tuple[object, ...]:
    return tuple([getattr(self, name) for name in type(self).__match_args__])  # type: ignore[attr-defined]


def _equal(self: object, other: object) -> bool:
    return _content(self) == _content(other) if type(self) is type(other) else NotImplemented


def _hash(self: object) -> int:
    return hash(_content(self))


def _repr(self: object) -> str:
    return f"{type(self).__name__}({', '.join(map(repr, _content(self)))})"


_METHODS = {"__eq__": _equal, "__hash__": _hash, "__repr__": _repr}
