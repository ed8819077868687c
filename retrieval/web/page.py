"""Articles from the web: what lies at an address, and the article of a page."""

from __future__ import annotations

import codecs
import json
import re
import zlib
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from typing import Literal

from retrieval.errors import ReadError
from retrieval.reading.parsing import parse
from retrieval.reading.readers import CLEANING_VERSION
from retrieval.types import Article, Record
from retrieval.web.addresses import Target, parse_address, shown
from retrieval.web.exchange import unpack
from retrieval.web.fetch_errors import RefusedAddress
from retrieval.web.fetching import Fetched

Kind = Literal["page", "feed", "sitemap"]

_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "message/rfc822": ".eml",
}
_BYTES = (".pdf", ".docx", ".eml")  # which say for themselves how they are encoded
_BY_ADDRESS = (".md", ".docx", ".eml")  # what begins like anything
_SAYS_NOTHING = (
    "",
    "application/octet-stream",
    "binary/octet-stream",
    "application/x-download",
    "application/download",
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_SNIFFED = 4096  # bytes
_ROOT = re.compile(
    rb"<(?:[\w-]{1,20}:)?(rss|feed|rdf|urlset|sitemapindex|html|head|body|!doctype\s+html)\b", re.IGNORECASE
)
_LISTS: dict[bytes, Kind] = {
    b"rss": "feed", b"feed": "feed", b"rdf": "feed", b"urlset": "sitemap", b"sitemapindex": "sitemap",
}  # fmt: skip
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
_GZIP = b"\x1f\x8b"
_LISTED = re.compile(rb"https?://\S{1,2000}", re.IGNORECASE)
# What browsers take a stated charset for, by Python's names.
_TAKEN_FOR = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_LONGEST_ID = 120


@dataclass(frozen=True, slots=True)
class Page(Record):
    """A record with the article that its page holds: what a page changes each time lies outside of its article.

    ``article`` is None where the page was not read, as the archive holds it already.
    """

    article: Article | None = None


def read_page(record: Record) -> Article:
    """Return the article of a page's record. Raises ReadError where it has none, as the page was not read."""
    if not isinstance(record, Page):
        raise TypeError("this record comes from another source")
    if record.article is None:
        raise ReadError(f"{shown(record.key)} has left the archive meanwhile; its page is read in the next run.")
    return record.article


def kind_of(page: Fetched) -> Kind:
    """Say what came, by how it begins, and by its content type where that is of feeds.

    Servers often call a feed a page of HTML, or a text.
    """
    beginning = _beginning(page.body)
    # Before a feed some sites print warnings; what calls itself a text and does not begin with a tag is a text.
    found = _ROOT.search(beginning) if beginning.startswith(b"<") or "xml" in page.content_type else None
    if found or page.content_type in _FEED_TYPES:
        otherwise: Kind = "feed" if page.content_type in _FEED_TYPES else "page"
        return _LISTS.get(found[1].lower(), otherwise) if found else otherwise
    lines = beginning.splitlines()
    whole = lines if len(page.body) <= _SNIFFED else lines[:-1]
    addresses = [line.strip() for line in whole if line.strip()]
    return "sitemap" if addresses and all(map(_LISTED.fullmatch, addresses)) else "page"


def _beginning(body: bytes) -> bytes:
    """Return the first bytes of a body, unpacked, in what can be searched for ASCII."""
    if body.startswith(_GZIP):
        try:
            body = unpack(body[:_SNIFFED], _SNIFFED, partial=True)
        except zlib.error:
            return b""
    bare = body[:_SNIFFED].removeprefix(codecs.BOM_UTF8)
    if bare.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        bare = bare[2:].replace(b"\x00", b"")
    return bare.lstrip()


def article_of(page: Fetched) -> Article:
    """Return the article of a page, with its id and its address. Raises ReadError."""
    final, name = parse_address(page.url), shown(page.url)
    suffix = _suffix(page, name)
    body = page.body if suffix in _BYTES else as_utf8(page.body, page.charset)
    article = parse(body, suffix, "", name)
    place = _canonical(article.url, final)
    return replace(article, id=_article_id(place), url=str(place.url))


def _suffix(page: Fetched, name: str) -> str:
    """Return the kind of file that a page is: as its type says, else as it begins, else as its address ends."""
    beginning = page.body[:_SNIFFED]
    if beginning.lstrip().startswith(b"%PDF-"):
        return ".pdf"
    suffix = _SUFFIXES.get(page.content_type, "")
    if not suffix and page.content_type not in _SAYS_NOTHING:
        raise ReadError(
            f"{name} is {page.content_type}; give the address of an HTML page, a PDF, a Word file, a mail, a text, "
            "a feed or a sitemap."
        )
    if not suffix and _HTML.search(beginning):
        return ".html"
    named = next((end for end in _BY_ADDRESS if page.url.partition("?")[0].lower().endswith(end)), "")
    is_named = bool(named) and suffix in ((".txt", "") if named == ".md" else ("",))
    return named if is_named else suffix or ".txt"


def as_utf8(body: bytes, charset: str) -> bytes:
    """Return a body in UTF-8 where its charset says how; the reader finds out by itself where that does not fit."""
    try:
        known = codecs.lookup(charset).name
        encoding = _TAKEN_FOR.get(known, known)
        # Servers often state a charset of their own for pages that are UTF-8.
        taken = not encoding.startswith("utf-16") and _is_utf8(body)
        return body if taken else body.decode(encoding).encode()
    except (LookupError, ValueError):  # an unknown name, or one of no text; a body that it does not fit
        return body


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _canonical(stated: str, final: Target) -> Target:
    """Return the address that a page states for itself, when it is on the same host; else where it was found."""
    try:
        canonical = parse_address(stated)
    except RefusedAddress:
        return final
    # Some sites name their front page on every page.
    is_front = canonical.url.raw_path == b"/" != final.url.raw_path
    return canonical if canonical.host == final.host and not is_front else final


def _article_id(place: Target) -> str:
    address = str(place.url).partition("://")[2]
    bare = address.partition("?")[0].rstrip("/")
    if bare == address.rstrip("/") and len(bare) <= _LONGEST_ID:
        return bare
    return f"{bare[:_LONGEST_ID]}-{blake2b(address.encode(), digest_size=6).hexdigest()}"


def entry_article(url: str, title: str, text: str, outlet: str, published: str) -> Article:
    """Return the article that an entry of a feed holds itself; ``url`` is its page. Raises ReadError."""
    place = parse_address(url)
    line = {"title": title, "text": text, "outlet": outlet, "published": published}
    article = parse(json.dumps(line).encode(), ".jsonl", _article_id(place), shown(url))
    return replace(article, url=url, dated_by="feed" if article.published else "")


def fingerprint(article: Article) -> str:
    """Hash what was read, not what came: pages change in each answer (tokens, teasers) around the same article.

    It begins with the version of the cleaning that read it.
    """
    fields = json.dumps(asdict(article), sort_keys=True).encode()
    return f"{CLEANING_VERSION}:{blake2b(fields, digest_size=16).hexdigest()}"
