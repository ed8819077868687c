"""Telegram's HTML cut into messages: never through a tag, an entity, a grapheme cluster or a citation marker.

Telegram counts a message's length in UTF-16 units after its tags and character references are parsed
(core.telegram.org/bots/api#sendmessage); grapheme clusters are those of Unicode Annex 29, by the package ``regex``.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import accumulate

import regex

LIMIT = 4096  # UTF-16 units of a message
SMALLEST_LIMIT = 8  # a citation marker and an emoji always fit

_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""")
# The four names that Telegram knows; "&eacute;" is text to it.
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot)(?![A-Za-z]));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_CLUSTER = regex.compile(r"\X")
_MARKER = re.compile(r"\[\d{1,3}\]")

# Spaces at which no line is broken: a cut there would part a French quotation mark from its words.
_BLANKS = re.compile(r"(?:(?![\u00a0\u2007\u202f])\s)+")
_SENTENCE_END = re.compile(r"[.!?…。！？][\s»”\"’)\]」』）]{0,3}(?:\s?\[\d{1,3}\])*$")
_UNSPACED_END = re.compile(r"(?<=[。！？])(?![」』）\])])")
_LOOK_BACK = 40  # characters: longer than the markers of a sentence

Place = tuple[int, int]  # where a part may end, and where the next one then begins


@dataclass(frozen=True, slots=True)
class _Span:
    """A pair of tags around ``text[start:end]``; ``opening`` is the start tag as it was written."""

    start: int
    end: int
    name: str
    opening: str


def units(text: str) -> int:
    """Return the length of ``text`` in UTF-16 code units, as Telegram counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(html: str, limit: int = LIMIT) -> list[str]:
    """Return ``html`` as messages of at most ``limit`` UTF-16 units after parsing, none of them blank.

    Cuts between paragraphs where it can, else between lines, sentences, words, and only then inside a word. Tags that
    are open at a cut are closed, and opened again with their attributes. White space at a cut is left out.
    Raises ValueError for tags that do not match, which Telegram would refuse, and for a limit below ``SMALLEST_LIMIT``.
    """
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"a limit of {limit} units is too small; {SMALLEST_LIMIT} is the least")
    text, spans = parse(html)
    return [_written(text, spans, start, end) for start, end in _cuts(text, limit) if visible(text[start:end])]


def shorten(text: str, limit: int) -> str:
    """Return ``text`` in at most ``limit`` (at least 2) UTF-16 units, cut before a word where that costs less than half."""
    text = text.strip()
    if units(text) <= limit:
        return text
    kept = clip(text, limit - 2)
    whole = kept.rsplit(None, 1)[0] if kept and not text[len(kept)].isspace() else kept
    kept = whole if len(whole) * 2 > len(kept) else kept
    return f"{kept.rstrip()} …".strip()


def clip(text: str, limit: int) -> str:
    """Return the longest run of whole grapheme clusters from the start of ``text`` within ``limit`` UTF-16 units."""
    size = kept = 0
    for cluster in _CLUSTER.finditer(text):
        size += units(cluster[0])
        if size > limit:
            break
        kept = cluster.end()
    return text[:kept]


def shorten_start(text: str, limit: int) -> str:
    """Return the end of ``text`` in at most ``limit`` (at least 2) UTF-16 units, after "… "; its last blanks stay."""
    if units(text) <= limit:
        return text
    kept = clip_end(text, limit - 2)
    in_word = kept and not kept[0].isspace() and not text[-len(kept) - 1].isspace()
    words = kept.split(None, 1) if in_word else []
    kept = words[1] if len(words) == 2 and len(words[1]) * 2 > len(kept) else kept
    return f"… {kept.lstrip()}"


def clip_end(text: str, limit: int) -> str:
    """Return the longest run of whole grapheme clusters at the end of ``text`` within ``limit`` UTF-16 units."""
    size, kept = 0, len(text)
    for cluster in reversed(_CLUSTER.findall(text)):
        size += units(cluster)
        if size > limit:
            break
        kept -= len(cluster)
    return text[kept:]


def visible(text: str) -> bool:
    """Whether ``text`` shows anything: more than white space and characters without a shape."""
    return regex.search(r"[^\s\p{Z}\p{Cc}\p{Cf}\u034f\u115f\u1160\u2800\u3164\uffa0]", text) is not None


def parse(html: str) -> tuple[str, list[_Span]]:
    """Return the text of Telegram's HTML, and its tags in the order in which they open.

    Raises ValueError for a stray "<", and for tags that do not nest.
    """
    pieces: list[str] = []
    spans: list[_Span] = []
    opened: list[int] = []
    size = position = 0
    while position < len(html):
        at = html.find("<", position)
        piece = _decoded(html[position : at if at >= 0 else len(html)])
        pieces.append(piece)
        size += len(piece)
        if at < 0:
            break
        tag = _TAG.match(html, at)
        if tag is None:
            raise ValueError(f'the "<" at character {at} begins no tag')
        name = tag[2].lower()
        if not tag[1]:
            opened.append(len(spans))
            spans.append(_Span(size, -1, name, tag[0]))
        elif not opened or spans[opened[-1]].name != name:
            raise ValueError(f"{tag[0]} at character {at} closes nothing")
        else:
            index = opened.pop()
            spans[index] = _Span(spans[index].start, size, name, spans[index].opening)
        position = tag.end()
    if opened:
        raise ValueError(f"{spans[opened[-1]].opening} is never closed")
    return "".join(pieces), spans


def _decoded(text: str) -> str:
    return _REFERENCE.sub(_character, text)


def _character(reference: re.Match[str]) -> str:
    if reference[3]:
        return _NAMED[reference[3]]
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code < 0xE000 else reference[0]


def _cuts(text: str, limit: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of ``text`` as (start, end), in order, without white space at their ends."""
    borders = _borders(text)
    places = _places(text, set(borders))
    sizes = [0, *accumulate(1 + (character > "\uffff") for character in text)]
    start, last = _without_blanks(text, 0, len(text), borders)
    while start < last:
        furthest = bisect_right(sizes, sizes[start] + limit) - 1
        if furthest >= last:
            yield start, last
            return
        end, following = _best(places, borders, start, furthest)
        yield _without_blanks(text, start, end, borders)
        start, _ = _without_blanks(text, following, last, borders)


