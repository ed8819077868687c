"""One request to one host whose addresses were checked, and its answer, within limits of bytes and of time.

This stands on httpcore, the layer below httpx's client: the client would keep cookies, log whole addresses, follow the
environment's proxies and unpack without a limit.
"""

from __future__ import annotations

import socket
import ssl
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Lock
from typing import Any

import httpcore
import httpx

from retrieval.text import one_line
from retrieval.web.addresses import Target
from retrieval.web.fetch_errors import FetchError, TooBig, TooSlow
from retrieval.web.limits import Deadline, Policy, size_of


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. ``body`` is unpacked, and empty for every status but 200."""

    status: int
    headers: httpx.Headers
    body: bytes


class Wire:
    """Makes requests, a new connection each: nothing of one fetch is left for the next. Threads may share it."""

    def __init__(self, policy: Policy, network: httpcore.NetworkBackend, tls: ssl.SSLContext) -> None:
        self._policy, self._network, self._tls = policy, network, tls
        self._open: set[_Bounded] = set()
        self._lock = Lock()
        self.closed = Event()

    def ask(
        self,
        target: Target,
        headers: Mapping[str, str],
        addresses: Sequence[str],
        deadline: Deadline,
        *,
        cut_at: int = 0,
    ) -> Reply:
        """Send one GET to one of ``addresses`` and return the answer. With ``cut_at``, the body is read so far only.

        Raises TooBig, TooSlow, FetchError.
        """
        guard = _Guard(self, self._network, self._policy, target, addresses, deadline)
        url = httpcore.URL(
            scheme=target.url.raw_scheme, host=target.url.raw_host, port=target.url.port, target=target.url.raw_path
        )
        sent = [(b"Host", target.url.netloc), *((k.encode(), v.encode("latin-1")) for k, v in headers.items())]
        connection = httpcore.HTTPConnection(url.origin, ssl_context=self._tls, network_backend=guard)
        with self._translated(target, deadline), closing(guard), closing(connection):
            response = connection.handle_request(httpcore.Request("GET", url, headers=sent))
            received = httpx.Headers(response.headers, encoding="latin-1")  # which gives the bytes back
            guard.expect_body()
            body = b""
            if response.status == 200:
                body = _unpacked(self._body(response, received, target, cut_at), received, target, self._policy, cut_at)
            return Reply(response.status, received, body)

    def close(self) -> None:
        """End what is under way on other threads: it raises FetchError there, as does every later request."""
        self.closed.set()
        with self._lock:
            for stream in self._open:
                stream.hang_up()

    def opened(self, stream: _Bounded) -> None:
        with self._lock:
            self._open.add(stream)
        if self.closed.is_set():
            stream.hang_up()

    def gone(self, stream: _Bounded) -> None:
        with self._lock:
            self._open.discard(stream)

    def check_open(self, target: Target) -> None:
        """Raise FetchError once this is closed."""
        if self.closed.is_set():
            raise FetchError(f"{target.name} was not fetched: fetching was stopped; start it again.")

    def _body(self, response: httpcore.Response, headers: httpx.Headers, target: Target, cut_at: int) -> bytes:
        most = cut_at or self._policy.wire_bytes
        declared = headers.get("content-length", "")
        if not cut_at and declared.isdigit() and int(declared) > most:
            raise _too_big(target, most)
        body = bytearray()
        try:
            for part in response.iter_stream():
                body += part
                if len(body) > most:
                    raise _too_big(target, most)
        except TooBig:
            if not cut_at:
                raise
        return bytes(body[:most])

    @contextmanager
    def _translated(self, target: Target, deadline: Deadline) -> Iterator[None]:
        self.check_open(target)
        try:
            yield
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as exc:
            self.check_open(target)
            if isinstance(exc, httpcore.ConnectTimeout):
                deadline.left()  # when that is over too, it is the better reason
                seconds = f"{self._policy.connect_seconds:g} s"
                raise TooSlow(f"{target.name} could not be connected to within {seconds}; try again later.") from exc
            if isinstance(exc, httpcore.TimeoutException):
                raise deadline.passed() from exc
            if isinstance(exc, httpcore.ConnectError):
                raise FetchError(f"{target.name} {_unreachable(exc.__cause__)}") from exc
            raise FetchError(f"{target.name} broke off, or what it sent is no HTTP; try again later.") from exc


def _too_big(target: Target, most: int) -> TooBig:
    return TooBig(f"{target.name} is larger than {size_of(most)}; save it, and index the file.")


def _unreachable(cause: BaseException | None) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"has a certificate that cannot be trusted ({one_line(cause.verify_message)[:200]}); check the address."
    if isinstance(cause, ssl.SSLError):
        return "does not speak TLS as it should; check the address."
    why = getattr(cause, "strerror", None) or "no connection"
    return f"cannot be reached ({why}); check the address, or try again later."


def _unpacked(body: bytes, headers: httpx.Headers, target: Target, policy: Policy, cut_at: int) -> bytes:
    most = cut_at or policy.body_bytes
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding in ("identity", ""):
        data = body
    elif coding in ("gzip", "x-gzip", "deflate"):
        try:
            data = unpack(body, most + 1, partial=bool(cut_at))
        except zlib.error as exc:
            raise FetchError(f"{target.name} sent a body that cannot be unpacked; try again later.") from exc
    else:  # a list of codings too: a bomb within a bomb
        raise FetchError(
            f"{target.name} sent its body in a coding that was not asked for; save it, and index the file."
        )
    if len(data) > most and not cut_at:
        raise _too_big(target, most)
    return data[:most]


def unpack(data: bytes, most: int, *, partial: bool = False) -> bytes:
    """Return the first ``most`` bytes (at least 1) that gzip, zlib or bare deflate ``data`` hold; no more are unpacked.

    What follows the end is passed over, as browsers do. Raises zlib.error when data are broken, and when they break off
    unless ``partial``.
    """
    if not data:
        return b""
    is_zlib = data[0] & 15 == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    stream = zlib.decompressobj(31 if data[:2] == b"\x1f\x8b" else 15 if is_zlib else -15)
    unpacked = stream.decompress(data, most)
    if len(unpacked) < most and not stream.eof and not partial:
        raise zlib.error("the data break off")
    return unpacked


class _Guard(httpcore.NetworkBackend):
    """Connects to the addresses that were checked, whatever the name means by now, and measures what comes."""

    def __init__(
        self,
        wire: Wire,
        network: httpcore.NetworkBackend,
        policy: Policy,
        target: Target,
        addresses: Sequence[str],
        deadline: Deadline,
    ) -> None:
        self.wire, self._network, self.policy, self._target = wire, network, policy, target
        self._addresses, self.deadline = addresses, deadline
        self._left = policy.header_bytes
        self._in_body = False
        self._stream: _Bounded | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        failure: Exception | None = None
        for address in self._addresses:
            try:
                return self.bounded(self._network.connect_tcp(address, port, self.connect_seconds()))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = failure or exc
        raise failure or httpcore.ConnectError("no address")

    def bounded(self, stream: httpcore.NetworkStream) -> _Bounded:
        self._stream = _Bounded(stream, self)
        return self._stream

    def close(self) -> None:
        """Close what httpcore leaves open when a handshake fails."""
        if self._stream is not None:
            self._stream.close()

    def connect_seconds(self) -> float:
        return min(self.policy.connect_seconds, self.deadline.left())

    def expect_body(self) -> None:
        """The headers are complete: what comes from now on is counted as body, with the marks between its chunks."""
        self._in_body, self._left = True, self.policy.wire_bytes

    def room(self) -> int:
        """Return how many more bytes may be read, at least 1. Raises TooBig."""
        if self._left > 0:
            return self._left
        if self._in_body:
            raise _too_big(self._target, self.policy.wire_bytes)
        size = size_of(self.policy.header_bytes)
        raise TooBig(f"{self._target.name} answered with headers of more than {size}; save it, and index the file.")

    def took(self, count: int) -> None:
        self._left -= count


class _Bounded(httpcore.NetworkStream):
    """A connection that reads no further than its guard and the deadline let it; the timeouts it is given do not count."""

    def __init__(self, stream: httpcore.NetworkStream, guard: _Guard) -> None:
        self._stream, self._guard = stream, guard
        guard.wire.opened(self)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(min(max_bytes, self._guard.room()), self._guard.deadline.left())
        self._guard.took(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._guard.deadline.left())

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._guard.wire.gone(self)
        seconds = self._guard.connect_seconds()
        return self._guard.bounded(self._stream.start_tls(ssl_context, server_hostname, seconds))

    def close(self) -> None:
        self._guard.wire.gone(self)
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def hang_up(self) -> None:
        """Wake a thread that waits for data. TLS is not told: its state belongs to that thread."""
        connected = self._stream.get_extra_info("socket")
        if connected is not None:
            with suppress(OSError):
                socket.socket.shutdown(connected, socket.SHUT_RDWR)
