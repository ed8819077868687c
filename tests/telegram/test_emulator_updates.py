"""Updates reach the bot as Telegram brings them; faults strike where they were put; the real Application works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError, RetryAfter
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters

from tests.telegram.raw import call
from tests.telegram_emulator import Emulator, ManualClock

pytestmark = pytest.mark.anyio

ADA = 1001
OTHER_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


async def texts(bot: Bot, offset: int | None = None, **more: Any) -> list[str | None]:
    return [u.message.text for u in await bot.get_updates(offset, timeout=0, **more) if u.message]


async def test_offsets_confirm_and_the_rest_comes_again(emulator: Emulator, bot: Bot) -> None:
    ada = emulator.user(ADA)
    for text in ("un", "deux", "trois"):
        await ada.says(text)
    updates = await bot.get_updates(timeout=0)
    assert [u.update_id - updates[0].update_id for u in updates] == [0, 1, 2]
    assert await texts(bot) == ["un", "deux", "trois"]  # after a crash: nothing was confirmed
    assert await texts(bot, limit=2) == ["un", "deux"]
    assert await texts(bot, updates[1].update_id) == ["deux", "trois"]
    assert await texts(bot) == ["deux", "trois"]
    assert await texts(bot, updates[2].update_id + 1000) == [
        "deux",
        "trois",
    ]  # an offset in the future confirms nothing
    assert await texts(bot, -1) == ["trois"]
    assert await texts(bot) == ["trois"]
    assert await texts(bot, updates[2].update_id + 1) == []
    assert [e.value for e in emulator.events if e.kind == "confirmed"] == [u.update_id for u in updates]


async def test_one_update_twice(emulator: Emulator, bot: Bot) -> None:
    await emulator.user(ADA).says("un")
    (pending,) = emulator.updates.pending.values()
    assert await texts(bot, pending.id + 1) == []
    emulator.updates.push_again(pending)
    assert await texts(bot) == ["un"]


async def test_long_polling_and_two_pollers(emulator: Emulator) -> None:
    ada = emulator.user(ADA)
    first = asyncio.create_task(call(emulator, "getUpdates", timeout=30))
    await emulator.wait_for("polling")
    second = asyncio.create_task(call(emulator, "getUpdates", timeout=30))
    assert await first == (409, OTHER_POLLER)
    await ada.says("un")
    status, updates = await second
    assert (status, [u["message"]["text"] for u in updates]) == (200, ["un"])


async def test_allowed_updates_are_remembered_and_not_retroactive(emulator: Emulator, bot: Bot) -> None:
    ada = emulator.user(ADA)
    said = await ada.says("un")
    await ada.edits(said, "deux")
    await bot.get_updates(timeout=0, allowed_updates=["edited_message", "nonsense"])
    await ada.says("trois")  # not wanted: lost
    await ada.edits(said, "quatre")
    seen = [(u.message or u.edited_message).text for u in await bot.get_updates(timeout=0)]  # type: ignore[union-attr]
    assert seen == ["un", "deux", "quatre"]
    await bot.get_updates(timeout=0, allowed_updates=[])
    assert "message" in emulator.updates.allowed
    assert "chat_member" not in emulator.updates.allowed


async def test_what_nobody_fetches_expires(emulator: Emulator, bot: Bot, clock: ManualClock) -> None:
    ada = emulator.user(ADA, started=True)
    sent = await bot.send_message(ADA, "a", reply_markup=InlineKeyboardMarkup.from_button(button("x")))
    ada.taps_only(emulator.current(emulator.messages(ada)[0]), "x")
    await ada.says("un")
    clock.advance(151)
    (update,) = await bot.get_updates(timeout=0)
    assert (update.message.text, sent.text) == ("un", "a")  # type: ignore[union-attr]


def button(data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(data, callback_data=data)


@pytest.mark.parametrize(
    ("text", "private_mode", "open_mode"),
    [
        ("bonjour", False, True),
        ("/ask ?", True, True),
        ("/ask@kiosque_bot ?", True, True),
        ("/ask@other_bot ?", False, True),
        ("dis @Kiosque_Bot ?", True, True),
        ("dis @other_bot", False, True),
        ("et /ask ?", False, True),
    ],
)
async def test_privacy_mode(emulator: Emulator, text: str, private_mode: bool, open_mode: bool) -> None:
    ada, group = emulator.user(ADA), emulator.group()
    await ada.says(text, group)
    assert len(emulator.updates.pending) == private_mode
    emulator.updates.drop_all()
    emulator.state.privacy = False
    await ada.says(text, group)
    assert len(emulator.updates.pending) == open_mode


async def test_groups(emulator: Emulator, bot: Bot) -> None:
    """Replies to the bot and service messages come through privacy mode; a reply carries what it replies to."""
    ada, bob, group = emulator.user(ADA), emulator.user(first_name="Bob"), emulator.group()
    await bob.joins(group)
    first = await bob.says("Kyiv est prise.", group)
    await bot.send_message(group.id, "réponse")
    (answer,) = emulator.messages(group)
    await ada.says("et ?", group, reply_to=answer)
    await ada.says("@kiosque_bot vrai ?", group, reply_to=first)
    await ada.says("à Bob seul", group, reply_to=first)
    joined, to_bot, to_bob = await bot.get_updates(timeout=0)
    assert joined.message.new_chat_members[0].first_name == "Bob"  # type: ignore[union-attr]
    assert to_bot.message.reply_to_message.from_user.id == bot.id  # type: ignore[union-attr]
    assert to_bob.message.reply_to_message.text == "Kyiv est prise."  # type: ignore[union-attr]
    group.removes_bot(ada)
    await ada.says("/ask ?", group)
    updates = await bot.get_updates(timeout=0)
    assert updates[-1].my_chat_member.new_chat_member.status == "kicked"  # type: ignore[union-attr]


async def test_blocking(emulator: Emulator, bot: Bot) -> None:
    ada = emulator.user(ADA, started=True)
    await ada.blocks_bot()
    await ada.says("me revoilà")
    blocked, back, said = await bot.get_updates(timeout=0)
    assert blocked.my_chat_member.new_chat_member.status == "kicked"  # type: ignore[union-attr]
    assert back.my_chat_member.new_chat_member.status == "member"  # type: ignore[union-attr]
    assert said.message.text == "me revoilà"  # type: ignore[union-attr]


@asynccontextmanager
async def listening(statuses: list[int]) -> AsyncIterator[tuple[str, list[tuple[str | None, int]]]]:
    """A bot's webhook: answers with ``statuses``, then 200; gives its root and (secret, update id) of each request."""
    got: list[tuple[str | None, int]] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.json()
        got.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), body["update_id"]))
        return web.Response(status=statuses.pop(0) if statuses else 200)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", got
    finally:
        await runner.cleanup()


