"""Time expressions in an article, and the days they mean: "jeudi" in an article of 4 March 2022 is 3 March.

Only what is certain is given, for a wrong date is worse than none. Words are resolved against the day of publication,
a weekday without a date by the tense of the verb next to it. Where the publication date covers several days ("2022-03"),
what is given holds for each of them. Words of a speaker, inside quotation marks, are left out: when they were said is
not known. How far a bare weekday reaches was measured on dated weekdays of French news.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date, timedelta

from retrieval.dates import date_range, parse_date
from retrieval.days import Days, one_day
from retrieval.facts.moment_rules import RULES, Place
from retrieval.facts.moment_words import BESIDE, Words, words_of
from retrieval.facts.tense import Tense, Verb, sentence_around, tense_at

VERSION = "1"  # of the rules, to be raised with each change of what they give
_ANY_DAY = (date(1500, 1, 1), date(2199, 12, 31))  # of an undated article: what holds for both holds for all between
# A straight quote opens after a space or a bracket and before a word: one that is missing spoils no other pair.
_QUOTED = re.compile(r"""«[^»\n]*»?|“[^”\n]*”?|(?<![^\s(\[—–:'’])"(?=[^\s"])[^"\n]*"?""")
_SPOKEN = frozenset({"relative", "weekday", "weekdays", "ago", "ahead"})  # counted from the day they are said
_SENTENCE_START = re.compile(r"(?:^|[\n.!?…:•–—«“\"”»(*])\s*$")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time expression: ``text[start:end]``, and the first and last day that it means."""

    start: int
    end: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class _Found:
    """An expression, with its days if they are certain."""

    kind: str
    start: int
    end: int
    days: Days | None


def find_moments(text: str, language: str, published: str) -> tuple[Moment, ...]:
    """Return the time expressions of ``text`` whose days are certain, in order and disjoint; spans are code points.

    ``language`` is an ISO 639-1 code: French and English have rules, others give nothing. ``published`` is the article's
    date as ``Article.published`` keeps it; where it is empty, only what needs no such date is given. Never raises.
    """
    words = words_of(language)
    if words is None:
        return ()
    publication = publication_days(published, language) or _ANY_DAY
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    taken = bytearray(len(text))
    found: list[_Found] = []
    for kind, pattern in words.patterns:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            taken[start:end] = b"\1" * (end - start)
            spoken = kind in _SPOKEN and _inside(quoted, start)
            found.append(_Found(kind, start, end, None if spoken else _certain(kind, match, words, publication)))
    found.sort(key=lambda one: one.start)
    for at in range(len(found)):
        found[at] = _since(text, _counted(text, found, at), words, publication)
    return tuple(Moment(one.start, one.end, *one.days) for one in found if one.days)


def publication_days(published: str, language: str) -> Days | None:
    """Return the days that an article can be of; a time in UTC near midnight is another day where it was written."""
    days, stamp = date_range(published), parse_date(published)
    if days and stamp.endswith("+00:00"):
        hour = int(stamp[11:13])
        if hour >= 22:  # Europe is one or two hours ahead
            return days[0], days[1] + timedelta(days=1)
        if hour < 8 and language == "en":  # America is four to eight hours behind
            return days[0] - timedelta(days=1), days[1]
    return days


def _inside(spans: list[tuple[int, int]], position: int) -> bool:
    """Whether a position lies in one of some ordered, disjoint spans."""
    at = bisect_right(spans, (position, 0)) - 1
    return at >= 0 and position < spans[at][1]


def _certain(kind: str, match: re.Match[str], words: Words, publication: Days) -> Days | None:
    """Return the days that an expression means, whichever day of publication it was."""
    if kind not in RULES or _refused(kind, match, words):
        return None
    place = Place(match, words, Verb(Tense.NONE) if match.groupdict().get("year") else _verb(match, words))
    days = RULES[kind](place, publication[0])
    if publication[0] == publication[1] or days == RULES[kind](place, publication[1]):
        return days
    return None


def _verb(match: re.Match[str], words: Words) -> Verb:
    """Return the verb beside an expression; a limit may lie ahead though the verb tells of the past."""
    text, (start, end) = match.string, match.span()
    verb = tense_at(text, start, end, words.language)
    if verb.tense is not Tense.FUTURE and words.bound.search(text, max(0, start - BESIDE), start):
        return Verb(Tense.UNCLEAR, firm=True)  # "la vigilance a été prolongée jusqu'à mardi"
    return verb


def _refused(kind: str, match: re.Match[str], words: Words) -> bool:
    """Whether what stands beside an expression makes a name, a habit or something else of it."""
    text, (start, end) = match.string, match.span()
    french_day = (
        kind == "weekday" and words.language == "fr"
    )  # "Vendredi", "le Journal du Dimanche", "Dimanche Ouest-France"
    if (french_day or kind == "relative") and text[start].isupper():
        if not _SENTENCE_START.search(text, max(0, start - 8), start):
            return True
        if french_day and text[end : end + 2].lstrip(" -")[:1].isupper():
            return True
    kinds = [kind] if match.groupdict().get("year") else [kind, f"{kind} without year"]
    return any(
        before.search(text, max(0, start - BESIDE), start) or after.match(text, end)
        for before, after in (words.refused[one] for one in kinds if one in words.refused)
    )


def _since(text: str, one: _Found, words: Words, publication: Days) -> _Found:
    """Take in a "depuis" before an expression, and the days up to publication, where that day is certain."""
    since = words.since.search(text, max(0, one.start - 16), one.start)
    if not one.days or not since or publication[0] != publication[1] or one.days[0] > publication[0]:
        return one
    return replace(one, start=since.start(), days=(one.days[0], publication[0]))


def _counted(text: str, found: list[_Found], at: int) -> _Found:
    """Resolve "la veille" and "le lendemain" against the one day named just before them in the sentence."""
    one = found[at]
    if one.kind not in ("day before", "day after") or at == 0:
        return one
    named = found[at - 1]
    begin, _ = sentence_around(text, one.start, one.end)
    if named.start < begin or not named.days or named.days[0] != named.days[1]:
        return one
    return replace(one, days=one_day(named.days[0], -1 if one.kind == "day before" else 1))
