"""RSS and Atom of all kinds, broken and hostile ones too."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import ReadError
from retrieval.reading.parsing import shared
from retrieval.web.feeds import Entry, Feed, is_full, parse_feed

URL = "http://news.test/monde/feed.xml"
RSS_20 = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Le &amp;amp; Monde</title><link>http://news.test/</link><lastBuildDate>Fri, 04 Mar 2022 10:00:00 GMT</lastBuildDate>
<item><title>Kiev &lt;b&gt;résiste&lt;/b&gt;</title><link>kiev?a=1&amp;b=2#haut</link>
<guid isPermaLink="false">12</guid><pubDate>Wed, 02 Mar 2022 10:00:00 +0100</pubDate>
<description>Un résumé.</description>
<content:encoded><![CDATA[<p>La ville
résiste.</p><script>x()</script><p>Les <i>secours</i> cherchent.<br>Encore.</p><figure>Photo</figure>]]></content:encoded>
</item></channel></rss>"""
RSS_10 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="http://news.test/"><title>Monde</title></channel>
<item rdf:about="http://news.test/1"><title>Un</title><link>http://news.test/1</link><dc:date>2022-03-02</dc:date></item></rdf:RDF>"""
RSS_091 = """<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
"http://my.netscape.com/publish/formats/rss-0.91.dtd">
<rss version="0.91"><channel>
<title>Monde</title><item><title>Caf&eacute;</title><link>http://news.test/1</link></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://news.test/fr/">
<title type="html">Le &lt;i&gt;Monde&lt;/i&gt;</title>
<entry xml:base="guerre/"><title>Un &amp; deux</title><link rel="alternate" type="text/html" href="kiev"/>
<link rel="enclosure" type="audio/mpeg" href="son.mp3"/><id>tag:news.test,2022:1</id>
<published>2022-03-02T10:00:00Z</published><updated>2022-03-03T10:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Un.</p><p>Deux.</p></div></content></entry>
<entry><title>Sans date</title><link href="https://other.test/b"/>
<updated>2022-03</updated><summary type="text">1 &lt; 2</summary></entry>
</feed>"""


def entries(data: str | bytes, url: str = URL) -> tuple[Entry, ...]:
    return parse_feed(data.encode() if isinstance(data, str) else data, url).entries


def rss(inner: str) -> str:
    return f"<rss version='2.0'><channel>{inner}</channel></rss>"


def test_rss_2() -> None:
    feed = parse_feed(RSS_20.encode(), URL)
    assert feed.title == "Le & Monde"
    (entry,) = feed.entries
    assert entry.url == "http://news.test/monde/kiev?a=1&b=2"
    assert (entry.title, entry.published) == ("Kiev résiste", "2022-03-02T10:00:00+01:00")
    assert entry.text == "La ville résiste.\nLes secours cherchent.\nEncore."


def test_atom_with_bases_of_its_own() -> None:
    first, second = entries(ATOM)
    assert first.url == "https://news.test/fr/guerre/kiev"
    assert (first.title, first.published, first.text) == ("Un & deux", "2022-03-02T10:00:00+00:00", "Un.\nDeux.")
    assert (second.url, second.published, second.text) == ("https://other.test/b", "2022-03", "1 < 2")
    assert parse_feed(ATOM.encode(), URL).title == "Le Monde"


@pytest.mark.parametrize(("data", "title", "published"), [(RSS_10, "Un", "2022-03-02"), (RSS_091, "Café", "")])
def test_older_kinds(data: str, title: str, published: str) -> None:
    (entry,) = entries(data)
    assert (entry.url, entry.title, entry.published) == ("http://news.test/1", title, published)


@pytest.mark.parametrize(
    ("inner", "url"),
    [
        ("<guid>http://news.test/g</guid>", "http://news.test/g"),
        ("<guid isPermaLink='false'>http://news.test/g</guid>", "http://news.test/g"),
        ("<guid isPermaLink='false'>12</guid><link>http://news.test/l</link>", "http://news.test/l"),
        ("<link>http://news.test/l</link><guid>12</guid>", "http://news.test/l"),
        ("<guid>http://news.test/g</guid><link>http://news.test/l</link>", "http://news.test/l"),
        ("<guid>tag:news.test,2022:1</guid>", ""),
        ("<link>  /x  </link>", "http://news.test/x"),
        ("<link>javascript:alert(1)</link>", ""),
        ("<link>file:///etc/passwd</link>", ""),
        ("<link>http://user:secret@news.test/</link>", ""),
        ("<link>http://[broken</link><guid>http://news.test/g</guid>", "http://news.test/g"),
        ("<enclosure url='http://news.test/a.pdf' type='application/pdf' length='1'/>", "http://news.test/a.pdf"),
        ("<enclosure url='http://news.test/a.mp3' type='audio/mpeg' length='1'/>", ""),
        ("<title>nothing</title>", ""),
    ],
)
def test_the_address_of_an_entry(inner: str, url: str) -> None:
    assert [entry.url for entry in entries(rss(f"<item>{inner}</item>"))] == ([url] if url else [])


