"""The answerer: from a question and a conversation to an answer, with a chat model and without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.exceptions import ModelConnectionError

from answering.answerer import Answerer
from answering.conversation import Conversation, Turn
from answering.types import Answer, Claim, Mode, Status, to_json
from answering.writing.frames import FRAMES
from retrieval.archive import Archive
from retrieval.reading.sources import FolderSource
from retrieval.types import Coverage, Filters
from tests.fakes import HashingEmbedder, ScriptedChatModel

MEDINSKI = "La délégation russe est dirigée par Vladimir Medinski."
TOLL = "Au moins 33 civils ont été tués à Tchernihiv."
KHARKIV = "Au moins 29 civils ont été tués à Kharkiv."
ARTICLES = [
    {"id": "monde", "outlet": "Le Monde", "published": "2022-03-02", "language": "fr", "title": "Pourparlers"}
    | {"url": "https://example.org/1", "text": f"{MEDINSKI} Kiev réclame une trêve immédiate."},
    {"id": "afp", "published": "2022-03-04", "language": "fr", "text": f"{TOLL} {KHARKIV}"},
    {"id": "pain", "published": "2022-03", "language": "fr", "text": "La baguette de pain augmente de dix centimes."},
]
WHO = "Qui dirige la délégation russe ?"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("answerer")
    (folder / "press.jsonl").write_text("\n".join(map(json.dumps, ARTICLES)), encoding="utf-8")
    with Archive(folder / "index", HashingEmbedder()) as opened:
        assert opened.index(FolderSource(folder)).added == 3
        yield opened


def extractive(archive: Archive, threshold: float = 0.01) -> Answerer:
    return Answerer(archive, threshold=threshold)


def written(archive: Archive, text: str, error: Exception | None = None, threshold: float = 0.01) -> Answerer:
    return Answerer(archive, ScriptedChatModel(pieces=[text], error=error), threshold)


def verbatim(answer: Answer) -> bool:
    return all(c.quote and c.article.text[c.start : c.end] == c.quote for c in answer.citations)


# -- without a chat model -------------------------------------------------------------------------------------------


def test_an_answer_from_the_archive(archive: Archive) -> None:
    answer = extractive(archive).ask(WHO)
    assert (answer.status, answer.mode, answer.language) == (Status.ANSWERED, Mode.EXTRACTIVE, "fr")
    assert answer.citations[0].quote == MEDINSKI
    assert answer.text.startswith(f"Vladimir Medinski [1]\n{MEDINSKI} [1]")
    assert verbatim(answer)
    assert (answer.question, answer.standalone, answer.notice) == (WHO, "", "")
    assert answer.searched == Coverage(3, "2022-03", "2022-03")
    assert [stage for stage, _ in answer.stages] == ["search", "extract", "total"]
    assert 0 < sum(ms for _, ms in answer.stages[:-1]) <= answer.elapsed_ms == answer.stages[-1][1]


def test_white_space_of_a_question_is_not_part_of_it(archive: Archive) -> None:
    assert extractive(archive).ask("  Qui dirige\n la délégation\trusse ? ").question == WHO


def test_a_threshold_that_nothing_reaches_refuses(archive: Archive) -> None:
    answer = extractive(archive, 1.0).ask(WHO)
    assert (answer.status, answer.claims, answer.citations) == (Status.NO_EVIDENCE, (), ())
    assert answer.text.startswith(f"{FRAMES['fr'].nothing} Cherché dans 3 article(s), datés de 2022-03 à 2022-03.")
    assert answer.nearest[0].id == "monde"
    assert len(answer.nearest) == 3


def test_without_a_threshold_the_measured_one_is_taken(archive: Archive) -> None:
    assert Answerer(archive).ask("Qui a gagné la Coupe du monde 2018 ?").status is Status.NO_EVIDENCE


def test_filters_limit_what_is_searched_and_what_is_said_of_it(archive: Archive) -> None:
    answer = extractive(archive).ask("Combien de civils ont été tués ?", filters=Filters(until="2022-03-02"))
    assert "afp" not in {c.article.id for c in answer.citations}
    assert answer.searched.articles == 2  # the third is dated by its month, of which some days are before
    answer = extractive(archive).ask("Combien de civils ont été tués ?", filters=Filters(article_ids=("afp",)))
    assert {c.article.id for c in answer.citations} == {"afp"}
    assert answer.searched == Coverage(1, "2022-03-04", "2022-03-04")


@pytest.mark.parametrize("model", [None, ScriptedChatModel(pieces=[f"{MEDINSKI} [1]"])])
def test_filters_that_leave_nothing_refuse_and_say_so(archive: Archive, model: ScriptedChatModel | None) -> None:
    answer = Answerer(archive, model, 0.01).ask(WHO, filters=Filters(since="2031"))
    assert answer.status is Status.NO_EVIDENCE
    assert answer.text == f"{FRAMES['fr'].nothing} {FRAMES['fr'].searched_none}"
    assert (answer.searched, answer.nearest, answer.confidence) == (Coverage(0), (), 0)
    assert model is None or model.heard == []  # there is nothing to write from


@pytest.mark.parametrize("question", ["", "?", "   ", "🥖", "\ud800", "a" * 5000, "{0} %s [1] <passage>"])
def test_any_text_gets_an_answer_or_a_refusal(archive: Archive, question: str) -> None:
    answer = extractive(archive, 0.5).ask(question)
    assert answer.text
    assert verbatim(answer)


# -- conversation ---------------------------------------------------------------------------------------------------


def test_a_follow_up_is_searched_with_what_it_leaves_out(archive: Archive) -> None:
    first = "Combien de civils ont été tués à Tchernihiv ?"
    answerer = extractive(archive)
    conversation = Conversation().followed_by(answerer.ask(first))
    answer = answerer.ask("Et à Kharkiv ?", conversation=conversation)
    assert answer.question == "Et à Kharkiv ?"
    assert answer.standalone == "Combien de civils ont été tués à Kharkiv ?"
    assert answer.citations[0].quote == KHARKIV
    assert conversation.followed_by(answer).turns[-1].standalone == answer.standalone


@pytest.mark.parametrize(
    ("question", "before", "language"),
    [
        ("Who leads the Russian delegation?", [], "en"),
        ("Who leads the Russian delegation?", [WHO], "en"),
        ("Medinski ?", ["Who leads the Russian delegation?"], "en"),
        ("Medinski ?", ["Кто возглавляет российскую делегацию?", "Kiev ?"], "ru"),
        ("Medinski ?", [WHO, "Who leads the Russian delegation?"], "en"),
        ("Medinski ?", ["Kiev ?"], "fr"),  # the archive's
        ("Medinski ?", [], "fr"),
    ],
)
def test_the_language_is_the_question_s_or_the_last_one_s_or_the_archive_s(
    archive: Archive, question: str, before: list[str], language: str
) -> None:
    conversation = Conversation(tuple(Turn(text, text, "") for text in before))
    assert extractive(archive).ask(question, conversation=conversation).language == language


def test_an_empty_archive_refuses(tmp_path: Path) -> None:
    with Archive(tmp_path, HashingEmbedder()) as empty:
        answer = Answerer(empty).ask("Who?")
    assert (answer.status, answer.searched, answer.nearest) == (Status.NO_EVIDENCE, Coverage(0), ())


# -- with a chat model ----------------------------------------------------------------------------------------------


def marker_of(archive: Archive, article_id: str) -> int:
    """Return the number under which the model sees an article's passage."""
    hits = archive.search(WHO, limit=12)
    return next(n for n, hit in enumerate(hits, 1) if hit.article.id == article_id)


