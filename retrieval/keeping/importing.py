"""Lines of JSONL into the archive, each as it was exported: not cleaned again, and known again to later index runs.

The lines are taken at their word about where an article came from, so this is for exports of one's own; what a stranger
sent is for ``kiosque index``. Hostile lines are safe all the same: sizes, types and normal form are checked, and nothing
that the archive holds is overwritten unless that is asked for.
"""

from __future__ import annotations

import gzip
import json
import logging
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from io import BufferedReader
from itertools import count
from typing import Any

from retrieval.dates import parse_date
from retrieval.errors import ReadError
from retrieval.keeping.marks import Marks
from retrieval.language import language_code
from retrieval.reading.parsing import parse
from retrieval.reading.readers import Line, parse_line
from retrieval.reading.records import LARGEST
from retrieval.storing.database import is_of_one_article
from retrieval.storing.store import NewPassage, Store
from retrieval.text import normalise, one_line
from retrieval.types import Article, Progress, Skipped

_log = logging.getLogger("kiosque.importing")
_AHEAD = 16  # articles being embedded while earlier ones are written
_WORKERS = 4
_NOWHERE = "import#"  # before the id: source of an article that names none
_LONGEST_NAME = 8_192  # characters of a source
_NO_NAME = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_ADDRESS = re.compile(r"https?://\S{1,8000}", re.IGNORECASE)
_WORD = re.compile("[a-z]{0,16}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: an article with where it came from, or (``article`` is None) a source whose article was removed.

    ``removed`` is then the id that it had, empty when that is not known.
    """

    article: Article | None
    source: str
    fingerprint: str
    removed: str = ""


@dataclass(frozen=True, slots=True)
class _Pending:
    number: int  # of the line
    entry: Entry
    replaces: bool
    passages: Future[list[NewPassage]]


@dataclass(slots=True)
class Imported:
    """What an import did, counted in articles.

    ``kept``: the archive holds another text under the id, and it stayed. ``left_out``: removed for good, or too old.
    """

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    kept: int = 0
    left_out: int = 0
    skipped: list[Skipped] = field(default_factory=list)


def lines_of(file: BufferedReader) -> Iterator[tuple[int, bytes | None]]:
    """Yield (number from 1, line) of a file, packed by gzip or not; blank ones are left out, None stands for one too long.

    Raises ReadError where a packed file ends too early or is damaged.
    """
    packed = file.peek(2)[:2] == b"\x1f\x8b"
    lines = gzip.GzipFile(fileobj=file) if packed else file
    for number in count(1):
        try:
            line = lines.readline(LARGEST + 1)
            is_long = len(line) > LARGEST
            while is_long and line and not line.endswith(b"\n"):
                line = lines.readline(LARGEST)
        except (EOFError, zlib.error, gzip.BadGzipFile) as exc:
            raise ReadError(f"line {number}: the file is damaged or not whole, and was read up to here") from exc
        if not line and not is_long:
            return
        line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if is_long or line.strip():
            yield number, None if is_long else line.strip()


def read_entry(line: bytes | None) -> Entry:
    """Check one line. Raises ReadError with the reason alone.

    The text of a line that says ``"cleaned": true`` is taken as it stands if it is in normal form; any other is read as
    ``kiosque index`` reads it.
    """
    if line is None:
        raise ReadError(f"is longer than {LARGEST >> 20} MB")
    value = _object(line)
    if "forgotten" in value:
        removed = _name(value, "id") if "id" in value else ""
        return Entry(None, _name(value, "forgotten"), _name(value, "fingerprint"), removed)
    fields = parse_line(line)
    hashed = blake2b(line, digest_size=16).hexdigest()
    article_id = one_line(fields.id) or f"import-{hashed[:16]}"
    if value.get("cleaned") is True and normalise(fields.text) == fields.text:
        article = _as_it_stands(fields, article_id)
    else:
        article = parse(line, ".jsonl", article_id, "the article")
    if value.get("source") is None:
        return Entry(article, _NOWHERE + article_id, hashed)
    source, fingerprint = _name(value, "source"), _name(value, "fingerprint")
    if source.startswith(_NOWHERE) and source != _NOWHERE + article_id:
        raise ReadError('"source" is that of another article')
    return Entry(article, source, fingerprint)


def _object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):  # parse_line says what is wrong
        return {}
    return value if isinstance(value, dict) else {}


def _as_it_stands(fields: Line, article_id: str) -> Article:
    is_address = _ADDRESS.fullmatch(fields.url) and one_line(fields.url) == fields.url
    return Article(
        id=article_id,
        text=fields.text,
        title=one_line(fields.title),
        url=fields.url if is_address else "",
        outlet=one_line(fields.outlet),
        published=parse_date(fields.published),
        language=language_code(fields.language),
        dated_by=_word(fields.dated_by),
        pages=fields.pages,
    )


def _word(value: str) -> str:
    if not _WORD.fullmatch(value):
        raise ReadError('"dated_by" is no word')
    return value


def _name(value: dict[str, Any], field: str) -> str:
    """Return the name of a source, or a fingerprint. Raises ReadError for what Kiosque does not write."""
    name = value.get(field)
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME or _NO_NAME.search(name):
        raise ReadError(f'"{field}" is missing, or not as Kiosque writes it')
    return name


class Importing:
    """One import into a store: decides for each entry what becomes of it, and embeds ahead on threads."""

    def __init__(
        self,
        store: Store,
        embed: Callable[[Article], list[NewPassage]],
        marks: Marks,
        is_over: Callable[[Article], bool],
        *,
        replace: bool,
    ) -> None:
        """``marks`` tell what stays out, ``is_over`` what is too old to be taken in."""
        self.done = Imported()
        self._store, self._embed, self._is_over, self._replace = store, embed, is_over, replace
        self._marks = marks
        self._sources = {entry.id: entry.source for entry in store.stored()}
        self._taken = set(self._sources.values())
        self._pending: deque[_Pending] = deque()

    def run(self, lines: Iterable[tuple[int, bytes | None]], progress: Progress) -> None:
        """Take the lines in, an article a transaction, in their order; those that cannot be read are noted."""
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="import") as pool:
            try:
                self._read(lines, pool, progress)
                self._write(0)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _read(self, lines: Iterable[tuple[int, bytes | None]], pool: ThreadPoolExecutor, progress: Progress) -> None:
        number = 0
        try:
            for number, line in lines:
                progress("articles", number, None)
                try:
                    entry = read_entry(line)
                except ReadError as exc:
                    self.done.skipped.append(Skipped(f"line {number}", str(exc)))
                else:
                    self._consider(number, entry, pool)
        except ReadError as exc:
            self.done.skipped.append(Skipped(f"after line {number}", str(exc)))

    def _consider(self, number: int, entry: Entry, pool: ThreadPoolExecutor) -> None:
        article = entry.article
        if article is None:
            self._forget(entry)
            return
        if article.id in self._sources:
            self._write(0)  # it may be among those on their way, and fail there
        if (holder := self._sources.get(article.id)) is not None:
            if self._store.article(article.id) == article:
                self.done.unchanged += 1
            elif not self._replace:
                self.done.kept += 1
            else:
                self.done.replaced += 1
                self._submit(number, replace(entry, source=holder), pool, replaces=True)
        elif self._stays_out(entry, article):
            self.done.left_out += 1
        else:
            self.done.added += 1
            # The place of another article stays that article's: what is stored from one source replaces what was.
            free = entry.source not in self._taken
            self._submit(number, entry if free else replace(entry, source=_NOWHERE + article.id), pool)

    def _stays_out(self, entry: Entry, article: Article) -> bool:
        place = entry.source, entry.fingerprint
        return self._marks.keep_out(*place) or self._marks.keep_out_page(*place, article) or self._is_over(article)

    def _submit(self, number: int, entry: Entry, pool: ThreadPoolExecutor, *, replaces: bool = False) -> None:
        assert entry.article is not None
        self._sources[entry.article.id] = entry.source
        self._taken.add(entry.source)
        self._pending.append(_Pending(number, entry, replaces, pool.submit(self._embed, entry.article)))
        self._write(_AHEAD)

    def _write(self, leave: int) -> None:
        while len(self._pending) > leave:
            ready = self._pending.popleft()
            entry, doing = ready.entry, "embedding"
            assert entry.article is not None
            try:
                passages = ready.passages.result()
                doing = "storing"
                self._store.put(entry.article, entry.source, entry.fingerprint, passages)
            except Exception as exc:
                if not is_of_one_article(exc):
                    raise
                self._set_aside(ready, exc, doing)

    def _set_aside(self, failed: _Pending, exc: Exception, doing: str) -> None:
        """Go on without an article that something unexpected happens to; what was stored of it before stays."""
        _log.warning("%s an article failed unexpectedly; it is passed over.", doing.capitalize(), exc_info=exc)
        reason = f"{doing} it failed unexpectedly ({type(exc).__name__}); the log has more"
        self.done.skipped.append(Skipped(f"line {failed.number}", reason))
        if failed.replaces:
            self.done.replaced -= 1
            return
        assert failed.entry.article is not None
        self.done.added -= 1
        del self._sources[failed.entry.article.id]
        self._taken.discard(failed.entry.source)

    def _forget(self, entry: Entry) -> None:
        if entry.source not in self._taken:
            with self._store.transaction(), self._store.reading() as db:
                row = (entry.source, entry.fingerprint, entry.removed)
                db.execute("INSERT OR IGNORE INTO forgotten VALUES (?, ?, ?)", row)