@pytest.mark.parametrize(
    ("dates", "published"),
    [
        ("<pubDate>Wed, 02 Mar 2022 10:00:00 EST</pubDate>", "2022-03-02T10:00:00-05:00"),
        ("<pubDate>2022-03-02</pubDate>", "2022-03-02"),
        ("<pubDate>02/03/2022</pubDate>", ""),
        ("<pubDate>hier</pubDate><dc:date>2022-03-02T10:00Z</dc:date>", "2022-03-02T10:00+00:00"),
        ("<dc:date>2022-03-04</dc:date><pubDate>2022-03-02</pubDate>", "2022-03-02"),
        ("", ""),
    ],
)
def test_dates_as_stated_or_none(dates: str, published: str) -> None:
    item = f"<item xmlns:dc='http://purl.org/dc/elements/1.1/'><link>http://news.test/a</link>{dates}</item>"
    (entry,) = entries(rss("<lastBuildDate>Fri, 04 Mar 2022 10:00:00 GMT</lastBuildDate>" + item))
    assert entry.published == published


@pytest.mark.parametrize(
    "change",
    [("Kiev", "Lviv"), ("02 Mar", "03 Mar"), ("cherchent", "trouvent"), ("résiste.</p>", "résiste</p>")],
)
def test_a_mark_changes_with_its_entry(change: tuple[str, str]) -> None:
    (before,), (after,) = entries(RSS_20), entries(RSS_20.replace(*change))
    assert before.url == after.url
    assert before.mark != after.mark


def test_a_mark_stays_while_its_entry_does() -> None:
    other = RSS_20.replace("Fri, 04 Mar", "Sat, 05 Mar").replace("<script>x()", "<script>y()")
    assert entries(RSS_20)[0].mark == entries(other)[0].mark


def test_the_longest_text_without_what_a_blog_appends() -> None:
    signed = "<p>Un. Deux. Trois.</p><p>The post <a href='x'>Kiev</a> appeared first on <a href='y'>Monde</a>.</p>"
    (entry,) = entries(rss(f"<item><link>/a</link><description><![CDATA[{signed}]]></description></item>"))
    assert entry.text == "Un. Deux. Trois."


def test_one_address_comes_once() -> None:
    found = entries(
        rss("<item><link>/a</link><title>1</title></item><item><link>/b</link></item><item><link>/a#x</link></item>")
    )
    assert [(entry.url, entry.title) for entry in found] == [("http://news.test/a", "1"), ("http://news.test/b", "")]


@pytest.mark.parametrize(
    ("data", "titles"),
    [
        ("<rss version='2.0'><channel><item><title>A & B</title><link>/a</link></item>", ["A & B"]),  # cut off
        ("Warning: x\n" + rss("<item><title>A</title><link>/a</link></item>"), ["A"]),
        (rss("<item><title>A<link>/a</link></item>"), []),
        (rss("\x08<item><title>A\x01B</title><link>/a</link></item>"), ["AB"]),
    ],
)
def test_broken_xml(data: str, titles: list[str]) -> None:
    assert [entry.title for entry in entries(data)][: len(titles)] == titles


@pytest.mark.parametrize(
    ("stated", "encoding"),
    [("utf-8", "utf-8"), ("iso-8859-1", "iso-8859-1"), ("utf-8", "cp1252"), ("iso-8859-1", "utf-8"), ("utf-16", "utf-16"),
     ("nonsense", "utf-8"), ("windows-1251", "utf-8")],
)  # fmt: skip
def test_charsets_that_are_right_and_wrong(stated: str, encoding: str) -> None:
    item = "<item><title>L’été à Kiev : « cœur »</title><link>/a</link></item>"
    if encoding == "iso-8859-1":
        item = item.replace("’", "'").replace("œ", "oe")
    data = f"<?xml version='1.0' encoding='{stated}'?>{rss(item)}".encode(encoding)
    (entry,) = entries(data)
    assert entry.title.startswith("L")
    assert "été à Kiev : « c" in entry.title


def test_a_feed_without_entries() -> None:
    assert parse_feed(rss("<title>Vide</title>").encode(), URL) == Feed("Vide", ())


@pytest.mark.parametrize(
    "data", [b"", b"   ", b"<html><title>x</title><body>x", b"%PDF-1.4", b"nothing", b"\x00\x01", b"{}"]
)
def test_what_is_no_feed(data: bytes) -> None:
    with pytest.raises(ReadError, match=r"^is (no feed|not a text file)$"):
        parse_feed(data, URL)


def test_nothing_is_opened_or_fetched(tmp_path: Path) -> None:
    (tmp_path / "feed").write_text(RSS_20, "utf-8")
    for data in (f"{tmp_path}/feed", f"file://{tmp_path}/feed", "http://127.0.0.1:9/feed"):
        with pytest.raises(ReadError, match="is no feed"):
            parse_feed(data.encode(), URL)
    stolen = f"<!DOCTYPE rss [<!ENTITY x SYSTEM 'file://{tmp_path}/feed'>]>" + rss(
        "<item><title>&x;</title><link>/a</link></item>"
    )
    assert all("Kiev" not in entry.title for entry in entries(stolen))


