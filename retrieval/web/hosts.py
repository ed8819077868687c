"""Many pages of several hosts: each host in its turn, several side by side, and none for longer than it deserves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from retrieval.errors import ReadError
from retrieval.types import Article
from retrieval.web.addresses import parse_address
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

_SIDE_BY_SIDE = 4
_PATIENCE = 60.0  # seconds that one host is waited for in a run, where its robots.txt wants long pauses
_FAILURES = 3  # of a host in a row, then the rest of it is left for the next run


class Hosts:
    """The hosts of one run. ``left``: those of which no more is asked in it."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._patience: dict[str, float] = {}
        self.left: set[str] = set()

    def fetch(self, visit: Visit) -> Fetched:
        """Return a page; ``not_modified`` where what an earlier visit stands for is still so. Raises FetchError."""
        conditions = (visit.etag, visit.last_modified) if visit.stands else ("", "")
        host = host_of(visit.url)
        while True:
            try:
                return self._fetcher.fetch(visit.url, etag=conditions[0], last_modified=conditions[1])
            except OutOfTurn as exc:
                patience = self._patience.get(host, _PATIENCE)
                if exc.seconds is None or not 0 < exc.seconds <= patience:
                    raise
                self._patience[host] = patience - exc.seconds
                self._fetcher.pause(exc.seconds)

    def ask(self, visits: Sequence[Visit]) -> Mapping[str, Answer]:
        """Return what asking for these pages came to, by address; what is not in it was not asked."""
        queues: dict[str, list[Visit]] = {}
        for visit in visits:
            queues.setdefault(host_of(visit.url), []).append(visit)
        answers: dict[str, Answer] = {}
        stop = Event()
        pool = ThreadPoolExecutor(min(_SIDE_BY_SIDE, len(queues) or 1), thread_name_prefix="collect")
        try:
            for future in [pool.submit(self._ask_host, host, queue, stop) for host, queue in queues.items()]:
                answers |= future.result()
        finally:
            stop.set()  # after an interrupt no thread begins another page
            pool.shutdown(wait=False, cancel_futures=True)
        return answers

    def _ask_host(self, host: str, visits: Sequence[Visit], stop: Event) -> dict[str, Answer]:
        answers: dict[str, Answer] = {}
        failures = 0
        for visit in visits:
            if stop.is_set() or host in self.left:
                break
            answer = answers[visit.url] = self._ask(visit)
            failures = failures + 1 if _is_of_host(answer) else 0
            if isinstance(answer, RetryLater) or failures >= _FAILURES:
                self.left.add(host)
        return answers

    def _ask(self, visit: Visit) -> Answer:
        try:
            page = self.fetch(visit)
            return page, None if page.not_modified else article_of(page)
        except (FetchError, ReadError) as exc:
            return exc


def host_of(url: str) -> str:
    return parse_address(url).host


def says_no(answer: FetchError | ReadError) -> bool:
    """Whether a page cannot be had or holds no article, and it is not for a passing reason."""
    if isinstance(answer, HttpStatus):
        return answer.status < 500
    return isinstance(answer, (ReadError, RefusedAddress, RefusedByRobots, TooBig))


def _is_of_host(answer: Answer) -> bool:
    return isinstance(answer, FetchError) and not says_no(answer)
