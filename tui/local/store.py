"""The channels' history in one SQLite file, with one writer: this process.

Writes are committed in groups, one transaction for everything that came in one turn of the event loop.
WAL with `synchronous=NORMAL`: a commit is in the kernel's hands, so it survives the death of the process, and
needs no fsync. It runs on the event loop's own thread, because a writer thread would win and lose the
interpreter lock once for every row; only the checkpoint, which does fsync, is for another thread.

What is deleted to keep the file small is remembered by channel as the horizon, so that a client that comes
back too late is told. A file that is not ours, is damaged or is in use is refused and never touched.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import filelock

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
    Write,
)
from tui.local.core.serials import HELD, channel_serial, milliseconds
from tui.local.statefile import IN_USE

APPLICATION_ID = 0x41426C79  # "ABly": says that a SQLite file is ours
VERSION = 1
_SCHEMA = f"""
BEGIN IMMEDIATE;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE channel (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, horizon TEXT NOT NULL DEFAULT '');
CREATE TABLE message (channel INTEGER NOT NULL, serial TEXT NOT NULL, position TEXT NOT NULL, id TEXT,
    body BLOB NOT NULL);
CREATE UNIQUE INDEX message_serial ON message (channel, serial);
CREATE INDEX message_position ON message (channel, position);
CREATE TABLE version (channel INTEGER NOT NULL, serial TEXT NOT NULL, version TEXT NOT NULL,
    position TEXT NOT NULL, body BLOB NOT NULL);
CREATE UNIQUE INDEX version_version ON version (channel, serial, version);
CREATE INDEX version_position ON version (channel, position);
CREATE TABLE annotation (channel INTEGER NOT NULL, serial TEXT NOT NULL, target TEXT NOT NULL,
    body BLOB NOT NULL);
CREATE UNIQUE INDEX annotation_serial ON annotation (channel, serial);
CREATE INDEX annotation_target ON annotation (channel, target, serial);
CREATE TABLE summary (channel INTEGER NOT NULL, target TEXT NOT NULL, position TEXT NOT NULL,
    body BLOB NOT NULL);
