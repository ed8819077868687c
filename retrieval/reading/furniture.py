"""Taking the page's furniture out of plain text: labels, teasers, buttons, consent lines, credits.

The rule above all others: a sentence of the article is never dropped. Only a line that is plainly the page's own speech
(a label, a consent line, a prompt to subscribe) goes although it ends as a sentence does.
"""

from __future__ import annotations

import re
from enum import Enum

from retrieval.dates import parse_date
from retrieval.reading import labels
from retrieval.text import ends_sentence

_TEASER_WORDS = 25
_TEASERS = 20  # after one label; a longer run is no list of teasers
_LONGEST = 400  # characters: no label or prompt is longer
_EDGES = " \t»>«→▶►▸•*·–—-|#:.…‹›!_[]"
_OPENERS = ("«", "“", '"', "—", "–")  # of a quotation, or of someone's turn to speak
_CLOSERS = ("»", "”", '"')
_DAY = re.compile(
    r"\d{1,2}(?:er|st|nd|rd|th)? [^\W\d_]{3,9}\.?(?: (?:à|at) \d{1,2} ?[h:] ?\d{0,2})?"
)  # of a byline that leaves the year to the reader
_CLOCK = re.compile(r"\d{1,2}(?:/\d{1,2}/\d{2,4}|[./]\d{1,2}[./]\d{2,4}| ?[h:] ?\d{0,2})")
_FIGURES = re.compile(r"\d+")
_WORDS = re.compile(r"\w+")


class Kind(Enum):
    BLANK = "blank"
    LIST = "list"  # a label that introduces teasers
    ALONE = "alone"  # furniture that introduces nothing
    HEADLINE = "headline"  # short, and no sentence: a sub-heading, or a teaser, as its place tells
    TEXT = "text"


