"""Updates of one lane in order, of different lanes side by side. Durations are events: nothing sleeps."""

from __future__ import annotations

import asyncio
import datetime
import inspect
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import (
    CallbackQuery,
    Chat,
    ChatMemberLeft,
    ChatMemberMember,
    ChatMemberUpdated,
    ChosenInlineResult,
    InlineQuery,
    Message,
    MessageEntity,
    Update,
    User,
)
from telegram.ext import ApplicationBuilder, CallbackContext, CommandHandler, MessageHandler, filters

from bot.telegram.intake.order import ARRIVAL, Lanes
from tests.telegram_emulator import Emulator

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
GROUP, OTHER_GROUP = -1001, -1002


def message(
    user: int,
    chat: int | None = None,
    thread: int | None = None,
    text: str = "Qui ?",
    kind: str = "message",
    **more: Any,
) -> Update:
    chat = user if chat is None else chat
    where = Chat(chat, "private" if chat > 0 else "supergroup")
    command = text.split(maxsplit=1)[0] if text.startswith("/") else ""
    entities = [MessageEntity("bot_command", 0, len(command))] if command else []
    sender = User(user, "Ada", is_bot=False)
    body = Message(1, NOW, where, from_user=sender, text=text, entities=entities, message_thread_id=thread, **more)
    return Update(1, **{kind: body})


def tap(user: int, chat: int) -> Update:
    return Update(1, callback_query=CallbackQuery("1", User(user, "Ada", False), "1", message(user, chat).message))


def membership(user: int) -> Update:
    who, bot = User(user, "Ada", False), User(7, "Kiosque", True)
    change = ChatMemberUpdated(Chat(user, "private"), who, NOW, ChatMemberMember(bot), ChatMemberLeft(bot))
    return Update(1, my_chat_member=change)


@dataclass
class Work:
    """Handlers that run until they are told to end."""

    lanes: Lanes
    running: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    ends: dict[str, asyncio.Future[None]] = field(default_factory=dict)

    async def arrives(self, name: str, update: object) -> None:
        end = self.ends[name] = asyncio.get_running_loop().create_future()

        async def handle() -> None:
            self.running.append(name)
            try:
                await end
            finally:
                self.running.remove(name)
                self.done.append(name)

        self.tasks[name] = asyncio.create_task(self.lanes.process_update(update, handle()))
        await settle()

    async def ends_with(self, name: str, error: Exception | None = None) -> None:
        if error is None:
            self.ends[name].set_result(None)
        else:
            self.ends[name].set_exception(error)
        await settle()

    async def end_all(self) -> None:
        while self.running:
            await self.ends_with(self.running[0])
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)


async def settle() -> None:
    """Let every task go on until it waits."""
    for _ in range(12):
        await asyncio.sleep(0)


@pytest.fixture
def work(anyio_backend: str) -> Work:
    return Work(Lanes())


@pytest.mark.anyio
async def test_one_after_the_other_in_a_chat_and_side_by_side_in_two(work: Work) -> None:
    await work.arrives("a1", message(1))
    await work.arrives("a2", message(1))
    await work.arrives("b1", message(2))
    await work.arrives("a3", message(1, kind="edited_message"))
    assert work.running == ["a1", "b1"]
    assert (work.lanes.waiting(), work.lanes.lanes()) == (2, 4)  # two threads, two senders
    await work.ends_with("a1")
    assert work.running == ["b1", "a2"]
    assert work.lanes.waiting() == 1
    await work.ends_with("a2")
    assert work.running == ["b1", "a3"]
    await work.end_all()
    assert work.done == ["a1", "a2", "b1", "a3"]
    assert (work.lanes.waiting(), work.lanes.lanes()) == (0, 0)


