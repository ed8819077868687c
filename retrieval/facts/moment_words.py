"""How French and English name days: patterns by kind, and what beside them makes them a name or a habit.

Both languages share the groups of a pattern: ``day``, ``month``, ``year``, ``weekday`` (with a 2: the end of a range),
``part`` of a month, ``which`` (last or next), ``number``, ``words``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Words:
    """One language. Of ``patterns`` the first that matches a place holds it; ``refused``: what must not stand beside it.

    A habit (``generic``) before a date takes its year away, a limit (``bound``) that the verb beside it tells of the past.
    ``relative`` gives the unit and the number of units from the day of publication; ``other_year`` finds signs that the
    text around is about another time.
    """

    language: str
    weekdays: dict[str, int]  # Monday 0
    months: dict[str, int]
    numbers: dict[str, int]
    parts: dict[str, str]
    relative: dict[str, tuple[str, int]]
    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    refused: dict[str, tuple[re.Pattern[str], re.Pattern[str]]]
    generic: re.Pattern[str]
    since: re.Pattern[str]
    bound: re.Pattern[str]
    other_year: re.Pattern[str]


BESIDE = 48  # characters looked at before an expression
LAST, NEXT = frozenset({"dernier", "last"}), frozenset({"prochain", "next"})
_ENGLISH_MONTHS = "January February March April May June July August September October November December"
_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)(?![\d.,]*\d)"
_ISO = r"(?<![\w/.-])(?P<year>(?:1[5-9]|20)\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?![\w/-])"
_NO_DIGITS = r"(?<![\w.,/:–-])"  # the "3" of "2-3 mars", "1,3" and "2022/3" begins no date


def words_of(language: str) -> Words | None:
    """Return the words of an ISO 639-1 code; None for a language without rules."""
    makers = {"fr": _french, "en": _english}
    return makers[language]() if language in makers else None


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


def _numbered(words: str, first: int = 1) -> dict[str, int]:
    return {word: number for number, word in enumerate(words.split(), first)}


def _group(name: str, pattern: str) -> str:
    return f"(?P<{name}>{pattern})"


def _compiled(patterns: list[tuple[str, str]]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(_quoted(pattern))) for kind, pattern in patterns)


def _beside(refused: dict[str, tuple[str, str]]) -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    return {
        kind: (re.compile(_quoted(f"(?:{before})$")), re.compile(_quoted(after)))
        for kind, (before, after) in refused.items()
    }


def _quoted(pattern: str) -> str:
    """Return a pattern that takes either apostrophe; it has none in brackets."""
    return pattern.replace("'", "['’]")


@cache
def _french() -> Words:
    """Return the French words. Weekdays and months are in lower case, but for a sentence's first word."""
    weekdays = _numbered("lundi mardi mercredi jeudi vendredi samedi dimanche", 0)
    months = _numbered("janvier février mars avril mai juin juillet août septembre octobre novembre décembre")
    relative = {
        "avant-hier": ("day", -2),
        "hier": ("day", -1),
        "aujourd'hui": ("today", 0),
        "demain": ("day", 1),
        "après-demain": ("day", 2),
        "ce matin": ("day", 0),
        "ce midi": ("day", 0),
        "cet après-midi": ("day", 0),
        "ce soir": ("day", 0),
        "cette semaine": ("week", 0),
        "la semaine dernière": ("week", -1),
        "la semaine passée": ("week", -1),
        "la semaine prochaine": ("week", 1),
        "le week-end dernier": ("weekend", -1),
        "ce week-end": ("weekend", 0),
        "le mois dernier": ("month", -1),
        "ce mois-ci": ("month", 0),
        "le mois prochain": ("month", 1),
        "l'an dernier": ("year", -1),
        "l'année dernière": ("year", -1),
        "cette année": ("year", 0),
        "l'an prochain": ("year", 1),
        "l'année prochaine": ("year", 1),
    }
    weekday, weekday2 = _group("weekday", f"(?i:{_any(weekdays)})"), _group("weekday2", _any(weekdays))
    month, month2 = _group("month", f"(?i:{_any(months)})"), _group("month2", f"(?i:{_any(months)})")
    lower, english = _group("month", _any(months)), _ENGLISH_MONTHS.split()
    day, day2 = _group("day", "1er|[12]?[0-9]|3[01]"), _group("day2", "1er|[12]?[0-9]|3[01]")
    first = f"(?:{weekday} )?{day}(?: {month}(?: {_YEAR.replace('year', 'year1')})?)?"
    last = f"(?:{weekday2} )?{day2} {month2}"
    which_or_year = f"(?: {_group('which', 'dernier|prochain')}| {_YEAR})?"
    clock = r"(?: (?:matin|midi|soir|après-midi|à l'aube))?(?!\w)"
    patterns = [
        ("dated", _ISO),
        ("dated", r"(?<![\w/.-])(?P<day>[0-3]?\d)/(?P<month>[01]?\d)/(?P<year>(?:1[5-9]|20)\d\d)(?![\w/-])"),
        (
            "range",
            rf"(?<!\w)(?i:(?:dans la )?nuit du|du|entre le|de) {first} (?:au|et(?: le)?|à) {last}(?: {_YEAR})?(?!\w)",
        ),
        ("pair", rf"(?<!\w)(?i:les )?{day} et {day2} {month2}(?: {_YEAR})?(?!\w)"),
        ("range", rf"(?<!\w)(?i:les |des ){day}[-–]{day2} {month2}(?: {_YEAR})?(?!\w)"),
        ("dated", rf"(?:(?<!\w){weekday},? (?:le )?|{_NO_DIGITS}){day} {month}{which_or_year}(?!\w)"),
        (
            "dated",
            rf"(?<!\w){_group('month', _any(english))} (?P<day>[12]?[0-9]|3[01]), {_YEAR}(?!\w)",
        ),  # under a tweet
        ("month", rf"(?<!\w)(?i:{_group('part', 'début|mi|fin')})[ -]{lower}{which_or_year}(?!\w)"),
        ("month", rf"(?<!\w)(?i:en |au mois d(?:e |')){lower}{which_or_year}(?!\w)(?! (?:ou|et|à)(?!\w)| [0-9])"),
        ("month", rf"(?<!\w){lower} {_YEAR}(?!\w)"),
        ("ago", r"(?<!\w)(?i:il y a) (?P<number>\w+) jours?(?!\w)(?! (?:de|d'))"),
        ("ahead", r"(?<!\w)(?i:dans) (?P<number>\w+) jours?(?!\w)(?! (?:de|d'|qui|suivant))"),
        ("relative", rf"(?<!\w)(?i:{_group('words', _any(relative))}){clock}"),
        ("weekdays", rf"(?<!\w)(?i:dans la nuit de|nuit de|de|entre) {weekday} (?:à|et) {weekday2}(?!\w)"),
        ("weekday", rf"(?<!\w)(?i:ce )?{weekday}(?: {_group('which', 'dernier|prochain')})?{clock}"),
        ("day before", r"(?<!\w)(?i:la veille)(?: au soir)?(?!\w)(?! (?:d(?:e|u|es)(?!\w)|d'|ou ))"),
        ("day after", r"(?<!\w)(?i:le lendemain)(?: matin| soir)?(?!\w)(?! (?:d(?:e|u|es)(?!\w)|d'))"),
    ]
    refused = {
        "weekday": (
            r"(?<!\w)(?i:les?|une?|du|des|aux?|chaque|même|autre|quel|en|dit|"
            r"daté d[eu]|(?:édition|journée|numéro) d[eu]|paraître|Mme|M\.) |\w'|-",
            r"-[A-ZÀ-Þ]| (?:[0-9](?![0-9]? ?h(?:[0-9]|eures?)?(?!\w))|(?:noir|saint|gras|rouge|sanglant|suivant|précédent|"
            r"ou|sur (?:deux|trois|quatre)|d'a(?:près|vant)|en (?:huit|quinze)|des (?:Rameaux|Cendres)|"
            r"de (?:Pâques|Pentecôte|l'Ascension))(?!\w))",
        ),
        "dated": (
            r"(?<!\w)(?i:tous les|chaque|une?|(?:rues?|places?|avenues?|boulevards?|quai|square|pont|métro|station) du) ",
            r"(?!)",
        ),
        "dated without year": (
            r"(?<!\w)(?i:celles? du|ceux du|(?:attentats?|attaques?|massacres?|tueries?|lois?|décrets?|arrêtés?|"
            r"ordonnances?|appel|révolution|coup d'état|mouvement|bataille|armistice|constitution|putsch)(?: \w+)? du) ",
            r"(?!)",
        ),
        "relative": (r"(?<!\w)(?:(?:de|ou|et|comme|pour) |d')", r",? (?:encore|comme|et|ou)(?!\w)"),
    }
    return Words(
        "fr",
        weekdays,
        months | _numbered(_ENGLISH_MONTHS.casefold()),
        _numbered("un deux trois quatre cinq six") | _numbered("1 2 3 4 5 6"),
        {"début": "start", "mi": "middle", "fin": "end"},
        relative,
        _compiled(patterns),
        _beside(refused),
        re.compile(r"(?<!\w)(?:chaque année|tous les ans|(?:habituel|traditionnel|général)lement)[^.!?\n]{0,24}$"),
        re.compile(r"(?<!\w)(?i:depuis)(?: le | la | l['’]| )$"),
        re.compile(
            r"(?<!\w)(?i:jusqu['’](?:à|au|en)|d['’]ici(?: à| le| au)?|pour|(?:partir|compter) d[eu]|dès|avant)"
            r"(?: le| la| ce)? $"
        ),
        re.compile(
            rf"(?<!\w)(?:(?i:en|depuis|de|année|an|dès|fin|début|{_any(months)}) |d['’])((?:1[5-9]|20)[0-9]{{2}})(?!\w)|"
            r"(?<!\w)(?:ans|siècles?|anniversaire)(?!\w)"
        ),
    )


