"""The days of publication that were searched, in the words of an answer: "cherché du 1er au 3 mars 2022"."""

from __future__ import annotations

from datetime import date

from retrieval.days import month_days, year_of

_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "en": "January February March April May June July August September October November December".split(),
}


def searched_in_words(since: date | None, until: date | None, language: str) -> str:
    """Return the days searched, both meant, None for an open end; English but for French; empty when both are open."""
    spoken = "fr" if language == "fr" else "en"
    searched = {"fr": "cherché", "en": "searched"}[spoken]
    if since and until:
        return f"{searched} {_from_to(since, until, spoken)}"
    if since:
        return f"{searched} {'à partir du' if spoken == 'fr' else 'from'} {_day(since, spoken)}"
    if until:
        limit = "jusqu'au" if spoken == "fr" else "up to"
        return f"{searched} {limit} {_day(until, spoken)}"
    return ""


def _from_to(since: date, until: date, language: str) -> str:
    month = _MONTHS[language][since.month - 1]
    if since == until:
        return f"{'le' if language == 'fr' else 'on'} {_day(since, language)}"
    if (since, until) == year_of(since):
        return f"{'en' if language == 'fr' else 'in'} {since.year}"
    if (since, until) == month_days(since.year, since.month):
        return f"{'en' if language == 'fr' else 'in'} {month} {since.year}"
    first = _day(since, language)
    if language == "fr":
        parts = 3 if since.year != until.year else 2 if since.month != until.month else 1
        return f"du {' '.join(first.split()[:parts])} au {_day(until, 'fr')}"
    if since.year != until.year:
        return f"{first} – {_day(until, 'en')}"
    if since.month != until.month:
        return f"{month} {since.day} – {_day(until, 'en')}"
    return f"{month} {since.day}–{until.day}, {since.year}"


def _day(day: date, language: str) -> str:
    month = _MONTHS[language][day.month - 1]
    if language == "fr":
        return f"{'1er' if day.day == 1 else day.day} {month} {day.year}"
    return f"{month} {day.day}, {day.year}"