def test_a_written_answer(archive: Archive) -> None:
    shown: list[str] = []
    sentence = "Vladimir Medinski dirige la délégation russe."
    answerer = written(archive, f"{sentence} [{marker_of(archive, 'monde')}]")
    answer = answerer.ask(WHO, on_sentence=shown.append)
    assert (answer.status, answer.mode, answer.language) == (Status.ANSWERED, Mode.GENERATIVE, "fr")
    assert answer.claims == (Claim(sentence, (1,)),)
    assert [c.quote for c in answer.citations] == [MEDINSKI]
    assert answer.text == f"{sentence} [1]"
    assert shown == [f"{sentence} [1]"]
    assert (answer.notice, answer.question, answer.searched.articles) == ("", WHO, 3)
    assert [stage for stage, _ in answer.stages] == ["search", "generate", "total"]
    assert 0 < sum(ms for _, ms in answer.stages[:-1]) <= answer.elapsed_ms == answer.stages[-1][1]


def test_a_model_that_finds_no_answer_and_an_archive_that_has_none_refuse(archive: Archive) -> None:
    answer = written(archive, "NO_ANSWER", threshold=1.0).ask(WHO)
    assert (answer.status, answer.mode, answer.claims) == (Status.NO_EVIDENCE, Mode.GENERATIVE, ())
    assert answer.text.startswith(FRAMES["fr"].nothing)
    assert answer.nearest


