"""The articles of a web address, whatever lies there: a page, a feed, a sitemap or an index of sitemaps.

Pages are fetched before they are handed over, so that the archive is locked while it is written and not while the web is
waited for. ``visits`` says what need not be asked for again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import blake2b

from retrieval.dates import date_range
from retrieval.errors import KiosqueError, ReadError
from retrieval.reading.parsing import shared
from retrieval.types import Article, Record, Skipped
from retrieval.web.addresses import parse_address, shown
from retrieval.web.feeds import Entry
from retrieval.web.fetch_errors import FetchError
from retrieval.web.fetching import Fetched, Fetcher
from retrieval.web.hosts import Hosts, host_of, in_words
from retrieval.web.page import Page, article_of, as_utf8, kind_of, read_page
from retrieval.web.sitemaps import Listed
from retrieval.web.visits import Visit, Visits, bytes_fingerprint
from retrieval.web.wanted import Outcome, Wanted, known, outcome_of

BATCH = 50  # pages that are asked for
MOST_AGAIN = 50  # pages of a run that are known and said to have changed: some sites say so of all, each time
MOST_SITEMAPS = 50  # of a run; the others in the next ones
_DEEPEST = 3  # indexes within indexes


@dataclass(frozen=True, slots=True)
class Batch:
    """Some of a source's articles, already fetched: an ``ArticleSource`` in memory.

    At most ``BATCH`` pages that were asked for, and any number that are known and were not.
    """

    listed: tuple[Record | Skipped, ...]

    def records(self) -> Iterator[Record | Skipped]:
        return iter(self.listed)

    def read(self, record: Record) -> Article:
        """Return the article of a page. Raises ReadError where one that was known has left the archive meanwhile."""
        return read_page(record)

    @property
    def is_known(self) -> bool:
        """Whether nothing of it is to be written or reported: indexing it only counts it."""
        return all(isinstance(each, Page) and each.article is None for each in self.listed)

    def owns(self, key: str) -> bool:
        """No: an article that left its feed, or whose page is gone, stays in the archive."""
        return False


def never(url: str) -> bool:
    return False


def collect(
    url: str,
    hosts: Fetcher | Hosts,
    visits: Visits,
    *,
    wait_for: Callable[[str], bool] = never,
    most: int = 500,
    origin: str = "",
) -> Iterator[Batch]:
    """Yield the articles of what lies at an address, in batches, each to be indexed before the next is asked for.

    Going on from a batch, or closing this, keeps the visits of those of its pages that the archive then has; a kill before
    that costs their fetches again. ``wait_for`` says of a page that it failed lately and is not to be asked this time.
    ``most`` bounds the new pages of a run, the newest first; the rest come in the next one. Several runs may share their
    ``hosts``. Of a page that another address named, ``origin``, nothing comes while its host is left alone.

    Hosts of a private network are asked only where the address itself, or its origin, lies on one that the policy allows:
    what a public feed names is not to reach an intranet.

    What cannot be fetched or read is among the records as ``Skipped``. Raises RefusedAddress, at once, for what is no http
    or https address, KiosqueError when visits cannot be written.
    """
    url = str(parse_address(url).url)
    run = _Run(Hosts(hosts) if isinstance(hosts, Fetcher) else hosts, visits, wait_for, most, origin or url)
    return run.start(url, waits=bool(origin))


class _Run:
    def __init__(self, hosts: Hosts, visits: Visits, wait_for: Callable[[str], bool], most: int, origin: str) -> None:
        self._visits, self._wait_for = visits, wait_for
        self._hosts, self._public_only = hosts, not hosts.allows_private(host_of(origin))
        self._new, self._again, self._sitemaps = most, MOST_AGAIN, MOST_SITEMAPS
        self._seen: dict[str, str] = {}  # fingerprints by key of the articles that were dealt with
        self._read: set[str] = set()  # sitemaps, lest an index name itself

    def start(self, url: str, waits: bool) -> Iterator[Batch]:
        if waits and host_of(url) in self._hosts.left:
            return
        visit = self._visits.of([url]).get(url, Visit(url))
        try:
            with in_words(url):
                fetched = self._hosts.fetch(visit, public_only=self._public_only)
                is_page = visit.is_page if fetched.not_modified else kind_of(fetched) == "page"
                if not is_page:
                    yield from self._list(visit, fetched, "", 0)
                    return
                answer = fetched, None if fetched.not_modified else article_of(fetched)
                yield from self._handed([outcome_of(Wanted(url, visit.mark), visit, answer, self._visits, {})])
        except (FetchError, ReadError) as exc:
            yield Batch((Skipped(url, str(exc)),))

    def _list(self, visit: Visit, fetched: Fetched, mark: str, depth: int) -> Iterator[Batch]:
        """Go through a feed or a sitemap. Raises ReadError."""
        digest = bytes_fingerprint(blake2b(fetched.body, digest_size=16).hexdigest())
        if fetched.not_modified or (visit.stands and not visit.is_page and visit.fingerprint == digest):
            if depth or self._visits.is_old(visit):  # by when they were visited, sitemaps take turns
                self._visits.note([replace(visit, mark=mark)])
            self._visits.worked([visit.url])
            return
        wanted, further = _read_list(fetched)
        if further:
            self._visits.worked([visit.url])
            yield from self._index(further, depth)
            return
        finished = yield from self._pages(wanted)
        # While a page is left, no validator: the list is to come whole next time, although it has not changed.
        said = (digest, fetched.etag, fetched.last_modified) if finished else ("", "", "")
        self._visits.note([Visit(visit.url, "", *said, mark)])

    def _index(self, listed: Sequence[Listed], depth: int) -> Iterator[Batch]:
        """Go through the sitemaps of an index: those that changed last, then those that were not visited for longest."""
        visits = self._visits.of([each.url for each in listed])
        turns = sorted(listed, key=lambda each: visits[each.url].visited if each.url in visits else "")
        for each in sorted(turns, key=lambda each: each.lastmod, reverse=True):
            visit = visits.get(each.url, Visit(each.url))
            unchanged = visit.stands and visit.mark == each.lastmod and _is_over(each.lastmod, visit)
            if unchanged or each.url in self._read or self._wait_for(each.url) or host_of(each.url) in self._hosts.left:
                continue
            if depth >= _DEEPEST or not self._sitemaps or self._new <= 0:
                return
            self._sitemaps -= 1
            self._read.add(each.url)
            try:
                with in_words(each.url):
                    fetched = self._hosts.fetch(visit, public_only=self._public_only)
                    if not fetched.not_modified and kind_of(fetched) == "page":
                        raise ReadError(f"{shown(each.url)} is no sitemap.")
                    yield from self._list(visit, fetched, each.lastmod, depth + 1)
            except (FetchError, ReadError) as exc:
                yield Batch((Skipped(each.url, str(exc)),))

    def _pages(self, wanted: Sequence[Wanted]) -> Generator[Batch, None, bool]:
        """Yield the articles of the pages that a list names; return whether all of them are dealt with."""
        visits = self._visits.of([each.url for each in wanted])
        standing = {url for url, visit in visits.items() if visit.stands and visit.is_page}
        unchanged = [each for each in wanted if each.url in standing and visits[each.url].mark == each.mark]
        passed_over = {each.url for each in unchanged}
        asked = self._chosen([each for each in wanted if each.url not in passed_over], visits, standing)
        outcomes = [outcome for each in unchanged if (outcome := self._known(visits[each.url]))]
        done = len(unchanged)
        for at in range(0, max(len(asked), 1), BATCH):
            some = asked[at : at + BATCH]
            some_visits = [visits.get(each.url, Visit(each.url)) for each in some]
            answers = self._hosts.ask(some_visits, public_only=self._public_only)
            for each in some:
                if each.url in answers:
                    visit = visits.get(each.url, Visit(each.url))
                    outcome = outcome_of(each, visit, answers[each.url], self._visits, self._seen)
                    if outcome.visit and outcome.visit.fingerprint:
                        self._seen[outcome.visit.source] = outcome.visit.fingerprint
                    outcomes.append(outcome)
            kept = yield from self._handed(outcomes)
            done += sum(each.url in kept for each in some)
            outcomes = []
        return done == len(wanted)

    def _known(self, visit: Visit) -> Outcome | None:
        """Return a page that need not be asked for, unless its article came already under another address."""
        if visit.source in self._seen:
            return None
        self._seen[visit.source] = visit.fingerprint
        return Outcome(known(visit), visit if self._visits.is_old(visit) else None)

    def _chosen(self, wanted: Sequence[Wanted], visits: dict[str, Visit], standing: set[str]) -> list[Wanted]:
        """Return the pages to be asked for in this run: the new ones, the newest first, then those that changed."""
        new = sorted((each for each in wanted if each.url not in standing), key=lambda each: each.date, reverse=True)
        again = sorted((each for each in wanted if each.url in standing), key=lambda each: visits[each.url].visited)
        first, then = self._bounded(new, self._new), self._bounded(again, self._again)
        self._new, self._again = self._new - len(first), self._again - len(then)
        return first + then

    def _bounded(self, wanted: Sequence[Wanted], most: int) -> list[Wanted]:
        chosen: list[Wanted] = []
        for each in wanted:
            if len(chosen) >= most:
                break
            if host_of(each.url) not in self._hosts.left and not self._wait_for(each.url):
                chosen.append(each)
        return chosen

    def _handed(self, outcomes: Sequence[Outcome]) -> Generator[Batch, None, set[str]]:
        """Yield the records, then keep the visits of what the archive has by then; return the addresses of those."""
        visits = [outcome.visit for outcome in outcomes if outcome.visit]
        records = tuple(outcome.record for outcome in outcomes if outcome.record)
        if records:
            try:
                yield Batch(records)
            except GeneratorExit:
                with suppress(KiosqueError, sqlite3.Error):  # the archive may be closed by now
                    self._visits.note(visits)
                raise
        return self._visits.note(visits)


def _is_over(lastmod: str, visit: Visit) -> bool:
    """Whether a sitemap was visited after the time of its last change. A day alone may go on for another, elsewhere."""
    days = date_range(lastmod)
    return "T" in lastmod or (days is not None and visit.visited[:10] > (days[1] + timedelta(days=1)).isoformat())


def _read_list(fetched: Fetched) -> tuple[list[Wanted], tuple[Listed, ...]]:
    """Return the pages that a feed or a sitemap names, or the further sitemaps. Raises ReadError."""
    if kind_of(fetched) == "feed":
        feed = shared().feed(as_utf8(fetched.body, fetched.charset), fetched.url)
        return [_entry(entry, feed.title, host_of(fetched.url)) for entry in feed.entries], ()
    sitemap = shared().sitemap(fetched.body, fetched.url)
    pages = [
        Wanted(
            p.url, _mark(p), p.published, "sitemap" if p.published else "", p.published or p.lastmod, p.title, p.outlet
        )
        for p in sitemap.pages
    ]
    return pages, sitemap.sitemaps


def _entry(entry: Entry, outlet: str, host: str) -> Wanted:
    """Return an entry's page. What a feed of another site calls it, or says that its text is, is not its own word."""
    dated_by = "feed" if entry.published else ""
    wanted = Wanted(entry.url, entry.mark, entry.published, dated_by, entry.published, entry.title)
    return replace(wanted, outlet=outlet, text=entry.text) if _one_site(host, host_of(entry.url)) else wanted


def _one_site(*hosts: str) -> bool:
    """Whether one of two hosts is the other, or lies in it; ``www.`` aside."""
    shorter, longer = sorted((host.removeprefix("www.") for host in hosts), key=len)
    return shorter == longer or longer.endswith("." + shorter)


def _mark(page: Listed) -> str:
    said = "\n".join((page.lastmod, page.published, page.title))
    return blake2b(said.encode("utf-8", "replace"), digest_size=12).hexdigest()
