"""Where articles come from: a folder of files, or one file."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from retrieval.errors import ReadError
from retrieval.reading.packed import PACKED, SEVERAL, SINGLE, TELEGRAM, is_readable, stems_of, suffix_of
from retrieval.reading.parsing import Parser, shared
from retrieval.reading.records import Found, place_of, records_in
from retrieval.text import one_line
from retrieval.types import Article, Record, Skipped

SUFFIXES = SINGLE + SEVERAL + PACKED
_READABLE = f"{', '.join(suffix for suffix in SUFFIXES if suffix != '.json')} or {TELEGRAM}"


class FolderSource:
    """The articles of a folder and all its folders, in the order of their paths; or those of a single file.

    Hidden files and folders are passed over, as are files with other suffixes. A file's id is its path from the folder
    without the suffix; files that differ by their suffix only keep it. An archive is as a folder of its name. ``parser``
    parses the files, within its limits.
    """

    def __init__(self, path: Path | str, parser: Parser | None = None) -> None:
        self._root = os.path.abspath(os.fspath(path))
        self._parser = parser or shared()

    def records(self) -> Iterator[Record | Skipped]:
        """List the articles, one file open at a time. Raises ReadError, at once, when the path cannot be indexed."""
        if not os.path.lexists(self._root):
            raise ReadError(f"{self._root} does not exist; name a folder or a file of articles.")
        if os.path.isdir(self._root):
            return self._folder()
        if suffix_of(self._root) not in SUFFIXES:
            raise ReadError(f"{self._root} is no folder, and no {_READABLE} file.")
        stem = os.path.basename(stems_of([self._root])[self._root])
        return self._file(self._root, one_line(stem), "")

    def read(self, record: Record) -> Article:
        """Turn a record of this source into a clean article. Raises ReadError with a sentence that names the file."""
        if not isinstance(record, Found):
            raise TypeError("this record comes from another source")
        return self._parser.read(record.payload, record.suffix, record.article_id, record.name, record.named)

    def owns(self, key: str) -> bool:
        """Whether a key names this file, an article inside it, or anything under this folder."""
        root = Path(self._root).as_posix()
        inside = root + "#" if suffix_of(root) in SEVERAL + PACKED else root.rstrip("/") + "/"
        return key == root or key.startswith(inside)

    def _folder(self) -> Iterator[Record | Skipped]:
        skipped: list[Skipped] = []
        paths = sorted(_walk(self._root, skipped))
        stems = stems_of(paths)
        yield from skipped
        if not paths:
            # Not the bare path: that would say that the folder could not be opened, and keep what it held before.
            yield Skipped(f"{self._root}/", f"{self._root} holds no {_READABLE} file.")
        for path in paths:
            article_id = one_line(Path(os.path.relpath(stems[path], self._root)).as_posix())
            yield from self._file(path, article_id, f"{article_id}/")

    def _file(self, path: str, article_id: str, inside: str) -> Iterator[Record | Skipped]:
        try:
            path.encode("utf-8")
        except UnicodeEncodeError:
            shown = path.encode("utf-8", "replace").decode("utf-8")
            yield Skipped(shown, f"the name of {os.path.basename(shown)} is not UTF-8; rename it.")
            return
        place = place_of(path, article_id, inside)
        try:
            yield from records_in(path, place, self._parser)
        except ReadError as exc:
            yield Skipped(place.key, str(exc))
        except OSError as exc:
            yield Skipped(place.key, f"{place.name} cannot be opened: {exc.strerror or type(exc).__name__}.")


def _walk(root: str, skipped: list[Skipped]) -> Iterator[str]:
    """Go through a folder and yield the paths of files that we can read.

    A link to a folder is followed when it leads out of ``root``, and no folder is visited twice: loops end.
    """
    real_root = os.path.realpath(root)
    visited: set[str] = set()
    waiting = deque([root])
    while waiting:
        folder = waiting.popleft()
        real = os.path.realpath(folder)
        if real in visited:
            continue
        visited.add(real)
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as exc:
            skipped.append(Skipped(folder, f"the folder {folder} cannot be opened: {exc.strerror}."))
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                inside = os.path.realpath(entry.path).startswith(real_root.rstrip("/") + "/")
                if not (entry.is_symlink() and inside):
                    waiting.append(entry.path)
            elif is_readable(entry.name):
                yield entry.path
