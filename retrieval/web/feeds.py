"""RSS and Atom feeds: what they say of their entries. Their bytes are hostile: ``Parser.feed`` has a child read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from html.entities import name2codepoint
from io import BytesIO
from typing import Any

from retrieval.dates import parse_date
from retrieval.errors import ReadError
from retrieval.reading.decoding import decode
from retrieval.text import ends_sentence, normalise, one_line
from retrieval.web.addresses import Target, join_address, parse_address
from retrieval.web.fetch_errors import RefusedAddress

MOST_ENTRIES = 5000
_LONGEST_TITLE = 500
_SHORTEST_FULL = 400  # characters; a teaser is seldom longer
_CUT_OFF = ("…", "...")
_ENTITY = re.compile(r"<!ENTITY[^>]*>")
_REFERENCE = re.compile(r"&(#?)([A-Za-z0-9]{1,32});")
_MARKUP = ("amp", "lt", "gt", "quot", "apos")
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
# What WordPress appends to each text, in the languages of its readers here.
_COLOPHON = re.compile(
    r"(?:The post|L.article|Der Beitrag|La entrada|L.articolo) .{1,300}"
    r"(?:appeared first on|est apparu en premier sur|erschien zuerst auf|se publicó primero en|proviene da) .{1,200}"
)
_READABLE = ("text/html", "application/xhtml+xml", "application/pdf", "text/plain")
_DROPPED = ("script", "style", "noscript", "template", "iframe", "object", "form", "figure", "nav", "aside", "svg")
_BLOCKS = frozenset(
    "address article blockquote dd div dl dt footer h1 h2 h3 h4 h5 h6 header hr li main ol p pre section table tr ul".split()
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed. ``url`` is an absolute http or https address in its normal form.

    ``published`` is as in ``Article``, empty when the entry states no date. ``text`` is the longest text that the feed has
    of it, plain, a paragraph a line. ``mark`` changes when the entry does.
    """

    url: str
    title: str
    published: str
    text: str
    mark: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's title and its entries, in its order; each address once."""

    title: str
    entries: tuple[Entry, ...]


def parse_feed(data: bytes, url: str) -> Feed:
    """Read RSS 0.9x, 1.0, 2.0 or Atom that lay at ``url``, broken XML too. Entries without an address are left out.

    Raises ReadError with the reason alone (``is no feed``).
    """
    import feedparser

    base = parse_address(url)
    # No entity of its own: one of a megabyte, named ten thousand times, is a bomb to the parser for broken feeds.
    # A space in its place, as what stands around it could be another.
    text = _REFERENCE.sub(_resolved, _ENTITY.sub(" ", decode(data)))
    text = "<?xml version='1.0' encoding='utf-8'?>" + _DECLARATION.sub("", text, count=1).lstrip()
    try:
        # As a stream: bytes of its own choosing feedparser would take for the name of a file.
        parsed = feedparser.parse(
            BytesIO(text.encode("utf-8", "replace")),
            response_headers={"content-location": url, "content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,  # nothing of it stays HTML
        )
        if not parsed.version:
            raise ReadError("is no feed")
        title = _title(dict.get(parsed.feed, "title_detail"))
        entries: dict[str, Entry] = {}
        for entry in _entries(parsed.entries[:MOST_ENTRIES], base):
            entries.setdefault(entry.url, entry)
    except (ReadError, MemoryError):
        raise
    except Exception as exc:  # a hostile feed can make the parsers fail in any way
        raise ReadError(f"is a broken feed ({type(exc).__name__})") from exc
    return Feed(title, tuple(entries.values()))


def _resolved(match: re.Match[str]) -> str:
    """Return the character of an HTML name, which XML does not know, and none for the number of no character."""
    if not match[1]:
        known = match[2] in name2codepoint and match[2] not in _MARKUP
        return chr(name2codepoint[match[2]]) if known else match[0]
    try:
        number = int(match[2][1:], 16) if match[2][0] in "xX" else int(match[2])
    except ValueError:
        return "\ufffd"
    is_character = 0x20 <= number < 0xD800 or 0xE000 <= number <= 0x10FFFF or number in (9, 10, 13)
    return match[0] if is_character else "\ufffd"


def is_full(text: str) -> bool:
    """Whether an entry's text is its article, and not a teaser: long enough, and not cut off."""
    return len(text) >= _SHORTEST_FULL and ends_sentence(text) and not text.rstrip(" \"'»”)]}").endswith(_CUT_OFF)


def _entries(entries: list[Any], base: Target) -> Iterator[Entry]:
    for entry in entries:
        if not (url := _url(entry, base)):
            continue
        # ``dict.get``: feedparser's own gives one date for the other.
        dates = [one_line(str(dict.get(entry, name) or "")) for name in ("published", "updated")]
        title, text = _title(dict.get(entry, "title_detail")), _text(entry)
        published = next((date for date in map(parse_date, dates) if date), "")
        yield Entry(url, title, published, text, _hash(title, *dates, text))


def _url(entry: Any, base: Target) -> str:
    """Return the address of an entry's page: its link, else a guid that is an address, else a file that we can read."""
    guid = str(dict.get(entry, "id") or "")
    links = [link for link in dict.get(entry, "links") or [] if link.get("rel") == "enclosure"]
    enclosed = [str(link.get("href") or "") for link in links if link.get("type") in _READABLE]
    for stated in (
        str(dict.get(entry, "link") or ""),
        guid if guid.startswith(("http://", "https://")) else "",
        *enclosed,
    ):
        if stated:
            try:
                return str(join_address(base, stated.strip()).url)
            except RefusedAddress:
                continue
    return ""


def _title(detail: Any) -> str:
    return one_line(_plain(detail))[:_LONGEST_TITLE] if detail else ""


def _text(entry: Any) -> str:
    """Return the longest of an entry's texts, without the line by which some sites sign each of theirs."""
    details = [*(dict.get(entry, "content") or []), dict.get(entry, "summary_detail")]
    text = max((_plain(detail) for detail in details if detail), key=len, default="")
    body, _, last = text.rpartition("\n")
    return body if _COLOPHON.fullmatch(last) else text


def _plain(detail: Any) -> str:
    """Return a text construct as plain text, a paragraph a line."""
    from lxml import etree

    value = str(detail.get("value") or "")
    if detail.get("type") == "text/plain" or not value.strip():
        return normalise(value)
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, encoding="utf-8")
    try:
        tree = etree.fromstring(f"<div>{value}</div>".encode("utf-8", "replace"), parser)
    except etree.ParseError:
        return ""
    if tree is None:
        return ""
    etree.strip_elements(tree, *_DROPPED, with_tail=False)
    for node in tree.iter(etree.Element):
        text, tail = ((part or "").replace("\n", " ") for part in (node.text, node.tail))
        block = node.tag in _BLOCKS
        node.text = f"\n{text}" if block else text
        node.tail = f"\n{tail}" if block or node.tag == "br" else tail
    lines = (one_line(line) for line in "".join(tree.itertext()).split("\n"))
    return normalise("\n".join(line for line in lines if line))


def _hash(*parts: str) -> str:
    digest = blake2b(digest_size=12)
    for part in parts:
        digest.update(part.encode("utf-8", "replace") + b"\x00")
    return digest.hexdigest()