@pytest.mark.anyio
async def test_threads_are_lanes_and_a_sender_is_in_order_across_all_chats(work: Work) -> None:
    await work.arrives("ada in 5", message(1, GROUP, 5))
    await work.arrives("ada in 6", message(1, GROUP, 6))
    await work.arrives("bob in 6", message(2, GROUP, 6))
    await work.arrives("bob in 7", message(2, GROUP, 7))
    await work.arrives("cy in 8", message(3, GROUP, 8))
    await work.arrives("ada elsewhere", message(1, OTHER_GROUP, 5))
    assert work.running == ["ada in 5", "cy in 8"]
    await work.ends_with("ada in 5")
    assert work.running == ["cy in 8", "ada in 6"]
    await work.ends_with("ada in 6")
    assert work.running == ["cy in 8", "bob in 6", "ada elsewhere"]
    await work.end_all()
    assert work.lanes.lanes() == 0


@pytest.mark.anyio
async def test_one_question_a_person_in_private_and_in_a_group(work: Work) -> None:
    await work.arrives("first", message(1, 1, 5))
    await work.arrives("second", message(1, 1, 6))
    await work.arrives("third", message(1, GROUP))
    assert work.running == ["first"]
    await work.end_all()


@pytest.mark.anyio
async def test_who_writes_as_a_group_is_not_one_sender_everywhere(work: Work) -> None:
    anonymous = 1087968824  # GroupAnonymousBot, of every group
    for name, chat, thread in (("one", GROUP, 5), ("same", GROUP, 6), ("other", OTHER_GROUP, 5)):
        await work.arrives(name, message(anonymous, chat, thread, sender_chat=Chat(chat, "supergroup")))
    assert work.running == ["one", "other"]
    await work.end_all()


AT_ONCE = [
    tap(1, 1),
    Update(1, inline_query=InlineQuery("1", User(1, "Ada", False), "q", "")),
    Update(1, chosen_inline_result=ChosenInlineResult("1", User(1, "Ada", False), "q")),
    membership(1),
    message(1, text="/stop"),
    message(1, text="/STOP@kiosque_bot maintenant"),
    "not an update",
]


@pytest.mark.anyio
@pytest.mark.parametrize("update", AT_ONCE, ids=[str(n) for n in range(len(AT_ONCE))])
async def test_what_never_waits(update: object, anyio_backend: str) -> None:
    work = Work(Lanes(concurrent=1))
    await work.arrives("first", message(1))
    await work.arrives("second", message(1))
    await work.arrives("urgent", update)
    assert work.running == ["first", "urgent"]
    assert (work.lanes.waiting(), work.lanes.lanes()) == (1, 2)
    await work.end_all()


@pytest.mark.anyio
@pytest.mark.parametrize("text", ["/stopping", "stop", "/ask /stop", "/start"])
async def test_what_only_looks_like_stop_waits(work: Work, text: str) -> None:
    await work.arrives("first", message(1))
    await work.arrives("second", message(1, text=text))
    assert work.running == ["first"]
    await work.end_all()


@pytest.mark.anyio
async def test_a_handler_that_raises_does_not_block_its_lane(work: Work) -> None:
    await work.arrives("first", message(1))
    await work.arrives("second", message(1))
    await work.ends_with("first", ValueError("broken"))
    assert work.running == ["second"]
    with pytest.raises(ValueError, match="broken"):
        await work.tasks["first"]
    await work.end_all()
    assert work.lanes.lanes() == 0


@pytest.mark.anyio
async def test_one_cancelled_while_it_waits_lets_nobody_past(work: Work) -> None:
    for name in ("first", "second", "third"):
        await work.arrives(name, message(1))
    work.tasks["second"].cancel()
    await settle()
    assert work.running == ["first"]
    assert work.lanes.waiting() == 1
    await work.ends_with("first")
    assert work.running == ["third"]
    work.tasks["third"].cancel()
    await settle()
    assert (work.running, work.lanes.lanes(), work.lanes.waiting()) == ([], 0, 0)
    assert work.done == ["first", "third"]


