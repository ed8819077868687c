"""The commands of administrators (``TELEGRAM_ADMINS``)."""

from __future__ import annotations

import re
from typing import Any

from telegram import Message, Update
from telegram.constants import FileSizeLimit

from answering.generating.usage import Usage
from bot.telegram.handlers.command import Command, parse
from bot.telegram.handlers.indexing import Indexed, index, keep_document, uploads
from bot.telegram.intake.workers import whole
from bot.telegram.outgoing.sending import send
from bot.telegram.pages.markup import Page, plain
from bot.telegram.pages.texts import Texts
from bot.telegram.shared import Shared, sender_of, shared
from bot.telegram.storage.people import Kind
from bot.telegram.storage.usage import DayOfUse
from retrieval.errors import KiosqueError

DAYS = 7  # of /stats
_SKIPPED = 5  # that are named
_MEGABYTE = 1_000_000
_ID = re.compile(r"-?[1-9][0-9]{0,15}")


async def on_document(update: Update, context: Any) -> None:
    """Take in a document whose caption is /index."""
    message, kept, bot = update.message, shared(context), context.bot
    said = parse(message, bot) if message is not None else None
    if message is None or said is None or said[0] != "index":
        return
    texts = kept.texts(update.effective_sender)
    if sender_of(message) not in kept.settings.telegram_admins:
        await send(bot, message, plain(texts("admin-only")))
        return
    page = await _index(message, said[1], bot, kept, texts)
    if page is not None:
        await whole(send(bot, message, page))


async def _index(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page | None:
    """Take in the document that the command comes with or replies to, or an address."""
    replied = message.reply_to_message
    document = message.document or (replied.document if replied and not rest else None)
    if document is None and not re.match(r"https?://\S+$", rest):
        return plain(texts("index-usage"))
    if document is not None and (document.file_size or 0) > FileSizeLimit.FILESIZE_DOWNLOAD:
        return plain(texts("index-too-big", megabytes=int(FileSizeLimit.FILESIZE_DOWNLOAD) // _MEGABYTE))
    if kept.indexing.locked():
        return plain(texts("index-busy"))
    async with kept.indexing:
        await send(bot, message, plain(texts("index-started" if document is not None else "index-fetching")))
        try:
            if document is None:
                done = await index(kept.settings, rest)
            else:
                data = bytes(await (await bot.get_file(document.file_id)).download_as_bytearray())
                folder = uploads(kept.settings.telegram_data)
                path = await kept.run(keep_document, folder, document.file_name or "document", data)
                done = await index(kept.settings, str(path))
        except KiosqueError as exc:
            return plain(texts("index-failed", reason=str(exc)))
    return plain(_told(done, texts))


def _told(done: Indexed, texts: Texts) -> str:
    lines = [
        texts("index-done", added=done.added, updated=done.updated, removed=done.removed, unchanged=done.unchanged)
    ]
    if done.skipped:
        lines.append(texts("index-skipped", n=len(done.skipped)))
        lines += [texts("index-skipped-item", where=where, reason=why) for where, why in done.skipped[:_SKIPPED]]
    return "\n".join(lines)


async def _status(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    held = await kept.run(kept.archive.status)
    return plain(
        texts(
            "status",
            articles=held.articles,
            passages=held.passages,
            encoder=held.encoder,
            index=held.dense_index,
            megabytes=round(held.bytes / _MEGABYTE, 1),
            model=kept.settings.chat_model or texts("status-no-model"),
            running=len(kept.asking),
            waiting=kept.lanes.waiting(),
        )
    )


async def _stats(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page:
    days = await kept.run(kept.store.days, kept.now(), DAYS)
    questions, refused = sum(day.questions for day in days), sum(day.refusals for day in days)
    took = kept.metrics.median_and_p95()
    told = texts(
        "stats",
        days=DAYS,
        questions=questions,
        people=await kept.run(kept.store.askers, kept.now(), DAYS),
        answered=questions - refused,
        refused=refused,
        up=sum(day.liked for day in days),
        down=sum(day.disliked for day in days),
        errors=kept.metrics.errors,
        calls=await kept.run(kept.people.chat_model_spent, kept.now()),
        budget=kept.settings.telegram_chat_model_per_day,
    )
    if took is not None:
        told += "\n" + texts("stats-times", median=round(took[0], 2), p95=round(took[1], 2))
    used = await kept.run(kept.people.usage.days, kept.now(), DAYS)
    if used:
        told += "\n" + _told_usage(used, await kept.run(kept.people.usage.of_day, kept.now()), kept, texts)
    return plain(told)


def _told_usage(used: list[DayOfUse], today: Usage, kept: Shared, texts: Texts) -> str:
    """Return what the chat model used in ``DAYS`` days and of that today; what it cost where a price is set."""
    whole = sum((day.usage for day in used), Usage())
    told = texts(
        "stats-usage", read=whole.read, written=whole.written, read_today=today.read, written_today=today.written
    )
    prices = (kept.settings.chat_model_price_in, kept.settings.chat_model_price_out)
    if prices != (None, None):
        told += "\n" + texts("stats-cost", cost=whole.cost, today=today.cost)
    return told


async def _allow(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page | None:
    who = _who(message, rest)
    if who is None:
        return plain(texts("allow-usage"))
    kind, number = who
    told = await kept.keep(sender_of(message), _decide, kept, kind, number, True, sender_of(message))
    return plain(texts(told, id=str(number))) if told else None


async def _deny(message: Message, rest: str, bot: Any, kept: Shared, texts: Texts) -> Page | None:
    who = _who(message, rest)
    if who is None:
        return plain(texts("deny-usage"))
    kind, number = who
    if number in kept.settings.telegram_admins:
        return plain(texts("deny-admin"))
    told = await kept.keep(sender_of(message), _decide, kept, kind, number, False, sender_of(message))
    return plain(texts(told, id=str(number))) if told else None


def _who(message: Message, rest: str) -> tuple[Kind, int] | None:
    """Return whom a command names: by number, by replying to their message, or in a group without either, the group."""
    replied = message.reply_to_message
    if rest:
        number = int(rest) if _ID.fullmatch(rest) else 0
    elif replied is not None and replied.from_user is not None and not replied.forum_topic_created:
        number = sender_of(replied)
    else:
        number = 0 if message.chat.type == "private" else message.chat.id
    return (("user" if number > 0 else "chat"), number) if number else None


def _decide(kept: Shared, kind: Kind, number: int, allowed: bool, by: int) -> str:
    """Note an admin's decision and return which text tells it."""
    before = kept.people.decision(kind, number)
    kept.people.allow(kind, number, allowed, by)
    if allowed:
        return "allow-already" if before else "allow-done"
    return "deny-done"


ADMIN_COMMANDS: dict[str, Command] = {
    "index": _index,
    "status": _status,
    "stats": _stats,
    "allow": _allow,
    "deny": _deny,
}
