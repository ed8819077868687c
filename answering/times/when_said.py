"""Days in the words of an answer, in its language: "du 1er au 3 mars 2022"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from retrieval.days import month_days, year_of


@dataclass(frozen=True, slots=True)
class _Spoken:
    """One language: its months and its gaps for days (``a``, ``b``), with less of the first where the last repeats it.

    ``months_in`` are the months after "in", where they differ.
    """

    months: str
    day: str
    without_year: str
    on: str
    within_month: str
    from_to: str
    since: str
    until: str
    month: str
    year: str
    months_in: str = ""


_SPOKEN = {
    "fr": _Spoken(
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "{d} {m} {y}",
        "{d} {m}",
        "le {a}",
        "du {d} au {b}",
        "du {a} au {b}",
        "à partir du {a}",
        "jusqu'au {b}",
        "en {m} {y}",
        "en {y}",
    ),
    "en": _Spoken(
        "January February March April May June July August September October November December",
        "{m} {d}, {y}",
        "{m} {d}",
        "on {a}",
        "from {m} {d} to {e}, {y}",
        "from {a} to {b}",
        "from {a}",
        "up to {b}",
        "in {m} {y}",
        "in {y}",
    ),
    "de": _Spoken(
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "{d}. {m} {y}",
        "{d}. {m}",
        "am {a}",
        "vom {d}. bis {b}",
        "vom {a} bis {b}",
        "ab {a}",
        "bis {b}",
        "im {m} {y}",
        "im Jahr {y}",
    ),
    "es": _Spoken(
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "{d} de {m} de {y}",
        "{d} de {m}",
        "el {a}",
        "del {d} al {b}",
        "del {a} al {b}",
        "desde el {a}",
        "hasta el {b}",
        "en {m} de {y}",
        "en {y}",
    ),
    "it": _Spoken(
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "{d} {m} {y}",
        "{d} {m}",
        "il {a}",
        "dal {d} al {b}",
        "dal {a} al {b}",
        "dal {a} in poi",
        "fino al {b}",
        "a {m} {y}",
        "nel {y}",
    ),
    "pt": _Spoken(
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "{d} de {m} de {y}",
        "{d} de {m}",
        "em {a}",
        "de {d} a {b}",
        "de {a} a {b}",
        "a partir de {a}",
        "até {b}",
        "em {m} de {y}",
        "em {y}",
    ),
    "ru": _Spoken(
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "{d} {m} {y} года",
        "{d} {m}",
        "за {a}",
        "с {d} по {b}",
        "с {a} по {b}",
        "с {a}",
        "по {b}",
        "за {m} {y} года",
        "за {y} год",
        "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    ),
    "uk": _Spoken(
        "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
        "{d} {m} {y} року",
        "{d} {m}",
        "за {a}",
        "з {d} по {b}",
        "з {a} по {b}",
        "з {a}",
        "по {b}",
        "за {m} {y} року",
        "за {y} рік",
        "січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень",
    ),
}
_FIRST = {"fr": "1er", "it": "1º"}
_ELIDED = (("il", "l'"), ("dal", "dall'"), ("al", "all'"))  # in Italian, before 8 and 11


def days_in_words(since: date | None, until: date | None, language: str) -> str:
    """Return days, both meant, None for an open end; English for a language without words; empty when both are open."""
    spoken = _SPOKEN.get(language, _SPOKEN["en"])
    found = _gap(since, until, spoken).format(
        a=_day(since, spoken, language, until) if since else "",
        b=_day(until, spoken, language) if until else "",
        d=_number(since, language) if since else "",
        e=_number(until, language) if until else "",
        m=(spoken.months_in or spoken.months).split()[since.month - 1] if since else "",
        y=since.year if since else "",
    )
    if language == "it":
        for word, elided in _ELIDED:
            found = re.sub(rf"(?<!\w){word} (?=(?:8|11)(?!\d))", elided, found)
    return found


def _gap(since: date | None, until: date | None, spoken: _Spoken) -> str:
    """Return the template that suits two ends."""
    if since is None or until is None:
        return spoken.since if since else spoken.until if until else ""
    if since == until:
        return spoken.on
    if (since, until) == year_of(since):
        return spoken.year
    if (since, until) == month_days(since.year, since.month):
        return spoken.month
    same_month = (since.year, since.month) == (until.year, until.month)
    return spoken.within_month if same_month else spoken.from_to


def _day(day: date, spoken: _Spoken, language: str, until: date | None = None) -> str:
    """Return a day; without its year before an end in the same one."""
    short = until is not None and day != until and day.year == until.year
    month = spoken.months.split()[day.month - 1]
    return (spoken.without_year if short else spoken.day).format(d=_number(day, language), m=month, y=day.year)


def _number(day: date, language: str) -> str:
    return _FIRST.get(language, "1") if day.day == 1 else str(day.day)