def _borders(text: str) -> list[int]:
    """Return every offset that lies in no grapheme cluster and in no marker."""
    inside = {at for marker in _MARKER.finditer(text) for at in range(marker.start() + 1, marker.end())}
    ends = (cluster.end() for cluster in _CLUSTER.finditer(text))
    return [0, *(end for end in ends if end not in inside)]


def _places(text: str, borders: set[int]) -> list[list[Place]]:
    """Return the places between paragraphs, lines, sentences and words; none before a marker that ends a sentence."""
    levels: list[list[Place]] = [[], [], [], []]
    for blanks in _BLANKS.finditer(text):
        start, end = blanks.span()
        lines = blanks[0].count("\n")
        if start not in borders or end not in borders or (not lines and _MARKER.match(text, end)):
            continue
        sentence = _SENTENCE_END.search(text[max(0, start - _LOOK_BACK) : start])
        levels[2 - min(lines, 2) if lines else 2 if sentence else 3].append((start, end))
    unspaced = (match.start() for match in _UNSPACED_END.finditer(text))
    levels[2] = sorted([*levels[2], *((at, at) for at in unspaced if at in borders and not _MARKER.match(text, at))])
    return levels


def _best(levels: list[list[Place]], borders: list[int], start: int, furthest: int) -> Place:
    for level in levels:
        index = bisect_right(level, furthest, key=lambda place: place[0])
        if index and level[index - 1][0] > start:
            return level[index - 1]
    border = borders[bisect_right(borders, furthest) - 1]
    at = border if border > start else furthest  # one cluster that is longer than a message
    return at, at


def _without_blanks(text: str, start: int, end: int, borders: list[int]) -> tuple[int, int]:
    """Return ``text[start:end]`` without white space at its ends; a space that carries a combining mark stays."""
    low, high = bisect_left(borders, start), bisect_left(borders, end)
    while low + 1 < len(borders) and borders[low + 1] <= end and text[start : borders[low + 1]].isspace():
        low += 1
        start = borders[low]
    while high > 0 and high < len(borders) and borders[high - 1] >= start and text[borders[high - 1] : end].isspace():
        high -= 1
        end = borders[high]
    return start, end


def _written(text: str, spans: list[_Span], start: int, end: int) -> str:
    """Return ``text[start:end]`` as HTML, with the tags that enclose something of it."""
    clipped = [(max(s.start, start), min(s.end, end), s) for s in spans]
    events: list[tuple[int, int, int, str]] = []
    for index, (first, last, span) in enumerate(clipped):
        if first < last:
            events += [(first, 1, index, span.opening), (last, 0, -index, f"</{span.name}>")]
    out, position = [], start
    for at, _, _, tag in sorted(events):
        out += [escape(text[position:at], quote=False), tag]
        position = at
    return "".join([*out, escape(text[position:end], quote=False)])
