"""Remembered vectors are those of the embedder, and each is made once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from answering.judging.vectors import SentenceVectors
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.types import Vectors
from tests.fakes import HashingEmbedder


class Counting(HashingEmbedder):
    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return super().embed_passages(texts)


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=6), max_size=8), st.integers(1, 8))
def test_they_are_the_embedders_and_no_more_are_kept(calls: list[list[str]], remembered: int) -> None:
    vectors = SentenceVectors(HashingEmbedder(), remembered)
    for sentences in calls:
        assert np.array_equal(vectors(sentences), HashingEmbedder().embed_passages(sentences))
        assert len(vectors._vectors) <= remembered


def test_each_sentence_is_embedded_once_until_it_is_the_longest_unused() -> None:
    embedder = Counting()
    vectors = SentenceVectors(embedder, 2)
    vectors(["one", "two", "one"])
    vectors(["one"])
    assert embedder.asked == ["one", "two"]
    vectors(["three"])  # "two" is the longest unused
    vectors(["one", "two"])
    assert embedder.asked == ["one", "two", "three", "two"]


def test_the_real_encoder_gives_the_same_bits(embedder: BundledEmbedder) -> None:
    sentences = ["Moscou a annoncé 498 morts.", "Kherson compte 290.000 habitants.", "Qui ?"]
    vectors = SentenceVectors(embedder)
    first = vectors(sentences[:2])
    assert np.array_equal(np.vstack([first, vectors(sentences[2:])]), embedder.embed_passages(sentences))
    assert np.array_equal(vectors(sentences[::-1]), embedder.embed_passages(sentences)[::-1])
