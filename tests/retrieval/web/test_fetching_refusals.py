"""What fetching refuses, stops or reports: addresses, private networks, too much, too long, and broken answers."""

from __future__ import annotations

import gzip
import socket
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import httpcore
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import KiosqueError, SettingsError
from retrieval.web.exchange import unpack
from retrieval.web.fetch_errors import (
    FetchError,
    HttpStatus,
    RefusedAddress,
    RefusedByRobots,
    RetryLater,
    TooBig,
    TooSlow,
)
from retrieval.web.fetching import Fetcher
from retrieval.web.limits import Policy
from tests.web_server import Asked, Lookup, Network, Web, head, moved, page, serving

TEXT = "<p>Kiev résiste.</p>".encode()


@pytest.fixture
def web() -> Iterator[Web]:
    with serving({"/a": page(TEXT)}) as served:
        yield served


# Where a request may go.


@pytest.mark.parametrize("port", [0, 1, 21, 22, 25, 79, 81, 444, 3306, 6379, 9200, 65536, -1])
def test_ports_that_are_refused(web: Web, port: int) -> None:
    lookup = Lookup()
    with pytest.raises(RefusedAddress, match=rf"port {port} is not among those allowed \(80, 443, 8080, 8443\)\.$"):
        web.fetcher(resolve=lookup).fetch(f"http://news.test:{port}/a")
    assert (lookup.asked, web.asked) == ([], [])


def test_ports_that_a_policy_allows(web: Web) -> None:
    network = Network(web)
    web.routes["news.test:81/a"] = page(TEXT)
    fetcher = web.fetcher(Policy(ports=frozenset({81})), network=network)
    assert fetcher.fetch("http://news.test:81/a").body == TEXT
    assert network.connected[-1][1] == 81
    with pytest.raises(RefusedAddress, match=r"port 443 is not among those allowed \(81\)"):
        fetcher.fetch("https://news.test/a")


@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["10.0.0.1", "8.8.8.8"], ["8.8.8.8", "::1"], ["::ffff:10.0.0.1"],
     ["8.8.8.8", "64:ff9b::7f00:1"], ["8.8.8.8", "nonsense"]],
)  # fmt: skip
def test_a_host_with_any_private_address_is_refused_and_not_connected_to(web: Web, addresses: list[str]) -> None:
    network = Network(web)
    with pytest.raises(
        RefusedAddress,
        match=r"^http://news\.test/a is refused: its host lies in a private network; allow that host by name ",
    ):
        web.fetcher(network=network, resolve=Lookup(news_test=[addresses])).fetch("http://news.test/a")
    assert network.connected == []


def test_a_name_that_turns_private_later_is_refused_then(web: Web) -> None:
    network, lookup = Network(web), Lookup(news_test=[["8.8.8.8"], ["127.0.0.1"]])
    fetcher = web.fetcher(network=network, resolve=lookup)
    assert fetcher.fetch("http://news.test/a").body == TEXT
    with pytest.raises(RefusedAddress):
        fetcher.fetch("http://news.test/a")
    assert {address for address, _ in network.connected} == {"8.8.8.8"}


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0", "[::1]", "[::ffff:127.0.0.1]", "[::]", "127.0.0.1.",
     "127。0。0。1", "169.254.169.254", "[fe80::1]", "[fd00:ec2::254]"],
)  # fmt: skip
def test_ways_to_write_this_machine(web: Web, host: str) -> None:
    """With the system's own look-up, which reads numbers in every way that C ever did."""
    port = web.ports[False]
    with Fetcher(Policy(ports=frozenset({port}))) as fetcher, pytest.raises(RefusedAddress, match="private network"):
        fetcher.fetch(f"http://{host}:{port}/a")
    assert web.asked == []


