"""Lengths of time, vague amounts and bounds: told the same way in another language, or otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.checking.measures import unproved_measure


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("They meet again in a month.", "Ils se reverront bientôt."),
        ("Выборы прошли неделю назад.", "Les élections ont eu lieu hier."),
        ("Спустя пять часов всё работало.", "Une heure plus tard, tout marchait."),
        ("Trois jours plus tard, le pont était ouvert.", "Deux jours plus tard, le pont était ouvert."),
        ("Hundreds of soldiers left.", "Des milliers de soldats sont partis."),
        ("Сотни солдат ушли.", "Des milliers de soldats sont partis."),
        ("Погибли менее 352 человек.", "Plus de 352 personnes ont péri."),
        ("Fewer than 40 houses burned.", "Plus de 40 maisons ont brûlé."),
        ("Plus de 40 maisons ont brûlé.", "Less than 40 houses burned."),
    ],
)
def test_what_the_source_says_otherwise(claim: str, source: str) -> None:
    assert unproved_measure(claim, [source])


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("An hour later everything worked.", "Une heure plus tard, tout marchait."),
        ("Спустя час всё работало.", "Une heure plus tard, tout marchait."),
        ("Seit drei Jahren nicht, vor drei Jahren schon.", "Il y a trois ans déjà."),
        ("Two days later the bridge was open.", "Dos días después se abrió el puente."),
        ("A day earlier the port had fallen.", "La veille, le port était tombé."),
        ("Within a day the fire was out.", "En 24 heures, l'incendie était éteint."),
        ("Plus de 40, ou 50 maisons ont brûlé.", "Moins de 50 maisons, plus de 40, ont brûlé."),
        ("Thousands of soldiers left.", "Des milliers de soldats sont partis."),
        ("Hundreds of soldiers left.", "300 soldats sont partis."),
        ("More than 40 houses burned.", "Plus de 40 maisons ont brûlé."),
        ("40 houses burned.", "Plus de 40 maisons ont brûlé."),
        ("Не менее 40 домов сгорело.", "Plus de 40 maisons ont brûlé."),
        ("The war has lasted for years.", "La guerre dure."),
    ],
)
def test_what_the_source_says_too_or_leaves_open(claim: str, source: str) -> None:
    assert unproved_measure(claim, [source]) == ""


@given(st.text(max_size=120))
def test_a_text_proves_itself(text: str) -> None:
    assert unproved_measure(text, [text]) == ""
