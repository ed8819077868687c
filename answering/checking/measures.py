"""Lengths of time, vague amounts and bounds in a claim, compared with its source: "in a month", "hundreds", "less than"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from answering.checking.numerals import in_digits

_UNITS = {
    "hour": r"heures?|hours?|час(?:а|ов|ы)?|годин\w*|stunden?|horas?",
    "day": r"jours?|days?|дн(?:я|ей|и|ів|ями)|день|доб[аиу]|сут\w+|tage?n?|días?",
    "week": r"semaines?|weeks?|недел\w+|тиж\w+|wochen?|semanas?",
    "month": r"mois|months?|месяц\w*|місяц\w*|monate?n?|mes(?:es)?",
    "year": r"ans?|années?|years?|год[ауы]?|лет|рок(?:и|ів|у)|jahre?n?|años?",
}
_ONE = r"une?|an?|one|один|одну|одна|eine[nmr]?|un[ao]?"
_WORDS = {
    word: str(value)
    for value, words in enumerate(
        "deux two dos zwei два две дві;trois three tres drei три;quatre four cuatro vier четыре;cinq five cinco fünf пять"
        ";six seis sechs шесть;sept seven siete sieben семь;huit eight ocho acht восемь;neuf nine nueve neun девять"
        ";dix ten diez zehn десять".split(";"),
        2,
    )
    for word in words.split()
}
_NUMBER = rf"\d+|{'|'.join(_WORDS)}"
_TOLD = re.compile(
    rf"(?<!\w)(?:(?P<number>{_NUMBER}|{_ONE})\s(?:(?!(?:{_NUMBER})\s)\w+\s)?)?"
    rf"(?:{'|'.join(f'(?P<{unit}>{words})' for unit, words in _UNITS.items())})(?!\w)",
    re.IGNORECASE,
)
# Before or behind a length of time, that say how far off something is.
_FROM_NOW = re.compile(
    r"(?<!\w)(?:il y a|dans|in|within|après|after|через|спустя|vor|nach|hace|dentro de|за)\s$", re.IGNORECASE
)
_AGO = re.compile(
    r"\s(?:ago|later|earlier|plus t(?:ôt|ard)|après|назад|спустя|zuvor|später|antes|después)(?!\w)", re.IGNORECASE
)
_NEXT_DAY = re.compile(
    r"(?<!\w)(?:la veille|hier|lendemain|demain|yesterday|tomorrow|накануне|вчера|завтра"
    r"|напередодні|gestern|morgen|ayer|mañana)(?!\w)",
    re.IGNORECASE,
)
_AMOUNTS = {
    "tens": r"dizaines?|dozens?|десят(?:ки|ков|кам|ками)|dutzende?n?|decenas?",
    "hundreds": r"centaines?|hundreds|сот(?:ни|ен|ням|нями|нях)|hunderten?|cientos|centenares",
    "thousands": r"milliers?|thousands|тысячи|тысяч(?=\s[а-я])|tausenden?|miles",
    "millions": r"millions(?=\s(?:de|d['’]|of))|миллионы|millionen",
}
_MORE = re.compile(
    r"(?<!\w)(?:plus d[e'’]|more than|over|above|at least|au moins"
    r"|более|больше|свыше|не менее|mehr als|über|más de|понад)\s?(?:чем\s)?$",
    re.IGNORECASE,
)
_LESS = re.compile(
    r"(?<!\w)(?:moins d[e'’]|less than|fewer than|under|below|at most|au plus"
    r"|(?<!не )менее|(?<!не )меньше|weniger als|unter|menos de|менше)"
    r"\s?(?:чем\s)?$",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+(?:[\s.,\u00a0\u202f]\d{3})*(?!\d)")


def unproved_measure(claim: str, near: Sequence[str]) -> str:
    """Return what a claim says of how long, how many or at least how many that its source says otherwise; else empty."""
    told = " ".join(near)
    amounts = {name for name, words in _AMOUNTS.items() if _has(words, claim)}
    others = {name for name, words in _AMOUNTS.items() if _has(words, told)}
    if amounts and others and not amounts & others:
        return min(amounts)
    if wrong := _wrong_length(in_digits(claim), in_digits(told)):
        return wrong
    ours, theirs = _bounds(in_digits(claim)), _bounds(in_digits(told))
    return next((number for number, more in ours.items() if theirs.get(number, more) is not more), "")


def _has(words: str, text: str) -> bool:
    return bool(re.search(rf"(?<!\w)(?:{words})(?!\w)", text, re.IGNORECASE))


def _wrong_length(claim: str, told: str) -> str:
    """Return how far off a claim says that something is, where the source knows no such length of time."""
    theirs = {_length(match) for match in _TOLD.finditer(told)} | ({(1, "day")} if _NEXT_DAY.search(told) else set())
    for match in _TOLD.finditer(claim):
        number, unit = _length(match)
        off = _FROM_NOW.search(claim[: match.start()]) or _AGO.match(claim, match.end())
        if off and (number, unit) not in theirs:
            return match[0]
    return ""


def _length(match: re.Match[str]) -> tuple[int, str]:
    """Return how many of what unit; two words for one length are the same ("24 hours", "a day")."""
    number = (match["number"] or "").lower()
    value = int(number) if number.isdecimal() else int(_WORDS.get(number, "1"))
    unit = next(unit for unit in _UNITS if match[unit])
    for small, many, large in (("hour", 24, "day"), ("day", 7, "week"), ("month", 12, "year")):
        if unit == small and value and value % many == 0:
            value, unit = value // many, large
    return value, unit


def _bounds(text: str) -> dict[str, bool]:
    """Return the numbers that a text calls a least (True) or a most (False)."""
    found = {}
    for match in _DIGITS.finditer(text):
        before = text[: match.start()]
        if (more := bool(_MORE.search(before))) or _LESS.search(before):
            found[re.sub(r"\D", "", match[0])] = more
    return found
