"""Which web addresses may be asked: how they are written, and where in the network their hosts lie."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Thread

import httpx

from retrieval.text import one_line
from retrieval.web.fetch_errors import FetchError, RefusedAddress, TooSlow

Resolve = Callable[[str], Sequence[str]]
"""Turns a host name into all of its addresses. Raises OSError when it has none."""

LONGEST = 2000  # characters of an address, as in ``web_address``
_SHOWN = 200
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.)*[a-z0-9_](?:[a-z0-9_-]{0,62})")
_CREDENTIALS = re.compile(r"//[^/?#]*@")

# IANA's registries of special addresses, where "globally reachable" is not "true", and multicast. Written out, since
# ``ipaddress.is_global`` changes with the version of Python and lets multicast and embedded IPv4 pass.
_SPECIAL_4 = tuple(
    ip_network(block)
    for block in "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4".split()
)
_UNICAST_6 = IPv6Network("2000::/3")  # all that is given out; everything else is local, reserved or embedded
_SPECIAL_6 = tuple(ip_network(block) for block in "2001::/23 2001:db8::/32 3fff::/20".split())
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """An address to ask, parsed once: what is checked is what is asked.

    ``name`` is how messages call it, ``start`` the name of the address that a person gave.
    """

    url: httpx.URL
    name: str
    start: str

    @property
    def host(self) -> str:
        return self.url.raw_host.decode("ascii")

    @property
    def port(self) -> int:
        default = 443 if self.url.scheme == "https" else 80
        return default if self.url.port is None else self.url.port


def parse_address(address: str) -> Target:
    """Return an http or https address in one normal form, without its fragment. Raises RefusedAddress."""
    try:
        url = httpx.URL(address.strip() if len(address) <= LONGEST else "")
        host = url.raw_host.decode("ascii").removesuffix(".")
        host = str(_parsed(host) or host)
        url = url.copy_with(fragment=None, host=host, raw_path=url.raw_path)  # the path / where there was none
    except (httpx.InvalidURL, ValueError) as exc:  # ValueError: lone surrogates
        raise _no_address(address) from exc
    if url.scheme not in ("http", "https") or not host:
        raise _no_address(address)
    if len(str(url)) > LONGEST:  # in its normal form: what is no ASCII is three times as long there
        raise _no_address(address)
    if url.userinfo:
        raise RefusedAddress(f"{shown(str(url))} is refused: it holds a user name or a password; leave them out.")
    if not _HOST.fullmatch(host) and _parsed(host) is None:
        raise RefusedAddress(f"{shown(str(url))} is refused: its host is no host name; check the address.")
    return Target(url, shown(str(url)), shown(str(url)))


def join_address(target: Target, location: str) -> Target:
    """Return where a redirect of ``target`` leads. Raises RefusedAddress."""
    try:
        reached = parse_address(str(target.url.join(location)))
    except (httpx.InvalidURL, ValueError) as exc:
        raise RefusedAddress(f"{target.start} leads to what is no web address; look at it in a browser.") from exc
    except RefusedAddress as exc:
        raise RefusedAddress(f"{target.start} leads elsewhere: {exc}") from exc
    return Target(reached.url, f"{reached.name} (where {target.start} leads)", target.start)


def _no_address(text: str) -> RefusedAddress:
    # Where a password ends cannot be told in what is no address: nothing before its mark is shown.
    return RefusedAddress(f"{shown(text.rpartition('@')[2])!r} is no web address; write it as https://host/page.")


def shown(address: str) -> str:
    """Return an address as messages and logs may hold it: on one line, short, without credentials, query or fragment."""
    text = _CREDENTIALS.sub("//", one_line(address[:LONGEST]), count=1).partition("#")[0]
    bare, query, _ = text.partition("?")
    return bare[:_SHOWN] + "…" if query or len(bare) > _SHOWN else bare


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, and so is the IPv4 address that it may carry within.

    Looks into IPv4-mapped, 6to4 and NAT64 (``64:ff9b::/96``) addresses.
    """
    parsed = _parsed(address)
    if parsed is None or getattr(parsed, "scope_id", None):
        return False
    if isinstance(parsed, IPv4Address):
        return not any(parsed in block for block in _SPECIAL_4)
    inner = parsed.ipv4_mapped or parsed.sixtofour
    if parsed in _NAT64:
        inner = IPv4Address(int(parsed) & 0xFFFFFFFF)
    if inner is not None:
        return is_public(str(inner))
    return parsed in _UNICAST_6 and not any(parsed in block for block in _SPECIAL_6)


def resolve(host: str) -> list[str]:
    """Ask the system for all addresses of a host, in the order in which to try them. Raises OSError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked_addresses(target: Target, ask: Resolve, seconds: float, may_be_private: Collection[str]) -> list[str]:
    """Return the addresses of a target's host, which are all public, or else its host is among ``may_be_private``.

    Raises RefusedAddress, TooSlow when there is no answer within ``seconds``, FetchError when the host is unknown.
    """
    try:
        addresses = [target.host] if _parsed(target.host) else _within(seconds, lambda: list(ask(target.host)))
    except TimeoutError as exc:
        raise TooSlow(f"{target.name} is not fetched: the look-up of its host took too long; try again later.") from exc
    except (OSError, ValueError) as exc:
        raise FetchError(f"{target.name} is not fetched: its host was not found; check the address.") from exc
    if not addresses:
        raise FetchError(f"{target.name} is not fetched: its host was not found; check the address.")
    # One private address among public ones is enough: which one is connected to is not for the host to choose.
    if target.host not in may_be_private and not all(map(is_public, addresses)):
        raise RefusedAddress(
            f"{target.name} is refused: its host lies in a private network; allow that host by name to index an intranet."
        )
    return addresses


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None


def _within(seconds: float, work: Callable[[], list[str]]) -> list[str]:
    """Run ``work`` on a thread that may be left behind: the system's look-up knows no time limit."""
    answer: Future[list[str]] = Future()

    def run() -> None:
        try:
            answer.set_result(work())
        except BaseException as exc:
            answer.set_exception(exc)

    Thread(target=run, name="look-up", daemon=True).start()
    return answer.result(seconds)
