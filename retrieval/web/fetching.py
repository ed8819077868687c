"""Fetch public web pages: only what may be asked for, within limits, and as politely as a robot should.

``Fetcher.fetch`` checks every address before it asks: those of redirects and of robots.txt too.
"""

from __future__ import annotations

import re
import ssl
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

import httpcore
import httpx

from retrieval.web.addresses import Resolve, Target, checked_addresses, join_address, parse_address, resolve
from retrieval.web.exchange import Reply, Wire
from retrieval.web.fetch_errors import (
    FetchError,
    HttpStatus,
    OutOfTurn,
    RefusedAddress,
    RefusedByRobots,
    RetryLater,
    TooBig,
)
from retrieval.web.limits import Deadline, Policy
from retrieval.web.robots import PRODUCT, Rules, parse_rules

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({429, 503})
_LONGEST_RETRY = 86_400.0  # seconds; a server that asks for more is asked again after a day
_MOST_HOSTS = 1000  # remembered at a time
_MEDIA_TYPE = re.compile(r"\s*([a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60})\s*(?:[;,]|\Z)", re.IGNORECASE)
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([a-z0-9._:-]{1,40})", re.IGNORECASE)
_VALIDATOR = re.compile(r"[\x21-\x7e\x80-\xff][\x20-\x7e\x80-\xff]{0,1023}")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came. ``url`` is where it lay in the end, after redirects, without fragment.

    ``content_type`` is the media type alone, in lower case, and ``charset`` what came with it; ``etag`` and
    ``last_modified`` are for the next ``fetch`` of the page. These are empty where the server does not say. ``body`` is
    unpacked; it is empty when the page is ``not_modified``.
    """

    url: str
    status: int
    content_type: str
    charset: str
    body: bytes
    etag: str
    last_modified: str

    @property
    def not_modified(self) -> bool:
        return self.status == HTTPStatus.NOT_MODIFIED


class Fetcher:
    """Fetches pages one by one, each host in its turn. A context manager; threads may share it.

    ``resolve`` and ``network`` are how hosts are looked up and connected to, ``clock`` (monotonic seconds) and ``sleep``
    how time passes, ``tls`` whose certificates are trusted: by default those that certifi lists.
    """

    def __init__(
        self,
        policy: Policy = Policy(),
        *,
        resolve: Resolve = resolve,
        network: httpcore.NetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self.policy, self._resolve, self._clock = policy, resolve, clock
        tls = tls or httpx.create_ssl_context(trust_env=False)
        self._wire = Wire(policy, network or httpcore.SyncBackend(), tls)
        self._sleep = sleep or self._wire.closed.wait  # which ``close`` cuts short
        self._headers = {
            "User-Agent": _user_agent(),
            "Accept": "text/html,application/xhtml+xml,application/rss+xml;q=0.9,application/atom+xml;q=0.9,"
            "application/xml;q=0.9,application/pdf;q=0.9,text/plain;q=0.8,*/*;q=0.1",
            "Accept-Encoding": "gzip, deflate",  # what zlib unpacks within a limit
            "Connection": "close",
        }
        self._lock = Lock()
        self._due: dict[str, float] = {}  # by host: when it may be asked again
        self._rules: dict[tuple[str, str, int], tuple[float, Rules]] = {}  # by origin, with when they grow too old

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop: what other threads are fetching ends with FetchError, as does every later ``fetch``."""
        self._wire.close()

    def pause(self, seconds: float) -> None:
        """Wait, for as long as this is not closed: what a caller does whom ``OutOfTurn`` told to."""
        self._sleep(seconds)

    def fetch(self, url: str, *, etag: str = "", last_modified: str = "", public_only: bool = False) -> Fetched:
        """Return a page; with ``etag`` or ``last_modified`` of an earlier answer, only if it changed since.

        ``public_only``: no private host is asked, also none that the policy allows. Raises FetchError, or one of its kinds
        (``retrieval.web.fetch_errors``).
        """
        target = parse_address(url)
        deadline = Deadline(self._clock, self.policy.seconds, target.name)
        wanted = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        conditions = {name: value for name, value in wanted.items() if _VALIDATOR.fullmatch(value)}
        private = frozenset[str]() if public_only else self.policy.allow_private
        target, reply = self._follow(target, conditions, _Visit(deadline, private))
        unchanged = reply.status == HTTPStatus.NOT_MODIFIED and bool(conditions)
        if reply.status != HTTPStatus.OK and not unchanged:
            raise _status_error(target, reply)
        stated = reply.headers.get("content-type", "")
        media, charset = _MEDIA_TYPE.match(stated), _CHARSET.search(stated)
        return Fetched(
            url=str(target.url),
            status=reply.status,
            content_type=media[1].lower() if media else "",
            charset=charset[1].lower() if charset else "",
            body=reply.body,
            etag=_validator(reply.headers, "etag") or (etag if unchanged else ""),
            last_modified=_validator(reply.headers, "last-modified") or (last_modified if unchanged else ""),
        )

    def _follow(
        self, target: Target, headers: Mapping[str, str], visit: _Visit, *, for_robots: bool = False
    ) -> tuple[Target, Reply]:
        """Ask, and go where redirects lead. Returns the last address with its answer, of whatever status."""
        for _ in range(self.policy.redirects + 1):
            addresses = self._addresses(target, visit)
            rules = None if for_robots else self._rules_of(target, visit)
            if rules is not None and not rules.allow(str(target.url)):
                raise RefusedByRobots(
                    f"{target.name} is refused: its site's robots.txt keeps robots away from it; "
                    "ask the site, or index a copy of your own."
                )
            self._take_turn(target, rules.delay if rules else 0.0, visit)
            cut_at = self.policy.robots_bytes if for_robots else 0
            reply = self._wire.ask(target, {**self._headers, **headers}, addresses, visit.deadline, cut_at=cut_at)
            if reply.status in _BUSY:
                raise self._busy(target, reply)
            location = _location(reply)
            if reply.status not in _REDIRECTS or not location:
                return target, reply
            target = _redirected(target, location)
        raise FetchError(f"{target.name} is the end of more than {self.policy.redirects} redirects; check the address.")

    def _addresses(self, target: Target, visit: _Visit) -> list[str]:
        """Return the checked addresses of the target's host: looked up once a fetch."""
        if target.port not in self.policy.ports:
            allowed = ", ".join(map(str, sorted(self.policy.ports)))
            raise RefusedAddress(
                f"{target.name} is refused: port {target.port} is not among those allowed ({allowed})."
            )
        if target.host not in visit.addresses:
            seconds = visit.deadline.left()
            visit.addresses[target.host] = checked_addresses(target, self._resolve, seconds, visit.may_be_private)
        return visit.addresses[target.host]

    def _rules_of(self, target: Target, visit: _Visit) -> Rules:
        origin = (target.url.scheme, target.host, target.port)
        with self._lock:
            until, rules = self._rules.get(origin, (0.0, None))
        if rules is not None and self._clock() < until:
            return rules
        rules = self._read_rules(target, visit)
        with self._lock:
            self._rules.pop(origin, None)
            while len(self._rules) >= _MOST_HOSTS:
                del self._rules[next(iter(self._rules))]
            self._rules[origin] = (self._clock() + self.policy.robots_seconds, rules)
        return rules

    def _read_rules(self, target: Target, visit: _Visit) -> Rules:
        """Read a site's robots.txt as RFC 9309 says: one that is not there allows all, one out of reach nothing."""
        name = f"the robots.txt of {target.name}"
        robots = Target(join_address(target, "/robots.txt").url, name, name)
        try:
            robots, reply = self._follow(robots, {}, visit, for_robots=True)
            if reply.status != HTTPStatus.OK:
                raise _status_error(robots, reply)
            rules = parse_rules(reply.body)
        except HttpStatus as exc:
            if not 400 <= exc.status < 500:
                raise _without_rules(target, str(exc)) from exc
            return Rules.none()
        except (RefusedAddress, TooBig) as exc:
            raise _without_rules(target, str(exc)) from exc
        if rules is None:
            raise _without_rules(target, f"{robots.name} is too tangled to be read;")
        return rules

    def _take_turn(self, target: Target, delay: float, visit: _Visit) -> None:
        """Wait until the host may be asked. Raises RetryLater, without taking a turn, when that is too long."""
        with self._lock:
            now = self._clock()
            due = max(now, self._due.get(target.host, now))
            wait = due - now
            if visit.waited + wait > self.policy.longest_wait:
                raise OutOfTurn(f"{target.name} may be asked again in {wait:.0f} s only; try again then.", wait)
            if len(self._due) >= _MOST_HOSTS:
                self._due = {host: time for host, time in self._due.items() if time > now}
            self._due[target.host] = due + max(self.policy.interval, delay)
        if wait > 0:
            self._sleep(wait)
            visit.waited += wait
            visit.deadline.put_off(wait)

    def _busy(self, target: Target, reply: Reply) -> RetryLater:
        seconds = _retry_after(reply.headers)
        if seconds is None:
            return RetryLater(f"{target.name} is busy ({reply.status}); try again later.", None)
        with self._lock:
            self._due[target.host] = max(self._due.get(target.host, 0.0), self._clock() + seconds)
        return RetryLater(f"{target.name} is busy ({reply.status}); try again in {seconds:.0f} s.", seconds)


