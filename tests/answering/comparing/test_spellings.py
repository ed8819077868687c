"""One name in the spellings of several languages."""

from __future__ import annotations

import pytest

from answering.comparing.spellings import missing_names, same_name

ONE = [
    ("Charkiw", "Kharkiv"), ("Charkiw", "Харків"), ("Charkiw", "Харьков"), ("Járkov", "Kharkov"), ("Járkov", "Харків"),
    ("Jersón", "Kherson"), ("Jersón", "Херсон"), ("Cherson", "Kherson"), ("Tschernihiw", "Tchernihiv"),
    ("Chmelnyzkyj", "Khmelnytskyi"), ("Chartum", "Khartoum"), ("Jartum", "Khartoum"),
]  # fmt: skip
TWO = [("Charkiw", "Kiev"), ("Jean", "Khan"), ("Cherson", "Chisinau"), ("Jersey", "Kherson"), ("Charkiw", "Cherson")]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert same_name(one, other)
    assert same_name(other, one)
    assert missing_names(frozenset((one.casefold(),)), f"Le bilan de {other} est lourd.") == 0


@pytest.mark.parametrize(("one", "other"), TWO)
def test_two_names(one: str, other: str) -> None:
    assert not same_name(one, other)
    assert missing_names(frozenset((one.casefold(),)), f"Le bilan de {other} est lourd.") == 1
