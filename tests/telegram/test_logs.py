"""Logs: their two forms, and that neither a secret nor anybody's text gets into them, whatever a library does."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import re
import socket
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from telegram import Bot, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import Application, CallbackContext, ContextTypes, TypeHandler
from telegram.request import BaseRequest

from answering.answerer import Answerer
from answering.types import Answer
from bot import failures
from bot.telegram.logs import _REMEMBERED, PAUSE, Format, described, log_to
from retrieval.archive import Archive
from retrieval.errors import KiosqueError
from tests.telegram.made import TOKEN
from tests.telegram.running import running
from tests.telegram_emulator import Emulator, Limits, ManualClock

pytestmark = pytest.mark.anyio

WORDS = "Pourquoi Zoé a-t-elle quitté Limoges ?"  # what nobody but its writer and the bot may read
TOUCHED = ("", "httpx", "httpcore", "tornado.access", "tornado.general", "telegram")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where to log to; afterwards logging is as it was."""
    root = logging.getLogger()
    handlers, levels = root.handlers[:], {name: logging.getLogger(name).level for name in TOUCHED}
    yield io.StringIO()
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def objects(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def message(text: str) -> dict[str, Any]:
    someone = {"id": 7, "is_bot": False, "first_name": "Zoé"}
    return {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}, "from": someone, "text": text}


# -- the two forms ----------------------------------------------------------------------------------------------------


def test_a_line_of_text(stream: io.StringIO) -> None:
    log_to(stream)
    logging.getLogger("kiosque.telegram").info("taking up %d updates", 3)
    logging.getLogger("kiosque").warning("two\nlines\x1b[2J")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO kiosque.telegram taking up 3 updates", lines[0])
    assert lines[1].endswith(" WARNING kiosque two lines[2J")


def test_a_line_of_json(stream: io.StringIO) -> None:
    log_to(stream, format="json")
    given = {
        "update": 5,
        "stages": {"search": 1.5},
        "ids": (1, 2),
        "level": "no",
        "odd": float("nan"),
        "what": ValueError,
    }
    logging.getLogger("kiosque.telegram").info("éà %d", 3, extra=given)
    (line,) = objects(stream)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {
        "level": "info",
        "logger": "kiosque.telegram",
        "message": "éà 3",
        "update": 5,
        "stages": {"search": 1.5},
        "ids": [1, 2],
        "odd": "nan",
        "what": "[type]",
    }
    assert stream.getvalue().isascii()


def test_time_is_utc(stream: io.StringIO) -> None:
    log_to(stream, format="json")
    record = logging.LogRecord("kiosque", logging.INFO, "x.py", 1, "x", (), None)
    record.created = 1_790_000_000.0126
    logging.getLogger("kiosque").handle(record)
    assert objects(stream)[0]["time"] == "2026-09-21T14:13:20.012Z"


def fail(text: str) -> None:
    raise ValueError(text)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_trace_has_frames_and_types_and_no_words(stream: io.StringIO, form: Format) -> None:
    log_to(stream, format=form)
    try:
        try:
            fail(WORDS)
        except ValueError as exc:
            raise OSError(28, "No space left on device") from exc
    except OSError:
        logging.getLogger("kiosque").exception("it failed")
    written = stream.getvalue()
    trace = objects(stream)[0]["error"] if form == "json" else written.partition("\n")[2]
    assert trace.startswith("Traceback (most recent call last):\n")
    assert re.search(r"in fail\n.*\nValueError\n\nwhich led to:\n\nTraceback", trace)
    assert trace.rstrip().endswith("OSError: [Errno 28] No space left on device")
    assert WORDS not in trace
    assert "Limoges" not in written


def test_the_trace_of_a_recursion_is_short(stream: io.StringIO) -> None:
    def again() -> None:
        again()

    log_to(stream)
    try:
        again()
    except RecursionError:
        logging.getLogger("kiosque").exception("it failed")
    assert stream.getvalue().endswith("    again()\n  [Previous line repeated 22 more times]\nRecursionError\n")


