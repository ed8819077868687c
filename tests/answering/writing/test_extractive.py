"""Answers in the archive's own words: what is chosen, how it is cited, what differs, and how it is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answering.asking.question import Kind
from answering.judging.evidence import Evidence
from answering.types import Answer, Claim, Disagreement, Mode, Status
from answering.writing.extractive import MOST_CLAIMS, compose, searched_line, select, source_name, text_of
from answering.writing.frames import FRAMES
from retrieval.types import Article, Coverage, Hit
from tests.answering.by_hand import article, asked, evidence, said
from tests.fakes import hit_on

THRESHOLD = 0.4
SEARCHED = Coverage(5, "2022-03-01", "2022-03-04")
WHO = asked("Qui dirige la délégation russe ?")
TALKS = "Les pourparlers ont repris jeudi à la frontière."


def composed(
    found: list[Evidence], question: str = WHO.text, language: str = "fr", hits: list[Hit] | None = None
) -> Answer:
    return compose(asked(question, language), found, hits or [], SEARCHED, THRESHOLD)


# -- select ---------------------------------------------------------------------------------------------------------


def test_nothing_is_chosen_below_the_threshold() -> None:
    assert select([], THRESHOLD) == []
    assert select([said(TALKS, probability=0.39)], THRESHOLD) == []
    assert len(select([said(TALKS, probability=0.4)], THRESHOLD)) == 1


def test_at_most_four_are_chosen_in_order_of_probability() -> None:
    found = [said(f"La phrase numéro {name} dit {name}.", name, 0.9 - i / 100) for i, name in enumerate("abcdef")]
    chosen = [s.evidence.article.id for s in select(found, THRESHOLD)]
    assert chosen == ["a", "b", "c", "d"]
    assert len(chosen) == MOST_CLAIMS


def test_what_is_half_as_probable_as_the_best_is_left_out() -> None:
    found = [said(TALKS, "a", 0.95), said("Kiev attend une trêve depuis hier.", "b", 0.41)]
    assert [s.evidence.article.id for s in select(found, THRESHOLD)] == ["a"]


def test_of_a_list_each_sentence_may_have_one_thing() -> None:
    found = [said("La tempête a fermé Brest.", "a", 0.95), said("Nantes, aussi, reste sans bateaux.", "b", 0.41)]
    assert [s.evidence.article.id for s in select(found, THRESHOLD, Kind.LIST)] == ["a", "b"]
    assert [s.evidence.article.id for s in select(found, THRESHOLD, Kind.PLACE)] == ["a"]
    assert len(select([found[0], said(TALKS, "c", 0.3)], 0.1, Kind.LIST)) == 1  # less than a third


def test_a_statement_that_five_papers_print_counts_once_and_the_earliest_is_quoted() -> None:
    found = [
        said(TALKS, "late", 0.9, published="2022-03-04"),
        said(TALKS, "undated", 0.8),
        said(TALKS, "first", 0.5, published="2022-03-02"),
        said(TALKS, "unlikely", 0.1, published="2022-03-03"),
    ]
    (statement,) = select(found, THRESHOLD)
    assert statement.evidence.article.id == "first"
    assert {e.article.id for e in statement.repeated} == {"late", "undated", "unlikely"}


def test_a_repetition_in_the_same_article_is_no_other_source() -> None:
    source = article("a", TALKS, TALKS)
    twice = [evidence(source, TALKS), Evidence(source, len(TALKS) + 1, len(source.text), 0, 0.8, (), said("x").vector)]
    (statement,) = select(twice, THRESHOLD)
    assert statement.repeated == ()
    assert (statement.evidence.start, statement.evidence.end) == (0, len(TALKS))


# -- compose --------------------------------------------------------------------------------------------------------


def test_an_answer_is_the_sentences_as_printed_each_with_its_marker() -> None:
    source = article("a", "Tout va mal.", TALKS, published="2022-03-03")
    found = [evidence(source, TALKS, 0.9), said("Medinski dirige la délégation russe.", "b", 0.8)]
    answer = composed(found)
    assert (answer.status, answer.mode, answer.language) == (Status.ANSWERED, Mode.EXTRACTIVE, "fr")
    assert answer.claims == (Claim(TALKS, (1,)), Claim("Medinski dirige la délégation russe.", (2,)))
    assert answer.text == f"{TALKS} [1]\nMedinski dirige la délégation russe. [2]"
    assert [(c.marker, c.article.id, c.start, c.end) for c in answer.citations] == [(1, "a", 13, 61), (2, "b", 0, 36)]
    assert answer.confidence == 0.9
    assert answer.searched == SEARCHED
    assert answer.disagreements == ()
    assert answer.question == WHO.text


def test_papers_that_print_the_same_are_named_with_the_citation() -> None:
    answer = composed([said(TALKS, "b", 0.9, published="2022-03-03"), said(TALKS, "a", 0.8, published="2022-03-02")])
    (citation,) = answer.citations
    assert (citation.article.id, citation.also_in) == ("a", ("b",))


def test_figures_that_differ_are_shown_side_by_side_with_who_gives_them() -> None:
    found = [
        said("Au moins 352 civils ont été tués.", "a", 0.9, published="2022-03-02"),
        said("Kiev annonce que 2.000 civils ont été tués.", "b", 0.8),
    ]
    answer = composed(found, "Combien de civils ont été tués ?")
    differ = "Les sources diffèrent : 352 — article a (2022-03-02) [1] ; 2.000 — article b [2]."
    assert answer.disagreements == (Disagreement("Combien de civils ont été tués ?", (1, 2)),)
    assert answer.claims[-1] == Claim(differ, (1, 2))
    assert answer.text.startswith("Au moins 352 civils ont été tués [1] ; 2.000 civils ont été tués [2]\n")
    assert [s.text for s in answer.short] == ["Au moins 352 civils ont été tués", "2.000 civils ont été tués"]
    assert answer.text.endswith(f"\n{differ}")
    assert [c.quote for c in answer.citations] == [found[0].text, found[1].text]


ROUVILLE = "Combien de morts dans l'explosion de Rouville ?"
OLD, NEW = "L'explosion a fait 33 morts, selon la préfecture.", "L'explosion a fait 47 morts, selon la préfecture."
PREVIOUS = "Un précédent bilan faisait état de 33 morts."


def test_an_article_s_current_figure_speaks_for_it_and_not_the_earlier_one_that_it_recalls() -> None:
    corrected = article("corrected", NEW, PREVIOUS, published="2024-05-17")
    found = [evidence(corrected, PREVIOUS, 0.9), evidence(corrected, NEW, 0.5), said(OLD, "first", 0.4, "2024-05-15")]
    answer = composed(found, ROUVILLE)
    assert [c.quote for c in answer.citations] == [NEW, OLD]
    assert [d.markers for d in answer.disagreements] == [(1, 2)]
    assert [c.quote for c in composed(found[:2], ROUVILLE).citations] == [NEW]
    assert [c.quote for c in composed(found[:1], ROUVILLE).citations] == [PREVIOUS]  # where nothing else is known


def test_a_current_figure_that_nobody_believes_takes_no_place() -> None:
    corrected = article("corrected", "Ils sont 47 morts.", PREVIOUS)
    found = [evidence(corrected, PREVIOUS, 0.9), evidence(corrected, "Ils sont 47 morts.", 0.01)]
    assert [c.quote for c in composed(found, ROUVILLE).citations] == [PREVIOUS]


def test_a_side_is_the_statement_that_gives_it_though_its_article_repeats_another() -> None:
    killed = "2.000 civils ont été tués depuis le début de l'offensive."
    both = article("b", killed, "Au moins 352 civils ont été tués, selon le ministère.")
    found = [said(killed, "a", 0.9), evidence(both, both.text[len(killed) + 1 :], 0.8), evidence(both, killed, 0.7)]
    answer = composed(found, "Combien de civils ont été tués ?")
    for disagreement in answer.disagreements:
        assert len(set(disagreement.markers)) == len(disagreement.markers) == 2


def test_how_many_is_not_answered_by_a_sentence_without_a_figure() -> None:
    found = [said("Des civils ont été tués.", "a", 0.9), said("Au moins 352 civils ont été tués.", "b", 0.8)]
    answer = composed(found, "Combien de civils ont été tués ?")
    assert [c.article.id for c in answer.citations] == ["b"]
    assert composed(found[:1], "Combien de civils ont été tués ?").status is Status.NO_EVIDENCE


def test_another_language_frames_the_quotation_as_printed() -> None:
    source = Article("a", TALKS, "Pourparlers", outlet="Le Monde", published="2022-03-03", language="fr")
    answer = composed([evidence(source)], "When did the talks resume?", "en")
    assert answer.claims == (Claim(f"Le Monde (2022-03-03): “{TALKS}”", (1,)),)
    assert answer.citations[0].quote == TALKS
    assert answer.language == "en"


@pytest.mark.parametrize(("question", "written"), [("fr", "fr"), ("", "fr"), ("fr", ""), ("xx", "")])
def test_the_same_language_or_an_unknown_one_needs_no_frame(question: str, written: str) -> None:
    answer = composed([evidence(article("a", TALKS, language=written))], WHO.text, question)
    assert answer.claims == (Claim(TALKS, (1,)),)


def test_a_refusal_says_what_was_searched_and_what_is_nearest() -> None:
    sources = [article(name, TALKS, outlet=f"Journal {name}", published="2022-03") for name in "abcd"]
    hits = [hit_on(sources[0]), hit_on(sources[0], 0, 3), *map(hit_on, sources[1:])]
    answer = composed([evidence(sources[0], probability=0.3)], hits=hits)
    assert answer.status is Status.NO_EVIDENCE
    assert (answer.claims, answer.citations, answer.disagreements) == ((), (), ())
    assert answer.text == (
        "L'archive ne répond pas à cette question. "
        "Cherché dans 5 article(s), datés de 2022-03-01 à 2022-03-04. "
        "Articles les plus proches : Journal a (2022-03) ; Journal b (2022-03) ; Journal c (2022-03)."
    )
    assert [a.id for a in answer.nearest] == ["a", "b", "c"]
    assert answer.confidence == 0.3
    assert answer.searched == SEARCHED


def test_a_refusal_without_any_hit() -> None:
    answer = compose(asked("Who?", "en"), [], [], Coverage(0), THRESHOLD)
    assert answer.text == "The archive does not answer this question. No article passes the filters."
    assert (answer.nearest, answer.confidence) == ((), 0)


@pytest.mark.parametrize(
    ("searched", "line"),
    [
        (Coverage(0), "No article passes the filters."),
        (Coverage(3), "Searched 3 article(s), of no known date."),
        (Coverage(3, "2022", "2022-03"), "Searched 3 article(s), dated 2022 to 2022-03."),
    ],
)
def test_what_was_searched(searched: Coverage, line: str) -> None:
    assert searched_line(searched, FRAMES["en"]) == line


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (Article("1", "x", "Titre", outlet="Le Monde", published="2022-03"), "Le Monde (2022-03)"),
        (Article("1", "x", "Titre", published="2022"), "Titre (2022)"),
        (Article("1", "x"), "article 1"),
        (Article("{0}", "x", "{quote}"), "{quote}"),
    ],
)
def test_what_an_article_is_called(source: Article, name: str) -> None:
    assert source_name(source, FRAMES["fr"]) == name


def test_braces_of_an_article_are_no_gaps_of_a_frame() -> None:
    source = Article("{id}", "Le {source} est {0}.", "{titles}", language="fr")
    answer = composed([evidence(source)], "Who?", "en")
    assert answer.text == "{titles}: “Le {source} est {0}.” [1]"
    refusal = composed([], hits=[hit_on(source)])
    assert refusal.text.endswith("Articles les plus proches : {titles}.")


# -- text_of --------------------------------------------------------------------------------------------------------


def test_the_text_is_a_line_a_claim_with_the_markers_that_it_does_not_name() -> None:
    claims = [Claim("Un.", (1,)), Claim("Deux.", (1, 2)), Claim("Ils diffèrent : 3 [1] ; 4 [12].", (1, 12))]
    assert text_of(claims) == "Un. [1]\nDeux. [1][2]\nIls diffèrent : 3 [1] ; 4 [12]."
    assert text_of([Claim("Un [1].", (1, 2))]) == "Un [1]. [2]"
    assert text_of([]) == ""


# -- whatever the evidence --------------------------------------------------------------------------------------------

SENTENCES = [
    TALKS, "Medinski dirige la délégation russe.", "Au moins 352 civils ont été tués.", "2.000 civils ont été tués.",
    "Un million de réfugiés ont fui l'Ukraine.", "Près de 900 000 personnes ont fui.", "[1] {n} 12 % [2]", "Oui.",
    "33 civils tués à Tchernihiv.", "Les blessés sont au nombre de 18.", "Мединский прибыл в Брест.",
]  # fmt: skip
QUESTIONS = ["Combien de civils ont été tués ?", WHO.text, "How many people fled Ukraine?", "Quand ?", "?"]


@st.composite
def found_evidence(draw: st.DrawFn) -> list[Evidence]:
    """Sentences of up to six articles, some repeated, with any probabilities: sorted as ``gather`` sorts them."""
    found = []
    for name in draw(st.lists(st.sampled_from("abcdef"), unique=True, max_size=6)):
        sentences = draw(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4, unique=True))
        published = draw(st.sampled_from(["", "2022", "2022-03-02", "2022-03-04"]))
        source = article(name, *sentences, published=published, language=draw(st.sampled_from(["fr", "en", ""])))
        probabilities = st.floats(0, 1)
        found += [evidence(source, sentence, draw(probabilities)) for sentence in sentences]
    return sorted(found, key=lambda e: (-e.probability, e.rank, e.article.id, e.start))


@settings(max_examples=300)
@given(found_evidence(), st.sampled_from(QUESTIONS), st.sampled_from(["fr", "en", "uk", ""]), st.floats(0, 1))
def test_whatever_the_evidence_every_claim_is_proved_and_every_quotation_verbatim(
    found: list[Evidence], text: str, language: str, threshold: float
) -> None:
    answer = compose(asked(text, language), found, [hit_on(e.article) for e in found], SEARCHED, threshold)
    assert (answer.status is Status.NO_EVIDENCE) == (not answer.claims) == (not answer.citations)
    markers = [citation.marker for citation in answer.citations]
    assert markers == list(range(1, len(markers) + 1))
    assert len(markers) <= MOST_CLAIMS
    known = {(e.article.id, e.start, e.end): e.text for e in found}
    for citation in answer.citations:
        assert citation.quote == citation.article.text[citation.start : citation.end]
        assert known[citation.article.id, citation.start, citation.end] == citation.quote
        assert citation.article.id not in citation.also_in
        assert len(set(citation.also_in)) == len(citation.also_in)
        shown = re.sub(r"\[(\d+)\]", r"(\1)", citation.quote)  # no printed number passes for a marker
        assert any(shown in claim.text for claim in answer.claims)
    for claim in answer.claims:
        assert claim.markers
        assert set(claim.markers) <= set(markers)
    for disagreement in answer.disagreements:
        assert len(set(disagreement.markers)) > 1
        assert set(disagreement.markers) <= set(markers)
    assert {marker for claim in answer.claims for marker in claim.markers} == set(markers)
    assert 0 <= answer.confidence <= 1
    assert answer.text
    assert answer.status is Status.ANSWERED or answer.short == ()
    quotes = {citation.marker: citation.quote for citation in answer.citations}
    assert all(short.text in quotes[short.markers[0]] for short in answer.short)