@cache
def _english() -> Words:
    """Return the English words. Weekdays and months are capitalised; "May" and "March" need a number or "in"."""
    weekdays, months = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday", _ENGLISH_MONTHS
    relative = {
        "the day before yesterday": ("day", -2),
        "yesterday": ("day", -1),
        "today": ("today", 0),
        "tomorrow": ("day", 1),
        "the day after tomorrow": ("day", 2),
        "this morning": ("day", 0),
        "this afternoon": ("day", 0),
        "this evening": ("day", 0),
        "tonight": ("day", 0),
        "last night": ("night", -1),
        "this week": ("week", 0),
        "last week": ("week", -1),
        "next week": ("week", 1),
        "last weekend": ("weekend", -1),
        "this weekend": ("weekend", 0),
        "last month": ("month", -1),
        "this month": ("month", 0),
        "next month": ("month", 1),
        "last year": ("year", -1),
        "this year": ("year", 0),
        "next year": ("year", 1),
    }
    short = r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\.?"
    full, any_weekday = _any(months.split()), _any(weekdays.split())
    any_month = f"(?:{full}|{short})"
    weekday, weekday2 = _group("weekday", any_weekday), _group("weekday2", any_weekday)
    month, month2, whole = _group("month", any_month), _group("month2", any_month), _group("month", full)
    number = r"(?:3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)?(?![\w]|,?\.?[0-9])"
    day, day2 = _group("day", number), _group("day2", number)
    comma_year, year = rf"(?:,? {_YEAR})?(?!\w)", rf"(?: {_YEAR})?(?!\w)"
    clock = r"(?: (?:morning|afternoon|evening|night))?(?!\w)"
    patterns = [
        ("dated", _ISO),
        ("range", rf"(?<!\w)(?i:from|between) {month} {day} (?:to|and|until|through) (?:{month2} )?{day2}{comma_year}"),
        (
            "range",
            rf"(?<!\w)(?i:from|between) (?:the )?{day}(?: {month})? (?:to|and|until) (?:the )?{day2} {month2}{year}",
        ),
        ("range", rf"(?<!\w){month} {day} ?[-–] ?(?:{month2} )?{day2}{comma_year}"),
        ("dated", rf"(?:(?<!\w){weekday},? )?(?<!\w){month} {day}{comma_year}"),
        ("dated", rf"(?:(?<!\w){weekday},? (?:the )?|{_NO_DIGITS}){day}(?: of)? {month}{year}"),
        ("month", rf"(?<!\w)(?i:in )?(?i:{_group('part', 'early|mid|late')})[ -]{whole}{year}"),
        ("month", rf"(?<!\w)(?i:in ){whole}(?:,? {_YEAR})?(?!\w)(?! (?:and|or)(?!\w)| [0-9])"),
        ("month", rf"(?<!\w){whole} {_YEAR}(?!\w)"),
        ("ago", r"(?<!\w)(?P<number>\w+) days? ago(?!\w)"),
        ("ahead", r"(?<!\w)(?i:in) (?P<number>\w+) days?(?!\w)(?! of)"),
        ("relative", rf"(?<!\w)(?i:{_group('words', _any(relative))}){clock}"),
        ("weekdays", rf"(?<!\w)(?i:from|between) {weekday} (?:to|and|until|through) {weekday2}(?!\w)"),
        ("weekday", rf"(?<!\w)(?:(?i:{_group('which', 'last|next|this')}) )?{weekday}{clock}"),
        ("day before", r"(?<!\w)(?i:the previous day|a day earlier|(?:the day before)(?=[,.;:)]|$))(?!\w)"),
        ("day after", r"(?<!\w)(?i:the (?:following|next) day|a day later|(?:the day after)(?=[,.;:)]|$))(?!\w)"),
    ]
    # "Sheffield Wednesday", "Theresa May"
    name = r"(?<!\w)(?!(?:On|By|In|Since|From|Until|Till|Before|After|Late|Early|And|But|Between|The) )[A-Z][\w.]* "
    refused = {
        "weekday": (
            r"(?<!\w)(?i:an?|every|each|the|most|some|any|alternate|other|one|per|of|all|that|his|her|their|its|our) |"
            rf"{name}|-",
            r"'s (?=[A-Z])|s?' | (?:[0-9]|(?i:prayers?|mass|papers?|league|school|sermon|roast|week|or)(?!\w))|-| [A-Z]",
        ),
        "dated": (rf"(?<!\w)(?i:every|each|a) |{name}", r"(?!)"),
        "month": (name, r"(?!)"),
        "relative": (r"(?<!\w)(?:of|and|or|than|like|for) ", r"'s|,? (?:and|or|as) "),
    }
    return Words(
        "en",
        _numbered(weekdays.casefold(), 0),
        _numbered(months.casefold()) | _numbered("jan feb mar apr may jun jul aug sep oct nov dec") | {"sept": 9},
        _numbered("one two three four five six") | _numbered("1 2 3 4 5 6"),
        {"early": "start", "mid": "middle", "late": "end"},
        relative,
        _compiled(patterns),
        _beside(refused),
        re.compile(r"(?<!\w)(?:every year|each year|usually|traditionally|annual(?:ly)?)[^.!?\n]{0,24}$"),
        re.compile(r"(?<!\w)(?i:since)(?: the)? $"),
        re.compile(r"(?<!\w)(?i:until|till|by|before|for|from)(?: the)? $"),
        re.compile(
            rf"(?<!\w)(?:(?i:in|since|of|from|until|late|early)|{any_month}) ((?:1[5-9]|20)[0-9]{{2}})(?!\w)|"
            r"(?<!\w)(?:years|centur(?:y|ies)|anniversary)(?!\w)"
        ),
    )