def remove_furniture(text: str) -> str:
    """Return normalised ``text`` without the page's furniture. Every line kept is a line of ``text``, in order."""
    lines = text.split("\n")
    kinds = [classify(line) for line in lines]
    _mark_edges(lines, kinds)
    _mark_teasers(lines, kinds)
    _mark_repeats(lines, kinds)
    kept: list[str] = []
    for line, kind in zip(lines, kinds, strict=True):
        if kind in (Kind.TEXT, Kind.HEADLINE) or (kind is Kind.BLANK and kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n")


def classify(line: str) -> Kind:
    """Say what one line is by itself."""
    if not line:
        return Kind.BLANK
    if not any(char.isalnum() for char in line):
        return Kind.ALONE
    if len(line) > _LONGEST:
        return Kind.TEXT
    plain = _plain(line)
    short_of_sentence = not ends_sentence(line) or (len(line.split()) <= 6 and not _ends_flatly(line))
    spoken = line.startswith(_OPENERS)
    if spoken and line.endswith(_CLOSERS):
        return Kind.TEXT
    if not spoken and (labels.CONSENT.fullmatch(plain) or labels.PROMPTS.fullmatch(plain)):
        return Kind.ALONE
    if not spoken and not _ends_flatly(line) and labels.PROMPTS_BARE.fullmatch(plain):
        return Kind.ALONE
    if labels.INLINE.fullmatch(plain) and len(line.split()) <= 2 * _TEASER_WORDS and not _ends_flatly(line):
        return Kind.ALONE
    if short_of_sentence:
        if labels.LISTS.fullmatch(plain) and not line.endswith(("!", "?", "…", "...")):  # "À voir..." is an opinion
            return Kind.LIST
        if _is_alone(line, plain):
            return Kind.ALONE
    if labels.MEDIA.fullmatch(line) and (short_of_sentence or line.endswith(("…", "..."))):
        return Kind.ALONE
    return Kind.HEADLINE if is_headline(line) else Kind.TEXT


def is_headline(line: str) -> bool:
    """Whether a line is short and does not end as a sentence, a lead-in ("il a dit :") or a quotation does."""
    stripped = line.strip()
    quoted = stripped.startswith(_OPENERS) and stripped.endswith(_CLOSERS)
    return (
        0 < len(stripped.split()) <= _TEASER_WORDS
        and not ends_sentence(stripped)
        and not stripped.endswith((":", ";", ","))
        and not quoted
    )


def _plain(line: str) -> str:
    return line.casefold().strip(_EDGES).removesuffix(" ?").strip(_EDGES)


def _ends_flatly(line: str) -> bool:
    """Whether a line ends with a full stop, as a headline does not."""
    end = line.rstrip(" »›”’\"')]")
    return end.endswith(".") and not end.endswith("...")


def _is_alone(line: str, plain: str) -> bool:
    if labels.ALONE.fullmatch(plain) or labels.is_network_list(plain) or labels.INLINE_BARE.fullmatch(plain):
        return True
    if labels.TAGS.fullmatch(line.casefold()):
        return True
    if len(line.split()) > 20:
        return False
    if labels.CREDITS.fullmatch(line.casefold().strip(" .")):
        return True
    return stated_time(line) is not None


def stated_time(line: str) -> tuple[bool, str] | None:
    """Read a line such as "AFP, publié le 2 mars 2022 à 10h37", or "mis à jour à 11h": None for any other line.

    Returns whether it is the time of publication (and not of a change), and its date or an empty string.
    """
    match = labels.BYLINE.fullmatch(line.casefold()) if len(line) <= 200 else None
    if match is None:
        return None
    day = parse_date(match["date"])
    if not day and not _CLOCK.match(match["date"]) and not _DAY.fullmatch(match["date"]):
        return None
    return match["verb"] in ("publié", "mis en ligne", "posté", "published", "posted"), day


def _mark_edges(lines: list[str], kinds: list[Kind]) -> None:
    """Mark the author's name and the page's menu, before the first sentence and after the last: not in between."""
    said = [place for place, kind in enumerate(kinds) if kind is Kind.TEXT]
    if not said:
        return
    for place in (*range(said[0]), *range(said[-1] + 1, len(lines))):
        if kinds[place] is Kind.HEADLINE and (
            labels.AUTHOR.fullmatch(lines[place]) or labels.SECTIONS.fullmatch(_plain(lines[place]))
        ):
            kinds[place] = Kind.ALONE


def _mark_teasers(lines: list[str], kinds: list[Kind]) -> None:
    """Mark the headlines that follow a list label, up to the next label or sentence, or the first that comes again."""
    left = 0
    listed: set[str] = set()
    for place, kind in enumerate(kinds):
        if kind is Kind.LIST:
            left = _TEASERS
            listed.clear()
        elif kind in (Kind.ALONE, Kind.TEXT):
            left = 0
        elif kind is Kind.HEADLINE and left:
            if lines[place] in listed:  # the list was of this article's own parts, and the first of them begins
                left = 0
                continue
            listed.add(lines[place])
            kinds[place] = Kind.ALONE
            left -= 1


def _mark_repeats(lines: list[str], kinds: list[Kind]) -> None:
    """Mark headlines that come again, and both of two that stand together and are nearly the same (mangled copies)."""
    seen: set[tuple[str, ...]] = set()
    previous: int | None = None
    for place, kind in enumerate(kinds):
        if kind is not Kind.HEADLINE:
            previous = previous if kind is Kind.BLANK else None
            continue
        words = tuple(_WORDS.findall(lines[place].casefold()))
        if len(words) >= 4 and words in seen:
            kinds[place] = Kind.ALONE
        elif previous is not None and _nearly_same(lines[previous], lines[place]):
            kinds[place] = Kind.ALONE
            if previous:  # the very first line may be the article's own headline
                kinds[previous] = Kind.ALONE
        seen.add(words)
        previous = place


def _nearly_same(first: str, second: str) -> bool:
    if _FIGURES.findall(first) != _FIGURES.findall(second):
        return False
    a, b = (set(_WORDS.findall(line.casefold())) for line in (first, second))
    return min(len(a), len(b)) >= 8 and len(a & b) >= 0.6 * len(a | b)
