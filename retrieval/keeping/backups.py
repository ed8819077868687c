"""Copies of SQLite files that are in use: whole, checked, and the last few kept.

SQLite's online backup copies one state of the file in one step, while others read and write it. Everything else in the
folder of an archive is derived from that file, and made again when the copy is opened.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.errors import KiosqueError
from retrieval.keeping.files import whole_file

_STAMP = "%Y%m%dT%H%M%SZ"
_LOCK = ".backup.lock"


def back_up(file: Path, folder: Path, name: str, *, now: datetime | None = None, keep: int = 0) -> Path:
    """Copy an SQLite file into ``folder`` as ``<name>-20260302T120000Z.sqlite`` (UTC, mode 0600); return its path.

    With ``keep``, only the newest ``keep`` files of that name stay, this one among them: a stamp may lie in the future,
    of a clock that was wrong. The copy is checked before it takes its name, and older
    ones go after that: whatever fails, what was there stays. Raises KiosqueError when the file cannot be read or the copy
    cannot be written, or is damaged.
    """
    if not file.is_file():
        raise KiosqueError(f"There is nothing to back up: {file} does not exist.")
    target = folder / f"{name}-{(now or datetime.now(UTC)).astimezone(UTC).strftime(_STAMP)}.sqlite"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(folder / _LOCK, timeout=0, mode=0o600):
            for unfinished in _named(folder, rf"\.{_pattern(name)}\..+"):  # of a backup that was killed
                unfinished.unlink()
            with whole_file(target) as temporary:
                _copy(file, temporary)
            if keep:
                others = [path for path in backups(folder, name) if path != target]
                for old in others[keep - 1 :]:
                    old.unlink()
    except Timeout as exc:
        raise KiosqueError(f"Another backup is being written to {folder}; try again when it is done.") from exc
    except sqlite3.Error as exc:
        raise KiosqueError(f"{file} cannot be copied to {folder}: {exc}.") from exc
    except OSError as exc:
        raise KiosqueError(f"{folder} cannot be written: {exc.strerror or exc}.") from exc
    return target


def backups(folder: Path, name: str) -> list[Path]:
    """Return the copies of a name in a folder, the newest first. What is called otherwise is not ours."""
    return sorted(_named(folder, _pattern(name)), reverse=True)


def _pattern(name: str) -> str:
    return re.escape(name) + r"-\d{8}T\d{6}Z\.sqlite"


def _named(folder: Path, pattern: str) -> list[Path]:
    return [path for path in folder.iterdir() if re.fullmatch(pattern, path.name)]


def _copy(file: Path, target: Path) -> None:
    with closing(sqlite3.connect(file, timeout=30)) as source, closing(sqlite3.connect(target)) as copy:
        source.execute("PRAGMA query_only = ON")
        source.backup(copy)  # in one step: in several, each change of the source would begin it anew
        found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0].replace("\n", " ")
        if found != "ok":
            raise KiosqueError(f"{file} is damaged ({found}), so no backup was kept; restore an earlier one.")
        copy.execute("PRAGMA journal_mode = DELETE")  # one plain file, without a log beside it
