"""Articles from the web: a page at an address."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from hashlib import blake2b

from retrieval.addresses import Target, parse_address, shown
from retrieval.errors import ReadError
from retrieval.fetch_errors import FetchError, RefusedAddress
from retrieval.fetching import Fetched, Fetcher
from retrieval.parsing import parse
from retrieval.types import Article, Record, Skipped

_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
}
_SAYS_NOTHING = (
    "",
    "application/octet-stream",
    "binary/octet-stream",
    "application/x-download",
    "application/download",
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_SNIFFED = 1024  # bytes
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
class _Page(Record):
    """A record with the article that its page holds: what a page changes each time lies outside of its article."""

    article: Article = Article(id="", text="")


class UrlSource:
    """The article at one web address. Its id is the address without the scheme.

    What cannot be fetched, or holds no article any more, is reported and leaves what was stored from it as it was.
    """

    def __init__(self, url: str, fetcher: Fetcher) -> None:
        """Take an http or https address. Raises RefusedAddress for anything else."""
        self._key = str(parse_address(url).url)
        self._fetcher = fetcher

    def records(self) -> Iterator[Record | Skipped]:
        """Fetch the page and read it: one record, or the reason why there is none."""
        try:
            page = _article(self._fetcher.fetch(self._key))
        except (FetchError, ReadError) as exc:
            # Never raised by ``read``: that would drop what an earlier version of the page gave.
            yield Skipped(self._key, str(exc))
        else:
            yield _Page(self._key, _fingerprint(page), b"", page)

    def read(self, record: Record) -> Article:
        if not isinstance(record, _Page):
            raise TypeError("this record comes from another source")
        return record.article

    def owns(self, key: str) -> bool:
        return key == self._key


def _article(page: Fetched) -> Article:
    """Return the article of a page, with its id and its address. Raises ReadError."""
    final, name = parse_address(page.url), shown(page.url)
    suffix = _suffix(page, name)
    body = page.body if suffix == ".pdf" else _as_utf8(page.body, page.charset)
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
        raise ReadError(f"{name} is {page.content_type}; give the address of an HTML page, a PDF or a text.")
    if not suffix and _HTML.search(beginning):
        return ".html"
    is_markdown = page.url.partition("?")[0].lower().endswith(".md")
    return ".md" if is_markdown and suffix in (".txt", "") else suffix or ".txt"


def _as_utf8(body: bytes, charset: str) -> bytes:
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


def _fingerprint(article: Article) -> str:
    """Hash what was read, not what came: pages change in each answer (tokens, teasers) around the same article."""
    digest = blake2b(digest_size=16)
    for part in map(str.encode, astuple(article)):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()