async def test_webhook(emulator: Emulator, bot: Bot) -> None:
    ada = emulator.user(ADA)
    await ada.says("avant")
    emulator.webhook.pause = 0.0
    async with listening([500, 403]) as (root, got):
        emulator.webhook.proxies["https://kiosque.example"] = root
        polling = asyncio.create_task(call(emulator, "getUpdates", offset=-1, timeout=30))
        assert (await polling)[1][0]["message"]["text"] == "avant"
        await bot.set_webhook("https://kiosque.example/hook", secret_token="s_1-A", max_connections=2)
        first = await emulator.wait_for("confirmed")
        assert got == [("s_1-A", first)] * 3
        assert emulator.webhook.deliveries == [(first, 500), (first, 403), (first, 200)]
        info = await bot.get_webhook_info()
        assert (info.pending_update_count, info.max_connections) == (0, 2)
        assert info.last_error_message == "Wrong response from the webhook: 403 Forbidden"
        with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
            await bot.get_updates()
        position = emulator.position
        for text in ("un", "deux", "trois"):
            await ada.says(text)
        await emulator.wait_for("confirmed", after=position, count=3)
        assert [number - first for _, number in got[3:]] == [1, 2, 3]  # in order within a chat
        await bot.delete_webhook()
        await ada.says("quatre")
        assert await texts(bot) == ["quatre"]
        waiting = asyncio.create_task(call(emulator, "getUpdates", offset=first + 9, timeout=30))
        await emulator.wait_for("polling")
        await bot.set_webhook(f"{root}/hook", drop_pending_updates=True)
        assert await waiting == (409, "Conflict: terminated by setWebhook request")
        assert len(got) == 6


