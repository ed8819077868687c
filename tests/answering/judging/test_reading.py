"""The passages found, as a reader orders and reads them."""

from __future__ import annotations

from collections.abc import Sequence

from answering.judging.reading import judged, reads
from answering.judging.reranking import READ
from retrieval.types import Article, Hit, PassageReading
from tests.fakes import hit_on


class Ranker:
    """Finds a passage the better, the more often it has the last word of the question; keeps what it was asked."""

    name = "ranker"

    def __init__(self) -> None:
        self.seen: list[str] = []

    def relevance(self, question: str, passages: Sequence[str]) -> list[float]:
        self.seen += passages
        return [100.0 * passage.count(question.split()[-1]) for passage in passages]


class Reader(Ranker):
    """Reads as it ranks."""

    name = "reader"

    def read(self, question: str, passages: Sequence[str]) -> list[PassageReading]:
        return [PassageReading(score, score - 1, 0.0, ()) for score in self.relevance(question, passages)]

    def support(self, statement: str, passages: Sequence[str]) -> list[float]:
        return [0.5 for _ in passages]


def hits(*texts: str) -> list[Hit]:
    return [hit_on(Article(str(i), text, language="fr"), number=i) for i, text in enumerate(texts)]


def test_only_what_reads_is_a_reader() -> None:
    assert reads(Reader())
    assert not reads(Ranker())
    assert not reads(None)


def test_without_a_reader_hits_stay_as_they_are() -> None:
    found = hits("a", "b")
    assert judged(None, "b", found) == (found, [])
    assert judged(Reader(), "b", []) == ([], [])


def test_each_reading_stands_beside_its_hit_in_the_new_order() -> None:
    ordered, readings = judged(Reader(), "où est le lait", hits("pain", "lait lait", "lait"))
    assert [hit.text for hit in ordered] == ["lait lait", "lait", "pain"]
    assert [reading.relevant for reading in readings] == [200.0, 100.0, 0.0]


def test_a_reranker_orders_and_reads_nothing() -> None:
    ordered, readings = judged(Ranker(), "où est le lait", hits("pain", "lait"))
    assert [hit.text for hit in ordered] == ["lait", "pain"]
    assert readings == []


def test_only_the_first_are_read_and_the_others_stay_behind_them() -> None:
    reader, texts = Reader(), [*[f"pain {i}" for i in range(READ)], "lait", "lait lait"]
    ordered, readings = judged(reader, "où est le lait", hits(*texts))
    assert reader.seen == texts[:READ]
    assert len(readings) == READ
    assert [hit.text for hit in ordered[READ:]] == texts[READ:]
