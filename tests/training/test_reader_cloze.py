from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.made import article
from training.reader_cloze import Answer, cloze, parsed, question, unjoined, window

TEXT = (
    "Le maire a inauguré un pont à Lyon le 3 mai 2018. Il a coûté 12 millions d'euros en raison de la hausse des prix. "
    "Anna Kovacs, qui vit à Lyon, a refusé de venir."
)


def test_facts_phrases_and_reasons_are_asked_for_and_stand_where_they_say() -> None:
    found = {(a.kind, TEXT[a.start : a.end]) for row in parsed("Un pont", TEXT, "fr").answers for a in row}
    assert {
        ("name", "Lyon"),
        ("date", "3 mai 2018"),
        ("figure", "12 millions d'euros"),
        ("name", "Anna Kovacs"),
    } <= found
    assert ("phrase", "Le maire") in found
    assert ("reason", "en raison de la hausse des prix") in found


@given(st.text(alphabet="AéLl'’ 1920,.%\nàmai«»de BcZ-€?", max_size=200), st.integers(0, 1_000))
def test_whatever_the_text_answers_lie_in_their_sentence_and_the_cloze_in_its_passage(text: str, seed: int) -> None:
    made = parsed("Titre À Lyon", text, "fr")
    for (start, end), answers in zip(made.sentences, made.answers, strict=True):
        assert all(start <= answer.start < answer.end <= end for answer in answers)
    asked = cloze(random.Random(seed), made, 30)
    if asked:
        start, end = made.sentences[asked.first][0], made.sentences[asked.last][1]
        assert asked.spans
        assert all(start <= a < b <= end for a, b in asked.spans)


@pytest.mark.parametrize("seed", range(30))
def test_a_question_is_made_of_its_sentence_without_the_answer(seed: int) -> None:
    made = parsed("", TEXT, "fr")
    start = TEXT.index("12 millions d'euros")
    asked = question(random.Random(seed), TEXT, made.sentences[1], Answer("figure", start, start + 19))
    assert asked is not None
    assert "millions" not in asked
    words = set(asked.lower().replace(",", "").split())
    assert words & {"combien", "quel", "quelle", "pour"}
    assert words & {"il", "coûté", "raison", "hausse", "prix", "a"}


def test_too_short_a_sentence_gives_no_question() -> None:
    assert question(random.Random(0), "Paul dort.", (0, 10), Answer("name", 0, 4)) is None


@pytest.mark.parametrize("seed", range(20))
def test_questions_of_every_kind_come_and_their_spans_are_exact(seed: int) -> None:
    title, text = article(seed)
    made = parsed(title, text, "fr")
    rng = random.Random(seed)
    clozes = [one for _ in range(60) if (one := cloze(rng, made, 60))]
    assert len(clozes) > 20
    for one in clozes:
        answer = {text[start:end] for start, end in one.spans}
        assert len(answer) == 1  # every place says the same
        assert not any(answer.copy().pop() in asked for asked in [one.question]) or text.count(answer.pop()) > 1


@given(st.integers(0, 4), st.integers(-1, 4), st.integers(1, 80), st.randoms(use_true_random=False))
def test_a_window_keeps_to_its_size_and_never_runs_over_what_is_left_out(
    number: int, without: int, words: int, rng: random.Random
) -> None:
    made = parsed(*article(3), "fr")
    if number == without:
        return
    first, last = window(rng, made, number, words, without)
    assert first <= number <= last
    assert not first <= without <= last
    size = sum(len(made.sentence(i).split()) for i in range(first, last + 1))
    assert size <= max(words, len(made.sentence(number).split()))


def test_sentences_that_were_joined_are_set_apart() -> None:
    assert unjoined('l\'AFP.Aucune décision. "Non".Il vient.') == 'l\'AFP. Aucune décision. "Non". Il vient.'
    assert unjoined("M. Dupont, de l'U.E., a 1.000 euros.") == "M. Dupont, de l'U.E., a 1.000 euros."
