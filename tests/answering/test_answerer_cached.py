"""What is asked again: answered as before, at once, and asked anew as soon as anything changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from langchain_core.exceptions import ModelConnectionError

from answering import answer_cache
from answering.adapters import AnswererRunnable
from answering.answerer import Answerer
from answering.conversation import Conversation
from answering.errors import Cancelled
from answering.types import Answer, Mode, Status, to_json
from prompts import load_prompt
from retrieval.archive import Archive
from retrieval.reading.sources import FolderSource
from retrieval.types import Filters
from tests.answering.test_answerer import ARTICLES, KHARKIV, MEDINSKI, TOLL, WHO
from tests.fakes import HashingEmbedder, ScriptedChatModel

ROUGE = "La délégation russe est dirigée par Sergueï Rouge depuis ce matin."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "press"
    made.mkdir()
    for article in ARTICLES:
        (made / f"{article['id']}.jsonl").write_text(json.dumps(article), encoding="utf-8")
    return made


@pytest.fixture
def archive(folder: Path, tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "index", HashingEmbedder()) as opened:
        opened.index(FolderSource(folder))
        yield opened


def caching(archive: Archive, model: ScriptedChatModel | None = None, **values: Any) -> Answerer:
    return Answerer(archive, model, 0.01, caches=True, **values)


def writing(*texts: str) -> ScriptedChatModel:
    return ScriptedChatModel(pieces=list(texts or (f"{MEDINSKI} [1]",)))


def stages(answer: Answer) -> list[str]:
    return [stage for stage, _ in answer.stages]


def was_kept(answer: Answer) -> bool:
    return stages(answer) == ["cached", "total"]


def said(answer: Answer) -> dict[str, Any]:
    """Return what an answer tells, without how long it took."""
    return to_json(replace(answer, elapsed_ms=0.0))


def test_what_is_asked_again_is_answered_as_before(archive: Archive) -> None:
    asked = caching(archive)
    first, again = asked.ask(WHO), asked.ask(f" {WHO.replace('la ', 'la  ')} ")
    assert stages(first) == ["search", "extract", "total"]
    assert was_kept(again)
    assert again.elapsed_ms == again.stages[-1][1] >= again.stages[0][1] > 0
    assert said(again) == said(first)
    assert again.citations == first.citations


def test_a_question_in_other_capitals_is_another(archive: Archive) -> None:
    """Names are told by their capitals: what "us" asks is not what "US" asks."""
    asked = caching(archive)
    asked.ask(WHO)
    assert not was_kept(asked.ask(WHO.lower()))


def test_unless_it_is_told_to_an_answerer_keeps_nothing(archive: Archive) -> None:
    asked = Answerer(archive, threshold=0.01)
    assert [stages(asked.ask(WHO)) for _ in range(2)] == [["search", "extract", "total"]] * 2


def test_a_chat_model_is_not_asked_again_and_its_sentences_are_heard(archive: Archive) -> None:
    model, heard = writing(f"{MEDINSKI} [1]\n", "Kiev réclame une trêve immédiate. [1]"), list[list[str]]()
    asked = caching(archive, model)
    answers = []
    for _ in range(2):
        heard.append([])
        answers.append(asked.ask(WHO, on_sentence=heard[-1].append))
    assert len(model.heard) == 1
    assert stages(answers[0]) == ["search", "generate", "total"]
    assert was_kept(answers[1])
    assert said(answers[0]) == said(answers[1])
    assert heard[0] == heard[1] == [f"{MEDINSKI} [1]", "Kiev réclame une trêve immédiate. [2]"]
    assert "\n".join(heard[1]) == answers[1].text


def test_a_stream_of_langchain_gives_the_whole_of_a_kept_answer(archive: Archive) -> None:
    asked = AnswererRunnable(caching(archive, writing()), as_json=True)
    first, again = (list(asked.stream(WHO)) for _ in range(2))
    assert [piece.get("text") for piece in again] == [piece.get("text") for piece in first] == [f"{MEDINSKI} [1]", ""]


def test_a_kept_refusal_is_no_sentence_to_be_heard(archive: Archive) -> None:
    heard: list[str] = []
    asked = caching(archive, writing("NO_ANSWER"), today=lambda: date(2026, 3, 2))
    asked._threshold = 1.0
    answers = [asked.ask(WHO, on_sentence=heard.append) for _ in range(2)]
    assert [answer.status for answer in answers] == [Status.NO_EVIDENCE] * 2
    assert was_kept(answers[1])
    assert heard == []


def test_nobody_waits_for_a_kept_answer_either(archive: Archive) -> None:
    asked = caching(archive)
    asked.ask(WHO)
    with pytest.raises(Cancelled):
        asked.ask(WHO, cancelled=lambda: True)


def test_written_and_quoted_answers_are_kept_side_by_side(archive: Archive) -> None:
    model = writing()
    asked = caching(archive, model)
    for turn in range(3):
        written, quoted = asked.ask(WHO), asked.quoting().ask(WHO)
        assert (written.mode, quoted.mode) == (Mode.GENERATIVE, Mode.EXTRACTIVE)
        assert was_kept(written) is was_kept(quoted) is (turn > 0)
    assert len(model.heard) == 1


def test_filters_make_another_question(archive: Archive) -> None:
    asked, until = caching(archive), Filters(until="2022-03-02")
    asked.ask(TOLL)
    limited = asked.ask(TOLL, filters=until)
    assert not was_kept(limited)
    assert "afp" not in {c.article.id for c in limited.citations}
    assert was_kept(asked.ask(TOLL, filters=until))


def test_a_follow_up_is_kept_as_what_it_stands_for(archive: Archive) -> None:
    asked, kharkiv = caching(archive), "Et à Kharkiv ?"
    tolls = Conversation().followed_by(asked.ask("Combien de civils ont été tués à Tchernihiv ?"))
    first = asked.ask(kharkiv, conversation=tolls)
    assert first.citations[0].quote == KHARKIV
    assert not was_kept(asked.ask(kharkiv))  # which asks for nothing in particular
    elsewhere = tolls.followed_by(asked.ask("Combien de civils ont été tués à Tchernihiv ?"))
    again = asked.ask(kharkiv, conversation=elsewhere)
    assert was_kept(again)
    assert said(again) == said(first)


def test_a_chat_model_is_asked_again_in_another_conversation(archive: Archive) -> None:
    model = writing()
    asked = caching(archive, model)
    before = Conversation().followed_by(asked.ask("Combien coûte la baguette de pain ?"))
    assert not was_kept(asked.ask(WHO))
    assert not was_kept(asked.ask(WHO, conversation=before))  # the model is shown it
    assert was_kept(asked.ask(WHO, conversation=before))


# -- what empties it ------------------------------------------------------------------------------------------------


def test_a_new_article_empties_it(archive: Archive, folder: Path) -> None:
    asked = caching(archive)
    asked.ask(WHO)
    (folder / "rouge.jsonl").write_text(json.dumps({"id": "rouge", "language": "fr", "text": ROUGE}), encoding="utf-8")
    archive.index(FolderSource(folder))
    now = asked.ask(WHO)
    assert not was_kept(now)
    assert ROUGE in {c.quote for c in now.citations}
    assert was_kept(asked.ask(WHO))


def test_an_article_that_another_archive_removes_is_quoted_no_more(archive: Archive) -> None:
    model = writing()
    asked = caching(archive, model)
    assert asked.ask(WHO).citations[0].article.id == "monde"
    with Archive(archive.folder, HashingEmbedder()) as other:
        other.forget("monde")
    for answer in (asked.ask(WHO), asked.quoting().ask(WHO)):
        assert not was_kept(answer)
        unsaid = replace(answer, verdicts=())  # of its own accord the model goes on saying it
        assert "Medinski" not in json.dumps(to_json(unsaid), ensure_ascii=False).replace(WHO, "")


def test_in_the_middle_of_a_run_nothing_is_kept_for_later(archive: Archive, folder: Path) -> None:
    """While articles are stored that are not searched yet, an answer is one of now."""
    asked, kept = caching(archive), list[bool]()
    (folder / "rouge.jsonl").write_text(json.dumps({"id": "rouge", "language": "fr", "text": ROUGE}), encoding="utf-8")
    asked.ask(WHO)
    archive.index(FolderSource(folder), lambda *_: kept.append(was_kept(asked.ask(WHO))))
    assert False in kept
    now = asked.ask(WHO)
    assert not was_kept(now)
    assert "rouge" in {c.article.id for c in now.citations}


def test_days_end(archive: Archive) -> None:
    day = date(2026, 3, 2)
    asked = caching(archive, today=lambda: day)
    asked.ask(WHO)
    assert was_kept(asked.ask(WHO))
    day += timedelta(days=1)
    assert not was_kept(asked.ask(WHO))


def test_an_edited_prompt_is_tried(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    model = writing()
    asked = caching(archive, model)
    asked.ask(WHO)
    edited = "answer.repair"
    monkeypatch.setattr(
        answer_cache,
        "load_prompt",
        lambda name: replace(load_prompt(name), version="new") if name == edited else load_prompt(name),
    )
    assert not was_kept(asked.ask(WHO))
    assert len(model.heard) == 2


# -- what is not kept -----------------------------------------------------------------------------------------------


def test_what_stands_in_for_a_model_that_failed_is_not_kept(archive: Archive) -> None:
    model = ScriptedChatModel(error=ModelConnectionError("gone"))
    asked = caching(archive, model)
    assert asked.ask(WHO).mode is Mode.EXTRACTIVE
    model.error, model.pieces = None, [f"{MEDINSKI} [1]"]
    assert asked.ask(WHO).mode is Mode.GENERATIVE
    assert was_kept(asked.ask(WHO))


def test_what_stands_in_for_an_answer_without_proof_is_not_kept(archive: Archive) -> None:
    model = writing("Macron a gagné la Coupe du monde. [1]")
    asked = caching(archive, model)
    assert asked.ask(WHO).notice
    assert not was_kept(asked.ask(WHO))


def test_a_broken_off_answer_is_not_kept(archive: Archive) -> None:
    model = ScriptedChatModel(pieces=[f"{MEDINSKI} [1]\n", "Kiev"], error=ModelConnectionError("gone"))
    asked = caching(archive, model)
    assert asked.ask(WHO).status is Status.PARTIAL
    assert not was_kept(asked.ask(WHO))


def test_what_is_quoted_where_the_model_sees_no_answer_is_kept(archive: Archive) -> None:
    model = writing("NO_ANSWER")
    asked = caching(archive, model)
    first, again = asked.ask(WHO), asked.ask(WHO)
    assert (first.mode, first.status) == (Mode.EXTRACTIVE, Status.ANSWERED)
    assert was_kept(again)
    assert len(model.heard) == 1