def test_only_the_host_that_the_policy_names_may_be_private(web: Web) -> None:
    policy = Policy(allow_private=frozenset({"news.test", "10.0.0.2"}))
    lookup = Lookup(news_test=[["10.0.0.1"]], a_news_test=[["10.0.0.1"]])
    fetcher = web.fetcher(policy, resolve=lookup)
    assert fetcher.fetch("http://NEWS.test./a").body == TEXT
    assert fetcher.fetch("http://10.0.0.2/a").body == TEXT
    for address in ("http://a.news.test/a", "http://10.0.0.1/a"):
        with pytest.raises(RefusedAddress):
            fetcher.fetch(address)


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        (
            "http://10.0.0.1/",
            r"http://10\.0\.0\.1/ \(where http://news\.test/old leads\) is refused: its host lies in a p",
        ),
        ("http://inner.test/", r"http://inner\.test/ \(where http://news\.test/old leads\) is refused: its host lies"),
        ("http://[::ffff:127.0.0.1]/", "its host lies in a private network"),
        ("http://news.test:22/", r"is refused: port 22 is not among those allowed"),
        (
            "http://user:secret@news.test/a",
            r"^http://news\.test/old leads elsewhere: http://news\.test/a is refused: it ",
        ),
        ("file:///etc/passwd", r"^http://news\.test/old leads elsewhere: 'file:/etc/passwd' is no web address"),
        ("ftp://news.test/a", "leads elsewhere: .* is no web address"),
        ("http://[/", r"^http://news\.test/old leads elsewhere: "),
        ("http://1.2.3.256/", r"^http://news\.test/old leads to what is no web address"),
        ("/" + "a" * 3000, r"^http://news\.test/old leads elsewhere: "),
    ],
)
def test_every_redirect_is_checked(web: Web, location: str, reason: str) -> None:
    web.routes["/old"] = moved(location)
    network = Network(web)
    fetcher = web.fetcher(network=network, resolve=Lookup(inner_test=[["8.8.8.8", "10.0.0.1"]]))
    with pytest.raises(RefusedAddress, match=reason) as caught:
        fetcher.fetch("http://news.test/old")
    assert "secret" not in str(caught.value)
    assert len(network.connected) == 2  # robots.txt and the redirect, of news.test


def test_no_redirect_leads_from_https_to_http(web: Web) -> None:
    web.routes["/old"] = moved("http://news.test/a")
    with pytest.raises(
        RefusedAddress,
        match=r"^http://news\.test/a \(where https://news\.test/old leads\) is refused: that leads from https to http; ",
    ):
        web.fetcher().fetch("https://news.test/old")
    assert web.pages == ["news.test/old"]


def test_a_loop_of_redirects_ends(web: Web) -> None:
    web.routes |= {"/1": moved("/2"), "/2": moved("/1")}
    with pytest.raises(FetchError, match=r"\(where http://news\.test/1 leads\) is the end of more than 5 redirects;"):
        web.fetcher().fetch("http://news.test/1")
    assert len(web.pages) == 6


# Too much.


def test_a_body_that_says_it_is_too_long_is_not_read(web: Web) -> None:
    web.routes["/a"] = [head(Content_Length=str(10 * 2**20 + 1)), b"x"]
    with pytest.raises(TooBig, match=r"^http://news\.test/a is larger than 10 MB; save it, and index the file\.$"):
        web.fetcher().fetch("http://news.test/a")


@pytest.mark.parametrize("beginning", [head(), head(Transfer_Encoding="chunked")])
def test_an_endless_body_is_cut_off(web: Web, beginning: bytes) -> None:
    piece = b"1000\r\n" + b"x" * 4096 + b"\r\n" if b"chunked" in beginning else b"x" * 4096
    web.routes["/a"] = web.drip(beginning, piece, 0)
    with pytest.raises(TooBig, match="is larger than 100000 bytes"):
        web.fetcher(Policy(wire_bytes=100_000)).fetch("http://news.test/a")


def test_what_comes_together_with_the_headers_counts_too(web: Web) -> None:
    web.routes["/a"] = head() + b"x" * 1001
    with pytest.raises(TooBig, match="is larger than 1000 bytes"):
        web.fetcher(Policy(wire_bytes=1000)).fetch("http://news.test/a")


def test_what_lies_around_tiny_chunks_counts_too(web: Web) -> None:
    web.routes["/a"] = web.drip(head(Transfer_Encoding="chunked"), b"1;" + b"x" * 97 + b"\r\nx\r\n", 0)
    with pytest.raises(TooBig, match="is larger than 10000 bytes"):
        web.fetcher(Policy(wire_bytes=10_000)).fetch("http://news.test/a")


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", deflated)]
)
def test_a_bomb_is_unpacked_up_to_the_limit_only(web: Web, coding: str, pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(bytes(11 * 2**20))
    assert len(bomb) < 12_000
    web.routes["/a"] = page(bomb, content_encoding=coding)
    with pytest.raises(TooBig, match="is larger than 10 MB"):
        web.fetcher().fetch("http://news.test/a")
    assert unpack(bomb, 1000) == bytes(1000)


def test_a_bomb_takes_no_more_memory_than_its_limit(web: Web) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join([packer.compress(bytes(2**20)) for _ in range(100)]) + packer.flush()
    web.routes["/a"] = page(bomb, content_encoding="gzip")
    fetcher = web.fetcher(Policy(body_bytes=2**20))
    tracemalloc.start()
    try:
        with pytest.raises(TooBig, match="is larger than 1 MB"):
            fetcher.fetch("http://news.test/a")
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=300), st.integers(1, 400), st.sampled_from([gzip.compress, zlib.compress, deflated]))
def test_unpacking_gives_the_beginning(data: bytes, most: int, pack: Callable[[bytes], bytes]) -> None:
    assert unpack(pack(data), most) == data[:most]


