"""From logits to quotations, by hand and against the definition in full."""

from __future__ import annotations

import itertools
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.judging.pairs import Encoded
from retrieval.judging.spans import LONGEST_ANSWER, MOST_SPANS, NO_TOKEN, WHOLE, Judged, best_spans, sensible

FIRST = 4  # tokens before the passage's


def window(passage: str, starts: list[float], ends: list[float], begin: int = 0, nowhere: float = 0.0) -> Judged:
    """Return a window whose tokens are the words of the passage from ``begin`` on; other tokens say much, and in vain."""
    places = [found.span() for found in WHOLE.finditer(passage)][begin : begin + len(starts)]
    spans = np.full((FIRST + len(starts) + 1, 2), 50.0, np.float32)
    spans[0] = nowhere
    spans[FIRST:-1, 0], spans[FIRST:-1, 1] = starts, ends
    encoded = Encoded(np.zeros(len(spans), np.int64), FIRST, np.array(places, np.int64).reshape(-1, 2), begin)
    return Judged(encoded, spans, np.zeros(3, np.float32))


def quotes(passage: str, windows: list[Judged]) -> dict[str, float]:
    return {passage[s.start : s.end]: s.probability for s in best_spans(windows, passage)[1]}


def test_probabilities_by_hand() -> None:
    passage = "Anna part demain"
    margin, _ = best_spans([window(passage, [2, 0, 1], [1, 0, 3], nowhere=0.5)], passage)
    found = quotes(passage, [window(passage, [2, 0, 1], [1, 0, 3], nowhere=0.5)])
    starts, ends = sum(map(exp, (0.5, 2, 0, 1))), sum(map(exp, (0.5, 1, 0, 3)))
    assert margin == pytest.approx(2 + 3 - 2 * 0.5)
    assert list(found)[:2] == ["Anna part demain", "demain"]
    assert found["Anna part demain"] == pytest.approx(exp(2 + 3) / starts / ends)
    assert found["Anna"] == pytest.approx(exp(2 + 1) / starts / ends)
    assert "part Anna" not in found
    assert len(found) == 6


def test_windows_are_set_against_nowhere_and_what_both_saw_counts_once() -> None:
    passage = "un deux trois quatre"
    left = window(passage, [0, 1, 2], [0, 0, 1], nowhere=1.0)
    right = window(passage, [7, 8], [9, 8], begin=2, nowhere=6.0)
    found = quotes(passage, [left, right])
    starts = sum(map(exp, (0, -1, 0, 1, 2)))  # the third word: 1 from either
    ends = sum(map(exp, (0, -1, -1, 3, 2)))  # the third word: 0 on the left, 3 on the right
    assert found["trois"] == pytest.approx(exp(1 + 3) / starts / ends)
    assert found["deux trois"] == pytest.approx(exp(0 + 0) / starts / ends)  # whole on the left alone
    assert found["quatre"] == pytest.approx(exp(2 + 2) / starts / ends)
    assert "deux trois quatre" not in found
    assert best_spans([left, right], passage)[0] == pytest.approx(4.0)
    assert sum(found.values()) < 1
    assert best_spans([right, left], passage) == best_spans([left, right], passage)


def test_one_window_seen_twice_is_one_window() -> None:
    passage = "Anna part demain"
    one = window(passage, [2, 0, 1], [1, 0, 3])
    assert best_spans([one, one], passage) == best_spans([one], passage)


LOGITS = st.lists(st.tuples(st.floats(-8, 8, width=32), st.floats(-8, 8, width=32)), min_size=1, max_size=60)


@given(LOGITS, st.floats(-8, 8, width=32))
def test_the_best_are_those_of_all(logits: list[tuple[float, float]], nowhere: float) -> None:
    passage = " ".join(f"mot{'abcdefghij'[i % 10] * (i + 1)}" for i in range(len(logits)))
    one = window(passage, [s for s, _ in logits], [e for _, e in logits], nowhere=nowhere)
    places = one.encoded.offsets
    total = sum(np.logaddexp.reduce([nowhere, *column]) for column in zip(*logits, strict=True))
    every = {
        (int(places[i, 0]), int(places[j, 1])): logits[i][0] + logits[j][1] - total
        for i, j in itertools.combinations_with_replacement(range(len(logits)), 2)
        if j - i < LONGEST_ANSWER
    }
    margin, found = best_spans([one], passage)
    assert margin == pytest.approx(max(every.values()) + total - 2 * nowhere, abs=1e-4)
    assert [log(span.probability) for span in found] == pytest.approx(
        sorted(every.values(), reverse=True)[:MOST_SPANS], abs=1e-4
    )
    assert all(log(span.probability) == pytest.approx(every[span.start, span.end], abs=1e-4) for span in found)


