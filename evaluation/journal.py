"""The journal of a run: one JSON line for each answer, written as it comes, so that a stopped run goes on from there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

from answering.settings import ROOT
from retrieval.errors import KiosqueError

Row = dict[str, Any]
_BULK = ("ranking", "answer")
_CODE = ("answering", "evaluation", "prompts", "retrieval")


class Journal:
    """The rows of a run that is under way, in ``path``. Its first line names what was run: anything else begins anew.

    ``rows`` holds them by system and question id without their bulk (ranking and answer), which stays on the disk.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        """Open or begin the journal; failed questions are not kept. Raises KiosqueError when it cannot be written."""
        self._path = path
        self.rows: dict[tuple[str, str], Row] = {}
        self._at: dict[tuple[str, str], int] = {}
        head = {"run": fingerprint}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            kept = _read(path)
            fresh = path.with_name(path.name + ".new")
            self._file: IO[bytes] = fresh.open("w+b")
            self._file.write(_line(head))
            if next(kept, None) == head:
                for row in kept:
                    if "error" not in row:
                        self._append(row)
            self._file.flush()
            os.replace(fresh, path)
        except OSError as exc:
            raise self._failed(exc) from exc

    def add(self, row: Row) -> None:
        """Write one row. Raises KiosqueError when the disk is full; what was written before stays."""
        try:
            self._append(row)
            self._file.flush()
        except OSError as exc:
            raise self._failed(exc) from exc

    def _append(self, row: Row) -> None:
        key = row["system"], row["id"]
        self._at[key] = self._file.tell()
        self._file.write(_line(row))
        self.rows[key] = {name: value for name, value in row.items() if name not in _BULK}

    def copy_to(self, path: Path, order: Iterable[tuple[str, str]]) -> None:
        """Write the rows to a file of their own, in order, whole or not at all. Raises KiosqueError."""
        with self._path.open("rb") as rows, writing(path) as file:
            for key in order:
                rows.seek(self._at[key])
                file.write(rows.readline())

    def close(self) -> None:
        self._file.close()

    def remove(self) -> None:
        self.close()
        self._path.unlink(missing_ok=True)

    def _failed(self, exc: OSError) -> KiosqueError:
        return KiosqueError(f"{self._path} cannot be written: {exc.strerror}; make room, or name another --json.")


def _line(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _read(path: Path) -> Iterator[Row]:
    """Yield the whole rows of a journal: a kill may have cut the last one."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            try:
                yield json.loads(line)
            except ValueError:
                return


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """Give a file that takes the name ``path`` when all was written. Raises KiosqueError that names it."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            yield file
        os.replace(temporary, path)
    except OSError as exc:
        raise KiosqueError(f"{path} cannot be written: {exc.strerror}; make room, or name another file.") from exc


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises KiosqueError that names it."""
    with writing(path) as file:
        file.write(text.encode("utf-8"))


def code_fingerprint() -> str:
    """Return a hash of what answers and their scores are made of, so that no run mixes those of two versions."""
    digest = blake2b(digest_size=8)
    for folder in _CODE:
        for path in sorted((ROOT / folder).rglob("*")):
            beside = "report" in path.parts or path.name == "baseline.json"  # made of answers
            if path.suffix in {".py", ".json", ".txt"} and path.is_file() and not beside:
                digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
