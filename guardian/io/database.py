"""One SQLite file that survives power cuts: opened, moved aside where it is damaged, written in transactions.

WAL mode with synchronous=FULL: when `write` returns, it is on the disk.
"""

import logging
import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

from guardian.errors import StoreError

log = logging.getLogger(__name__)

SCHEMA = """
CREATE TABLE IF NOT EXISTS incidents (id TEXT PRIMARY KEY, opened REAL NOT NULL, open INTEGER NOT NULL,
                                      body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS changes (incident TEXT NOT NULL, at REAL NOT NULL, state TEXT NOT NULL, by TEXT,
                                    via TEXT) STRICT;
CREATE TABLE IF NOT EXISTS notices (incident TEXT NOT NULL, contact TEXT NOT NULL, step INTEGER NOT NULL,
                                    asked REAL NOT NULL, body TEXT NOT NULL, PRIMARY KEY (incident, contact)) STRICT;
CREATE TABLE IF NOT EXISTS told (incident TEXT NOT NULL, contact TEXT NOT NULL, way TEXT NOT NULL,
                                 step INTEGER NOT NULL, at REAL NOT NULL, PRIMARY KEY (incident, contact, way)) STRICT;
CREATE TABLE IF NOT EXISTS messages (serial INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS scenes (incident TEXT PRIMARY KEY, at REAL NOT NULL, lines BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS memories (room TEXT PRIMARY KEY, at REAL NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS learned (room TEXT NOT NULL, what TEXT NOT NULL, body TEXT NOT NULL,
                                    PRIMARY KEY (room, what)) STRICT;
CREATE TABLE IF NOT EXISTS people (name TEXT PRIMARY KEY, template TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS templates (name TEXT NOT NULL, room TEXT NOT NULL, body TEXT NOT NULL,
                                      PRIMARY KEY (name, room)) STRICT;
CREATE TABLE IF NOT EXISTS days (who TEXT NOT NULL, date TEXT NOT NULL, body BLOB NOT NULL,
                                 PRIMARY KEY (who, date)) STRICT;
"""
VERSION = 1
BUSY_SECONDS = 5.0
"""How long another process may hold the file: a backup of it, or a tool that looks into it."""


def peek(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Ask a file that another process may have open; nothing where there is none yet. Changes nothing. Raises
    StoreError.
    """
    if not path.exists():
        return []
    # A file in WAL mode that nobody has open would get its side files from a mere reader, who leaves them behind; and
    # on a disk that is full or read-only it could not even be read by one.
    log = path.with_name(path.name + "-wal")
    how = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)) as db:
            return db.execute(query).fetchall()
    except sqlite3.Error as error:
        message = f"{path}: {error}"
        raise StoreError(message) from error


def _with_logs(path: Path) -> tuple[Path, ...]:
    """A database file and what SQLite keeps beside it."""
    return tuple(path.with_name(path.name + tail) for tail in ("", "-wal", "-shm"))


class Database:
    """One database file, mode 0600, with the tables of SCHEMA. Any thread may call; a lock keeps the calls apart.
    `aside` is where a damaged one was moved when it was opened; None where it was sound.

    Raises StoreError where it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.aside: Path | None = None
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = self._open()
        except (OSError, sqlite3.Error) as error:
            message = f"{path}: {error}; a directory that this user may write, on a sound disk, would be right"
            raise StoreError(message) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def read(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows that answer a query. Raises StoreError."""
        try:
            with self._lock:
                return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(self._words(error)) from error

    def write(self, *statements: tuple[str, tuple[object, ...]]) -> None:
        """Carry out all statements, or none. Raises StoreError, for instance where the disk is full."""
        try:
            with self._lock, self._db:
                self._db.execute("BEGIN IMMEDIATE")
                for statement, values in statements:
                    self._db.execute(statement, values)
        except sqlite3.Error as error:
            raise StoreError(self._words(error)) from error

    def scrub(self) -> None:
        """Write the file anew without what was deleted, empty the log beside it, and drop a copy that was damaged.

        Raises StoreError.
        """
        try:
            with self._lock:
                self._db.execute("VACUUM")
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            for path in _with_logs(self._path.with_suffix(".damaged")):
                path.unlink(missing_ok=True)
        except (OSError, sqlite3.Error) as error:
            message = f"{self._path}: {error}; what was erased may still be in the file; ask for it again"
            raise StoreError(message) from error

    def _open(self) -> sqlite3.Connection:
        """Open the database; one that is damaged is moved aside, because an alarm must not wait for it. One that is
        locked, or on a disk that is full, is as sound as it was, and may hold an alarm that is open.
        """
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and _can_be_read(self._path):
                raise
            log.error("event=database_damaged file=%s error=%r moved_to=%s", self._path, str(error), ".damaged")
            self.aside = self._path.with_suffix(".damaged")
            for path, place in zip(_with_logs(self._path), _with_logs(self.aside), strict=True):
                place.unlink(missing_ok=True)
                if path.exists():
                    path.replace(place)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, BUSY_SECONDS, check_same_thread=False, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            db.execute("PRAGMA secure_delete=ON")
            db.executescript(SCHEMA)
            if db.execute("PRAGMA user_version").fetchone() != (VERSION,):  # a full disk is read, and not written
                db.execute(f"PRAGMA user_version={VERSION}")
            if db.execute("PRAGMA quick_check").fetchone() != ("ok",):
                message = "the database is damaged"
                raise sqlite3.DatabaseError(message)
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _words(self, error: sqlite3.Error) -> str:
        return f"{self._path}: {error}; is the disk full, read-only or worn out?"


def _can_be_read(path: Path) -> bool:
    """Whether the disk gives every byte of a file: one of a worn card may not."""
    try:
        path.read_bytes()
    except OSError:
        return False
    return True
