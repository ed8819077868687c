"""What was seen on the web, kept in the archive: so that what has not changed is not asked for again.

A visit stands for something only while that is there. That of a page stands for the article that the archive holds under
``source`` with ``fingerprint``, or that stays out of it for good; one of a feed or a sitemap for every page that it listed,
so it is kept only once all of them were dealt with. All lapse with the version of the cleaning that read them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from retrieval.reading.readers import CLEANING_VERSION
from retrieval.storing.failures import Failures
from retrieval.storing.store import Store

KEPT = timedelta(days=180)  # after which a visit is dropped; that costs a fetch, where something still names the page
RENEWED = timedelta(days=90)  # after which that of a page which is still named is dated anew
_VERSION = f"{CLEANING_VERSION}:"
# What the archive holds under a key, or was told to leave out. What follows a "+" in a fingerprint is said of all the
# articles of a source, and not of this one (see ``indexing``).
_DEALT_WITH = (
    "SELECT source, substr(fingerprint, 1, instr(fingerprint || '+', '+') - 1) AS fingerprint FROM {} WHERE source = {}"
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One address as it was asked, in its normal form, and what it then gave.

    ``source`` is the key of the article of a page, empty for a feed or a sitemap, whose ``fingerprint`` is that of its bytes
    (empty: some of its pages were left). ``mark`` is what the feed or sitemap that named the address said of it.
    ``visited`` is ISO 8601 in UTC. ``stands``: what the visit stands for is still so.
    """

    url: str
    source: str = ""
    fingerprint: str = ""
    etag: str = ""
    last_modified: str = ""
    mark: str = ""
    visited: str = ""
    stands: bool = False

    @property
    def is_page(self) -> bool:
        return bool(self.source)


@dataclass(frozen=True, slots=True)
class Held:
    """An article of the web that the archive holds, or that is to stay out of it: its fields are then unknown."""

    source: str
    fingerprint: str
    title: str = ""
    outlet: str = ""
    published: str = ""
    left_out: bool = False


class Visits:
    """The table of visits of an open archive. Threads may share it. ``now`` tells the time."""

    def __init__(self, store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store, self._now = store, now

    def of(self, urls: Sequence[str]) -> dict[str, Visit]:
        """Return the visits of these addresses, by address."""
        with self._store.reading() as db:
            rows = db.execute(
                "SELECT url, source, fingerprint, etag, last_modified, mark, visited, source = '' OR EXISTS"  # noqa: S608
                f" (SELECT 1 FROM ({_dealt_with('v.source')}) d WHERE d.fingerprint = v.fingerprint)"
                " FROM visits v WHERE url IN (SELECT value FROM json_each(?))",
                (json.dumps(urls),),
            ).fetchall()
        visits = (Visit(*row) for row in rows)
        return {each.url: replace(each, stands=bool(each.stands) and _is_of_today(each)) for each in visits}

    def held(self, article_id: str, sources: Iterable[str]) -> Held | None:
        """Return what the archive has of an article: by its id under whatever address, or forgotten under one of these."""
        with self._store.reading() as db:
            row = db.execute(
                "SELECT source, substr(fingerprint, 1, instr(fingerprint || '+', '+') - 1), title, outlet, published"
                " FROM articles WHERE id = ?",
                (article_id,),
            ).fetchone()
            if row and row[0].startswith(("http://", "https://")):
                return Held(*row)
            for source in sources:
                # The article is not among them: one of this address would have this id, or it is held under another.
                row = db.execute(f"{_dealt_with(':source')} LIMIT 1", {"source": source}).fetchone()
                if row and not db.execute("SELECT 1 FROM articles WHERE source = ?", (source,)).fetchone():
                    return Held(row[0], row[1], left_out=True)
        return None

    def note(self, visits: Iterable[Visit]) -> set[str]:
        """Keep visits, each with the time; return the addresses of those kept.

        That of a page is kept where the archive has an article under its ``source``, and of its ``fingerprint`` unless that
        is empty. One transaction, none when there is nothing to keep. Raises KiosqueError.
        """
        visits = list(visits)
        if not visits:
            return set()
        now, kept = self._now(), set[str]()
        with self._store.transaction(), self._store.reading() as db:
            dealt_with = _dealt_with(":source")
            for visit in visits:
                fields = {name: getattr(visit, name) for name in ("url", "source", "fingerprint", "etag", "mark")}
                fields |= {"last_modified": visit.last_modified, "visited": _stamp(now)}
                said = "SELECT '' AS source, :fingerprint AS fingerprint" if not visit.is_page else dealt_with
                noted = db.execute(
                    "INSERT OR REPLACE INTO visits"  # noqa: S608
                    " SELECT :url, source, fingerprint, :etag, :last_modified, :mark, :visited"
                    f" FROM ({said}) WHERE :fingerprint IN ('', fingerprint) LIMIT 1",
                    fields,
                )
                if noted.rowcount:
                    kept.add(visit.url)
            db.execute("DELETE FROM visits WHERE visited < ?", (_stamp(now - KEPT),))
        self.worked(kept)
        return kept

    def worked(self, urls: Collection[str]) -> None:
        """Take addresses off the list of what failed: a page is on it as it was asked, not under its article's key."""
        if urls:
            Failures(self._store).settle({}, urls, lambda key: False)

    def is_old(self, visit: Visit) -> bool:
        """Whether a visit that still stands is to be noted again, lest it be dropped."""
        return visit.visited < _stamp(self._now() - RENEWED)


def bytes_fingerprint(digest: str) -> str:
    """Return the fingerprint of a feed or a sitemap that was read by today's code."""
    return _VERSION + digest


def _dealt_with(source: str) -> str:
    return " UNION ALL ".join(_DEALT_WITH.format(table, source) for table in ("articles", "forgotten", "expired"))


def _is_of_today(visit: Visit) -> bool:
    return visit.fingerprint.startswith(_VERSION)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
