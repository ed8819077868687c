"""The Telegram bot, wired together: ``kiosque telegram``."""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

from telegram import BotCommand, Update
from telegram.error import Forbidden, InvalidToken, NetworkError
from telegram.ext import Application, CallbackQueryHandler, InlineQueryHandler, MessageHandler, TypeHandler, filters

from answering.settings import load_settings
from answering.wiring import build_answerer, open_archive
from bot.failures import record, redact
from bot.telegram.asking import on_message, plain
from bot.telegram.buttons import on_tap
from bot.telegram.commands import COMMANDS, on_command, on_forget, on_language
from bot.telegram.config import TelegramSettings
from bot.telegram.database import Database
from bot.telegram.durable import DurableApplication, DurableQueue, resume
from bot.telegram.gate import gate
from bot.telegram.inbox import Inbox
from bot.telegram.inline import on_inline
from bot.telegram.order import Lanes
from bot.telegram.pacing import Pacing
from bot.telegram.people import People
from bot.telegram.sending import send
from bot.telegram.shared import Shared, shared
from bot.telegram.store import Store
from bot.telegram.texts import Texts, languages
from retrieval.archive import Archive
from retrieval.errors import KiosqueError, SettingsError

UPDATES = ["message", "callback_query", "inline_query"]
_NEW = filters.UpdateType.MESSAGE  # an edited message is not answered again
_log = logging.getLogger("kiosque.telegram")


def application(kept: Shared, pacing: Pacing | None = None) -> DurableApplication:
    """Return the bot's application, ready to be run by polling."""
    settings = kept.settings
    builder: Any = Application.builder()
    built: DurableApplication = (
        builder.application_class(DurableApplication)
        .token(settings.telegram_bot_token.get_secret_value())
        .base_url(f"{settings.telegram_base_url}/bot")
        .base_file_url(f"{settings.telegram_base_url}/file/bot")
        .rate_limiter(pacing or Pacing())
        .concurrent_updates(Lanes())
        .update_queue(DurableQueue(kept.inbox))
        .post_init(_begin)
        .build()
    )
    built.bot_data["shared"] = kept
    built.add_handler(TypeHandler(Update, gate), group=-1)
    built.add_handler(MessageHandler(filters.COMMAND & _NEW, on_command))
    built.add_handler(MessageHandler(filters.TEXT & _NEW, on_message))
    built.add_handler(CallbackQueryHandler(on_forget, pattern=r"^x:\d+:[01]$"))
    built.add_handler(CallbackQueryHandler(on_language, pattern=rf"^g:({'|'.join(languages())})$"))
    built.add_handler(CallbackQueryHandler(on_tap))
    built.add_handler(InlineQueryHandler(on_inline))
    built.add_error_handler(on_error)
    return built


async def _begin(started: DurableApplication) -> None:
    """Tell Telegram the commands in every language, and take up what an earlier run left."""
    for language in languages():
        texts = Texts(language)
        commands = [BotCommand(name, texts(f"command-{name}")) for name in COMMANDS]
        await started.bot.set_my_commands(commands, language_code=language)
        if language == "en":
            await started.bot.set_my_commands(commands)
    left = await resume(started)
    if left:
        _log.info("taking up %d updates of an earlier run", left)


async def on_error(update: object, context: Any) -> None:
    """Tell who asked that it failed, with the number under which the trace is kept; the trace itself stays here."""
    error = context.error
    if isinstance(error, (Forbidden, NetworkError)):
        _log.warning("Telegram: %s", type(error).__name__)  # blocked, gone, or unreachable: nobody to tell
        return
    error_id = record(error)
    _log.error("error %s: %s", error_id, type(error).__name__)
    if isinstance(update, Update) and update.message is not None:
        await send(
            context.bot, update.message, plain(shared(context).texts(update.effective_user)("error", id=error_id))
        )


def open_shared(settings: TelegramSettings, archive: Archive) -> Shared:
    """Open what the bot keeps. Raises KiosqueError when its file cannot be used."""
    database = Database(settings.telegram_data)
    answerer = build_answerer(settings, archive)
    return Shared(settings, archive, answerer, Inbox(database), Store(database), People(database))


class Redacting(logging.Formatter):
    """Writes no secret setting into a log, traces included: libraries put addresses there, and the token is part of them."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def log_to(stream: TextIO) -> None:
    """Log to a stream from here on, without secrets and without texts of messages."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Redacting("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for library in ("httpx", "httpcore"):  # a line for every request
        logging.getLogger(library).setLevel(logging.WARNING)


def run() -> int:
    """Answer until stopped by a signal; what is being answered then is finished first.

    Raises SettingsError when Telegram does not know the token, KiosqueError when it cannot be reached.
    """
    settings = load_settings(TelegramSettings)
    log_to(sys.stderr)
    with open_archive(settings) as archive:
        try:
            application(open_shared(settings, archive)).run_polling(allowed_updates=UPDATES)
        except InvalidToken as exc:
            raise SettingsError(
                "Telegram does not know this TELEGRAM_BOT_TOKEN; copy it again from @BotFather (/mybots, API Token)."
            ) from exc
        except NetworkError as exc:
            raise KiosqueError(
                f"{settings.telegram_base_url} cannot be reached; see the network, then try again."
            ) from exc
    return 0
