"""One run over a source: what changed is read, cut, embedded and stored, article by article, in the source's order."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path

from retrieval.errors import KiosqueError, ReadError
from retrieval.keeping import removal
from retrieval.keeping.retention import Retention
from retrieval.passages import Chunking, passage_spans
from retrieval.reading.packed import SEVERAL, suffix_of
from retrieval.storing.failures import Failures
from retrieval.storing.store import NewPassage, Store
from retrieval.types import Article, ArticleSource, Embedder, Progress, Record, Skipped

_log = logging.getLogger("kiosque.indexing")
_AHEAD = 16  # articles being embedded while earlier ones are written
_WORKERS = 4  # each waits for the embedder's own threads most of the time


@dataclass(slots=True)
class Counts:
    """What a run has done so far, counted in articles."""

    added: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Pending:
    record: Record
    article: Article
    passages: Future[list[NewPassage]]


def index_source(
    store: Store,
    embedder: Embedder,
    chunking: Chunking,
    source: ArticleSource,
    progress: Progress,
    origin: str = "",
    retention: Retention = Retention(),
    today: date | None = None,
) -> Counts:
    """Bring the store in line with a source and return what that took.

    An article is one transaction; a kill at any point leaves whole articles, and the next run does the rest. What cannot
    be read is reported, set aside with its reason (``failures``, under the name ``origin``) and passed over. So is an
    article at which reading, embedding or storing fails unexpectedly; what was stored of it before is then kept. An id
    that an article of another place holds is not taken from it, unless that place is gone; a file whose id comes from
    its path then gets another. What is older than ``retention`` keeps on ``today`` (UTC) is left out, and remembered.

    Raises what the source raises when it cannot be listed, KiosqueError when the store cannot be written.
    """
    counts = Counts()
    run = _Run(store, embedder, chunking, source, counts, retention, today or datetime.now(UTC).date())
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="index") as pool:
        try:
            for done, record in enumerate(source.records()):
                progress("articles", done, None)
                run.consider(record, pool)
            run.finish(pool)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    run.settle(origin)
    progress("articles", counts.added + counts.updated + counts.unchanged, None)
    return counts


def embed_article(article: Article, embedder: Embedder, chunking: Chunking) -> list[NewPassage]:
    """Cut an article and embed its passages, each under the article's title."""
    spans = passage_spans(article.text, article.language, chunking)
    vectors = embedder.embed_passages([embedding_text(article, start, end) for start, end in spans])
    return [NewPassage(start, end, vector) for (start, end), vector in zip(spans, vectors, strict=True)]


def embedding_text(article: Article, start: int, end: int) -> str:
    """Return what is embedded for a passage: the article's title, then the passage."""
    text = article.text[start:end]
    return f"{article.title}\n{text}" if article.title else text


def _exists(key: str) -> bool:
    """Whether the file that a stored key names is still there (a folder may have been moved); any other key is."""
    if not Path(key).is_absolute() or Path(key).exists():
        return True
    parts = key.split("#")  # names of files and ids may hold the sign, too
    return any(Path("#".join(parts[:n])).is_file() for n in range(1, len(parts)))


def _is_file(key: str, article_id: str) -> bool:
    """Whether an article is a whole file, in a folder or a packed one: its id comes from its path."""
    inside = "#" + article_id
    within = key.endswith(inside) and suffix_of(key.removesuffix(inside)) in SEVERAL
    return Path(key).is_absolute() and not within


def _heads(place: str) -> list[str]:
    """Return a place and what it may lie in: folders, packed files, files of which it is a line (``press.jsonl:12``)."""
    return [place, *(place[: end.start()] for end in re.finditer("[#/:]", place))]


def _short_hash(key: str) -> str:
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


