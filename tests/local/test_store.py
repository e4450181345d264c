"""The SQLite store: what lasts, what goes, and files that are not for it."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.local.core.log import (
    ArchiveVersion,
    Kind,
    Page,
    PutAnnotation,
    PutMessage,
    PutSummary,
    Query,
    Row,
    StoreError,
)
from tui.local.core.serials import HELD, SerialClock, message_serial
from tui.local.store import _AFTER, Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "channels.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(path, "series")
    yield store
    store.close()


def put(store: Store, count: int, *, channel: str = "a", start: int = 1_000, body: bytes = b"x") -> list[str]:
    clock = SerialClock(store.series, store.last)
    serials = [message_serial(clock.next(start + index), 0) for index in range(count)]
    store.commit([PutMessage(channel, serial, serial, body, f"id-{serial}") for serial in serials])
    return serials


def test_what_was_committed_is_there_for_the_next(path: Path) -> None:
    first = Store(path, "one")
    serials = put(first, 3)
    first.close()
    second = Store(path, "two")
    assert second.series == "one"
    assert second.last == serials[-1]
    assert [serial for serial, _ in second.messages("a", Query(backwards=False))] == serials
    second.close()


def test_what_was_committed_is_there_without_a_close(path: Path, tmp_path: Path) -> None:
    first = Store(path, "one")
    serials = put(first, 3)
    copy = tmp_path / "copy.db"
    copy.write_bytes(path.read_bytes())
    Path(f"{copy}-wal").write_bytes(Path(f"{path}-wal").read_bytes())
    first.close()
    second = Store(copy, "two")
    assert [serial for serial, _ in second.messages("a", Query(backwards=False))] == serials
    second.close()


def test_all_of_a_commit_or_nothing(store: Store) -> None:
    put(store, 1)
    annotation = PutAnnotation("b", "00000000009999-000@series:000", "target", b"")
    with pytest.raises(StoreError):
        store.commit([PutMessage("b", "s", "s", b""), annotation, annotation])
    assert store.messages("b", Query()) == []
    assert put(store, 1, channel="b")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), [4, 3, 2, 1, 0]),
        (Query(backwards=False), [0, 1, 2, 3, 4]),
        (Query(limit=2), [4, 3]),
        (Query(limit=2, backwards=False), [0, 1]),
        (Query(low="00000000001001", high="00000000001004"), [3, 2, 1]),
        (Query(limit=2, beyond="00000000001002-000@series:000"), [1, 0]),
        (Query(backwards=False, beyond="00000000001002-000@series:000"), [3, 4]),
    ],
)
def test_pages(store: Store, query: Query, expected: list[int]) -> None:
    serials = put(store, 5)
    put(store, 1, channel="other")
    assert [serials.index(serial) for serial, _ in store.messages("a", query)] == expected
    assert store.messages("unknown", query) == []


def test_what_was_delivered_after_a_position_in_order(store: Store) -> None:
    a, b, c, d, e = (message_serial(f"{number:014d}-000@series", 0) for number in range(1, 6))
    store.commit([PutMessage("a", a, a, b"create"), PutMessage("a", b, b, b"other")])
    store.commit([ArchiveVersion("a", a, a, a, b"create"), PutMessage("a", a, c, b"update")])
    store.commit([PutAnnotation("a", d, a, b"annotation"), PutSummary("a", a, e, b"summary")])
    rows = [
        Row(a, Kind.MESSAGE, b"create"),
        Row(b, Kind.MESSAGE, b"other"),
        Row(c, Kind.MESSAGE, b"update"),
        Row(d, Kind.ANNOTATION, b"annotation"),
        Row(e, Kind.SUMMARY, b"summary"),
    ]
    assert store.after("a", "", 10, 1_000) == Page(rows, complete=True)
    assert store.after("a", b, 10, 1_000) == Page(rows[2:], complete=True)
    assert store.after("a", b, 1, 1_000) == Page(rows[2:3], complete=False)
    assert store.after("a", b, 10, 7).rows == rows[2:4]
    assert store.message("a", a) == (c, b"update")
    assert store.versions("a", a, Query()) == [(a, b"create")]
    assert store.annotations("a", a, Query()) == [(d, b"annotation")]
    store.commit([PutMessage("a", b, HELD, b"held")])
    assert [row.body for row in store.after("a", b, 10, 1_000).rows] == [b"update", b"annotation", b"summary"]
    store.release_held("00000000000009-000@series:000")
    assert store.after("a", e, 10, 1_000).rows[0].body == b"held"


def test_a_publish_is_never_parted_by_a_page(store: Store) -> None:
    clock = SerialClock(store.series)
    publishes = [clock.next(1_000) for _ in range(3)]
    serials = [message_serial(publish, index) for publish in publishes for index in range(4)]
    store.commit([PutMessage("a", serial, serial, b"x") for serial in serials])
    assert [row.position for row in store.after("a", "", 5, 1_000).rows] == serials[:8]
    assert [row.position for row in store.after("a", "", 100, 1).rows] == serials[:4]
    assert store.after("a", "", 12, 1_000).complete


def test_a_page_is_read_from_the_indexes(store: Store) -> None:
    plan = [row[3] for row in store._db.execute(f"EXPLAIN QUERY PLAN {_AFTER}", (1, "", HELD))]
    assert not [step for step in plan if "TEMP B-TREE" in step or step.startswith("SCAN")], plan


def test_a_long_write_ahead_log_begins_anew(
    path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Path(f"{path}-wal")
    put(store, 50, body=b"x" * 10_000)
    store.truncate()
    assert log.stat().st_size > 500_000
    monkeypatch.setattr("tui.local.store.MAX_LOG", 1_000)
    store.truncate()
    assert log.stat().st_size == 0
    assert len(store.messages("a", Query())) == 50


def test_age_and_size_have_a_limit(path: Path, store: Store) -> None:
    serials = put(store, 50, body=b"x" * 10_000)
    assert store.prune(0, 10**9) == 0
    assert store.prune(1_010, 10**9) == 10
    assert store.horizon("a") == serials[9]
    assert len(store.messages("a", Query())) == 40
    while store.prune(0, 100_000):
        pass
    assert store.messages("a", Query()) == []
    assert store.horizon("a") == serials[-1]
    assert store.horizon("unknown") == ""
    assert put(store, 1)[0] > serials[-1]


def test_a_file_stops_growing(path: Path, store: Store) -> None:
    for _ in range(20):
        put(store, 50, body=b"x" * 10_000)
        while store.prune(0, 1_000_000):
            pass
        store.checkpoint()
    assert path.stat().st_size < 3_000_000


def test_recent_ids(store: Store) -> None:
    serials = put(store, 3)
    assert store.recent_ids("a", serials[1]) == [(f"id-{serial}", serial) for serial in serials[1:]]


def test_nobody_else_can_read_it(path: Path, store: Store) -> None:
    put(store, 1)
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def garbage(path: Path) -> None:
    path.write_bytes(b"this is no database" * 100)


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE mine (x)")
    db.close()


def damaged(path: Path) -> None:
    store = Store(path, "series")
    for _ in range(20):
        put(store, 50, body=b"x" * 500)
    store.close()
    content = bytearray(path.read_bytes())
    for page in range(3 * 4096, len(content), 4096):
        content[page : page + 200] = b"\xff" * 200
    path.write_bytes(content)


def cut_short(path: Path) -> None:
    damaged(path)
    path.write_bytes(path.read_bytes()[:10_000])


def later_version(path: Path) -> None:
    Store(path, "series").close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()


def a_directory(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("spoil", [garbage, foreign, damaged, cut_short, later_version, a_directory])
def test_a_file_that_is_not_for_it_is_refused_and_left_alone(path: Path, spoil: object) -> None:
    spoil(path)  # type: ignore[operator]
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError, match=r"channels\.db"):
        Store(path, "series")
    assert before == (path.read_bytes() if path.is_file() else None)


def test_a_file_in_use_is_refused(path: Path, store: Store) -> None:
    with pytest.raises(StoreError, match="in use"):
        Store(path, "series")


def test_a_file_locked_by_another_program_is_refused(path: Path) -> None:
    Store(path, "series").close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(StoreError, match="locked"):
            Store(path, "series")
    finally:
        other.close()


def test_a_file_that_fails_while_it_is_used(path: Path, store: Store) -> None:
    put(store, 1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreError, match="locked"):
            put(store, 1)
    finally:
        other.close()
    assert put(store, 1)
