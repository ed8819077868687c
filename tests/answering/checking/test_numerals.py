import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.checking.numerals import numerals, unproved_figures


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.000", ["2000"]),
        ("2 000 morts", ["2000"]),
        ("2\u202f000", ["2000"]),
        ("2,000 dead", ["2000"]),
        ("2'000", ["2000"]),
        ("1,4 million", ["1.4"]),
        ("1.40", ["1.4"]),
        ("1.234.567,89", ["1234567.89"]),
        ("1,234,567.89", ["1234567.89"]),
        ("2022 300 soldats", ["2022", "300"]),
        ("498 1597", ["498", "1597"]),
        ("10 000 5 840", ["10000", "5840"]),
        ("le 02.03.2022 à 14h05", ["2", "3", "2022", "14", "5"]),
        ("Covid-19, F16", ["19", "16"]),
        ("٣٤", ["34"]),
        ("zéro", []),
        ("0", ["0"]),
    ],
)
def test_one_spelling_for_each_figure(text: str, expected: list[str]) -> None:
    assert numerals(text) == expected


@given(st.integers(1000, 10**12), st.sampled_from([".", ",", " ", "\u00a0", "\u202f", "'", "’"]))
def test_separators_of_thousands_do_not_matter(number: int, separator: str) -> None:
    assert numerals(f"{number:,}".replace(",", separator)) == [str(number)]


def test_a_long_row_of_figures_is_read_to_its_end() -> None:
    assert len(numerals("1 " * 5000)) == 5000


@pytest.mark.parametrize(
    ("claim", "source", "published", "missing"),
    [
        ("498 soldats", "498 militaires", "", set()),
        ("500 soldats", "498 militaires", "", {"500"}),
        ("2.000 civils", "2,000 civilians", "", set()),
        ("2000 civils", "deux mille civils", "", set()),
        ("1 million de réfugiés", "Plus d'un million de réfugiés", "", set()),
        ("1.4 million", "1 400 000 personnes", "", set()),
        ("1.4 billion", "1,4 million", "", {"1.4"}),
        ("2000 morts", "des milliers de morts", "", {"2000"}),
        ("En 2018", "En 2017", "", {"2018"}),
        ("498 morts en 2022", "498 morts", "2022-03-02", set()),
        ("Le 2 mars 2022, 5 morts", "5 morts", "2022-03-02", set()),
        ("On March 2nd, 2022, 5 died", "5 morts", "2022-03-02T08:00:00Z", set()),
        ("2 марта 2022 года", "", "2022-03-02", set()),
        ("Le 3 mars 2022", "", "2022-03-02", {"3"}),
        ("Le 2 avril 2022", "", "2022-03-02", {"2"}),
        ("Le 2 mars 2022", "", "2022-03", {"2"}),
        ("2 maires le 2 mars", "", "2022-03-02", {"2"}),
        ("Le 1er mars", "", "2022-03-01", set()),
    ],
)
def test_figures_without_a_source(claim: str, source: str, published: str, missing: set[str]) -> None:
    assert unproved_figures(claim, [source], [published]) == missing


@given(st.text(), st.text(), st.sampled_from(["", "2022", "2022-13-45", "2022-03-02", "hier"]))
def test_any_text_is_judged(claim: str, source: str, published: str) -> None:
    assert unproved_figures(claim, [source], [published]) <= set(numerals(claim))
    assert unproved_figures(claim, [claim]) == set()
