"""The Telegram bot, wired together: ``kiosque telegram``."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from telegram import BotCommand, BotCommandScopeChat, Message, Update
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from answering.settings import load_settings
from answering.wiring import build_answerer, open_archive
from bot.failures import record
from bot.telegram.config import TelegramSettings
from bot.telegram.handlers.admin import ADMIN_COMMANDS, on_document
from bot.telegram.handlers.asking import on_message, on_other
from bot.telegram.handlers.buttons import on_tap
from bot.telegram.handlers.commands import COMMANDS, on_command, on_forget, on_language
from bot.telegram.handlers.inline import on_inline
from bot.telegram.health import (
    BeatingRequest,
    archive_check,
    database_check,
    serve,
    telegram_check,
    watch_webhook,
)
from bot.telegram.intake.durable import DurableApplication, DurableQueue, resume
from bot.telegram.intake.gate import gate
from bot.telegram.intake.order import Lanes
from bot.telegram.intake.workers import Workers
from bot.telegram.logs import described, log_to, trace_of
from bot.telegram.metrics import kind_of, watch_bot
from bot.telegram.outgoing.sending import send
from bot.telegram.pages.markup import plain
from bot.telegram.pages.texts import Texts, languages
from bot.telegram.shared import AT_A_TIME, Shared, shared
from bot.telegram.storage.database import Database
from bot.telegram.storage.inbox import Inbox
from bot.telegram.storage.people import People
from bot.telegram.storage.store import Store
from retrieval.archive import Archive
from retrieval.errors import KiosqueError, SettingsError

UPDATES = ["message", "callback_query", "inline_query"]
# An edited message is not answered again; what was sent via a bot is a card of inline mode, and no question.
_NEW = filters.UpdateType.MESSAGE & ~filters.VIA_BOT
_log = logging.getLogger("kiosque.telegram")


def application(kept: Shared) -> DurableApplication:
    """Return the bot's application, ready to be run by polling or by webhook."""
    settings = kept.settings
    builder: Any = Application.builder()
    built: DurableApplication = (
        builder.application_class(DurableApplication)
        .token(settings.telegram_bot_token.get_secret_value())
        .base_url(f"{settings.telegram_base_url}/bot")
        .base_file_url(f"{settings.telegram_base_url}/file/bot")
        .get_updates_request(BeatingRequest(kept.heartbeat))
        .rate_limiter(kept.pacing)
        .concurrent_updates(kept.lanes)
        .update_queue(DurableQueue(kept.inbox))
        .post_init(begin)
        .build()
    )
    built.bot_data["shared"] = kept
    built.add_handler(TypeHandler(Update, _count), group=-2)
    built.add_handler(TypeHandler(Update, gate), group=-1)
    built.add_handler(MessageHandler(filters.COMMAND & _NEW, on_command))
    built.add_handler(MessageHandler(filters.TEXT & _NEW, on_message))
    built.add_handler(MessageHandler(filters.Document.ALL & filters.CaptionRegex("^/") & _NEW, on_document))
    built.add_handler(MessageHandler(~filters.StatusUpdate.ALL & _NEW, on_other))
    built.add_handler(CallbackQueryHandler(on_forget, pattern=r"^x:-?\d+:[01]$"))
    built.add_handler(CallbackQueryHandler(on_language, pattern=rf"^g:({'|'.join(languages())})$"))
    built.add_handler(CallbackQueryHandler(on_tap))
    built.add_handler(InlineQueryHandler(on_inline))
    built.add_error_handler(on_error)
    return built


async def _count(update: Update, context: Any) -> None:
    shared(context).metrics.update(kind_of(update))


async def begin(started: DurableApplication) -> None:
    """Tell Telegram what the bot is and can, in every language, and take up what an earlier run left."""
    kept: Shared = started.bot_data["shared"]
    for language in languages():
        for code in (language, None) if language == "en" else (language,):
            await _introduce(started.bot, Texts(language), code, kept.settings.telegram_admins)
    _log.info("serving as https://t.me/%s", started.bot.username)
    if not started.bot.supports_inline_queries:
        _log.info("inline mode is off: send /setinline to @BotFather to turn it on")
    left = await resume(started)
    if left:
        _log.info("taking up %d updates of an earlier run", left)


async def _introduce(bot: Any, texts: Texts, code: str | None, admins: tuple[int, ...]) -> None:
    def listed(names: Any) -> list[BotCommand]:
        return [BotCommand(name, texts(f"command-{name}")) for name in names]

    await bot.set_my_commands(listed(COMMANDS), language_code=code)
    await bot.set_my_description(texts("profile-description"), language_code=code)
    await bot.set_my_short_description(texts("profile-short"), language_code=code)
    for admin in admins:
        with suppress(TelegramError):  # one who has not written to the bot yet
            commands = listed([*COMMANDS, *ADMIN_COMMANDS])
            await bot.set_my_commands(commands, scope=BotCommandScopeChat(admin), language_code=code)


