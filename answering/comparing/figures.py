"""Figures in news text: where they stand, what they are worth, and what they count.

Digits with any separator ("2.000", "2 000", "2,000", "1,4 million"), scale words of the main languages ("un million",
"deux mille", "half a million"), percentages and amounts. Dates, years, times of day and ordinals are no figures.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

_MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre january february march "
    "april may june july august september october november december januar februar märz mai juni juli oktober "
    "dezember enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre января "
    "февраля марта апреля мая июня июля августа сентября октября ноября декабря січня лютого березня квітня "
    "травня червня липня серпня вересня жовтня листопада грудня gennaio febbraio aprile maggio giugno luglio "
    "settembre ottobre dicembre"
)
_MONTH = "(?:" + "|".join(sorted(set(_MONTHS.split()), key=len, reverse=True)) + ")"

_SCALES = {
    1e3: "mille|thousand|tausend|mil|тысяч[аиу]?|тыс\\.?|тысячи?|тис\\.?|тисяч[аіу]?|mila|mii",
    1e6: "millions?|million(?:en)?|mio|millón|millones|milione|milioni|milhão|milhões|миллион\\w*|мільйон\\w*|млн",
    1e9: "milliards?|billions?|milliarden?|миллиард\\w*|мільярд\\w*|млрд|miliardi|miliardo",
}
_WORDS = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20,
    "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "cent": 100, "cents": 100, "un demi": 0.5,
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "hundred": 100, "half a": 0.5,
    "ein": 1, "eine": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "zehn": 10, "zwölf": 12, "eine halbe": 0.5,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "diez": 10, "medio": 0.5,
    "один": 1, "два": 2, "две": 2, "дві": 2, "три": 3, "четыре": 4, "пять": 5, "десять": 10, "полтора": 1.5,
}  # fmt: skip
_COLLECTIVES = {
    "dizaine": 10, "dizaines": 20, "douzaine": 12, "vingtaine": 20, "trentaine": 30, "quarantaine": 40,
    "cinquantaine": 50, "soixantaine": 60, "centaine": 100, "centaines": 200, "millier": 1000, "milliers": 2000,
    "dozen": 12, "dozens": 24, "hundreds": 200, "thousands": 2000, "dutzende": 24, "hunderte": 200, "tausende": 2000,
    "cientos": 200, "десятки": 20, "сотни": 200, "тысячи": 2000,
}  # fmt: skip
# One, "a" and "un" count only before a scale: alone they are articles; so are "50 cents" and "un demi" no figures.
_ARTICLES = {
    "un", "une", "a", "one", "ein", "eine", "один", "half a", "un demi", "eine halbe", "medio", "cents", "vingts",
}  # fmt: skip

_SCALE = "|".join(f"(?P<s{exponent}>{words})" for exponent, words in zip((3, 6, 9), _SCALES.values(), strict=True))
_SPACE = "[ \u00a0\u2009\u202f]"  # people and chat models group and join with any of them
_DIGITS = rf"\d{{1,3}}(?:(?:{_SPACE}|[.,'’])\d{{3}})+(?:[.,]\d{{1,2}})?(?!\d)|\d+(?:[.,]\d+)?"
_WORD = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
_PLAIN = "|".join(sorted(map(re.escape, set(_WORDS) - _ARTICLES | {"cents", "vingts"}), key=len, reverse=True))
_ANY_SCALE = "|".join(_SCALES.values())
# "deux cent mille", "soixante et onze", "two hundred and five", "twenty-one": what adds up is left to ``_add_up``.
_RUN = (
    rf"(?:{_WORD}|mille|mil|thousand|tausend|тысяча)(?!\w)(?:(?:[ -]|(?<=hundred) and |(?<=thousand) and )"
    rf"(?:{_PLAIN}|{_ANY_SCALE})(?!\w)|(?:-|[ -]et[ -])(?:une?|one|onze)(?!\w)){{0,16}}"
)
_TOKEN = re.compile(rf"(?:{_WORD}|{_ANY_SCALE})(?!\w)", re.IGNORECASE)
_PERCENT = rf"{_SPACE}?%|{_SPACE}(?:pour cent|per ?cent|prozent|por ciento|por cento|per cento|процент\w*|відсот\w*)"
# Possessive (?>...): of "45.000-50.000", which is a range, "45" must not be left.
_FIGURE = re.compile(
    rf"(?<![\w\-–./])(?<!\d:)(?>(?P<digits>{_DIGITS})(?:(?:{_SPACE}|-)(?:{_SCALE})(?!\w))?|(?P<words>{_RUN})"
    rf"|(?P<collective>{'|'.join(sorted(_COLLECTIVES, key=len, reverse=True))})"
    r"(?: (?:de |d['’]|of )(?P<of>milliers|thousands|millions|milliards|billions)\b)?)"
    rf"(?P<half> et demie?\b| and a half\b)?(?P<percent>{_PERCENT})?"
    r"(?!\w|[-–/:]\d| (?:tiers|quarts|thirds|quarters)\b)",
    re.IGNORECASE,
)
_NOT_A_FIGURE = re.compile(
    rf"\s?(?:er|ère|e|ème|th|st|nd|rd)\b"
    rf"|(?:\.|er)?(?:\s(?:et|au|and|to|bis|und|по|и)\s\d{{1,2}}(?:er)?)?[\s-](?:(?:de|of)\s)?{_MONTH}\b"
    r"|\s?(?:h|heures?|a\.m\.|p\.m\.|am\b|pm\b|o'clock|uhr|часов|годин)(?!\w)",
    re.IGNORECASE,
)
_AFTER_MONTH = re.compile(rf"\b{_MONTH}\s+(?:\d{{1,2}},?\s+)?$", re.IGNORECASE)
_YEAR_CUE = re.compile(
    r"\b(?:en|in|im|depuis|since|de|du|année|l'an|an|year|от|в|с|anno|año|fin|début|d'ici|à|to|bis|до)\s+$",
    re.IGNORECASE,
)
_COUNTS_NOTHING = re.compile(r"\s*(?:[?!.,;:)»]|$)")
_APPROXIMATE = re.compile(
    r"\b(?:plus d[e'’]|près d[e'’]|environ|quelque|au moins|moins d[e'’]|presque|more than|over|about|nearly|almost|"
    r"around|at least|up to|über|etwa|fast|más de|casi|более|около|почти|понад|майже)\s*$",
    re.IGNORECASE,
)

_TOLERANCE = 0.02  # figures closer than this are one figure, rounded
_ROUND = 0.05  # so are a round figure that is given as approximate ("plus de 300") and one that is as close to it


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure at ``[start, end)`` of its text, its value (finite), and whether it is given as approximate.

    "Plus de", "près de", "about" make it so, as do words such as "des milliers", whose value is a rough guess.
    """

    start: int
    end: int
    value: float
    percent: bool = False
    approximate: bool = False


