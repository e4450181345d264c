"""Byte strings and JSON trees that are almost right: mutations of valid ones, by a random source."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import msgpack

from tests.fuzz.hostile import NASTY, nested

_NUMBERS = (0, 1, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 2**64, 10**30, 0.5, 1e308, float("inf"))
_BYTES = (
    b"\xff",
    b"\xfe\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\x00",
    b"\x1b]52;c;eA==\x07",
)
_DIGITS = (b"0", b"-1", b"4294967296", b"18446744073709551616", b"1" * 30, b"9" * 5_000, b"1e999", b"NaN")


_WORDS = (
    "base64",
    "json/base64",
    "utf-8/cipher+aes-128-cbc/base64",
    "vcdiff/base64",
    "é",
    "*",
    "a",
    "[?rewind=1]a",
    "[?rewind=99999999999s]a",
    ":",
    "a\rb",
    "true",
    "0",
    "-1",
    "random3:1:0",
)


class Mutator:
    """Everything that it does follows from its random source."""

    def __init__(self, random: Random) -> None:
        self.random = random

    # Bytes

    def damaged(self, data: bytes, corpus: Sequence[bytes] = ()) -> bytes:
        """Return the bytes with one to four mutations; pieces of the corpus are spliced in."""
        for _ in range(self.random.randint(1, 4)):
            mutate = self.random.choice(
                (self._flip, self._cut, self._repeat, self._insert, self._length, self._number, self._deepen)
            )
            data = mutate(data)
            if corpus and self.random.random() < 0.2:
                data = self._splice(data, self.random.choice(corpus))
        return data

    def _at(self, data: bytes) -> int:
        return self.random.randint(0, len(data))

    def _flip(self, data: bytes) -> bytes:
        out = bytearray(data)
        for _ in range(self.random.randint(1, 3)):
            if out:
                out[self.random.randrange(len(out))] ^= 1 << self.random.randrange(8)
        return bytes(out)

    def _cut(self, data: bytes) -> bytes:
        start, stop = sorted((self._at(data), self._at(data)))
        return data[:start] if self.random.random() < 0.4 else data[:start] + data[stop:]

    def _repeat(self, data: bytes) -> bytes:
        start, stop = sorted((self._at(data), self._at(data)))
        return data[:stop] + data[start:stop] * self.random.randint(1, 4) + data[stop:]

    def _insert(self, data: bytes) -> bytes:
        at = self._at(data)
        return data[:at] + self.random.choice(_BYTES) + data[at:]

    def _length(self, data: bytes) -> bytes:
        """Set a byte to what a length or a type might be."""
        out = bytearray(data)
        if out:
            values = (0, 1, 0x7E, 0x7F, 0x80, 0x8F, 0x9F, 0xBF, 0xC1, 0xC7, 0xDB, 0xDD, 0xDF, 0xFF)
            out[self.random.randrange(len(out))] = self.random.choice(values)
        return bytes(out)

    def _number(self, data: bytes) -> bytes:
        digits = [index for index, byte in enumerate(data) if 48 <= byte <= 57]
        if not digits:
            return self._insert(data)
        at = self.random.choice(digits)
        return data[:at] + self.random.choice(_DIGITS) + data[at + 1 :]

    def _deepen(self, data: bytes) -> bytes:
        at = self._at(data)
        levels = self.random.choice((10, 600, 20_000))
        return data[:at] + self.random.choice((b"[", b'{"a":', b"\x91", b"\x81\xa1a")) * levels + data[at:]

    def _splice(self, data: bytes, other: bytes) -> bytes:
        return data[: self._at(data)] + other[self._at(other) :]

    # Trees

    def value(self, depth: int = 2) -> Any:
        """Return any value."""
        kind = self.random.randrange(20 if depth else 15)
        if kind < 6:
            return self.text()
        if kind < 9:
            return self.random.choice(_NUMBERS)
        if kind < 11:
            return self.random.choice((None, True, False))
        if kind < 14:
            return self.random.choice((b"", b"\xff", b"text", [], {}, "", 0))
        if kind == 14:
            return nested("x", self.random.choice((3, 33, 400, 2_000)), in_list=self.random.random() < 0.5)
        if kind < 17:
            return [self.value(depth - 1) for _ in range(self.random.randrange(4))]
        return {self.text(): self.value(depth - 1) for _ in range(self.random.randrange(4))}

    def text(self) -> str:
        """Return a hostile text."""
        if self.random.random() < 0.4:
            return self.random.choice(_WORDS)
        return "".join(self.random.choices(NASTY, k=self.random.randrange(4)))

    def tree(self, value: Any) -> Any:
        """Return the value with some of its parts replaced, removed, doubled or renamed; most often one."""
        for _ in range(self.random.choice((1, 1, 1, 2, 4))):
            value = self._change(value)
        return value

    def _change(self, value: Any) -> Any:
        within = isinstance(value, dict | list) and value and self.random.random() < 0.95
        if not within:
            return self.value()
        if isinstance(value, list):
            index = self.random.randrange(len(value))
            return [*value[:index], *self._items(value[index]), *value[index + 1 :]]
        key = self.random.choice(list(value))
        changed = dict(value)
        act = self.random.randrange(8)
        if act == 0:
            del changed[key]
        elif act == 1:
            changed[self.text()] = changed.pop(key)
        elif act == 2:
            changed[self.random.choice(list(value))] = changed[key]
        elif act == 3:
            changed[self.text()] = self.value()
        else:
            changed[key] = self._change(changed[key])
        return changed

    def _items(self, item: Any) -> list[Any]:
        act = self.random.randrange(5)
        return [] if act == 0 else [item, item] if act == 1 else [self._change(item)]


def dumped(value: Any) -> bytes:
    """Return JSON of any tree, halves of surrogate pairs as escapes or as bytes that are no UTF-8."""
    try:
        return json.dumps(value, default=lambda other: other.decode("latin-1")).encode()
    except RecursionError:
        return b'{"action":15,"channel":' + b"[" * 5_000


def packed(value: Any) -> bytes:
    """Return MessagePack of any tree; numbers that it does not have become text."""
    try:
        return bytes(msgpack.packb(value, default=str, unicode_errors="surrogatepass"))
    except (OverflowError, ValueError):
        return b"\x82\xa6action\x0f\xa7channel" + b"\x91" * 5_000
