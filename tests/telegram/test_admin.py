"""What administrators may do, and nobody else; and administrators who write in the name of their group."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.archive import Archive
from retrieval.encoding.encoder import BundledEmbedder
from tests.telegram.running import running
from tests.telegram.test_bot import TOLL
from tests.telegram_emulator import Emulator, Limits

pytestmark = pytest.mark.anyio

STORY = "Le pont de Kehl a rouvert mardi. Le maire de Strasbourg y a coupé le ruban devant 4 200 curieux."


@pytest.fixture
async def emulator(anyio_backend: str) -> object:
    async with Emulator(limits=Limits(enabled=False)) as emulator:
        yield emulator


@pytest.fixture
def archive(seeds_archive: Archive, embedder: BundledEmbedder, tmp_path: Path) -> Iterator[Archive]:
    """A copy of the seeds' archive, to be written to."""
    shutil.copytree(seeds_archive.folder, tmp_path / "index")
    with Archive(tmp_path / "index", embedder) as archive:
        yield archive


async def test_only_administrators_may(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    boss, eve = emulator.user(language_code="en"), emulator.user(language_code="en")
    async with running(emulator, seeds_archive, tmp_path, admins=(boss.id,)) as kept:
        for command in ("/status", "/stats", "/index https://example.org", f"/allow {eve.id}", f"/deny {boss.id}"):
            assert (await emulator.reply(await eve.says(command))).text == "This command is for administrators."
        told = await emulator.reply(await eve.sends_document("a.txt", STORY.encode(), caption="/index"))
        assert told.text == "This command is for administrators."
        assert kept.people.decision("user", eve.id) is None
        assert "/stats" in (await emulator.reply(await boss.says("/help"))).text
        assert "/stats" not in (await emulator.reply(await eve.says("/help"))).text


async def test_status_and_stats(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    boss, eve = emulator.user(language_code="en"), emulator.user(language_code="en")
    async with running(emulator, seeds_archive, tmp_path, admins=(boss.id,)):
        shown = await emulator.reply(await eve.says(TOLL))
        await eve.taps(shown, "👍")
        await emulator.reply(await boss.says("Who won the 2018 World Cup?"))
        status = (await emulator.reply(await boss.says("/status"))).text
        assert "Articles: 5\n" in status
        assert "Chat model: none" in status
        assert "In progress: 0, waiting: 0" in status
        stats = (await emulator.reply(await boss.says("/stats"))).text
        assert "Last 7 days\nQuestions: 2\nPeople: 2\nAnswered: 1, refused: 1\n👍 1  👎 0\nErrors: 0\n" in stats


async def test_allow_and_deny(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    boss, eve, group = emulator.user(language_code="en"), emulator.user(language_code="en"), emulator.group()
    async with running(emulator, seeds_archive, tmp_path, access="allowed", admins=(boss.id,)):

        async def told(command: str) -> str:
            return (await emulator.reply(await boss.says(command))).text

        assert str(eve.id) in (await emulator.reply(await eve.says(TOLL))).text
        assert await told(f"/allow {eve.id}") == f"{eve.id} may now ask."
        assert await told(f"/allow {eve.id}") == f"{eve.id} could already ask."
        assert "33" in (await emulator.reply(await eve.says(TOLL))).text
        assert await told(f"/deny {eve.id}") == f"{eve.id} may no longer ask."
        assert "33" not in (await emulator.reply(await eve.says(TOLL))).text
        assert await told(f"/deny {boss.id}") == "An administrator cannot be removed this way."
        assert await told(f"/deny {group.id}") == f"{group.id} may no longer ask."
        here = await boss.says("/allow@kiosque_bot", chat=group)
        assert (await emulator.reply(here)).text == f"{group.id} may now ask."
        for wrong in ("/allow", "/allow eve", "/allow 0", "/deny 99999999999999999999"):
            assert "and the number of a person or a chat" in await told(wrong)
        assert await told(f"/allow {group.id}") == f"{group.id} could already ask."
        said = await eve.says("Bonjour", chat=group)
        replied = await boss.says("/allow@kiosque_bot", chat=group, reply_to=said)
        assert (await emulator.reply(replied)).text == f"{eve.id} may now ask."


async def test_a_document_is_taken_in_while_the_bot_serves(
    emulator: Emulator, archive: Archive, tmp_path: Path
) -> None:
    boss = emulator.user(language_code="en")
    question = "Quand le pont de Kehl a-t-il rouvert ?"
    async with running(emulator, archive, tmp_path, admins=(boss.id,)):
        assert "mardi" not in (await emulator.reply(await boss.says(question))).text
        sent = await boss.sends_document("../../Le pont <b>.txt", STORY.encode(), caption="/index")
        assert (await emulator.reply(sent)).text == "Indexing…"
        done = await emulator.reply(sent, count=2, timeout=60)
        assert done.text == "Archive updated: 1 added, 0 updated, 0 removed, 0 unchanged."
        assert "a rouvert mardi" in (await emulator.reply(await boss.says(question))).text
        again = await boss.sends_document("Le pont <b>.txt", STORY.encode(), caption="/index")
        assert "0 added, 0 updated, 0 removed, 1 unchanged" in (await emulator.reply(again, count=2, timeout=60)).text
        assert "6 articles" in (await emulator.reply(await boss.says("/about"))).text
    (kept,) = (tmp_path / "telegram-uploads").iterdir()
    assert kept.name.startswith("Le-pont-b-")
    assert kept.read_text("utf-8") == STORY


async def test_what_cannot_be_taken_in_is_said(emulator: Emulator, archive: Archive, tmp_path: Path) -> None:
    boss = emulator.user(language_code="en")
    async with running(emulator, archive, tmp_path, admins=(boss.id,)):
        assert "Send a document with the caption /index" in (await emulator.reply(await boss.says("/index"))).text
        sent = await boss.sends_document("a.exe", b"MZ", caption="/index")
        told = (await emulator.reply(sent, count=2, timeout=60)).text
        assert told.startswith("The update failed: ")
        assert ".pdf" in told
        sent = await boss.sends_document("a.pdf", b"no pdf at all", caption="/index")
        told = (await emulator.reply(sent, count=2, timeout=60)).text
        assert "1 item was left out" in told
        sent = await boss.says("/index http://127.0.0.1:9/article")
        told = (await emulator.reply(sent, count=2, timeout=60)).text
        assert "127.0.0.1" in told
        assert "0 added" in told or told.startswith("The update failed")


async def test_a_document_that_is_replied_to(emulator: Emulator, archive: Archive, tmp_path: Path) -> None:
    boss = emulator.user(language_code="en")
    async with running(emulator, archive, tmp_path, admins=(boss.id,)):
        document = await boss.sends_document("pont.md", STORY.encode())
        assert "only read text" in (await emulator.reply(document)).text
        sent = await boss.says("/index", reply_to=document)
        assert "1 added" in (await emulator.reply(sent, count=2, timeout=60)).text


async def test_anonymous_administrators_are_their_group(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, bob, one, other = emulator.user(), emulator.user(), emulator.group(), emulator.group()
    one.promotes(ada)
    async with running(emulator, seeds_archive, tmp_path) as kept:
        await emulator.reply(await ada.says(f"@kiosque_bot {TOLL}", chat=one, anonymous=True))
        await emulator.reply(await bob.says(f"@kiosque_bot {TOLL}", chat=other, anonymous=True))
        assert [len(kept.people.export(group.id)["answers"]) for group in (one, other)] == [1, 1]
        assert kept.people.export(ada.id)["answers"] == []
        asked = await emulator.reply(await ada.says("/forget", chat=one, anonymous=True))
        yes = asked.buttons[0][0].callback_data
        assert yes is not None
        assert "Seule" in (await bob.taps(asked, yes)).text
        await ada.taps(asked, yes)
        done = await emulator.wait_for("edit", one)
        assert "1 réponse" in done.text or "1 answer" in done.text
        assert [len(kept.people.export(group.id)["answers"]) for group in (one, other)] == [0, 1]