CREATE UNIQUE INDEX summary_target ON summary (channel, target);
CREATE INDEX summary_position ON summary (channel, position);
"""
_PUT = {
    PutMessage: "INSERT INTO message (channel, serial, position, id, body) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (channel, serial) DO UPDATE SET position = excluded.position, body = excluded.body",
    ArchiveVersion: "INSERT OR REPLACE INTO version (channel, serial, version, position, body)"
    " VALUES (?, ?, ?, ?, ?)",
    PutAnnotation: "INSERT INTO annotation (channel, serial, target, body) VALUES (?, ?, ?, ?)",
    PutSummary: "INSERT OR REPLACE INTO summary (channel, target, position, body) VALUES (?, ?, ?, ?)",
}
_AFTER = """
SELECT position, 0, body FROM message WHERE channel = ?1 AND position > ?2 AND position < ?3
UNION ALL SELECT position, 0, body FROM version WHERE channel = ?1 AND position > ?2
UNION ALL SELECT serial, 1, body FROM annotation WHERE channel = ?1 AND serial > ?2
UNION ALL SELECT position, 2, body FROM summary WHERE channel = ?1 AND position > ?2
ORDER BY 1
"""
_PRUNE_BATCH = 1_000
MAX_LOG = 33_554_432
"""Bytes of write-ahead log from which on it is begun anew."""


class Store:
    """A file of channels; with `path` None it is kept in memory and lasts as long as this object.

    `series` is used for a new file only, as a part of every serial in it.
    Raises StoreError when the file cannot be used.
    """

    def __init__(self, path: Path | None, series: str) -> None:
        self._path = path
        self._lock = None if path is None else filelock.FileLock(f"{path}.lock", mode=0o600)
        self._ids: dict[str, int] = {}
        if self._lock is not None:
            try:
                self._lock.acquire(timeout=0)
            except filelock.Timeout:
                raise StoreError(f"{path} {IN_USE}; one in the background ends with --stop") from None
            except OSError as error:
                raise StoreError(f"{path} cannot be locked: {error.strerror}") from None
        try:
            self._db = self._open(series)
        except BaseException:
            if self._lock is not None:
                self._lock.release()
            raise

    def _open(self, series: str) -> sqlite3.Connection:
        if self._path is not None:
            try:
                # Made here, so that nobody else can read it from its first byte on.
                self._path.touch(mode=0o600)
            except OSError as error:
                raise StoreError(f"{self._path} cannot be opened: {error.strerror}") from None
        db = None
        try:
            db = sqlite3.connect(
                self._path or ":memory:", isolation_level=None, timeout=2.0, check_same_thread=False
            )
            self._prepare(db, series)
            meta = dict(db.execute("SELECT name, value FROM meta"))
            self.series, self.last = str(meta["series"]), str(meta["last"])
            self._ids = {name: key for key, name in db.execute("SELECT id, name FROM channel")}
        except (sqlite3.Error, KeyError, StoreError) as error:
            if db is not None:
                db.close()
            raise StoreError(f"{self._path}: {error}. The file has been left as it is") from None
        return db

    def _prepare(self, db: sqlite3.Connection, series: str) -> None:
        (objects,) = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        (application,) = db.execute("PRAGMA application_id").fetchone()
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if (objects or application) and application != APPLICATION_ID:
            raise StoreError("it is a database of another program")
        if application and version != VERSION:
            raise StoreError("it was written by another version of this program")
        if application:
            (check,) = db.execute("PRAGMA quick_check(1)").fetchone()
            if check != "ok":
                raise StoreError(f"it is damaged: {check}")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA wal_autocheckpoint = 0")
        if not application:
            db.executescript(_SCHEMA)
            db.executemany("INSERT INTO meta VALUES (?, ?)", [("series", series), ("last", "")])
            db.execute("COMMIT")

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise StoreError(str(error)) from error

    def close(self) -> None:
        """Move everything into the main file and let go of it."""
        with contextlib.suppress(sqlite3.Error):  # closing leaves the WAL behind, which loses nothing
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()
        if self._lock is not None:
            self._lock.release()

    def commit(self, writes: Sequence[Write]) -> None:
        """Make all the writes last, or none of them."""
        ids = dict(self._ids)
        with self._failing():
            self._db.execute("BEGIN IMMEDIATE")
            for name in {write.channel for write in writes} - ids.keys():
                ids[name] = self._db.execute("INSERT INTO channel (name) VALUES (?)", (name,)).lastrowid or 0
            for kind, group in groupby(writes, type):
                self._db.executemany(_PUT[kind], [_values(write, ids[write.channel]) for write in group])
            last = max((_serial(write) for write in writes), default="")
            if last > self.last:
                self._db.execute("UPDATE meta SET value = ? WHERE name = 'last'", (last,))
            self._db.execute("COMMIT")
        self._ids = ids
        self.last = max(last, self.last)

    def message(self, channel: str, serial: str) -> tuple[str, bytes] | None:
        """Return position and body of the latest version of a message."""
        rows = self._read(
            "SELECT position, body FROM message WHERE channel = ? AND serial = ?",
            self._ids.get(channel),
            serial,
        )
        return (rows[0][0], rows[0][1]) if rows else None

    def messages(self, channel: str, query: Query) -> list[tuple[str, bytes]]:
        """Return serials and latest versions of messages by the serial of their creation."""
        return self._page("SELECT serial, body FROM message WHERE channel = ?", "serial", query, channel)

    def versions(self, channel: str, serial: str, query: Query) -> list[tuple[str, bytes]]:
        """Return the earlier versions of a message by their own serial."""
        sql = "SELECT version, body FROM version WHERE channel = ? AND serial = ?"
        return self._page(sql, "version", query, channel, serial)

    def annotations(self, channel: str, target: str, query: Query) -> list[tuple[str, bytes]]:
        """Return the annotations of a message by their serial."""
        sql = "SELECT serial, body FROM annotation WHERE channel = ? AND target = ?"
        return self._page(sql, "serial", query, channel, target)

    def after(self, channel: str, position: str, limit: int, max_bytes: int) -> Page:
        """Return what was delivered behind a position, in order; of a message each version that is kept.

        The page ends with the first whole publish at which it has `limit` rows or `max_bytes` of bodies.
        """
        key = self._ids.get(channel)
        rows: list[Row] = []
        if key is None:
            return Page(rows, complete=True)
        size, last = 0, ""
        with self._failing():
            for place, kind, body in self._db.execute(_AFTER, (key, position, HELD)):
                publish = channel_serial(place)
                if publish != last and (len(rows) >= limit or size >= max_bytes):
                    return Page(rows, complete=False)
                rows.append(Row(place, Kind(kind), body))
                size, last = size + len(body), publish
        return Page(rows, complete=True)

    def horizon(self, channel: str) -> str:
        """Return the position up to which things have been deleted; empty when none have."""
        rows = self._read("SELECT horizon FROM channel WHERE id = ?", self._ids.get(channel))
        return str(rows[0][0]) if rows else ""

    def recent_ids(self, channel: str, since: str) -> list[tuple[str, str]]:
        """Return the ids that publishers chose, with the serials, from that serial on."""
        sql = (
            "SELECT id, serial FROM message WHERE channel = ? AND serial >= ? AND id NOT NULL ORDER BY serial"
        )
        return [(key, serial) for key, serial in self._read(sql, self._ids.get(channel), since)]

    def release_held(self, position: str) -> None:
        """Give a position to what was stored and not delivered when the process died."""
        with self._failing():
            self._db.execute("UPDATE message SET position = ? WHERE position = ?", (position, HELD))
            self._db.execute("UPDATE meta SET value = ? WHERE name = 'last'", (position,))

    def prune(self, before: int, max_bytes: int) -> int:
        """Delete a batch of what is older than `before` (milliseconds since the epoch), or of the oldest
        while the file holds more than `max_bytes`. Returns how many messages went; call again until none do.
        """
        with self._failing():
            self._db.execute("BEGIN IMMEDIATE")
            limit = HELD if self._size() > max_bytes else milliseconds(before)
            oldest = self._db.execute(
                "SELECT channel, serial, position FROM message ORDER BY rowid LIMIT ?", (_PRUNE_BATCH,)
            )
            rows = [row for row in oldest if row[2] < limit]
            for channel, serial, position in rows:
                self._delete(channel, serial, position)
            self._db.execute("COMMIT")
        return len(rows)

    def _delete(self, channel: int, serial: str, position: str) -> None:
        key = (channel, serial)
        self._db.execute("DELETE FROM message WHERE channel = ? AND serial = ?", key)
        self._db.execute("DELETE FROM version WHERE channel = ? AND serial = ?", key)
        self._db.execute("DELETE FROM annotation WHERE channel = ? AND target = ?", key)
        self._db.execute("DELETE FROM summary WHERE channel = ? AND target = ?", key)
        self._db.execute("UPDATE channel SET horizon = max(horizon, ?) WHERE id = ?", (position, channel))

    def _size(self) -> int:
        pages, free, size = (
            self._db.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)

    def checkpoint(self) -> None:
        """Copy the write-ahead log into the main file; for another thread, since it waits for the disk.

        While writes go on the log is never quite copied and grows: `truncate` ends that.
        """
        if self._path is None:
            return
        try:
            with contextlib.closing(sqlite3.connect(self._path, timeout=0.1)) as db:
                db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:
            raise StoreError(str(error)) from error

    def truncate(self) -> None:
        """Begin the write-ahead log anew when it has grown large; quick after a `checkpoint`."""
        log = None if self._path is None else Path(f"{self._path}-wal")
        if log is not None and log.exists() and log.stat().st_size > MAX_LOG:
            with self._failing():
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def _page(
        self, sql: str, column: str, query: Query, channel: str, *values: str
    ) -> list[tuple[str, bytes]]:
        order, side = ("DESC", "<") if query.backwards else ("ASC", ">")
        beyond = query.beyond if query.beyond is not None else HELD if query.backwards else ""
        bounds = (query.low, query.high, beyond, query.limit)
        rows = self._read(
            f"{sql} AND {column} >= ? AND {column} <= ? AND {column} {side} ?"
            f" ORDER BY {column} {order} LIMIT ?",
            self._ids.get(channel),
            *values,
            *bounds,
        )
        return [(serial, body) for serial, body in rows]

    def _read(self, sql: str, channel: int | None, *values: str | int) -> list[tuple[Any, ...]]:
        if channel is None:
            return []
        with self._failing():
            return self._db.execute(sql, (channel, *values)).fetchall()


def _values(write: Write, channel: int) -> tuple[object, ...]:
    match write:
        case PutMessage():
            return channel, write.serial, write.position, write.id, write.body
        case ArchiveVersion():
            return channel, write.serial, write.version, write.position, write.body
        case PutAnnotation():
            return channel, write.serial, write.target, write.body
        case PutSummary():
            return channel, write.target, write.position, write.body


def _serial(write: Write) -> str:
    match write:
        case PutMessage() | PutSummary() | ArchiveVersion():
            return "" if write.position == HELD else write.position
        case PutAnnotation():
            return write.serial
