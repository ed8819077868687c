"""A chat model's answer as it is written: drafts in private, one placeholder in groups, the proof at the end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.outputs import ChatGenerationChunk
from pydantic import Field

from answering.answerer import Answerer
from answering.judging.evidence import PASSAGES
from retrieval.archive import Archive
from tests.fakes import ScriptedChatModel
from tests.telegram.running import running
from tests.telegram_emulator import Emulator, Limits, Sent

pytestmark = pytest.mark.anyio

TOLL = "Combien de morts à Tchernihiv ?"


class PacedChatModel(ScriptedChatModel):
    """Waits before each piece until the test lets one more go; ``closed`` once nobody reads it any more."""

    steps: Any = Field(default_factory=lambda: threading.Semaphore(0))
    closed: Any = Field(default_factory=threading.Event)

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        try:
            for chunk in super()._stream(*args, **kwargs):
                assert self.steps.acquire(timeout=30)
                yield chunk
        finally:
            self.closed.set()


def model_of(archive: Archive) -> PacedChatModel:
    """A model that writes a sentence of the archive that answers ``TOLL``, and something that nobody printed."""
    quote = Answerer(archive).ask(TOLL).citations[0].quote
    hits = archive.search(TOLL, limit=PASSAGES)
    marker = next(n for n, hit in enumerate(hits, 1) if quote in hit.text)
    return PacedChatModel(pieces=[f"{quote} [{marker}]\n", "Macron a gagné la Coupe du monde [1].\n", "C'est tout."])


@pytest.fixture
async def emulator(anyio_backend: str) -> object:
    async with Emulator(limits=Limits(private_burst=1, drafts_burst=1)) as emulator:
        yield emulator


def has_proof(sent: Sent) -> bool:
    return any(entity.type == "expandable_blockquote" for entity in sent.entities) and "👍" in sent.labels


async def test_in_private_sentences_come_as_drafts_and_the_proof_with_the_message(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, model = emulator.user(language_code="fr"), model_of(seeds_archive)
    async with running(emulator, seeds_archive, tmp_path, Answerer(seeds_archive, model)):
        said = await ada.says(TOLL)
        model.steps.release(2)
        draft = await emulator.wait_for("draft", ada)
        assert "[1]" in draft.text
        assert "33" in draft.text
        assert draft.text.endswith("…")
        assert emulator.messages(ada) == []
        model.steps.release(10)
        shown = await emulator.reply(said)
        assert has_proof(shown)
        assert "Coupe du monde" not in shown.text + "".join(d.text for d in emulator.drafts(ada))
        assert len(emulator.messages(ada)) == 1
        assert emulator.floods() == []


async def test_a_flooded_draft_is_skipped_and_the_answer_arrives(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, model = emulator.user(language_code="fr"), model_of(seeds_archive)
    emulator.faults.add("sendMessageDraft", status=429, retry_after=1000, times=None)
    async with running(emulator, seeds_archive, tmp_path, Answerer(seeds_archive, model)):
        said = await ada.says(TOLL)
        model.steps.release(2)
        await emulator.wait_for("call", ada, where=lambda call: call.method == "sendMessageDraft")
        model.steps.release(10)
        assert has_proof(await emulator.reply(said))
        assert len(emulator.called("sendMessageDraft")) == 1


async def test_in_a_group_one_placeholder_becomes_the_answer(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, group, model = emulator.user(language_code="fr"), emulator.group(), model_of(seeds_archive)
    async with running(emulator, seeds_archive, tmp_path, Answerer(seeds_archive, model)) as kept:
        said = await ada.says(f"@kiosque_bot {TOLL}", chat=group)
        placeholder = await emulator.reply(said)
        assert placeholder.text == "Je cherche dans l’archive…"
        assert placeholder.reply_to == said.message_id
        assert placeholder.labels == ()
        model.steps.release(2)
        edited = await emulator.wait_for("edit", group)
        assert "33" in edited.text
        assert edited.labels == ()
        model.steps.release(10)
        shown = await emulator.wait_for("edit", group, where=has_proof)
        assert shown.message_id == placeholder.message_id
        assert len(emulator.messages(group)) == 1
        assert emulator.drafts() == []
        await emulator.reply(await ada.says("/help"))
        await emulator.reply(await ada.says("/help", chat=group))
        assert kept.store.placeholder(group.id, said.message_id) == 0


async def test_a_placeholder_that_somebody_deleted_is_no_loss(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, group, model = emulator.user(language_code="fr"), emulator.group(), model_of(seeds_archive)
    async with running(emulator, seeds_archive, tmp_path, Answerer(seeds_archive, model)):
        said = await ada.says(f"@kiosque_bot {TOLL}", chat=group)
        await emulator.reply(said)
        gone = "Bad Request: message to edit not found"
        emulator.faults.add("editMessageText", status=400, description=gone, times=None)
        model.steps.release(10)
        assert has_proof(await emulator.reply(said, count=2))


async def test_a_placeholder_is_taken_up_after_a_stop(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, group, model = emulator.user(language_code="fr"), emulator.group(), model_of(seeds_archive)
    async with running(emulator, seeds_archive, tmp_path, Answerer(seeds_archive, model), grace=0):
        said = await ada.says(f"@kiosque_bot {TOLL}", chat=group)
        placeholder = await emulator.reply(said)
        model.steps.release(2)
        await emulator.wait_for("edit", group)
    model.steps.release(10)  # the thread of the stopped bot ends
    again = model_of(seeds_archive)
    again.steps.release(10)
    async with running(emulator, seeds_archive, tmp_path, Answerer(seeds_archive, again)):
        shown = await emulator.wait_for("edit", group, where=has_proof)
        assert shown.message_id == placeholder.message_id
        assert len(emulator.messages(group)) == 1


@pytest.mark.parametrize("where", ["private", "group"])
async def test_stop_ends_the_stream(emulator: Emulator, seeds_archive: Archive, tmp_path: Path, where: str) -> None:
    ada, model = emulator.user(language_code="en"), model_of(seeds_archive)
    place = emulator.group() if where == "group" else None
    kind, chat = ("draft", ada) if place is None else ("edit", place)
    async with running(emulator, seeds_archive, tmp_path, Answerer(seeds_archive, model)) as kept:
        await ada.says(f"@kiosque_bot {TOLL}", chat=place)
        model.steps.release(2)
        await emulator.wait_for(kind, chat)
        stopped = await emulator.reply(await ada.says("/stop", chat=place))
        assert stopped.text == "I have stopped."
        model.steps.release(1)
        assert await asyncio.to_thread(model.closed.wait, 30)
        await emulator.reply(await ada.says("/help", chat=place))
        assert not any(has_proof(sent) for sent in emulator.shown(chat))
        assert len(emulator.shown(chat)) == 2  # the placeholder is gone
        assert kept.people.export(ada.id)["answers"] == []


async def test_past_the_budget_of_the_day_answers_are_quotations(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, model = emulator.user(language_code="en"), model_of(seeds_archive)
    model.steps.release(100)
    async with running(emulator, seeds_archive, tmp_path, Answerer(seeds_archive, model), chat_model_per_day=1) as kept:
        written = await emulator.reply(await ada.says(TOLL))
        quoted = await emulator.reply(await ada.says("Combien d'habitants compte Kherson ?"))
        assert "budget for the language model" not in written.text
        assert "budget for the language model is used up" in quoted.text
        assert "290.000" in quoted.text
        assert len(model.heard) == 2  # the answer, and the repair of what was not proved in it
        assert b'kiosque_refusals_total{reason="budget"} 1.0' in kept.metrics.text()


async def test_slow_answers_do_not_hold_up_the_rest(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    model = model_of(seeds_archive)
    people = [emulator.user(language_code="en") for _ in range(6)]
    async with running(emulator, seeds_archive, tmp_path, Answerer(seeds_archive, model)):
        asked = [await person.says(TOLL) for person in people]
        for person in people:
            await emulator.wait_for("action", person)
        assert "Hello" in (await emulator.reply(await emulator.user(language_code="en").says("/start"))).text
        model.steps.release(100)
        for said in asked:
            assert has_proof(await emulator.reply(said, timeout=30))