async def on_error(update: object, context: Any) -> None:
    """Tell who asked that it failed, with the number under which the trace is kept; the trace itself stays here."""
    error, kept = context.error, shared(context)
    away = isinstance(error, (Forbidden, NetworkError)) and not isinstance(error, BadRequest)
    if away or (update is None and isinstance(error, TelegramError)):
        _log.warning("Telegram: %s", described(error))  # blocked, gone, or unreachable: nobody to tell
        return
    kept.metrics.failed()
    error_id = record(error, trace_of)
    _log.error("error %s: %s", error_id, type(error).__name__)
    at = update.effective_message if isinstance(update, Update) else None
    if isinstance(at, Message) and isinstance(update, Update):
        told = plain(kept.texts(update.effective_sender)("error", id=error_id))
        with suppress(TelegramError):  # where the bot may not write
            await send(context.bot, at, told)


def open_shared(settings: TelegramSettings, archive: Archive) -> Shared:
    """Open what the bot keeps. Raises KiosqueError when its file cannot be used."""
    database = Database(settings.telegram_data)
    if database.is_worth_compacting():
        with suppress(KiosqueError):  # another program reads it: the next start may do it
            database.compact()
    inbox, store, people = Inbox(database), Store(database), People(database)
    answerer = build_answerer(settings, archive, people.usage, caches=True)
    lanes = Lanes(most=settings.telegram_queue)
    # An answer without a chat model is work for the processor: more at a time than it has cores are slower, all of them.
    workers = Workers(AT_A_TIME if answerer.writes else os.cpu_count() or 1)
    return Shared(settings, archive, answerer, database, inbox, store, people, lanes, workers=workers)


def run() -> int:
    """Answer until stopped by a signal; what is being answered then has a while to end, and the rest is kept.

    Raises SettingsError when Telegram does not know the token, KiosqueError when it cannot be reached.
    """
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # python-telegram-bot warns at each 429 otherwise
    settings = load_settings(TelegramSettings)
    log_to(sys.stderr, format=settings.telegram_log, level=settings.telegram_log_level)
    with open_archive(settings) as archive:
        kept = open_shared(settings, archive)
        try:
            _serve(kept, application(kept))
        except InvalidToken as exc:
            raise SettingsError(
                "Telegram does not know this TELEGRAM_BOT_TOKEN; copy it again from @BotFather (/mybots, API Token)."
            ) from exc
        except NetworkError as exc:
            raise KiosqueError(
                f"{settings.telegram_base_url} cannot be reached; see the network, then try again."
            ) from exc
    return 0


def _serve(kept: Shared, bot: DurableApplication) -> None:
    settings = kept.settings

    async def begin_all(started: Any) -> None:
        if settings.telegram_health_port:
            await _open_health(kept, started)
        await begin(started)

    bot.post_init = begin_all
    if not settings.telegram_webhook_url:
        bot.run_polling(allowed_updates=UPDATES)
        return
    host, port = settings.webhook_address
    try:
        bot.run_webhook(
            listen=host,
            port=port,
            url_path=urlsplit(settings.telegram_webhook_url).path.strip("/"),
            webhook_url=settings.telegram_webhook_url,
            secret_token=settings.telegram_webhook_secret.get_secret_value(),
            allowed_updates=UPDATES,
        )
    except OSError as exc:
        raise SettingsError(
            f"The webhook cannot listen on {settings.telegram_webhook_listen}: {exc.strerror}; end the program that "
            "uses it, or name another address in TELEGRAM_WEBHOOK_LISTEN."
        ) from exc


async def _open_health(kept: Shared, started: DurableApplication) -> None:
    settings = kept.settings
    watch_bot(kept, kept.lanes, kept.pacing, kept.heartbeat)
    checks = {
        "telegram": telegram_check(kept.heartbeat),
        "database": database_check(kept.database),
        "archive": archive_check(kept.archive),
    }
    server = await serve(settings.telegram_health_port, kept.metrics, checks)
    watching = (
        asyncio.create_task(watch_webhook(started.bot, kept.heartbeat, settings.telegram_webhook_url))
        if settings.telegram_webhook_url
        else None
    )

    async def close(_: Any) -> None:
        if watching is not None:
            watching.cancel()
        await server.close()

    started.post_shutdown = close