def test_a_context_that_was_cut_off_is_not_told(stream: io.StringIO) -> None:
    log_to(stream)
    try:
        try:
            fail("a")
        except ValueError:
            raise KeyError("b") from None
    except KeyError:
        logging.getLogger("kiosque").exception("it failed")
    assert "ValueError" not in stream.getvalue()
    assert stream.getvalue().endswith("\nKeyError\n")


# -- levels -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "ours", "theirs"),
    [
        ("debug", ["debug", "info", "warning", "error"], ["info", "warning", "error"]),
        ("info", ["info", "warning", "error"], ["info", "warning", "error"]),
        ("warning", ["warning", "error"], ["warning", "error"]),
        ("error", ["error"], ["error"]),
    ],
)
def test_levels(stream: io.StringIO, level: Any, ours: list[str], theirs: list[str]) -> None:
    log_to(stream, format="json", level=level)
    for name in ("kiosque.telegram", "telegram.ext.Application"):
        for each in ("debug", "info", "warning", "error"):
            getattr(logging.getLogger(name), each)(each)
    found = [(line["logger"], line["message"]) for line in objects(stream)]
    assert [text for name, text in found if name == "kiosque.telegram"] == ours
    assert [text for name, text in found if name == "telegram.ext.Application"] == theirs


def test_no_library_is_heard_below_info(stream: io.StringIO) -> None:
    log_to(stream, level="debug")
    logging.getLogger("telegram").setLevel(logging.DEBUG)  # as OPENAI_LOG=debug does for its library
    logging.getLogger("telegram.ext.Application").debug("Processing update %s", WORDS)
    assert stream.getvalue() == ""


def test_requests_are_not_logged(stream: io.StringIO) -> None:
    log_to(stream)
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot%s/getMe", TOKEN)
    logging.getLogger("tornado.access").error("500 POST /telegram (127.0.0.1) 3.5ms")
    logging.getLogger("tornado.general").info("Malformed HTTP message from %s: %s", "127.0.0.1", "x")
    assert stream.getvalue() == ""


# -- secrets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_is_logged(stream: io.StringIO, form: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_WEBHOOK_SECRET": "a-webhook-secret_0123456789",
        "TELEGRAM_INVITE_CODE": 'open  "sésame"',
        "CHAT_API_KEY": "0123456789abcdef",
    }
    for name, secret in secrets.items():
        monkeypatch.setenv(name, secret)
    log_to(stream, format=form)
    ours, theirs = logging.getLogger("kiosque.telegram"), logging.getLogger("telegram.ext.Updater")
    for secret in secrets.values():
        ours.info("at %s", secret, extra={"at": secret, "in": {secret: [secret]}, secret: 1})
        theirs.error("polling failed", exc_info=NetworkError(f"https://api.telegram.org/bot{secret}/getMe"))
        try:
            raise OSError(f"cannot reach {secret}")
        except OSError:
            ours.exception("at %s", secret)
    try:
        fail("123456789:AAE-made_for_a_test")  # a trace quotes lines of code
    except ValueError:
        ours.exception("it failed")
    written = stream.getvalue()
    assert written.count("[secret]") >= 3 * len(secrets)
    for secret in secrets.values():
        assert secret not in written
        assert json.dumps(secret)[1:-1] not in written
        assert " ".join(secret.split()) not in written