@dataclass(slots=True)
class _Visit:
    """What one ``fetch`` keeps on its way: the addresses of the hosts that it met, the seconds that it waited."""

    deadline: Deadline
    may_be_private: frozenset[str]
    addresses: dict[str, list[str]] = field(default_factory=dict)
    waited: float = 0.0


def _redirected(target: Target, location: str) -> Target:
    reached = join_address(target, location)
    if target.url.scheme == "https" and reached.url.scheme == "http":
        # The reader trusts that a quotation is what that site printed: plain http proves nothing of the kind.
        raise RefusedAddress(f"{reached.name} is refused: that leads from https to http; give the http address itself.")
    return reached


def _location(reply: Reply) -> str:
    raw = next(iter(reply.headers.get_list("location")), "").encode("latin-1")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _status_error(target: Target, reply: Reply) -> HttpStatus:
    phrase = f" ({HTTPStatus(reply.status).phrase})" if reply.status in {status.value for status in HTTPStatus} else ""
    way_out = "try again later" if reply.status >= 500 else "check the address"
    return HttpStatus(f"{target.name} answers {reply.status}{phrase}; {way_out}.", reply.status)


def _without_rules(target: Target, reason: str) -> RefusedByRobots:
    why = reason.rpartition(";")[0]
    return RefusedByRobots(f"{why}, so nothing of {target.host} may be fetched; try again later.")


def _retry_after(headers: httpx.Headers) -> float | None:
    """Return the seconds that a Retry-After asks for: a number, or a date less the server's own ``Date``."""
    stated = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,12}", stated):
        return min(float(stated), _LONGEST_RETRY)
    until, now = _moment(stated), _moment(headers.get("date", "")) or datetime.now(UTC)
    return min(max((until - now).total_seconds(), 0.0), _LONGEST_RETRY) if until else None


def _moment(stated: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(stated[:64])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _validator(headers: httpx.Headers, name: str) -> str:
    """Return a header that the next request may repeat, empty when it is not fit for that."""
    value = headers.get(name, "")
    return value if _VALIDATOR.fullmatch(value) else ""


def _user_agent() -> str:
    """Return ``Kiosque/0.1.0 (+news archive bot)``."""
    with (Path(__file__).resolve().parents[2] / "pyproject.toml").open("rb") as file:
        return f"{PRODUCT}/{tomllib.load(file)['project']['version']} (+news archive bot)"