@pytest.mark.anyio
async def test_the_last_one_cancelled_changes_nothing_for_the_others(work: Work) -> None:
    for name in ("first", "second", "third"):
        await work.arrives(name, message(1))
    work.tasks["third"].cancel()
    await settle()
    assert work.running == ["first"]
    await work.end_all()
    assert work.done == ["first", "second"]


@pytest.mark.anyio
async def test_a_handler_that_was_never_begun_is_closed(work: Work) -> None:
    async def handle() -> None:
        raise AssertionError("it must not begin")

    await work.arrives("first", message(1))
    handler = handle()
    task = asyncio.create_task(work.lanes.process_update(message(1), handler))
    await settle()
    task.cancel()
    await settle()
    assert inspect.getcoroutinestate(handler) == inspect.CORO_CLOSED
    await work.end_all()


@pytest.mark.anyio
async def test_a_busy_chat_takes_one_place_and_the_bound_holds(anyio_backend: str) -> None:
    work = Work(Lanes(concurrent=2))
    for number in range(5):
        await work.arrives(f"a{number}", message(1))
    await work.arrives("b", message(2))
    await work.arrives("c", message(3))
    assert work.running == ["a0", "b"]
    assert work.lanes.waiting() == 5  # c for a place, the others for their lane
    await work.ends_with("b")
    assert work.running == ["a0", "c"]
    await work.end_all()
    with pytest.raises(ValueError, match="at least 1"):
        Lanes(concurrent=0)


@pytest.mark.anyio
async def test_past_the_bound_what_comes_runs_at_once_as_overfull(anyio_backend: str) -> None:
    work, kinds = Work(Lanes(concurrent=1, most=2)), []

    async def tell() -> None:
        kinds.append(ARRIVAL.get().kind)

    await work.arrives("tap", tap(1, 1))
    await work.arrives("first", message(1))
    await work.arrives("second", message(1))
    for update in (message(1), message(2), tap(1, 1)):
        await asyncio.create_task(work.lanes.process_update(update, tell()))
    assert kinds == ["overfull", "overfull", "new"]
    await work.end_all()
    await asyncio.create_task(work.lanes.process_update(message(1), tell()))
    assert kinds[3:] == ["new"]


@pytest.mark.anyio
async def test_what_was_promised_is_taken_in_even_past_the_bound(anyio_backend: str) -> None:
    lanes, kinds = Lanes(most=1), []

    async def tell() -> None:
        kinds.append(ARRIVAL.get().kind)

    work = Work(lanes)
    await work.arrives("first", message(2))
    lanes.promise(1)  # the id of every update here
    for _ in range(2):
        await asyncio.create_task(lanes.process_update(message(1), tell()))
    assert kinds == ["resumed", "overfull"]
    await work.end_all()


@pytest.mark.anyio
async def test_draining_ends_what_waits_and_lets_what_runs_end(work: Work) -> None:
    for name, user in (("running", 1), ("waiting", 1), ("other", 2)):
        await work.arrives(name, message(user))
    draining = asyncio.create_task(work.lanes.drain(60))
    await settle()
    assert work.tasks["waiting"].cancelled()
    await work.arrives("late", message(3))
    assert work.tasks["late"].cancelled()
    assert work.running == ["running", "other"]
    assert not draining.done()
    await work.ends_with("running")
    await work.ends_with("other")
    await draining
    assert work.done == ["running", "other"]


@pytest.mark.anyio
async def test_after_the_grace_what_still_runs_is_cancelled(work: Work) -> None:
    await work.arrives("running", message(1))
    await work.lanes.drain(0)
    assert work.running == ["running"]
    await work.lanes.cancel()
    assert work.tasks["running"].cancelled()
    assert work.running == []


@pytest.mark.anyio
async def test_shutdown_waits_for_what_runs_and_for_what_waits(work: Work) -> None:
    await work.lanes.initialize()
    await work.lanes.shutdown()  # nothing there
    await work.arrives("first", message(1))
    await work.arrives("second", message(1))
    await work.arrives("urgent", tap(1, 1))
    closing = asyncio.create_task(work.lanes.shutdown())
    for name in ("first", "urgent", "second"):
        await settle()
        assert not closing.done()
        await work.ends_with(name)
    assert closing.done()
    await closing


