"""Inline mode end to end: what people see while they type, what they send, who is refused; and what is kept of it."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from answering.answerer import Answerer
from answering.types import Answer
from bot import failures
from bot.telegram.handlers import inline
from bot.telegram.handlers.inline import RESULTS, is_question
from bot.telegram.handlers.typed import SEARCHES, Typed
from bot.telegram.pages.links import text_directive
from bot.telegram.pages.texts import Texts
from retrieval.archive import Archive
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.errors import KiosqueError
from retrieval.types import Article, Hit, Record
from tests.telegram.bodies import BARE, FIGARO, HOSTILE, MONDE, TEXT
from tests.telegram.running import running
from tests.telegram_emulator import Emulator, InlineResult, Limits, ManualClock, utf16_length

pytestmark = pytest.mark.anyio

QUERY = "Combien de réfugiés ont fui l'Ukraine"  # a question mark would have it answered: test_inline_short.py
FR, EN = Texts("fr"), Texts("en")


@pytest.fixture
async def emulator(anyio_backend: str) -> AsyncIterator[Emulator]:
    async with Emulator(limits=Limits(enabled=False)) as emulator:
        yield emulator


class Given:
    """Articles as they are, uncleaned: what an archive made by another program may hold."""

    def __init__(self, *articles: Article) -> None:
        self._articles = {article.id: article for article in articles}

    def records(self) -> Iterator[Record]:
        return (Record(key, "1", b"") for key in self._articles)

    def read(self, record: Record) -> Article:
        return self._articles[record.key]

    def owns(self, key: str) -> bool:
        return key in self._articles


@asynccontextmanager
async def holding(embedder: BundledEmbedder, folder: Path, *articles: Article) -> AsyncIterator[Archive]:
    with Archive(folder / "index", embedder) as archive:
        assert archive.index(Given(*articles)).added == len(articles)
        yield archive


class Watched:
    """The archive, with its searches listed, held until ``go`` is set, or failing."""

    def __init__(self, archive: Archive, failure: Exception | None = None) -> None:
        self._archive, self._failure = archive, failure
        self.searched: list[str] = []
        self.begun, self.go = threading.Event(), threading.Event()
        self.go.set()

    def search(self, query: str, **more: Any) -> list[Hit]:
        self.searched.append(query)
        self.begun.set()
        assert self.go.wait(30)
        if self._failure:
            raise self._failure
        return self._archive.search(query, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._archive, name)


class Mute(Answerer):
    """Fails if it is asked: while somebody types, it is not."""

    def ask(self, question: str, **more: Any) -> Answer:
        raise AssertionError("an inline query asked the answerer")


def quotation(text: str) -> str:
    """Return what stands between the French quotation marks that the bot sets, under the card's head."""
    found = re.search("\n\n«\u00a0(.*)\u00a0»$", text, re.DOTALL)
    assert found, text
    return found[1]


