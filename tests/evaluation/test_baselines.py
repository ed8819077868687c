"""The baselines on the seeds and on articles made by hand, and what every system under judgement must keep to."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.answerer import Answerer
from answering.conversation import Conversation
from answering.types import Answer, Mode, Status
from evaluation.baselines import LeadSentence, TopPassage, baseline, citation
from evaluation.systems import Kiosque, System
from evaluation.textbook import Textbook
from retrieval.archive import Archive
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.errors import KiosqueError
from retrieval.indexing import embedding_text
from retrieval.types import Article, Filters
from tests.fakes import HashingEmbedder
from tests.retrieval.material import MemorySource

ALONE, ALL = Conversation(), Filters()
QUESTIONS = (
    "Qui dirige la délégation russe ?",
    "Combien de soldats russes ont été tués selon Moscou ?",
    "How many people fled Ukraine?",
)
SYSTEMS = ("kiosque", "bm25", "dense", "lead", "textbook")


def archive_of(folder: Path, *articles: Article) -> Archive:
    archive = Archive(folder, HashingEmbedder())
    assert archive.index(MemorySource({f"mem/{a.id}": a for a in articles})).added == len(articles)
    return archive


@pytest.fixture(scope="module")
def systems(
    seeds_archive: Archive, embedder: BundledEmbedder, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, System]:
    made: list[System] = [Kiosque(seeds_archive, Answerer(seeds_archive))]
    made += [baseline(name, seeds_archive) for name in ("bm25", "dense", "lead")]
    made.append(Textbook.build(seeds_archive, embedder, tmp_path_factory.mktemp("textbook")))
    return {system.name: system for system in made}


def assert_is_whole(answer: Answer, archive: Archive) -> None:
    """Citations are verbatim and trimmed, numbered from 1, and each claim names some of them."""
    assert [c.marker for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    for cited in answer.citations:
        assert cited.article == archive.article(cited.article.id)
        assert 0 <= cited.start < cited.end <= len(cited.article.text)
        assert cited.quote == cited.quote.strip()
    for claim in answer.claims:
        assert set(claim.markers) <= {c.marker for c in answer.citations}
        assert claim.markers
    assert {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)} <= {c.marker for c in answer.citations}
    assert 0 <= answer.confidence <= 1
    assert 0 < sum(ms for stage, ms in answer.stages if stage != "total") <= answer.elapsed_ms


# -- every system --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_ranking_falls_and_its_spans_lie_in_their_articles(
    systems: dict[str, System], seeds_archive: Archive, name: str, question: str
) -> None:
    ranking = systems[name].search(question, ALONE, ALL)
    assert 0 < len(ranking) <= 100
    assert [hit.score for hit in ranking] == sorted((hit.score for hit in ranking), reverse=True)
    assert len({(hit.article, hit.start, hit.end) for hit in ranking}) == len(ranking)
    for hit in ranking:
        text = seeds_archive.article(hit.article).text
        assert 0 <= hit.start < hit.end <= len(text)
        assert text[hit.start : hit.end].strip()


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_verbatim_and_its_markers_resolve(
    systems: dict[str, System], seeds_archive: Archive, name: str, question: str
) -> None:
    answer = systems[name].answer(question, ALONE, ALL)
    assert_is_whole(answer, seeds_archive)
    assert (answer.question, answer.mode) == (question, Mode.EXTRACTIVE)
    assert answer.searched == seeds_archive.coverage()
    assert answer.stages[0][0] == "search"
    if name != "kiosque":
        assert answer.status is Status.ANSWERED
        best = systems[name].search(question, ALONE, ALL)[0]
        first = answer.citations[0]
        assert (first.article.id, first.start) == (best.article, best.start)
        assert answer.language == ("en" if question.startswith("How") else "fr")


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_filter_by_article_is_obeyed(systems: dict[str, System], seeds_archive: Archive, name: str) -> None:
    system = systems[name]
    for wanted in (article.id for article in seeds_archive.articles()):
        filters = Filters(article_ids=(wanted,))
        ranking = system.search("Que dit la Russie des pourparlers ?", ALONE, filters)
        everything = system.search("Que dit la Russie des pourparlers ?", ALONE, ALL)
        assert {hit.article for hit in ranking} == {wanted}
        assert [(hit.start, hit.end) for hit in ranking] == [
            (h.start, h.end) for h in everything if h.article == wanted
        ]
        answer = system.answer("Que dit la Russie des pourparlers ?", ALONE, filters)
        assert {cited.article.id for cited in answer.citations} <= {wanted}
        assert answer.searched.articles == 1


@pytest.mark.parametrize("name", SYSTEMS)
def test_where_a_filter_leaves_nothing_there_is_no_evidence(systems: dict[str, System], name: str) -> None:
    filters = Filters(article_ids=("nowhere",))
    assert systems[name].search(QUESTIONS[0], ALONE, filters) == []
    answer = systems[name].answer(QUESTIONS[0], ALONE, filters)
    assert (answer.status, answer.citations, answer.claims) == (Status.NO_EVIDENCE, (), ())
    assert (answer.confidence, answer.searched.articles) == (0, 0)
    assert "Aucun article ne correspond aux filtres." in answer.text


@pytest.mark.parametrize("make", [*(lambda a, n=n: baseline(n, a) for n in ("bm25", "dense", "lead")), None])
def test_an_empty_archive_gives_no_evidence(make: Callable[[Archive], System] | None, tmp_path: Path) -> None:
    with Archive(tmp_path / "index", HashingEmbedder()) as archive:
        system = make(archive) if make else Textbook.build(archive, archive.embedder, tmp_path / "textbook")
        assert system.search("Où ?", ALONE, ALL) == []
        assert system.answer("Où ?", ALONE, ALL).status is Status.NO_EVIDENCE


# -- one index alone -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", QUESTIONS)
def test_dense_ranks_as_brute_force_over_all_passages(
    seeds_archive: Archive, embedder: BundledEmbedder, question: str
) -> None:
    passages = [(a, p) for a in seeds_archive.articles() for p in seeds_archive.passages_of(a.id)]
    texts = [embedding_text(article, p.start, p.end) for article, p in passages]
    stored = embedder.embed_passages(texts).astype(np.float16).astype(np.float32)
    cosines = stored @ embedder.embed_query(question)
    order = sorted(range(len(passages)), key=lambda i: (-cosines[i], passages[i][1].id))
    ranking = TopPassage(seeds_archive, "dense").search(question, ALONE, ALL)
    assert len(ranking) == seeds_archive.size <= 100
    assert [(h.article, h.start, h.end) for h in ranking] == [
        (p.article_id, p.start, p.end) for _, p in (passages[i] for i in order)
    ]
    assert [h.score for h in ranking] == pytest.approx(cosines[order].tolist(), abs=1e-5)
    answer = TopPassage(seeds_archive, "dense").answer(question, ALONE, ALL)
    article, best = passages[order[0]]
    assert answer.citations[0].quote == article.text[best.start : best.end]
    assert answer.confidence == pytest.approx(float(cosines.max()), abs=1e-5)


@pytest.mark.parametrize("question", QUESTIONS[:2])
def test_bm25_ranks_by_the_lexical_score_and_leaves_out_what_shares_no_word(
    seeds_archive: Archive, question: str
) -> None:
    matched = [hit for hit in seeds_archive.search(question, limit=1000) if hit.lexical > 0]
    matched.sort(key=lambda hit: (-hit.lexical, hit.passage.id))
    ranking = TopPassage(seeds_archive, "bm25").search(question, ALONE, ALL)
    assert 0 < len(ranking) < seeds_archive.size
    assert [(h.article, h.start, h.end) for h in ranking] == [
        (h.article.id, h.passage.start, h.passage.end) for h in matched
    ]
    assert [h.score for h in ranking] == pytest.approx([h.lexical for h in matched])
    answer = TopPassage(seeds_archive, "bm25").answer(question, ALONE, ALL)
    assert answer.citations[0].quote == matched[0].text
    assert answer.confidence == pytest.approx(matched[0].lexical / (matched[0].lexical + 10))


@pytest.fixture
def small(tmp_path: Path) -> Archive:
    """Three articles of one passage and one length: the word of the question stands twice, once, never."""
    return archive_of(
        tmp_path / "index",
        Article("c", "Kherson tient, et Kherson parle [7].", language="fr"),
        Article("b", "Kherson tient, et Odessa parle [7].", language="fr"),
        Article("a", "Marioupol tient, et Odessa parle [7].", language="fr"),
    )


def test_bm25_prefers_the_passage_that_repeats_the_word(small: Archive) -> None:
    ranking = TopPassage(small, "bm25").search("Kherson", ALONE, ALL)
    assert [hit.article for hit in ranking] == ["c", "b"]
    assert ranking[0].score > ranking[1].score > 0


def test_bm25_without_a_word_in_common_finds_nothing_and_dense_answers_all_the_same(small: Archive) -> None:
    refusal = TopPassage(small, "bm25").answer("Wimbledon", ALONE, ALL)
    assert (refusal.status, refusal.confidence, refusal.searched.articles) == (Status.NO_EVIDENCE, 0, 3)
    assert refusal.text
    assert TopPassage(small, "dense").answer("Wimbledon", ALONE, ALL).status is Status.ANSWERED


def test_the_confidence_orders_questions_as_the_score_does(small: Archive) -> None:
    for name in ("bm25", "dense"):
        system = baseline(name, small)
        asked = [("Kherson Odessa"), ("Kherson"), ("Marioupol"), ("Marioupol tient"), ("Kherson lutte toujours")]
        scores = [system.search(question, ALONE, ALL)[0].score for question in asked]
        confidences = [system.answer(question, ALONE, ALL).confidence for question in asked]
        assert np.argsort(scores).tolist() == np.argsort(confidences).tolist()
        assert len(set(scores)) > 2


def test_what_an_article_prints_does_not_pass_for_a_marker(small: Archive) -> None:
    answer = baseline("bm25", small).answer("Kherson", ALONE, ALL)
    assert answer.citations[0].quote == "Kherson tient, et Kherson parle [7]."
    assert answer.text == "Kherson tient, et Kherson parle (7). [1]"


def test_the_conversation_changes_nothing(small: Archive) -> None:
    for name in ("bm25", "dense", "lead"):
        system = baseline(name, small)
        spoken = ALONE.followed_by(system.answer("Marioupol ?", ALONE, ALL))
        assert system.search("Et Kherson ?", spoken, ALL) == system.search("Et Kherson ?", ALONE, ALL)
        assert system.answer("Et Kherson ?", spoken, ALL).claims == system.answer("Et Kherson ?", ALONE, ALL).claims


def test_there_is_no_other_baseline(small: Archive) -> None:
    with pytest.raises(KiosqueError, match=r"^There is no baseline 'bm26'; name bm25, dense, lead\.$"):
        baseline("bm26", small)


# -- the lead sentence, and citations -----------------------------------------------------------------------------


def test_lead_is_the_first_sentence_of_the_best_passage(tmp_path: Path) -> None:
    text = "M. Guterres a quitté Kherson mardi. Il y reviendra. Les réfugiés attendent des vivres."
    other = "Le tournoi commence dimanche. Les joueurs sont arrivés."
    with archive_of(tmp_path, Article("a", text, language="fr"), Article("b", other, language="fr")) as archive:
        answer = LeadSentence(archive).answer("Qui a quitté Kherson ?", ALONE, ALL)
        assert answer.citations[0].article.id == "a"
        assert answer.text == "M. Guterres a quitté Kherson mardi. [1]"
        best = archive.search("Qui a quitté Kherson ?", limit=1)[0]
        assert answer.confidence == pytest.approx(best.dense)


def test_lead_begins_where_the_passage_does_not_the_article(seeds_archive: Archive) -> None:
    """On a passage from the middle of an article, the sentence is the passage's first."""
    lead = LeadSentence(seeds_archive)
    begun = 0
    for question in QUESTIONS:
        best = seeds_archive.search(question, limit=1)[0]
        cited = lead.answer(question, ALONE, ALL).citations[0]
        assert (cited.article, cited.start) == (best.article, best.passage.start)
        assert cited.end < best.passage.end
        assert best.text.startswith(cited.quote)
        begun += cited.start > 0
        assert lead.search(question, ALONE, ALL)[0].score == best.score
    assert begun


@given(st.text(" \n\t\u00a0aé.", max_size=8), st.text("aé. \n", max_size=8), st.text(" \u2009\r", max_size=4))
def test_a_citation_loses_the_blanks_at_its_ends_and_nothing_else(before: str, inside: str, after: str) -> None:
    text = before + inside + after
    cited = citation(3, Article("a", text), len(before), len(text))
    assert cited.quote == text[cited.start : cited.end] == (inside + after).strip()
    assert len(before) <= cited.start <= cited.end <= len(text)
    assert cited.marker == 3
