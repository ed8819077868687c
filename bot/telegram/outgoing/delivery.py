"""From a question to its answer in the chat: who may ask, how the answer is made, and sent once.

An answer is stored before it is sent, and each part once it is known to have arrived: whatever happens in between, the
next start sends the rest, and nothing twice.
"""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass, replace
from typing import Any

from telegram import Bot, Message, Update
from telegram.error import BadRequest, TelegramError

from answering.answer_cache import CACHED
from answering.conversation import Conversation
from answering.generating.usage import billed_to
from answering.types import Answer
from bot.telegram.intake.order import ARRIVAL, Arrival
from bot.telegram.intake.workers import whole
from bot.telegram.outgoing.progress import Progress, take_back
from bot.telegram.outgoing.sending import become, send, send_part
from bot.telegram.pages.deeplinks import source_link
from bot.telegram.pages.markup import Page, plain
from bot.telegram.pages.render import Linker, answer_page
from bot.telegram.pages.split import split
from bot.telegram.pages.texts import Texts
from bot.telegram.shared import Asking, Shared, asker_of, sender_of, shared
from bot.telegram.storage.store import Asker, StoredAnswer, turn
from bot.telegram.storage.usage import account

LONGEST = 1000  # characters of a question
TELL_AGAIN = 20.0  # seconds in which a limit that was told is not told again
_TOLD = 10_000  # people of whom that is remembered


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the answer of ours that it replies to."""

    text: str
    about: StoredAnswer | None = None


async def answer(update: Update, context: Any, question: Asked) -> None:
    """Answer a question in its chat. /stop ends it; when the bot is stopped, the next start goes on."""
    message, kept, bot = update.message, shared(context), context.bot
    if message is None or message.from_user is None:
        return
    sender, texts = sender_of(message), kept.texts(update.effective_sender)
    if not await admitted(message, bot, kept, texts, question.text):
        return
    kept.metrics.asked()
    stopped = threading.Event()
    work = asyncio.create_task(_answer(update, message, bot, kept, question, texts, stopped))
    kept.asking[sender] = Asking(work, stopped)
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        if stopped.is_set():
            await take_back(bot, message, kept)
            return
        stopped.set()  # the bot is being stopped: the update is kept, and handled again
        work.cancel()
        await asyncio.wait([work])
        raise
    except TelegramError:
        raise
    except Exception:
        await take_back(bot, message, kept)
        raise
    finally:
        kept.asking.pop(sender, None)


async def admitted(message: Message, bot: Bot, kept: Shared, texts: Texts, text: str) -> bool:
    """Return whether to work on a question, or tell politely why not: it is too long, or there are too many."""
    refused = await kept.run(_refused, kept, sender_of(message), text, ARRIVAL.get())
    if refused is None:
        return True
    await _tell(message, bot, kept, texts, *refused)
    return False


async def may_look(message: Message, bot: Bot, kept: Shared, texts: Texts) -> bool:
    """Return whether to do what a command says that is no question, or tell politely that there are too many."""
    seconds = kept.looks.wait(sender_of(message))
    if seconds:
        await _tell(message, bot, kept, texts, "rate-limit", {"seconds": seconds})
    return not seconds


async def _tell(message: Message, bot: Bot, kept: Shared, texts: Texts, reason: str, numbers: dict[str, int]) -> None:
    """Tell why something is not worked on; a limit not again and again."""
    kept.metrics.refused(reason)
    now, sender = kept.now(), sender_of(message)
    if reason.endswith("-limit"):
        if now - kept.told.get(sender, 0.0) < TELL_AGAIN:
            return
        if len(kept.told) > _TOLD:
            kept.told.clear()
        kept.told[sender] = now
    await send(bot, message, plain(texts("question-too-long" if reason == "too-long" else reason, **numbers)))


def _refused(kept: Shared, sender: int, text: str, arrival: Arrival) -> tuple[str, dict[str, int]] | None:
    """Count a question and return None when nothing speaks against it, else why not, and the numbers to tell."""
    if arrival.kind == "resumed":
        return None
    now = kept.now()
    limit = kept.people.may_ask(sender, now, kept.settings)
    if limit is not None and limit.name == "day":
        return "daily-limit", {"limit": kept.settings.telegram_per_day}
    if limit is not None:
        return "rate-limit", {"seconds": max(1, round(limit.seconds))}
    kept.people.note_question(sender, now)
    if arrival.kind == "overfull":
        return "busy", {}
    return ("too-long", {"limit": LONGEST}) if len(text) > LONGEST else None


async def _answer(
    update: Update, message: Message, bot: Bot, kept: Shared, question: Asked, texts: Texts, stopped: threading.Event
) -> None:
    asker = asker_of(message)
    made = await kept.run(kept.store.answer_to, asker, message.message_id)  # by an earlier run
    progress = Progress(bot, message, kept, texts, streams=kept.answerer.writes and made is None)
    progress.start()
    try:
        found = None if made else await _find(kept, asker, question, texts, progress, stopped)
        kept.asking.pop(asker.user, None)  # from here on it is sent whole: half an answer would be worse than none
        stored = await kept.run(_keep, kept, update.update_id, asker, message.message_id, found)
    finally:
        await progress.stop()
    if stored is None:  # forgotten, or answered, meanwhile
        await take_back(bot, message, kept)
        return
    page = await kept.run(_page, kept, stored, texts, bot.username)
    try:
        await _send_rest(bot, message, kept, stored.id, page)
    except TelegramError as error:
        kept.metrics.send_error(type(error).__name__)
        await kept.run(kept.inbox.answered, update.update_id)  # blocked, gone, or away for minutes: given up
        raise
    await kept.run(kept.inbox.answered, update.update_id)
    if found is not None:
        kept.metrics.answered(found, time.monotonic() - ARRIVAL.get().at)


async def _find(
    kept: Shared, asker: Asker, question: Asked, texts: Texts, progress: Progress, stopped: threading.Event
) -> Answer:
    loop, payer = asyncio.get_running_loop(), account(asker.user, ARRIVAL.get().at)

    def on_sentence(sentence: str) -> None:
        loop.call_soon_threadsafe(progress.add, sentence)

    def ask() -> Answer:
        """Ask with what was said before: the answer that is replied to, else the conversation."""
        not_before = kept.now() - kept.settings.telegram_conversation_hours * 3600
        conversation = (
            Conversation((turn(question.about),)) if question.about else kept.store.conversation(asker, not_before)
        )
        limit = kept.settings.telegram_chat_model_per_day
        if kept.answerer.writes and not kept.people.spend_chat_model(kept.now(), limit):
            kept.metrics.refused("budget")
            quoted = kept.answerer.quoting().ask(question.text, conversation=conversation)
            return replace(quoted, notice=f"{texts('budget-used')} {quoted.notice}".rstrip())
        with billed_to(payer):
            found = kept.answerer.ask(
                question.text, conversation=conversation, on_sentence=on_sentence, cancelled=stopped.is_set
            )
        if kept.answerer.writes and CACHED in dict(found.stages) and not conversation.turns:  # with turns, it rewrote
            kept.people.return_chat_model(kept.now())
        return found

    return await kept.workers.run(ask)


def _keep(
    kept: Shared, update_id: int, asker: Asker, question_message: int, found: Answer | None
) -> StoredAnswer | None:
    """Store an answer (None: it is stored already) and claim the right to send it; None when there is none any more."""
    with kept.database.transaction(durable=True):  # /forget comes before it, or after it
        if not kept.inbox.claim_answer(update_id):
            return None
        if found is None:
            return kept.store.answer_to(asker, question_message)
        return kept.store.get(kept.store.save(asker, question_message, found, kept.now()))


def linker(kept: Shared, username: str, answer_id: int) -> Linker:
    """Return what makes the links of an answer's markers."""
    key = kept.store.key()
    return lambda n: source_link(username, key, answer_id, n)


def _page(kept: Shared, stored: StoredAnswer, texts: Texts, username: str) -> Page:
    articles = kept.archive.coverage().articles
    return answer_page(stored.id, stored.body, texts, articles=articles, link=linker(kept, username, stored.id))


async def _send_rest(bot: Bot, message: Message, kept: Shared, number: int, page: Page) -> None:
    """Send the parts of an answer that are not known to have arrived."""
    parts = split(page.html)
    for n in range(await kept.run(kept.store.parts_sent, number), len(parts)):
        await whole(_send_one(bot, message, kept, number, page, parts, n))


async def _send_one(
    bot: Bot, message: Message, kept: Shared, number: int, page: Page, parts: list[str], n: int
) -> None:
    chat = message.chat.id
    placeholder = await kept.run(kept.store.placeholder, chat, message.message_id) if n == 0 else 0
    if placeholder:
        try:
            await become(bot, chat, placeholder, page, parts[0], last=len(parts) == 1)
        except BadRequest:  # somebody deleted it
            placeholder = 0
    sent = placeholder or await send_part(bot, message, page, parts, n)
    await kept.run(kept.store.sent, number, chat, sent)