@given(st.binary(min_size=1, max_size=300), st.sampled_from([gzip.compress, zlib.compress, deflated]), st.data())
def test_packed_data_that_break_off(data: bytes, pack: Callable[[bytes], bytes], draw: Any) -> None:
    packed = pack(data)
    part = packed[: draw.draw(st.integers(2, len(packed) - 1))]
    with pytest.raises(zlib.error):
        unpack(part, len(data) + 1)
    assert data.startswith(unpack(part, len(data) + 1, partial=True))


@pytest.mark.parametrize(
    ("coding", "body"),
    [("zstd", zstandard.compress(TEXT)), ("br", b"x"), ("gzip, gzip", gzip.compress(gzip.compress(TEXT))), ("x", b"")],
)
def test_codings_that_were_not_asked_for(web: Web, coding: str, body: bytes) -> None:
    web.routes["/a"] = page(body, content_encoding=coding)
    with pytest.raises(FetchError, match=r"sent its body in a coding that was not asked for; "):
        web.fetcher().fetch("http://news.test/a")


@pytest.mark.parametrize(
    "body", [b"no gzip", gzip.compress(TEXT)[:-9], b"\x1f\x8b", gzip.compress(TEXT)[:-8] + b"12345678"]
)
def test_packed_bodies_that_are_broken(web: Web, body: bytes) -> None:
    web.routes["/a"] = page(body, content_encoding="gzip")
    with pytest.raises(
        FetchError, match=r"^http://news\.test/a sent a body that cannot be unpacked; try again later\.$"
    ):
        web.fetcher().fetch("http://news.test/a")


@pytest.mark.parametrize(
    "answer", [head(X="x" * 65536) + TEXT, head(**{f"X{n}": "x" * 100 for n in range(700)}) + TEXT]
)
def test_headers_that_are_too_long(web: Web, answer: bytes) -> None:
    web.routes["/a"] = answer
    with pytest.raises(TooBig, match=r"^http://news\.test/a answered with headers of more than 65536 bytes; "):
        web.fetcher().fetch("http://news.test/a")


@pytest.mark.parametrize("piece", [b"X-Y: z\r\n", head(103)])
def test_headers_without_end(web: Web, piece: bytes) -> None:
    web.routes["/a"] = web.drip(head().removesuffix(b"\r\n") if b":" in piece else b"", piece, 0)
    with pytest.raises(TooBig, match="headers of more than 65536 bytes"):
        web.fetcher().fetch("http://news.test/a")


def test_long_headers_leave_room_for_the_body(web: Web) -> None:
    web.routes["/a"] = page(b"y" * 90_000, x="x" * 60_000)
    assert web.fetcher(Policy(wire_bytes=90_000)).fetch("http://news.test/a").body == b"y" * 90_000


# Too long.


@pytest.mark.parametrize(
    "beginning", [b"", b"HTTP/1.1 200 OK\r\n", head(), head(Content_Length="99999"), head(Transfer_Encoding="chunked")]
)
def test_a_slow_drip_is_cut_off_by_the_clock(web: Web, beginning: bytes) -> None:
    """Each piece comes in time; all of them together do not."""
    piece = b"1\r\nx\r\n" if b"chunked" in beginning else b"x" if beginning.endswith(b"\r\n\r\n") else b"X: y\r\n"
    piece = piece if beginning else head(103)
    web.routes["/a"] = web.drip(beginning, piece, 1)
    with pytest.raises(TooSlow, match=r"^http://news\.test/a took longer than 30 s; try again later\.$"):
        web.fetcher().fetch("http://news.test/a")
    assert web.clock() >= 30


def test_a_slow_robots_txt_takes_of_the_same_time(web: Web) -> None:
    web.routes["/robots.txt"] = web.drip(head(), b"#", 1)
    with pytest.raises(TooSlow, match=r"^http://news\.test/a took longer than 30 s"):
        web.fetcher().fetch("http://news.test/a")
    assert web.pages == []


def test_time_is_for_all_redirects_together(web: Web) -> None:
    def slowly(asked: Asked) -> bytes:
        web.clock.advance(8)
        return moved("/" + str(int(asked.target[1:]) - 1)) if asked.target != "/0" else page(TEXT)

    web.routes |= {f"/{n}": slowly for n in range(5)}
    assert web.fetcher().fetch("http://news.test/2").body == TEXT
    with pytest.raises(TooSlow):
        web.fetcher().fetch("http://news.test/4")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("beginning", [b"", head(Content_Length="9") + b"x"])
