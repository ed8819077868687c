"""Many pages of several hosts: each host in its turn, several side by side, and none for longer than it deserves."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from retrieval.errors import KiosqueError, ReadError
from retrieval.types import Article
from retrieval.web.addresses import parse_address, shown
from retrieval.web.fetch_errors import (
    FetchError,
    HttpStatus,
    OutOfTurn,
    RefusedAddress,
    RefusedByRobots,
    RetryLater,
    TooBig,
)
from retrieval.web.fetching import Fetched, Fetcher
from retrieval.web.page import article_of
from retrieval.web.visits import Visit

Answer = tuple[Fetched, Article | None] | FetchError | ReadError
"""What asking for a page came to; without an article, it is as it was when it was last visited."""

_log = logging.getLogger("kiosque.collecting")
_SIDE_BY_SIDE = 4
_PATIENCE = 60.0  # seconds that one host is waited for in a run, where its robots.txt wants long pauses
_FAILURES = 3  # of a host in a row, then the rest of it is left for the next run


class Unexpected(ReadError):
    """Nobody knows why a page failed: it may be for a passing reason."""


class Hosts:
    """The hosts of one run, or of one round over several sources. ``left``: those of which no more is asked in it."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._patience: dict[str, float] = {}
        self._failures: dict[str, int] = {}  # in a row
        self.left: set[str] = set()

    def allows_private(self, host: str) -> bool:
        """Whether a host may lie in a private network."""
        return host in self._fetcher.policy.allow_private

    def fetch(self, visit: Visit, *, public_only: bool = False) -> Fetched:
        """Return a page; ``not_modified`` where what an earlier visit stands for is still so. Raises FetchError."""
        host = host_of(visit.url)
        try:
            fetched = self._in_turn(visit, host, public_only)
        except FetchError as exc:
            self._failures[host] = 0 if says_no(exc) else self._failures.get(host, 0) + 1
            if isinstance(exc, RetryLater) or self._failures[host] >= _FAILURES:
                self.left.add(host)
            raise
        self._failures[host] = 0
        return fetched

    def _in_turn(self, visit: Visit, host: str, public_only: bool) -> Fetched:
        etag, modified = (visit.etag, visit.last_modified) if visit.stands else ("", "")
        while True:
            try:
                return self._fetcher.fetch(visit.url, etag=etag, last_modified=modified, public_only=public_only)
            except OutOfTurn as exc:
                patience = self._patience.get(host, _PATIENCE)
                if exc.seconds is None or not 0 < exc.seconds <= patience:
                    raise
                self._patience[host] = patience - exc.seconds
                self._fetcher.pause(exc.seconds)

    def ask(self, visits: Sequence[Visit], *, public_only: bool = False) -> Mapping[str, Answer]:
        """Return what asking for these pages came to, by address; what is not in it was not asked."""
        queues: dict[str, list[Visit]] = {}
        for visit in visits:
            queues.setdefault(host_of(visit.url), []).append(visit)
        answers: dict[str, Answer] = {}
        stop = Event()
        pool = ThreadPoolExecutor(min(_SIDE_BY_SIDE, len(queues) or 1), thread_name_prefix="collect")
        try:
            asked = [pool.submit(self._ask_host, *queue, stop, public_only) for queue in queues.items()]
            for future in asked:
                answers |= future.result()
        finally:
            stop.set()  # after an interrupt no thread begins another page
            pool.shutdown(wait=False, cancel_futures=True)
        return answers

    def _ask_host(self, host: str, visits: Sequence[Visit], stop: Event, public_only: bool) -> dict[str, Answer]:
        answers: dict[str, Answer] = {}
        for visit in visits:
            if stop.is_set() or host in self.left:
                break
            answers[visit.url] = self._ask(visit, public_only)
        return answers

    def _ask(self, visit: Visit, public_only: bool) -> Answer:
        try:
            with in_words(visit.url):
                page = self.fetch(visit, public_only=public_only)
                return page, None if page.not_modified else article_of(page)
        except (FetchError, ReadError) as exc:
            return exc


@contextmanager
def in_words(url: str) -> Iterator[None]:
    """Make a ReadError of what nobody expected of a page, lest it stop all others, with its trace in the log.

    What is no fault of the page's is raised as it is.
    """
    try:
        yield
    except (KiosqueError, MemoryError, sqlite3.Error):
        raise
    except Exception as exc:
        _log.warning("A page failed unexpectedly; it is set aside.", exc_info=exc)
        raise Unexpected(f"{shown(url)} failed unexpectedly ({type(exc).__name__}); the log has more.") from exc


def host_of(url: str) -> str:
    return parse_address(url).host


def says_no(answer: FetchError | ReadError) -> bool:
    """Whether a page cannot be had or holds no article, and it is not for a passing reason."""
    if isinstance(answer, HttpStatus):
        return answer.status < 500
    return isinstance(answer, (ReadError, RefusedAddress, RefusedByRobots, TooBig)) and not isinstance(
        answer, Unexpected
    )
