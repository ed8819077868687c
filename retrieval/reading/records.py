"""The articles of one file, as records: itself, or those inside it (JSONL, mbox, Telegram exports, archives of files)."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from retrieval.dates import date_in_name
from retrieval.errors import ReadError
from retrieval.reading.mail import mails, message_id
from retrieval.reading.packed import PACKED, Part, suffix_of
from retrieval.reading.parsing import Parser
from retrieval.reading.readers import CLEANING_VERSION, parse_line
from retrieval.text import one_line
from retrieval.types import Record, Skipped

LARGEST = 64 * 2**20  # bytes of a file, a line of JSONL, a mail


@dataclass(frozen=True, slots=True)
class Found(Record):
    """A record with what reading needs besides its bytes; ``name`` is how errors call it.

    ``named`` is the date in the name of a file that holds one article.
    """

    article_id: str = ""
    suffix: str = ""
    name: str = ""
    named: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A file, or one inside an archive: its key, and its ``name`` in errors.

    ``stem`` begins the ids that a file of several articles does not give itself, ``inside`` those of an archive's files.
    """

    key: str
    name: str
    suffix: str
    article_id: str
    stem: str
    inside: str


def place_of(path: str, article_id: str, inside: str) -> Place:
    """Return the place of a file; ``inside`` is the path of an archive with a slash, or nothing."""
    name = os.path.basename(path)
    return Place(Path(path).as_posix(), name, suffix_of(name), article_id, _stem(name), inside)


def records_in(path: str, place: Place, parser: Parser) -> Iterator[Record | Skipped]:
    """List the articles of a file. Raises ReadError when it cannot be taken in, and OSError."""
    _check(path)
    with open(path, "rb") as file:
        yield from _articles(file, place, parser)


def _articles(file: BinaryIO, place: Place, parser: Parser) -> Iterator[Record | Skipped]:
    if place.suffix == ".jsonl":
        yield from _lines(file, place)
    elif place.suffix == ".mbox":
        yield from _mails(file, place)
    elif place.suffix == ".json":
        yield from _posts(_whole(file, place), place, parser)
    elif place.suffix in PACKED:
        yield from _files(_whole(file, place), place, parser)
    else:
        data = _whole(file, place)
        fingerprint = _fingerprint(place.article_id, data)
        named = date_in_name(place.article_id)
        yield Found(place.key, fingerprint, data, place.article_id, place.suffix, place.name, named)


def _lines(file: BinaryIO, place: Place) -> Iterator[Record | Skipped]:
    """Yield the articles of a JSONL file, read line by line."""
    first_at: dict[str, int] = {}
    empty = True
    for number, line in enumerate(iter(lambda: file.readline(LARGEST + 1), b""), 1):
        where = f"{place.name}, line {number}"
        if len(line) > LARGEST:
            yield Skipped(place.key, f"{where} is longer than {LARGEST >> 20} MB; nothing after it was read.")
            return
        line = (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).strip()
        if not line:
            continue
        empty = False
        try:
            parsed = parse_line(line)
        except ReadError as exc:
            yield Skipped(f"{place.key}:{number}", f"{where}: {exc}.")
            continue
        article_id = one_line(parsed.id) or f"{place.stem}-{_hash(parsed.text.encode('utf-8', 'surrogatepass'))[:16]}"
        if (earlier := first_at.setdefault(article_id, number)) != number:
            what = f"repeats the id {article_id!r}" if one_line(parsed.id) else "repeats the text"
            yield Skipped(f"{place.key}:{number}", f"{where} {what} of line {earlier}.")
            continue
        yield _inner(place, article_id, line, ".jsonl")
    if empty:
        yield Skipped(place.key, f"{place.name} holds no text.")


def _mails(file: BinaryIO, place: Place) -> Iterator[Record | Skipped]:
    """Yield the messages of an mbox. Their ids come from what each states as its own, as an mbox is rewritten at will."""
    first_at: dict[str, int] = {}
    try:
        for number, mail in enumerate(mails(file, LARGEST), 1):
            where = f"{place.name}, message {number}"
            if mail is None:
                yield Skipped(place.key, f"{where} is larger than {LARGEST >> 20} MB.")
                continue
            article_id = f"{place.stem}-{_hash(message_id(mail) or mail)[:16]}"
            if (earlier := first_at.setdefault(article_id, number)) != number:
                yield Skipped(f"{place.key}:{number}", f"{where} repeats message {earlier}.")
                continue
            yield _inner(place, article_id, mail, ".eml")
    except ReadError as exc:
        raise ReadError(f"{place.name} {exc}.") from exc


def _posts(data: bytes, place: Place, parser: Parser) -> Iterator[Record | Skipped]:
    """Yield the posts of a Telegram export."""
    for part in parser.split(data, place.suffix, place.name):
        if part.reason:
            # Not under the file's own key: that would keep posts that are gone.
            yield Skipped(f"{place.key}:{part.path}", f"{place.name}: {part.reason}.")
        else:
            yield _inner(place, part.path, part.data, ".jsonl")


def _files(data: bytes, place: Place, parser: Parser) -> Iterator[Record | Skipped]:
    """Yield the articles of an archive's files, with the ids that they would have in a folder of its name."""
    empty = True
    for part in parser.split(data, place.suffix, place.name):
        empty = False
        inner = _member(place, part)
        try:
            if part.reason:
                raise ReadError(f"{inner.name} {part.reason}.")
            yield from _articles(io.BytesIO(part.data), inner, parser)
        except ReadError as exc:
            yield Skipped(inner.key, str(exc))
    if empty:
        yield Skipped(f"{place.key}:empty", f"{place.name} holds no file that is read here.")


def _member(place: Place, part: Part) -> Place:
    return replace(
        place,
        key=f"{place.key}#{part.path}",
        name=f"{place.name}, {part.path}",
        suffix=suffix_of(part.path),
        article_id=one_line(place.inside + part.stem),
        stem=_stem(part.path),
    )


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    return one_line(name[: len(name) - len(suffix_of(name))])


def _inner(place: Place, article_id: str, data: bytes, suffix: str) -> Found:
    name = f"{place.name}, article {article_id!r},"
    return Found(f"{place.key}#{article_id}", _fingerprint(article_id, data), data, article_id, suffix, name)


def _check(path: str) -> None:
    if not stat.S_ISREG(os.stat(path).st_mode):  # raises FileNotFoundError for a broken link
        raise ReadError(f"{os.path.basename(path)} is no regular file.")


def _whole(file: BinaryIO, place: Place) -> bytes:
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ReadError(f"{place.name} is larger than {LARGEST >> 20} MB; cut it, or make it JSONL.")
    return data


def _hash(*parts: bytes) -> str:
    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def _fingerprint(article_id: str, data: bytes) -> str:
    """Hash what an article comes from; the id is in it, as the same bytes under another id are another article.

    It begins with the version of the cleaning that reads it.
    """
    return f"{CLEANING_VERSION}:{_hash(article_id.encode('utf-8', 'surrogatepass'), data)}"