def test_an_answer_that_stops_is_left_at_the_deadline(web: Web, scheme: str, beginning: bytes) -> None:
    """By the real clock, since it is the socket that waits."""
    web.routes["/a"] = web.hang(beginning)
    with pytest.raises(TooSlow, match=r"took longer than 0\.3 s; try again later\.$"):
        web.fetcher(Policy(seconds=0.3)).fetch(f"{scheme}://news.test/a")


def test_a_look_up_that_hangs_is_left_at_the_deadline(web: Web) -> None:
    release = Event()

    def resolve(host: str) -> list[str]:
        release.wait(60)
        return ["8.8.8.8"]

    with pytest.raises(TooSlow, match=r"^http://news\.test/a is not fetched: the look-up of its host took too long; "):
        web.fetcher(Policy(seconds=0.1), resolve=resolve).fetch("http://news.test/a")
    release.set()


def test_a_handshake_that_hangs_is_left_at_the_limit_for_connecting(web: Web) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        web.ports[True] = silent.getsockname()[1]
        with pytest.raises(
            TooSlow, match=r"^the robots\.txt of https://news\.test/a could not be connected to within 0\.2 s; "
        ):
            web.fetcher(Policy(connect_seconds=0.2)).fetch("https://news.test/a")


def test_connecting_takes_no_longer_than_allowed(web: Web) -> None:
    allowed: list[float | None] = []

    class Silent(httpcore.SyncBackend):
        def connect_tcp(self, host: str, port: int, timeout: float | None = None, *rest: Any) -> httpcore.NetworkStream:
            allowed.append(timeout)
            web.clock.advance(timeout or 0)
            raise httpcore.ConnectTimeout

    six = Lookup(news_test=[[f"8.8.8.{n}" for n in range(9)]])
    with pytest.raises(TooSlow, match=r"took longer than 12 s"):
        web.fetcher(Policy(seconds=12), network=Silent(), resolve=six).fetch("http://news.test/a")
    assert allowed == [5, 5, 2]


# Broken.


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\n",
        b"Kiev\r\n\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        head(Content_Length="100") + TEXT,
        head(Transfer_Encoding="chunked") + b"5\r\nKiev",
        head(Transfer_Encoding="chunked") + b"zz\r\nKiev",
        b"HTTP/1.1 103 Early\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\n\r\n",
    ],
)
def test_answers_that_break_off_or_are_no_http(web: Web, answer: bytes) -> None:
    web.routes["/a"] = answer
    with pytest.raises(
        FetchError, match=r"^http://news\.test/a broke off, or what it sent is no HTTP; try again later\.$"
    ):
        web.fetcher().fetch("http://news.test/a")


def test_what_follows_the_stated_length_is_not_read(web: Web) -> None:
    web.routes["/a"] = head(Content_Length="4") + b"Kiev" + b"x" * 100
    assert web.fetcher().fetch("http://news.test/a").body == b"Kiev"


@pytest.mark.parametrize("status", [100, 201, 204, 206, 300, 305, 400, 401, 403, 404, 410, 451, 500, 502, 504, 599])
def test_statuses_that_bring_no_page(web: Web, status: int) -> None:
    web.routes["/a"] = page(status=status, location="/b")
    if status == 100:
        web.routes["/a"] = head(100) + page(status=404)
    with pytest.raises(
        HttpStatus, match=rf"^http://news\.test/a answers {404 if status == 100 else status}\b"
    ) as caught:
        web.fetcher().fetch("http://news.test/a")
    assert caught.value.status == (404 if status == 100 else status)


def test_a_server_that_is_not_there(web: Web) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        web.ports[False] = taken.getsockname()[1]
    with pytest.raises(
        FetchError, match=r"^the robots\.txt of http://news\.test/a cannot be reached \(Connection refused"
    ):
        web.fetcher().fetch("http://news.test/a")


