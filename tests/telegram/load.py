"""Many people ask the real bot at once, through faults and restarts; then every question must have exactly one reply.

Shared by ``test_load`` and ``benchmarks.telegram_load``. The bot is ``kiosque telegram``, a process of its own; Telegram
is the emulator, here, with its limits. Times are seconds of the emulator's clock.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from answering.settings import ROOT
from tests.telegram.bot_process import BotProcess
from tests.telegram.ledger import Ledger, Tally, number_of, tally
from tests.telegram_emulator import Emulator, Person, Tap


@dataclass(frozen=True, slots=True)
class Plan:
    """``rate``: questions a second that are asked on average. ``kill``: how the bot is ended, ``restarts`` times, while
    people ask. ``queue``: TELEGRAM_QUEUE. ``flooded`` and ``failed``: shares of all requests that meet a 429 or a 502;
    ``after``: the 502 comes once the request took effect. ``patience``: seconds without a reply after which what is
    missing is lost. ``singles``: questions that are asked one at a time, at the end.
    ``articles``: what the index is made from."""

    users: int = 500
    rounds: int = 5
    seed: int = 0
    rate: float = 30.0
    kill: Literal["term", "kill", "none"] = "term"
    restarts: int = 1
    queue: int = 1_000_000
    flooded: float = 0.02
    failed: float = 0.01
    after: bool = False
    patience: float = 60.0
    singles: int = 20
    articles: Path = ROOT / "seeds"


@dataclass(frozen=True, slots=True)
class Run:
    """What came of it. ``singles``: those who asked one at a time, of an idle bot. ``taps``: seconds until each tap on a
    button was answered while the others asked, infinite when it was not. ``faults``: injected ones by method and status;
    ``refused``: the bot's own mistakes, 429s among them, by method and reason. ``exits``, ``stops``, ``starts``: the
    bot's statuses, and how long each took; ``in_doubt``: replies that had arrived until each stop, and of which its data
    file does not know it; ``log``: all that it wrote."""

    load: Tally
    singles: Tally
    taps: list[float]
    faults: dict[str, int]
    refused: dict[str, int]
    actions: int
    drafts: int
    exits: list[int]
    stops: list[float]
    starts: list[float]
    in_doubt: list[int]
    memory_start_mb: float
    memory_end_mb: float
    log: str


@dataclass(slots=True)
class _Asker:
    """Who is ``hasty`` sends two or three questions in a row; the others wait for each answer."""

    person: Person
    hasty: bool
    left: list[str]


@dataclass(slots=True)
class Crowd:
    """In each wave a tenth to a half of all ask at once, or those of them who may; then a pause that makes the rate."""

    plan: Plan
    emulator: Emulator
    ledger: Ledger
    say: Callable[[str], None]
    askers: list[_Asker] = field(init=False)
    dice: random.Random = field(init=False)
    taps: list[asyncio.Task[float]] = field(default_factory=list)
    finished: bool = False
    told: float = 0.0
    tapped: float = 0.0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.plan.seed)
        everything = questions()
        self.askers = [
            _Asker(
                self.emulator.user(language_code=self.dice.choice(("fr", "en"))),
                hasty=n % 4 == 0,
                left=self.dice.sample(everything, self.plan.rounds),
            )
            for n in range(self.plan.users)
        ]

    async def ask_all(self) -> None:
        """Until nobody has a question left, or nobody is answered any more."""
        await self._ask_all()
        self.finished = True

    async def _ask_all(self) -> None:
        while any(asker.left for asker in self.askers):
            ready = [a for a in self.askers if a.left and (a.hasty or not self.ledger.open_in(a.person.id))]
            if not ready and not await self.ledger.next_reply(self.plan.patience):
                return
            some = min(len(ready), round(self.dice.uniform(0.1, 0.5) * len(self.askers)))
            asked = 0
            for asker in self.dice.sample(ready, some):
                for _ in range(min(len(asker.left), self.dice.choice((2, 3)) if asker.hasty else 1)):
                    self.ledger.asked(await asker.person.says(asker.left.pop()))
                    asked += 1
            self._tap()
            self._tell()
            await asyncio.sleep(self.dice.uniform(0.5, 1.5) * asked / self.plan.rate)  # the load's, waits for nothing

    def _tap(self) -> None:
        """Somebody who has an answer says that it helped, once a second."""
        if self.emulator.clock() < self.tapped + 1:
            return
        self.tapped = self.emulator.clock()
        asker = self.dice.choice(self.askers)
        answers = [sent for sent in self.emulator.messages(asker.person.id) if number_of(sent) is not None]
        if answers:
            tap = asker.person.taps_only(answers[-1], f"f:{number_of(answers[-1])}:1")
            self.taps.append(asyncio.create_task(self._answered(tap)))

    async def _answered(self, tap: Tap) -> float:
        began = self.emulator.clock()
        try:
            return (await tap.wait(self.plan.patience)).at - began
        except TimeoutError:
            return math.inf

    def _tell(self) -> None:
        now, pending = self.emulator.clock(), len(self.emulator.updates.pending)
        if now > self.told + 5:
            self.told = now
            self.say(f"asked {self.ledger.total}, {self.ledger.open} wait; {pending} updates not fetched")

    def is_at(self, share: float) -> bool:
        """Whether so much was asked, many wait, and Telegram has just taken a message of which the bot does not know yet:
        the worst moment to end it. Or nobody asks any more."""
        much = self.ledger.total >= share * self.plan.users * self.plan.rounds
        many = 10 * self.ledger.open >= self.plan.users
        return (much and many and self.emulator.events[-1].kind == "message") or self.finished


async def run(plan: Plan, folder: Path, say: Callable[[str], None] = lambda line: None) -> Run:
    """Run a plan with all files in ``folder``. RuntimeError, TimeoutError: the bot cannot be started or stopped."""
    async with Emulator() as emulator:
        bot = BotProcess(emulator, folder, plan.queue)
        try:
            await bot.index(plan.articles)
            return await _run(plan, emulator, bot, say)
        finally:
            bot.close()
            # A bot that is ended, or waits no longer, cuts its requests: that is no failure of the emulator's.
            emulator.failures[:] = [error for error in emulator.failures if not isinstance(error, ConnectionError)]


async def _run(plan: Plan, emulator: Emulator, bot: BotProcess, say: Callable[[str], None]) -> Run:
    await bot.start()
    memory = bot.memory_mb()
    emulator.faults.at_random(plan.flooded, seed=plan.seed, status=429, retry_after=1)
    emulator.faults.at_random(plan.failed, seed=plan.seed + 1, status=502, after=plan.after)
    ledger = Ledger(emulator)
    crowd = Crowd(plan, emulator, ledger, say)
    async with asyncio.TaskGroup() as group:
        group.create_task(crowd.ask_all())
        group.create_task(_restart(plan, crowd, bot, say))
    while ledger.open and await ledger.next_reply(plan.patience):
        pass
    memory_end = bot.memory_mb()
    # What an ended bot left half done it would send again at its next start: it is started once more, and idle then.
    emulator.faults.clear()
    await bot.stop("term")
    await bot.start()
    singles = Ledger(emulator)
    for question in random.Random(plan.seed).sample(questions(), plan.singles):
        singles.asked(await emulator.user().says(question))
        await singles.next_reply(plan.patience)
    await bot.stop("term")
    return Run(
        load=tally(ledger, bot.numbers),
        singles=tally(singles, bot.numbers),
        taps=await asyncio.gather(*crowd.taps),
        faults=dict(Counter(f"{method} {fault.status}" for method, _, fault in emulator.faults.injected)),
        refused=_refused(emulator),
        actions=len(emulator.actions()),
        drafts=len(emulator.drafts()),
        exits=bot.exits,
        stops=bot.stops,
        starts=bot.starts,
        in_doubt=bot.in_doubt,
        memory_start_mb=memory,
        memory_end_mb=memory_end,
        log=bot.log(),
    )


async def _restart(plan: Plan, crowd: Crowd, bot: BotProcess, say: Callable[[str], None]) -> None:
    """End the bot in the middle of its work and start it again; people ask on meanwhile."""
    if plan.kill == "none":
        return
    for n in range(1, plan.restarts + 1):
        share = n / (plan.restarts + 1)
        await crowd.emulator.wait_until(partial(crowd.is_at, share), timeout=3600)
        waiting = crowd.ledger.open
        await bot.stop(plan.kill)
        say(f"ended by SIG{plan.kill.upper()} while {waiting} waited; it took {bot.stops[-1]:.1f} s")
        await bot.start()
        say(f"started again in {bot.starts[-1]:.1f} s")


def _refused(emulator: Emulator) -> dict[str, int]:
    calls = [call for call in emulator.calls if not call.fault and 400 <= (call.status or 0) < 500]
    return dict(Counter(f"{call.method}: {call.description}" for call in calls))


def questions() -> list[str]:
    """The questions on the seed articles, those without an answer there included."""
    lines = (ROOT / "evaluation" / "sets" / "seeds" / "questions.jsonl").read_text("utf-8").splitlines()
    return list(dict.fromkeys(json.loads(line)["question"] for line in lines))