@pytest.mark.parametrize(
    ("url", "secret", "description"),
    [
        ("http://127.0.0.1:1/", "a b", "secret token contains unallowed characters"),
        ("http://127.0.0.1:1/", "a" * 257, "secret token is too long"),
        ("nonsense", "a", "bad webhook: invalid webhook URL specified"),
        ("http://kiosque.example/", "a", "bad webhook: An HTTPS URL must be provided for webhook"),
        ("https://kiosque.example:8080/", "a", "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
    ],
)
async def test_refused_webhooks(emulator: Emulator, url: str, secret: str, description: str) -> None:
    assert await call(emulator, "setWebhook", url=url, secret_token=secret) == (400, f"Bad Request: {description}")
    assert emulator.updates.webhook_url == ""


async def test_faults(emulator: Emulator, bot: Bot) -> None:
    ada, bob = emulator.user(ADA, started=True), emulator.user(first_name="Bob", started=True)
    emulator.limits.enabled = False
    add = emulator.faults.add
    add("sendMessage", status=429, retry_after=7, times=2, chat=ADA)
    await bot.send_message(bob.id, "a")
    for _ in range(2):
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(ADA, "a")
        assert caught.value._retry_after.total_seconds() == 7
    assert emulator.floods() == []  # they were injected
    add("sendMessage", status=403)
    add("sendMessage", status=409)
    add("sendMessage", status=502)
    add("sendMessage", status=400, description="Bad Request: chat not found")
    add("sendMessage", drop=True)
    for error, sentence in [
        (Forbidden, "bot was blocked by the user"),
        (Conflict, "terminated by other getUpdates request"),
        (NetworkError, "Bad Gateway"),
        (BadRequest, "Chat not found"),
        (NetworkError, "Server disconnected|ReadError|RemoteProtocolError"),
    ]:
        with pytest.raises(error, match=sentence):
            await bot.send_message(ADA, "a")
    assert emulator.messages(ada) == []
    add(["sendMessage"], drop=True, after=True)
    add(status=502, after=True)
    for text in ("arrivé", "arrivé aussi"):
        with pytest.raises(NetworkError):
            await bot.send_message(ADA, text)
    await bot.send_message(ADA, "enfin")
    assert [m.text for m in emulator.messages(ada)] == ["arrivé", "arrivé aussi", "enfin"]
    assert [f.status for _, _, f in emulator.faults.injected] == [429, 429, 403, 409, 502, 400, None, None, 502]
    assert [c.status for c in emulator.calls if c.fault] == [429, 429, 403, 409, 502, 400, None, None, 502]


async def test_random_faults_follow_from_their_seed() -> None:
    async def struck(seed: int) -> list[int]:
        async with Emulator() as emulator:
            emulator.faults.at_random(0.2, seed=seed, method="getMe", status=429)
            return [i for i in range(100) if (await call(emulator, "getMe"))[0] == 429]

    first = await struck(1)
    assert 10 <= len(first) <= 30
    assert await struck(1) == first
    assert await struck(2) != first


async def test_a_gate_holds_a_request(emulator: Emulator, bot: Bot) -> None:
    ada = emulator.user(ADA, started=True)
    gate = emulator.faults.hold("sendMessage")
    sending = asyncio.create_task(bot.send_message(ADA, "tenu"))
    await gate.arrived.wait()
    await bot.send_message(ADA, "passe")
    gate.open()
    await sending
    assert [m.text for m in emulator.messages(ada)] == ["passe", "tenu"]


async def test_waiting(emulator: Emulator, bot: Bot) -> None:
    ada = emulator.user(ADA, started=True)
    later = asyncio.create_task(emulator.wait_until(lambda: emulator.messages(ada)[1:]))
    second = asyncio.create_task(emulator.wait_for("message", ada, count=2))
    await bot.send_message(ADA, "un")
    await bot.send_message(ADA, "deux")
    assert [m.text for m in await later] == ["deux"]
    assert (await second).text == "deux"
    assert (await emulator.wait_for("message", ada, where=lambda m: "x" in m.text)).text == "deux"
    with pytest.raises(TimeoutError, match="message number 1 of 1 did not come"):
        await emulator.wait_for("message", ada, after=emulator.position, timeout=0)
    with pytest.raises(ValueError, match="no events of the kind 'massage'"):
        await emulator.wait_for("massage")


async def test_a_real_application_that_echoes(emulator: Emulator) -> None:
    async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        markup = InlineKeyboardMarkup.from_button(button("encore"))
        await update.message.reply_text(update.message.text or "", reply_markup=markup)

    async def again(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query is not None
        await update.callback_query.edit_message_text("encore !")
        await update.callback_query.answer("fait")

    app = Application.builder().token(emulator.token).base_url(emulator.base_url).build()
    app.add_handlers([MessageHandler(filters.TEXT, echo), CallbackQueryHandler(again)])
    ada, group = emulator.user(ADA), emulator.group()
    async with app:
        assert app.updater is not None
        await app.updater.start_polling()
        await app.start()
        echoed = await emulator.reply(await ada.says("Où est Kyïv ? 😀"))
        assert (echoed.text, echoed.labels) == ("Où est Kyïv ? 😀", ("encore",))
        assert (await ada.taps(echoed, "encore")).text == "fait"
        assert (emulator.current(echoed).text, emulator.current(echoed).edited) == ("encore !", 1)
        asked = await ada.says("/ask@kiosque_bot ?", group)
        assert (await emulator.reply(asked)).text == "/ask@kiosque_bot ?"
        await app.updater.stop()
        await app.stop()
    assert emulator.updates.pending == {}
    assert [c.method for c in emulator.calls if c.status != 200] == []
