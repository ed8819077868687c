"""The scenes: people of the emulator ask the real bot, and what they then have before them is kept as a screen."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from pydantic import Field

from answering.answerer import Answerer
from retrieval.archive import Archive
from tests.fakes import ScriptedChatModel
from tests.telegram.running import running
from tests.telegram.screenshots.page import Bubble, Note, Screen
from tests.telegram_emulator import Emulator, Group, Limits, ManualClock, Person, Sent

BEGUN = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)
_A_MESSAGE = 20.0  # seconds from one message of a person to the next
WHERE = "Où ont eu lieu les pourparlers ?"
ADMIN = 6_000_000_099
CORRIDORS = "corridors humanitaires"
FLED = "Combien de personnes ont fui l’Ukraine ?"


@dataclass(frozen=True, slots=True)
class Stage:
    """A bot that runs, and what a scene does with it."""

    emulator: Emulator
    clock: ManualClock

    async def asks(self, person: Person, text: str, chat: Group | None = None, reply_to: Sent | None = None) -> Sent:
        """Say something to the bot, and return its reply."""
        return await self.emulator.reply(await self.says(person, text, chat, reply_to))

    async def says(self, person: Person, text: str, chat: Group | None = None, reply_to: Sent | None = None) -> Sent:
        self.clock.advance(_A_MESSAGE)
        return await person.says(text, chat, reply_to=reply_to)

    async def taps(self, person: Person, sent: Sent, begins: str) -> Sent:
        """Tap the first button whose data begins so, and return what the message has become."""
        data = next(b.callback_data for row in sent.buttons for b in row if (b.callback_data or "").startswith(begins))
        before = self.emulator.position
        await person.taps(sent, data or "")
        await self.emulator.wait_for("edit", sent.chat, after=before)
        return self.emulator.current(sent)

    async def newsroom(self, bob_says: str) -> tuple[Person, Group]:
        """Return Ada and a group, in which Bob has said something."""
        ada, bob = (self.emulator.user(first_name=name, language_code="fr") for name in ("Ada", "Bob"))
        group = self.emulator.group(title="Rédaction")
        await ada.joins(group)
        await self.says(bob, bob_says, group)
        return ada, group

    def screen(self, person: Person, group: Group | None = None, *, opened: bool = False, **more: Any) -> Screen:
        """What stands in a chat now, as it is on this person's telephone."""
        state = self.emulator.state
        chat = state.chats[group.id if group else person.id]
        english = person.user.language_code == "en"
        items = tuple(
            self._bubble(message.sent(), person, group, opened=opened)
            for message in chat.messages.values()
            if not message.deleted and message.service is None
        )
        members = f"{len(chat.members) + 1} {'members' if english else 'membres'}"
        title, subtitle = (chat.title or "", members) if group else (state.bot.first_name, "bot")
        return Screen(title, subtitle, items, language="en" if english else "fr", **more)

    def _bubble(self, sent: Sent, person: Person, group: Group | None, *, opened: bool) -> Bubble:
        state = self.emulator.state
        chat = state.chats[sent.chat]
        sender, answered = state.users[sent.sender], chat.messages.get(sent.reply_to or 0)
        word = "edited" if person.user.language_code == "en" else "modifié"
        return Bubble(
            text=sent.text,
            entities=sent.entities,
            time=f"{datetime.fromtimestamp(sent.date, UTC):%H:%M}",
            own=sender is person.user,
            sender=sender.first_name if group else "",
            colour=sender.id,
            replied=(answered.sender.first_name, answered.text) if answered else None,
            buttons=sent.buttons,
            file=sent.document.file_name if sent.document else "",
            via=(state.bot.username or "") if chat.messages[sent.message_id].via_bot else "",
            edited=word if sent.edited else "",
            opened=opened,
        )


@asynccontextmanager
async def stage(archive: Archive, folder: Path, **changed: Any) -> AsyncIterator[Stage]:
    """The bot on an archive, with a clock that only the scene moves."""
    clock = ManualClock(1000.0)
    async with (
        Emulator(clock=clock, epoch=BEGUN.timestamp() - clock(), limits=Limits(enabled=False)) as emulator,
        running(emulator, archive, folder, **changed),
    ):
        yield Stage(emulator, clock)


Scene = Callable[[Archive, Path], Awaitable[Screen]]


async def answer(archive: Archive, folder: Path, *, opened: bool = False) -> Screen:
    async with stage(archive, folder) as on:
        ada = on.emulator.user(language_code="fr")
        await on.asks(ada, WHERE)
        return on.screen(ada, opened=opened)


async def quotations(archive: Archive, folder: Path) -> Screen:
    return await answer(archive, folder, opened=True)


async def source(archive: Archive, folder: Path) -> Screen:
    async with stage(archive, folder) as on:
        ada = on.emulator.user(language_code="fr")
        shown = await on.asks(ada, WHERE)
        await on.taps(ada, shown, "s:")
        return on.screen(ada)


async def sources_differ(archive: Archive, folder: Path) -> Screen:
    async with stage(archive, folder) as on:
        ada = on.emulator.user(language_code="fr")
        await on.asks(ada, FLED)
        return on.screen(ada)


async def refusal(archive: Archive, folder: Path) -> Screen:
    async with stage(archive, folder) as on:
        ada = on.emulator.user(language_code="en")
        await on.asks(ada, "Who won the 2018 World Cup?")
        return on.screen(ada)