async def test_a_question_gives_passages_one_an_article(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada = emulator.user(language_code="fr")
    async with running(emulator, seeds_archive, tmp_path, Mute(seeds_archive)):
        answer = await ada.asks_inline(QUERY)
    assert (answer.button, answer.next_offset) == (("Continuer en privé", "ask"), "")
    assert (answer.cache_time, answer.is_personal) == (0, True)
    hits = {str(hit.passage.id): hit for hit in seeds_archive.search(QUERY, limit=50)}
    shown = [hits[card.id] for card in answer.results]
    assert len({hit.article.id for hit in shown}) == len(shown) == 5
    assert [hit.score for hit in shown] == sorted((hit.score for hit in shown), reverse=True)
    for card, found in zip(answer.results, shown, strict=True):
        assert quotation(card.text) == "\n".join(line.strip() for line in found.text.split("\n") if line.strip())
        assert card.preview == {"is_disabled": True}
        assert [button.text for row in card.buttons for button in row] == ["Copier la citation"]
        copied = card.buttons[0][0].copy_text
        assert copied
        assert copied in card.text
    told = "Plus d'un million de réfugiés ont déjà fui l'Ukraine, selon l'ONU."
    card = next(card for card in answer.results if told in card.text)
    assert re.fullmatch("«\u00a0[A-Z].+ …\u00a0» · mars 2022", card.title)  # an article without title: its first words
    assert card.description is not None
    assert card.description.startswith(f"… {told} Le président ukrainien")
    assert card.description.endswith(" …")
    assert (card.buttons[0][0].copy_text, card.url) == (told, None)


async def test_a_picked_passage_is_a_card_with_its_proof(
    emulator: Emulator, embedder: BundledEmbedder, tmp_path: Path
) -> None:
    ada, group = emulator.user(language_code="fr"), emulator.group()
    async with holding(embedder, tmp_path, MONDE, FIGARO, BARE) as archive, running(emulator, archive, tmp_path):
        answer = await ada.asks_inline(QUERY)
        first = answer.results[0]
        assert (first.title, first.url) == ("Le Monde · 2 mars 2022", "https://www.lemonde.fr/a/1")
        sent = await ada.picks(answer, first.id, group)
        titles = [other.title for other in answer.results]
    assert sorted(titles) == [
        "Le Figaro · mars 2022",
        "Le Monde · 2 mars 2022",
        "«\u00a0Ils sont deux millions.\u00a0» · 2022",
    ]
    assert sent.text == f"Un million de réfugiés\nLe Monde · 2 mars 2022\n\n«\u00a0{TEXT}\u00a0»"
    at_the_passage = f"https://www.lemonde.fr/a/1#:~:{text_directive(TEXT)}"
    assert [(e.type, e.url) for e in sent.entities] == [("text_link", at_the_passage)]
    assert sent.covered("text_link") == ("Un million de réfugiés",)
    assert sent.button("Ouvrir au passage").url == at_the_passage
    assert sent.button("Copier la citation").copy_text == TEXT
    assert not any(button.callback_data for row in sent.buttons for button in row)
    assert sent.preview == {"is_disabled": True}


async def test_cards_are_in_the_language_of_who_types(
    emulator: Emulator, embedder: BundledEmbedder, tmp_path: Path
) -> None:
    ada, bob = emulator.user(language_code="en"), emulator.user(language_code="de")
    async with holding(embedder, tmp_path, MONDE) as archive, running(emulator, archive, tmp_path) as kept:
        answer = await ada.asks_inline(QUERY)
        assert answer.button == ("Continue in private", "ask")
        card = answer.results[0]
        assert card.text == f"Un million de réfugiés\nLe Monde · March 2, 2022\n\n“{TEXT}”"
        assert [button.text for row in card.buttons for button in row] == ["Open at the passage", "Copy quote"]
        assert (await bob.asks_inline(QUERY)).button == ("Continue in private", "ask")
        kept.people.set_language(bob.id, "fr")
        assert (await bob.asks_inline(QUERY)).button == ("Continuer en privé", "ask")


@pytest.mark.parametrize("query", ["", "  ", "de", "33 %", "¿?…", "水", "\u202e\u2066a\u200bb", "👍👍👍👍"])
async def test_what_is_too_short_is_not_searched_for(
    query: str, emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, watched = emulator.user(language_code="en"), Watched(seeds_archive)
    async with running(emulator, watched, tmp_path) as kept:  # type: ignore[arg-type]
        answer = await ada.asks_inline(query)
        assert (answer.results, answer.button) == ((), ("Type a question to find passages", "start"))
        assert (answer.cache_time, answer.is_personal) == (0, True)
        assert kept.typed.take(ada.id) == ""
    assert watched.searched == []


@pytest.mark.parametrize("query", ["ONU", "33 a", "東京", "橋は", "한국", "мир", "a b c"])
def test_what_is_long_enough(query: str) -> None:
    assert is_question(query)


async def test_a_hostile_query_is_searched_for_as_plain_text(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, watched = emulator.user(language_code="fr"), Watched(seeds_archive)
    async with running(emulator, watched, tmp_path) as kept:  # type: ignore[arg-type]
        answer = await ada.asks_inline("\u202eKherson \x00\ud800<b>\n &amp; ' OR 1=1 AND text_fr:*")
        assert kept.typed.take(ada.id) == "Kherson <b> &amp; ' OR 1=1 AND text_fr:*"
    assert answer.results
    assert watched.searched == ["Kherson <b> &amp; ' OR 1=1 AND text_fr:*"]


async def test_an_empty_archive_says_that_it_has_nothing(
    emulator: Emulator, embedder: BundledEmbedder, tmp_path: Path
) -> None:
    ada = emulator.user(language_code="en")
    async with holding(embedder, tmp_path) as archive, running(emulator, archive, tmp_path):
        answer = await ada.asks_inline(QUERY)
    assert (answer.results, answer.button) == ((), ("No passage found – ask in private", "ask"))


async def test_ten_results_are_the_most_and_a_long_article_takes_one(
    emulator: Emulator, embedder: BundledEmbedder, tmp_path: Path
) -> None:
    long = Article("long", " ".join(f"Le pont numéro {n} a rouvert lundi." for n in range(400)), language="fr")
    others = [Article(f"p{n}", f"Le pont de la ville {n} a rouvert.", language="fr") for n in range(RESULTS + 2)]
    ada = emulator.user(language_code="fr")
    async with holding(embedder, tmp_path, long, *others) as archive, running(emulator, archive, tmp_path):
        answer = await ada.asks_inline("pont rouvert")
        articles = [archive_article(archive, shown) for shown in answer.results]
    assert len(articles) == len(set(articles)) == RESULTS


def archive_article(archive: Archive, shown: InlineResult) -> str:
    return next(
        article.id
        for article in archive.articles()
        if any(str(passage.id) == shown.id for passage in archive.passages_of(article.id))
    )


async def test_who_may_not_ask_sees_nothing(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    ada, eve, watched = emulator.user(language_code="fr"), emulator.user(language_code="en"), Watched(seeds_archive)
    access = {"access": "allowed", "allowed": (ada.id,)}
    async with running(emulator, watched, tmp_path, **access) as kept:  # type: ignore[arg-type]
        refused = await eve.asks_inline(QUERY)
        assert (refused.results, refused.button) == ((), ("This bot is private", "start"))
        assert (refused.cache_time, refused.is_personal) == (0, True)
        assert (watched.searched, kept.typed.take(eve.id)) == ([], "")
        assert (await ada.asks_inline(QUERY)).results
        kept.people.allow("user", ada.id, False, by=1)
        assert (await ada.asks_inline(QUERY)).button == ("Ce bot est privé", "start")
    assert watched.searched == [QUERY]


async def test_an_invited_person_may_type(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    ada = emulator.user(language_code="en")
    async with running(emulator, seeds_archive, tmp_path, access="invite", invite_code="open sesame"):
        assert (await ada.asks_inline(QUERY)).button == ("This bot is private", "start")
        await emulator.reply(await ada.says("/start open sesame"))
        assert (await ada.asks_inline(QUERY)).results


async def test_while_one_is_answered_only_the_newest_waits(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: asyncio.Queue[str] = asyncio.Queue()
    real = Typed.turn

    def turn(typed: Typed, user: int, number: int, query: str) -> Any:
        came.put_nowait(query)
        return real(typed, user, number, query)

    monkeypatch.setattr(Typed, "turn", turn)
    ada, bob, watched = emulator.user(language_code="fr"), emulator.user(language_code="fr"), Watched(seeds_archive)
    watched.go.clear()
    typed = ["Combien", "Combien de", "Combien de réfugiés", QUERY]
    async with running(emulator, watched, tmp_path) as kept:  # type: ignore[arg-type]
        queries = [asyncio.create_task(ada.asks_inline(typed[0]))]
        await asyncio.to_thread(watched.begun.wait, 30)
        queries += [asyncio.create_task(ada.asks_inline(text)) for text in typed[1:]]
        assert {await came.get() for _ in typed} == set(typed)
        watched.go.set()
        answers = await asyncio.gather(queries[0], queries[3])
        assert [answer.query for answer in answers] == [typed[0], QUERY]
        assert answers[1].results
        assert (await bob.asks_inline("couloirs humanitaires")).results  # all of Ada's are over by then
        assert watched.searched == [typed[0], QUERY, "couloirs humanitaires"]
        assert not queries[1].done()  # dropped: her client asks no more for it
        assert not queries[2].done()
        assert kept.typed.take(ada.id) == QUERY
    for query in queries[1:3]:
        query.cancel()


async def test_too_many_searches_are_told_to_slow_down(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, bob, watched = emulator.user(language_code="en"), emulator.user(language_code="fr"), Watched(seeds_archive)
    async with running(emulator, watched, tmp_path) as kept:  # type: ignore[arg-type]
        for number in range(SEARCHES):
            assert (await ada.asks_inline(f"Kherson {number}")).results
        slower = await ada.asks_inline(QUERY)
        assert (slower.results, slower.button) == ((), ("A little slower, please", "ask"))
        assert slower.cache_time == 0
        assert len(watched.searched) == SEARCHES
        assert kept.typed.take(ada.id) == QUERY  # the button still answers it
        assert (await bob.asks_inline(QUERY)).results
        assert "33" in (await emulator.reply(await ada.says("Combien de morts à Tchernihiv ?"))).text  # no question yet


async def test_a_failing_search_is_told_and_logged_without_the_text(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ada, watched = emulator.user(language_code="fr"), Watched(seeds_archive, KiosqueError(f"{QUERY} cannot be read."))
    async with running(emulator, watched, tmp_path):  # type: ignore[arg-type]
        answer = await ada.asks_inline(QUERY)
        assert (answer.results, answer.button) == ((), ("La recherche a échoué – demandez en privé", "ask"))
        assert (await ada.asks_inline("Kherson")).button == answer.button  # the first is over
    told = [record.getMessage() for record in caplog.records if record.name == "kiosque.telegram"]
    assert told == ["an inline search failed: KiosqueError"] * 2
    assert "réfugiés" not in caplog.text


async def test_a_bug_is_told_too_and_its_trace_is_kept(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "ERROR_LOG", tmp_path / "errors.log")
    ada, watched = emulator.user(language_code="en"), Watched(seeds_archive, ValueError("a bug"))
    async with running(emulator, watched, tmp_path):  # type: ignore[arg-type]
        answer = await ada.asks_inline(QUERY)
        assert (answer.results, answer.button) == ((), ("The search failed – ask in private", "ask"))
    trace = (tmp_path / "errors.log").read_text("utf-8")
    assert trace.endswith("\nValueError\n\n")
    assert "réfugiés" not in trace


async def test_a_slow_search_is_given_up(
    emulator: Emulator,
    seeds_archive: Archive,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(inline, "SECONDS", 0.0)
    ada, watched = emulator.user(language_code="en"), Watched(seeds_archive)
    watched.go.clear()
    async with running(emulator, watched, tmp_path):  # type: ignore[arg-type]
        answer = await ada.asks_inline(QUERY)
        watched.go.set()
    assert (answer.results, answer.button) == ((), ("The search failed – ask in private", "ask"))
    assert "an inline search failed: TimeoutError" in caplog.text


async def test_a_query_that_is_too_old_is_no_error(
    seeds_archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock, watched = ManualClock(1000.0), Watched(seeds_archive)
    watched.go.clear()
    async with Emulator(clock=clock, epoch=1_790_000_000 - 1000) as emulator:
        ada = emulator.user(language_code="fr")
        async with running(emulator, watched, tmp_path):  # type: ignore[arg-type]
            old = asyncio.create_task(ada.asks_inline("couloirs humanitaires"))
            await asyncio.to_thread(watched.begun.wait, 30)
            clock.advance(31.0)
            watched.go.set()
            assert (await ada.asks_inline(QUERY)).results
            refused = [call for call in emulator.called("answerInlineQuery") if call.status == 400]
            assert [call.description for call in refused] == [
                "Bad Request: query is too old and response timeout expired or query ID is invalid"
            ]
        old.cancel()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_another_refusal_of_telegram_is_an_error(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "ERROR_LOG", tmp_path / "errors.log")
    ada = emulator.user(language_code="fr")
    emulator.faults.add("answerInlineQuery", status=400)
    async with running(emulator, seeds_archive, tmp_path):
        lost = asyncio.create_task(ada.asks_inline("couloirs humanitaires"))
        await emulator.wait_for("call", where=lambda call: call.method == "answerInlineQuery" and call.status == 400)
        assert (await ada.asks_inline(QUERY)).results
        lost.cancel()
    assert (tmp_path / "errors.log").read_text("utf-8").endswith("\nBadRequest\n\n")


async def test_nothing_of_a_query_is_stored_logged_or_counted(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ada, group = emulator.user(language_code="fr"), emulator.group()
    async with running(emulator, seeds_archive, tmp_path, Mute(seeds_archive)) as kept:
        answer = await ada.asks_inline(f"{QUERY} zanzibar")
        await ada.picks(answer, answer.results[0].id, group)
        kept_of_her = kept.people.export(ada.id)
        assert (kept_of_her["answers"], kept_of_her["limits"]["questions"]) == ([], [])
        assert kept.typed.take(ada.id) == f"{QUERY} zanzibar"  # in memory, until it is taken
        assert kept.typed.take(ada.id) == ""
        theirs = [record for record in caplog.records if record.name.startswith(("kiosque", "bot"))]
        assert not any("zanzibar" in record.getMessage() for record in theirs)


async def test_the_button_continues_with_what_was_typed_last(
    emulator: Emulator, seeds_archive: Archive, tmp_path: Path
) -> None:
    ada, bob = emulator.user(language_code="fr"), emulator.user(language_code="fr")
    async with running(emulator, seeds_archive, tmp_path) as kept:
        await ada.asks_inline("Combien d'habitants compte Kherson ?")
        await ada.asks_inline("Combien de morts à Tchernihiv ?")
        assert "33" in (await emulator.reply(await ada.says("/start ask"))).text
        assert len(kept.people.export(ada.id)["limits"]["questions"]) == 1  # now it is one
        for person in (ada, bob):  # answered once, and nobody's but hers
            assert (await emulator.reply(await person.says("/start ask"))).text.startswith("Bonjour")


async def test_no_byte_of_a_query_reaches_the_disk(emulator: Emulator, seeds_archive: Archive, tmp_path: Path) -> None:
    ada = emulator.user(language_code="fr")
    async with running(emulator, seeds_archive, tmp_path):
        assert (await ada.asks_inline("Kherson zanzibar")).results
        written = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"zanzibar" not in written


async def test_a_picked_card_is_neither_a_question_nor_a_command(
    emulator: Emulator, embedder: BundledEmbedder, tmp_path: Path
) -> None:
    ada = emulator.user(language_code="fr")
    order = Article("a", "Le pont a rouvert lundi.", "/reset @kiosque_bot", outlet="L'Écho", language="fr")
    question = Article("b", "Le pont de Kherson a rouvert.", "Combien de ponts ?", language="fr")
    async with holding(embedder, tmp_path, order, question) as archive, running(emulator, archive, tmp_path) as kept:
        answer = await ada.asks_inline("le pont a rouvert")
        for card in answer.results:
            sent = await ada.picks(answer, card.id)
            assert "rouvert" in sent.text
        await ada.says("/lang fr")  # handled in its turn
        await emulator.wait_for("message", ada, where=lambda sent: sent.text == "Je parle maintenant français.")
        assert len(emulator.messages(ada)) == 1
        assert kept.people.export(ada.id)["limits"]["questions"] == []


HOSTILE_ARTICLES = (
    Article("h1", f"Le pont a rouvert. {HOSTILE} Fin.", HOSTILE, "javascript:alert(1)", HOSTILE, HOSTILE, "fr"),
    Article("h2", "Le pont " + "très " * 3_000 + "long.", "T" * 10_000, "https://a.fr/\u202e", "O" * 10_000, "", "fr"),
    Article(
        "h3", "Le pont \u202e\u2066rouvert\u2069 </blockquote>", "\u200b", "https://u:p@a.fr/x?<b>", " ", "x", "fr"
    ),
    Article(
        "h4", "Pont 👨‍👩‍👧‍👦 " * 600, "&lt;b&gt;\n/start @kiosque_bot", "tg://user?id=1", "\u202e", "9999-99", "fr"
    ),
)


async def test_what_articles_print_is_never_markup(
    emulator: Emulator, embedder: BundledEmbedder, tmp_path: Path
) -> None:
    ada = emulator.user(language_code="fr")
    async with holding(embedder, tmp_path, *HOSTILE_ARTICLES) as archive, running(emulator, archive, tmp_path):
        answer = await ada.asks_inline("le pont a rouvert")
        by_article = {archive_article(archive, shown): shown for shown in answer.results}
    assert set(by_article) == {"h1", "h2", "h3", "h4"}
    for shown in answer.results:
        assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", as_seen(shown))
        assert {entity.type for entity in shown.entities} <= {"text_link", "url", "bot_command", "mention"}
        assert all(entity.url.startswith("https://a.fr/x?") for entity in shown.entities if entity.url)
        assert utf16_length(shown.text) <= 4096
        assert len(shown.title) <= 250
    assert by_article["h1"].text.startswith('</b><a href="tg://user?id=1">x</a>&lt;gnp[31m & "q" <script>\n')
    assert [by_article[name].url for name in ("h1", "h2", "h3", "h4")] == [None, None, "https://a.fr/x?%3Cb%3E", None]
    assert by_article["h2"].title.endswith("O …")
    assert by_article["h2"].text.endswith(" très\u00a0»")
    assert by_article["h3"].text.startswith("article sans titre\nx\n\n«")
    assert by_article["h3"].title == "article sans titre · x"


SPUN = "Le maire a annoncé des tirs supplémcheztaires sur Kherson."


async def test_garbled_words_are_named(emulator: Emulator, embedder: BundledEmbedder, tmp_path: Path) -> None:
    ada = emulator.user(language_code="fr")
    spun = Article("spun", f"Rien ne bouge.\n{SPUN}", "Tirs", "https://a.fr/1", "La Voix", "2022-03-02", "fr")
    whole = replace(spun, id="whole", text="Le maire a annoncé des tirs supplémentaires sur Odessa.")
    async with holding(embedder, tmp_path, spun, whole) as archive, running(emulator, archive, tmp_path):
        answer = await ada.asks_inline("tirs supplémentaires sur Kherson et Odessa")
        by_article = {archive_article(archive, shown): shown for shown in answer.results}
        searched = await emulator.reply(await ada.says("/search tirs sur Kherson"))
    assert re.search(r"\n\n⚠️ Mots déformés dans cette source\W+supplémcheztaires$", by_article["spun"].text)
    assert (by_article["spun"].description or "").startswith("⚠️ ")
    assert "⚠️" not in as_seen(by_article["whole"])
    assert re.search(r"⚠️ Mots déformés dans cette source\W+supplémcheztaires$", searched.text, re.MULTILINE)


def as_seen(shown: InlineResult) -> str:
    buttons = [part for row in shown.buttons for button in row for part in (button.text, button.copy_text or "")]
    return "\n".join([shown.title, shown.description or "", shown.text, *buttons])
