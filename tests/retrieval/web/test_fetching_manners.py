"""How politely pages are fetched: the pace, and what robots.txt says."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from threading import Thread

import pytest

from retrieval.web.fetch_errors import FetchError, RefusedByRobots, RetryLater
from retrieval.web.limits import Policy
from tests.web_server import Lookup, Web, head, moved, page, serving

TEXT = "<p>Kiev résiste.</p>".encode()
HOUR = 3600


@pytest.fixture
def web() -> Iterator[Web]:
    with serving({"/a": page(TEXT)}) as served:
        yield served


# Pace.


def times(web: Web, host: str = "news.test") -> list[float]:
    return [asked.time for asked in web.asked if asked.host == host]


def test_a_host_is_asked_once_a_second_and_each_host_for_itself(web: Web) -> None:
    fetcher = web.fetcher()
    for address in ("http://news.test/a", "http://news.test/a", "http://other.test/a", "https://news.test/a"):
        fetcher.fetch(address)
    assert times(web) == [0, 1, 2, 3, 4]
    assert times(web, "other.test") == [2, 3]
    web.clock.advance(60)
    fetcher.fetch("http://news.test/a")
    assert times(web)[-1] == web.clock()


def test_threads_take_their_turns(web: Web) -> None:
    """The clock stands still, so that all of them wait at once."""
    waits, bodies = list[float](), list[bytes]()
    fetcher = web.fetcher(Policy(longest_wait=100), sleep=waits.append)
    threads = [Thread(target=lambda: bodies.append(fetcher.fetch("http://news.test/a").body)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert bodies == [TEXT] * 5
    assert sorted(waits) == list(range(1, len(web.asked)))


def test_a_crawl_delay_is_kept_and_a_shorter_one_is_not_taken(web: Web) -> None:
    web.routes["/robots.txt"] = page("User-agent: *\nCrawl-delay: 7")
    web.routes["other.test/robots.txt"] = page("User-agent: *\nCrawl-delay: 0.1")
    fetcher = web.fetcher()
    for _ in range(3):
        fetcher.fetch("http://news.test/a")
    assert times(web) == [0, 1, 8, 15]
    for _ in range(2):
        fetcher.fetch("http://other.test/a")
    assert times(web, "other.test") == [15, 16, 17]


def test_a_wait_beyond_the_limit_is_left_to_the_caller(web: Web) -> None:
    web.routes["/robots.txt"] = page("User-agent: *\nCrawl-delay: 86400")
    fetcher = web.fetcher()
    fetcher.fetch("http://news.test/a")
    for _ in range(2):
        with pytest.raises(RetryLater, match=r"^http://news\.test/a may be asked again in 86400 s only;") as caught:
            fetcher.fetch("http://news.test/a")
        assert caught.value.seconds == 86400
    assert len(web.asked) == 2
    web.clock.advance(86400)
    assert fetcher.fetch("http://news.test/a").body == TEXT


def test_the_limit_is_on_all_waits_of_a_fetch_together(web: Web) -> None:
    web.routes |= {"/robots.txt": page("User-agent: *\nCrawl-delay: 7"), "/1": moved("/a"), "/2": moved("/1")}
    assert web.fetcher().fetch("http://news.test/1").body == TEXT
    with pytest.raises(RetryLater):
        web.fetcher(Policy(longest_wait=14.9)).fetch("http://news.test/2")


def test_waiting_does_not_count_as_fetching(web: Web) -> None:
    web.routes["/robots.txt"] = page("User-agent: *\nCrawl-delay: 7")
    fetcher = web.fetcher(Policy(seconds=3))
    for _ in range(2):
        assert fetcher.fetch("http://news.test/a").body == TEXT


# robots.txt.


def test_a_page_that_robots_txt_closes(web: Web) -> None:
    web.routes["/robots.txt"] = page("User-agent: *\nDisallow: /a\nAllow: /a/open")
    web.routes["/a/open"] = page(TEXT)
    fetcher = web.fetcher()
    with pytest.raises(
        RefusedByRobots, match=r"^http://news\.test/a is refused: its site's robots\.txt keeps robots away "
    ):
        fetcher.fetch("http://news.test/a")
    assert fetcher.fetch("http://news.test/a/open").body == TEXT
    assert web.pages == ["news.test/a/open"]


def test_a_group_for_us_stands_above_that_for_all(web: Web) -> None:
    web.routes["/robots.txt"] = page("User-agent: *\nDisallow: /\n\nUser-agent: KIOSQUE\nDisallow: /b\n")
    web.routes["other.test/robots.txt"] = page("User-agent: kiosque\nDisallow: /\n\nUser-agent: *\nAllow: /")
    fetcher = web.fetcher()
    assert fetcher.fetch("http://news.test/a").body == TEXT
    for address in ("http://news.test/b", "http://other.test/a"):
        with pytest.raises(RefusedByRobots):
            fetcher.fetch(address)


def test_where_a_redirect_leads_robots_txt_is_asked_again(web: Web) -> None:
    web.routes |= {"/old": moved("http://other.test/a"), "other.test/robots.txt": page("User-agent: *\nDisallow: /a")}
    with pytest.raises(
        RefusedByRobots, match=r"^http://other\.test/a \(where http://news\.test/old leads\) is refused"
    ):
        web.fetcher().fetch("http://news.test/old")
    assert web.pages == ["news.test/old"]


def test_robots_txt_is_read_once_an_hour_for_each_origin(web: Web) -> None:
    fetcher = web.fetcher()
    for address in ("http://news.test/a", "http://news.test/a", "https://news.test/a", "http://other.test/a"):
        fetcher.fetch(address)
    assert len(web.asked) - len(web.pages) == 3
    web.routes["/robots.txt"] = page("User-agent: *\nDisallow: /")
    web.clock.advance(HOUR - 60)
    assert fetcher.fetch("http://news.test/a").body == TEXT
    web.clock.advance(60)
    with pytest.raises(RefusedByRobots):
        fetcher.fetch("http://news.test/a")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_without_a_robots_txt_all_is_open(web: Web, status: int) -> None:
    web.routes["/robots.txt"] = page("User-agent: *\nDisallow: /", status=status)
    assert web.fetcher().fetch("http://news.test/a").body == TEXT


@pytest.mark.parametrize("status", [204, 304, 500, 502, 599])
def test_with_a_robots_txt_out_of_reach_nothing_is_open(web: Web, status: int) -> None:
    web.routes["/robots.txt"] = page(status=status)
    fetcher = web.fetcher()
    with pytest.raises(
        RefusedByRobots,
        match=rf"^the robots\.txt of http://news\.test/a answers {status}.*, so nothing of news\.test may be fetched;",
    ):
        fetcher.fetch("http://news.test/a")
    assert web.pages == []
    web.routes["/robots.txt"] = page("")
    assert fetcher.fetch("http://news.test/a").body == TEXT  # a failure is not remembered


def test_a_robots_txt_that_breaks_off_keeps_the_page_closed(web: Web) -> None:
    web.routes["/robots.txt"] = [head(Content_Length="100"), b"User-agent: *\nAllow: /"]
    with pytest.raises(FetchError, match=r"^the robots\.txt of http://news\.test/a broke off"):
        web.fetcher().fetch("http://news.test/a")
    assert web.pages == []


def test_a_robots_txt_elsewhere_counts_for_the_site_that_sent_us_there(web: Web) -> None:
    web.routes["news.test/robots.txt"] = moved("http://other.test/rules")
    web.routes["other.test/rules"] = page("User-agent: *\nDisallow: /a")
    fetcher = web.fetcher()
    with pytest.raises(RefusedByRobots):
        fetcher.fetch("http://news.test/a")
    assert fetcher.fetch("http://other.test/a").body == TEXT


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("http://10.0.0.1/robots.txt", "its host lies in a private network"),
        ("file:///etc/passwd", "is no web address"),
        ("http://user:secret@news.test/robots.txt", "it holds a user name or a password"),
    ],
)
def test_robots_txt_is_fetched_under_the_same_guards(web: Web, place: str, reason: str) -> None:
    web.routes["/robots.txt"] = moved(place)
    with pytest.raises(RefusedByRobots, match=reason) as caught:
        web.fetcher().fetch("http://news.test/a")
    assert "secret" not in str(caught.value)
    assert [asked.target for asked in web.asked] == ["/robots.txt"]


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_of_a_long_robots_txt_the_beginning_is_read(web: Web, coding: str) -> None:
    rules = b"User-agent: *\nDisallow: /b\n" + b"#" * 2**20 + b"\nDisallow: /a\n"
    packed = gzip.compress(rules) if coding == "gzip" else rules
    web.routes["/robots.txt"] = page(packed, content_encoding=coding)
    web.routes["endless.test/robots.txt"] = web.drip(head() + rules, b"#" * 65536, 0)
    fetcher = web.fetcher(Policy(wire_bytes=2**19 - 1))
    for host in ("news.test", "endless.test"):
        assert fetcher.fetch(f"http://{host}/a").body == TEXT
        with pytest.raises(RefusedByRobots):
            fetcher.fetch(f"http://{host}/b")


def test_a_robots_txt_that_would_take_long_to_read_closes_the_site(web: Web) -> None:
    names = "".join(f"User-agent: a{n}\n" for n in range(20_000))
    web.routes["/robots.txt"] = page(names + "Allow: /\n" * 20_000)
    with pytest.raises(RefusedByRobots, match=r"is too tangled to be read, so nothing of news\.test may be fetched"):
        web.fetcher().fetch("http://news.test/a")
    assert web.pages == []


def test_a_page_in_place_of_a_robots_txt_closes_nothing(web: Web) -> None:
    web.routes["/robots.txt"] = page("<!doctype html>\n" + "<p>user: * Disallow: /\n" * 5000)
    assert web.fetcher().fetch("http://news.test/a").body == TEXT


def test_a_long_robots_txt_of_an_honest_site_is_read(web: Web) -> None:
    others = "".join(f"User-agent: bot{n}\n" for n in range(200)) + "Disallow: /\n\n"
    rules = "".join(f"Disallow: /section/{n}/\n" for n in range(1000))
    web.routes["/robots.txt"] = page(f"{others}User-agent: *\n{rules}Disallow: /b\n")
    fetcher = web.fetcher()
    assert fetcher.fetch("http://news.test/a").body == TEXT
    with pytest.raises(RefusedByRobots):
        fetcher.fetch("http://news.test/b")


def test_a_host_that_may_be_private_is_under_robots_too(web: Web) -> None:
    web.routes["/robots.txt"] = page("User-agent: *\nDisallow: /")
    lookup = Lookup(news_test=[["10.0.0.1"]])
    with pytest.raises(RefusedByRobots):
        web.fetcher(Policy(allow_private=frozenset({"news.test"})), resolve=lookup).fetch("http://news.test/a")