def test_no_token_no_span() -> None:
    assert best_spans([window("", [], [])], "") == (NO_TOKEN, ())


def test_what_is_one_quotation_adds_up() -> None:
    passage = "le « Monde »."
    places = np.array([[0, 2], [3, 4], [5, 8], [8, 10], [11, 12], [12, 13]])
    spans = np.zeros((len(places) + 2, 2), np.float32)
    spans[3:6, 0], spans[3:6, 1] = 5, 5  # Mon, de, »
    one = Judged(Encoded(np.zeros(8, np.int64), 1, places), spans, np.zeros(3, np.float32))
    best = best_spans([one], passage)[1][0]
    assert passage[best.start : best.end] == "Monde"
    denominator = (4 + 3 * exp(5)) ** 2
    assert best.probability > 5 * exp(10) / denominator  # five pairs of these three: the mark alone is none


@pytest.mark.parametrize(
    ("text", "part", "quoted"),
    [
        ("Il a dit : « Non ! »", ": « Non ! »", "Non"),
        ("selon Medinski, jeudi", " Medinski,", "Medinski"),
        ("selon Medinski, jeudi", "dinsk", "Medinski"),
        ("né en 2022.", "22.", "2022"),
        ("pour 10,5 millions", "5 m", "10,5 millions"),
        ("fuite de 1 045 000 réfugiés", "045", "1 045 000"),
        ("fuite de 1 045 000 réfugiés", "000 réfugiés", "1 045 000 réfugiés"),
        ("en 2022 498 morts", "498", "498"),
        ("il fait -5 °C.", "-5 °C.", "-5 °C"),
        ("le cap - Moscou", "- Moscou", "Moscou"),
        ("en 52 av. J.-C. à Rome", "52 av. J.-C.", "52 av. J.-C."),
        ("aux U.S.", "U.S.", "U.S."),
        ("à Lyon.", "Lyon.", "Lyon"),
        ("soit 10 %.", "10 %.", "10 %"),
        ("l'ONU (Nations unies)", "ONU (Nations unies)", "ONU (Nations unies)"),
        ("l'ONU (Nations unies)", "(Nations unies)", "Nations unies"),
        ("l'ONU (Nations unies)", "ONU (Nations", "ONU (Nations"),
        ("l'ONU (Nations unies)", "Nations unies)", "Nations unies"),
        ("«Oui» et «non»", "«Oui» et «non»", "«Oui» et «non»"),
        ('"Oui" et "non"', '"Oui" et "non"', '"Oui" et "non"'),
        ('dit "Le Monde"', '"Le Monde"', "Le Monde"),
        ("aujourd’hui’", "aujourd’hui’", "aujourd’hui"),
        ("東京タワーは333mです", "333", "333m"),
        ("東京タワーは333mです", "東京", "東京"),
        ("dès 20h30 à Kiev", "20", "20h30"),
        ("l'e\u0301te\u0301 là", "te", "e\u0301te\u0301"),
        ("x" * 100, "x" * 10, "x" * 10),
    ],
)
def test_a_sensible_quotation(text: str, part: str, quoted: str) -> None:
    start = text.index(part)
    words = [found.span() for found in WHOLE.finditer(text)]
    span = sensible(text, start, start + len(part), words)
    assert span is not None
    assert text[slice(*span)] == quoted


@pytest.mark.parametrize("text", ["", " ", ".", "« »", "…", '"', "—", "€ !"])
def test_nothing_is_left_of_marks(text: str) -> None:
    assert sensible(text, 0, len(text), []) is None


@given(st.text(), st.data())
def test_any_part_of_any_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    words = [found.span() for found in WHOLE.finditer(text)]
    span = sensible(text, start, end, words)
    if span is not None:
        assert 0 <= span[0] < span[1] <= len(text)
        assert sensible(text, *span, words) == span