async def english(archive: Archive, folder: Path) -> Screen:
    async with stage(archive, folder) as on:
        ada = on.emulator.user(language_code="en")
        await on.asks(ada, "When did the Russians take Kherson?")
        return on.screen(ada)


async def group(archive: Archive, folder: Path) -> Screen:
    async with stage(archive, folder) as on:
        ada, newsroom = await on.newsroom("Il me faut le bilan des frappes sur Kharkiv.")
        shown = await on.asks(ada, "@kiosque_bot Combien de morts à Kharkiv ?", newsroom)
        eve = on.emulator.user(first_name="Ève", language_code="fr")
        await on.asks(eve, "Et à Tchernihiv ?", newsroom, reply_to=shown)
        return on.screen(ada, newsroom)


async def follow_up(archive: Archive, folder: Path) -> Screen:
    async with stage(archive, folder) as on:
        ada = on.emulator.user(language_code="fr")
        await on.asks(ada, "Combien d’habitants compte Kherson ?")
        await on.asks(ada, "Et Kharkiv ?")
        return on.screen(ada)


async def search(archive: Archive, folder: Path) -> Screen:
    async with stage(archive, folder) as on:
        ada = on.emulator.user(language_code="fr")
        await on.asks(ada, f"/search {CORRIDORS}")
        return on.screen(ada)


async def archive_held(archive: Archive, folder: Path) -> Screen:
    async with stage(archive, folder) as on:
        ada = on.emulator.user(language_code="fr")
        await on.asks(ada, "/latest")
        await on.asks(ada, "/about")
        return on.screen(ada)


async def forget(archive: Archive, folder: Path) -> Screen:
    async with stage(archive, folder) as on:
        ada = on.emulator.user(language_code="fr")
        await on.asks(ada, "/forget")
        return on.screen(ada)


class PausingChatModel(ScriptedChatModel):
    """Says a sentence each time it is let, with the number of the passage that holds a phrase; let once more, it ends."""

    sentences: list[tuple[str, str]]  # a sentence, and the phrase of the passage that proves it
    let: threading.Semaphore = Field(default_factory=lambda: threading.Semaphore(0))

    def _stream(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        passages = str(messages[-1].content).split("<passage>\n")
        for sentence, phrase in self.sentences:
            assert self.let.acquire(timeout=60), "nobody let it go on"
            [number] = [n for n, passage in enumerate(passages) if phrase in passage]
            yield ChatGenerationChunk(message=AIMessageChunk(content=f"{sentence} [{number}]\n"))
        assert self.let.acquire(timeout=60), "nobody let it end"
        yield ChatGenerationChunk(message=AIMessageChunk(content="", chunk_position="last"))


async def written(archive: Archive, folder: Path) -> Screen:
    """A chat model's answer: what its draft shows for a moment, and the message that comes in its place."""
    said = [
        ("Un premier round de pourparlers a eu lieu lundi à la frontière ukraino-bélarusse, près de Gomel.", "Gomel"),
        ("Les pourparlers ont repris jeudi à la frontière entre le Bélarus et la Pologne.", "ont repris jeudi"),
        ("Il y aura une troisième réunion la semaine prochaine.", "troisième réunion"),
    ]
    model = PausingChatModel(sentences=said)
    async with stage(archive, folder, answerer=Answerer(archive, model)) as on:
        ada = on.emulator.user(language_code="fr")
        asked = await on.says(ada, WHERE)
        frames: list[Bubble | Note] = []
        for n in range(1, len(said)):
            model.let.release()
            draft = await on.emulator.wait_for("draft", ada, count=n)
            frames += [Note(f"brouillon {n}"), Bubble(draft.text, draft.entities, "", frame=True)]
        model.let.release(2)
        await on.emulator.reply(asked)
        screen = on.screen(ada)
        question, *rest = screen.items
        return replace(screen, items=(question, *frames, Note("à leur place, le message"), *rest))


async def inline(archive: Archive, folder: Path) -> Screen:
    async with stage(archive, folder) as on:
        ada, newsroom = await on.newsroom("Où en sont les corridors humanitaires ?")
        found = await ada.asks_inline(CORRIDORS)
        above = found.button[0] if found.button else ""
        typed = f"@{on.emulator.username} {CORRIDORS}"
        return on.screen(ada, newsroom, typed=typed, results=found.results, above=above)


async def inline_sent(archive: Archive, folder: Path) -> Screen:
    async with stage(archive, folder) as on:
        ada, newsroom = await on.newsroom("Où en sont les corridors humanitaires ?")
        found = await ada.asks_inline(CORRIDORS)
        await ada.picks(found, found.results[0].id, newsroom)
        return on.screen(ada, newsroom)


async def status(archive: Archive, folder: Path) -> Screen:
    async with stage(archive, folder, admins=(ADMIN,)) as on:
        ada = on.emulator.user(ADMIN, language_code="fr")
        await on.asks(ada, "/status")
        return on.screen(ada)


SCENES: dict[str, Scene] = {
    "answer": answer,
    "quotations": quotations,
    "source": source,
    "sources-differ": sources_differ,
    "refusal": refusal,
    "english": english,
    "group": group,
    "follow-up": follow_up,
    "search": search,
    "archive": archive_held,
    "forget": forget,
    "written": written,
    "inline": inline,
    "inline-sent": inline_sent,
    "status": status,
}
"""By the name of the picture, in the order of the documentation."""
