"""The bot end to end: people of the emulator ask, tap and command; what they are shown is asserted."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest

from answering.answerer import Answerer
from answering.types import Answer
from bot import failures
from retrieval.archive import Archive
from tests.telegram.running import running
from tests.telegram_emulator import Emulator, Limits, Person, Sent

pytestmark = pytest.mark.anyio

TOLL = "Combien de morts à Tchernihiv ?"


@pytest.fixture
async def emulator(anyio_backend: str) -> object:
    async with Emulator(limits=Limits(enabled=False)) as emulator:
        yield emulator


async def turned(emulator: Emulator, person: Person, sent: Sent, button: str) -> Sent:
    """Tap a button and return what the message has become."""
    before = emulator.position
    await person.taps(sent, button)
    await emulator.wait_for("edit", person, after=before)
    return emulator.current(sent)


def data_of(sent: Sent, prefix: str) -> str:
    """Return the data of the first button that begins with a prefix."""
    return next(b.callback_data for row in sent.buttons for b in row if (b.callback_data or "").startswith(prefix))


async def test_an_answer_with_its_proof(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    ada = emulator.user(language_code="fr")
    async with running(emulator, seeds_archive, tmp_path):
        shown = await emulator.reply(await ada.says(TOLL))
        assert "au moins 33 morts civils" in shown.text or "est passé à 33" in shown.text
        assert "[1]" in shown.text
        assert [e.type for e in shown.entities if e.type == "expandable_blockquote"]
        assert shown.preview == {"is_disabled": True}
        assert {"👍", "👎", "Autres sources"} <= set(shown.labels)
        assert emulator.actions(ada)
        card = await turned(emulator, ada, shown, data_of(shown, "s:"))
        assert "33" in " ".join(card.covered("bold"))
        back = await turned(emulator, ada, shown, data_of(card, "a:"))
        assert (back.text, back.labels) == (shown.text, shown.labels)


async def test_feedback_is_kept_and_can_be_taken_back(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada = emulator.user(language_code="fr")
    async with running(emulator, seeds_archive, tmp_path) as kept:
        shown = await emulator.reply(await ada.says(TOLL))
        assert "Merci" in (await ada.taps(shown, "👍")).text
        assert [row["value"] for row in kept.store.feedback_rows()] == [1]
        await ada.taps(shown, "👍")
        assert kept.store.feedback_rows() == []


async def test_a_refusal_offers_the_nearest_articles(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada = emulator.user(language_code="en")
    async with running(emulator, seeds_archive, tmp_path):
        shown = await emulator.reply(await ada.says("Who won the 2018 World Cup?"))
        assert shown.text.startswith("The archive does not answer this question.")
        assert 1 <= sum(label != "👍" and label != "👎" for label in shown.labels) <= 3
        card = await turned(emulator, ada, shown, data_of(shown, "n:"))
        assert any(words in card.text for words in ("Medinski", "négociateurs", "le Pentagone et le ministère russe"))
        assert (await turned(emulator, ada, shown, data_of(card, "a:"))).text == shown.text


async def test_a_follow_up_and_a_reset(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    ada = emulator.user(language_code="fr")
    async with running(emulator, seeds_archive, tmp_path):
        await emulator.reply(await ada.says("Combien d'habitants compte Kherson ?"))
        shown = await emulator.reply(await ada.says("Et Kharkiv ?"))
        assert "Question comprise ainsi" in shown.text
        await emulator.reply(await ada.says("/reset"))
        again = await emulator.reply(await ada.says("Et Kharkiv ?"))
        assert "Question comprise ainsi" not in again.text


async def test_groups_hear_only_what_is_meant_for_the_bot(seeds_archive: Archive, tmp_path: Path) -> None:
    async with Emulator(limits=Limits(enabled=False), privacy=False) as emulator:  # every message reaches the bot
        ada, bob, group = emulator.user(language_code="fr"), emulator.user(), emulator.group(title="Rédaction")
        await ada.joins(group)
        await bob.joins(group)
        async with running(emulator, seeds_archive, tmp_path):
            await bob.says(TOLL, chat=group)
            first = await emulator.reply(await ada.says(f"@kiosque_bot {TOLL}", chat=group))
            assert "33" in first.text
            assert first.reply_to is not None
            theirs = await bob.says("Combien d'habitants compte Kherson ?", chat=group)
            asked = await emulator.reply(await ada.says("@kiosque_bot", chat=group, reply_to=theirs))
            assert "290.000" in asked.text
            follow = await emulator.reply(await bob.says("Et à Kharkiv ?", chat=group, reply_to=first))
            assert "29" in follow.text
            assert len(emulator.messages(group)) == 3


async def test_small_talk_and_what_is_no_text(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    ada = emulator.user(language_code="en")
    async with running(emulator, seeds_archive, tmp_path) as kept:
        assert "Hello!" in (await emulator.reply(await ada.says("Bonjour !"))).text
        assert "You are welcome" in (await emulator.reply(await ada.says("Merci !"))).text
        assert "only read text" in (await emulator.reply(await ada.sends_document("a.jpg", b"x"))).text
        await ada.says("?!")
        await emulator.reply(await ada.says("/help"))
        assert len(emulator.messages(ada)) == 4
        assert kept.people.export(ada.id)["answers"] == []


async def test_edited_messages_are_not_answered(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    ada = emulator.user(language_code="fr")
    async with running(emulator, seeds_archive, tmp_path):
        said = await ada.says(TOLL)
        await emulator.reply(said)
        await ada.edits(said, "Combien d'habitants compte Kherson ?")
        await emulator.reply(await ada.says("/help"))
        assert len(emulator.messages(ada)) == 2


async def test_commands(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    ada = emulator.user(language_code="fr")
    async with running(emulator, seeds_archive, tmp_path):
        assert {scope_language for _, scope_language in emulator.commands} == {"", "fr", "en"}

        async def told(command: str) -> str:
            return (await emulator.reply(await ada.says(command))).text

        assert "Bonjour" in await told("/start")
        assert "5 articles" in await told("/help")
        assert "/ask" in await told("/ask")
        assert "33" in await told(f"/ask {TOLL}")
        assert "1/" in " ".join((await emulator.reply(await ada.says("/sources"))).labels) or "33" in await told(
            "/sources"
        )
        assert "Articles les plus récents" in await told("/latest")
        assert "corridors humanitaires" in await told("/search corridors humanitaires")
        assert "5 articles" in await told("/about")
        assert "/help" in await told("/nothing")
        assert await told("/lang en") == "I now speak English."
        assert "There is nothing to stop" in await told("/stop")
        assert "Telegram identifier" in await told("/privacy")


async def test_export_and_forget(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    ada, eve = emulator.user(language_code="en"), emulator.user()
    async with running(emulator, seeds_archive, tmp_path) as kept:
        shown = await emulator.reply(await ada.says(TOLL))
        exported = await emulator.reply(await ada.says("/export"))
        data = json.loads(exported.document.data)
        assert [row["answer"]["question"] for row in data["answers"]] == [TOLL]
        asked = await emulator.reply(await ada.says("/forget"))
        assert (
            "1 answer and everything tied to it are deleted"
            in (await turned(emulator, ada, asked, "Delete everything")).text
        )
        assert kept.people.export(ada.id)["answers"] == []
        assert "no longer have this answer" in (await ada.taps(shown, "👍")).text
        assert TOLL.encode() not in (tmp_path / "telegram.sqlite").read_bytes()
        assert eve.id != ada.id


async def test_buttons_work_after_a_restart(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    ada = emulator.user(language_code="fr")
    async with running(emulator, seeds_archive, tmp_path):
        shown = await emulator.reply(await ada.says(TOLL))
    async with running(emulator, seeds_archive, tmp_path):
        assert "33" in (await turned(emulator, ada, shown, data_of(shown, "s:"))).text


async def test_a_question_received_before_a_crash_is_answered_after_it(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada = emulator.user(language_code="fr")
    async with running(emulator, seeds_archive, tmp_path) as kept:
        said = await ada.says(TOLL)
        await emulator.reply(said)
        other = _as_update(said, ada.id) | {"message_id": 999}
        payload = json.dumps({"update_id": 10**9, "message": other})
        kept.inbox.receive(10**9, payload)  # acknowledged, and then the power went
    async with running(emulator, seeds_archive, tmp_path):
        again = await emulator.reply(said, count=2)
        assert "33" in again.text


async def test_an_answer_that_was_sent_before_a_crash_is_not_sent_again(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada = emulator.user(language_code="fr")
    async with running(emulator, seeds_archive, tmp_path) as kept:
        sent = await ada.says(TOLL)
        await emulator.reply(sent)
        lost = await ada.says("Combien d'habitants compte Kherson ?")
        await emulator.reply(lost)
        await emulator.reply(await ada.says("/help"))  # in turn: all before it is done
        for number, said in enumerate((sent, lost)):  # the power went between sending and writing that down
            kept.inbox.receive(
                10**9 + number, json.dumps({"update_id": 10**9 + number, "message": _as_update(said, ada.id)})
            )
            assert kept.inbox.claim_answer(10**9 + number)
        other = _as_update(lost, ada.id) | {"message_id": 999}  # and before sending this one
        kept.inbox.receive(10**9 + 2, json.dumps({"update_id": 10**9 + 2, "message": other}))
        assert kept.inbox.claim_answer(10**9 + 2)
    async with running(emulator, seeds_archive, tmp_path) as kept:
        await emulator.wait_until(lambda: len(emulator.messages(ada)) == 4)
        await emulator.reply(await ada.says("/help"))
        assert kept.inbox.in_doubt() == []
        assert len(emulator.messages(ada)) == 5


def _as_update(said: object, user: int) -> dict[str, object]:
    person = {"id": user, "is_bot": False, "first_name": "Ada", "language_code": "fr"}
    chat = {"id": user, "type": "private", "first_name": "Ada"}
    return {"message_id": said.message_id, "date": 1_790_000_000, "chat": chat, "from": person, "text": TOLL}  # type: ignore[attr-defined]


async def test_only_those_who_may_ask_are_answered(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    ada, eve = emulator.user(language_code="fr"), emulator.user(language_code="en")
    async with running(emulator, seeds_archive, tmp_path, access="allowed", allowed=(ada.id,)):
        assert "33" in (await emulator.reply(await ada.says(TOLL))).text
        told = await emulator.reply(await eve.says(TOLL))
        assert str(eve.id) in told.text
        assert "33" not in told.text


async def test_an_invited_person_may_ask(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    ada = emulator.user(language_code="en")
    async with running(emulator, seeds_archive, tmp_path, access="invite", invite_code="open sesame"):
        assert "by invitation" in (await emulator.reply(await ada.says(TOLL))).text
        assert "by invitation" in (await emulator.reply(await ada.says("/start ask"))).text  # a button of inline mode
        assert "not valid" in (await emulator.reply(await ada.says("/start sesame"))).text
        assert "Welcome" in (await emulator.reply(await ada.says("/start open sesame"))).text
        assert "33" in (await emulator.reply(await ada.says(TOLL))).text


class Waiting(Answerer):
    """The real answerer, once ``go`` is set."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(archive)
        self.begun, self.go = threading.Event(), threading.Event()

    def ask(self, question: str, **more: Any) -> Answer:
        self.begun.set()
        assert self.go.wait(30)
        return super().ask(question, **more)


