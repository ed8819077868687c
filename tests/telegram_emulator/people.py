"""People and groups as a test plays them: what they do reaches the bot as updates."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from tests.telegram_emulator.access import thread_of
from tests.telegram_emulator.formatting import fix
from tests.telegram_emulator.methods_messages import LONGEST_CAPTION, LONGEST_TEXT, inline_message
from tests.telegram_emulator.render import chat_json, message_json, replied_to, user_json
from tests.telegram_emulator.state import Chat, Message, Query, State, User
from tests.telegram_emulator.values import (
    CallbackAnswer,
    Document,
    Entity,
    InlineAnswer,
    Json,
    Sent,
    utf16_length,
    utf16_slice,
)


class Group:
    """A group or, with an id that begins with -100 (or as a forum), a supergroup. The bot is a member at first."""

    def __init__(self, state: State, chat: Chat) -> None:
        self._state, self._chat = state, chat
        self.id = chat.id

    def topic(self, name: str, by: Person) -> int:
        """Opens a topic in a forum and gives its message_thread_id."""
        assert self._chat.forum, "only a forum has topics"
        service = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        message = self._state.new_message(self._chat, by.user, service=service)
        message.thread = message.id
        self._chat.topics[message.id] = message
        _deliver(self._state, message)
        return message.id

    def promotes(self, who: Person | None, status: str = "administrator") -> None:
        """Makes a person, or (None) the bot, an administrator, the creator, or a member again."""
        if who is None:
            self._set_bot(status, self._state.bot)
        else:
            self._chat.members[who.id] = status

    def removes_bot(self, by: Person) -> None:
        self._set_bot("kicked", by.user)

    def adds_bot(self, by: Person) -> None:
        self._set_bot("member", by.user)

    def mutes_bot(self, muted: bool = True) -> None:
        """Without the right to write: 400, "not enough rights"."""
        self._chat.may_write = not muted

    def _set_bot(self, status: str, by: User) -> None:
        old, self._chat.bot = self._chat.bot, status
        _my_chat_member(self._state, self._chat, by, old, status)


class Person:
    """Every action returns what came of it; those that wait take ``timeout`` in seconds and raise TimeoutError."""

    def __init__(self, state: State, user: User) -> None:
        self._state, self.user = state, user
        self.id = user.id

    @property
    def _own_chat(self) -> Chat:
        return self._state.chats[self.id]

    async def says(
        self,
        text: str,
        chat: Group | int | None = None,
        *,
        reply_to: Sent | int | None = None,
        thread: int | None = None,
        entities: Iterable[Entity] | None = None,
        anonymous: bool = False,
    ) -> Sent:
        """A message, in private unless a chat is given. Commands and mentions are found unless ``entities`` are given.

        ``anonymous``: in the name of the group, as its administrators may write.
        """
        text, found = self._written(text, entities, LONGEST_TEXT)
        if not text:
            raise ValueError("nobody can send an empty message")
        return self._sends(chat, reply_to, thread, text=text, entities=found, source=text, anonymous=anonymous)

    async def sends_document(
        self,
        name: str,
        data: bytes,
        chat: Group | int | None = None,
        *,
        caption: str = "",
        mime_type: str = "application/octet-stream",
        reply_to: Sent | int | None = None,
        thread: int | None = None,
    ) -> Sent:
        caption, found = self._written(caption, None, LONGEST_CAPTION)
        document: Document = self._state.add_file(name, mime_type, data)
        return self._sends(chat, reply_to, thread, text=caption, entities=found, source=caption, document=document)

    async def edits(self, message: Sent, text: str) -> Sent:
        """Changes one's own message: an edited_message update."""
        own = self._state.chats[message.chat].messages[message.message_id]
        assert own.sender is self.user, "nobody can edit another's message"
        own.text, own.entities = self._written(text, None, LONGEST_TEXT)
        own.source, own.edit_date, own.edits = text, self._state.date(), own.edits + 1
        _deliver(self._state, own, kind="edited_message")
        return own.keep_version()

    async def taps(self, message: Sent, wanted: str, *, forged: bool = False, timeout: float = 10.0) -> CallbackAnswer:
        """Taps the button with this label or callback data and waits for answerCallbackQuery.

        ``forged``: sends ``wanted`` as data though no button has it, as a changed client can.
        """
        return await self.taps_only(message, wanted, forged=forged).wait(timeout)

    def taps_only(self, message: Sent, wanted: str, *, forged: bool = False) -> Tap:
        """The same without waiting: for taps in quick succession."""
        state = self._state
        target = state.chats[message.chat].messages[message.message_id]
        data: str | None = wanted
        if not forged:
            button = target.sent().button(wanted)
            data = button.callback_data
            if data is None:
                raise ValueError(f"{wanted!r} is no callback button: {button}")
        assert data is not None
        number = str(4_000_000_000_000 + state.fresh())
        query = Query(number, self.user, data, state.clock(), asyncio.get_running_loop().create_future())
        state.callbacks[number] = query
        body: Json = {"id": number, "from": user_json(self.user), "chat_instance": str(target.chat.id), "data": data}
        if target.inline_message_id:
            body["inline_message_id"] = target.inline_message_id
        else:
            body["message"] = message_json(state, target)
        state.updates.push("callback_query", body, self.id)
        return Tap(query)

    async def asks_inline(self, query: str, offset: str = "", *, timeout: float = 10.0) -> InlineAnswer:
        """Types ``@bot query`` and waits for answerInlineQuery."""
        state = self._state
        if not state.inline:
            raise ValueError("inline mode is off: Emulator(inline=True)")
        if len(query) > 256:
            raise ValueError("an inline query has at most 256 characters")
        number = str(5_000_000_000_000 + state.fresh())
        asked = Query(
            number, self.user, query, state.clock(), asyncio.get_running_loop().create_future(), offset=offset
        )
        state.inline_queries[number] = asked
        body = {"id": number, "from": user_json(self.user), "query": query, "offset": offset, "chat_type": "sender"}
        state.updates.push("inline_query", body, self.id)
        return await Tap(asked).inline(timeout)

    async def picks(self, answer: InlineAnswer, result_id: str, chat: Group | int | None = None) -> Sent:
        """Sends one of the results: a message via the bot, and a chosen_inline_result where that is allowed."""
        result = next(r for r in answer.results if r.id == result_id)
        where = _chat(self._state, chat, self)
        blank = Message(0, where, self.user, 0, 0.0, result.text, result.entities, result.source)
        blank.rows, blank.preview = result.buttons, result.preview
        message = inline_message(self._state, where, self.user, blank.sent())
        body: Json = {"result_id": result_id, "from": user_json(self.user), "query": answer.query}
        if message.inline_message_id:
            body["inline_message_id"] = message.inline_message_id
        self._state.updates.push("chosen_inline_result", body, self.id)
        _deliver(self._state, message)
        return message.keep_version()

    async def blocks_bot(self) -> None:
        self._own_chat_member(blocked=True)

    async def unblocks_bot(self) -> None:
        self._own_chat_member(blocked=False)

    async def joins(self, group: Group) -> None:
        chat = self._state.chats[group.id]
        chat.members[self.id] = "member"
        _deliver(
            self._state,
            self._state.new_message(chat, self.user, service={"new_chat_members": [user_json(self.user)]}),
        )

    async def leaves(self, group: Group) -> None:
        chat = self._state.chats[group.id]
        chat.members[self.id] = "left"
        service = {"left_chat_member": user_json(self.user)}
        _deliver(self._state, self._state.new_message(chat, self.user, service=service))

    def _own_chat_member(self, *, blocked: bool) -> None:
        self.user.blocked = blocked
        statuses = ("member", "kicked") if blocked else ("kicked", "member")
        _my_chat_member(self._state, self._own_chat, self.user, *statuses)

    def _written(self, text: str, entities: Iterable[Entity] | None, longest: int) -> tuple[str, tuple[Entity, ...]]:
        if utf16_length(text) > longest:
            raise ValueError(f"Telegram's clients send at most {longest} characters at once")
        cleaned, found = fix(text, [])
        return (cleaned, found) if entities is None else (text, tuple(entities))

    def _sends(
        self, chat: Group | int | None, reply_to: Sent | int | None, thread: int | None, **content: object
    ) -> Sent:
        where = _chat(self._state, chat, self)
        replied = None
        if reply_to is not None:
            replied = where.messages[reply_to.message_id if isinstance(reply_to, Sent) else reply_to]
        if thread is not None:
            assert thread in where.topics, f"no topic {thread} in this chat"
        if where.private:
            if self.user.blocked:
                self._own_chat_member(blocked=False)
            self.user.started = True
        else:
            where.members.setdefault(self.id, "member")
        message = self._state.new_message(
            where, self.user, reply_to=replied, thread=thread_of(where, thread, replied), **content
        )
        _deliver(self._state, message)
        return message.sent()


