"""Wide questions without a chat model: every line is verbatim and cited, under its day, its speaker or its side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from answering.asking.wide import Wanted, read_wide
from answering.comparing.copies import Printing, Sources
from answering.judging.vectors import SentenceVectors
from answering.types import Answer, Mode, Status
from answering.wide.finding import MOST_PASSAGES, Widened, widen
from answering.wide.quoting import quote_wide
from answering.wide.words import day_heading
from retrieval.archive import Archive
from retrieval.types import Filters
from tests.answering.wide.material import AGAIN, BREAD, DATED, FAILED, KIEV, LAVROV, MOSCOW, OPENED, SECOND, UN, opened
from tests.fakes import HashingEmbedder


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with opened(tmp_path_factory.mktemp("wide"), HashingEmbedder()) as found:
        yield found


def found(archive: Archive, question: str, language: str = "fr", filters: Filters = Filters()) -> Widened | None:
    wide = read_wide(question)
    assert wide is not None
    return widen(archive, question, wide, language, SentenceVectors(archive.embedder), filters)


def ask(archive: Archive, question: str, language: str = "fr") -> Answer:
    widened = found(archive, question, language)
    assert widened is not None
    embed = SentenceVectors(archive.embedder)
    answer = quote_wide(archive, question, widened, language, embed, archive.coverage(), Sources(archive))
    assert answer is not None
    assert (answer.mode, answer.question, answer.language) == (Mode.EXTRACTIVE, question, language)
    _is_proved(answer, archive)
    return answer


def _is_proved(answer: Answer, archive: Archive) -> None:
    """Every line has its marker and ends in a quotation that stands in its article to the letter."""
    assert [claim.markers for claim in answer.claims] == [(n,) for n in range(1, len(answer.claims) + 1)]
    for claim, citation in zip(answer.claims, answer.citations, strict=True):
        assert archive.article(citation.article.id).text[citation.start : citation.end] == citation.quote
        assert citation.quote in claim.text
    assert len(answer.text.splitlines()) == len(answer.claims)


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


def test_a_timeline_is_dated_lines_in_the_order_of_their_days(archive: Archive) -> None:
    answer = ask(archive, "Chronologie des pourparlers de paix")
    assert answer.status is Status.ANSWERED
    told = [claim.text for claim in answer.claims if "(parution)" not in claim.text]
    assert told[0] == f"28 février 2022 : {OPENED}"
    assert [quote for quote in quotes(answer) if quote in DATED] == DATED
    days = [text.split(" : ")[0] for text in told]
    assert days == ["28 février 2022", "2 mars 2022", "3 mars 2022", "10 mars 2022"]  # "mercredi" is the second
    assert BREAD not in answer.text


def test_a_timeline_says_which_dates_are_those_of_articles_and_prints_a_copy_once(archive: Archive) -> None:
    answer = ask(archive, "Chronologie des pourparlers de paix")
    headings = {c.quote: claim.text.split(" : ")[0] for claim, c in zip(answer.claims, answer.citations, strict=True)}
    assert headings[KIEV] == "1er mars 2022 (parution)"
    (second,) = [citation for citation in answer.citations if citation.quote == SECOND]
    assert (second.article.id, second.also_in) == ("deux", ("copie",))


@pytest.mark.parametrize(
    ("days", "language", "heading"),
    [
        (("2022-03-02", "2022-03-02"), "fr", "2 mars 2022"),
        (("2022-03-01", "2022-03-03"), "fr", "1er mars 2022 – 3 mars 2022"),
        (("2022-03-01", "2022-03-31"), "fr", "mars 2022"),
        (("2022-01-01", "2022-12-31"), "ru", "2022"),
        (("2022-02-28", "2022-02-28"), "en", "February 28, 2022"),
        (("2022-02-28", "2022-02-28"), "ru", "28 февраля 2022\u202fг."),
        (("2022-02-28", "2022-02-28"), "xx", "February 28, 2022"),
    ],
)
def test_days_are_named_in_the_question_s_language(days: tuple[str, str], language: str, heading: str) -> None:
    first, last = map(date.fromisoformat, days)
    assert day_heading(first, last, language) == heading


def test_who_says_what_is_grouped_by_speaker(archive: Archive) -> None:
    answer = ask(archive, "Qui dit quoi sur les pourparlers de paix ?")
    lines = {
        c.quote: claim.text.removesuffix(c.quote) for claim, c in zip(answer.claims, answer.citations, strict=True)
    }
    assert lines[KIEV] == "Kiev : "
    assert lines[MOSCOW] == "Moscou : "
    assert lines[UN] == "L'ONU : "
    assert lines[LAVROV] == lines[AGAIN] == "Le ministre Sergueï Lavrov : "
    assert abs(quotes(answer).index(LAVROV) - quotes(answer).index(AGAIN)) == 1
    assert FAILED not in lines


def test_a_comparison_has_its_sides_one_after_the_other(archive: Archive) -> None:
    answer = ask(archive, "Compare la position de Kiev et de Moscou")
    assert answer.status is Status.ANSWERED
    assert [claim.text for claim in answer.claims] == [f"Kiev : {KIEV}", f"Moscou : {MOSCOW}"]


def test_a_side_of_which_nothing_is_found_is_said(archive: Archive) -> None:
    answer = ask(archive, "Compare la position de Kiev et de Pretoria")
    assert (answer.status, answer.notice) == (Status.PARTIAL, "Rien trouvé sur : Pretoria.")
    assert [claim.text for claim in answer.claims] == [f"Kiev : {KIEV}"]


def test_without_sides_sources_are_compared(archive: Archive) -> None:
    answer = ask(archive, "Compare les versions des pourparlers de paix")
    headings = [claim.text.removesuffix(c.quote) for claim, c in zip(answer.claims, answer.citations, strict=True)]
    assert {"Kiev : ", "Moscou : ", "Le ministre Sergueï Lavrov : "} <= set(headings)
    assert len(set(headings)) == len(headings)


def test_a_summary_says_nothing_twice_and_nothing_else(archive: Archive) -> None:
    answer = ask(archive, "Résume les pourparlers de paix")
    assert len(set(quotes(answer))) == len(answer.citations) >= 4
    assert not {BREAD, *[q for q in quotes(answer) if "trains" in q]} & set(quotes(answer))


def test_what_does_not_count_is_no_line(archive: Archive) -> None:
    widened = found(archive, "Chronologie des pourparlers de paix")
    assert widened is not None

    def counts(part: Printing) -> bool:
        return part.text == SECOND

    answer = quote_wide(
        archive, "?", widened, "fr", SentenceVectors(archive.embedder), archive.coverage(), Sources(archive), counts
    )
    assert answer is not None
    assert quotes(answer) == [SECOND]


@pytest.mark.parametrize(
    "question",
    [
        "Résume la Coupe du monde de football",
        "Chronologie des élections au Brésil",
        "Chronologie des pourparlers de paix au Soudan",
        "Qui dit quoi sur le climat ?",
        "Compare Paris et Berlin",
    ],
)
def test_what_the_archive_has_nothing_about_is_not_answered(archive: Archive, question: str) -> None:
    assert found(archive, question) is None


def test_filters_limit_the_passages(archive: Archive) -> None:
    widened = found(archive, "Résume les pourparlers de paix", filters=Filters(article_ids=("un", "trois")))
    assert widened is not None
    assert {hit.article.id for hit in widened.hits} == {"un", "trois"}


def test_without_a_topic_the_newest_articles_are_told(archive: Archive) -> None:
    widened = found(archive, "Résume l'actualité")
    assert widened is not None
    assert {hit.article.id for hit in widened.hits} >= {"quatre", "trois", "un"}
    assert widened.wide.wanted is Wanted.SUMMARY
    assert len({citation.article.id for citation in ask(archive, "Résume l'actualité").citations}) >= 4


def test_the_seeds(seeds_archive: Archive) -> None:
    answer = ask(seeds_archive, "Résume la situation à Marioupol")
    assert "le maire a accusé la Russie de vouloir assiéger la ville" in answer.text
    sides = ask(seeds_archive, "Compare Kharkiv et Kherson")
    assert {claim.text.split(" : ")[0] for claim in sides.claims} == {"Kharkiv", "Kherson"}
    said = ask(seeds_archive, "Кто что говорит о гуманитарных коридорах?", "ru")
    assert any(claim.text.startswith("Mikhaïlo Podoliak: «") for claim in said.claims)
    for question, language in [("Résume les sanctions", "fr"), ("Хронология выборов в Бразилии", "ru")]:
        assert found(seeds_archive, question, language) is None
    war = found(seeds_archive, "Résume la guerre")
    assert war is not None
    assert 5 < len(war.hits) <= MOST_PASSAGES
    assert len({hit.article.id for hit in war.hits[:5]}) >= 3  # spread over articles