# -- what libraries know ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["text", "json"])
def test_values_of_a_library_are_withheld_but_numbers(stream: io.StringIO, form: Format) -> None:
    log_to(stream, format=form)
    library = logging.getLogger("telegram.ext.ExtBot")
    library.warning("Update %d: %r, %s and %.1f", 12, {"text": WORDS}, WORDS, 1.5, extra={"text": WORDS})
    library.warning("%(text)s of %(n)d", {"text": WORDS, "n": 3})
    library.error("Fetching was aborted due to %r", ValueError(WORDS))
    library.error(ValueError(WORDS))
    library.error("%d of a text", WORDS)
    written = stream.getvalue()
    assert "Limoges" not in written
    assert "Update 12: [dict], [str] and 1.5" in written
    assert "[str] of 3" in written
    assert "Fetching was aborted due to ValueError" in written
    assert "[text withheld] test_logs.py:" in written


def test_a_text_that_an_unknown_library_put_together_is_withheld(stream: io.StringIO) -> None:
    log_to(stream)
    library = logging.getLogger("somelibrary.models")
    library.warning(f"cannot read {WORDS}")
    library.warning("cannot read %s of %d", WORDS, 3)
    first, second = stream.getvalue().splitlines()
    assert re.search(r" WARNING somelibrary.models \[text withheld\] test_logs.py:\d+$", first)
    assert second.endswith(" WARNING somelibrary.models cannot read [str] of 3")


def test_a_python_warning_is_its_kind_and_its_place(stream: io.StringIO) -> None:
    with warnings.catch_warnings():  # pytest's own hook stands aside
        warnings.simplefilter("always")
        log_to(stream)
        warnings.warn(f"about {WORDS}", UserWarning, stacklevel=1)
    written = stream.getvalue()
    assert re.search(r" WARNING py.warnings \[text withheld\] .*test_logs.py:\d+: UserWarning\n$", written)


def test_asyncio_tells_what_failed_without_its_values(stream: io.StringIO) -> None:
    async def asked(text: str) -> None:
        raise ValueError(text)

    async def failing() -> None:
        asyncio.get_running_loop().call_soon(fail, WORDS)
        await asyncio.wait([asyncio.create_task(asked(WORDS))])

    log_to(stream)
    asyncio.run(failing())  # the task is not asked for its error, and so asyncio logs it
    gc.collect()
    written = stream.getvalue()
    assert "Limoges" not in written
    assert "Pourquoi" not in written
    assert " ERROR asyncio Exception in callback fail\n" in written
    assert " ERROR asyncio Task exception was never retrieved\n" in written
    assert written.count("\nValueError\n") == 2


