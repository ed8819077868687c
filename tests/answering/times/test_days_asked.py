"""Answers to questions that name days: no other day's figure, nothing of another time, no false notice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from answering.answerer import Answerer
from answering.asking.question import read_question
from answering.judging.evidence import gather
from answering.times.periods import choices, tells_of, told
from answering.times.when import read_period
from answering.types import Mode, SearchedPeriod, Status
from answering.writing.frames import FRAMES
from retrieval.archive import Archive
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.facts.timeline import Told
from retrieval.types import Article
from tests.fakes import ScriptedChatModel
from training.evidence import InMemory

TODAY = date(2024, 9, 22)
EARLY = "L'explosion a fait 33 morts et 120 blessés, selon la préfecture du Rhône."
LATE = "L'explosion a fait 47 morts et 120 blessés, selon la préfecture du Rhône."
RESIGNED = "Le maire de Corvin, Julien Faure, a démissionné mercredi 18 septembre à la suite d'un scandale."
FORESTS = "Am 2. August 2024 hat der Bundestag in Berlin ein neues Gesetz zum Schutz der Wälder beschlossen."
ATTACKS = "Les attentats du 13 novembre 2015 ont fait 130 morts à Paris et à Saint-Denis."
ANY = "".join(f"[{number}]" for number in range(1, 10))
ARTICLES = [
    Article("early", f"Une usine de Rouville a explosé. {EARLY}", published="2024-05-15", language="fr"),
    Article("late", f"Le bilan de Rouville a été revu jeudi. {LATE}", published="2024-05-17", language="fr"),
    Article("resigned", f"{RESIGNED} Son adjointe assure l'intérim.", published="2024-09-19", language="fr"),
    Article("to come", "Le sommet de Port-Azur s'ouvrira lundi prochain.", published="2024-09-20", language="fr"),
    Article("announced", "Le musée d'Arvelle rouvrira ses portes le 14 septembre 2024.", language="fr"),
    Article("told undated", "Le théâtre de Belmont a brûlé le 5 septembre 2024.", language="fr"),
    Article("forests", f"{FORESTS} Die Ministerin war zufrieden.", published="2024-08-03", language="de"),
    Article(
        "leap", "Le 29 février 2024, la mairie de Salins a inauguré la gare.", published="2024-03-01", language="fr"
    ),
    Article("attacks", f"{ATTACKS} Le procès est prévu.", published="2024-06-01", language="fr"),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, embedder: BundledEmbedder) -> Iterator[Archive]:
    with Archive(tmp_path_factory.mktemp("days"), embedder) as opened:
        opened.index(InMemory(ARTICLES))
        yield opened


@pytest.fixture(scope="module")
def answerer(archive: Archive) -> Answerer:
    return Answerer(archive, today=lambda: TODAY)


def quoted(answerer: Answerer, question: str) -> list[str]:
    return [citation.article.id for citation in answerer.ask(question).citations]


def test_another_day_s_figure_is_no_answer(answerer: Answerer) -> None:
    assert set(quoted(answerer, "Combien de morts dans l'explosion de Rouville ?")) == {"early", "late"}
    answer = answerer.ask("Combien de morts dans l'explosion de Rouville le 15 mai 2024 ?")
    assert [citation.quote for citation in answer.citations] == [EARLY]
    assert answer.notice == "Cherché le 15 mai 2024."


@pytest.mark.parametrize(
    ("article", "sentence", "day", "tells"),
    [
        ("late", LATE, 15, False),  # silent, but beside "jeudi", the 16th
        ("late", LATE, 16, None),
        ("late", LATE, 17, None),  # of the day itself: the passage names none later
        ("early", EARLY, 15, None),
        ("early", EARLY, 13, None),  # names no later day
        ("late", "Le bilan de Rouville a été revu jeudi.", 16, True),
        ("late", "Le bilan de Rouville a été revu jeudi.", 15, False),
    ],
)
def test_whether_a_sentence_tells_of_days(
    archive: Archive, article: str, sentence: str, day: int, tells: bool | None
) -> None:
    found = archive.article(article)
    start = found.text.index(sentence)
    days = (date(2024, 5, day), date(2024, 5, day))
    assert tells_of(archive, found, start, start + len(sentence), days) is tells


def test_what_tells_of_the_day_is_never_said_to_be_searched_in_vain(archive: Archive) -> None:
    question, tried = "Que s'est-il passé à Corvin le 18 septembre ?", 0
    for step in range(1, 40):
        answer = Answerer(archive, threshold=step / 40, today=lambda: TODAY).ask(question)
        if [citation.article.id for citation in answer.citations] == ["resigned"]:
            tried += 1
            assert answer.period == SearchedPeriod("2024-09-18", "2024-09-18", dropped=False, newest_first=False)
            assert answer.notice == "Cherché le 18 septembre 2024."
    assert tried


def test_where_days_gave_no_answer_what_tells_of_them_still_comes_first(archive: Archive) -> None:
    question = read_question("Combien de morts à Rouville ?", "fr")
    evidence = gather(archive, question, archive.search(question.text))
    limit = Told((date(2024, 9, 18), date(2024, 9, 18)), ("2024-09-18", "2024-09-21"))
    sure, everything = choices(archive, evidence, limit, True, False)
    assert {one.article.id for one in sure} == {"resigned"}
    assert everything == evidence
    (possible,) = choices(archive, evidence, limit, False, False)
    assert "late" not in {one.article.id for one in possible if one.text.startswith("Le bilan")}


@pytest.mark.parametrize(
    ("question", "articles", "notice"),
    [
        ("Quoi de neuf hier ?", [], "Cherché le 21 septembre 2024."),
        ("Quoi de neuf demain ?", [], "Cherché le 23 septembre 2024."),
        ("Quelles étaient les dernières nouvelles du 15 mai 2024 ?", ["early"],
         "Cherché le 15 mai 2024. Les plus récents d'abord ; le dernier article date de 2024-09-20."),
        ("Quelles sont les dernières nouvelles de septembre ?", ["to come", "resigned"],
         "Cherché en septembre 2024. Les plus récents d'abord ; le dernier article date de 2024-09-20."),
    ],
)  # fmt: skip
def test_the_news_of_a_day_are_those_of_that_day(
    answerer: Answerer, question: str, articles: list[str], notice: str
) -> None:
    answer = answerer.ask(question)
    assert [citation.article.id for citation in answer.citations] == articles
    assert answer.notice == notice


@pytest.mark.parametrize(
    ("question", "articles"),
    [
        ("Que s'est-il passé la semaine dernière ?", []),  # the museum "rouvrira"
        ("Que s'est-il passé le 5 septembre 2024 ?", ["told undated"]),
        ("Que s'est-il passé le 17 mai 2024 ?", []),
        ("Was geschah am 2. August 2024?", ["forests"]),  # no moments in German: it names the date
        ("Was geschah am 3. August 2024?", []),
    ],
)
def test_a_question_for_a_time_alone_gets_nothing_of_another_time(
    answerer: Answerer, question: str, articles: list[str]
) -> None:
    answer = answerer.ask(question)
    assert [citation.article.id for citation in answer.citations] == articles
    assert answer.period is not None
    assert not answer.period.dropped
    assert (answer.status is Status.NO_EVIDENCE) is (not articles)


def test_a_question_for_all_days_of_the_archive_tells_of_them(answerer: Answerer) -> None:
    found = quoted(answerer, "Que s'est-il passé depuis 2020 ?")
    assert found
    assert set(found) <= {"early", "late", "resigned", "told undated", "leap"}


@pytest.mark.parametrize(
    ("question", "date_named", "language"),
    [
        ("Qu'a inauguré la mairie de Salins le 30 février 2024 ?", "30 février 2024", "fr"),
        ("What did the town hall of Salins open on February 30, 2024?", "February 30, 2024", "en"),
    ],
)
def test_a_date_that_does_not_exist_is_named(answerer: Answerer, question: str, date_named: str, language: str) -> None:
    answer = answerer.ask(question)
    assert answer.notice == FRAMES[language].no_such_date.format(date=date_named)
    assert answer.period is None


def test_nothing_is_quoted_for_a_date_that_does_not_exist(answerer: Answerer) -> None:
    answer = answerer.ask("Que s'est-il passé le 30 février 2024 ?")
    assert (answer.status, answer.citations) == (Status.NO_EVIDENCE, ())
    assert answer.notice == "La date « 30 février 2024 » n'existe pas ; cherché sans elle."


def test_a_date_in_a_name_is_not_told_as_searched(answerer: Answerer) -> None:
    answer = answerer.ask("Combien de morts dans les attentats du 13 novembre ?")
    assert [citation.quote for citation in answer.citations] == [ATTACKS]
    assert (answer.period, answer.notice) == (None, "")


# -- with a chat model ----------------------------------------------------------------------------------------------


def test_a_chat_model_is_asked_where_the_days_gave_no_passage(archive: Archive) -> None:
    model = ScriptedChatModel(pieces=["Le maire de Corvin, Julien Faure, a démissionné à la suite d'un scandale. [1]"])
    answer = Answerer(archive, model, today=lambda: TODAY).ask("Quel maire a démissionné à Corvin en mai 2019 ?")
    assert len(model.heard) == 1
    assert answer.mode is Mode.GENERATIVE
    assert answer.notice == "Cherché en mai 2019 sans réponse sûre, puis dans toutes les dates."


@pytest.mark.parametrize(
    ("sentences", "cited", "said"),
    [((LATE, EARLY), ["late", "early"], True), ((EARLY, LATE), ["early", "late"], False)],
)
def test_a_chat_model_reads_the_newest_first_and_the_notice_is_true(
    archive: Archive, sentences: tuple[str, str], cited: list[str], said: bool
) -> None:
    model = ScriptedChatModel(pieces=[" ".join(f"{sentence} {ANY}" for sentence in sentences)])
    answer = Answerer(archive, model, today=lambda: TODAY).ask("Quel est le dernier bilan de l'explosion de Rouville ?")
    asked = str(model.heard[0][-1].content)
    shown = re.findall(r"\[[0-9]\] (2024-[0-9-]+)", asked)
    assert shown == sorted(shown, reverse=True)
    assert len(shown) > 5
    assert [citation.article.id for citation in answer.citations] == cited
    assert ("Les plus récents d'abord" in answer.notice) is said


def test_what_names_other_days_proves_nothing(archive: Archive) -> None:
    model = ScriptedChatModel(pieces=[f"{EARLY} {ANY} {LATE} {ANY}"])
    answer = Answerer(archive, model, today=lambda: TODAY).ask("Qu'a-t-on appris de Rouville le 15 mai 2024 ?")
    assert "47 morts" in str(model.heard[0][-1].content)  # it was there to be cited
    assert [citation.article.id for citation in answer.citations] == ["early"]
    assert answer.notice == f"{FRAMES['fr'].dropped.format(n=1)} Cherché le 15 mai 2024."


@pytest.mark.parametrize(
    ("question", "published"),
    [
        ("Qui est maître de la cathédrale de Bari en 1585 ?", None),
        ("Who resigned in Corvin between 1500 and 2019?", ("1600-01-01", "2020-01-03")),
    ],
)
def test_no_article_can_have_come_out_before_there_were_newspapers(
    tmp_path: Path, embedder: BundledEmbedder, question: str, published: tuple[str, str] | None
) -> None:
    made = told(read_period(question, "en" if question.startswith("Who") else "fr", TODAY), None)
    assert made is not None
    assert made.published == published
    with Archive(tmp_path, embedder) as undated:
        undated.index(InMemory([Article("undated", "Le maire de Corvin a démissionné.", language="fr")]))
        assert Answerer(undated, today=lambda: TODAY).ask(question).searched.articles == 1
