"""Questions with words of time, asked for real: what is searched, what is dropped, and what the answer says of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from langchain_core.exceptions import ModelConnectionError

from answering.answerer import Answerer
from answering.asking.question import read_question
from answering.conversation import Conversation
from answering.times.periods import days_covered, told, within, without_its_times
from answering.times.when import read_period
from answering.types import Mode, SearchedPeriod, Status, to_json
from answering.writing.frames import FRAMES
from retrieval.archive import Archive
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.facts.timeline import Told
from retrieval.types import Article, Coverage, Filters
from tests.fakes import ScriptedChatModel
from training.evidence import InMemory

TODAY = date(2022, 3, 10)
KHERSON = "L'armée russe a pris jeudi le contrôle de la ville de Kherson."
BERDIANSK = "L'armée russe a pris lundi le contrôle de la ville de Berdiansk."
VOTE = "L'Assemblée générale de l'ONU a voté mercredi une résolution sur l'Ukraine."
TOLLS = {
    "first": "Au moins 33 civils ont été tués à Tchernihiv.",
    "second": "Au moins 47 civils ont été tués à Tchernihiv.",
}
ARTICLES = [
    Article("kherson", f"{KHERSON} Des combats ont été signalés.", published="2022-03-04", language="fr"),
    Article("berdiansk", f"{BERDIANSK} Le port est fermé.", published="2022-03-01", language="fr"),
    Article("vote", f"{VOTE} Cinq pays s'y sont opposés.", published="2022-03-03", language="fr"),
    Article("first", TOLLS["first"], published="2022-03-04", language="fr"),
    Article("second", TOLLS["second"], published="2022-03-08", language="fr"),
    Article("undated", "La baguette de pain augmente de dix centimes à Paris.", language="fr"),
    Article("looking back", "Le 24 février 2022, la Russie a envahi l'Ukraine.", published="2022-03-09", language="fr"),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, embedder: BundledEmbedder) -> Iterator[Archive]:
    with Archive(tmp_path_factory.mktemp("periods"), embedder) as opened:
        opened.index(InMemory(ARTICLES))
        yield opened


@pytest.fixture(scope="module")
def answerer(archive: Archive) -> Answerer:
    return Answerer(archive, today=lambda: TODAY)


def period(since: str = "", until: str = "", *, dropped: bool = False, newest_first: bool = False) -> SearchedPeriod:
    return SearchedPeriod(since, until, dropped, newest_first)


@pytest.mark.parametrize(
    ("question", "quoted", "expected", "notice"),
    [
        ("Quelle ville l'armée russe a-t-elle prise le 3 mars ?", KHERSON, period("2022-03-03", "2022-03-03"),
         "Cherché le 3 mars 2022."),
        ("Quelle ville l'armée russe a-t-elle prise le 28 février ?", BERDIANSK, period("2022-02-28", "2022-02-28"),
         "Cherché le 28 février 2022."),
        ("Quelle ville l'armée russe a-t-elle prise avant le 2 mars ?", BERDIANSK, period("", "2022-03-01"),
         "Cherché jusqu'au 1er mars 2022."),
        ("Quelle ville l'armée russe a-t-elle prise jeudi dernier ?", KHERSON, period("2022-03-03", "2022-03-03"),
         "Cherché le 3 mars 2022."),
        ("What did the UN vote on on 2 March 2022?", VOTE, period("2022-03-02", "2022-03-02"),
         "Searched on March 2, 2022."),
        ("Что произошло 2 марта?", VOTE, period("2022-03-02", "2022-03-02"),
         "Поиск за 2 марта 2022 года."),
        ("Combien de civils ont été tués à Tchernihiv du 3 au 4 mars ?", TOLLS["first"], period("2022-03-03", "2022-03-04"),
         "Cherché du 3 au 4 mars 2022."),
    ],
)  # fmt: skip
def test_only_what_tells_of_the_days_answers(
    answerer: Answerer, question: str, quoted: str, expected: SearchedPeriod, notice: str
) -> None:
    answer = answerer.ask(question)
    assert [citation.quote for citation in answer.citations] == [quoted], answer.text
    assert (answer.status, answer.period, answer.notice) == (Status.ANSWERED, expected, notice)


def test_where_the_days_give_no_answer_all_dates_are_searched_and_that_is_said(answerer: Answerer) -> None:
    answer = answerer.ask("Combien de civils ont été tués à Tchernihiv le 20 février ?")
    assert answer.status is Status.ANSWERED
    assert {citation.article.id for citation in answer.citations} <= {"first", "second"}
    assert answer.period == period("2022-02-20", "2022-02-20", dropped=True)
    assert answer.notice == "Cherché le 20 février 2022 sans réponse sûre, puis dans toutes les dates."


def test_a_refusal_names_the_days_that_were_searched(answerer: Answerer) -> None:
    answer = answerer.ask("Qui a gagné la Coupe du monde en mai 2019 ?")
    assert (answer.status, answer.citations) == (Status.NO_EVIDENCE, ())
    assert answer.period == period("2019-05-01", "2019-05-31", dropped=True)
    assert answer.notice == "Cherché en mai 2019 sans réponse sûre, puis dans toutes les dates."
    assert answer.nearest


@pytest.mark.parametrize(
    "question", ["Qui a gagné la guerre de 2014 ?", "Qui est Macron ?", "Combien de morts depuis 2021 ?"]
)
def test_what_limits_nothing_is_not_reported(answerer: Answerer, question: str) -> None:
    answer = answerer.ask(question)
    assert answer.period is None
    assert "Cherché le" not in answer.notice
    assert "toutes les dates" not in answer.notice


def test_a_question_for_a_day_alone_is_answered_with_what_is_told_of_it(answerer: Answerer) -> None:
    answer = answerer.ask("Que s'est-il passé le 2 mars ?")
    assert [citation.quote for citation in answer.citations] == [VOTE]
    assert (answer.confidence, answer.notice) == (1.0, "Cherché le 2 mars 2022.")
    answer = answerer.ask("Que s'est-il passé le 24 février ?")  # before the first article
    assert [citation.article.id for citation in answer.citations] == ["looking back"]
    assert answer.period == period("2022-02-24", "2022-02-24")


def test_the_latest_news_are_the_first_sentences_of_the_newest_articles(answerer: Answerer) -> None:
    answer = answerer.ask("Quelles sont les dernières nouvelles ?")
    quoted = [citation.article.id for citation in answer.citations]
    assert quoted[:2] == ["looking back", "second"]
    assert set(quoted[2:]) == {"kherson", "first"}
    assert all(citation.start == 0 for citation in answer.citations)
    assert answer.period == period(newest_first=True)
    assert answer.notice == "Les plus récents d'abord ; le dernier article date de 2022-03-09."


def test_the_latest_figure_is_that_of_the_newest_article_that_has_one(answerer: Answerer) -> None:
    both = answerer.ask("Combien de civils ont été tués à Tchernihiv ?")
    assert {citation.article.id for citation in both.citations} == {"first", "second"}
    latest = answerer.ask("Quel est le dernier bilan des civils tués à Tchernihiv ?")
    assert [citation.quote for citation in latest.citations] == [TOLLS["second"]]
    assert latest.disagreements == ()
    assert latest.period == period(newest_first=True)


def test_filters_are_never_widened(answerer: Answerer) -> None:
    only = Filters(article_ids=("berdiansk", "undated"))
    answer = answerer.ask("Quelle ville l'armée russe a-t-elle prise le 3 mars ?", filters=only)
    assert {citation.article.id for citation in answer.citations} <= {"berdiansk"}
    assert answer.period is not None
    assert answer.period.dropped
    assert answer.searched.articles == 2
    latest = answerer.ask("Quelles sont les dernières nouvelles ?", filters=Filters(until="2022-03-03"))
    assert [citation.article.id for citation in latest.citations] == ["vote", "berdiansk"]


def test_a_follow_up_brings_its_own_time(answerer: Answerer) -> None:
    conversation = Conversation().followed_by(answerer.ask("Quelle ville l'armée russe a-t-elle prise le 3 mars ?"))
    answer = answerer.ask("Et le 28 février ?", conversation=conversation)
    assert answer.standalone == "Quelle ville l'armée russe a-t-elle prise le 28 février ?"
    assert [citation.quote for citation in answer.citations] == [BERDIANSK]


def test_the_json_says_what_was_searched(answerer: Answerer) -> None:
    data = json.loads(json.dumps(to_json(answerer.ask("Quelle ville l'armée russe a-t-elle prise avant le 2 mars ?"))))
    assert data["period"] == {"since": None, "until": "2022-03-01", "dropped": False, "newest_first": False}
    assert to_json(answerer.ask("Qui est Macron ?"))["period"] is None


def test_a_chat_model_is_given_what_tells_of_the_days(archive: Archive) -> None:
    model = ScriptedChatModel(pieces=["L'armée russe a pris le contrôle de la ville de Kherson. [1]"])
    answer = Answerer(archive, model, today=lambda: TODAY).ask("Quelle ville l'armée russe a-t-elle prise le 3 mars ?")
    asked = str(model.heard[0][-1].content)
    assert KHERSON in asked
    assert BERDIANSK not in asked
    assert (answer.mode, answer.notice) == (Mode.GENERATIVE, "Cherché le 3 mars 2022.")


def test_a_chat_model_that_cannot_be_reached_is_asked_once(archive: Archive) -> None:
    model = ScriptedChatModel(error=ModelConnectionError("x"))
    answer = Answerer(archive, model, today=lambda: TODAY).ask("Qui a gagné la Coupe du monde le 3 mars ?")
    assert len(model.heard) == 1
    assert answer.status is Status.NO_EVIDENCE
    assert answer.notice.startswith(FRAMES["fr"].unreachable)
    assert answer.notice.endswith("Cherché le 3 mars 2022 sans réponse sûre, puis dans toutes les dates.")
    assert answer.notice.count(FRAMES["fr"].unreachable) == 1


# -- parts ----------------------------------------------------------------------------------------------------------

COVERED = date(2022, 3, 1), date(2022, 3, 9)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Qui ?", None),
        ("Quoi de neuf ?", None),
        ("Qui a gagné les élections de 2017 ?", None),
        ("Que s'est-il passé depuis 2021 ?", None),
        ("Que s'est-il passé le 2 mars ?", Told((date(2022, 3, 2),) * 2, ("2022-03-02", "2022-03-05"))),
        ("Que s'est-il passé avant le 5 mars ?", Told((date(2022, 2, 22), date(2022, 3, 4)), ("", "2022-03-05"))),
        ("Que s'est-il passé depuis le 5 mars ?", Told((date(2022, 3, 5), COVERED[1]), ("2022-03-05", ""))),
        ("Que s'est-il passé le 2 mars 1956 ?", Told((date(1956, 3, 2),) * 2, None)),
        ("Que s'est-il passé avant 1956 ?", Told((date.min, date(1955, 12, 31)), None)),
    ],
)
def test_what_a_search_makes_of_a_question(question: str, expected: Told | None) -> None:
    assert told(read_period(question, "fr", TODAY, COVERED), COVERED) == expected


@pytest.mark.parametrize(
    ("filters", "published", "since", "until"),
    [
        (Filters(), ("2022-03-02", "2022-03-05"), "2022-03-02", "2022-03-05"),
        (Filters(since="2022-03-03"), ("2022-03-02", "2022-03-05"), "2022-03-03", "2022-03-05"),
        (Filters(since="2022-03", until="2022-03"), ("", "2022-03-05"), "2022-03-01", "2022-03-05"),
        (Filters(until="2022-03-03"), ("2022-03-02", ""), "2022-03-02", "2022-03-03"),
        (Filters(outlets=("x",)), ("", ""), "", ""),
    ],
)
def test_filters_within_days(filters: Filters, published: tuple[str, str], since: str, until: str) -> None:
    assert within(filters, Told((TODAY, TODAY), published)) == replace(filters, since=since, until=until)
    assert within(filters, None) == within(filters, Told((TODAY, TODAY), None)) == filters


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2022-03-02", "2022-03-09", (date(2022, 3, 2), date(2022, 3, 9))),
        ("2022-03", "2022-03", (date(2022, 3, 1), date(2022, 3, 31))),
        ("", "", None),
    ],
)
def test_the_days_that_an_archive_covers(first: str, last: str, days: tuple[date, date] | None) -> None:
    assert days_covered(Coverage(3, first, last)) == days


def test_names_of_the_words_of_time_are_not_missed() -> None:
    text = "What did Macron say in Paris on Thursday, March 3, 2022?"
    asked = read_question(text, "en")
    assert {"thursday", "march", "3", "2022"} < asked.names
    reading = read_period(text, "en", TODAY, COVERED)
    assert reading is not None
    bare = without_its_times(asked, reading)
    assert (bare.text, bare.names) == ("What did Macron say in Paris ?", frozenset({"macron", "paris"}))
