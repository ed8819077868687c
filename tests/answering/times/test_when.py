"""Times in questions: hand-labelled tables, the days of publication that suit them, and properties of every question."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.times.when import Period, asks_only_when, read_period, without_times
from answering.times.when_said import days_in_words
from answering.times.when_words import known_events, words_of
from tests.answering.times.when_tables import NOTHING, Case, read_cases

TODAY = date(2022, 3, 5)
COVERED = (date(2022, 2, 20), TODAY)
LANGUAGES = ("fr", "en", "de", "es", "ru", "uk")
TABLE, HELD_OUT = read_cases("when_table.tsv"), read_cases("when_held_out.tsv")


def read(question: str, language: str = "fr", today: date = TODAY) -> Period:
    period = read_period(question, language, today, COVERED)
    assert period is not None
    return period


@pytest.mark.parametrize("case", TABLE, ids=lambda case: f"{case.language} {case.question[:50]}")
def test_table(case: Case) -> None:
    assert case.found() == case.expected


def test_questions_that_the_rules_were_not_made_with() -> None:
    right = sum(case.found() == case.expected for case in HELD_OUT)
    invented = [case.question for case in HELD_OUT if case.expected == NOTHING and case.found() != NOTHING]
    assert right >= 0.95 * len(HELD_OUT)
    assert invented == []


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("Combien de morts le 2 mars ?", date(2022, 3, 2), date(2022, 3, 5)),
        ("Combien de morts avant le 2 mars ?", None, date(2022, 3, 2)),
        ("Combien de morts jusqu'au 2 mars ?", None, date(2022, 3, 3)),
        ("Combien de morts depuis le 24 février ?", date(2022, 2, 24), None),
        ("Combien de morts du 24 au 26 février ?", date(2022, 2, 24), date(2022, 3, 1)),
        ("Quelles sont les dernières nouvelles ?", None, None),
        ("Que s'est-il passé le 2 mars 1956 ?", None, None),  # told of in any article of the archive
        ("Qu'est-ce qui est prévu le 8 juillet 2022 ?", None, None),  # announced in any
        ("Que s'est-il passé depuis 2021 ?", None, None),  # leaves nothing out
    ],
)
def test_days_of_publication(question: str, since: date | None, until: date | None) -> None:
    period = read(question)
    assert (period.since, period.until) == (since, until)


def test_a_year_that_is_part_of_a_name_says_not_when_it_was_told_of() -> None:
    archive = (date(2011, 1, 1), TODAY)
    name = read_period("Qui a gagné les élections de 2017 ?", "fr", TODAY, archive)
    time = read_period("Qui a gagné les élections en 2017 ?", "fr", TODAY, archive)
    assert name is not None
    assert time is not None
    assert (name.first, name.since, name.until) == (date(2017, 1, 1), None, None)
    assert (name.in_name, time.in_name) == (True, False)
    assert (time.first, time.since, time.until) == (date(2017, 1, 1), date(2017, 1, 1), date(2018, 1, 3))


@pytest.mark.parametrize(
    ("language", "question", "in_name"),
    [
        ("fr", "Qui étaient les auteurs des attentats du 13 novembre ?", True),
        ("fr", "Combien de morts dans l'attentat terroriste du 14 juillet ?", True),
        ("fr", "Combien de morts le 13 novembre ?", False),
        ("fr", "Qui étaient les auteurs des attentats du 13 novembre 2021 ?", False),  # a day of a year is that day
        ("fr", "Quelles sont les dernières nouvelles du 15 février ?", False),
        ("fr", "Que dit le journal du 2 mars ?", False),
        ("fr", "Que s'est-il passé dans la nuit du 2 mars ?", False),
        ("fr", "Que s'est-il passé du 1er au 3 mars ?", False),
        ("fr", "Qu'a dit Macron le 2 mars des attentats du 13 novembre ?", False),
        ("en", "Who planned the attacks of September 11?", True),
        ("en", "Who planned the September 11 attacks?", True),
        ("en", "Who resigned on the 2 March?", False),
        ("en", "Who won on March 2?", False),
        ("de", "Wer plante die Anschläge vom 13. November?", True),
        ("de", "Was geschah am 2. März?", False),
        ("es", "¿Quién planeó los atentados del 11 de septiembre?", True),
        ("es", "¿Qué pasó el 2 de marzo?", False),
    ],
)
def test_a_date_without_a_year_that_tells_which_is_part_of_a_name(language: str, question: str, in_name: bool) -> None:
    assert read(question, language).in_name is in_name


def test_a_time_beside_a_name_is_the_time() -> None:
    period = read("Qu'a dit Macron le 2 mars des attentats du 13 novembre ?")
    assert (period.first, period.last) == (date(2022, 3, 2), date(2022, 3, 2))


@pytest.mark.parametrize(
    ("language", "question", "no_such"),
    [
        ("fr", "Que s'est-il passé le 30 février 2024 ?", ("30 février 2024",)),
        ("fr", "Que s'est-il passé le 31 avril ?", ("31 avril",)),
        ("fr", "Que s'est-il passé du 28 au 31 février 2022 ?", ("du 28 au 31 février 2022",)),
        ("fr", "Que s'est-il passé le 29 février 2023 ?", ("29 février 2023",)),
        ("fr", "Que s'est-il passé le 31/02/2024 ?", ("31/02/2024",)),
        ("en", "What happened on February 30?", ("February 30",)),
        ("de", "Was geschah am 31. Februar 2024?", ("31. Februar 2024",)),
        ("es", "¿Qué pasó el 31 de febrero?", ("31 de febrero",)),
        ("ru", "Что произошло 31 апреля?", ("31 апреля",)),
        ("uk", "Що сталося 31 квітня?", ("31 квітня",)),
    ],
)
def test_dates_that_do_not_exist(language: str, question: str, no_such: tuple[str, ...]) -> None:
    period = read(question, language)
    assert (period.no_such, period.first, period.last) == (no_such, None, None)
    assert no_such[0] not in without_times(question, period)


@pytest.mark.parametrize("question", ["Que s'est-il passé le 29 février 2024 ?", "Que s'est-il passé le 31 mars ?"])
def test_dates_that_exist(question: str) -> None:
    assert read(question).no_such == ()


@pytest.mark.parametrize(
    ("language", "question", "first", "last"),
    [
        ("fr", "Que s'est-il passé il y a une semaine ?", "2022-02-21", "2022-02-27"),
        ("fr", "Que s'est-il passé il y a deux mois ?", "2022-01-01", "2022-01-31"),
        ("fr", "Que s'est-il passé il y a trois ans ?", "2019-01-01", "2019-12-31"),
        ("fr", "Que s'est-il passé ces 48 dernières heures ?", "2022-03-03", "2022-03-05"),
        ("fr", "Que s'est-il passé entre décembre et février ?", "2021-12-01", "2022-02-28"),
        ("fr", "Que s'est-il passé de mars à mai 2021 ?", "2021-03-01", "2021-05-31"),
        ("en", "What happened two weeks ago?", "2022-02-14", "2022-02-20"),
        ("en", "What happened a month ago?", "2022-02-01", "2022-02-28"),
        ("en", "What happened in the last 24 hours?", "2022-03-04", "2022-03-05"),
        ("en", "What happened between January and February?", "2022-01-01", "2022-02-28"),
        ("de", "Was geschah vor einer Woche?", "2022-02-21", "2022-02-27"),
        ("es", "¿Qué pasó hace dos meses?", "2022-01-01", "2022-01-31"),
        ("ru", "Что произошло две недели назад?", "2022-02-14", "2022-02-20"),
        ("uk", "Що сталося два тижні тому?", "2022-02-14", "2022-02-20"),
    ],
)
def test_weeks_months_and_hours_ago_and_from_month_to_month(
    language: str, question: str, first: str, last: str
) -> None:
    period = read(question, language)
    assert (period.first, period.last) == (date.fromisoformat(first), date.fromisoformat(last))


def test_without_an_archive_nothing_is_known_to_be_left_out() -> None:
    period = read_period("Que s'est-il passé depuis 2021 ?", "fr", TODAY)
    assert period is not None
    assert (period.since, period.until) == (date(2021, 1, 1), None)


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Combien de civils sont morts le 2 mars à Kiev ?", "Combien de civils sont morts à Kiev ?"),
        ("Avant le 2 mars, que disait l'ONU ?", ", que disait l'ONU ?"),
        ("Quelles sont les dernières nouvelles de Kiev depuis lundi ?", "Quelles sont les de Kiev ?"),
        ("Quel est le dernier bilan ?", "Quel est le bilan ?"),
    ],
)
def test_the_words_can_be_taken_out(question: str, left: str) -> None:
    assert without_times(question, read(question)) == left


@pytest.mark.parametrize(
    ("since", "until", "french", "english"),
    [
        ("2022-03-01", "2022-03-03", "du 1er au 3 mars 2022", "from March 1 to 3, 2022"),
        ("2022-02-24", "2022-03-01", "du 24 février au 1er mars 2022", "from February 24 to March 1, 2022"),
        (
            "2021-12-30",
            "2022-01-02",
            "du 30 décembre 2021 au 2 janvier 2022",
            "from December 30, 2021 to January 2, 2022",
        ),
        ("2022-03-02", "2022-03-02", "le 2 mars 2022", "on March 2, 2022"),
        ("2022-02-01", "2022-02-28", "en février 2022", "in February 2022"),
        ("2022-01-01", "2022-12-31", "en 2022", "in 2022"),
        ("2022-03-01", "", "à partir du 1er mars 2022", "from March 1, 2022"),
        ("", "2022-03-01", "jusqu'au 1er mars 2022", "up to March 1, 2022"),
        ("", "", "", ""),
    ],
)
def test_days_in_words(since: str, until: str, french: str, english: str) -> None:
    first, last = (date.fromisoformat(day) if day else None for day in (since, until))
    assert days_in_words(first, last, "fr") == french
    assert days_in_words(first, last, "en") == english
    assert days_in_words(first, last, "nl") == english


@pytest.mark.parametrize(
    ("language", "one", "few", "month", "until"),
    [
        ("de", "am 2. März 2022", "vom 28. Februar bis 2. März 2022", "im März 2022", "bis 8. März 2022"),
        (
            "es",
            "el 2 de marzo de 2022",
            "del 28 de febrero al 2 de marzo de 2022",
            "en marzo de 2022",
            "hasta el 8 de marzo de 2022",
        ),
        ("it", "il 2 marzo 2022", "dal 28 febbraio al 2 marzo 2022", "a marzo 2022", "fino all'8 marzo 2022"),
        (
            "pt",
            "em 2 de março de 2022",
            "de 28 de fevereiro a 2 de março de 2022",
            "em março de 2022",
            "até 8 de março de 2022",
        ),
        (
            "ru",
            "за 2 марта 2022 года",
            "с 28 февраля по 2 марта 2022 года",
            "за март 2022 года",
            "по 8 марта 2022 года",
        ),
        (
            "uk",
            "за 2 березня 2022 року",
            "з 28 лютого по 2 березня 2022 року",
            "за березень 2022 року",
            "по 8 березня 2022 року",
        ),
    ],
)
def test_days_in_the_words_of_other_languages(language: str, one: str, few: str, month: str, until: str) -> None:
    march = [date(2022, 3, 1) + timedelta(days=day) for day in range(31)]
    assert days_in_words(march[1], march[1], language) == one
    assert days_in_words(date(2022, 2, 28), march[1], language) == few
    assert days_in_words(march[0], march[30], language) == month
    assert days_in_words(None, march[7], language) == until


@pytest.mark.parametrize(
    ("question", "outside"),
    [
        ("Que s'est-il passé en mai 2019 ?", True),
        ("Que s'est-il passé le 2 mars ?", False),
        ("Que se passera-t-il en 2031 ?", True),
        ("Que s'est-il passé avant 2019 ?", True),
        ("Que s'est-il passé depuis 2021 ?", False),
    ],
)
def test_days_that_the_archive_has_no_article_of(question: str, outside: bool) -> None:
    assert read(question).outside is outside


@pytest.mark.parametrize(
    ("language", "question", "alone"),
    [
        ("fr", "Que s'est-il passé le 2 mars ?", True),
        ("fr", "Qu'est-ce qui s'est passé jeudi ?", True),
        ("fr", "Quelles sont les dernières nouvelles ?", True),
        ("fr", "Quoi de neuf ?", True),
        ("fr", "Que se passe-t-il en ce moment ?", True),
        ("fr", "Que s'est-il passé le 2 mars à Kiev ?", False),
        ("fr", "Quel est le dernier bilan ?", False),
        ("fr", "Quelles sont les dernières nouvelles de Kherson ?", False),
        ("en", "What happened on 2 March?", True),
        ("en", "What is the latest news?", True),
        ("en", "What happened in Kyiv on 2 March?", False),
        ("de", "Was ist am 2. März passiert?", True),
        ("es", "¿Qué pasó el 2 de marzo?", True),
        ("ru", "Что произошло 2 марта?", True),
        ("ru", "Что произошло в Киеве 2 марта?", False),
        ("uk", "Що сталося 2 березня?", True),
    ],
)
def test_questions_for_nothing_but_a_time(language: str, question: str, alone: bool) -> None:
    assert asks_only_when(question, language, read(question, language)) is alone


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_seven_days_and_twelve_months(language: str) -> None:
    words = words_of(language)
    assert words is not None
    assert (len(words.weekdays), len(words.months)) == (7, 12)


@pytest.mark.parametrize("language", LANGUAGES)
def test_known_events_are_named_in_every_language(language: str) -> None:
    assert all(event.named(language, "Kyiv") for event in known_events())


def test_the_data_has_no_bracketed_apostrophe() -> None:
    # every apostrophe is replaced by a bracket of both kinds, which in brackets would mean something else
    text = (Path(__file__).parents[3] / "answering" / "times" / "when.json").read_text("utf-8")
    assert "['" not in text
    assert "’" not in text
    assert set(json.loads(text)) == set(LANGUAGES)


PIECES = st.sampled_from(
    "le 2 mars;avant;après;depuis le début de;l'invasion;entre;et;du;au;1er;mars 2022;2022;en;jeudi;dernier;hier;?;,;« ;le;"
    "dernières nouvelles;aujourd'hui;la semaine dernière;il y a trois jours;29 février;"
    "30 février 2024;il y a 999 ans;les attentats;entre mars et mai;on;March 2;before;since;the invasion;"
    "until;de;с 24 февраля;2-3 mars;2022-13-45;99/99/2022;Qu'est-ce que".split(";")
)
QUESTIONS = st.one_of(st.text(), st.lists(PIECES, max_size=16).map(" ".join))
DAYS = st.dates(date(1900, 1, 1), date(2150, 1, 1))
ARCHIVES = st.one_of(st.none(), st.tuples(DAYS, DAYS).map(lambda days: (min(days), max(days))))


@given(QUESTIONS, st.sampled_from(LANGUAGES), DAYS, ARCHIVES)
def test_any_question(question: str, language: str, today: date, covered: tuple[date, date] | None) -> None:
    period = read_period(question, language, today, covered)
    if period is None:
        return
    assert period.spans
    position = 0
    for start, end in period.spans:
        assert position <= start < end <= len(question)
        position = end
    assert not (period.first and period.last and period.first > period.last)
    assert not (period.since and period.until and period.since > period.until)
    assert period.newest_first or period.first or period.last or period.no_such
    assert len(without_times(question, period)) <= len(question)
    assert read_period(question, language, today, covered) == period


@given(DAYS, st.sampled_from("lundi mardi mercredi jeudi vendredi samedi dimanche".split()))
def test_a_week_later_the_same_words_ask_for_a_week_later(today: date, weekday: str) -> None:
    week = timedelta(days=7)
    for question in (f"Que s'est-il passé {weekday} ?", f"Qui se réunira {weekday} ?", "Que s'est-il passé hier ?"):
        one, later = read_period(question, "fr", today), read_period(question, "fr", today + week)
        assert one is not None
        assert later is not None
        assert one.first is not None
        assert later.first == one.first + week
        assert abs((one.first - today).days) <= 6


@given(DAYS, DAYS)
def test_a_day_without_its_year_is_not_to_come_unless_it_is_asked_for(today: date, day: date) -> None:
    months = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
    past = read_period(f"Que s'est-il passé le {day.day} {months[day.month - 1]} ?", "fr", today)
    if past is not None:  # 29 February may be in none of the years at hand
        assert past.first is not None
        assert past.first <= today or (day.month, day.day) == (2, 29)
        assert (past.first.month, past.first.day) == (day.month, day.day)
