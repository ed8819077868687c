"""The bot's one SQLite file: updates received, answers given, conversations, feedback, people and limits.

``Inbox``, ``Store`` and ``People`` share one ``Database``. Times are UTC seconds, ids are Telegram's.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from retrieval.errors import KiosqueError

SCHEMA = 4
PAUSE = 0.02  # seconds for others, between two steps of erasing
_APPLICATION = 0x4B696F73  # "Kios", in the header of the file: no other program's database is taken for ours
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE inbox (
    n INTEGER PRIMARY KEY,  -- order of arrival
    update_id INTEGER NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'done')),
    user INTEGER NOT NULL,  -- who sent it; 0: nobody, or done
    payload TEXT,
    CHECK ((payload IS NULL) = (state = 'done'))
);
CREATE INDEX inbox_unfinished ON inbox (update_id) WHERE state != 'done';
CREATE TABLE answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given again: old buttons must not open another's answer
    chat INTEGER NOT NULL, thread INTEGER NOT NULL, user INTEGER NOT NULL,
    question_message INTEGER NOT NULL,
    kind TEXT NOT NULL, status TEXT NOT NULL, at REAL NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX answers_conversation ON answers (chat, thread, user, id);
CREATE INDEX answers_user ON answers (user);
CREATE INDEX answers_question ON answers (chat, question_message);
CREATE INDEX answers_at ON answers (at);
CREATE TABLE messages (
    chat INTEGER NOT NULL, message INTEGER NOT NULL,
    answer INTEGER NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    PRIMARY KEY (chat, message)
) WITHOUT ROWID;
CREATE INDEX messages_answer ON messages (answer);
CREATE TABLE resets (
    chat INTEGER NOT NULL, thread INTEGER NOT NULL, user INTEGER NOT NULL,
    answer INTEGER NOT NULL,  -- answers up to this id are no part of the conversation
    PRIMARY KEY (chat, thread, user)
) WITHOUT ROWID;
CREATE TABLE feedback (
    answer INTEGER NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    user INTEGER NOT NULL,
    value INTEGER NOT NULL CHECK (value IN (1, -1)),
    PRIMARY KEY (answer, user)
) WITHOUT ROWID;
CREATE INDEX feedback_user ON feedback (user);
CREATE TABLE people (user INTEGER PRIMARY KEY, language TEXT NOT NULL DEFAULT '', invited REAL);
CREATE TABLE access (
    kind TEXT NOT NULL CHECK (kind IN ('user', 'chat')), id INTEGER NOT NULL,
    allowed INTEGER NOT NULL CHECK (allowed IN (0, 1)), by INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE events (
    n INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('question', 'wrong code')), user INTEGER NOT NULL, at REAL NOT NULL
);
CREATE INDEX events_user ON events (user, kind, at);
CREATE INDEX events_at ON events (kind, at);
CREATE TABLE chat_model (day INTEGER PRIMARY KEY, answers INTEGER NOT NULL);
"""
_PLACEHOLDERS = """
CREATE TABLE placeholders (
    chat INTEGER NOT NULL, question_message INTEGER NOT NULL,
    message INTEGER NOT NULL,  -- of ours, which becomes the answer
    PRIMARY KEY (chat, question_message)
) WITHOUT ROWID;
"""
_USAGE = """
CREATE TABLE usage (
    day INTEGER NOT NULL,  -- since 1970
    user INTEGER NOT NULL,  -- 0: nobody in particular, or somebody who was forgotten
    read INTEGER NOT NULL, written INTEGER NOT NULL,  -- tokens
    cost REAL NOT NULL, requests INTEGER NOT NULL, estimated INTEGER NOT NULL,
    PRIMARY KEY (day, user)
) WITHOUT ROWID;
CREATE INDEX usage_user ON usage (user);
"""
_BODIES = """
CREATE TABLE bodies (
    id INTEGER PRIMARY KEY,  -- of an answer; of none: what was deleted, overwritten with spaces (bodies.py)
    body TEXT NOT NULL
);
INSERT INTO bodies SELECT id, body FROM answers ORDER BY id;
ALTER TABLE answers DROP COLUMN body;
INSERT OR REPLACE INTO meta VALUES ('erase', '')
"""
_REWRITTEN = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name != 'bodies'"
_BLANK = "FROM bodies WHERE id NOT IN (SELECT id FROM answers)"
_UPGRADES = {1: _PLACEHOLDERS, 2: _USAGE, 3: _BODIES}  # by the version that they start from; each leads to the next one


