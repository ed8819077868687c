"""The passages found, as a reader orders and reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from answering.judging.reading import PART, WHOLE, judged, part_read, reads
from answering.judging.reranking import READ
from retrieval.sentences import sentence_spans
from retrieval.types import AnswerSpan, Article, Hit, PassageReading
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


def test_behind_the_first_the_part_with_the_words_of_the_question_is_read() -> None:
    filler = "Le ministre a longuement parlé de la route et du pont devant les élus de la commune hier."
    told = "Le vignoble de Chablis a gelé en avril."
    text = " ".join([filler, filler, filler, filler, told, filler])
    question = "Quand le vignoble de Chablis a-t-il gelé"
    assert part_read(question, text, "fr", WHOLE - 1) == (0, len(text))
    start, end = part_read(question, text, "fr", WHOLE)
    part = text[start:end]
    assert told in part
    assert part.startswith("Le ministre")
    assert part.endswith(".")
    assert len(part.split()) <= PART < len(text.split())


def test_a_part_is_of_the_first_sentences_that_share_as_many_words() -> None:
    sentences = [f"Le vignoble {word} a gelé cette nuit." for word in "un deux trois quatre cinq six sept".split()]
    text = " ".join(2 * sentences)
    assert len(text.split()) > PART
    start, end = part_read("Le vignoble a-t-il gelé ?", text, "fr", WHOLE)
    assert text[start:end] == " ".join((2 * sentences)[: PART // 7])


def test_a_passage_is_read_whole_where_no_word_is_shared_or_it_is_short() -> None:
    text = " ".join(["La vigne a souffert du gel dans la nuit de mardi à mercredi."] * 10)
    assert part_read("Когда замёрз виноградник?", text, "fr", WHOLE) == (0, len(text))
    short = "La vigne a souffert."
    assert part_read("La vigne a-t-elle souffert ?", short, "fr", WHOLE) == (0, len(short))


@given(
    st.lists(
        st.sampled_from(["Le lait est bon.", "Il pleut à Lyon depuis hier soir !", "Non.", "Où donc ?"]), max_size=60
    )
)
def test_a_part_is_whole_sentences_in_a_row(sentences: list[str]) -> None:
    text = " ".join(sentences)
    start, end = part_read("Pleut-il à Lyon ?", text, "fr", WHOLE)
    spans = sentence_spans(text, "fr")
    assert (start, end) == (0, len(text)) or {start, end} <= {place for span in spans for place in span}
    assert len(text[start:end].split()) <= PART or not {"pleut", "lyon"} & set(text.casefold().split())


class Spanning(Reader):
    """Answers with the first "lait" of what it is given to read."""

    def read(self, question: str, passages: Sequence[str]) -> list[PassageReading]:
        found = []
        for one in super().read(question, passages):
            at = self.seen[len(self.seen) - len(passages) + len(found)].find("lait")
            found.append(replace(one, spans=(AnswerSpan(at, at + 4, 0.5),) if at >= 0 else ()))
        return found


def test_what_is_found_in_a_part_has_its_place_in_the_passage() -> None:
    long = " ".join(["On a parlé du pain et du vin pendant la soirée entière hier."] * 8)
    text = f"{long} Il reste du lait à la ferme."
    others = [f"pain {i}" for i in range(WHOLE)]
    reader = Spanning()
    ordered, readings = judged(reader, "où est le lait", hits(*others, text))
    assert ordered[0].text == text
    assert reader.seen[WHOLE] != text
    span = readings[0].spans[0]
    assert text[span.start : span.end] == "lait"
    assert span.start > PART
