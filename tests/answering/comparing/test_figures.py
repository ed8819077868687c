"""Figures: every way that papers write them has one value, and what only looks like one is none."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.comparing.figures import Figure, find_figures, parse_number

# A sentence, and what stands in it: the figure as printed, and its value.
WRITTEN = [
    # French
    ("2.000 civils ont été tués.", "2.000", 2000),
    ("2 000 civils ont été tués.", "2 000", 2000),
    ("2\u00a0000 civils ont été tués.", "2\u00a0000", 2000),
    ("2\u202f000 civils ont été tués.", "2\u202f000", 2000),
    ("2000 civils ont été tués.", "2000", 2000),
    ("On compte plus de 2000 morts.", "2000", 2000),
    ("Plus d'un million de réfugiés", "un million", 1e6),
    ("Plus d’un million de réfugiés", "un million", 1e6),
    ("une ville de 1,4 million d'habitants", "1,4 million", 1.4e6),
    ("1,4\u00a0million d'habitants", "1,4\u00a0million", 1.4e6),
    ("près de deux mille soldats", "deux mille", 2000),
    ("mille soldats", "mille", 1000),
    ("cent soldats", "cent", 100),
    ("six soldats", "six", 6),
    ("deux cents soldats", "deux cents", 200),
    ("vingt-cinq morts", "vingt-cinq", 25),
    ("vingt et un morts", "vingt et un", 21),
    ("soixante et onze morts", "soixante et onze", 71),
    ("soixante-dix-sept morts", "soixante-dix-sept", 77),
    ("quatre-vingts morts", "quatre-vingts", 80),
    ("quatre-vingt-dix-sept morts", "quatre-vingt-dix-sept", 97),
    ("deux mille trois cents soldats", "deux mille trois cents", 2300),
    ("deux cent cinquante mille habitants", "deux cent cinquante mille", 250_000),
    ("un million deux cent mille habitants", "un million deux cent mille", 1.2e6),
    ("trois millions et demi de réfugiés", "trois millions et demi", 3.5e6),
    ("300 millions de dollars", "300 millions", 3e8),
    ("2,5 milliards d'euros", "2,5 milliards", 2.5e9),
    ("1 400,50 euros", "1 400,50", 1400.5),
    ("une dizaine de morts", "dizaine", 10),
    ("des centaines de civils", "centaines", 200),
    ("des centaines de milliers de réfugiés", "centaines de milliers", 200_000),
    ("«500» soldats", "500", 500),
    ("un homme de 45 ans", "45", 45),
    ("193 membres", "193", 193),
    # English
    ("2,000 civilians were killed", "2,000", 2000),
    ("more than 1.5 million refugees", "1.5 million", 1.5e6),
    ("half a million people", "half a million", 5e5),
    ("a million people", "a million", 1e6),
    ("two hundred and five people", "two hundred and five", 205),
    ("seventy-one people", "seventy-one", 71),
    ("one hundred thousand people", "one hundred thousand", 1e5),
    ("dozens of people", "dozens", 24),
    ("$5 million in aid", "5 million", 5e6),
    ("1,234,567 voters", "1,234,567", 1_234_567),
    ("May 500 people vote?", "500", 500),
    # German
    ("5.000 Soldaten", "5.000", 5000),
    ("zwei Millionen Menschen", "zwei Millionen", 2e6),
    ("5,5 Milliarden Euro", "5,5 Milliarden", 5.5e9),
    ("1'400 Franken", "1'400", 1400),
    ("1’400 Franken", "1’400", 1400),
    ("zwölf Tote", "zwölf", 12),
    # Spanish
    ("1.500 personas", "1.500", 1500),
    ("un millón de refugiados", "un millón", 1e6),
    ("dos millones de personas", "dos millones", 2e6),
    ("mil soldados", "mil", 1000),
    # Russian and Ukrainian
    ("1 597 раненых", "1 597", 1597),
    ("1,5 млн человек", "1,5 млн", 1.5e6),
    ("10 тыс. человек", "10 тыс.", 10_000),
    ("два миллиона беженцев", "два миллиона", 2e6),
    ("полтора миллиона беженцев", "полтора миллиона", 1.5e6),
    ("тысяча солдат", "тысяча", 1000),
    ("1 млн біженців", "1 млн", 1e6),
    ("два мільйони біженців", "два мільйони", 2e6),
]

PERCENTAGES = [
    ("12,5 % des voix", "12,5 %", 12.5),
    ("12\u202f% des voix", "12\u202f%", 12),
    ("trente pour cent des voix", "trente pour cent", 30),
    ("3.5% growth", "3.5%", 3.5),
    ("20 per cent of them", "20 per cent", 20),
    ("20 percent of them", "20 percent", 20),
    ("12 Prozent der Stimmen", "12 Prozent", 12),
    ("el 20 por ciento", "20 por ciento", 20),
    ("20 процентов голосов", "20 процентов", 20),
]

NO_FIGURES = [
    "le 24 février", "le 24 février 2022", "le 1er mars", "les 4 et 5 mars", "du 3 au 5 mars", "mars 2022",
    "le 11-Septembre", "March 2, 2022", "on 2 March 2022", "the 2nd of March", "Am 24. Februar 2022", "um 15 Uhr",
    "el 24 de febrero de 2022", "24 февраля 2022 года", "24 лютого", "24/02/2022", "02.03.2022", "2022-03-02",
    "en 2018", "depuis 2014", "since 2014", "в 2014 году", "(1995)", "1995-2001", "de 2000 à 2010",
    "la Coupe du monde 2018 ?", "15 heures", "à 15h30", "à 15 h", "15:00", "at 10:30", "10 a.m.", "at 5 p.m.",
    "в 15 часов", "le 2ème round", "la 2e ville", "le XXIe siècle", "the 3rd round", "the 21st century", "deuxième",
    "la première fois", "la pandémie de Covid-19", "des F-16 et des T-72", "le G7", "une victoire 3-1", "won 2–0",
    "6-4, 6-3", "24h/24", "entre 45.000-50.000", "un homme", "une ville", "a man", "ein Mann", "один человек",
    "plusieurs milliards", "deux tiers des voix", "1/3", "https://example.org/123", "aucun", "Sixième",
]  # fmt: skip


@pytest.mark.parametrize(("text", "printed", "value"), WRITTEN)
def test_a_figure_stands_where_it_is_printed_and_is_worth_what_it_says(text: str, printed: str, value: float) -> None:
    (figure,) = find_figures(text)
    assert text[figure.start : figure.end] == printed
    assert figure.value == pytest.approx(value)
    assert not figure.percent


@pytest.mark.parametrize(("text", "printed", "value"), PERCENTAGES)
def test_percentages(text: str, printed: str, value: float) -> None:
    start = text.index(printed)
    assert find_figures(text) == [Figure(start, start + len(printed), value, percent=True)]


@pytest.mark.parametrize("text", NO_FIGURES)
def test_dates_times_ordinals_names_and_scores_are_no_figures(text: str) -> None:
    assert find_figures(text) == []


@pytest.mark.parametrize(
    "text",
    ["Plus d'un million", "près de 900 000", "environ 600", "au moins 33", "more than 5", "about 5", "über 5",
     "más de 5", "более 5", "une dizaine", "dozens", "des milliers"],
)  # fmt: skip
def test_a_figure_that_is_rounded_says_so(text: str) -> None:
    assert [figure.approximate for figure in find_figures(text)] == [True]


def test_an_exact_figure_does_not_say_so() -> None:
    assert [figure.approximate for figure in find_figures("Un million de réfugiés ont fui, 33 sont morts.")] == [
        False,
        False,
    ]


def test_figures_come_in_order() -> None:
    text = "Le 2 mars 2022, plus de 352 civils ont été tués et 2 040 blessés, dont 14 enfants, soit 4 %."
    found = [(text[f.start : f.end], f.value) for f in find_figures(text)]
    assert found == [("352", 352), ("2 040", 2040), ("14", 14), ("4 %", 4)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("deux et trois", [2, 3]),
        ("cinq deux", [5, 2]),
        ("10 000 à 12 000 morts", [10_000, 12_000]),
        ("entre 10 et 12 morts", [10, 12]),
    ],
)
def test_figures_side_by_side_stay_apart(text: str, values: list[float]) -> None:
    assert [figure.value for figure in find_figures(text)] == values


@pytest.mark.parametrize(
    ("digits", "value"),
    [("1.400", 1400), ("1,400", 1400), ("1,4", 1.4), ("1.40", 1.4), ("0,125", 0.125), ("1.400.000,5", 1_400_000.5)],
)
def test_parse_number(digits: str, value: float) -> None:
    assert parse_number(digits) == value


FRAGMENTS = st.sampled_from(
    "un deux vingt quatre cent cents mille million millions milliards de et half a and hundred thousand dozens of 2.000 "
    "12,5 1’400 3-1 2018 février 24 pour % h er plus d' ſix sıx İ тысяч млн два \u202f ( ) - : / . ,".split(" ")
)


@given(st.lists(st.one_of(FRAGMENTS, st.text(max_size=8)), max_size=14).flatmap(
    lambda words: st.sampled_from([" ".join(words), "".join(words), "-".join(words)])
))  # fmt: skip
def test_whatever_the_text_figures_lie_in_it_apart_and_are_finite(text: str) -> None:
    position = 0
    for figure in find_figures(text):
        assert position <= figure.start < figure.end <= len(text)
        assert math.isfinite(figure.value)
        assert figure.value >= 0
        position = figure.end


def test_a_number_without_end_counts_nothing() -> None:
    assert find_figures("9" * 400) == []


@given(st.integers(0, 10**12), st.sampled_from([",", ".", " ", "'", "’", "\u00a0", "\u2009", "\u202f", ""]))
def test_a_number_grouped_in_any_way_is_read_back(number: int, separator: str) -> None:
    printed = f"{number:,}".replace(",", separator)
    text = f"Il y a {printed} personnes ici"
    assert [(f.start, f.end, f.value) for f in find_figures(text)] == [(7, 7 + len(printed), number)]


@given(st.integers(1000, 10**9), st.integers(1, 99), st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", ".")]))
def test_decimals_are_read_back(whole: int, cents: int, marks: tuple[str, str]) -> None:
    group, decimal = marks
    printed = f"{whole:,}".replace(",", group) + f"{decimal}{cents:02d}"
    assert parse_number(printed) == pytest.approx(whole + cents / 100)