class Database:
    """One open file. Safe to share between threads: whoever is in a transaction holds the connection."""

    def __init__(self, path: Path) -> None:
        """Open or create ``path``, for its owner alone (mode 0600). Raises KiosqueError when it cannot be used."""
        self.path = path
        self._lock = threading.RLock()
        self._erasing = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            path.chmod(0o600)  # SQLite gives its -wal and -shm the same mode
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        except (OSError, sqlite3.Error) as exc:
            raise self._unusable(getattr(exc, "strerror", None) or str(exc)) from exc
        try:
            self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;")
            self._db.execute("PRAGMA temp_store = MEMORY")  # no copy of a row in a file that nobody erases
            self._create_or_check()
            if self.rows("SELECT 1 FROM meta WHERE key = 'erase'"):  # killed between deleting and erasing
                with suppress(KiosqueError):  # it stays noted, so the next start tries again
                    self.compact()
        except sqlite3.DatabaseError as exc:
            self._db.close()
            raise self._unusable(str(exc)) from exc
        except BaseException:
            self._db.close()
            raise

    def _create_or_check(self) -> None:
        with self.transaction(durable=True):
            application = self.rows("PRAGMA application_id")[0][0]
            version = self.rows("PRAGMA user_version")[0][0]
            if application == _APPLICATION and version == SCHEMA:
                return
            if application == _APPLICATION and version not in _UPGRADES:
                raise self._unusable("another version of Kiosque made it")
            if application != _APPLICATION and self.rows("SELECT 1 FROM sqlite_master"):
                raise self._unusable("it is the database of another program")
            made = [] if application == _APPLICATION else [_TABLES]
            for tables in [*made, *(_UPGRADES[old] for old in range(version or 1, SCHEMA))]:
                for statement in tables.split(";\n"):
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {_APPLICATION}")
            self._db.execute(f"PRAGMA user_version = {SCHEMA}")

    def _unusable(self, why: str) -> KiosqueError:
        return KiosqueError(
            f"The bot's data file {self.path} cannot be used: {why}; move it away, or name another with TELEGRAM_DATA."
        )

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        """All or nothing; inside another transaction, a part of that one. Never await in it.

        What is committed survives the end of the process; ``durable`` (on the outermost one) also a loss of power, with
        all that was committed before. Raises KiosqueError when the disk is full or the file cannot be written.
        """
        with self._lock, self._translated():
            if self._db.in_transaction:
                yield
                return
            # In WAL mode FULL differs from NORMAL by one fsync of the log at each commit.
            self._db.execute("PRAGMA synchronous = FULL" if durable else "PRAGMA synchronous = NORMAL")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:  # SQLite has rolled back by itself when the disk is full
                    self._db.execute("ROLLBACK")

    def rows(self, sql: str, *values: Any) -> list[Any]:
        """Run one statement and return its rows (of RETURNING, when it writes), each a tuple."""
        with self._lock, self._translated():
            return self._db.execute(sql, values).fetchall()

    def change(self, sql: str, *values: Any) -> int:
        """Run one statement that writes and return how many rows it changed."""
        with self._lock, self._translated():
            return self._db.execute(sql, values).rowcount

    def key(self) -> bytes:
        """Return the file's own secret, made at the first call: with it links are signed."""
        with self.transaction():
            self.change("INSERT OR IGNORE INTO meta VALUES ('key', ?)", secrets.token_hex(32))
            return bytes.fromhex(self.rows("SELECT value FROM meta WHERE key = 'key'")[0][0])

    def erase_soon(self) -> None:
        """Note in the current transaction that ``erase`` must follow, were it at the next start."""
        self.change("INSERT OR REPLACE INTO meta VALUES ('erase', ?)", secrets.token_hex(8))

    def overwrite(self, number: int, body: bytes) -> None:
        """Write a text over that of an answer, byte for byte where it stands; what is left of that becomes spaces.

        Raises ValueError when it is longer.
        """
        with self._lock, self._translated(), self._db.blobopen("bodies", "body", number) as blob:
            if len(body) > len(blob):
                raise ValueError(f"{len(body)} bytes do not fit in the place of {len(blob)}")
            blob.write(body.ljust(len(blob)))

    def erase(self, pause: Callable[[], None] = lambda: time.sleep(PAUSE)) -> None:
        """Rewrite all tables but the bodies, one after the other, and empty the log: nothing is left of what was deleted.

        secure_delete alone leaves copies: SQLite moves rows when it splits or joins pages, and does not overwrite the
        bytes that they leave. A page that is freed it does, so none of a table that is written anew. Bodies, most of the
        file, are never moved (bodies.py). Others wait for one table at most: they are let in between, in ``pause``.
        Raises KiosqueError when another program reads the file.
        """
        with self._erasing, self._translated():
            noted = self.rows("SELECT value FROM meta WHERE key = 'erase'")
            for (table,) in self.rows(_REWRITTEN):
                self._rewrite(table)
                pause()
            with self._lock:
                self._empty_log()
                for (token,) in noted:  # one noted since is another's, who waits for us
                    self.change("DELETE FROM meta WHERE key = 'erase' AND value = ?", token)

    def _rewrite(self, table: str) -> None:
        with self._lock:
            assert not self._db.in_transaction, "to be erased is what was committed"
            self._db.execute("PRAGMA foreign_keys = OFF")  # or what refers to a row would go with it
            try:
                with self.transaction():
                    self._db.execute(f"CREATE TEMP TABLE rewritten AS SELECT * FROM main.{table}")  # noqa: S608 - ours
                    self._db.execute(f"DELETE FROM main.{table}")  # noqa: S608
                    self._db.execute(f"INSERT INTO main.{table} SELECT * FROM rewritten")  # noqa: S608
                    self._db.execute("DROP TABLE rewritten")
            finally:
                self._db.execute("PRAGMA foreign_keys = ON")

    def compact(self) -> None:
        """Write the whole file anew, without what was deleted. Raises KiosqueError when another program reads it.

        For the start: it takes seconds for some hundred MB, and all others wait.
        """
        with self._lock, self._translated():
            self.change(f"DELETE {_BLANK}")
            self._db.execute("VACUUM")
            self._empty_log()
            self.change("DELETE FROM meta WHERE key = 'erase'")

    def is_worth_compacting(self) -> bool:
        """Whether a quarter of the bodies were deleted."""
        held = self.rows("SELECT COUNT(*) FROM bodies")[0][0]
        return bool(self.rows(f"SELECT COUNT(*) {_BLANK}")[0][0] * 4 > held)

    def _empty_log(self) -> None:
        if self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            raise KiosqueError(
                f"The bot's data file {self.path} is in use by another program, so what was deleted is not erased yet; "
                "end that program, then start the bot again."
            )

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):  # our mistake, no state of the file
            raise
        except sqlite3.DatabaseError as exc:
            raise KiosqueError(f"The bot's data file {self.path} cannot be read or written: {exc}.") from exc
