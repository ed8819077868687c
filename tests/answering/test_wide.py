"""Wide questions and rewritten follow-ups as every face asks them: through the answerer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from langchain_core.exceptions import ModelConnectionError

from answering.answerer import Answerer
from answering.conversation import Conversation, Turn
from answering.types import Mode, Status
from answering.writing.frames import FRAMES
from retrieval.archive import Archive
from retrieval.types import Filters
from tests.answering.wide.material import FAILED, KIEV, OPENED, SECOND, opened
from tests.fakes import HashingEmbedder, ScriptedChatModel

TIMELINE = "Chronologie des pourparlers de paix"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with opened(tmp_path_factory.mktemp("wide"), HashingEmbedder()) as found:
        yield found


def answerer(archive: Archive, model: ScriptedChatModel | None = None) -> Answerer:
    return Answerer(archive, model, 0.01, lambda: date(2022, 3, 20))


def model_saying(text: str, error: Exception | None = None) -> ScriptedChatModel:
    return ScriptedChatModel(pieces=[text], error=error)


def test_a_timeline_without_a_chat_model(archive: Archive) -> None:
    answer = answerer(archive).ask(TIMELINE)
    assert (answer.status, answer.mode, answer.question) == (Status.ANSWERED, Mode.EXTRACTIVE, TIMELINE)
    assert f"28 février 2022 : {OPENED} [" in answer.text
    assert answer.text.index(OPENED) < answer.text.index(SECOND) < answer.text.index(FAILED)
    assert all(c.article.text[c.start : c.end] == c.quote for c in answer.citations)
    assert [stage for stage, _ in answer.stages] == ["search", "extract", "total"]


def test_days_and_filters_limit_a_wide_answer(archive: Archive) -> None:
    answer = answerer(archive).ask("Chronologie des pourparlers de paix depuis le 9 mars 2022")
    assert {FAILED} <= {c.quote for c in answer.citations}
    assert not {OPENED, SECOND} & {c.quote for c in answer.citations}
    answer = answerer(archive).ask(TIMELINE, filters=Filters(article_ids=("un",)))
    assert {c.article.id for c in answer.citations} == {"un"}


def test_what_the_archive_has_nothing_about_is_refused_as_ever(archive: Archive) -> None:
    answer = Answerer(archive, None, 0.5).ask("Résume les élections au Brésil")
    assert answer.status is Status.NO_EVIDENCE
    assert answer.text.startswith(FRAMES["fr"].nothing)
    assert answer.nearest


def test_a_chat_model_writes_a_wide_answer(archive: Archive) -> None:
    heard: list[str] = []
    everywhere = "".join(f"[{n}]" for n in range(1, 10))
    model = model_saying(f"{FAILED} {everywhere}\n{OPENED} {everywhere}\nLa paix est signée à Paris. {everywhere}")
    answer = answerer(archive, model).ask(TIMELINE, on_sentence=heard.append)
    assert (answer.status, answer.mode) == (Status.ANSWERED, Mode.GENERATIVE)
    assert [claim.text for claim in answer.claims] == [OPENED, FAILED]  # in the order of their days
    assert [c.quote for c in answer.citations] == [OPENED, FAILED]
    assert heard == answer.text.splitlines()
    assert answer.notice == FRAMES["fr"].dropped.format(n=1)


@pytest.mark.parametrize(
    ("model", "notice"),
    [
        (model_saying("", ModelConnectionError("x")), FRAMES["fr"].unreachable),
        (model_saying("La paix est signée. [1]"), FRAMES["fr"].unproved),
        (model_saying("NO_ANSWER"), ""),
    ],
)
def test_a_model_that_is_of_no_use_gives_way_to_the_archive(
    archive: Archive, model: ScriptedChatModel, notice: str
) -> None:
    answer = answerer(archive, model).ask(TIMELINE)
    assert (answer.status, answer.mode) == (Status.ANSWERED, Mode.EXTRACTIVE)
    assert answer.notice.startswith(notice)
    assert f"28 février 2022 : {OPENED}" in answer.text


TURN = Turn(
    "Que réclame Moscou ?", "Que réclame Moscou ?", "Moscou affirme que les pourparlers exigent la neutralité. [1]"
)


def test_the_model_s_standalone_form_is_searched_and_shown(archive: Archive) -> None:
    model = model_saying("Que réclame Kiev pour les pourparlers ?")
    answer = answerer(archive, model).ask("Et Kiev, que réclame-t-elle ?", conversation=Conversation((TURN,)))
    assert answer.standalone == "Que réclame Kiev pour les pourparlers ?"
    assert KIEV in answer.text
    assert len(model.heard) == 2  # the rewriting, and the answer: which nothing proves here


@pytest.mark.parametrize(
    "model",
    [
        None,
        model_saying("", ModelConnectionError("x")),
        model_saying("Que réclame Donald Trump ?"),
        model_saying("Kiev."),
    ],
)
def test_else_the_rules_make_it_standalone(archive: Archive, model: ScriptedChatModel | None) -> None:
    answer = answerer(archive, model).ask("Et Kiev ?", conversation=Conversation((TURN,)))
    assert answer.standalone == "Que réclame Kiev ?"
    assert answer.status is Status.ANSWERED


def test_without_a_conversation_nothing_is_rewritten(archive: Archive) -> None:
    model = model_saying("Que réclame Kiev ?")
    answer = answerer(archive, model).ask("Kiev réclame une trêve ?")
    assert answer.standalone == ""
    assert len(model.heard) == 1