def find_figures(text: str) -> list[Figure]:
    """Return the figures of a text, in order and disjoint."""
    return list(_figures_of(text))


@lru_cache(maxsize=256)  # one sentence is asked for many times over
def _figures_of(text: str) -> tuple[Figure, ...]:
    figures: list[Figure] = []
    position = 0
    while match := _FIGURE.search(text, position):
        figure = _figure(text, match)
        if figure is not None:
            figures.append(figure)
        position = figure.end if figure is not None else match.end()
    return tuple(figures)


def _figure(text: str, match: re.Match[str]) -> Figure | None:
    end = match.end()
    scale = next((value for value, name in ((1e3, "s3"), (1e6, "s6"), (1e9, "s9")) if match[name]), 1.0)
    if match["digits"]:
        if scale == 1.0 and not match["percent"] and _is_date(text, match):
            return None
        value = parse_number(match["digits"]) * scale
    elif match["words"]:
        value, scale, length = _add_up(match["words"])
        if _folded(match["words"][:length]) in _ARTICLES:
            return None
        if length < len(match["words"]):
            end = match.start() + length
    else:
        scale = _scale_of(_folded(match["of"])) if match["of"] else 1.0
        value = _COLLECTIVES[_folded(match["collective"])] * scale
    if not math.isfinite(value):  # a run of hundreds of digits counts nothing
        return None
    whole = end == match.end()
    if whole and match["half"]:
        value += scale / 2
    approximate = bool(_APPROXIMATE.search(text[max(match.start() - 20, 0) : match.start()]))
    return Figure(match.start(), end, value, whole and bool(match["percent"]), approximate or bool(match["collective"]))


