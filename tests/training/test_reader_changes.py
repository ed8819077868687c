from __future__ import annotations

import random
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.reader_changes import Fact, changed, changed_date, changed_figure, facts, swapped, turned


def found(text: str) -> list[tuple[str, str]]:
    return [(fact.kind, text[fact.start : fact.end]) for fact in facts(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "Il a rappelé qu'en 2019, elles s'étaient élevées à 839.000 euros, soit 10% de plus.",
            [("date", "2019"), ("figure", "839.000 euros"), ("figure", "10%")],
        ),
        ("Il est né le lundi 3 mai 2018 à Moscou.", [("date", "lundi 3 mai 2018"), ("name", "Moscou")]),
        ("Selon Emmanuel Macron, l'État paie.", [("name", "Emmanuel Macron"), ("name", "État")]),
        ("Les ours mangent. Ils dorment.", []),
        ("Depuis le 1er janvier, 2 498 ours.", [("date", "1er janvier"), ("figure", "2 498")]),
    ],
)
def test_facts_are_found_whole_and_a_capital_for_its_place_is_none(text: str, wanted: list[tuple[str, str]]) -> None:
    assert found(text) == wanted


@given(st.text(alphabet="Aé l'L1920,.%\n mai«» BcZ-€ 3", max_size=80))
def test_facts_are_spans_in_order_that_do_not_overlap(text: str) -> None:
    spans = [(fact.start, fact.end) for fact in facts(text)]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


@given(
    st.integers(0, 10**9), st.sampled_from(["%", " euros", "", " millions d'euros"]), st.randoms(use_true_random=False)
)
def test_a_changed_figure_is_another_number_of_the_same_length_and_unit(
    number: int, unit: str, rng: random.Random
) -> None:
    new = changed_figure(rng, f"{number}{unit}")
    digits = re.match(r"\d+", new)
    assert digits
    assert int(digits[0]) != number
    assert new[digits.end() :] == unit
    assert not (len(digits[0]) > 1 and digits[0][0] == "0")


@given(
    st.sampled_from(["lundi 3 mai 2018", "1er janvier", "mars 2020", "vendredi", "1998", "31 mai"]),
    st.randoms(use_true_random=False),
)
def test_a_changed_date_is_another_one(date: str, rng: random.Random) -> None:
    new = changed_date(rng, date)
    assert new != date
    assert len(re.findall(r"\w+", new)) == len(re.findall(r"\w+", date))


def test_a_negation_is_put_in_and_taken_out() -> None:
    rng = random.Random(0)
    assert turned(rng, "La loi sera votée.") == "La loi ne sera pas votée."
    assert turned(rng, "La loi ne sera pas votée.") == "La loi sera votée."
    assert turned(rng, "Le ministre n'a pas signé.") == "Le ministre a signé."
    assert turned(rng, "Silence total.") is None
    assert turned(rng, "Son fils parle de son école.", "es") is None
    assert turned(rng, "Он был там.", "ru") == "Он не был там."


def test_one_fact_is_changed_and_the_rest_stays() -> None:
    text = "Paul Lemoine a signé à Lyon le 3 mai 2018 pour 12 millions d'euros."
    for seed in range(40):
        new = changed(random.Random(seed), text, ["Nantes", "Anna Kovacs"])
        assert new is not None
        assert new != text
        kept = [value for _, value in found(text) if value in new]
        assert len(kept) >= len(found(text)) - 1


def test_a_name_gives_way_to_one_of_the_others_only() -> None:
    text = "Le train va à Lyon ce soir"
    fact = next(fact for fact in facts(text) if fact.kind == "name")
    assert changed(random.Random(1), text, ["Nantes"], fact) == "Le train va à Nantes ce soir"
    assert changed(random.Random(1), text, ["Lyon"], fact) is None
    elided = "Il parle de l'Italie ici"
    place = elided.index("Italie")
    assert changed(random.Random(1), elided, ["Chine"], Fact("name", place, place + 6)) is None
    assert (
        changed(random.Random(1), elided, ["Chine", "Espagne"], Fact("name", place, place + 6))
        == "Il parle de l'Espagne ici"
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("L'Ukraine accuse Moscou de mentir.", {"L'Moscou accuse Ukraine de mentir."}),
        ("Hier Anna Kovacs et Paul Petit ont gagné.", {None}),
        ("Hier Anna Kovacs, le Canada ont gagné.", {None}),
        ("Hier Paris a battu la ville de Paris.", {None}),
        ("Hier Anna Kovacs a gagné.", {None}),
        ("Mais Anna Kovacs et Karim ont battu Lyon.", {
            "Mais Lyon et Karim ont battu Anna Kovacs.", "Mais Anna Kovacs et Lyon ont battu Karim.",
        }),
    ],
)  # fmt: skip
def test_two_names_that_are_not_listed_change_places(text: str, wanted: set[str | None]) -> None:
    assert {swapped(random.Random(seed), text) for seed in range(30)} == wanted


def test_a_changed_sentence_may_have_its_names_swapped() -> None:
    text = "Mais Anna Kovacs a battu Paul Petit."
    assert "Mais Paul Petit a battu Anna Kovacs." in {changed(random.Random(seed), text, []) for seed in range(30)}
