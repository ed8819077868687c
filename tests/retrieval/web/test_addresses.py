"""Web addresses: which texts are one, how messages show them, and which IP addresses are of the public internet."""

from __future__ import annotations

import ipaddress
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retrieval.web.addresses import LONGEST, is_public, parse_address, shown
from retrieval.web.fetch_errors import RefusedAddress

# How an address is written.


@pytest.mark.parametrize(
    "address",
    [
        "", " ", "news.test/a", "//news.test/a", "/a", "http:", "http://", "http:///a", "https:news.test", "http://:80/",
        "ftp://news.test/a", "file:///etc/passwd", "gopher://news.test/", "data:text/html,x", "javascript:alert(1)",
        "ws://news.test/", "jar:http://news.test!/", "http://news.test:port/", "http://news.test:80:80/",
        "http://[::1/", "http://[1.2.3.4]/", "http://1.2.3.256/", "http://0177.0.0.1/", "http://a\nb.test/",
        "http://news.test/\x00", "http://news.test/\r\nHost: x", "http://news.test/\ud800", "http://☃☃..test/",
        "http://news.test/" + "a" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_web_address(address: str) -> None:
    with pytest.raises(RefusedAddress, match=r" is no web address; write it as https://host/page\.$"):
        parse_address(address)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (
            "http://user@news.test/a",
            "http://news.test/a is refused: it holds a user name or a password; leave them out.",
        ),
        ("http://user:secret@news.test/a", "http://news.test/a is refused: it holds a user name or a password; "),
        ("http://:secret@news.test/", "http://news.test/ is refused: it holds a user name or a password; "),
        ("http://news.test\\@10.0.0.1/", "http://10.0.0.1/ is refused: it holds a user name or a password; "),
        ("http://news..test/", "http://news..test/ is refused: its host is no host name; check the address."),
        ("http://.news.test/", "its host is no host name"),
        ("http://-news.test/", "its host is no host name"),
        ("http://news%2etest/", "its host is no host name"),
        ("http://news test/", "its host is no host name"),
        ("http://news.test\\a/", "its host is no host name"),
        ("http://127.0.0.1%00.news.test/", "its host is no host name"),
        ("http://" + "a" * 64 + ".test/", "its host is no host name"),
        ("http://" + "a." * 127 + "test/", "its host is no host name"),
        ("http://*/", "its host is no host name"),
    ],
)
def test_addresses_that_are_refused_as_they_are_written(address: str, reason: str) -> None:
    with pytest.raises(RefusedAddress, match=re.escape(reason)) as caught:
        parse_address(address)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("address", ["https://user:se cret@x:y/", "user:secret@news.test", "https://u:sec?ret@h/"])
def test_no_password_is_shown_of_what_is_no_address(address: str) -> None:
    with pytest.raises(RefusedAddress) as caught:
        parse_address(address)
    assert not {"sec", "cret"} & set(re.findall(r"[a-z]+", str(caught.value)))
    assert "user" not in str(caught.value)


@given(
    st.text(max_size=60) | st.text(max_size=40).map("http://".__add__) | st.text(max_size=40).map("https://h/".__add__)
)
@example("https://h/\u202e\u2066\x1b[31m\x9b\u200b?token=secret#frag")
@example("http://" + "a" * 3000)
@example("http://\U000e0041.test/")
def test_any_text_is_an_address_or_a_clean_sentence(text: str) -> None:
    try:
        name = parse_address(text).name
    except RefusedAddress as exc:
        name = str(exc)
        assert name.endswith(".")
    assert name.isprintable()
    assert len(name) < 400


@given(
    st.text(max_size=60).map("http://".__add__)
    | st.text(max_size=60).map("https://h/".__add__)
    | st.integers(600, 2000).map(lambda n: "https://h/" + "é" * n)
    | st.text("%2é ?#/.:[]@aA\\\t", max_size=30).map("https://H.test:443".__add__)
)
@example("https://news.test/" + "é" * 1900)
@example("https://straße.test/%zz%41?é=%e9#x")
def test_what_is_parsed_can_be_parsed_again(text: str) -> None:
    try:
        url = str(parse_address(text).url)
    except RefusedAddress:
        return
    assert len(url) <= LONGEST
    assert str(parse_address(url).url) == url


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://news.test/a?key=secret#frag", "https://news.test/a…"),
        ("https://news.test/a#frag?x", "https://news.test/a"),
        ("https://user:secret@news.test/@user/a", "https://news.test/@user/a"),
        ("https://news.test/" + "a" * 500, "https://news.test/" + "a" * 182 + "…"),
        ("\x1b[1mhttps://news.test/\r\n\x00a", "[1mhttps://news.test/ a"),
    ],
)
def test_how_an_address_is_shown(address: str, expected: str) -> None:
    assert shown(address) == expected


# Where a host lies.