def _add_up(run: str) -> tuple[float, float, int]:
    """Return the value of number words, their last scale, and how many characters of the run make that one number."""
    total = current = 0.0
    last, end = 1.0, 0
    for token in _TOKEN.finditer(run):
        word = _folded(token.group())
        value = _WORDS.get(word)
        if value is None:
            scale = _scale_of(word)
            if total and scale >= last:
                break
            total, current, last = total + (current or 1.0) * scale, 0.0, scale
        elif value == 20 and current % 100 == 4:  # quatre-vingt
            current += 76
        elif value == 100 and 0 < current < 100:
            current *= 100
        elif not current or value < (100 if current % 100 == 0 else 20 if current % 10 == 0 else 0):
            current += value
        else:
            break
        end = token.end()
    return total + current, last, end


def _folded(word: str) -> str:
    """Fold case as the patterns do, for which the Turkish letters are an i too."""
    return word.casefold().replace("ı", "i").replace("i\u0307", "i")


def _scale_of(word: str) -> float:
    plural = {"milliers": 1e3, "thousands": 1e3}
    return plural.get(word) or next(value for value, words in _SCALES.items() if re.fullmatch(words, word, re.I))


def _is_date(text: str, match: re.Match[str]) -> bool:
    if _NOT_A_FIGURE.match(text, match.end()):
        return True
    before = text[max(match.start() - 24, 0) : match.start()]
    digits = match["digits"]
    if re.fullmatch(r"\d{2}\.\d{2}", digits) and re.match(r"\.\d", text[match.end() :]):  # 02.03.2022
        return True
    is_year = len(digits) == 4 and digits.isdigit() and 1000 <= int(digits) <= 2100
    if _AFTER_MONTH.search(before):
        return is_year or len(digits) <= 2
    # "plus de 2000 morts" is no year; "la Coupe du monde 2018 ?", which counts nothing, is.
    bare = digits[:2] in ("19", "20") and _COUNTS_NOTHING.match(text, match.end())
    return (
        is_year
        and not _APPROXIMATE.search(before)
        and bool(_YEAR_CUE.search(before) or re.search(r"[(\-–]\s*$", before) or bare)
    )


def parse_number(digits: str) -> float:
    """Return the value of a run of digits and separators.

    A separator before exactly three digits groups thousands; any other is the decimal mark. One alone ("1.400",
    "1,400") groups too: papers print "2.000 civils" and "2,000 civilians" far more often than three decimals.
    """
    compact = re.sub(rf"{_SPACE}|['’]", "", digits)
    groups = re.split(r"[.,]", compact)
    if len(groups) > 1 and len(groups[-1]) != 3:
        return float("".join(groups[:-1]) + "." + groups[-1])
    if len(groups) > 1 and groups[0] == "0":
        return float(compact.replace(",", "."))
    return float("".join(groups))


def same_value(one: Figure, other: Figure) -> bool:
    """Whether two figures are one, be it rounded: "au moins 350" and "352", but not "plus de 352" and "2.000"."""
    a, b = one.value, other.value
    rounded = any(figure.approximate and _is_round(figure.value) for figure in (one, other))
    return abs(a - b) <= (_ROUND if rounded else _TOLERANCE) * max(abs(a), abs(b))


def _is_round(value: float) -> bool:
    """Whether a figure has at most two digits that are not 0, and more than one digit."""
    return value >= 10 and float(f"{value:.1e}") == value
