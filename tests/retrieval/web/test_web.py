"""Pages of the web as articles: how they are read, named and dated, and how an archive takes them in again and again."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

import pytest

from retrieval.archive import Archive
from retrieval.errors import NotFound, ReadError
from retrieval.reading.sources import FolderSource
from retrieval.types import Article, IndexReport
from retrieval.web.collecting import collect
from retrieval.web.fetch_errors import FetchError, RefusedAddress
from retrieval.web.fetching import Fetched, Fetcher
from retrieval.web.limits import Policy
from retrieval.web.page import Page, article_of, entry_article, fingerprint, kind_of, read_page
from retrieval.web.visits import Visits
from tests.retrieval.files import paragraph, word
from tests.retrieval.material import CountingEmbedder
from tests.retrieval.reading.test_readers import JOINED, LINES, pdf
from tests.web_server import Asked, Lookup, Web, head, moved, page, serving

BODY = (
    "La ville de Tchernihiv a été bombardée dans la nuit de mardi à mercredi, selon le gouverneur de la région.",
    "Les habitants se sont réfugiés dans les caves, et les secours cherchent des survivants sous les décombres.",
)
URL = "https://news.test/monde/tchernihiv"
KEY = "http://news.test/a"
SENTENCE = "Kiev résiste à l'hiver, œuvre après œuvre."


def html(*paragraphs: str, head: str = "", nonce: str = "1") -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs or BODY)
    return (
        f"<!doctype html><html lang='fr'><head><title>Tchernihiv sous les bombes</title>{head}"
        f"<script nonce='{nonce}'>let token = '{nonce}'</script></head><body><nav><a href='/'>Accueil {nonce}</a></nav>"
        f"<article><h1>Tchernihiv sous les bombes</h1>{text}</article></body></html>"
    )


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as served:
        yield served


@pytest.fixture
def fetcher(web: Web) -> Iterator[Fetcher]:
    with web.fetcher() as made:
        yield made


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def archive(tmp_path: Path, embedder: CountingEmbedder) -> Iterator[Archive]:
    with Archive(tmp_path / "index", embedder) as opened:
        yield opened


def read(address: str, fetcher: Fetcher) -> Article:
    return article_of(fetcher.fetch(address))


def index(archive: Archive, address: str, fetcher: Fetcher) -> IndexReport:
    """Take in what lies at an address of one page."""
    (report,) = [archive.index(batch) for batch in collect(address, fetcher, Visits(archive.store))]
    return report


def hashed(address: str) -> str:
    return blake2b(address.encode(), digest_size=6).hexdigest()


def counts(report: IndexReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.removed, report.unchanged


# Reading.


def test_a_page(web: Web, fetcher: Fetcher) -> None:
    stated = (
        "<meta property='og:site_name' content='Le Monde'><link rel='canonical' href='https://news.test/monde/tchernihiv'>"
        "<meta property='article:published_time' content='2022-03-02T10:00:00+01:00'>"
    )
    web.routes["/monde/t.html"] = page(html(head=stated), content_type="text/html; charset=utf-8")
    assert read("https://news.test/monde/t.html?utm_source=x", fetcher) == Article(
        id="news.test/monde/tchernihiv",
        text="\n".join(BODY),
        title="Tchernihiv sous les bombes",
        url=URL,
        outlet="Le Monde",
        published="2022-03-02T10:00:00+01:00",
        language="fr",
        dated_by="page",
    )


def test_what_a_page_does_not_state_is_not_made_up(web: Web, fetcher: Fetcher) -> None:
    web.routes["/a"] = page(html(), content_type="text/html", last_modified="Wed, 02 Mar 2022 10:00:00 GMT")
    article = read(KEY, fetcher)
    assert (article.published, article.outlet, article.url) == ("", "", KEY)


@pytest.mark.parametrize(
    ("stated", "stored"),
    [
        ("https://news.test/monde/tchernihiv", "https://news.test/monde/tchernihiv"),
        ("HTTPS://NEWS.test:443/monde/#haut", "https://news.test/monde/"),
        ("http://news.test/b?id=1", "http://news.test/b?id=1"),
        ("https://evil.test/monde", KEY),
        ("https://www.news.test/monde", KEY),
        ("https://news.test@evil.test/", KEY),
        ("https://user:secret@news.test/b", KEY),
        ("javascript:alert(1)", KEY),
        ("/monde", KEY),
        ("https://news.test", KEY),  # the front page, named on every page
        ("https://news.test/?id=1", "https://news.test/?id=1"),
    ],
)
def test_the_address_that_a_page_states_for_itself(web: Web, fetcher: Fetcher, stated: str, stored: str) -> None:
    web.routes["/old"] = moved("/a")
    web.routes["/a"] = page(html(head=f"<link rel='canonical' href='{stated}'>"), content_type="text/html")
    assert read("http://news.test/old", fetcher).url == stored


@pytest.mark.parametrize(
    ("address", "article_id"),
    [
        ("http://news.test/a/b.html", "news.test/a/b.html"),
        ("https://news.test/a/b.html", "news.test/a/b.html"),
        ("http://news.test/a/", "news.test/a"),
        ("http://news.test", "news.test"),
        ("http://news.test:8080/a", "news.test:8080/a"),
        ("http://news.test/a?id=1", f"news.test/a-{hashed('news.test/a?id=1')}"),
        ("https://news.test/a?id=1", f"news.test/a-{hashed('news.test/a?id=1')}"),
        ("http://news.test/a?id=2", f"news.test/a-{hashed('news.test/a?id=2')}"),
        ("http://news.test/" + "b" * 200, f"news.test/{'b' * 110}-{hashed('news.test/' + 'b' * 200)}"),
    ],
)
def test_ids_are_addresses_and_hide_queries(web: Web, fetcher: Fetcher, address: str, article_id: str) -> None:
    path = "/" + address.partition("://")[2].partition("?")[0].partition("/")[2]
    web.routes |= {path: page(html(), content_type="text/html"), f"news.test:8080{path}": page(html())}
    assert read(address, fetcher).id == article_id


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/html", html(), "\n".join(BODY)),
        ("application/xhtml+xml", html(), "\n".join(BODY)),
        ("application/pdf", pdf(LINES), JOINED),
        ("text/plain", "\n\n".join(BODY), "\n\n".join(BODY)),
        ("text/markdown", f"**{BODY[0]}**", BODY[0]),
        ("", html(), "\n".join(BODY)),
        ("application/octet-stream", "\n <HTML>" + html(), "\n".join(BODY)),
        ("application/octet-stream", pdf(LINES), JOINED),
        ("text/html", pdf(LINES), JOINED),
        ("text/plain", "<html> en texte : " + BODY[0], "<html> en texte : " + BODY[0]),
        ("", BODY[0], BODY[0]),
    ],
)
def test_kinds_of_pages(web: Web, fetcher: Fetcher, content_type: str, body: bytes | str, text: str) -> None:
    web.routes["/a"] = page(body, content_type=content_type)
    assert read(KEY, fetcher).text == text


@pytest.mark.parametrize("content_type", ["text/plain", "application/octet-stream"])
def test_markdown_by_its_address(web: Web, fetcher: Fetcher, content_type: str) -> None:
    web.routes["/a.md"] = page(f"**{BODY[0]}**", content_type=content_type)
    assert read("http://news.test/a.md?raw=1", fetcher).text == BODY[0]


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("utf-8", "utf-8"), ("iso-8859-1", "cp1252"), ("windows-1252", "cp1252"), ("ISO-8859-15", "iso-8859-15"),
     ("utf-16", "utf-16"), ("utf-16le", "utf-16-le"), ("iso-8859-1", "utf-8"), ("nonsense", "utf-8"), ("", "cp1252"),
     ("punycode", "cp1252"), ("idna", "cp1252"), ("zip", "utf-8"), ("utf-8", "cp1252")],
)  # fmt: skip
def test_charsets(web: Web, fetcher: Fetcher, charset: str, encoding: str) -> None:
    """What the server states, where it is true: many state one for all of their pages."""
    for kind, body in (("plain", SENTENCE), ("html", html(SENTENCE))):
        web.routes["/a"] = page(body.encode(encoding), content_type=f"text/{kind}; charset={charset}")
        assert read(KEY, fetcher).text == SENTENCE


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-16le", "Kiev resiste."),
        ("koi8-r", "Киев держится."),
        ("windows-1251", "Киев держится."),
        ("gb2312", "基辅坚持下去。"),
        ("shift_jis", "キエフは耐える。"),
    ],
)
def test_charsets_that_no_guess_would_tell(web: Web, fetcher: Fetcher, charset: str, text: str) -> None:
    web.routes["/a"] = page(text.encode(charset), content_type=f"text/plain; charset={charset}")
    assert read(KEY, fetcher).text == text


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (page(b"\x89PNG", content_type="image/png"), "http://news.test/a is image/png; give the address of an HTML page, "),
        (page("<rss/>", content_type="application/rss+xml"), "http://news.test/a is application/rss+xml; give the "),
        (page("", content_type="text/html"), "http://news.test/a "),
        (page("<html><body><script>app()</script>", content_type="text/html"), "http://news.test/a holds no text."),
        (page(b"\x00\x01\x02"), "http://news.test/a is not a text file."),
        (page("%PDF-1.4 no", content_type="application/pdf"), "http://news.test/a is a broken PDF ("),
        (page(status=404), "http://news.test/a answers 404 (Not Found); check the address."),
    ],
)  # fmt: skip
def test_pages_that_hold_no_article(web: Web, fetcher: Fetcher, answer: bytes, expected: str) -> None:
    web.routes["/a"] = answer
    with pytest.raises((FetchError, ReadError)) as raised:
        read(KEY, fetcher)
    assert str(raised.value).startswith(expected)


def test_what_is_no_web_address_is_refused_at_once(fetcher: Fetcher, archive: Archive) -> None:
    for address in ("seeds/", "file:///etc/passwd", "http://user:secret@news.test/"):
        with pytest.raises(RefusedAddress):
            collect(address, fetcher, Visits(archive.store))


def test_a_page_that_was_not_read() -> None:
    with pytest.raises(ReadError, match="has left the archive meanwhile"):
        read_page(Page(KEY, "f", b""))


RSS = "<rss version='2.0'><channel>"


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (RSS, "application/rss+xml", "feed"),
        (RSS, "text/html", "feed"),
        (RSS, "", "feed"),
        ("\n<?xml version='1.0'?><!-- made by x -->" + RSS, "text/plain", "feed"),
        ("Warning: line 1\n" + RSS, "text/xml", "feed"),
        ("Un texte sur <rss>.", "text/plain", "page"),
        ("<feed xmlns='http://www.w3.org/2005/Atom'>", "application/xml", "feed"),
        ("<atom:feed xmlns:atom='http://www.w3.org/2005/Atom'>", "application/xml", "feed"),
        ("<rdf:RDF>", "application/xml", "feed"),
        ("<html>", "application/atom+xml", "feed"),
        ("x", "application/atom+xml", "feed"),
        ("<urlset>", "application/rss+xml", "sitemap"),
        ("<sitemapindex>", "text/xml", "sitemap"),
        ("http://news.test/a\nhttp://news.test/b", "text/plain", "sitemap"),
        ("\n".join("http://news.test/" + letter * 1900 for letter in "abc"), "text/plain", "sitemap"),
        ("http://news.test/a\nUn article.", "text/plain", "page"),
        ("", "text/plain", "page"),
        ("<!DOCTYPE html><html><body><p>Un <rss>", "text/html", "page"),
        ("<html xmlns='http://www.w3.org/1999/xhtml'>", "application/xhtml+xml", "page"),
        ("<svg>", "image/svg+xml", "page"),
    ],
)
def test_what_lies_at_an_address(body: str, content_type: str, kind: str) -> None:
    for data in (body.encode(), b"\xef\xbb\xbf" + body.encode(), body.encode("utf-16"), gzip.compress(body.encode())):
        if kind == "sitemap" or data == body.encode() or "rss" in content_type:
            assert kind_of(Fetched(KEY, 200, content_type, "", data, "", "")) == kind


def test_a_word_file_and_a_mail(web: Web, fetcher: Fetcher) -> None:
    mail = f"From: AFP <a@b.test>\nSubject: Kiev\nDate: Wed, 02 Mar 2022 10:00:00 +0100\n\n{BODY[0]}\n".encode()
    office = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    for path, content_type, body in (
        ("/a", office, word(paragraph(BODY[0]))),
        ("/b", "message/rfc822", mail),
        ("/c.docx", "application/octet-stream", word(paragraph(BODY[0]))),
        ("/d.eml", "", mail),
    ):
        web.routes[path] = page(body, content_type=content_type)
        assert read(f"http://news.test{path}", fetcher).text == BODY[0]


def test_a_fingerprint_is_of_all_fields_and_of_the_cleaning(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Article(id="a", text="b")
    others = [replace(plain, **{name: "x"}) for name in Article.__slots__ if name != "pages"]
    marks = {fingerprint(each) for each in (plain, *others, replace(plain, pages=(0, 5)), replace(plain, pages=(0, 6)))}
    assert len(marks) == len(others) + 3
    monkeypatch.setattr("retrieval.web.page.CLEANING_VERSION", 1000)
    assert fingerprint(plain).startswith("1000:")


def test_an_article_of_a_feed_itself() -> None:
    text = "\n".join(BODY)
    assert entry_article("https://news.test/a?id=1", "T", text, "Le Monde", "2022-03-02") == Article(
        id=f"news.test/a-{hashed('news.test/a?id=1')}", text=text, title="T", url="https://news.test/a?id=1",
        outlet="Le Monde", published="2022-03-02", language="fr", dated_by="feed",
    )  # fmt: skip
    assert entry_article(KEY, "", text, "", "").dated_by == ""


# In an archive.


def test_an_unchanged_page_costs_nothing(
    web: Web, fetcher: Fetcher, archive: Archive, embedder: CountingEmbedder
) -> None:
    def answer(asked: Asked) -> bytes:
        return page(html(nonce=str(len(web.asked))), content_type="text/html")

    web.routes["/a"] = answer
    assert counts(index(archive, KEY, fetcher)) == (1, 0, 0, 0)
    assert embedder.embedded
    embedder.embedded.clear()
    change = archive.status().change
    for address in (KEY, "http://NEWS.test/a#part"):
        assert counts(index(archive, address, fetcher)) == (0, 0, 0, 1)
    assert (embedder.embedded, archive.status().change) == ([], change)


def test_a_changed_page_is_taken_in_again(web: Web, fetcher: Fetcher, archive: Archive) -> None:
    web.routes["/a"] = page(html(), content_type="text/html")
    index(archive, KEY, fetcher)
    web.routes["/a"] = page(html(BODY[1]), content_type="text/html")
    assert counts(index(archive, KEY, fetcher)) == (0, 1, 0, 0)
    assert archive.article("news.test/a").text == BODY[1]
    assert archive.status().articles == 1


@pytest.mark.parametrize(
    ("route", "answer", "expected"),
    [
        ("/a", page(status=404), "answers 404 (Not Found)"),
        ("/a", page(status=410), "answers 410 (Gone)"),
        ("/a", page(status=500), "answers 500 (Internal Server Error)"),
        ("/a", page(status=429, retry_after="60"), "is busy (429); try again in 60 s."),
        ("/a", moved("http://10.0.0.1/"), "its host lies in a private network"),
        ("/a", page("<html><body><p>", content_type="text/html"), "holds no text."),
        ("/a", page(b"\x89PNG", content_type="image/png"), "is image/png"),
        ("/a", head(Content_Length="100000000"), "is larger than 10 MB"),
        ("/a", [head(Content_Length="100"), b"<p>"], "broke off"),
        ("/robots.txt", page("User-agent: *\nDisallow: /"), "robots.txt keeps robots away"),
        ("/robots.txt", page(status=500), "so nothing of news.test may be fetched"),
    ],
)
def test_a_page_that_cannot_be_fetched_is_reported_and_what_it_gave_is_kept(
    web: Web, archive: Archive, embedder: CountingEmbedder, route: str, answer: bytes, expected: str
) -> None:
    web.routes["/a"] = page(html(), content_type="text/html")
    with web.fetcher() as fetcher:
        index(archive, KEY + "?id=1", fetcher)
    (stored,) = archive.articles()
    embedder.embedded.clear()
    web.routes[route] = answer
    with web.fetcher() as fetcher:
        report = index(archive, KEY + "?id=1", fetcher)
    assert counts(report) == (0, 0, 0, 0)
    ((where, why),) = [(skipped.where, skipped.reason) for skipped in report.skipped]
    assert where == KEY + "?id=1"
    assert expected in why
    assert "id=1" not in why
    assert (list(archive.articles()), embedder.embedded) == ([stored], [])
    assert archive.search("Tchernihiv")[0].article == stored


def test_a_host_that_is_gone_or_private_now_takes_nothing_away(web: Web, archive: Archive) -> None:
    web.routes["/a"] = page(html(), content_type="text/html")
    lookup = Lookup(news_test=[["8.8.8.8"], [], ["127.0.0.1"]])
    with web.fetcher(resolve=lookup) as fetcher:
        reports = [index(archive, KEY, fetcher) for _ in range(3)]
    assert [counts(report) for report in reports] == [(1, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0)]
    assert [len(report.skipped) for report in reports] == [0, 1, 1]
    assert archive.status().articles == 1


def test_a_page_back_after_a_failure_is_unchanged(web: Web, fetcher: Fetcher, archive: Archive) -> None:
    good = page(html(), content_type="text/html")
    for answer, expected in ((good, (1, 0, 0, 0)), (page(status=502), (0, 0, 0, 0)), (good, (0, 0, 0, 1))):
        web.routes["/a"] = answer
        assert counts(index(archive, KEY, fetcher)) == expected


def test_pages_and_folders_leave_each_other_alone(web: Web, fetcher: Fetcher, archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "one.txt").write_text(BODY[1], "utf-8")
    folder = FolderSource(tmp_path / "articles")
    web.routes |= {path: page(html(f"{BODY[0]} {path}"), content_type="text/html") for path in ("/a", "/b")}
    for expected in ((1, 0, 0, 0), (0, 0, 0, 1)):
        assert counts(archive.index(folder)) == expected
        for address in (KEY, "http://news.test/b"):
            assert counts(index(archive, address, fetcher)) == expected
    assert sorted(article.id for article in archive.articles()) == ["news.test/a", "news.test/b", "one"]


def test_a_page_under_two_addresses_is_one_article(web: Web, fetcher: Fetcher, archive: Archive) -> None:
    body = html(head="<link rel='canonical' href='http://news.test/a'>")
    web.routes |= {"/a": page(body, content_type="text/html"), "/b": page(body, content_type="text/html")}
    assert counts(index(archive, "http://news.test/b", fetcher)) == (1, 0, 0, 0)
    assert counts(index(archive, KEY, fetcher)) == (0, 0, 0, 1)
    assert [article.id for article in archive.articles()] == ["news.test/a"]


def test_a_forgotten_page_stays_out_until_it_changes(web: Web, fetcher: Fetcher, archive: Archive) -> None:
    web.routes["/a"] = page(html(), content_type="text/html")
    index(archive, KEY, fetcher)
    archive.forget("news.test/a")
    assert counts(index(archive, KEY, fetcher)) == (0, 0, 0, 1)
    with pytest.raises(NotFound):
        archive.article("news.test/a")
    web.routes["/a"] = page(html(BODY[0]), content_type="text/html")
    assert counts(index(archive, KEY, fetcher)) == (1, 0, 0, 0)


def test_a_page_of_an_intranet(web: Web, archive: Archive) -> None:
    """With the system's own look-up and connections, to this machine."""
    port = web.ports[False]
    web.routes[f"127.0.0.1:{port}/a"] = page(html(), content_type="text/html")
    policy = Policy(ports=frozenset({port}), allow_private=frozenset({"127.0.0.1"}), interval=0)
    with Fetcher(policy) as fetcher:
        assert counts(index(archive, f"http://127.0.0.1:{port}/a", fetcher)) == (1, 0, 0, 0)
    assert archive.article(f"127.0.0.1:{port}/a").text == "\n".join(BODY)