REFUSED = {
    "this network": "0.0.0.0 0.1.2.3",
    "private": "10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.255.255",
    "carrier NAT": "100.64.0.0 100.127.255.255",
    "loopback": "127.0.0.1 127.255.255.255 ::1",
    "link-local, with the metadata of clouds": "169.254.0.1 169.254.169.254 fe80::1 fe80::1%1 febf::1 2a00:1450::1%1",
    "protocol assignments": "192.0.0.1 192.0.0.9 192.0.0.171 2001::1 2001:1::1 2001:20::1 2001:1ff:ffff::1",
    "documentation": "192.0.2.1 198.51.100.1 203.0.113.1 2001:db8::1 3fff:fff::1",
    "benchmarks": "198.18.0.1 198.19.255.255 2001:2::1",
    "multicast": "224.0.0.1 232.1.1.1 239.255.255.255 ff02::1 ff0e::1",
    "reserved": "240.0.0.1 255.255.255.255 4000::1 5f00::1 8000::1 e000::1 100::1 1fff::1 fec0::1",
    "unspecified": "::",
    "unique local": "fc00::1 fd00:ec2::254",
    "IPv4-mapped": "::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0.0.0.0",
    "IPv4-compatible, translated": "::127.0.0.1 ::8.8.8.8 ::ffff:0:8.8.8.8",
    "6to4 of a private address": "2002:a00:1:: 2002:7f00:1::1 2002:c0a8:1::",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "NAT64 of a private address": "64:ff9b::10.0.0.1 64:ff9b::127.0.0.1 64:ff9b::a9fe:a9fe",
    "NAT64 of one's own": "64:ff9b:1::1 64:ff9b:1::8.8.8.8",
    "no address": "localhost 1.2.3 1.2.3.4.5 0x7f.0.0.1 2130706433 010.0.0.1 [::1] 8.8.8.8/32",
}
PUBLIC = (
    "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 169.253.255.255 "
    "172.15.255.255 172.32.0.0 192.0.1.1 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 "
    "2000::1 2001:200::1 2001:4860:4860::8888 2001:db7::1 2001:db9::1 2606:4700::1111 2a00:1450::1 3ffe::1 "
    "::ffff:8.8.8.8 2002:808:808:: 64:ff9b::8.8.8.8"
).split()


@pytest.mark.parametrize("address", [a for kind in REFUSED.values() for a in kind.split()])
def test_addresses_outside_the_public_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


def oracle(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """What the standard library knows of an address; what it does not know, or has changed its mind about, is added."""
    if isinstance(address, ipaddress.IPv4Address):
        carrier_or_protocol = (100, 64) <= tuple(address.packed[:2]) < (100, 128) or address.packed[:3] == b"\xc0\0\0"
        return address.is_global and not address.is_multicast and not address.is_reserved and not carrier_or_protocol
    packed = address.packed
    if packed[:12] in (bytes(10) + b"\xff\xff", b"\x00\x64\xff\x9b" + bytes(8)):
        return oracle(ipaddress.IPv4Address(packed[12:]))
    if packed[:2] == b"\x20\x02":
        return oracle(ipaddress.IPv4Address(packed[2:6]))
    protocols = packed[:2] == b"\x20\x01" and packed[2] < 2
    documentation = packed[:4] == b"\x20\x01\x0d\xb8" or (packed[:2] == b"\x3f\xff" and packed[2] < 16)
    local = address.is_private or address.is_link_local or address.is_site_local or address.is_multicast
    return not (local or address.is_reserved or protocols or documentation)


def near(block: str) -> st.SearchStrategy[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Addresses within a block, and just outside of it."""
    network = ipaddress.ip_network(block)
    first, last = int(network.network_address), int(network.broadcast_address)
    most = 2**network.max_prefixlen - 1
    kind = type(network.network_address)
    edges = st.sampled_from([max(first - 1, 0), first, last, min(last + 1, most)])
    return (edges | st.integers(first, last)).map(kind)


BLOCKS = (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 "
    "::/128 ::1/128 ::/96 ::ffff:0:0/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2000::/3 2001::/32 "
    "2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8"
).split()
anywhere = st.ip_addresses() | st.sampled_from(BLOCKS).flatmap(near)


@given(anywhere)
def test_any_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert is_public(str(address)) is oracle(address)


@given(st.ip_addresses(v=4) | st.sampled_from(BLOCKS[:15]).flatmap(near))
def test_an_address_within_another_counts_as_itself(address: ipaddress.IPv4Address) -> None:
    inner = int(address)
    for carrier in (0xFFFF << 32 | inner, 0x64FF9B << 96 | inner, 0x2002 << 112 | inner << 80):
        assert is_public(str(ipaddress.IPv6Address(carrier))) is oracle(address)


@given(st.text(max_size=30))
def test_no_text_is_an_address(text: str) -> None:
    assert is_public(text) is False or ipaddress.ip_address(text)