async def test_stop_ends_a_question_and_the_next_one_is_answered(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, answerer = emulator.user(language_code="en"), Waiting(seeds_archive)
    async with running(emulator, seeds_archive, tmp_path, answerer) as kept:
        await ada.says(TOLL)
        await asyncio.to_thread(answerer.begun.wait, 30)
        stopped = await emulator.reply(await ada.says("/stop"))
        assert stopped.text == "I have stopped."
        answerer.go.set()
        shown = await emulator.reply(await ada.says("Combien d'habitants compte Kherson ?"))
        assert "290.000" in shown.text
        assert [message.text for message in emulator.messages(ada)] == [stopped.text, shown.text]
        assert len(kept.people.export(ada.id)["answers"]) == 1


async def test_the_rest_waits_its_turn_and_too_much_is_refused(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, bob, answerer = emulator.user(), emulator.user(language_code="en"), Waiting(seeds_archive)
    async with running(emulator, seeds_archive, tmp_path, answerer, queue=2):
        first = await ada.says(TOLL)
        second = await ada.says("Combien d'habitants compte Kherson ?")
        await asyncio.to_thread(answerer.begun.wait, 30)
        assert "cannot take your question now" in (await emulator.reply(await bob.says(TOLL))).text
        answerer.go.set()
        assert "33" in (await emulator.reply(first)).text
        assert "290.000" in (await emulator.reply(second, count=2)).text


async def test_a_failure_gives_a_number_and_no_trace(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "ERROR_LOG", tmp_path / "errors.log")

    class Broken(Answerer):
        def ask(self, question: str, **more: Any) -> Answer:
            raise ValueError("a secret detail")

    ada = emulator.user(language_code="en")
    async with running(emulator, seeds_archive, tmp_path, Broken(seeds_archive)) as kept:
        told = await emulator.reply(await ada.says(TOLL))
        number = re.search(r"quote this number: ([0-9a-f]{8})$", told.text)
        assert number
        assert f"error {number[1]}" in (tmp_path / "errors.log").read_text("utf-8")
        assert "secret" not in told.text
        assert kept.asking == {}
