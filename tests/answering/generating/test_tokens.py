"""Tokens without a tokenizer: against counts that real tokenizers made, and set right by what a model reports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.generating.tokens import TokenCounter, estimate_tokens, fit_tokens

# The first sentence of article 1 of the Universal Declaration of Human Rights, and how many tokens it is for the tokenizers
# cl100k (GPT-4), o200k (GPT-4o), Qwen, Tekken (Mistral), DeepSeek, Claude 2 and Mistral v3, in this order.
COUNTED = [
    ("Tous les êtres humains naissent libres et égaux en dignité et en droits.", (22, 17, 22, 17, 22, 23, 24)),
    ("All human beings are born free and equal in dignity and rights.", (13, 13, 13, 13, 13, 13, 13)),
    ("Все люди рождаются свободными и равными в своем достоинстве и правах.", (35, 17, 21, 21, 21, 40, 26)),
    ("Всі люди народжуються вільними і рівними у своїй гідності та правах.", (44, 22, 34, 23, 26, 45, 27)),
    ("Alle Menschen sind frei und gleich an Würde und Rechten geboren.", (16, 14, 16, 14, 14, 19, 18)),
    ("Todos los seres humanos nacen libres e iguales en dignidad y derechos.", (19, 15, 19, 16, 17, 23, 23)),
    ("人人生而自由，在尊严和权利上一律平等。", (21, 15, 12, 19, 13, 22, 20)),
    ("يولد جميع الناس أحرارا متساوين في الكرامة والحقوق.", (35, 17, 19, 16, 19, 43, 45)),
    (
        "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
        (76, 31, 71, 33, 41, 85, 84),
    ),
]


@pytest.mark.parametrize(("text", "counts"), COUNTED)
def test_an_estimate_is_near_the_tokenizer_that_needs_most(text: str, counts: tuple[int, ...]) -> None:
    assert 0.75 * max(counts) <= estimate_tokens(text) <= 1.6 * max(counts)


def test_no_script_is_free() -> None:
    assert estimate_tokens("") == 0
    for character in "aéΩжשع中😀\u0e01":
        assert estimate_tokens(character * 100) >= 25, character


@given(st.text(), st.text())
def test_it_grows_with_the_text(first: str, second: str) -> None:
    both = estimate_tokens(first + second)
    assert both >= max(estimate_tokens(first), estimate_tokens(second))
    assert both <= estimate_tokens(first) + estimate_tokens(second)


@given(st.lists(st.integers(0, 50)), st.integers(0, 200))
def test_as_many_texts_as_fit(sizes: list[int], budget: int) -> None:
    number = fit_tokens(["x" * size for size in sizes], budget, len)
    assert sum(sizes[:number]) <= budget
    assert number == len(sizes) or sum(sizes[: number + 1]) > budget


def test_nothing_fits_where_the_first_does_not() -> None:
    assert fit_tokens(["mot " * 1_000, "mot"], 100) == 0


LONG = "Le président ukrainien a demandé une trêve immédiate. " * 50


def test_a_report_of_more_counts_at_once_and_of_less_little_by_little() -> None:
    counter, estimate = TokenCounter(), estimate_tokens(LONG)
    counter.learn(LONG, estimate // 2)
    assert counter.count(LONG) == pytest.approx(0.5 * estimate, abs=2)
    counter.learn(LONG, estimate)
    assert counter.count(LONG) == pytest.approx(estimate, abs=2)
    counter.learn(LONG, estimate // 2)
    assert counter.count(LONG) == pytest.approx(0.85 * estimate, abs=2)


@pytest.mark.parametrize(("text", "tokens"), [("court", 50), (LONG, 0), (LONG, -3)])
def test_what_tells_nothing_is_not_learned(text: str, tokens: int) -> None:
    counter = TokenCounter()
    counter.learn(text, tokens)
    assert abs(counter.count(LONG) - estimate_tokens(LONG)) <= 1


@pytest.mark.parametrize(("tokens", "factor"), [(1, 0.4), (10**9, 2.5)])
def test_absurd_reports_have_bounds(tokens: int, factor: float) -> None:
    counter = TokenCounter()
    counter.learn(LONG, tokens)
    assert counter.count(LONG) == pytest.approx(factor * estimate_tokens(LONG), abs=2)