@pytest.mark.parametrize("answer", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label"), []])
def test_a_host_that_is_not_there(web: Web, answer: Exception | list[str]) -> None:
    def resolve(host: str) -> list[str]:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(
        FetchError, match=r"^http://news\.test/a is not fetched: its host was not found; check the address\.$"
    ):
        web.fetcher(resolve=resolve).fetch("http://news.test/a")


def test_a_certificate_of_another_name_or_of_nobody(web: Web) -> None:
    with pytest.raises(
        FetchError, match=r"has a certificate that cannot be trusted \(Hostname mismatch.*'other\.test'"
    ):
        web.fetcher().fetch("https://other.test/a")
    with pytest.raises(FetchError, match=r"has a certificate that cannot be trusted \(self.signed certificate"):
        web.fetcher(tls=None).fetch("https://news.test/a")
    assert web.asked == []


def test_a_server_that_speaks_no_tls(web: Web) -> None:
    web.ports[True] = web.ports[False]
    with pytest.raises(FetchError, match=r"does not speak TLS as it should; check the address\.$"):
        web.fetcher().fetch("https://news.test/a")


# Later.


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ({"retry_after": "120"}, 120),
        ({"retry_after": "0"}, 0),
        ({"retry_after": "9" * 12}, 86400),
        ({"retry_after": "Wed, 02 Mar 2022 10:01:30 GMT", "date": "Wed, 02 Mar 2022 10:00:00 GMT"}, 90),
        ({"retry_after": "Wed, 02 Mar 2022 10:00:00 GMT", "date": "Wed, 02 Mar 2022 10:00:01 GMT"}, 0),
        ({"retry_after": "Wed, 02 Mar 2022 12:00:00 +0200", "date": "Wed, 02 Mar 2022 09:59:00 GMT"}, 60),
        ({"retry_after": "Wed, 02 Mar 2022 10:00:00 GMT"}, 0),  # long past by any clock
        ({"retry_after": "Fri, 31 Dec 9999 23:59:59 GMT", "date": "nonsense"}, 86400),
        ({}, None),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "-5"}, None),
        ({"retry_after": "1.5"}, None),
        ({"retry_after": "9" * 5000}, None),
    ],
)
def test_a_server_that_asks_to_come_back(web: Web, status: int, said: dict[str, str], seconds: float | None) -> None:
    web.routes["/a"] = page(status=status, **said)
    with pytest.raises(RetryLater, match=rf"^http://news\.test/a is busy \({status}\); try again ") as caught:
        web.fetcher().fetch("http://news.test/a")
    assert caught.value.seconds == seconds


def test_a_host_that_asked_to_wait_is_not_asked_before(web: Web) -> None:
    web.routes["/busy"] = page(status=429, retry_after="120")
    fetcher = web.fetcher()
    with pytest.raises(RetryLater):
        fetcher.fetch("http://news.test/busy")
    web.clock.advance(100)
    with pytest.raises(RetryLater, match="may be asked again in 20 s only") as caught:
        fetcher.fetch("http://news.test/a")
    assert caught.value.seconds == 20
    assert web.pages == ["news.test/busy"]
    assert fetcher.fetch("http://other.test/a").body == TEXT
    web.clock.advance(10)
    assert fetcher.fetch("http://news.test/a").body == TEXT  # after a wait of 10 s


@pytest.mark.parametrize("status", [429, 503])
def test_a_robots_txt_that_asks_to_come_back(web: Web, status: int) -> None:
    web.routes["/robots.txt"] = page(status=status, retry_after="60")
    with pytest.raises(RetryLater, match=r"^the robots\.txt of http://news\.test/a is busy") as caught:
        web.fetcher().fetch("http://news.test/a")
    assert (caught.value.seconds, web.pages) == (60, [])


# Messages, policies.


def test_no_message_repeats_what_a_server_wrote(web: Web) -> None:
    web.routes["/a"] = head(404).replace(b"Whatever", b"<b>evil</b>\x1b[31m")
    with pytest.raises(FetchError) as caught:
        web.fetcher().fetch("http://news.test/a?token=secret")
    assert "evil" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [{"seconds": 0}, {"seconds": float("inf")}, {"seconds": float("nan")}, {"wire_bytes": 0}, {"body_bytes": -1},
     {"interval": -1}, {"redirects": -1}, {"header_bytes": 200_000}],
)  # fmt: skip
def test_policies_that_make_no_sense(change: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=f"The fetching policy's {next(iter(change))} is "):
        Policy(**change)


def test_a_policy_without_waits_or_redirects(web: Web) -> None:
    web.routes["/old"] = moved("/a")
    fetcher = web.fetcher(Policy(interval=0, longest_wait=0, redirects=0))
    assert fetcher.fetch("http://news.test/a").body == TEXT
    with pytest.raises(FetchError, match="more than 0 redirects"):
        fetcher.fetch("http://news.test/old")
    assert web.clock() == 0


def test_every_error_is_one_for_people() -> None:
    kinds = (RefusedAddress, RefusedByRobots, TooBig, TooSlow, HttpStatus, RetryLater)
    assert all(issubclass(kind, FetchError) for kind in kinds)
    assert issubclass(FetchError, KiosqueError)
