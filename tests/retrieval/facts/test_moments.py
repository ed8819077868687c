"""Time expressions in articles: hand-labelled tables, the seeds, and properties of every text."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.facts.moments import Moment, find_moments
from retrieval.reading.readers import read_article
from tests.retrieval.facts.moment_tables import Case, precision_and_recall, read_cases

SEEDS = Path(__file__).parents[3] / "seeds"
TABLE = read_cases("moments_table.tsv")


@pytest.mark.parametrize("case", TABLE, ids=lambda case: f"{case.published} {case.text[:40]}")
def test_table(case: Case) -> None:
    assert case.found() == case.expected


@pytest.mark.parametrize(
    ("name", "precision", "recall"),
    [("moments_held_out.tsv", 0.98, 0.92), ("moments_held_out_english.tsv", 0.93, 0.82)],
)
def test_sentences_that_the_rules_were_not_made_with(name: str, precision: float, recall: float) -> None:
    found = precision_and_recall(read_cases(name))
    assert found[0] >= precision
    assert found[1] >= recall


def seed(number: str) -> tuple[str, str]:
    path = next(SEEDS.glob(f"{number}_*"))
    article = read_article(path.read_bytes(), ".txt", path.stem, path.name)
    return article.text, article.published


def named(text: str, published: str) -> list[tuple[str, str, str]]:
    return [(text[m.start : m.end], str(m.first), str(m.last)) for m in find_moments(text, "fr", published)]


def test_a_seed_of_a_known_month_tells_only_what_every_day_of_it_would() -> None:
    text, published = seed("001")
    assert published == "2022-03"
    assert named(text, published) == [("24 février", "2022-02-24", "2022-02-24")]


def test_a_seed_on_its_day() -> None:
    assert named(seed("001")[0], "2022-03-03") == [
        ("jeudi", "2022-03-03", "2022-03-03"),
        ("lundi", "2022-02-28", "2022-02-28"),
        ("jeudi", "2022-03-03", "2022-03-03"),
        ("la veille", "2022-03-02", "2022-03-02"),
        ("dans la nuit de mardi à mercredi", "2022-03-01", "2022-03-02"),
        ("mardi", "2022-03-01", "2022-03-01"),
        # "une réunion a été convoquée vendredi": the next day, but a verb of the past, so it is left out
        ("jeudi dernier", "2022-02-24", "2022-02-24"),
        ("mercredi", "2022-03-02", "2022-03-02"),
        ("24 février", "2022-02-24", "2022-02-24"),
    ]


def test_what_is_to_come_in_a_seed() -> None:
    assert named(seed("003")[0], "2022-03-02") == [
        ("jeudi", "2022-03-03", "2022-03-03"),
        ("mercredi", "2022-03-02", "2022-03-02"),
        ("jeudi matin", "2022-03-03", "2022-03-03"),
        ("lundi", "2022-02-28", "2022-02-28"),
        ("mercredi", "2022-03-02", "2022-03-02"),
        ("March 2, 2022", "2022-03-02", "2022-03-02"),
        ("ce mercredi soir", "2022-03-02", "2022-03-02"),
        ("depuis le 24 février", "2022-02-24", "2022-03-02"),
    ]


def test_an_undated_seed_gives_only_dates_with_a_year() -> None:
    text, published = seed("003")
    assert published == ""
    assert named(text, published) == [("March 2, 2022", "2022-03-02", "2022-03-02")]


def test_other_languages_have_no_rules() -> None:
    assert find_moments("2022-03-02 jeudi Thursday", "uk", "2022-03-03") == ()
    assert find_moments("2022-03-02 jeudi Thursday", "", "2022-03-03") == ()


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2022-03-03T21:59:00Z", "2022-03-02"),
        ("2022-03-03T22:00:00Z", None),  # the fourth in Paris from 23:00 in winter, 22:00 in summer
        ("2022-03-03T23:59:00+01:00", "2022-03-02"),
        ("2022-03-03T23:59", "2022-03-02"),
    ],
)
def test_a_time_in_utc_near_midnight_leaves_the_day_open(published: str, expected: str | None) -> None:
    found = [str(moment.first) for moment in find_moments("Il est arrivé hier.", "fr", published)]
    assert found == ([expected] if expected else [])


WEEKDAYS = "lundi mardi mercredi jeudi vendredi samedi dimanche".split()
FRAMES = (
    "Il a été arrêté {}.",
    "Il sera jugé {}.",
    "La réunion prévue {} à Paris.",
    "{}, la ville est tombée.",
    "Il s'est rendu {} dernier à Kiev.",
    "Il se rendra {} prochain à Kiev.",
    "La ville est coupée depuis {}.",
    "Des tirs ont retenti hier, et {} matin.",
)
DAYS = st.dates(date(1950, 1, 1), date(2150, 1, 1))


@given(st.sampled_from(WEEKDAYS), st.sampled_from(FRAMES), DAYS)
def test_a_week_later_the_same_words_mean_a_week_later(weekday: str, frame: str, published: date) -> None:
    text = frame.format(weekday)
    week = timedelta(days=7)
    later = find_moments(text, "fr", (published + week).isoformat())
    moved = [
        Moment(m.start, m.end, m.first + week, m.last + week) for m in find_moments(text, "fr", published.isoformat())
    ]
    assert list(later) == moved


@given(st.sampled_from(WEEKDAYS), st.sampled_from(FRAMES[:6]), DAYS)
def test_a_weekday_is_never_resolved_to_another_or_beyond_the_week(weekday: str, frame: str, published: date) -> None:
    for moment in find_moments(frame.format(weekday), "fr", published.isoformat()):
        assert moment.first == moment.last
        assert WEEKDAYS[moment.first.weekday()] == weekday
        assert abs((moment.first - published).days) <= 7


@given(st.sampled_from(WEEKDAYS), DAYS)
def test_a_firm_verb_always_tells_the_side(weekday: str, published: date) -> None:
    (past,) = find_moments(f"Il a été arrêté {weekday}.", "fr", published.isoformat())
    (future,) = find_moments(f"Il sera jugé {weekday}.", "fr", published.isoformat())
    assert timedelta(0) <= published - past.first < timedelta(days=7)
    assert timedelta(0) <= future.first - published < timedelta(days=7)


@given(st.sampled_from([case for case in TABLE if "epuis" not in case.text and "ince" not in case.text]), DAYS)
def test_what_a_month_makes_certain_holds_on_each_of_its_days(case: Case, day: date) -> None:
    month = find_moments(case.text, case.language, day.isoformat()[:7])
    assert set(month) <= set(find_moments(case.text, case.language, day.isoformat()))


PIECES = st.sampled_from(
    "jeudi;Jeudi;vendredi 13;mardi 1er mars;le 2 mars;29 février;2022;mars;en mars;fin;du 1er au 3 mars;2-3 mars;hier;Hier;"
    "la veille;depuis;dans trois jours;il y a deux jours;la semaine dernière;sera;a été;prévu;,;.;« ;»;\n; ;et;Thursday;on;"
    "May 5;March 1-3;last;next;yesterday;will;was;since;2022-02-30;31/02/2022;’;\";d'".split(";")
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=30).map(" ".join))
PUBLISHED = st.one_of(
    DAYS.map(date.isoformat), st.sampled_from(["", "2022", "2022-03", "2024-02-29", "hier", "2022-13"])
)


@given(TEXTS, st.sampled_from(["fr", "en"]), PUBLISHED)
def test_spans_lie_in_the_text_in_order_and_apart(text: str, language: str, published: str) -> None:
    moments = find_moments(text, language, published)
    position = 0
    for moment in moments:
        assert position <= moment.start < moment.end <= len(text)
        assert moment.first <= moment.last
        position = moment.end
    assert find_moments(text, language, published) == moments