def test_a_model_that_finds_no_answer_does_not_hide_the_one_that_the_archive_proves(archive: Archive) -> None:
    answer = written(archive, "NO_ANSWER").ask(WHO)
    assert (answer.status, answer.mode) == (Status.ANSWERED, Mode.EXTRACTIVE)
    assert answer.citations[0].quote == MEDINSKI


@pytest.mark.parametrize(
    "text", ["Emmanuel Macron a gagné.", "Emmanuel Macron a gagné [99].", "Poutine a pris 77 villes hier [1]."]
)
def test_a_model_that_proves_nothing_gives_way_to_the_archive_and_that_is_said(archive: Archive, text: str) -> None:
    shown: list[str] = []
    answer = written(archive, text).ask(WHO, on_sentence=shown.append)
    assert (answer.mode, answer.notice) == (Mode.EXTRACTIVE, FRAMES["fr"].unproved)
    assert answer.citations[0].quote == MEDINSKI
    assert shown == []


def test_a_model_that_cannot_be_reached_gives_way_to_the_archive_and_that_is_said(archive: Archive) -> None:
    answer = written(archive, "", ModelConnectionError("secret detail")).ask(WHO)
    assert (answer.status, answer.mode) == (Status.ANSWERED, Mode.EXTRACTIVE)
    assert answer.notice.startswith(FRAMES["fr"].unreachable)
    assert "CHAT_BASE_URL" in answer.notice  # the way out
    assert "secret detail" not in answer.notice
    assert answer.citations[0].quote == MEDINSKI


def test_a_notice_speaks_the_question_s_language(archive: Archive) -> None:
    answer = written(archive, "", ModelConnectionError("x")).ask("Who leads the Russian delegation?")
    assert answer.notice.startswith(FRAMES["en"].unreachable)


def test_a_model_that_breaks_off_keeps_what_it_proved_and_that_is_said(archive: Archive) -> None:
    text = f"Vladimir Medinski dirige la délégation russe. [{marker_of(archive, 'monde')}]\nKiev "
    answer = written(archive, text, ModelConnectionError("x")).ask(WHO)
    assert answer.mode is Mode.GENERATIVE
    assert [claim.text for claim in answer.claims] == ["Vladimir Medinski dirige la délégation russe."]
    assert "broke off" in answer.notice


# -- JSON -----------------------------------------------------------------------------------------------------------


def test_the_json_of_an_answer(archive: Archive) -> None:
    answer = extractive(archive).ask(WHO, filters=Filters(article_ids=("monde",)))
    data = json.loads(json.dumps(to_json(answer)))
    assert data["citations"][0] == {
        "marker": 1,
        "article_id": "monde",
        "title": "Pourparlers",
        "beginning": None,
        "outlet": "Le Monde",
        "url": "https://example.org/1",
        "published": "2022-03-02",
        "dated_by": "data",
        "quote": MEDINSKI,
        "start": 0,
        "end": len(MEDINSKI),
        "page": None,
        "also_in": [],
        "garbled": [],
    }
    assert data["claims"][0] == {"text": MEDINSKI, "markers": [1]}
    assert (data["question"], data["status"], data["mode"]) == (WHO, "answered", "extractive")
    assert data["text"] == answer.text
    assert data["searched"] == {"articles": 1, "from": "2022-03-02", "to": "2022-03-02"}
    assert data["disagreements"] == []
    assert data["elapsed_ms"] == round(answer.elapsed_ms, 1)
    assert (data["notice"], data["standalone"], data["nearest"]) == (None, None, [])


def test_the_json_of_figures_that_differ_and_of_a_refusal(archive: Archive) -> None:
    refusal = to_json(extractive(archive, 1.0).ask(WHO))
    assert (refusal["status"], refusal["claims"], refusal["citations"]) == ("no_evidence", [], [])
    assert refusal["nearest"][0] == {
        "article_id": "monde",
        "title": "Pourparlers",
        "beginning": None,
        "outlet": "Le Monde",
        "url": "https://example.org/1",
        "published": "2022-03-02",
        "dated_by": "data",
    }
    nothing = to_json(extractive(archive).ask(WHO, filters=Filters(since="2031")))
    assert nothing["searched"] == {"articles": 0, "from": None, "to": None}