@pytest.mark.parametrize("definition", ['"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"', f'"{"a" * 1_000_000}"'])
@pytest.mark.parametrize("broken", ["", "<item>"])
def test_entities_do_not_explode(definition: str, broken: str) -> None:
    names = "abcdefgh"
    defined = [f"<!ENTITY {names[n]} {definition.replace('&a;', f'&{names[n - 1]};')}>" for n in range(1, 8)]
    bomb = f"<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'>{''.join(defined)}]>" + rss(
        f"<item><title>{'&h;' * 200}</title><link>/a</link></item>{broken}"
    )
    tracemalloc.start()
    try:
        found = entries(bomb)
        assert tracemalloc.get_traced_memory()[1] < 100e6
    finally:
        tracemalloc.stop()
    assert all(len(entry.title) <= 1000 for entry in found)


def test_an_entity_that_only_what_is_taken_out_would_make() -> None:
    bomb = "<!DOCTYPE rss [<!ENTI<!ENTITY x 'y'>TY a 'aaaa'>]>" + rss("<item><title>&a;</title><link>/a</link></item>")
    assert all("aaaa" not in entry.title for entry in entries(bomb))


def test_deep_and_long_markup() -> None:
    deep = rss(
        f"<item><link>/a</link><description><![CDATA[{'<div>' * 20_000}x{'</div>' * 20_000}]]></description></item>"
    )
    (entry,) = entries(deep)
    assert len(entry.text) < 10


def test_in_the_child() -> None:
    assert shared().feed(RSS_20.encode(), URL) == parse_feed(RSS_20.encode(), URL)
    with pytest.raises(ReadError, match=r"^http://news.test/monde/feed.xml is no feed\.$"):
        shared().feed(b"nothing", URL)
    odd = rss("<item><title>&#xD800;\U0001f600</title><link>/a</link></item>").encode()
    (entry,) = shared().feed(odd, URL).entries
    assert (entry.url, entry.title) == ("http://news.test/a", "\ufffd\U0001f600")


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("Une phrase. " * 40, True),
        ("Une phrase. " * 10, False),
        ("Une phrase. " * 40 + "Et puis…", False),
        ("Une phrase. " * 40 + "Et puis [...]", False),
        ("Une phrase. " * 40 + "« Et puis… »", False),
        ("Une phrase. " * 40 + "\nLire la suite", False),
        ("Une phrase. " * 40 + "« Oui ! »", True),
    ],
)
def test_full_texts_and_teasers(text: str, full: bool) -> None:
    assert is_full(text) is full


PIECES = st.sampled_from(
    [b"<item>", b"</item>", b"<![CDATA[", b"]]>", b"&", b"&#xFFFFFFFFFF;", b"&#0;", b"<!--", b"<?", b"\x00", b"\xff",
     b"<rss>",      b"xml:base='javascript:'", b"<!ENTITY a '", b"<link>", b"http://[", b"<div>",
     b"<content type='xhtml'>", b"<feed>",
     b"<pubDate>Wed, 99 Foo 9999999 25:61:61 +9999</pubDate>", b"<link href='//'/>", b"<title type='base64'>"]
)  # fmt: skip


@given(
    st.sampled_from([RSS_20, RSS_10, RSS_091, ATOM]),
    st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 40), PIECES), max_size=6),
)
def test_mutated_feeds(feed: str, changes: list[tuple[int, int, bytes]]) -> None:
    data = feed.encode()
    for at, length, piece in changes:
        data = data[:at] + piece + data[at + length :]
    check(data)


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes(data: bytes) -> None:
    check(data)
    check(b"<rss version='2.0'><channel><item>" + data)
    check(gzip.compress(data))


def check(data: bytes) -> None:
    try:
        found = parse_feed(data, URL)
    except ReadError:
        return
    for entry in found.entries:
        assert entry.url.startswith(("http://", "https://"))
        assert "\n" not in entry.title


@given(st.integers(0, 500), st.sampled_from(["item", "atom:entry"]))
def test_of_one_that_breaks_off_no_half_address_is_taken(cut: int, tag: str) -> None:
    addresses = [f"http://news.test/2022/{number}" for number in range(6)]
    if tag == "item":
        begin, end = "<rss version='2.0'><channel>", "</channel></rss>"
        items = [f"<item><link>{address}</link><title>T</title></item>" for address in addresses]
    else:
        begin, end = "<atom:feed xmlns:atom='http://www.w3.org/2005/Atom'>", "</atom:feed>"
        items = [f"<atom:entry><atom:id>{a}</atom:id><atom:link href='{a}'/></atom:entry>" for a in addresses]
    whole = begin + "".join(items) + end
    assert [entry.url for entry in entries(whole)] == addresses
    found = [entry.url for entry in entries(whole[: len(begin) + cut])]
    assert found == addresses[: len(found)]
