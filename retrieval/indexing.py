"""One run over a source: what changed is read, cut, embedded and stored, article by article, in the source's order."""

from __future__ import annotations

import logging
import re
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path

from retrieval.errors import ReadError
from retrieval.keeping import removal
from retrieval.keeping.marks import Marks
from retrieval.keeping.retention import Retention
from retrieval.passages import Chunking, passage_spans
from retrieval.reading.packed import SEVERAL, suffix_of
from retrieval.storing.database import is_of_one_article
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
    expired: list[str] = field(default_factory=list)  # ids of those of the removed ones that turned out to be too old


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
    its path then gets another. What is older than ``retention`` keeps on ``today`` (UTC) is left out, and remembered; an
    earlier version of it goes (``Counts.expired``).

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
        self._ids = {entry.source: entry.id for entry in stored}
        self._holders = {entry.id: entry.source for entry in stored}
        self._retention, self._today = retention, today
        self._marks = Marks(store, retention, today)
        self._seen: set[str] = set()
        self._renamed: set[str] = set()
        self._unreadable: set[str] = set()
        self._deferred: list[Record] = []
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
        article = self._read(record)
        if article is None:
            return
        self._seen.add(record.key)
        is_held = record.key in self._ids
        if self._marks.keep_out_page(record.key, record.fingerprint, article, is_held=is_held):
            self._counts.unchanged += 1
        elif self._retention.is_over(article, self._today):
            self._expire(record, article)
        else:
            self._place(record, article, pool)

    def _read(self, record: Record) -> Article | None:
        try:
            return self._source.read(record)
        except ReadError as exc:
            # Not marked as seen: what an earlier version said is no longer there to be quoted.
            self._counts.skipped.append(Skipped(record.key, str(exc)))
        except Exception as exc:
            self._set_aside(record.key, exc, "reading")
        return None

    def _expire(self, record: Record, article: Article) -> None:
        """Leave out what is too old, and remove for good what is stored of it from a time when it did not look so."""
        if stored := self._ids.get(record.key):
            self._counts.removed += removal.remove(self._store, [stored], too_old=True)
            self._counts.expired.append(stored)
        removal.leave_out(self._store, record.key, record.fingerprint, article)  # of what it is now

    def _place(self, record: Record, article: Article, pool: ThreadPoolExecutor) -> None:
        """Take an article in under its id, if that is free, or the place that has it is gone."""
        if self._ids.get(record.key, article.id) != article.id:
            self._renamed.add(record.key)
        holder = self._holders.setdefault(article.id, record.key)
        if holder == record.key or not _exists(holder):
            self._holders[article.id] = record.key
            self._submit(record, article, pool)
        elif holder not in self._renamed and (holder in self._seen or not self._source.owns(holder)):
            self._refuse(record, article, holder, pool)
        else:
            self._deferred.append(record)  # the holder may have vanished, or given it up: the end of the run tells

    def _refuse(self, record: Record, article: Article, holder: str, pool: ThreadPoolExecutor) -> None:
        if _is_file(record.key, article.id):  # two folders may hold files of one name
            self._submit(record, replace(article, id=f"{article.id}-{_short_hash(record.key)}"), pool)
        else:
            reason = f"its id {article.id!r} belongs to {holder}; give it another id, or forget that article"
            self._counts.skipped.append(Skipped(record.key, reason))

    def _is_known(self, record: Record) -> bool:
        """Whether a record is what is stored, or what is to stay out.

        A fingerprint may end with ``+`` and what its source states of all its articles (``syncing``); a source that states
        nothing leaves what another stated.
        """
        fingerprint, known = record.fingerprint, self._fingerprints.get(record.key, "")
        content, _, stated = fingerprint.partition("+")
        if self._marks.keep_out(record.key, fingerprint, is_held=bool(known)):
            return True
        return known == fingerprint or (not stated and known.partition("+")[0] == content)

    def finish(self, pool: ThreadPoolExecutor) -> None:
        """Write what is under way, drop what vanished, then settle the ids that were taken."""
        self._write(0)
        vanished = [key for key in self._fingerprints if self._is_gone(key)]
        if vanished:
            self._counts.removed += self._store.remove_sources(vanished)
        holders = {entry.id: entry.source for entry in self._store.stored()} if self._deferred else {}
        for record in self._deferred:
            article = self._read(record)  # once more, rather than keep the texts of all of them
            if article is None:
                continue
            holder = holders.setdefault(article.id, record.key)
            if holder == record.key:
                self._submit(record, article, pool)
            else:
                self._refuse(record, article, holder, pool)
        self._write(0)
        self._marks.settle()

    def settle(self, origin: str) -> None:
        """Note what failed, and drop from the list what was read or is gone.

        Last, and in one transaction: after a kill before it, the next run meets the same places and notes them.
        """
        failed = {skipped.where: skipped.reason for skipped in self._counts.skipped}
        Failures(self._store).settle(failed, self._seen, self._is_gone_place, origin)

    def _set_aside(self, key: str, exc: Exception, doing: str) -> None:
        """Go on without an article that something unexpected happens to; re-raise what is no fault of the article's."""
        if not is_of_one_article(exc):
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
