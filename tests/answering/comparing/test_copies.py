"""What is cited where several articles print it, and where one garbles it: in answers with a chat model and without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.exceptions import ModelConnectionError

from answering.answerer import Answerer
from answering.comparing.comparison import differing
from answering.comparing.copies import Printing, Sources, rests_on_garbled
from answering.comparing.readings import read_figures
from answering.comparing.statements import same_statement
from answering.judging.evidence import gather
from answering.types import Answer, Citation, Claim, Mode, to_json
from answering.writing.extractive import compose, select
from answering.writing.frames import FRAMES
from retrieval.archive import Archive
from retrieval.facts.shingles import same_words
from retrieval.types import Article, Coverage, Filters
from tests.answering.by_hand import asked, evidence, said
from tests.fakes import HashingEmbedder, ScriptedChatModel, hit_on
from tests.retrieval.material import MemorySource

TOLL = "Au moins 33 civils ont été tués dans l'attaque russe contre Tchernihiv, dans le nord de l'Ukraine."
TOWN = (
    "Les services d'urgence ukrainiens cherchent encore des survivants sous les décombres de deux immeubles du centre."
)
OWN = "Notre envoyée spéciale a passé la journée dans un abri du quartier nord, avec une vingtaine de familles du voisinage."
AID = "La France va apporter 300 millions de dollars d’aide supplémentaires à Kiev, a annoncé mercredi le ministre."
SPUN = AID.replace("supplémentaires", "supplémcheztaires")
WARNING = FRAMES["fr"].garbled


def dispatch(article_id: str, day: int = 0, text: str = f"{TOLL} {TOWN}", outlet: str = "") -> Article:
    return Article(article_id, text, outlet=outlet, published=f"2022-03-0{day}" if day else "", language="fr")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def opened(folder: Path, articles: Sequence[Article]) -> Archive:
    archive = Archive(folder, HashingEmbedder())
    archive.index(MemorySource({f"mem/{article.id}": article for article in articles}))
    return archive


COPIES = (
    dispatch("monde", 4, outlet="Le Monde"),
    dispatch("afp", 2, outlet="AFP"),
    dispatch("undated"),
    dispatch("quoting", 3, f"{OWN} {TOLL} {TOWN} {OWN.replace('abri', 'hôtel')}"),
    dispatch("report", 1, OWN.replace("envoyée", "correspondante")),
)


@pytest.fixture
def copies(folder: Path) -> Iterator[Archive]:
    with opened(folder, COPIES) as archive:
        yield archive


def ask(archive: Archive, question: str, filters: Filters = Filters(), said: str = "") -> Answer:
    model = ScriptedChatModel(pieces=[said]) if said else None
    return Answerer(archive, model, 0.01).ask(question, filters=filters)


def first(answer: Answer) -> tuple[str, str, tuple[str, ...]]:
    """Return the first citation as article, quotation and who prints it, too."""
    citation = answer.citations[0]
    assert citation.quote == citation.article.text[citation.start : citation.end]
    return citation.article.id, citation.quote, citation.also_in


# Copies.

HOW_MANY = "Combien de civils ont été tués à Tchernihiv ?"


def test_an_answer_cites_the_earliest_printing_and_names_all_others(copies: Archive) -> None:
    answer = ask(copies, HOW_MANY)
    assert first(answer) == ("afp", TOLL, ("quoting", "monde", "undated"))
    assert len(answer.citations) == 1
    assert (answer.disagreements, answer.notice) == ((), "")
    assert to_json(answer)["citations"][0]["also_in"] == ["quoting", "monde", "undated"]


def test_among_the_articles_that_pass_the_filters(copies: Archive) -> None:
    later = Filters(since="2022-03-03", until="2022-03-31")
    assert first(ask(copies, HOW_MANY, later)) == ("quoting", TOLL, ("monde",))
    assert first(ask(copies, HOW_MANY, later, f"{TOLL} [1]")) == ("quoting", TOLL, ("monde",))
    assert first(ask(copies, HOW_MANY, Filters(outlets=("Le Monde",)))) == ("monde", TOLL, ())


def test_a_chat_model_s_quotation_from_a_copy_is_moved_to_the_earliest_to_the_letter(copies: Archive) -> None:
    answer = ask(copies, HOW_MANY, said="À Tchernihiv, au moins 33 civils ont été tués [1].")
    assert answer.mode is Mode.GENERATIVE
    assert first(answer) == ("afp", TOLL, ("quoting", "monde", "undated"))
    monde = copies.article("monde")
    moved = Sources(copies).cite(1, [Printing(monde, 0, len(TOLL))])
    assert (moved.article.id, moved.quote, moved.also_in) == ("afp", TOLL, ("quoting", "monde", "undated"))


def test_it_stays_where_the_earliest_has_other_letters(folder: Path) -> None:
    earliest = dispatch("early", 1, f"{TOLL.replace(', dans le nord', ' dans le nord')} {TOWN}")
    with opened(folder, [*COPIES, earliest]) as archive:
        sources, monde = Sources(archive), archive.article("monde")
        cited = sources.cite(1, [Printing(monde, 0, len(TOLL))])
        assert (cited.article.id, cited.quote) == ("afp", TOLL)
        assert cited.also_in == ("early", "quoting", "monde", "undated")
        # Found as evidence, it is known where it stands: then that one is quoted.
        early = archive.article("early")
        both = sources.cite(1, [Printing(monde, 0, len(TOLL)), Printing(early, 0, len(TOLL) - 1)])
        assert (both.article.id, both.quote) == ("early", early.text[: len(TOLL) - 1])
        assert both.also_in == ("afp", "quoting", "monde", "undated")


def test_copies_that_a_model_cites_for_one_claim_are_one_proof() -> None:
    """Each passage has a sentence of its own, so that a search gives both."""
    held = [dispatch("a", 2, f"{TOLL} {OWN}"), dispatch("b", 1, f"{AID} {TOLL}")]
    from answering.conversation import Conversation
    from answering.generating.generative import write

    model = ScriptedChatModel(pieces=[f"{TOLL} [1][2]\n{AID} [2]"])
    draft = write(model, "?", [hit_on(held[0]), hit_on(held[1], number=2)], Conversation(), "fr", HashingEmbedder())
    assert [claim.markers for claim in draft.claims] == [(1,), (2,)]
    assert [(c.article.id, c.quote, c.also_in) for c in draft.citations] == [("b", TOLL, ("a",)), ("b", AID, ())]


def test_an_article_that_goes_is_named_no_more(copies: Archive) -> None:
    copies.forget("afp")
    assert first(ask(copies, HOW_MANY)) == ("quoting", TOLL, ("monde", "undated"))


# Other words.


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Le maire a démissionné mardi après le rapport.", "Le maire n'a pas démissionné mardi après le rapport."),
        ("Vladimir Medinski dirige la délégation russe à Brest.", "Sergueï Lavrov dirige la délégation russe à Brest."),
        ("Medinski dirige la délégation russe à Brest.", "Lavrov dirige la délégation russe à Brest."),
        ("The mayor resigned on Tuesday after the report.", "The mayor never resigned on Tuesday after the report."),
    ],
)
def test_another_name_or_a_negation_is_another_statement(one: str, other: str) -> None:
    a, b = said(one, "a", 0.9), said(other, "b", 0.8)
    assert not same_statement(a, b)
    assert not same_statement(b, a)
    assert len(select([a, b], 0.4)) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Le tribunal de Morez a relaxé lundi l'ancien maire Alain Roux.",
            "Le tribunal de Morez a condamné lundi l'ancien maire Alain Roux.",
        ),
        (
            "The court of Leeds cleared the former mayor on Monday.",
            "The court of Leeds jailed the former mayor on Monday.",
        ),
        ("Les pourparlers ont repris jeudi à la frontière.", "Les pourparlers ont cessé jeudi à la frontière."),
    ],
)
def test_another_verb_is_another_statement(one: str, other: str) -> None:
    a, b = said(one, "a", 0.9), said(other, "b", 0.8)
    assert not same_statement(a, b)
    assert not same_statement(b, a)
    assert [s.evidence.article.id for s in select([a, b], 0.4)] == ["a", "b"]


def test_the_same_with_a_word_more_is_no_copy() -> None:
    one = "Les pourparlers ont repris jeudi à la frontière entre les deux pays."
    other = one.replace("ont repris", "ont enfin repris")
    a, b, c = said(one, "a", 0.9, "2022-03-04"), said(other, "b", 0.8, "2022-03-01"), said(one, "c", 0.5, "2022-03-02")
    assert same_statement(a, b)
    assert not same_words(one, other)
    (statement,) = select([a, b, c], 0.4)
    assert (statement.evidence.article.id, [e.article.id for e in statement.repeated]) == ("c", ["a"])
    assert [e.article.id for e in statement.alike] == ["b"]
    answer = compose(asked("Quand ont repris les pourparlers ?"), [a, b, c], [], Coverage(3), 0.4)
    assert first(answer) == ("c", one, ("a",))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (TOLL, TOLL.replace("'", "’").replace(",", ""), True),  # signs are no words
        (TOLL, TOLL.replace("33", "47"), False),
        (TOLL, f"{TOWN} {TOLL}", False),
        (TOLL, f"Hier, {TOLL[0].lower()}{TOLL[1:]}", False),
        (
            "Volodymyr Zelensky a annoncé dimanche une trêve de trois jours dans la région de Kherson afin de permettre"
            " l'évacuation des civils.",
            "Vladimir Poutine a annoncé dimanche une trêve de trois jours dans la région de Kherson afin de permettre"
            " l'évacuation des civils.",
            False,
        ),
        ("Oui.", "« Oui »", True),
        ("Oui.", "Non.", False),
        ("Oui.", "Oui, dit-il.", False),
        ("", "", False),
    ],
)
def test_same_words(one: str, other: str, same: bool) -> None:
    assert same_words(one, other) is same
    assert same_words(other, one) is same


# Tolls.


def test_copies_with_different_tolls_differ(folder: Path) -> None:
    grown = f"{TOLL.replace('33', '47')} {TOWN}"
    held = [*COPIES[:3], dispatch("later", 5, grown, "Reuters"), dispatch("last", 6, grown, "DPA")]
    with opened(folder, held) as archive:
        assert archive.story("later") == ("afp", "monde", "later", "last", "undated")
        answer = ask(archive, HOW_MANY)
    (disagreement,) = answer.disagreements
    cited = {c.marker: (c.article.id, c.also_in) for c in answer.citations}
    assert sorted(cited[marker] for marker in disagreement.markers) == [
        ("afp", ("monde", "undated")),
        ("later", ("last",)),
    ]
    assert "33 — AFP (2022-03-02)" in answer.text
    assert "47 — Reuters (2022-03-05)" in answer.text


def test_a_side_is_named_after_the_article_that_is_cited_for_it(copies: Archive) -> None:
    grown = evidence(dispatch("later", 5, TOLL.replace("33", "47"), "Reuters"), probability=0.8)
    found = [evidence(copies.article("monde"), TOLL, 0.9), grown]
    answer = compose(asked(HOW_MANY), found, [], Coverage(6), 0.4, Sources(copies))
    assert [citation.article.id for citation in answer.citations] == ["afp", "later"]
    assert "33 — AFP (2022-03-02) [1] ; 47 — Reuters (2022-03-05) [2]" in answer.text


def test_copies_that_both_print_two_tolls_do_not_differ() -> None:
    second = TOLL.replace("33", "47").replace("Au moins", "Désormais")
    a, b = dispatch("a", 1, f"{TOLL} {second}"), dispatch("b", 2, f"{TOLL} {second}")
    c = dispatch("c", 3, second)
    question = asked(HOW_MANY)

    def sides(*found: tuple[Article, str]) -> list[str]:
        readings = read_figures(question, [evidence(article, sentence) for article, sentence in found])
        assert len(readings) == len(found)
        return [reading.printed for reading in differing(question, readings)]

    assert sides((a, TOLL), (b, second)) == []
    assert sides((a, TOLL), (c, second)) == ["33", "47"]  # which does not print the first one


# Garbled sentences.

CLEAN = dispatch("clean", 4, f"{AID} {TOWN}", "AFP")
GARBLED = dispatch("spun", 1, f"{SPUN} {OWN}", "Miroir")
WHAT = "Quelle aide la France va-t-elle apporter à Kiev ?"
SUM = "Combien de millions la France va-t-elle apporter à Kiev ?"


@pytest.mark.parametrize(
    "written",
    ["", f"{SPUN} [1]", "Le ministre a annoncé que la France va apporter 300 millions de dollars à Kiev [1]."],
)
@pytest.mark.parametrize("question", [WHAT, SUM])
def test_what_only_a_garbled_sentence_proves_is_said_with_a_warning(folder: Path, question: str, written: str) -> None:
    with opened(folder, [GARBLED]) as archive:
        answer = ask(archive, question, said=written)
    assert answer.mode is (Mode.GENERATIVE if written else Mode.EXTRACTIVE)
    assert first(answer) == ("spun", SPUN, ())
    assert answer.notice == WARNING
    (span,) = answer.citations[0].garbled
    assert GARBLED.text[slice(*span)] == "supplémcheztaires"
    shown = to_json(answer)
    assert (shown["notice"], shown["citations"][0]["garbled"]) == (WARNING, [list(span)])


def test_the_warning_stands_beside_what_else_must_be_known(folder: Path) -> None:
    with opened(folder, [GARBLED]) as archive:
        broken = ScriptedChatModel(pieces=[], error=ModelConnectionError("no"))
        answer = Answerer(archive, broken, 0.01).ask(WHAT)
        assert answer.notice.startswith(FRAMES["fr"].unreachable)
        assert answer.notice.endswith(WARNING)
        dropped = ask(archive, WHAT, said=f"{SPUN} [1]\nRien de tel. [1]")
        assert dropped.notice == f"{FRAMES['fr'].dropped.format(n=1)} {WARNING}"
        english = ask(archive, "What did they say about France and Kiev?")
        assert english.notice == FRAMES["en"].garbled


@pytest.mark.parametrize("written", ["", f"{SPUN} [1]", f"{SPUN} [2]"])
@pytest.mark.parametrize("question", [WHAT, SUM, "Que dit la France de cette aide supplémcheztaires ?"])
def test_the_clean_version_is_cited_in_its_place(folder: Path, question: str, written: str) -> None:
    with opened(folder, [GARBLED, CLEAN]) as archive:
        answer = ask(archive, question, said=written)
        assert first(answer) == ("clean", AID, ())  # other words are no reprint
        assert SPUN not in [citation.quote for citation in answer.citations]
        assert (answer.notice, answer.citations[0].garbled) == ("", ())
        only = ask(archive, question, Filters(article_ids=("spun",)), written and f"{SPUN} [1]")
        assert (first(only), only.notice) == (("spun", SPUN, ()), WARNING)
        archive.forget("clean")
        assert ask(archive, question, said=written and f"{SPUN} [1]").notice == WARNING


def test_it_is_cited_though_the_search_did_not_find_it(folder: Path) -> None:
    with opened(folder, [GARBLED, CLEAN]) as archive:
        hits = [hit_on(archive.article("spun"))]
        found = gather(archive, asked(WHAT), hits)
        assert {(e.article.id, e.text, e.garbled) for e in found} == {("clean", AID, ()), ("spun", OWN, ())}
        both = gather(archive, asked(WHAT), [*hits, hit_on(archive.article("clean"), number=2)])
        assert [e.text for e in both].count(AID) == 1
        alone = gather(archive, asked(WHAT), hits, sources=Sources(archive, Filters(article_ids=("spun",))))
        (spoiled,) = (e for e in alone if e.garbled)
        assert spoiled.text == SPUN
        likeliest = next(e for e in found if e.text == AID)
        assert likeliest.probability == pytest.approx(spoiled.probability)
    assert likeliest.vector is not None


def test_who_prints_a_sentence_garbled_is_not_named_with_it(folder: Path) -> None:
    """Nearly all of its words in order are not its words."""
    long = f"{AID[:-1]}, qui a reçu hier soir plusieurs délégués des communes voisines de la capitale ukrainienne."
    held = [
        dispatch("clean", 2, f"{long} {TOWN}"),
        dispatch("copy", 3, f"{long} {TOWN}"),
        dispatch("spun", 1, f"{long.replace('supplémentaires', 'supplémcheztaires')} {TOWN}"),
    ]
    with opened(folder, held) as archive:
        assert archive.printed_in("clean", 0, len(long)) == ("copy",)
        assert first(ask(archive, WHAT)) == ("clean", long, ("copy",))
        cited = Sources(archive).cite(1, [Printing(archive.article("copy"), len(long) + 1, len(held[1].text))])
        assert (cited.article.id, cited.quote, cited.also_in) == ("spun", TOWN, ("clean", "copy"))


def test_a_mangled_figure_answers_nothing() -> None:
    sentence = "Au moins 33 mi11iers de civils ont été tués à Tchernihiv, selon la mairie."
    at = sentence.index("33")
    whole = said(sentence)
    assert [r.printed for r in read_figures(asked(HOW_MANY), [whole])] == ["33"]
    assert read_figures(asked(HOW_MANY), [replace(whole, garbled=((at, at + 2),))]) == []
    assert read_figures(asked(HOW_MANY), [replace(whole, garbled=((at + 3, at + 11),))]) != []
    shifted = dispatch("b", 1, f"{TOWN} {sentence}")
    start = len(TOWN) + 1
    assert read_figures(asked(HOW_MANY), [replace(evidence(shifted, sentence), garbled=((at, at + 2),))]) != []
    moved = replace(evidence(shifted, sentence), garbled=((start + at, start + at + 2),))
    assert read_figures(asked(HOW_MANY), [moved]) == []


def test_a_claim_with_one_clean_proof_needs_no_warning() -> None:
    article = dispatch("a", 1)
    citations = [Citation(1, article, 0, 5, (), ((0, 2),)), Citation(2, article, 0, 5)]
    assert rests_on_garbled([Claim("x", (1,))], citations)
    assert rests_on_garbled([Claim("x", (1, 2)), Claim("y", (1,))], citations)
    assert not rests_on_garbled([Claim("x", (1, 2)), Claim("y", (2,))], citations)
    assert not rests_on_garbled([], citations)


# Whatever is printed where.

LONG = f"{TOLL[:-1]}, selon les services d'urgence que cite la presse locale."  # enough words to tell a copy
PARTS = [LONG, TOWN, OWN, AID, SPUN, LONG.replace("33", "47"), LONG.replace(",", " –"), "Rien."]
ARTICLES = st.lists(
    st.tuples(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4), st.integers(0, 9)), min_size=1, max_size=5
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ARTICLES, st.sampled_from([HOW_MANY, WHAT, SUM]), st.booleans(), st.sampled_from([Filters(), Filters("2022-03-03")])
)
def test_citations_are_verbatim_and_what_they_say_of_copies_is_true(
    tmp_path_factory: pytest.TempPathFactory,
    parts: list[tuple[list[str], int]],
    question: str,
    written: bool,
    filters: Filters,
) -> None:
    held = {f"a{n}": dispatch(f"a{n}", day, " ".join(texts)) for n, (texts, day) in enumerate(parts)}
    passing = {a.id for a in held.values() if not filters.since or a.published >= filters.since}
    with opened(tmp_path_factory.mktemp("drawn") / "index", list(held.values())) as archive:
        answer = ask(archive, question, filters, f"{LONG} [1] {AID} [1][2] {TOWN} [2]" if written else "")
    words = [citation.quote for citation in answer.citations]
    for n, citation in enumerate(answer.citations):
        assert citation.quote == held[citation.article.id].text[citation.start : citation.end] != ""
        assert {citation.article.id, *citation.also_in} <= passing
        assert citation.article.id not in citation.also_in
        exact = {a.id for a in held.values() if citation.quote in a.text and a.id in passing} - {citation.article.id}
        if "33" not in citation.quote:
            exact = set[str]()  # a shorter sentence alone makes no copies
        assert exact <= {*citation.also_in}
        order = [held[one].published or "~" for one in (citation.article.id, *sorted(exact))]
        assert min(order) == order[0]
        assert not any(same_words(citation.quote, other) for other in words[:n])
        if citation.quote == SPUN:
            assert not any(AID in held[one].text for one in passing)
            assert citation.garbled
            assert WARNING in answer.notice
