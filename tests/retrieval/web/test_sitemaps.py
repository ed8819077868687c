"""Sitemaps of all kinds, broken and hostile ones too."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import ReadError
from retrieval.reading.parsing import shared
from retrieval.web.sitemaps import MOST, Listed, Sitemap, parse_sitemap

URL = "https://news.test/sitemap.xml"
NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><!-- made today -->
<url><image:image><image:loc>https://news.test/image.jpg</image:loc></image:image>
<loc> https://news.test/a?x=1&amp;y=2#z </loc><lastmod>2022-03-03T10:00:00Z</lastmod><news:news><news:publication>
<news:name>Le Monde</news:name><news:language>fr-FR</news:language></news:publication>
<news:publication_date>2022-03-02</news:publication_date><news:title><![CDATA[Kiev & l’hiver]]></news:title></news:news>
</url><url><loc>https://news.test/b</loc><lastmod>hier</lastmod></url></urlset>"""
INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>https://news.test/1.xml.gz</loc>
<lastmod>2022-03-02</lastmod></sitemap><sitemap><loc>https://elsewhere.test/2.xml</loc></sitemap></sitemapindex>"""
PAGES = (
    Listed(
        "https://news.test/a?x=1&y=2", "2022-03-03T10:00:00+00:00", "2022-03-02", "Kiev & l’hiver", "Le Monde", "fr"
    ),
    Listed("https://news.test/b"),
)


def urls(data: str | bytes) -> list[str]:
    return [each.url for each in parse_sitemap(data.encode() if isinstance(data, str) else data, URL).pages]


def test_a_sitemap_of_news() -> None:
    assert parse_sitemap(NEWS.encode(), URL) == Sitemap((), PAGES)


def test_an_index_names_sitemaps_of_its_own_host() -> None:
    assert parse_sitemap(INDEX.encode(), URL) == Sitemap((Listed("https://news.test/1.xml.gz", "2022-03-02"),), ())


@pytest.mark.parametrize(
    ("place", "kept"),
    [
        ("https://news.test/x", "https://news.test/x"),
        ("http://NEWS.test:80/x", "http://news.test/x"),
        ("https://www.news.test/x", ""),
        ("https://evil.test/x", ""),
        ("https://news.test@evil.test/x", ""),
        ("/x", ""),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("", ""),
    ],
)
def test_only_addresses_of_its_own_host(place: str, kept: str) -> None:
    for data in (f"<urlset><url><loc>{place}</loc></url></urlset>", f"https://news.test/first\n{place}\n"):
        assert [url for url in urls(data) if not url.endswith("first")] == ([kept] if kept else [])


def test_packed_and_as_text() -> None:
    assert parse_sitemap(gzip.compress(NEWS.encode()), URL) == Sitemap((), PAGES)
    assert urls("\ufeffhttps://news.test/a\r\n\r\n https://news.test/b \nhttps://news.test/a") == [
        "https://news.test/a",
        "https://news.test/b",
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "utf-8-sig"])
def test_other_encodings(encoding: str) -> None:
    data = "<?xml version='1.0' encoding='iso-8859-1'?><urlset><url><loc>https://news.test/a</loc><news><title>é</title></news></url></urlset>"
    assert parse_sitemap(data.encode(encoding), URL).pages[0].title == "é"


def test_what_came_before_the_break_counts() -> None:
    assert urls(NEWS[: NEWS.index("<lastmod>hier")])[0] == "https://news.test/a?x=1&y=2"
    assert urls("<urlset><url><loc>https://news.test/a</loc></url><url></loc></urlset><<<") == ["https://news.test/a"]


@pytest.mark.parametrize(
    "data",
    [
        b"<html><body>",
        b"<rss/>",
        b"<",
        b"<!--",
        b"\x1f\x8bno",
        gzip.compress(NEWS.encode())[:40],
        b"\x00\x01",
        b"<?xml",
    ],
)
def test_what_is_no_sitemap(data: bytes) -> None:
    with pytest.raises(ReadError, match=r"^is (no sitemap|a sitemap that cannot be unpacked|not a text file)$"):
        parse_sitemap(data, URL)


def test_a_packed_bomb_is_given_up() -> None:
    bomb = gzip.compress(b" " * 60 * 2**20)
    with pytest.raises(ReadError, match="more than 50 MB unpacked"):
        parse_sitemap(bomb, URL)


def test_entities_do_not_explode() -> None:
    defined = "".join(
        f"<!ENTITY {b} '&{a};&{a};&{a};&{a};&{a};&{a};&{a};&{a};'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    bomb = (
        f"<!DOCTYPE urlset [<!ENTITY a 'aaaaaaaaaaaaaaaaaa'>{defined}<!ENTITY x SYSTEM 'file:///etc/passwd'>]><urlset>"
        "<url><loc>https://news.test/a</loc><news><title>&i;&x;</title></news></url></urlset>"
    )
    tracemalloc.start()
    try:
        found = parse_sitemap(bomb.encode(), URL).pages
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()
    assert all(len(page.title) < 100 and "root" not in page.title for page in found)


def test_as_many_as_the_protocol_allows() -> None:
    rows = "".join(f"<url><loc>https://news.test/{n}</loc></url>" for n in range(MOST + 10))
    found = urls(f"<urlset>{rows}</urlset>")
    assert (len(found), found[-1]) == (MOST, f"https://news.test/{MOST - 1}")


def test_in_the_child() -> None:
    assert shared().sitemap(NEWS.encode(), URL) == parse_sitemap(NEWS.encode(), URL)
    assert shared().sitemap(INDEX.encode(), URL) == parse_sitemap(INDEX.encode(), URL)
    with pytest.raises(ReadError, match=r"^https://news.test/sitemap.xml is no sitemap\.$"):
        shared().sitemap(b"<html>", URL)


PIECES = st.sampled_from(
    [b"<url>", b"</url>", b"<loc>", b"<![CDATA[", b"]]>", b"&", b"&#0;", b"<!--", b"\x00", b"\xff", b"<urlset>",
     b"</urlset>",      b"<sitemap>", b"http://[", b"<?x", b"<!DOCTYPE x [", b"xmlns='", b"<news:news>", b"\n"]
)  # fmt: skip


@given(
    st.sampled_from([NEWS, INDEX]),
    st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 40), PIECES), max_size=6),
    st.booleans(),
)
def test_mutated_sitemaps(sitemap: str, changes: list[tuple[int, int, bytes]], packed: bool) -> None:
    data = sitemap.encode()
    for at, length, piece in changes:
        data = data[:at] + piece + data[at + length :]
    check(gzip.compress(data) if packed else data)


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    check(data)
    check(b"<urlset><url><loc>" + data)
    check(b"\x1f\x8b\x08\x00" + data)


def check(data: bytes) -> None:
    try:
        found = parse_sitemap(data, URL)
    except ReadError:
        return
    assert all(each.url.partition("://")[2].startswith("news.test") for each in (*found.pages, *found.sitemaps))


@given(st.integers(0, 400))
def test_of_one_that_breaks_off_no_half_address_is_taken(cut: int) -> None:
    addresses = [f"https://news.test/2022/{number}" for number in range(6)]
    whole = "<urlset>" + "".join(f"<url><loc>{address}</loc></url>" for address in addresses) + "</urlset>"
    assert urls(whole) == addresses
    try:
        found = urls(whole[: len("<urlset>") + cut])
    except ReadError:
        found = []
    assert found == addresses[: len(found)]
