"""The bot's own words around the lines of a wide answer, and the sub-questions that it searches, by language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from answering.asking.wide import Wanted
from retrieval.days import month_days, year_of


@dataclass(frozen=True, slots=True)
class Words:
    """``known`` and ``of`` ask for a topic; ``headed`` puts a heading before a line. ``published`` marks a line's date as
    its article's, ``undated`` stands for a date that is not known, ``missing`` says which sides nothing was found of."""

    known: str
    of: dict[Wanted, str]
    headed: str
    published: str
    undated: str
    missing: str


def _of(summary: str, comparison: str, timeline: str, sayings: str) -> dict[Wanted, str]:
    wanted = (Wanted.SUMMARY, Wanted.COMPARISON, Wanted.TIMELINE, Wanted.SAYINGS)
    return dict(zip(wanted, (summary, comparison, timeline, sayings), strict=True))


_WORDS = {
    "fr": Words(
        "Que sait-on : {topic} ?",
        _of("{topic} : quels sont les faits et les conséquences ?", "{topic} : qu'en disent les sources ?",
            "{topic} : que s'est-il passé, et quand ?", "{topic} : qui a déclaré ou affirmé quoi ?"),
        "{heading} : {line}", "{day} (parution)", "Sans date", "Rien trouvé sur : {sides}.",
    ),
    "en": Words(
        "What is known about {topic}?",
        _of("{topic}: what are the facts and consequences?", "{topic}: what do the sources say?",
            "{topic}: what happened, and when?", "{topic}: who said or claimed what?"),
        "{heading}: {line}", "{day} (published)", "No date", "Nothing found on: {sides}.",
    ),
    "de": Words(
        "Was ist bekannt: {topic}?",
        _of("{topic}: Was sind die Tatsachen und Folgen?", "{topic}: Was sagen die Quellen?",
            "{topic}: Was ist geschehen, und wann?", "{topic}: Wer hat was gesagt oder erklärt?"),
        "{heading}: {line}", "{day} (erschienen)", "Ohne Datum", "Nichts gefunden zu: {sides}.",
    ),
    "es": Words(
        "¿Qué se sabe de {topic}?",
        _of("{topic}: ¿cuáles son los hechos y las consecuencias?", "{topic}: ¿qué dicen las fuentes?",
            "{topic}: ¿qué pasó y cuándo?", "{topic}: ¿quién dijo o afirmó qué?"),
        "{heading}: {line}", "{day} (publicado)", "Sin fecha", "Nada encontrado sobre: {sides}.",
    ),
    "ru": Words(
        "Что известно: {topic}?",
        _of("{topic}: каковы факты и последствия?", "{topic}: что говорят источники?",
            "{topic}: что произошло и когда?", "{topic}: кто что заявил или сообщил?"),
        "{heading}: {line}", "{day} (публикация)", "Без даты", "Ничего не найдено: {sides}.",
    ),
    "uk": Words(
        "Що відомо: {topic}?",
        _of("{topic}: які факти й наслідки?", "{topic}: що кажуть джерела?",
            "{topic}: що сталося й коли?", "{topic}: хто що заявив або повідомив?"),
        "{heading}: {line}", "{day} (публікація)", "Без дати", "Нічого не знайдено: {sides}.",
    ),
}  # fmt: skip


def words_for(language: str) -> Words:
    """Return the words of a language; English for one that has none."""
    return _WORDS.get(language, _WORDS["en"])


def day_heading(first: date, last: date, language: str) -> str:
    """Return days as a heading: "2 mars 2022", "mars 2022"; in English for a language without words."""
    from babel.dates import format_date, format_skeleton

    locale = language if language in _WORDS else "en"
    if (first, last) == year_of(first):
        return str(first.year)
    if (first, last) == month_days(first.year, first.month):
        return str(format_skeleton("yMMMM", first, locale=locale))
    named = [str(format_date(day, "long", locale=locale)) for day in dict.fromkeys((first, last))]
    return " – ".join(f"1er{name[1:]}" if locale == "fr" and name.startswith("1 ") else name for name in named)