class _Run:
    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        chunking: Chunking,
        source: ArticleSource,
        counts: Counts,
        retention: Retention,
        today: date,
    ) -> None:
        self._store, self._embedder, self._chunking = store, embedder, chunking
        self._source, self._counts = source, counts
        stored = store.stored()
        self._fingerprints = {entry.source: entry.fingerprint for entry in stored}
        self._holders = {entry.id: entry.source for entry in stored}
        self._retention, self._today = retention, today
        self._left_out = removal.left_out(store, retention, today)
        self._seen: set[str] = set()
        self._too_old: set[str] = set()
        self._unreadable: set[str] = set()
        self._deferred: list[tuple[Record, Article]] = []
        self._pending: deque[_Pending] = deque()

    def consider(self, record: Record | Skipped, pool: ThreadPoolExecutor) -> None:
        if isinstance(record, Skipped):
            self._counts.skipped.append(record)
            self._unreadable.add(record.where)
            return
        if self._is_known(record):
            self._seen.add(record.key)
            self._counts.unchanged += 1
            return
        try:
            article = self._source.read(record)
        except ReadError as exc:
            # Not marked as seen: what an earlier version said is no longer there to be quoted.
            self._counts.skipped.append(Skipped(record.key, str(exc)))
            return
        except Exception as exc:
            self._set_aside(record.key, exc, "reading")
            return
        if self._retention.is_over(article, self._today):
            removal.leave_out(self._store, record.key, record.fingerprint, article)
            self._too_old.add(record.key)  # and an earlier version of it goes as what vanished
            return
        self._seen.add(record.key)
        if self._holders.setdefault(article.id, record.key) != record.key:
            self._deferred.append((record, article))
        else:
            self._submit(record, article, pool)

    def _is_known(self, record: Record) -> bool:
        """Whether a record is what is stored, or what a person had removed.

        A fingerprint may end with ``+`` and what its source states of all its articles (``syncing``). A person removes
        contents, whatever is stated of them; and a source that states nothing leaves what another stated.
        """
        fingerprint, known = record.fingerprint, self._fingerprints.get(record.key, "")
        content, _, stated = fingerprint.partition("+")
        forgotten = self._left_out.get(record.key)
        if forgotten is not None and forgotten.partition("+")[0] == content:
            return True
        return known == fingerprint or (not stated and known.partition("+")[0] == content)

    def finish(self, pool: ThreadPoolExecutor) -> None:
        """Write what is under way, drop what vanished, then settle the ids that were taken."""
        self._write(0)
        vanished = [key for key in self._fingerprints if self._is_gone(key)]
        if vanished:
            self._counts.removed += self._store.remove_sources(vanished)
        holders = {entry.id: entry.source for entry in self._store.stored()} if self._deferred else {}
        for record, article in self._deferred:
            holder = holders.setdefault(article.id, record.key)
            if holder == record.key or not _exists(holder):
                self._submit(record, article, pool)
            elif _is_file(record.key, article.id):  # two folders may hold files of one name
                self._submit(record, replace(article, id=f"{article.id}-{_short_hash(record.key)}"), pool)
            else:
                reason = f"its id {article.id!r} belongs to {holder}; give it another id, or forget that article"
                self._counts.skipped.append(Skipped(record.key, reason))
        self._write(0)

    def settle(self, origin: str) -> None:
        """Note what failed, and drop from the list what was read or is gone.

        Last, and in one transaction: after a kill before it, the next run meets the same places and notes them.
        """
        failed = {skipped.where: skipped.reason for skipped in self._counts.skipped}
        Failures(self._store).settle(failed, self._seen | self._too_old, self._is_gone_place, origin)

    def _set_aside(self, key: str, exc: Exception, doing: str) -> None:
        """Go on without an article that something unexpected happens to; re-raise what is no fault of the article's."""
        elsewhere = isinstance(exc, sqlite3.Error) and not isinstance(exc, (sqlite3.DataError, sqlite3.IntegrityError))
        if elsewhere or isinstance(exc, (KiosqueError, MemoryError)):
            raise exc
        _log.warning("%s an article failed unexpectedly; it is set aside.", doing.capitalize(), exc_info=exc)
        reason = f"{doing} it failed unexpectedly ({type(exc).__name__}); the log has more."
        self._counts.skipped.append(Skipped(key, reason))
        self._unreadable.add(key)  # what was stored of it before is still what the source said

    def _is_gone(self, key: str) -> bool:
        return key not in self._seen and self._source.owns(key) and not self._is_out_of_reach(key)

    def _is_gone_place(self, place: str) -> bool:
        """Whether a place that failed before is no longer there."""
        return any(map(self._source.owns, _heads(place))) and not self._is_out_of_reach(place)

    def _is_out_of_reach(self, key: str) -> bool:
        """Whether a key lies in what could not be opened this time: it may only be locked, or on a disk that is away."""
        return not self._unreadable.isdisjoint(_heads(key))

    def _submit(self, record: Record, article: Article, pool: ThreadPoolExecutor) -> None:
        passages = pool.submit(embed_article, article, self._embedder, self._chunking)
        self._pending.append(_Pending(record, article, passages))
        self._write(_AHEAD)

    def _write(self, leave: int) -> None:
        while len(self._pending) > leave:
            ready = self._pending.popleft()
            key = ready.record.key
            doing = "embedding"
            try:
                passages = ready.passages.result()
                doing = "storing"
                self._store.put(ready.article, key, ready.record.fingerprint, passages)
            except Exception as exc:
                self._set_aside(key, exc, doing)
                continue
            if key in self._fingerprints:
                self._counts.updated += 1
            else:
                self._counts.added += 1
