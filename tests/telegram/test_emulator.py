"""The emulator refuses what Telegram refuses, in Telegram's words, and keeps what it keeps."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden

from tests.telegram.raw import call
from tests.telegram_emulator import TOKEN, Button, Emulator, Entity, ManualClock

pytestmark = pytest.mark.anyio

ADA = 1001


def keyboard(**action: Any) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("A", **action)]])


@pytest.mark.parametrize(
    ("token", "method", "status", "description"),
    [
        ("1:unknown", "getMe", 401, "Unauthorized"),
        ("malformed", "getMe", 404, "Not Found"),
        (TOKEN, "sendMesage", 404, "Not Found"),
    ],
)
async def test_tokens_and_methods(emulator: Emulator, token: str, method: str, status: int, description: str) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        response = await client.get(f"{emulator.base_url}{token}/{method}")
    assert response.status_code == status
    assert response.json() == {"ok": False, "error_code": status, "description": description}


async def test_a_method_not_emulated_fails_the_test() -> None:
    with pytest.raises(ExceptionGroup, match="in the Telegram emulator") as caught:
        async with Emulator() as emulator:
            assert (await call(emulator, "sendDice", chat_id=1))[0] == 501
    assert "sendDice" in str(caught.value.exceptions[0])


async def test_json_form_multipart_and_query_are_read_alike(emulator: Emulator) -> None:
    emulator.user(ADA, started=True)
    url = f"{emulator.base_url}{emulator.token}/SENDMESSAGE"
    asked = {"chat_id": str(ADA), "text": "a"}
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        await client.get(url, params=asked)
        await client.post(url, data=asked)
        await client.post(url, json={"chat_id": ADA, "text": "a"})
        await client.post(url, data=asked, files={"unused": ("n.txt", b"1")})
        broken = await client.post(url, content=b"{", headers={"Content-Type": "application/json"})
    assert [m.text for m in emulator.messages(ADA)] == ["a"] * 3  # the fourth met the limit
    assert [c.status for c in emulator.calls] == [200, 200, 200, 429, 400]
    assert broken.json()["description"] == "Bad Request: can't parse JSON object"
    assert emulator.calls[3].parameters == {**asked, "unused": "<n.txt, 1 bytes>"}


async def test_a_message_as_the_bot_and_the_test_see_it(emulator: Emulator, bot: Bot) -> None:
    ada = emulator.user(ADA)
    asked = await ada.says("/start a_1")
    message = await bot.send_message(
        ADA,
        "<b>Kyïv</b> 😀 <blockquote expandable>x</blockquote>  ",
        "HTML",
        reply_parameters=ReplyParameters(asked.message_id),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_markup=InlineKeyboardMarkup(
            [
                [InlineKeyboardButton("1", callback_data="s:1"), InlineKeyboardButton("2", url="https://a.fr/x")],
                [InlineKeyboardButton("c", copy_text=CopyTextButton("cité"))],
                [InlineKeyboardButton("i", switch_inline_query_current_chat="")],
            ]
        ),
    )
    (sent,) = emulator.messages(ada)
    assert (sent.text, sent.reply_to, sent.date) == ("Kyïv 😀 x", asked.message_id, 1_790_000_000)
    assert sent.entities == (Entity("bold", 0, 4), Entity("expandable_blockquote", 8, 1))
    assert sent.buttons == (
        (Button("1", callback_data="s:1"), Button("2", url="https://a.fr/x")),
        (Button("c", copy_text="cité"),),
        (Button("i", switch_inline_query_current_chat=""),),
    )
    assert sent.preview == {"is_disabled": True}
    assert sent.covered("bold") == ("Kyïv",)
    assert (message.text, message.reply_to_message.text) == (sent.text, "/start a_1")  # type: ignore[union-attr]
    assert message.parse_entities(["bold"]) == {MessageEntity("bold", 0, 4): "Kyïv"}
    assert message.reply_markup is not None
    assert message.reply_markup.inline_keyboard[1][0].copy_text == CopyTextButton("cité")


async def test_entities_given_instead_of_html(emulator: Emulator, bot: Bot) -> None:
    emulator.user(ADA, started=True)
    await bot.send_message(ADA, "😀 ab", entities=[MessageEntity("italic", 3, 2)])
    assert emulator.messages(ADA)[0].entities == (Entity("italic", 3, 2),)
    with pytest.raises(BadRequest, match="ends after the end of the text"):
        await bot.send_message(ADA, "ab", entities=[MessageEntity("italic", 1, 2)])


async def test_the_longest_that_is_taken(emulator: Emulator, bot: Bot) -> None:
    emulator.user(ADA, started=True)
    tagged = "<b>" + "😀" * 2048 + "</b>\n"  # longer as HTML, 4,096 UTF-16 units once parsed
    assert (await bot.send_message(ADA, tagged, "HTML")).text == "😀" * 2048
    assert (await bot.send_message(ADA, "a", reply_markup=keyboard(callback_data="é" * 32))).message_id
    many = " ".join(f"<b>{i}</b>" for i in range(120))
    assert len((await bot.send_message(ADA, many, "HTML")).entities) == 100


async def test_editing(emulator: Emulator, bot: Bot, clock: ManualClock) -> None:
    ada = emulator.user(ADA, started=True)
    sent = await bot.send_message(ADA, "un", reply_markup=keyboard(callback_data="a"))
    same = "Message is not modified: specified new message content and reply markup are exactly the same"
    with pytest.raises(BadRequest, match=same):
        await sent.edit_text("<i></i>un ", "HTML", reply_markup=keyboard(callback_data="a"))
    clock.advance(2)
    edited = await sent.edit_text("<b>un</b>", "HTML", reply_markup=keyboard(callback_data="b"))
    assert isinstance(edited, Message)
    assert edited.edit_date is not None
    await sent.edit_text("deux")  # without a markup the buttons go
    with pytest.raises(BadRequest, match="Message_too_long"):
        await sent.edit_text("a" * 4097)
    (now,) = emulator.messages(ada)
    assert (now.text, now.buttons, now.edited) == ("deux", (), 2)
    assert [(v.text, v.entities, v.labels) for v in emulator.versions(now)] == [
        ("un", (), ("A",)),
        ("un", (Entity("bold", 0, 2),), ("A",)),
        ("deux", (), ()),
    ]
    said = await ada.says("à moi")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", ADA, said.message_id)
    await sent.edit_reply_markup(keyboard(callback_data="c"))
    assert emulator.messages(ada)[0].button("A").callback_data == "c"


async def test_deleting(emulator: Emulator, bot: Bot, clock: ManualClock) -> None:
    ada, group = emulator.user(ADA, started=True), emulator.group()
    first, second = await bot.send_message(ADA, "un"), await bot.send_message(ADA, "deux")
    assert await first.delete()
    assert await bot.delete_messages(ADA, [first.message_id, second.message_id, 77])
    assert [m.deleted for m in emulator.messages(ada)] == [True, True]
    assert emulator.shown(ada) == []
    said = await ada.says("à tous", group)
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(group.id, said.message_id)
    third = await bot.send_message(ADA, "trois")
    clock.advance(48 * 3600 + 1)
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await third.delete()


async def test_replies_to_what_is_gone(emulator: Emulator, bot: Bot) -> None:
    ada = emulator.user(ADA)
    asked = await ada.says("?")
    await bot.delete_message(ADA, asked.message_id)
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(ADA, "!", reply_to_message_id=asked.message_id)
    await bot.send_message(ADA, "!", reply_to_message_id=asked.message_id, allow_sending_without_reply=True)
    assert [m.reply_to for m in emulator.messages(ada)] == [None]


async def test_who_may_be_written_to(emulator: Emulator, bot: Bot) -> None:
    ada, group = emulator.user(ADA), emulator.group()
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(ADA, "a")
    await ada.says("salut")
    await bot.send_message(ADA, "a")
    await ada.blocks_bot()
    with pytest.raises(Forbidden, match="Forbidden: bot was blocked by the user"):
        await bot.send_chat_action(ADA, "typing")
    await ada.unblocks_bot()
    await bot.send_chat_action(ADA, "typing")
    assert [a.action for a in emulator.actions(ada)] == ["typing"]
    group.mutes_bot()
    with pytest.raises(BadRequest, match="Not enough rights to send text messages to the chat"):
        await bot.send_message(group.id, "a")
    group.removes_bot(ada)
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(group.id, "a")


async def test_topics(emulator: Emulator, bot: Bot) -> None:
    ada, forum, plain = emulator.user(ADA), emulator.group(forum=True), emulator.group()
    topic = forum.topic("Ukraine", ada)
    asked = await ada.says("/ask ?", forum, thread=topic)
    message = await bot.send_message(forum.id, "a", message_thread_id=topic)
    assert (message.message_thread_id, message.is_topic_message) == (topic, True)
    assert message.reply_to_message is not None
    assert message.reply_to_message.forum_topic_created is not None
    assert [m.thread for m in emulator.messages(forum, topic)] == [topic]
    assert (await emulator.reply(asked)).text == "a"
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(forum.id, "a", message_thread_id=1)  # the general topic is named by no number
    # In an ordinary supergroup a chain of replies has a number too, which is no thread to write to.
    first = await ada.says("un", plain)
    second = await ada.says("deux", plain, reply_to=first)
    assert second.thread == first.message_id
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(plain.id, "a", message_thread_id=second.thread)


async def test_drafts(emulator: Emulator, bot: Bot, clock: ManualClock) -> None:
    ada, group = emulator.user(ADA, started=True), emulator.group()
    assert await bot.send_message_draft(ADA, 7, "<b>a</b>", parse_mode="HTML")
    clock.advance(1)
    assert await bot.send_message_draft(ADA, 7, "")
    assert [(d.draft_id, d.text, d.entities, d.at) for d in emulator.drafts(ada)] == [
        (7, "a", (Entity("bold", 0, 1),), 1000.0),
        (7, "", (), 1001.0),
    ]
    assert emulator.messages(ada) == []
    with pytest.raises(BadRequest, match="Textdraft_peer_invalid"):
        await bot.send_message_draft(group.id, 7, "a")


async def test_documents(emulator: Emulator, bot: Bot) -> None:
    ada = emulator.user(ADA, started=True)
    message = await bot.send_document(ADA, b"\x00\xff", "<b>c</b>", filename="export.json", parse_mode="HTML")
    (sent,) = emulator.messages(ada)
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.data) == ("export.json", b"\x00\xff")
    assert (sent.text, message.caption, sent.covered("bold")) == ("c", "c", ("c",))
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_document(ADA, b"a", "a" * 1025)
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("x", ADA, message.message_id)
    said = await ada.sends_document("note.txt", b"texte", caption="/index")
    assert said.document is not None
    file = await bot.get_file(said.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"texte"
    huge = await ada.sends_document("huge.bin", bytes(20 * 1024 * 1024 + 1))
    assert huge.document is not None
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(huge.document.file_id)


async def test_inline_answers(emulator: Emulator, bot: Bot) -> None:
    ada = emulator.user(ADA)

    def article(id: str, text: str = "<b>t</b>") -> InlineQueryResultArticle:
        return InlineQueryResultArticle(id, "titre", InputTextMessageContent(text, "HTML"), description="d")

    async def answer(*results: InlineQueryResultArticle, **more: Any) -> None:
        (update,) = await bot.get_updates(offset=-1)
        assert update.inline_query is not None
        await update.inline_query.answer(results, **more)

    asking = asyncio.create_task(ada.asks_inline("mars", "o"))
    await emulator.wait_for("update")
    for results, reason in [
        ([article("a"), article("a")], "Result_id_duplicate"),
        ([article("a" * 65)], "Result_id_invalid"),
        ([article(str(i)) for i in range(51)], "Results_too_much"),
        ([article("a", "<b>")], "Can't parse entities"),
        ([article("a", "a" * 4097)], "Message_too_long"),
    ]:
        with pytest.raises(BadRequest, match=reason):
            await answer(*results)
    with pytest.raises(BadRequest, match="Next_offset_invalid"):
        await answer(article("a"), next_offset="é" * 33)
    with pytest.raises(BadRequest, match="Start_param_invalid"):
        await answer(article("a"), button=InlineQueryResultsButton("b", start_parameter="a b"))
    button = InlineQueryResultsButton("Suite", start_parameter="s_1")
    await answer(article("a"), next_offset="10", button=button, cache_time=5, is_personal=True)
    with pytest.raises(BadRequest, match="Query is too old"):
        await answer(article("a"))
    got = await asking
    assert (got.query, got.offset, got.next_offset, got.cache_time, got.is_personal) == ("mars", "o", "10", 5, True)
    assert got.button == ("Suite", "s_1")
    assert [(r.id, r.title, r.text, r.entities) for r in got.results] == [("a", "titre", "t", (Entity("bold", 0, 1),))]
    picked = await ada.picks(got, "a")
    assert (picked.text, picked.sender) == ("t", ADA)


async def test_callbacks_are_answered_once_and_in_time(emulator: Emulator, bot: Bot, clock: ManualClock) -> None:
    ada = emulator.user(ADA, started=True)
    await bot.send_message(ADA, "a", reply_markup=keyboard(callback_data="s:1"))
    (sent,) = emulator.messages(ada)
    with pytest.raises(LookupError, match="0 buttons are 'B'"):
        ada.taps_only(sent, "B")
    tap, late = ada.taps_only(sent, "A"), ada.taps_only(sent, "x:1", forged=True)
    assert await bot.answer_callback_query(tap.query_id, "oui", show_alert=True)
    answer = await tap.wait()
    assert (answer.data, answer.text, answer.show_alert, answer.user) == ("s:1", "oui", True, ADA)
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired or query id is invalid"):
        await bot.answer_callback_query(tap.query_id)
    clock.advance(30.5)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(late.query_id)
    assert emulator.callback_answers == [answer]


async def test_the_profile(emulator: Emulator, bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.username, me.supports_inline_queries, me.can_read_all_group_messages) == ("kiosque_bot", True, False)
    ada = emulator.user(ADA)
    french = [BotCommand("ask", "Poser une question")]
    await bot.set_my_commands(french, language_code="fr")
    await bot.set_my_commands([("status", "État")], BotCommandScopeChat(ADA))
    assert emulator.commands == {
        (("default",), "fr"): (("ask", "Poser une question"),),
        (("chat", ada.id), ""): (("status", "État"),),
    }
    assert list(await bot.get_my_commands(BotCommandScopeDefault(), "fr")) == french
    await bot.delete_my_commands(language_code="fr")
    assert await bot.get_my_commands(language_code="fr") == ()
    await bot.set_my_name("Kiosk", "en")
    assert [(await bot.get_my_name(code)).name for code in ("en", "fr")] == ["Kiosk", "Kiosque"]
    assert (await bot.get_chat(ADA)).first_name == "Ada"
    group = emulator.group()
    await ada.joins(group)
    assert (await bot.get_chat_member(group.id, ADA)).status == "member"
    group.promotes(ada)
    assert [m.user.id for m in await bot.get_chat_administrators(group.id)] == [ADA]
    await bot.log_out()
    assert await call(emulator, "getMe") == (400, "Logged out")
