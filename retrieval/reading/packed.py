"""Archives of articles (``.zip``, ``.tar.gz``, ``.tgz``): their readable files, unpacked in memory and within limits.

Nothing is written anywhere: the names inside are only names. Links, devices and encrypted files are left out, and so are
archives inside archives.
"""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.errors import ReadError

MB = 2**20
PACKED = (".zip", ".tar.gz", ".tgz")
SEVERAL = (".jsonl", ".mbox", ".json")  # files that hold several articles
SINGLE = (".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".eml")
TELEGRAM = "result.json"  # as Telegram Desktop names what it exports; other JSON is not looked at
MOST_FILES = 100_000
LARGEST = 64 * MB  # of one file, unpacked
MOST_BYTES = 512 * MB  # of all files, unpacked
_STEEPEST = 200  # times smaller packed than unpacked; text reaches 20, deflate 1032
_LONGEST_NAME = 1000
_ENTRY = b"PK\x01\x02"  # begins each entry of a ZIP's directory


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a file that holds several: its bytes, or the reason why they are not there.

    ``path`` is its path inside; ``stem`` is the same without the suffix, where no other file differs by that alone.
    """

    path: str
    stem: str = ""
    data: bytes = b""
    reason: str = ""


def suffix_of(name: str) -> str:
    """Return the suffix of a file's name in lower case, ``.tar.gz`` as one."""
    lower = name.lower()
    return ".tar.gz" if lower.endswith(".tar.gz") else os.path.splitext(lower)[1]


def is_readable(name: str) -> bool:
    """Whether a file of this name, found in a folder, is taken in."""
    suffix = suffix_of(name)
    if suffix == ".json":
        return name.rpartition("/")[2].lower() == TELEGRAM
    return suffix in SINGLE + SEVERAL + PACKED


def stems_of(paths: list[str]) -> dict[str, str]:
    """Return each path without its suffix; those of single articles that differ by the suffix only keep it."""
    bare = {path: path[: len(path) - len(suffix_of(path))] for path in paths}
    shared = Counter(stem for path, stem in bare.items() if suffix_of(path) in SINGLE)
    return {path: path if suffix_of(path) in SINGLE and shared[stem] > 1 else stem for path, stem in bare.items()}


def unpack(data: bytes, suffix: str) -> Iterator[Part]:
    """Yield the readable files of an archive, in its order. Raises ReadError where it is broken or beyond a limit."""
    try:
        yield from _zip(data) if suffix == ".zip" else _tar(data)
    except (ReadError, MemoryError):
        raise
    except Exception as exc:  # a broken or hostile archive can make zipfile and tarfile fail in any way
        raise ReadError(f"is a broken archive ({type(exc).__name__})") from exc


def read_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int = LARGEST) -> bytes:
    """Return the bytes of a file of a ZIP. Raises ReadError with the reason why it is not read."""
    if info.flag_bits & 1:
        raise ReadError("is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ReadError("is compressed in a way that is not read here; pack it with deflate")
    if info.file_size > MB and info.file_size > _STEEPEST * info.compress_size:
        raise ReadError(f"unpacks to more than {_STEEPEST} times its size, as no text does")
    try:
        with archive.open(info) as file:
            data = file.read(limit + 1)
    except MemoryError:
        raise
    except Exception as exc:
        raise ReadError(f"is broken ({type(exc).__name__})") from exc
    if len(data) > limit:
        raise ReadError(f"is larger than {limit // MB} MB")
    return data


def open_zip(data: bytes) -> zipfile.ZipFile:
    """Open a ZIP. Raises ReadError where its directory is too long, before it is read; and BadZipFile."""
    if data.count(_ENTRY) > MOST_FILES:
        raise ReadError(f"holds more than {MOST_FILES:,} files; cut it")
    return zipfile.ZipFile(io.BytesIO(data))


def _zip(data: bytes) -> Iterator[Part]:
    with open_zip(data) as archive:
        files = [info for info in archive.infolist() if _is_plain(info)]
        left = MOST_BYTES
        for info, part in zip(files, _parts([info.filename for info in files]), strict=True):
            if part is None:
                continue
            reason, unpacked = part.reason, b""
            if not reason:
                try:
                    unpacked = read_entry(archive, info)
                except ReadError as exc:
                    reason = str(exc)
            left -= len(unpacked)
            if left < 0:
                raise _too_much()
            yield Part(part.path, part.stem, b"" if reason else unpacked, reason)


def _is_plain(info: zipfile.ZipInfo) -> bool:
    """Whether an entry is a file; systems that have links state the kind in the upper bits."""
    return not info.filename.endswith("/") and stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG)


def _tar(data: bytes) -> Iterator[Part]:
    with _opened(data) as archive:
        names = [member.name for member in _plain(archive)]
    with _opened(data) as archive:  # a stream is read once: names first, as ids depend on all of them
        for member, part in zip(_plain(archive), _parts(names), strict=True):
            if part is None:
                continue
            reason, unpacked = part.reason, b""
            if not reason and member.size > LARGEST:
                reason = f"is larger than {LARGEST // MB} MB"
            if not reason:
                file = archive.extractfile(member)
                unpacked = file.read() if file else b""
            yield Part(part.path, part.stem, unpacked, reason)


def _plain(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    count = 0
    while (member := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined]  # it would keep every member, and look through all of them for links
        if (count := count + 1) > MOST_FILES:
            raise ReadError(f"holds more than {MOST_FILES:,} files; cut it")
        if member.isreg() and not member.issparse():
            yield member


def _opened(data: bytes) -> tarfile.TarFile:
    return tarfile.open(fileobj=_Capped(data), mode="r|", errorlevel=2)  # type: ignore[call-overload, no-any-return]


class _Capped:
    """What gzip unpacks, up to a limit."""

    def __init__(self, data: bytes) -> None:
        self._file = gzip.GzipFile(fileobj=io.BytesIO(data))
        self._left = MOST_BYTES

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise _too_much()
        return data


def _too_much() -> ReadError:
    return ReadError(f"unpacks to more than {MOST_BYTES // MB} MB; unpack it yourself and index the folder")


def _parts(names: list[str]) -> list[Part | None]:
    """Return, for each name, what is known before unpacking: None for what is passed over in silence."""
    paths = [_path(name) for name in names]
    readable = [path for path in paths if path is not None and is_readable(path)]
    stems = stems_of(list(dict.fromkeys(readable)))
    seen: set[str] = set()
    parts: list[Part | None] = []
    for name, path in zip(names, paths, strict=True):
        if path is None or not is_readable(path):
            parts.append(None)
            continue
        reason = _reason(name, path, path in seen)
        parts.append(Part(_shown(path), _shown(stems[path]), reason=reason))
        seen.add(path)
    return parts


def _path(name: str) -> str | None:
    """Return a name as a path inside the archive; None for what is hidden, as in a folder."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    if any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in parts):
        return None
    return "/".join(parts)


def _reason(name: str, path: str, repeated: bool) -> str:
    if ".." in path.split("/"):
        return "has a name that leads out of the archive"
    if len(path) > _LONGEST_NAME or _shown(path) != path:
        return "has a name that is too long or not UTF-8; rename it"
    if suffix_of(path) in PACKED:
        return "is an archive inside an archive; unpack it"
    return "has the name of an earlier one" if repeated else ""


def _shown(path: str) -> str:
    return path.encode("utf-8", "replace").decode("utf-8")[:_LONGEST_NAME]