class Canned(BaseRequest):
    """Telegram, answering the same bytes to everything."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload

    async def initialize(self) -> None: ...
    async def shutdown(self) -> None: ...

    @property
    def read_timeout(self) -> float:
        return 1.0

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        return 200, self.payload


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    ("payload", "told"),
    [
        ({"update_id": 1, "message": {"text": WORDS}}, "Error while parsing updates! Received data was [list]"),
        (None, 'Can not load invalid JSON data: "[str]"'),
    ],
)
async def test_updates_that_the_library_cannot_read(
    stream: io.StringIO, form: Format, payload: dict[str, Any] | None, told: str
) -> None:
    body = json.dumps({"ok": True, "result": [payload]}, ensure_ascii=False) if payload else f'{{"text": "{WORDS}'
    log_to(stream, format=form, level="debug")
    canned = Canned(body.encode())
    with pytest.raises((KeyError, TelegramError)):
        await Bot(TOKEN, request=canned, get_updates_request=canned).get_updates()
    written = stream.getvalue()
    assert "Limoges" not in written
    assert told in (objects(stream)[0]["message"] if form == "json" else written)


async def test_an_update_that_the_webhook_cannot_read(emulator: Emulator, stream: io.StringIO) -> None:
    log_to(stream)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    builder = Application.builder().token(emulator.token).base_url(emulator.base_url)
    app = builder.base_file_url(emulator.base_file_url).build()
    async with app:
        assert app.updater is not None
        url = f"http://127.0.0.1:{port}/"
        await app.updater.start_webhook(port=port, webhook_url=url, secret_token="s" * 20)
        async with httpx.AsyncClient(trust_env=False) as client:
            headers = {"X-Telegram-Bot-Api-Secret-Token": "s" * 20}
            answer = await client.post(url, json={"update_id": 1, "message": {"text": WORDS}}, headers=headers)
            await client.post(url, content=b'{"text": "' + WORDS.encode(), headers=headers)
            await client.post(url, json={"text": WORDS}, headers={"X-Telegram-Bot-Api-Secret-Token": WORDS[:8]})
        await app.updater.stop()
    assert answer.status_code == 400
    written = stream.getvalue()
    assert "Limoges" not in written
    assert "Received data was *not* processed! Received data was: [dict]" in written


class Unbuildable(CallbackContext[Any, Any, Any, Any]):
    @classmethod
    def from_update(cls, *args: Any, **kwargs: Any) -> Any:
        raise ValueError(WORDS)


@pytest.mark.parametrize("form", ["text", "json"])
async def test_handlers_that_fail_in_every_way(emulator: Emulator, stream: io.StringIO, form: Format) -> None:
    async def handler(update: Update, context: Any) -> None:
        raise ValueError(update.message.text)  # type: ignore[union-attr]

    async def error_handler(update: object, context: Any) -> None:
        raise RuntimeError(WORDS)

    log_to(stream, format=form, level="debug")
    logging.getLogger("telegram").setLevel(logging.DEBUG)
    for contexts in (CallbackContext, Unbuildable):
        builder: Any = Application.builder().token(emulator.token).base_url(emulator.base_url)
        app: Any = builder.context_types(ContextTypes(context=contexts)).build()
        app.add_handler(TypeHandler(Update, handler))
        async with app:
            await app.process_update(Update.de_json({"update_id": 1, "message": message(WORDS)}, app.bot))
            app.add_error_handler(error_handler)
            await app.process_update(Update.de_json({"update_id": 2, "message": message(WORDS)}, app.bot))
    written = stream.getvalue()
    assert "Limoges" not in written
    assert "No error handlers are registered, logging exception." in written
    assert "An error was raised and an uncaught error was raised while handling the error" in written
    assert "Error while building CallbackContext for update [Update]." in written
    assert "RuntimeError" in written


class Failing:
    """An answerer that quotes the question in its error."""

    writes = False

    def quoting(self) -> Failing:
        return self

    def ask(self, question: str, **kwargs: Any) -> Answer:
        raise ValueError(question)


@pytest.mark.parametrize("form", ["text", "json"])
async def test_the_whole_bot_logs_nobody_s_text(
    seeds_archive: Archive, tmp_path: Path, stream: io.StringIO, form: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "ERROR_LOG", tmp_path / "errors.log")
    log_to(stream, format=form, level="debug")
    async with Emulator(limits=Limits(enabled=False)) as emulator:
        ada, bob = emulator.user(language_code="fr"), emulator.user(first_name="Zoé", started=True)
        async with running(emulator, seeds_archive, tmp_path, answerer=Failing()):  # type: ignore[arg-type]
            told = await emulator.reply(await ada.says(WORDS))
            emulator.faults.add("sendMessage", status=403, chat=bob.id)
            await bob.says(f"/latest {WORDS}")
            await emulator.wait_for("call", bob, where=lambda call: call.status == 403)
            emulator.faults.add("getUpdates", status=502)
            searched = await emulator.reply(await ada.says(f"/search {WORDS}"))
            await emulator.wait_for("call", where=lambda call: call.status == 502)
            await emulator.wait_for("polling", after=emulator.position)
            assert "Limoges" in searched.text
    written = stream.getvalue()
    assert "Limoges" not in written
    assert "Zoé" not in written
    assert TOKEN not in written
    error_id = re.search(r"[0-9a-f]{8}", told.text)
    assert error_id is not None
    assert f"error {error_id[0]}: ValueError" in written
    assert "Telegram: Forbidden" in written
    assert "Bad Gateway (502)" in written
    assert "Traceback" not in written


class Telling(Answerer):
    """An answerer whose error says everything about who asked, in every way that an error can."""

    whole: tuple[object, ...] = ()

    def ask(self, question: str, **kwargs: Any) -> Answer:
        try:
            raise KeyError(question, *self.whole)
        except KeyError as exc:
            error = KiosqueError(f"{question!r} of {self.whole} cannot be answered.")
            error.add_note(f"asked by {self.whole}: {question}")
            raise ExceptionGroup(f"{question} {self.whole}", [error]) from exc


async def test_nothing_of_a_person_is_in_the_log_of_errors(
    seeds_archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "ERROR_LOG", tmp_path / "errors.log")
    async with Emulator(limits=Limits(enabled=False)) as emulator:
        ada = emulator.user(7_700_112_233, first_name="Zoé", username="zoe_of_limoges")
        group = emulator.group(title="Amis de Zoé")
        await ada.joins(group)
        answerer = Telling(seeds_archive)
        answerer.whole = (ada.id, group.id, "Zoé", "zoe_of_limoges", "Amis de Zoé")
        async with running(emulator, seeds_archive, tmp_path, answerer) as kept:
            await emulator.reply(await ada.says(WORDS))
            await emulator.reply(await ada.says(f"@kiosque_bot {WORDS}", chat=group))
            quoting = f"Bad Request: can't parse entities: {WORDS} of {answerer.whole}"
            for refused in (quoting, f"Bad Request: {WORDS} of {answerer.whole}"):
                emulator.faults.add("sendMessage", status=400, description=refused)
                await emulator.reply(await ada.says(f"/search {WORDS}"))
            assert kept.metrics.errors == 4
    written = (tmp_path / "errors.log").read_text("utf-8")
    for of_them in ("Pourquoi", "quitté", "Limoges", *answerer.whole, "asked by"):
        assert str(of_them) not in written
    assert len(re.findall(r"^error [0-9a-f]{8}$", written, re.MULTILINE)) == 4
    assert written.count("\nExceptionGroup\n") == 2
    assert "BadRequest: Can't parse entities\n" in written
    assert "\nBadRequest\n" in written
    assert "in ask\n" in written  # where it happened is told


# -- the same again and again -----------------------------------------------------------------------------------------


def away(error: TelegramError) -> None:
    """Log as python-telegram-bot does when a poll fails."""
    try:
        raise error
    except TelegramError:
        logging.getLogger("telegram.ext.Updater").exception("Exception happened while polling for updates.")


def test_telegram_away_is_a_line_a_minute(stream: io.StringIO, clock: ManualClock) -> None:
    log_to(stream, clock=clock)
    for _ in range(50):
        away(NetworkError("Bad Gateway (502)"))
        clock.advance(2)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[0].endswith(
        " WARNING telegram.ext.Updater Exception happened while polling for updates. NetworkError: Bad Gateway (502)"
    )
    assert lines[1].endswith("NetworkError: Bad Gateway (502) (again 29 times)")


def test_once_more_is_once(stream: io.StringIO, clock: ManualClock) -> None:
    log_to(stream, clock=clock)
    for _ in range(2):
        away(TimedOut())
    clock.advance(PAUSE)
    away(TimedOut())
    assert stream.getvalue().endswith("TimedOut: Timed out (again 1 time)\n")


def test_repetitions_are_a_field_in_json(stream: io.StringIO, clock: ManualClock) -> None:
    log_to(stream, format="json", clock=clock)
    for seconds in (0, 1, 1, PAUSE):
        clock.advance(seconds)
        away(NetworkError("Bad Gateway (502)"))
    assert [line.get("again") for line in objects(stream)] == [None, 2]
    assert objects(stream)[0]["level"] == "warning"
    assert "error" not in objects(stream)[0]


def test_each_kind_is_told(stream: io.StringIO, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # as the bot sets it, or the library warns of RetryAfter
    log_to(stream, clock=clock)
    for _ in range(3):
        away(NetworkError("Bad Gateway (502)"))
        away(NetworkError("httpx.ConnectError: All connection attempts failed"))
        away(RetryAfter(5))
        away(Conflict("Conflict: terminated by other getUpdates request"))
        away(BadRequest("Bad Request: chat not found"))
    levels = [line.split()[2] for line in stream.getvalue().splitlines()]
    assert levels == ["WARNING", "WARNING", "WARNING", "ERROR", "ERROR"]  # the last two do not pass by themselves
    assert "terminated by other getUpdates request" in stream.getvalue()


def test_our_warnings_are_not_repeated_and_news_is(stream: io.StringIO, clock: ManualClock) -> None:
    log_to(stream, format="json", clock=clock)
    ours = logging.getLogger("kiosque.telegram")
    for number in range(3):
        ours.warning("Telegram: %s", "Forbidden")
        ours.info("started")
        ours.error("error %08x: %s", number, "ValueError")
    found = [(line["level"], line["message"]) for line in objects(stream)]
    assert found.count(("warning", "Telegram: Forbidden")) == 1
    assert found.count(("info", "started")) == 3
    assert len([1 for level, _ in found if level == "error"]) == 3


def test_what_is_remembered_is_bounded(stream: io.StringIO, clock: ManualClock) -> None:
    log_to(stream, clock=clock)
    ours = logging.getLogger("kiosque")
    for number in range(_REMEMBERED + 1):
        ours.warning("number %d", number)
    (quiet,) = logging.getLogger().handlers[0].filters
    assert len(quiet._seen) == _REMEMBERED  # type: ignore[union-attr]
    ours.warning("number %d", 0)  # forgotten, so it is written
    ours.warning("number %d", _REMEMBERED)
    assert stream.getvalue().count("number 0\n") == 2
    assert stream.getvalue().count(f"number {_REMEMBERED}\n") == 1


# -- errors, and a stream that fails ----------------------------------------------------------------------------------


def told_by(cause: Exception | None) -> KiosqueError:
    error = KiosqueError(f"The bot's data file cannot be written: {cause}.")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (ValueError(WORDS), "ValueError"),
        (BadRequest(WORDS), "BadRequest"),
        (BadRequest(f'Can\'t parse entities: unsupported start tag "{WORDS}"'), "BadRequest: Can't parse entities"),
        (ChatMigrated(-1001234567890), "ChatMigrated: Group migrated to supergroup. New chat id: [id]"),
        (KiosqueError(f"{WORDS!r} is no date."), "KiosqueError"),
        (told_by(ValueError(WORDS)), "KiosqueError"),
        (told_by(OSError(28, "full")), "KiosqueError: The bot's data file cannot be written: [Errno 28] full."),
        (Forbidden("bot was blocked by the user"), "Forbidden: bot was blocked by the user"),
        (NetworkError("a\n b"), "NetworkError: a b"),
        (NetworkError("x" * 1000), "NetworkError: " + "x" * 300),
        (OSError(), "OSError"),
    ],
)
def test_of_an_error_is_told_what_cannot_be_somebody_s_text(error: Exception, shown: str) -> None:
    assert described(error) == shown


class Broken(io.StringIO):
    def write(self, text: str) -> int:
        if "could not be logged" in text:
            return super().write(text)
        raise UnicodeEncodeError("ascii", text, 0, 1, "x")


def test_a_line_that_cannot_be_written_is_not_printed_elsewhere(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = Broken()
    log_to(broken)
    logging.getLogger("kiosque").warning("about %s", WORDS)
    assert broken.getvalue() == "a line of kiosque could not be logged\n"
    broken.close()
    logging.getLogger("kiosque").warning("again about %s", WORDS)
    assert capsys.readouterr() == ("", "")
