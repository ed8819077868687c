"""Sitemaps (sitemaps.org), those of news too. Their bytes are hostile: ``Parser.sitemap`` has a child read them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from retrieval.dates import parse_date
from retrieval.errors import ReadError
from retrieval.language import language_code
from retrieval.reading.decoding import decode
from retrieval.text import one_line
from retrieval.web.addresses import Target, parse_address
from retrieval.web.exchange import unpack
from retrieval.web.fetch_errors import RefusedAddress

MOST = 50_000  # addresses of one sitemap, as sitemaps.org has it
LARGEST = 50 * 2**20  # bytes, unpacked, as sitemaps.org has it
_GZIP = b"\x1f\x8b"
_LONGEST = 500  # characters of a title or a name
_KINDS = {"urlset": "url", "sitemapindex": "sitemap"}  # what each holds


@dataclass(frozen=True, slots=True)
class Listed:
    """An address of a sitemap in its normal form. ``lastmod`` and ``published`` are dates as in ``Article``, or empty.

    All but ``lastmod`` is of news sitemaps; ``outlet`` is the name of the publication.
    """

    url: str
    lastmod: str = ""
    published: str = ""
    title: str = ""
    outlet: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The further sitemaps of an index, or the pages of a sitemap, in its order; each address once."""

    sitemaps: tuple[Listed, ...]
    pages: tuple[Listed, ...]


def parse_sitemap(data: bytes, url: str) -> Sitemap:
    """Read a sitemap or an index that lay at ``url``: XML, a text of one address a line, either packed by gzip.

    Addresses of other hosts are left out, as sitemaps.org has it. Raises ReadError with the reason alone.
    """
    base = parse_address(url)
    text = decode(_unpacked(data)).lstrip()
    found: dict[str, Listed] = {}
    is_index = False
    if text.startswith("<"):
        kind, listed = _xml(text.encode("utf-8", "replace"))
        is_index = kind == "sitemap"
    else:
        listed = (Listed(line.strip()) for line in text.splitlines() if line.strip())
    for entry in listed:
        if (address := _own(base, entry.url)) and len(found) < MOST:
            found.setdefault(address, _checked(entry, address))
    entries = tuple(found.values())
    return Sitemap(entries, ()) if is_index else Sitemap((), entries)


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(_GZIP):
        return data
    try:
        unpacked = unpack(data, LARGEST + 1)
    except zlib.error as exc:
        raise ReadError("is a sitemap that cannot be unpacked") from exc
    if len(unpacked) > LARGEST:
        raise ReadError(f"is a sitemap of more than {LARGEST >> 20} MB unpacked")
    return unpacked


def _xml(data: bytes) -> tuple[str, Iterator[Listed]]:
    """Return what the document holds, and the entries as written."""
    from lxml import etree

    walk = etree.iterparse(
        BytesIO(data), events=("start", "end"), encoding="utf-8", recover=True, resolve_entities=False,
        no_network=True, load_dtd=False, huge_tree=False, collect_ids=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        _, root = next(walk)
        kind = _KINDS.get(_name(root), "")
    except (StopIteration, etree.XMLSyntaxError):
        kind = ""
    if not kind:
        raise ReadError("is no sitemap")

    def entries() -> Iterator[Listed]:
        last: Listed | None = None
        try:
            for event, node in walk:
                if event == "end" and node.getparent() is root:
                    if _name(node) == kind:
                        if last:
                            yield last
                        last = _entry(node)
                    node.clear()
                    while node.getprevious() is not None:  # what was read: of 50,000 addresses none need be kept
                        del root[0]
        except etree.XMLSyntaxError:
            return  # broken off: what came before it counts
        # Of a document that breaks off, the last entry may have half an address: the parser closes what is open.
        if last and not any(error.type_name == "ERR_TAG_NOT_FINISHED" for error in walk.error_log):
            yield last

    return kind, entries()


def _entry(node: Any) -> Listed:
    fields = {_name(child): child for child in node}
    news = {_name(child): child for child in fields.get("news", ())}
    publication = {_name(child): child for child in news.get("publication", ())}
    return Listed(
        url=_said(fields, "loc"),
        lastmod=_said(fields, "lastmod"),
        published=_said(news, "publication_date"),
        title=_said(news, "title"),
        outlet=_said(publication, "name"),
        language=_said(publication, "language"),
    )


def _name(node: Any) -> str:
    """Return a tag without its namespace, which many sites misspell; empty for what is no element."""
    return str(node.tag).rpartition("}")[2].lower() if isinstance(node.tag, str) else ""


def _said(fields: dict[str, Any], name: str) -> str:
    node = fields.get(name)
    return str(node.text or "") if node is not None else ""


def _own(base: Target, stated: str) -> str:
    try:
        target = parse_address(stated)  # which is to be a whole one
    except RefusedAddress:
        return ""
    return str(target.url) if target.host == base.host else ""


def _checked(entry: Listed, address: str) -> Listed:
    return Listed(
        address,
        parse_date(entry.lastmod),
        parse_date(entry.published),
        one_line(entry.title)[:_LONGEST],
        one_line(entry.outlet)[:_LONGEST],
        language_code(one_line(entry.language)),
    )
