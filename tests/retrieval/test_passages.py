"""Passages: whole sentences, near the aimed size, overlapping a little, and always the article's own text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.passages import Chunking, passage_spans
from retrieval.sentences import sentence_spans


def sentence(number: int, words: int) -> str:
    """Return a sentence of so many words, unlike any other."""
    return " ".join([f"Mot{number}"] + ["mot"] * (words - 2) + ["fin."])


def text_of(*lengths: int) -> str:
    return " ".join(sentence(number, words) for number, words in enumerate(lengths))


def sizes(text: str, chunking: Chunking = Chunking()) -> list[int]:
    return [len(text[start:end].split()) for start, end in passage_spans(text, "fr", chunking)]


def firsts(text: str, chunking: Chunking = Chunking()) -> list[str]:
    return [text[start:end].split()[0] for start, end in passage_spans(text, "fr", chunking)]


def test_nothing_has_no_passage() -> None:
    assert passage_spans("", "fr") == []
    assert passage_spans(" \n ", "fr") == []


def test_a_short_article_is_one_passage() -> None:
    text = text_of(20, 20, 20)
    assert passage_spans(text, "fr") == [(0, len(text))]


def test_neighbours_share_whole_sentences_of_at_most_thirty_words() -> None:
    text = text_of(*[20] * 15)
    # 132 words at most: six sentences, the next passage begins with the sixth.
    assert sizes(text) == [120, 120, 100]
    assert firsts(text) == ["Mot0", "Mot5", "Mot10"]


def test_two_short_sentences_are_shared_where_they_fit() -> None:
    assert firsts(text_of(*[15] * 20))[:2] == ["Mot0", "Mot6"]


def test_a_long_sentence_shares_nothing() -> None:
    text = text_of(*[40] * 9)
    assert sizes(text) == [120, 120, 120]
    assert firsts(text) == ["Mot0", "Mot3", "Mot6"]


def test_a_sentence_longer_than_the_aim_is_a_passage_by_itself() -> None:
    text = text_of(50, 300, 50)
    assert sizes(text) == [50, 300, 50]


def test_no_passage_is_only_the_end_of_the_one_before() -> None:
    """Shared sentences after which the next one does not fit would make a passage that says nothing new."""
    text = text_of(100, 20, 125, 100)
    assert firsts(text) == ["Mot0", "Mot2", "Mot3"]


def test_a_short_rest_joins_the_last_passage() -> None:
    assert sizes(text_of(60, 60, 39)) == [159]
    assert sizes(text_of(60, 60, 40)) == [120, 40]


def test_sizes_on_a_long_article() -> None:
    text = text_of(*[(7 * n) % 25 + 12 for n in range(400)])
    found = sizes(text)
    assert all(95 <= size <= 132 for size in found[:-1])
    assert sum(found[:-1]) / len(found[:-1]) == pytest.approx(120, abs=5)
    assert found[-1] <= 132 + 40


def test_chunking_is_named_by_its_numbers() -> None:
    assert Chunking().name == "sentences-120-30-v1"
    assert Chunking(60, 0).name != Chunking(60, 10).name


def test_a_very_long_article_is_cut_to_its_end() -> None:
    """200,000 sentences: the time must grow with the length, not with its square."""
    text = "Kiev résiste encore aujourd'hui.\n" * 200_000
    spans = passage_spans(text, "fr")
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text) - 1
    assert len(spans) == pytest.approx(200_000 / 26, rel=0.05)


WORDS = st.integers(1, 60).map(lambda count: " ".join(["Mot"] * count) + ". ")
TEXTS = st.one_of(
    st.lists(WORDS, max_size=25).map("".join),
    st.lists(st.one_of(WORDS, st.text(max_size=30), st.just("\n")), max_size=25).map("".join),
)


@given(TEXTS, st.sampled_from([Chunking(), Chunking(20, 8), Chunking(5, 5), Chunking(1, 0), Chunking(10, 100)]))
def test_passages_are_runs_of_whole_sentences_that_cover_the_text(text: str, chunking: Chunking) -> None:
    sentences, passages = sentence_spans(text, "fr"), passage_spans(text, "fr", chunking)
    starts = {start: number for number, (start, _) in enumerate(sentences)}
    ends = {end: number for number, (_, end) in enumerate(sentences)}
    runs = [range(starts[start], ends[end] + 1) for start, end in passages]  # KeyError: not at a sentence's end
    assert sorted({number for run in runs for number in run}) == list(range(len(sentences)))
    for before, after in pairwise(runs):
        assert before.start < after.start <= before.stop
        assert before.stop < after.stop
        shared = sentences[after.start : before.stop]
        assert sum(len(text[start:end].split()) for start, end in shared) <= chunking.overlap


@given(TEXTS)
def test_a_passage_is_larger_than_the_aim_only_by_one_long_sentence_or_the_rest(text: str) -> None:
    chunking = Chunking(30, 8)
    passages = passage_spans(text, "fr", chunking)
    for start, end in passages[:-1]:
        alone = len(sentence_spans(text[start:end], "fr")) == 1
        assert alone or len(text[start:end].split()) <= 33