@pytest.mark.anyio
async def test_nothing_is_kept_for_idle_lanes(work: Work) -> None:
    async def nothing() -> None:
        pass

    for user in range(1, 10_001):
        await work.lanes.process_update(message(user), nothing())
        await work.lanes.process_update(message(user, GROUP, user), nothing())
    assert work.lanes.lanes() == 0
    assert not work.lanes._lanes


PLACES = st.sampled_from([(1, 1, None), (2, 2, None), (2, 2, 5)]) | st.tuples(
    st.integers(1, 3), st.sampled_from([GROUP, OTHER_GROUP]), st.sampled_from([None, 5, 6])
)
STEPS = st.lists(st.one_of(PLACES, st.integers(0, 9)), max_size=40)


@settings(deadline=None, max_examples=150)
@given(STEPS, st.integers(1, 4) | st.just(256))
def test_of_each_lane_the_first_that_came_runs_and_no_other(steps: list[Any], concurrent: int) -> None:
    """A step is an arrival (user, chat, thread), or the end of one of those that run."""
    asyncio.run(check(steps, concurrent))


async def check(steps: list[Any], concurrent: int) -> None:
    work, came = Work(Lanes(concurrent)), dict[str, tuple[int, int, int | None]]()
    for step in steps:
        if isinstance(step, int):
            if work.running:
                await work.ends_with(work.running[step % len(work.running)])
        else:
            came[str(len(came))] = step
            await work.arrives(str(len(came) - 1), message(*step))
        check_running(work, came, concurrent)
    while work.running:
        await work.ends_with(work.running[0])
        check_running(work, came, concurrent)
    assert sorted(work.done) == sorted(came)
    assert (work.lanes.waiting(), work.lanes.lanes(), work.lanes.current_concurrent_updates) == (0, 0, 0)


def check_running(work: Work, came: dict[str, tuple[int, int, int | None]], concurrent: int) -> None:
    present = [name for name in came if name not in work.done]
    first = [
        name
        for i, name in enumerate(present)
        if not any(share_a_lane(came[name], came[earlier]) for earlier in present[:i])
    ]
    assert set(work.running) <= set(first)
    assert len(work.running) == min(concurrent, len(first))
    assert work.lanes.waiting() == len(present) - len(work.running)


def share_a_lane(one: tuple[int, int, int | None], two: tuple[int, int, int | None]) -> bool:
    return one[1:] == two[1:] or one[0] == two[0]


@pytest.mark.anyio
async def test_in_a_real_application(emulator: Emulator) -> None:
    """/stop and another chat pass a question that is under way; the second question of the chat waits for it."""
    handled: list[str] = []
    came, end = asyncio.Event(), asyncio.Event()

    async def asks(update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
        assert update.message is not None
        text = update.message.text or ""
        if text == "slow":
            came.set()
            await end.wait()
        handled.append(text)
        await update.message.reply_text(text)

    lanes = Lanes()
    builder = ApplicationBuilder().token(emulator.token).base_url(emulator.base_url).concurrent_updates(lanes)
    application = builder.build()
    application.add_handler(CommandHandler("stop", asks))
    application.add_handler(MessageHandler(filters.TEXT, asks))
    ada, bob = emulator.user(1), emulator.user(2)
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling()
        await ada.says("slow")
        await came.wait()
        await ada.says("next")
        await emulator.reply(await ada.says("/stop"))
        await emulator.reply(await bob.says("other"))
        assert handled == ["/stop", "other"]
        assert lanes.waiting() == 1
        end.set()
        await emulator.wait_for("message", ada.id, where=lambda sent: sent.text == "next")
        assert handled == ["/stop", "other", "slow", "next"]
        await application.updater.stop()
        await application.stop()
    assert lanes.lanes() == 0