class Tap:
    """A query under way."""

    def __init__(self, query: Query) -> None:
        self.query_id, self._query = query.id, query

    async def wait(self, timeout: float = 10.0) -> CallbackAnswer:
        answer = await self._answer(timeout)
        assert isinstance(answer, CallbackAnswer)
        return answer

    async def inline(self, timeout: float = 10.0) -> InlineAnswer:
        answer = await self._answer(timeout)
        assert isinstance(answer, InlineAnswer)
        return answer

    async def _answer(self, timeout: float) -> object:
        try:
            async with asyncio.timeout(timeout):
                return await asyncio.shield(self._query.answer)
        except TimeoutError:
            raise TimeoutError(f"the bot did not answer the query {self._query.data!r} in {timeout} s") from None


def _chat(state: State, chat: Group | int | None, person: Person) -> Chat:
    return state.chats[person.id if chat is None else chat if isinstance(chat, int) else chat.id]


def _deliver(state: State, message: Message, kind: str = "message") -> None:
    if _visible(state, message):
        state.updates.push(kind, message_json(state, message), message.chat.id)


def _visible(state: State, message: Message) -> bool:
    """Privacy mode (core.telegram.org/bots/features#privacy-mode): what a bot in a group is given."""
    chat = message.chat
    if chat.private:
        return True
    if chat.bot not in ("member", "administrator"):
        return False
    if not state.privacy or chat.bot == "administrator" or message.service is not None or message.via_bot:
        return True
    replied = replied_to(message)
    if replied is not None and replied.sender is state.bot:
        return True
    return any(_addresses(state, message.text, entity) for entity in message.entities)


def _addresses(state: State, text: str, entity: Entity) -> bool:
    """A mention of the bot, a command for it, or a command at the start that names no other bot."""
    covered = utf16_slice(text, entity.offset, entity.length).lower()
    own = f"@{state.bot.username}".lower()
    if entity.type == "mention":
        return covered == own
    if entity.type == "bot_command":
        return covered.endswith(own) if "@" in covered else entity.offset == 0
    return entity.type == "text_mention" and entity.user_id == state.bot.id


def _my_chat_member(state: State, chat: Chat, by: User, old: str, new: str) -> None:
    def member(status: str) -> Json:
        more: Json = {"until_date": 0} if status == "kicked" else {}
        return {"status": status, "user": user_json(state.bot)} | more

    body = {
        "chat": chat_json(chat),
        "from": user_json(by),
        "date": state.date(),
        "old_chat_member": member(old),
        "new_chat_member": member(new),
    }
    state.updates.push("my_chat_member", body, chat.id)
