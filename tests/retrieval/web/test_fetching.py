"""Fetching pages over real connections: what is asked, in what order and at what pace, and what comes back."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from threading import Thread

import httpcore
import pytest

from retrieval.web.fetch_errors import FetchError, HttpStatus
from retrieval.web.fetching import Fetched, Fetcher
from retrieval.web.limits import Policy
from tests.web_server import Asked, Lookup, Network, Web, head, moved, page, serving

TEXT = "<p>Kiev résiste.</p>".encode()
HOUR = 3600


@pytest.fixture
def web() -> Iterator[Web]:
    with serving({"/a": page(TEXT, content_type="text/html; charset=utf-8")}) as served:
        yield served


# One page.


def test_a_page(web: Web) -> None:
    web.routes["/a"] = page(
        TEXT, content_type='Text/HTML; Charset="UTF-8"', etag='W/"1"', last_modified="Wed, 02 Mar 2022 10:00:00 GMT"
    )
    with web.fetcher() as fetcher:
        assert fetcher.fetch("http://news.test/a") == Fetched(
            url="http://news.test/a",
            status=200,
            content_type="text/html",
            charset="utf-8",
            body=TEXT,
            etag='W/"1"',
            last_modified="Wed, 02 Mar 2022 10:00:00 GMT",
        )
    assert [(asked.host, asked.target) for asked in web.asked] == [("news.test", "/robots.txt"), ("news.test", "/a")]
    headers = web.asked[1].headers
    assert re.fullmatch(r"Kiosque/\d+\.\d+\.\d+ \(\+news archive bot\)", headers.pop("user-agent"))
    assert headers.pop("accept").startswith("text/html,")
    assert headers == {"host": "news.test", "accept-encoding": "gzip, deflate", "connection": "close"}


def test_what_a_server_does_not_say_is_empty(web: Web) -> None:
    web.routes["/a"] = page(b"x", content_type="nonsense")
    assert web.fetcher().fetch("http://news.test/a") == Fetched("http://news.test/a", 200, "", "", b"x", "", "")


@pytest.mark.parametrize(
    ("address", "final", "target"),
    [
        ("http://NEWS.test:80/a", "http://news.test/a", "/a"),
        ("  http://news.test./a#part ", "http://news.test/a", "/a"),
        ("http://news.test", "http://news.test/", "/"),
        ("http://news.test/a?id=1&b=%C3%A9", "http://news.test/a?id=1&b=%C3%A9", "/a?id=1&b=%C3%A9"),
        ("http://news.test/é t", "http://news.test/%C3%A9%20t", "/%C3%A9%20t"),
        ("http://news.test/x/../a", "http://news.test/a", "/a"),
        ("http://news.test:8080/a", "http://news.test:8080/a", "/a"),
        ("http://München.test/a", "http://xn--mnchen-3ya.test/a", "/a"),
        ("http://xn--i-7iq.test/a", "http://xn--i-7iq.test/a", "/a"),  # an emoji: no name by the newer rules
    ],
)
def test_addresses_are_brought_to_one_form(web: Web, address: str, final: str, target: str) -> None:
    for path in ("/", "/%C3%A9%20t"):
        web.routes[path] = page(TEXT)
    for host in ("news.test:8080/a", "xn--mnchen-3ya.test/a", "xn--i-7iq.test/a"):
        web.routes[host] = page(TEXT)
    assert web.fetcher().fetch(address).url == final
    assert web.asked[-1].target == target


def test_a_chunked_body(web: Web) -> None:
    web.routes["/a"] = [
        head(Transfer_Encoding="chunked"),
        b"4\r\nKiev\r\n9;x=y\r\n r\xc3\xa9siste\r\n0\r\nTrailer: 1\r\n\r\n",
    ]
    assert web.fetcher().fetch("http://news.test/a").body == "Kiev résiste".encode()


def test_a_body_that_ends_with_the_connection(web: Web) -> None:
    web.routes["/a"] = [head(), TEXT]
    assert web.fetcher().fetch("http://news.test/a").body == TEXT


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("X-Gzip", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT) + b"and something after its end"),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", bare_deflate(TEXT)),
        ("identity", TEXT),
        ("gzip", b""),
    ],
)
def test_packed_bodies(web: Web, coding: str, packed: bytes) -> None:
    web.routes["/a"] = page(packed, content_encoding=coding)
    assert web.fetcher().fetch("http://news.test/a").body == (TEXT if packed else b"")


def test_limits_are_inclusive(web: Web) -> None:
    policy = Policy(wire_bytes=len(TEXT), body_bytes=len(TEXT))
    assert web.fetcher(policy).fetch("http://news.test/a").body == TEXT
    packed = gzip.compress(b"x" * 5000)
    web.routes["/a"] = page(packed, content_encoding="gzip")
    assert web.fetcher(Policy(wire_bytes=len(packed), body_bytes=5000)).fetch("http://news.test/a").body == b"x" * 5000


# Conditional requests.


def test_a_page_that_did_not_change(web: Web) -> None:
    def answer(asked: Asked) -> bytes:
        return page(status=304) if asked.headers.get("if-none-match") == '"é"' else page(TEXT, etag='"é"')

    web.routes["/a"] = answer
    fetcher = web.fetcher()
    first = fetcher.fetch("http://news.test/a")
    assert (first.not_modified, first.body, first.etag) == (False, TEXT, '"é"')
    again = fetcher.fetch("http://news.test/a", etag=first.etag, last_modified="Wed, 02 Mar 2022 10:00:00 GMT")
    assert (again.not_modified, again.status, again.body) == (True, 304, b"")
    assert (again.etag, again.last_modified) == ('"é"', "Wed, 02 Mar 2022 10:00:00 GMT")
    assert web.asked[-1].headers["if-modified-since"] == "Wed, 02 Mar 2022 10:00:00 GMT"
    assert fetcher.fetch("http://news.test/a", etag='"2"').body == TEXT


def test_an_answer_can_bring_new_validators(web: Web) -> None:
    web.routes["/a"] = page(status=304, etag='"2"')
    assert web.fetcher().fetch("http://news.test/a", etag='"1"').etag == '"2"'


def test_a_304_that_was_not_asked_for_is_no_page(web: Web) -> None:
    web.routes["/a"] = page(status=304)
    with pytest.raises(HttpStatus, match=r"answers 304 \(Not Modified\); check the address\.$"):
        web.fetcher().fetch("http://news.test/a")


@pytest.mark.parametrize("validator", ['"1"\r\nX-Evil: 1', '"1"\nx', " ", "x" * 1025, "Кит", "\x00"])
def test_validators_that_are_none_are_not_sent(web: Web, validator: str) -> None:
    assert web.fetcher().fetch("http://news.test/a", etag=validator, last_modified=validator).body == TEXT
    assert not {"if-none-match", "if-modified-since", "x-evil"} & set(web.asked[-1].headers)


# Redirects.


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/a", "a", "//news.test/a", "http://news.test/a#part", "https://news.test/a"])
def test_redirects_lead_to_the_page(web: Web, status: int, location: str) -> None:
    web.routes["/old"] = moved(location, status)
    final = "https://news.test/a" if location.startswith("https") else "http://news.test/a"
    assert web.fetcher().fetch("http://news.test/old").url == final


def test_a_redirect_in_utf8_or_in_latin_1(web: Web) -> None:
    web.routes["/old"] = page(status=301).replace(b"\r\n\r\n", b"\r\nLocation: /\xc3\xa9\r\n\r\n")
    web.routes["/older"] = page(status=301).replace(b"\r\n\r\n", b"\r\nLocation: /\xe9\r\n\r\n")
    web.routes["/%C3%A9"] = page(TEXT)
    fetcher = web.fetcher()
    assert fetcher.fetch("http://news.test/old").url == "http://news.test/%C3%A9"
    assert fetcher.fetch("http://news.test/older").url == "http://news.test/%C3%A9"


def test_five_redirects_and_no_more(web: Web) -> None:
    web.routes |= {f"/{n}": moved(f"/{n - 1}") for n in range(1, 7)} | {"/0": page(TEXT)}
    assert web.fetcher().fetch("http://news.test/5").url == "http://news.test/0"
    with pytest.raises(
        FetchError, match=r"^http://news\.test/0 \(where http://news\.test/6 leads\) is the end of more "
    ):
        web.fetcher().fetch("http://news.test/6")


def test_nothing_is_carried_from_host_to_host_or_page_to_page(web: Web) -> None:
    web.routes["/old"] = page(status=302, location="http://other.test/a", set_cookie="id=1")
    fetcher = web.fetcher()
    fetcher.fetch("http://news.test/old")
    fetcher.fetch("http://news.test/a")
    assert web.pages == ["news.test/old", "other.test/a", "news.test/a"]
    assert all(not {"cookie", "referer", "authorization"} & set(asked.headers) for asked in web.asked)


def test_a_redirect_without_a_place_is_no_page(web: Web) -> None:
    web.routes["/old"] = page(status=302)
    with pytest.raises(HttpStatus, match=r"answers 302 \(Found\)") as caught:
        web.fetcher().fetch("http://news.test/old")
    assert caught.value.status == 302


# Connections.


def test_the_name_goes_into_tls_and_the_checked_address_is_connected_to(web: Web) -> None:
    network = Network(web)
    fetched = web.fetcher(network=network, resolve=Lookup(news_test=[["2a00:1450::1"]])).fetch("https://news.test/a")
    assert (fetched.url, fetched.body) == ("https://news.test/a", TEXT)
    assert network.connected == [("2a00:1450::1", 443)] * 2
    assert {(asked.sni, asked.host) for asked in web.asked} == {("news.test", "news.test")}


def test_a_host_is_looked_up_once_a_fetch_and_a_second_answer_changes_nothing(web: Web) -> None:
    lookup, network = Lookup(news_test=[["8.8.8.8"], ["127.0.0.1"]]), Network(web)
    web.routes["/old"] = moved("/a")
    fetcher = web.fetcher(network=network, resolve=lookup)
    assert fetcher.fetch("http://news.test/old").body == TEXT
    assert lookup.asked == ["news.test"]
    assert network.connected == [("8.8.8.8", 80)] * 3  # robots.txt, the redirect, the page


def test_the_next_address_is_tried_when_one_does_not_answer(web: Web) -> None:
    failing = {"2a00:1450::1": httpcore.ConnectError("no route"), "8.8.8.8": httpcore.ConnectTimeout("silence")}
    network = Network(web, failing)
    fetcher = web.fetcher(network=network, resolve=Lookup(news_test=[["2a00:1450::1", "8.8.8.8", "8.8.4.4"]]))
    assert fetcher.fetch("http://news.test/a").body == TEXT
    assert network.connected[-3:] == [("2a00:1450::1", 80), ("8.8.8.8", 80), ("8.8.4.4", 80)]


def test_an_address_in_place_of_a_name_needs_no_look_up(web: Web) -> None:
    lookup, network = Lookup(), Network(web)
    fetcher = web.fetcher(network=network, resolve=lookup)
    assert fetcher.fetch("http://[2A00:1450::1]/a").url == "http://[2a00:1450::1]/a"
    assert (lookup.asked, web.asked[-1].host) == ([], "[2a00:1450::1]")


def test_proxies_of_the_environment_are_passed_by(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:9")
    assert web.fetcher().fetch("http://news.test/a").body == TEXT
    assert web.fetcher().fetch("https://news.test/a").body == TEXT


def test_a_private_host_that_the_policy_names(web: Web) -> None:
    """With the system's own look-up and connections, to this machine."""
    port = web.ports[False]
    web.routes[f"127.0.0.1:{port}/a"] = page(TEXT)
    with Fetcher(Policy(ports=frozenset({port}), allow_private=frozenset({"127.0.0.1"}), interval=0)) as fetcher:
        assert fetcher.fetch(f"http://127.0.0.1:{port}/a").body == TEXT


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_close_ends_what_another_thread_fetches(web: Web, scheme: str) -> None:
    web.routes["/a"] = web.hang(head(Content_Length="10"), b"Kiev")
    fetcher, raised = web.fetcher(), list[str]()

    def fetch() -> None:
        try:
            fetcher.fetch(f"{scheme}://news.test/a")
        except FetchError as exc:
            raised.append(str(exc))

    thread = Thread(target=fetch)
    thread.start()
    assert web.arrived.wait(30)
    fetcher.close()
    thread.join(10)  # the fetch itself would take 30 s
    assert raised == [f"{scheme}://news.test/a was not fetched: fetching was stopped; start it again."]
    with pytest.raises(FetchError, match="fetching was stopped"):
        fetcher.fetch(f"{scheme}://news.test/a")
