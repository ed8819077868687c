"""Where articles come from: a folder of files, or one file."""

from __future__ import annotations

import os
import stat
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from retrieval.errors import ReadError
from retrieval.readers import CLEANING_VERSION, article_of_line, parse_line, read_article
from retrieval.text import one_line
from retrieval.types import Article, Record, Skipped

SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".jsonl")
LARGEST = 64 * 2**20  # bytes of a file, and of a line of JSONL
_READABLE = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"


@dataclass(frozen=True, slots=True)
class _Found(Record):
    """A record with what reading needs besides its bytes."""

    article_id: str = ""
    suffix: str = ""


class FolderSource:
    """The articles of a folder and all its folders, in the order of their paths; or those of a single file.

    Hidden files and folders are passed over, as are files with other suffixes. A file's id is its path from the folder
    without the suffix; files that differ by their suffix only keep it.
    """

    def __init__(self, path: Path | str) -> None:
        self._root = os.path.abspath(os.fspath(path))

    def records(self) -> Iterator[Record | Skipped]:
        """List the articles, one file open at a time. Raises ReadError, at once, when the path cannot be indexed."""
        if not os.path.lexists(self._root):
            raise ReadError(f"{self._root} does not exist; name a folder or a file of articles.")
        if os.path.isdir(self._root):
            return self._folder()
        if _suffix(self._root) not in SUFFIXES:
            raise ReadError(f"{self._root} is no folder, and no {_READABLE} file.")
        return self._file(self._root, one_line(Path(self._root).stem))

    def read(self, record: Record) -> Article:
        """Turn a record of this source into a clean article. Raises ReadError with a sentence that names the file."""
        if not isinstance(record, _Found):
            raise TypeError("this record comes from another source")
        article_id = record.article_id
        if record.suffix != ".jsonl":
            return read_article(record.payload, record.suffix, article_id, os.path.basename(record.key))
        name = os.path.basename(record.key.removesuffix(f"#{article_id}"))
        return article_of_line(parse_line(record.payload), article_id, f"{name}, article {article_id!r},")

    def owns(self, key: str) -> bool:
        """Whether a key names this file, a line of it, or anything under this folder."""
        root = Path(self._root).as_posix()
        inside = root + "#" if _suffix(root) == ".jsonl" else root.rstrip("/") + "/"
        return key == root or key.startswith(inside)

    def _folder(self) -> Iterator[Record | Skipped]:
        skipped: list[Skipped] = []
        paths = sorted(_walk(self._root, skipped))
        stems = Counter(os.path.splitext(path)[0] for path in paths if _suffix(path) != ".jsonl")
        yield from skipped
        if not paths:
            # Not the bare path: that would say that the folder could not be opened, and keep what it held before.
            yield Skipped(f"{self._root}/", f"{self._root} holds no {_READABLE} file.")
        for path in paths:
            stem = os.path.splitext(path)[0]
            named = path if stems[stem] > 1 else stem
            yield from self._file(path, one_line(Path(os.path.relpath(named, self._root)).as_posix()))

    def _file(self, path: str, article_id: str) -> Iterator[Record | Skipped]:
        try:
            path.encode("utf-8")
        except UnicodeEncodeError:
            shown = path.encode("utf-8", "replace").decode("utf-8")
            yield Skipped(shown, f"the name of {os.path.basename(shown)} is not UTF-8; rename it.")
            return
        key = Path(path).as_posix()
        try:
            if _suffix(path) == ".jsonl":
                yield from _lines(path, key)
            else:
                data = _bytes(path)
                yield _Found(key, _fingerprint(article_id, data), data, article_id, _suffix(path))
        except ReadError as exc:
            yield Skipped(key, str(exc))
        except OSError as exc:
            yield Skipped(key, f"{os.path.basename(path)} cannot be opened: {exc.strerror or type(exc).__name__}.")


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower()


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
            elif _suffix(entry.name) in SUFFIXES:
                yield entry.path


def _check(path: str) -> os.stat_result:
    status = os.stat(path)  # raises FileNotFoundError for a broken link
    if not stat.S_ISREG(status.st_mode):
        raise ReadError(f"{os.path.basename(path)} is no regular file.")
    return status


def _bytes(path: str) -> bytes:
    if _check(path).st_size <= LARGEST:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) <= LARGEST:
            return data
    raise ReadError(f"{os.path.basename(path)} is larger than {LARGEST >> 20} MB; cut it, or make it JSONL.")


def _lines(path: str, key: str) -> Iterator[Record | Skipped]:
    """Yield the articles of a JSONL file, read line by line."""
    name, stem = os.path.basename(path), one_line(Path(path).stem)
    _check(path)
    first_at: dict[str, int] = {}
    empty = True
    with open(path, "rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(LARGEST + 1), b""), 1):
            place = f"{name}, line {number}"
            if len(line) > LARGEST:
                yield Skipped(key, f"{place} is longer than {LARGEST >> 20} MB; nothing after it was read.")
                return
            line = (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).strip()
            if not line:
                continue
            empty = False
            try:
                parsed = parse_line(line)
            except ReadError as exc:
                yield Skipped(f"{key}:{number}", f"{place}: {exc}.")
                continue
            article_id = one_line(parsed.id) or f"{stem}-{_hash(parsed.text.encode('utf-8', 'surrogatepass'))[:16]}"
            if (earlier := first_at.setdefault(article_id, number)) != number:
                what = f"repeats the id {article_id!r}" if one_line(parsed.id) else "repeats the text"
                yield Skipped(f"{key}:{number}", f"{place} {what} of line {earlier}.")
                continue
            yield _Found(f"{key}#{article_id}", _fingerprint(article_id, line), line, article_id, ".jsonl")
    if empty:
        yield Skipped(key, f"{name} holds no text.")


def _hash(*parts: bytes) -> str:
    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def _fingerprint(article_id: str, data: bytes) -> str:
    """Hash what an article comes from; the id is in it, as the same bytes under another id are another article."""
    return _hash(str(CLEANING_VERSION).encode(), article_id.encode("utf-8", "surrogatepass"), data)
