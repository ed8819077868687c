"""Web sites on loopback that answer as a test says, byte for byte, and a network on which their names lie elsewhere."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import httpcore

from retrieval.web.fetching import Fetcher
from retrieval.web.limits import Policy
from tests.telegram_emulator.clock import ManualClock

PUBLIC = "93.184.215.14"  # where every name lies unless a test says otherwise


@dataclass(frozen=True)
class Asked:
    """One request as it came: ``time`` on the test's clock, ``sni`` the name that the TLS handshake gave."""

    host: str
    target: str
    headers: dict[str, str]
    time: float
    sni: str


Answer = bytes | Iterable[bytes] | Callable[[Asked], bytes | Iterable[bytes]]


def page(body: bytes | str = b"", status: int = 200, **headers: str) -> bytes:
    """Return a whole answer; ``content_type="text/html"`` stands for ``Content-Type: text/html``."""
    data = body.encode() if isinstance(body, str) else body
    fields = {"Content-Length": str(len(data))} | {k.replace("_", "-").title(): v for k, v in headers.items()}
    return head(status, **fields) + data


def head(status: int = 200, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1")


def moved(location: str, status: int = 302) -> bytes:
    return page(status=status, location=location)


def versioned(body: bytes | str, etag: str, **headers: str) -> Callable[[Asked], bytes]:
    """Return an answer that is a 304 to who has this version already."""

    def answer(asked: Asked) -> bytes:
        if asked.headers.get("if-none-match") == etag:
            return head(304, ETag=etag)
        return page(body, 200, etag=etag, **headers)

    return answer


@dataclass
class Web:
    """``routes``: answers by ``host/path`` or ``/path``, for http and https alike; what is not there is a 404."""

    routes: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    clock: ManualClock = field(default_factory=ManualClock)
    ports: dict[bool, int] = field(default_factory=dict)  # by whether it is TLS
    arrived: Event = field(default_factory=Event)  # a request is there
    closing: Event = field(default_factory=Event)

    @property
    def pages(self) -> list[str]:
        """What was asked for, robots.txt aside."""
        return [asked.host + asked.target for asked in self.asked if asked.target != "/robots.txt"]

    def hang(self, *beginning: bytes) -> Callable[[Asked], Iterator[bytes]]:
        """Return an answer that stops after its beginning, with the connection open."""

        def answer(asked: Asked) -> Iterator[bytes]:
            yield from beginning
            self.arrived.set()
            self.closing.wait(60)

        return answer

    def drip(self, beginning: bytes, piece: bytes, seconds: float) -> Callable[[Asked], Iterator[bytes]]:
        """Return an answer that never ends, and on the test's clock takes ``seconds`` for each piece."""

        def answer(asked: Asked) -> Iterator[bytes]:
            yield beginning
            while not self.closing.is_set():
                self.clock.advance(seconds)
                yield piece

        return answer

    def fetcher(self, policy: Policy = Policy(), **options: Any) -> Fetcher:
        """Return a fetcher on this web and its clock, on which waiting takes no time."""
        defaults = {"network": Network(self), "resolve": lambda host: [PUBLIC], "tls": trusting(), "clock": self.clock}
        return Fetcher(policy, **{**defaults, "sleep": self.clock.advance, **options})


class Network(httpcore.SyncBackend):
    """Takes connections to anywhere to the web, port 443 and 8443 to its TLS side; ``connected`` says where they led."""

    def __init__(self, web: Web, failing: Mapping[str, Exception] | None = None) -> None:
        self._web, self._failing = web, failing or {}
        self.connected: list[tuple[str, int]] = []

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *rest: Any) -> httpcore.NetworkStream:
        self.connected.append((host, port))
        if host in self._failing:
            raise self._failing[host]
        return super().connect_tcp("127.0.0.1", self._web.ports[port in (443, 8443)], timeout, *rest)


class Lookup:
    """Gives one answer after the other for each host, the last for good, and remembers what it was asked."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self._answers = {host.replace("_", "."): list(given) for host, given in answers.items()}
        self.asked: list[str] = []

    def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        given = self._answers.get(host, [[PUBLIC]])
        return given.pop(0) if len(given) > 1 else given[0]


@contextmanager
def serving(routes: dict[str, Answer] | None = None) -> Iterator[Web]:
    web = Web(dict(routes or {}))
    with ExitStack() as stack:
        stack.callback(web.closing.set)
        for tls in (False, True):
            stack.enter_context(_listening(web, tls))
        yield web
        web.closing.set()


@contextmanager
def _listening(web: Web, tls: bool) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            if tls:
                self.request = _server_side().wrap_socket(self.request, server_side=True)
            super().setup()

        def finish(self) -> None:
            super().finish()
            if tls:
                self.request.close()  # the server closes what it was before the handshake

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            self.close_connection = True
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(headers["host"], self.path, headers, web.clock(), getattr(self.request, "sni", ""))
            web.asked.append(asked)
            path = self.path.partition("?")[0]
            answer = web.routes.get(asked.host + path, web.routes.get(path, page(status=404)))
            answer = answer(asked) if callable(answer) else answer
            for piece in [answer] if isinstance(answer, bytes) else answer:
                self.wfile.write(piece)
                self.wfile.flush()

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    httpd.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that hangs up is part of the play
    web.ports[tls] = httpd.server_address[1]
    thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        web.closing.set()
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def trusting() -> ssl.SSLContext:
    """Return the client's side of TLS, which trusts this web's certificate alone."""
    return ssl.create_default_context(cadata=CERTIFICATE)


def _server_side() -> ssl.SSLContext:
    def note(connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, context: ssl.SSLContext) -> None:
        connection.sni = name or ""  # type: ignore[union-attr]

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        pem = Path(folder, "both.pem")
        pem.write_text(_KEY + CERTIFICATE, "ascii")
        context.load_cert_chain(pem)
    context.sni_callback = note  # type: ignore[assignment]
    return context


# Made for these tests, and trusted by nothing else: news.test and *.news.test, 2020 to 2120.
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBhjCCASygAwIBAgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1LaW9zcXVl
IHRlc3RzMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAYMRYwFAYD
VQQDDA1LaW9zcXVlIHRlc3RzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEXdi3
1iFDOg1l3qQ2bTa7FojHWnZUmw7sHLnmjgfO8UdmCQ0cKazZwExt0ZtYQMVGd2UL
E3DnsO9pRKvyWnakP6NlMGMwIQYDVR0RBBowGIIJbmV3cy50ZXN0ggsqLm5ld3Mu
dGVzdDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIChDAdBgNVHQ4EFgQU
Y3KW5zLY9jfHJ9KnGot3mSt3H9wwCgYIKoZIzj0EAwIDSAAwRQIhALThHcU/ND2V
kOk+vQ8pz3bOTPZfvRGhxxvv0jQ9YM2zAiBR7G1mkWGvl3nwnpDHVBeMoFkLDAkm
X6zhgSZ8amfsvA==
-----END CERTIFICATE-----
"""
_KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgIm0PJZyPVt/n8SVm
9N+R/GzM80MyBgLwuQKF9mhCiAShRANCAARd2LfWIUM6DWXepDZtNrsWiMdadlSb
DuwcueaOB87xR2YJDRwprNnATG3Rm1hAxUZ3ZQsTcOew72lEq/JadqQ/
-----END PRIVATE KEY-----
"""
