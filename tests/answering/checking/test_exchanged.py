"""Countries in each other's places: where it happens, and whose office somebody holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from answering.checking.exchanged import of_another_nation, places_exchanged
from answering.checking.naming import Name, find_names

Check = Callable[[str, Sequence[Name], str, Sequence[Name]], bool]
ISSUE = "Le Pérou a lancé un emprunt au Chili."
AGAINST = "Le Parlement exige que la Turquie renonce à la force contre la Grèce."
ENVOY = "L'ambassadeur du Pérou, Luis Vega, a parlé au ministre chilien Pablo Soto."


def found(check: Check, claim: str, language: str, quotation: str) -> bool:
    return check(claim, find_names(claim, language), quotation, find_names(quotation, "fr"))


@pytest.mark.parametrize(
    ("language", "claim", "quotation", "exchanged"),
    [
        ("en", "Chile issued a bond in Peru.", ISSUE, True),
        ("ru", "Чили выпустила облигации в Перу.", ISSUE, True),
        ("fr", "C'est en Turquie que la Grèce renonce à la force.", "La Turquie renonce à la force en Grèce.", True),
        ("en", "Parliament calls on Greece to stop using force against Turkey.", AGAINST, True),
        ("en", "Peru issued a bond in Chile.", ISSUE, False),
        ("en", "A bond was issued in Chile by Peru.", ISSUE, False),
        ("en", "Chile hosts a bond.", ISSUE, False),
        ("en", "Parliament calls on Turkey to stop using force against Greece.", AGAINST, False),
    ],
)
def test_where_it_happens_and_who_does_it(language: str, claim: str, quotation: str, exchanged: bool) -> None:
    assert found(places_exchanged, claim, language, quotation) is exchanged


@pytest.mark.parametrize(
    ("language", "claim", "other"),
    [
        ("fr", "L'ambassadeur chilien, Luis Vega, a parlé.", True),
        ("en", "The Chilean ambassador Luis Vega spoke.", True),
        ("en", "The Peruvian ambassador Luis Vega spoke.", False),
        ("ru", "Посол Перу Луис Вега выступил.", False),
        ("en", "Chile's minister Pablo Soto listened.", False),
        ("en", "Peru's minister Pablo Soto listened.", True),
        ("en", "Luis Vega spoke in Chile.", False),
    ],
)
def test_whose_office_somebody_holds(language: str, claim: str, other: bool) -> None:
    assert found(of_another_nation, claim, language, ENVOY) is other
