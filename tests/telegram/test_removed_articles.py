"""An article that is removed is gone from what the bot remembers, while it runs and when it does not."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from answering.answerer import Answerer
from answering.settings import ROOT, load_settings
from answering.types import Answer, to_json
from bot.telegram.storage.database import Database
from bot.telegram.storage.store import Asker, Store, turn
from retrieval.archive import Archive
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.errors import KiosqueError
from retrieval.reading.sources import FolderSource
from tests.conftest import SEEDS
from tests.telegram.made import answer, refusal
from tests.telegram.running import running
from tests.telegram.test_bot import TOLL, data_of, turned
from tests.telegram_emulator import Emulator, Limits

ANN = Asker(chat=-100, thread=0, user=11)
NOON = 20_000 * 86_400 + 43_200.0
HOUR = 3_600.0
ERASED = "Un article que citait cette réponse a été retiré de l'archive ; elle a été effacée."


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "telegram.sqlite")
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)


def bytes_of(folder: Path, name: str = "telegram.sqlite") -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob(f"{name}*")))


# -- what is stored -------------------------------------------------------------------------------------------------


def test_an_answer_is_erased_and_its_question_stays(store: Store, database: Database, tmp_path: Path) -> None:
    number = store.save(ANN, 5, answer("Quand ?", notice="selon Le pont"), NOON)
    other = store.save(ANN, 6, answer("Où ?", citations=(), text="Rien.", claims=()), NOON)
    store.rate(number, 11, 1)
    before = store.days(NOON, 1)
    assert store.erase_quoting(["a1", "none"], NOON) == 1
    database.erase()
    found = store.get(number)
    assert found is not None
    assert (found.question, found.body["status"], found.body["text"]) == ("Quand ?", "answered", ERASED)
    assert [found.body[name] for name in ("claims", "citations", "disagreements", "nearest", "notice")] == [
        *([], [], [], [], None)
    ]
    assert store.days(NOON, 1) == before
    assert [(row["value"], row["relevant"]) for row in store.feedback_rows()] == [(1, [])]
    assert [t.answer for t in store.conversation(ANN, 0).turns] == [ERASED, "Rien."]
    assert getattr(store.get(other), "body", None) == to_json(answer("Où ?", citations=(), text="Rien.", claims=()))
    assert b"rouvert" not in bytes_of(tmp_path)


def test_a_refusal_names_it_no_more_and_hits_are_deleted(store: Store) -> None:
    refused = store.save(ANN, 5, refusal("Qui ?"), NOON)
    hits = store.save(ANN, 6, answer("pont"), NOON, kind="search")
    english = store.save(ANN, 7, answer("When?", language="en"), NOON)
    german = store.save(ANN, 8, answer("Wann?", language="de"), NOON)
    assert store.erase_quoting(["a1"], NOON) == 4
    assert store.get(hits) is None
    assert "pont" not in json.dumps(getattr(store.get(refused), "body", "pont"))
    assert getattr(store.get(english), "body", {})["text"].startswith("An article that this answer quoted")
    assert getattr(store.get(german), "body", {})["text"].startswith("An article that this answer quoted")


def test_a_copy_in_another_article_is_no_reason(store: Store) -> None:
    number = store.save(ANN, 5, answer(), NOON)
    assert store.erase_quoting(["a7"], NOON) == 0  # prints the same, and is not what was quoted
    assert getattr(store.get(number), "body", None) == to_json(answer())


def test_an_answer_in_the_making_is_erased_when_it_is_saved(store: Store) -> None:
    assert store.erase_quoting(["a1"], NOON) == 0
    kept = [store.get(store.save(ANN, 5, answer(), NOON + later)) for later in (1.0, 2 * HOUR, 2 * HOUR + 1)]
    assert [one and turn(one).answer for one in kept] == [ERASED, ERASED, answer().text]
    assert store.erase_quoting(["other"], NOON + 3 * HOUR) == 0
    assert store._db.rows("SELECT key FROM meta WHERE key LIKE 'removed%'") == [("removed other",)]


def test_the_bytes_go_at_the_next_start_where_another_program_reads(
    store: Store, database: Database, tmp_path: Path
) -> None:
    store.save(ANN, 5, answer(), NOON)
    database.change("PRAGMA busy_timeout = 0")
    reader = Database(tmp_path / "telegram.sqlite")
    with reader.transaction():
        pass
    reader._db.execute("BEGIN")
    reader.rows("SELECT COUNT(*) FROM answers")
    store.erase_quoting(["a1"], NOON)
    with pytest.raises(KiosqueError, match="in use by another program"):
        database.erase()
    assert b"rouvert lundi" in bytes_of(tmp_path)
    reader._db.execute("ROLLBACK")
    reader.close()
    Database(tmp_path / "telegram.sqlite").close()
    assert b"rouvert lundi" not in bytes_of(tmp_path)


# -- a bot that runs ------------------------------------------------------------------------------------------------


@pytest.fixture
async def emulator(anyio_backend: str) -> object:
    async with Emulator(limits=Limits(enabled=False)) as emulator:
        yield emulator


@pytest.fixture
def archive(embedder: BundledEmbedder, tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "index", embedder) as archive:
        archive.index(FolderSource(SEEDS))
        yield archive


async def remove(tmp_path: Path, *article_ids: str) -> None:
    """Run ``kiosque remove`` as a process of its own."""
    env = {
        **os.environ,
        "KIOSQUE_ENV": os.devnull,
        "INDEX_DIR": str(tmp_path / "index"),
        "MODEL_DIR": str(load_settings().model_dir),
        "TELEGRAM_DATA": str(tmp_path / "telegram.sqlite"),
    }
    options = [part for article_id in article_ids for part in ("--id", article_id)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "remove", "--yes", *options), cwd=ROOT, env=env
    )
    assert await asyncio.wait_for(process.wait(), 120) == 0


def cited(body: dict[str, Any]) -> dict[str, str]:
    return {citation["article_id"]: citation["quote"] for citation in body["citations"]}


@pytest.mark.anyio
async def test_a_running_bot_says_no_more_what_was_removed(
    emulator: Emulator, archive: Archive, tmp_path: Path
) -> None:
    ada = emulator.user(language_code="fr")
    async with running(emulator, archive, tmp_path) as kept:
        shown = await emulator.reply(await ada.says(TOLL))
        stored = kept.store.get(int(data_of(shown, "s:").split(":")[1]))
        assert stored is not None
        quotes = cited(stored.body)
        assert quotes
        found = await emulator.reply(await ada.says("/search morts civils à Tchernihiv"))
        await remove(tmp_path, *quotes)
        for quote in quotes.values():
            assert json.dumps(quote)[1:-1].encode() not in bytes_of(tmp_path)
            held = [path for path in (tmp_path / "index").rglob("*") if path.is_file()]
            assert not [path for path in held if quote.encode() in path.read_bytes()]
        assert (await ada.taps(shown, data_of(shown, "s:"))).text == "Je n’ai plus cette source."
        gone = "Je n’ai plus cette réponse. Merci de reposer votre question."
        assert (await ada.taps(found, data_of(found, "h:"))).text == gone
        others = await turned(emulator, ada, shown, data_of(shown, "o:"))
        back = await turned(emulator, ada, shown, data_of(others, "a:"))
        asked = ["/sources", "/latest", TOLL, "Et à Kharkiv ?"]
        told = [others.text, back.text, *[(await emulator.reply(await ada.says(text))).text for text in asked]]
        assert ERASED in back.text
        assert not [text for text in told for quote in quotes.values() if quote in text]


@pytest.mark.anyio
async def test_an_answer_that_is_being_made_meanwhile(emulator: Emulator, archive: Archive, tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    made: asyncio.Future[Answer] = loop.create_future()
    go_on = asyncio.Event()

    class Slow(Answerer):
        """Answers, and hands the answer over when it is told to."""

        def ask(self, question: str, **options: Any) -> Answer:
            given = super().ask(question, **options)
            loop.call_soon_threadsafe(made.set_result, given)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(120)
            return given

    ada = emulator.user(language_code="fr")
    async with running(emulator, archive, tmp_path, Slow(archive)):
        asked = await ada.says(TOLL)
        quotes = cited(to_json(await made))
        await remove(tmp_path, *quotes)
        go_on.set()
        shown = await emulator.reply(asked)
        assert ERASED in shown.text
        assert not [quote for quote in quotes.values() if quote in shown.text]
