"""What a question points at: "cette ville", "ce jour-là", "that meeting"; told by its name from the question before."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from answering.asking.referents import ADJECTIVE, Known, Name, Sort, distinct, names_of
from answering.asking.wording import capital, tidy
from answering.times.when import Period
from answering.times.when_said import days_in_words

Times = Callable[[str], Period | None]

_NEXT = {
    "fr": (r"le lendemain|le jour (?:suivant|d['’]après)", r"la veille|le jour (?:précédent|d['’]avant)"),
    "en": (r"(?:the |on the )?(?:next|following) day|the day after", r"the (?:day before|previous day)"),
    "de": (r"am (?:nächsten|folgenden) Tag|tags darauf", r"am Vortag|am Tag (?:davor|zuvor)"),
    "es": (r"al día siguiente|el día siguiente", r"(?:el día anterior|la víspera)"),
    "ru": (r"на следующий день", r"накануне|за день до этого"),
    "uk": (r"наступного дня|на наступний день", r"напередодні|за день до цього"),
}
_THAT_DAY = {
    "fr": r"ce jour-là|ce même jour|à cette date",
    "en": r"(?:on )?that (?:same )?day|on that date",
    "de": r"an (?:diesem|jenem) Tag|an dem Tag",
    "es": r"(?:en )?(?:ese|aquel) (?:mismo )?día",
    "ru": r"в (?:тот|этот) день",
    "uk": r"(?:того|цього) (?:ж )?дня",
}
DAYS = tuple(
    (re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE), language, days)
    for language in _NEXT
    for words, days in ((_NEXT[language][0], 1), (_NEXT[language][1], -1), (_THAT_DAY[language], 0))
)
_THAT = {
    "fr": r"(?:cet|cette|ce)\s",
    "en": r"(?:this|that)\s",
    "de": r"(?:dies|jen)(?:e|er|es|em|en)\s",
    "es": r"(?:es|est|aquell?)[aeo]\s|aquel\s",
}
_CITY = r"ville|village|port|capitale|localité|city|town|village|Stadt|ciudad|pueblo"
_COUNTRY = r"pays|État|country|Land|país"
_MAN = r"homme|président|ministre|dirigeant|responsable|man|president|minister|leader|politician|Mann|Politiker|hombre"
_WOMAN = r"femme|présidente|dirigeante|woman|Frau|Politikerin|mujer"
_POINTED = re.compile(
    rf"(?<!\w)(?:(?P<before>dans|à|en|de|in|of|from)\s)?(?:{'|'.join(_THAT.values())})"
    r"(?P<noun>[^\W\d_][\w-]*?)(?:-là|-ci)?(?![\w-])",
    re.IGNORECASE,
)
_ABOUT = (
    rf"(?:\s{ADJECTIVE})?"
    rf"(?:\s(?:de\sla|de\sl['’]|du|des|de|d['’]|entre|of\sthe|of|in|between)\s?[\w-]+(?:\s{ADJECTIVE})?){{0,3}}"
)


def with_what_it_points_at(asked: str, mark: str, known: Known, times: Times) -> str:
    """Return a question whose "cette ville", "ce jour-là" or "cette réunion" is told by its name."""
    for pattern, language, later in DAYS:
        if match := pattern.search(asked):
            period = times(known.question)
            day = (period.last if later > 0 else period.first) if period else None
            if period is None or day is None or (period.first != period.last):
                return ""
            day += timedelta(days=later)
            told = days_in_words(day, day, language)
            return f"{asked[: match.start()]}{capital(told) if not match.start() else told}{asked[match.end() :]}{mark}"
    match = _POINTED.search(asked)
    if not match:
        return ""
    told = _pointed_at(match, known) or _same_noun(match, known)
    if not told:
        return ""
    return tidy(asked[: match.start()] + (told if match.start() else capital(told)) + asked[match.end() :] + mark)


def _pointed_at(match: re.Match[str], known: Known) -> str:
    noun, before = match["noun"], (match["before"] or "").casefold()
    if re.fullmatch(rf"{_MAN}|{_WOMAN}", noun, re.IGNORECASE):
        female = re.fullmatch(_WOMAN, noun, re.IGNORECASE)
        one = _only(known, lambda n: n.sort is Sort.PERSON and n.gender in ("", "f" if female else "m"))
        return f"{before} {one.text}" if one else ""
    if re.fullmatch(_COUNTRY, noun, re.IGNORECASE):
        one = _only(
            known, lambda n: n.sort is Sort.THING or (n.locative and n.before in ("en", "au", "aux", "in", "в", "у"))
        )
        if one and one.locative and before in ("dans", "en", "in"):
            return f"{one.before} {one.text}"
        return f"{before} {one.with_article}" if one else ""
    if re.fullmatch(_CITY, noun, re.IGNORECASE):
        one = _only(
            known, lambda n: not n.article and n.before not in ("en", "au", "aux") and n.sort is not Sort.PERSON
        )
        return f"{'à' if before in ('dans', 'à', 'en') else before} {one.text}" if one else ""
    return ""


def _only(known: Known, wanted: Callable[[Name], bool]) -> Name | None:
    """Return the only name of that sort in the last question; where it has none, the only one in its answer."""
    for names in (known.asked, known.told):
        if found := distinct([name for name in names if wanted(name)]):
            return found[0] if len(found) == 1 else None
    return None


def _same_noun(match: re.Match[str], known: Known) -> str:
    noun = re.escape(match["noun"])
    told = re.search(
        rf"(?<!\w)(?P<article>la\s|le\s|l['’]|une?\s)(?P<what>{noun}{_ABOUT})|(?<!\w)the\s(?P<en>(?:\w+\s){{0,2}}{noun}{_ABOUT})",
        known.question,
        re.IGNORECASE,
    )
    if not told or not names_of(f"- {told[0]}"):
        return ""
    before = f"{match['before']} " if match["before"] else ""
    if told["en"]:
        return f"{before}the {told['en']}"
    article = {"un ": "le ", "une ": "la "}.get(told["article"].casefold(), told["article"].casefold())
    return f"{before}{article}{told['what']}"
