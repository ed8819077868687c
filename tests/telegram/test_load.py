"""Many ask at once, through faults and restarts, of the bot as a process; and whether the count would notice a mistake."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from answering.settings import ROOT
from tests.telegram.ledger import Ledger, Tally, busy_texts, ideal, tally
from tests.telegram.load import Plan, run
from tests.telegram_emulator import TOKEN, Emulator, ManualClock

pytestmark = pytest.mark.anyio


def kept(load: Tally) -> dict[str, object]:
    """What may go wrong, and did."""
    return {
        "lost": load.lost,
        "twice": load.twice,
        "disordered": load.disordered,
        "stray": load.stray,
        "others": load.others,
    }


NOTHING = {"lost": 0, "twice": 0, "disordered": 0, "stray": 0, "others": []}


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """One article: the more there is to read, the longer each answer takes."""
    folder = tmp_path / "articles"
    folder.mkdir()
    shutil.copy(min((ROOT / "seeds").glob("*.txt")), folder)
    return folder


async def test_no_question_is_lost_and_none_answered_twice_through_faults_and_a_restart(
    tmp_path: Path, article: Path
) -> None:
    plan = Plan(users=12, rounds=3, kill="term", flooded=0.1, failed=0.05, singles=2, articles=article)
    done = await run(plan, tmp_path)
    assert kept(done.load) == NOTHING
    assert (len(done.load.arrivals), len(done.load.answers)) == (36, 36)
    assert kept(done.singles) == NOTHING
    assert (done.exits, done.in_doubt) == ([0, 0, 0], [0, 0, 0])
    assert {name.split()[1] for name in done.faults} == {"429", "502"}
    assert TOKEN.partition(":")[2] not in done.log


async def test_a_full_queue_says_so_and_a_killed_bot_loses_nothing(tmp_path: Path, article: Path) -> None:
    done = await run(Plan(users=12, rounds=2, kill="kill", queue=4, singles=1, articles=article), tmp_path)
    assert (done.load.lost, done.load.disordered, done.load.others) == (0, 0, [])
    assert done.load.twice <= max(done.in_doubt)  # of what was on its way nobody can know
    assert done.load.busy
    assert len(done.load.answers) + len(done.load.busy) == 24
    assert done.exits == [-9, 0, 0]


class Script:
    """A bot that answers as it is told, and what its data file would tell."""

    def __init__(self, emulator: Emulator, bot: Bot) -> None:
        self.ledger, self.bot = Ledger(emulator), bot
        self.ada = emulator.user()
        self.numbers: dict[int, tuple[int, int, str]] = {}

    async def ask(self, text: str) -> int:
        question = await self.ada.says(text)
        self.ledger.asked(question)
        return question.message_id

    async def answer(self, number: int, message: int, text: str) -> None:
        self.numbers[number] = (self.ada.id, message, text)
        rows = InlineKeyboardMarkup([[InlineKeyboardButton("+", callback_data=f"f:{number}:1")]])
        await self.bot.send_message(self.ada.id, f"about {text}", reply_markup=rows)

    def tally(self) -> Tally:
        return tally(self.ledger, self.numbers)


@pytest.fixture
def script(emulator: Emulator, bot: Bot) -> Script:
    emulator.limits.enabled = False
    return Script(emulator, bot)


async def test_the_count_sees_what_is_right(script: Script, clock: ManualClock) -> None:
    first, second = await script.ask("one"), await script.ask("two")
    clock.now += 2
    await script.answer(1, first, "one")
    await script.answer(2, second, "two")
    assert script.ledger.open == 0
    assert kept(script.tally()) == NOTHING
    assert script.tally().answers == [2.0, 2.0]


async def test_the_count_sees_a_lost_and_a_repeated_answer_though_their_number_is_right(script: Script) -> None:
    first, _ = await script.ask("one"), await script.ask("two")
    await script.answer(1, first, "one")
    await script.answer(2, first, "one")
    assert kept(script.tally()) == NOTHING | {"lost": 1, "twice": 1}


async def test_the_count_sees_answers_in_the_wrong_order_and_to_nothing_that_was_asked(script: Script) -> None:
    first, second = await script.ask("one"), await script.ask("two")
    await script.answer(1, second, "two")
    await script.answer(2, first, "one")
    await script.answer(3, first, "other words")
    assert kept(script.tally()) == NOTHING | {"disordered": 1, "stray": 1}


async def test_a_busy_reply_is_the_one_reply_and_other_messages_are_none(script: Script) -> None:
    first, _ = await script.ask("one"), await script.ask("two")
    await script.answer(1, first, "one")
    await script.bot.send_message(script.ada.id, "Something went wrong")
    assert kept(script.tally()) == NOTHING | {"lost": 1, "others": ["Something went wrong"]}
    busy = sorted(busy_texts())[0]
    await script.bot.send_message(script.ada.id, busy)
    assert kept(script.tally()) == NOTHING | {"others": ["Something went wrong"]}
    await script.bot.send_message(script.ada.id, busy)
    assert script.tally().twice == 1


def test_the_bound_lets_thirty_go_in_a_second() -> None:
    assert ideal([0.0] * 31 + [5.0], 30)[29:] == [0.0, 1.0, 5.0]
