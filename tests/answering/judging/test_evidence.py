"""Evidence: what is read of the passages, what each sentence is measured by, and in which order it comes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.judging.evidence import PASSAGES, SENTENCES, features, gather, missing_names
from answering.judging.weighing import FEATURES
from answering.judging.zero import above_zero, similarity_of_unrelated
from retrieval.archive import Archive
from retrieval.ranking.lexical import terms
from retrieval.reading.sources import FolderSource
from retrieval.types import AnswerSpan, Article, Hit, Passage, PassageReading
from tests.answering.by_hand import asked
from tests.fakes import HashingEmbedder, hit_on

TALKS = "Les pourparlers ont repris jeudi à Gomel."
TOLL = "Au moins 33 civils ont été tués à Tchernihiv."
HEAD = "Attaque russe à Tchernihiv : au moins 33 morts"
ARTICLES = [
    {"id": "toll", "title": "Le bilan", "language": "fr", "text": f"{HEAD}\n{TOLL} Les blessés sont au nombre de 18."},
    {"id": "talks", "title": "Trêve", "language": "fr", "text": f"{TALKS} Kiev réclame une trêve."},
    {"id": "bread", "title": "Bread", "language": "en", "text": "Bread is baked in the morning. It is eaten at noon."},
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("evidence")
    (folder / "press.jsonl").write_text("\n".join(map(json.dumps, ARTICLES)), encoding="utf-8")
    with Archive(folder / "index", HashingEmbedder()) as opened:
        assert opened.index(FolderSource(folder)).added == 3
        yield opened


def row(archive: Archive, question: str, article_id: str, sentence: str, language: str = "fr") -> dict[str, float]:
    """Return the features of one sentence beside another one, by name."""
    article = archive.article(article_id)
    hit = hit_on(article)
    start = article.text.index(sentence)
    places = [(hit, 0, start, start + len(sentence)), (hit, 0, 0, 3)]
    query = archive.embedder.embed_query(question)
    vectors = archive.embedder.embed_passages([article.text[s:e] for _, _, s, e in places])
    rows = features(archive, asked(question, language), places, query, vectors)
    assert rows.shape == (2, len(FEATURES))
    return dict(zip(FEATURES, rows[0].tolist(), strict=True))


def test_similarities_are_measured_from_the_zero_of_the_article_s_language(archive: Archive) -> None:
    question = "Quand les pourparlers ont-ils repris ?"
    found = row(archive, question, "talks", TALKS)
    query = archive.embedder.embed_query(question)
    zero = similarity_of_unrelated(archive.embedder, "fr", query)
    cosine = float(archive.embedder.embed_passages([TALKS])[0] @ query)
    assert found["sentence_similarity"] == pytest.approx((cosine - zero) / (1 - zero), abs=1e-6)
    assert found["passage_similarity"] == pytest.approx((0.9 - zero) / (1 - zero), abs=1e-6)  # as the hit says
    assert found["sentence_margin"] == pytest.approx(1)  # of two sentences the better lies one deviation above


def test_equal_texts_are_one_and_unrelated_ones_zero(archive: Archive) -> None:
    assert above_zero(1.0, 0.8) == pytest.approx(1)
    assert above_zero(0.8, 0.8) == 0
    assert above_zero(0.7, 0.8) == pytest.approx(-0.5)
    assert math.isfinite(above_zero(1.0, 1.0))


def test_coverage_is_the_share_of_the_question_s_terms_by_rarity(archive: Archive) -> None:
    question = "Combien de civils tués et de blessés ?"
    words = terms(question, "fr")
    rarity = dict(zip(words, archive.rarity(words, "fr"), strict=True))
    total = sum(rarity.values())
    assert total > 0
    in_sentence = sum(value for word, value in rarity.items() if word in terms(TOLL, "fr"))
    in_passage = sum(value for word, value in rarity.items() if word in terms(ARTICLES[0]["text"], "fr"))
    found = row(archive, question, "toll", TOLL)
    assert found["sentence_coverage"] == pytest.approx(in_sentence / total)
    assert found["passage_coverage"] == pytest.approx(in_passage / total)
    assert 0 < found["sentence_coverage"] < found["passage_coverage"] < 1


def test_the_title_covers_too(archive: Archive) -> None:
    assert row(archive, "Quel bilan ?", "toll", TOLL)["passage_coverage"] == pytest.approx(1)
    assert row(archive, "Quel bilan ?", "toll", TOLL)["sentence_coverage"] == 0


def test_a_question_of_stop_words_covers_nothing(archive: Archive) -> None:
    assert row(archive, "et les ?", "toll", TOLL)["sentence_coverage"] == 0


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Combien de morts à Tchernihiv ?", TOLL, {"shows_kind": 1, "wants_kind": 1, "names_missing": 0}),
        ("Combien de morts à Kherson ?", TOLL, {"shows_kind": 1, "wants_kind": 1, "names_missing": 1}),
        ("Combien de morts de Tchernihiv à Kherson ?", TOLL, {"names_missing": 0.5}),
        ("Que dit Tchernihiv ?", TOLL, {"shows_kind": 0, "wants_kind": 0}),
        ("Quand ?", "Les blessés sont au nombre de 18.", {"shows_kind": 0, "wants_kind": 1}),
        ("Combien ?", TOLL, {"headline": 0, "length": math.log(10)}),
        ("Combien ?", HEAD, {"headline": 1}),
    ],
)
def test_what_a_sentence_and_its_question_have(
    archive: Archive, question: str, sentence: str, expected: dict[str, float]
) -> None:
    found = row(archive, question, "toll", sentence)
    assert {name: found[name] for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize(("language", "foreign"), [("fr", 0), ("en", 1), ("", 0)])
def test_a_question_in_another_language_is_foreign(archive: Archive, language: str, foreign: float) -> None:
    assert row(archive, "Combien ?", "toll", TOLL, language)["foreign"] == foreign


def test_the_archive_s_size_counts(archive: Archive) -> None:
    assert row(archive, "Combien ?", "toll", TOLL)["archive_size"] == pytest.approx(math.log10(archive.size + 1))


# -- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "context", "missing"),
    [
        (set(), "rien", 0),
        ({"medinski"}, "Vladimir Medinski", 0),
        ({"medinski"}, "Vladimir Medinsky", 0),
        ({"мединский"}, "Vladimir Medinski", 0),
        ({"зеленський"}, "Volodymyr Zelensky", 0),
        ({"zelensky"}, "Владимир Зеленский", 0),
        ({"киев"}, "à Kiev", 0),
        ({"чернигове"}, "Attaque russe à Tchernihiv", 0),
        ({"маріуполі"}, "Marioupol", 0),
        ({"чернигове"}, "Attaque russe à Kherson", 1),
        ({"ukraine"}, "L’UKRAINE", 0),
        ({"kherson", "medinski"}, "Vladimir Medinski", 0.5),
        ({"2018"}, "Coupe du monde 2022", 1),
        ({"kherson"}, "", 1),
    ],
)
def test_names_are_found_in_any_spelling(names: set[str], context: str, missing: float) -> None:
    assert missing_names(frozenset(names), context) == missing


@given(st.frozensets(st.text(min_size=1, max_size=6), max_size=4), st.text(max_size=60))
def test_the_share_of_missing_names_is_a_share(names: frozenset[str], context: str) -> None:
    assert 0 <= missing_names(names, context) <= 1


# -- gather ---------------------------------------------------------------------------------------------------------


def test_evidence_is_the_sentences_of_the_passages_best_first(archive: Archive) -> None:
    question = asked("Combien de civils ont été tués à Tchernihiv ?")
    found = gather(archive, question, archive.search(question.text, limit=12))
    assert found[0].text in (TOLL, HEAD)
    texts = [e.text for e in found if e.article.id == "toll"]
    assert sorted(texts) == sorted([HEAD, TOLL, "Les blessés sont au nombre de 18."])
    assert [e.probability for e in found] == sorted((e.probability for e in found), reverse=True)
    assert all(0 <= e.probability <= 1 for e in found)
    assert all(e.vector.shape == (256,) for e in found)


def test_no_hits_are_no_evidence(archive: Archive) -> None:
    assert gather(archive, asked("Combien ?"), []) == []


def test_a_passage_without_any_of_the_names_proves_nothing_in_its_own_language(archive: Archive) -> None:
    hits = [hit_on(archive.article("toll"))]
    assert {e.probability for e in gather(archive, asked("Combien de morts à Kherson ?"), hits)} == {0.0}
    assert min(e.probability for e in gather(archive, asked("How many dead in Kherson?", "en"), hits)) > 0


def test_overlapping_passages_give_a_sentence_once(archive: Archive) -> None:
    article = archive.article("toll")
    hits = [hit_on(article), hit_on(article, len(HEAD) + 1, number=2), hit_on(article, number=3)]
    places = [(e.start, e.end) for e in gather(archive, asked("Combien ?"), hits)]
    assert len(places) == len(set(places)) == 3
    assert {e.rank for e in gather(archive, asked("Combien ?"), hits)} == {0}


def test_equal_evidence_comes_in_order_of_rank_and_place(archive: Archive) -> None:
    article = Article("twice", f"{TALKS} {TALKS}", language="fr")
    other = Article("other", TALKS, language="fr")
    found = gather(archive, asked("Quoi ?"), [hit_on(article), hit_on(other, number=2)])
    assert len({e.probability for e in found}) == 1
    assert [(e.rank, e.article.id, e.start) for e in found] == [
        (0, "twice", 0),
        (0, "twice", len(TALKS) + 1),
        (1, "other", 0),
    ]


def test_the_work_of_a_question_is_bounded(archive: Archive) -> None:
    long = Article("long", " ".join(f"Phrase numéro {n} dite." for n in range(500)), language="fr")
    hits = [hit_on(long)] + [hit_on(archive.article("talks"), number=n) for n in range(2, 40)]
    assert len(gather(archive, asked("Quoi ?"), hits)) <= SENTENCES
    many = [Hit(Passage(n, f"a{n}", 0, 4), Article(f"a{n}", "oui."), 1, 0.9, 1) for n in range(PASSAGES + 10)]
    assert len({e.article.id for e in gather(archive, asked("Quoi ?"), many)}) == PASSAGES


@pytest.mark.parametrize(
    "signature", ["— Emmanuel Macron (@EmmanuelMacron) March 2, 2022", "(AFP)", "* * *", "Владимир Мединский", "12"]
)
def test_names_and_signs_alone_are_no_sentence(archive: Archive, signature: str) -> None:
    article = Article("tweet", f"{signature}\n{TALKS}", language="fr")
    assert [e.text for e in gather(archive, asked("Qui ?"), [hit_on(article)])] == [TALKS]


def test_a_hostile_line_is_read_in_no_time(archive: Archive) -> None:
    line = "A1 " * 600 + "fin"
    found = gather(archive, asked("Qui ?"), [hit_on(Article("hostile", line, language="fr"))])
    assert [e.text for e in found] == [line]


# -- with a reader --------------------------------------------------------------------------------------------------


def reading(text: str, *parts: tuple[str, float], answers: float = 1.0) -> PassageReading:
    """Return a reading of a passage whose spans are these words of it, with their probabilities."""
    spans = [AnswerSpan(text.index(words), text.index(words) + len(words), share) for words, share in parts]
    return PassageReading(relevant=2.0, answers=answers, margin=3.0, spans=tuple(spans))


def test_what_a_reader_says_is_a_feature_of_the_sentence_that_its_span_lies_in(archive: Archive) -> None:
    toll, talks = archive.article("toll"), archive.article("talks")
    hits = [hit_on(toll), hit_on(talks, number=2)]
    readings = [
        reading(toll.text, ("33 civils", 0.6), ("civils", 0.2), ("18", 0.1), answers=1.5),
        PassageReading(relevant=0.0, answers=-2.0, margin=-4.0, spans=()),
    ]
    found = {e.text: e for e in gather(archive, asked("Combien de morts ?"), hits, readings=readings)}
    best = found[TOLL]
    assert [toll.text[s.start : s.end] for s in best.spans] == ["33 civils", "civils"]
    assert best.feature("reader_answers") == 1.5
    assert best.feature("reader_margin") == 3.0
    assert best.feature("reader_relevant") == 1.0  # 2 and 0: one above their mean
    assert best.feature("reader_span") == pytest.approx(math.log(0.801 / 0.201))
    assert found["Les blessés sont au nombre de 18."].feature("reader_span") == pytest.approx(math.log(0.101 / 0.901))
    other = found[TALKS]
    assert other.spans == ()
    assert (other.feature("reader_answers"), other.feature("reader_relevant")) == (-2.0, -1.0)
    assert other.feature("reader_span") == pytest.approx(math.log(0.001 / 1.001))


def test_a_span_across_two_sentences_is_in_neither(archive: Archive) -> None:
    toll = archive.article("toll")
    readings = [reading(toll.text, ("Tchernihiv. Les blessés", 0.9))]
    assert all(e.spans == () for e in gather(archive, asked("Où ?"), [hit_on(toll)], readings=readings))


def test_passages_that_were_not_read_are_no_evidence_beside_read_ones(archive: Archive) -> None:
    hits = [hit_on(archive.article("toll")), hit_on(archive.article("talks"), number=2)]
    found = gather(archive, asked("Qui ?"), hits, readings=[reading(hits[0].text)])
    assert {e.article.id for e in found} == {"toll"}
    assert {e.article.id for e in gather(archive, asked("Qui ?"), hits)} == {"toll", "talks"}


def test_without_a_reader_its_features_are_zero(archive: Archive) -> None:
    found = gather(archive, asked("Combien ?"), [hit_on(archive.article("toll"))])
    assert {e.feature(name) for e in found for name in FEATURES if name.startswith("reader_")} == {0.0}
