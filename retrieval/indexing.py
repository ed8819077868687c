"""One run over a source: what changed is read, cut, embedded and stored, article by article, in the source's order."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

from retrieval.errors import ReadError
from retrieval.passages import Chunking, passage_spans
from retrieval.store import NewPassage, Store
from retrieval.types import Article, ArticleSource, Embedder, Progress, Record, Skipped

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
    store: Store, embedder: Embedder, chunking: Chunking, source: ArticleSource, progress: Progress
) -> Counts:
    """Bring the store in line with a source and return what that took.

    An article is one transaction; a kill at any point leaves whole articles, and the next run does the rest. What cannot
    be read is reported and passed over. An id that an article of another place holds is not taken from it, unless that
    place is gone; a file whose id comes from its path then gets another.
    """
    counts = Counts()
    run = _Run(store, embedder, chunking, source, counts)
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="index") as pool:
        try:
            for done, record in enumerate(source.records()):
                progress("articles", done, None)
                run.consider(record, pool)
            run.finish(pool)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
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


def _is_file(key: str) -> bool:
    """Whether a key names a whole file, not an article within one."""
    return Path(key).is_absolute() and "#" not in Path(key).name


def _short_hash(key: str) -> str:
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


class _Run:
    def __init__(
        self, store: Store, embedder: Embedder, chunking: Chunking, source: ArticleSource, counts: Counts
    ) -> None:
        self._store, self._embedder, self._chunking = store, embedder, chunking
        self._source, self._counts = source, counts
        stored = store.stored()
        self._fingerprints = {entry.source: entry.fingerprint for entry in stored}
        self._holders = {entry.id: entry.source for entry in stored}
        self._forgotten = store.forgotten()
        self._seen: set[str] = set()
        self._unreadable: list[str] = []
        self._deferred: list[tuple[Record, Article]] = []
        self._pending: deque[_Pending] = deque()

    def consider(self, record: Record | Skipped, pool: ThreadPoolExecutor) -> None:
        if isinstance(record, Skipped):
            self._counts.skipped.append(record)
            self._unreadable.append(record.where)
            return
        known = self._fingerprints.get(record.key)
        if record.fingerprint in (known, self._forgotten.get(record.key)):
            self._seen.add(record.key)
            self._counts.unchanged += 1
            return
        try:
            article = self._source.read(record)
        except ReadError as exc:
            # Not marked as seen: what an earlier version said is no longer there to be quoted.
            self._counts.skipped.append(Skipped(record.key, str(exc)))
            return
        self._seen.add(record.key)
        if self._holders.setdefault(article.id, record.key) != record.key:
            self._deferred.append((record, article))
        else:
            self._submit(record, article, pool)

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
            elif _is_file(record.key):  # its id comes from its path: two folders may hold files of one name
                self._submit(record, replace(article, id=f"{article.id}-{_short_hash(record.key)}"), pool)
            else:
                reason = f"its id {article.id!r} belongs to {holder}; give it another id, or forget that article"
                self._counts.skipped.append(Skipped(record.key, reason))
        self._write(0)

    def _is_gone(self, key: str) -> bool:
        if key in self._seen or not self._source.owns(key):
            return False
        # What could not be opened this time may only be locked or on a disk that is away: keep what it gave before.
        return not any(key == place or key.startswith((place + "#", place + "/")) for place in self._unreadable)

    def _submit(self, record: Record, article: Article, pool: ThreadPoolExecutor) -> None:
        passages = pool.submit(embed_article, article, self._embedder, self._chunking)
        self._pending.append(_Pending(record, article, passages))
        self._write(_AHEAD)

    def _write(self, leave: int) -> None:
        while len(self._pending) > leave:
            ready = self._pending.popleft()
            key = ready.record.key
            self._store.put(ready.article, key, ready.record.fingerprint, ready.passages.result())
            if key in self._fingerprints:
                self._counts.updated += 1
            else:
                self._counts.added += 1
