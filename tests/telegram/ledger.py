"""Which reply belongs to which question, and which question has none, or two."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from answering.settings import ROOT
from tests.telegram_emulator import Emulator, Sent

Numbers = dict[int, tuple[int, int, str]]
"""By an answer's number: its chat, the message that asked, the question."""


class Ledger:
    """Questions as they are asked, and what is still open: while it runs, by counting replies in each chat."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.questions: defaultdict[int, list[Sent]] = defaultdict(list)
        self.total = 0
        self._open: defaultdict[int, int] = defaultdict(int)
        self._all_open = 0
        self._position = emulator.position
        self._replies = 0

    def asked(self, question: Sent) -> None:
        self._read()
        self.questions[question.chat].append(question)
        self._open[question.chat] += 1
        self._all_open += 1
        self.total += 1

    def open_in(self, chat: int) -> int:
        self._read()
        return self._open[chat]

    @property
    def open(self) -> int:
        self._read()
        return self._all_open

    async def next_reply(self, timeout: float) -> bool:
        """Wait for one more final reply; False when none came in time."""
        self._read()
        before = self._replies
        try:
            return await self.emulator.wait_until(lambda: self._read() > before, timeout=timeout)
        except TimeoutError:
            return False

    def _read(self) -> int:
        """Read the journal on; return the number of final replies so far."""
        events = self.emulator.events
        while self._position < len(events):
            event = events[self._position]
            self._position += 1
            if event.kind == "message" and event.value.chat in self.questions and is_final(event.value):
                self._replies += 1
                if self._open[event.value.chat]:
                    self._open[event.value.chat] -= 1
                    self._all_open -= 1
        return self._replies


@dataclass(slots=True)
class Tally:
    """``lost``: questions without a final reply; ``twice``: final replies beyond a question's first; ``disordered``:
    answers that came after that to a later question of the same chat (a busy reply may overtake); ``stray``: answers
    that belong to no question of their chat; ``others``: messages that are no final reply. ``arrivals`` and ``ends``:
    when questions were asked, and replies came; ``answers`` and ``busy``: seconds from each question to its reply."""

    lost: int = 0
    twice: int = 0
    disordered: int = 0
    stray: int = 0
    others: list[str] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)


def tally(ledger: Ledger, numbers: Numbers) -> Tally:
    """Give every reply to its question: an answer by the number in its buttons, which the bot's data file tells to
    belong to a message; a busy reply to the first question of its chat that no answer belongs to."""
    total = Tally()
    for chat, questions in ledger.questions.items():
        _tally_chat(total, {q.message_id: q for q in questions}, ledger.emulator.messages(chat), numbers)
    return total


def _tally_chat(total: Tally, asked: dict[int, Sent], messages: list[Sent], numbers: Numbers) -> None:
    answered: dict[int, Sent] = {}
    polite = []
    for sent in messages:
        number = number_of(sent)
        message = None if number is None else _question(asked, numbers.get(number))
        if sent.text in busy_texts():
            polite.append(sent)
        elif number is None:
            total.others.append(sent.text)
        elif message is None:
            total.stray += 1
        elif message in answered:
            total.twice += 1
        else:
            answered[message] = sent
    order = list(answered)
    total.disordered += sum(message < max(order[:n]) for n, message in enumerate(order) if n)
    left = [message for message in asked if message not in answered]
    total.lost += max(0, len(left) - len(polite))
    total.twice += max(0, len(polite) - len(left))
    refused = dict(zip(left, polite, strict=False))
    total.arrivals += [question.at for question in asked.values()]
    total.ends += [sent.at for sent in (answered | refused).values()]
    total.answers += [sent.at - asked[message].at for message, sent in answered.items()]
    total.busy += [sent.at - asked[message].at for message, sent in refused.items()]


def ideal(arrivals: list[float], a_second: int = 30) -> list[float]:
    """When a bot that needs no time would have sent its replies: in order, at most so many in any second. ``arrivals``
    are ordered."""
    ends: list[float] = []
    for n, arrival in enumerate(arrivals):
        ends.append(max(arrival, ends[n - a_second] + 1.0) if n >= a_second else arrival)
    return ends


def is_final(sent: Sent) -> bool:
    return sent.text in busy_texts() or number_of(sent) is not None


def number_of(sent: Sent) -> int | None:
    """The number of the answer whose last message this is: it carries the buttons."""
    data = [button.callback_data or "" for row in sent.buttons for button in row]
    found = [int(match[1]) for match in (re.fullmatch(r"f:(\d+):1", text) for text in data) if match]
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Data:
    """What a bot's data file knows: its answers, which messages (chat, id) show which, and the updates that are done."""

    numbers: Numbers
    shown: dict[tuple[int, int], int]
    done: frozenset[int]


def read_data(path: Path) -> Data:
    """Read the data file of a bot that is not running. A copy is read: opening a database mends it, as the bot must."""
    with tempfile.TemporaryDirectory() as folder:
        for file in path.parent.glob(f"{path.name}*"):
            shutil.copy(file, folder)
        database = sqlite3.connect(Path(folder) / path.name)
        rows = database.execute(
            "SELECT id, chat, question_message, body FROM answers JOIN bodies USING (id) WHERE kind = 'answer'"
        ).fetchall()
        shown = database.execute("SELECT chat, message, answer FROM messages").fetchall()
        done = database.execute("SELECT update_id FROM inbox WHERE state = 'done'").fetchall()
        database.close()
    numbers = {number: (chat, message, json.loads(body)["question"]) for number, chat, message, body in rows}
    return Data(numbers, {(chat, message): answer for chat, message, answer in shown}, frozenset(n for (n,) in done))


def in_doubt(emulator: Emulator, data: Data) -> int:
    """How many final replies have arrived beyond the questions that the bot knows to be settled."""
    settled: defaultdict[int, set[int]] = defaultdict(set)
    replies: Counter[int] = Counter()
    for event in emulator.events:
        if event.kind == "update" and event.value["update_id"] in data.done and "message" in event.value:
            settled[event.chat or 0].add(event.value["message"]["message_id"])
        elif event.kind == "message" and is_final(event.value):
            replies[event.value.chat] += 1
            number = data.shown.get((event.value.chat, event.value.message_id))
            if number in data.numbers:
                settled[event.value.chat].add(data.numbers[number][1])
    return sum(max(0, count - len(settled[chat])) for chat, count in replies.items())


def _question(asked: dict[int, Sent], found: tuple[int, int, str] | None) -> int | None:
    """The message that an answer belongs to, if it was asked in this chat and in these words."""
    question = asked.get(found[1]) if found else None
    fits = found is not None and question is not None and (question.chat, question.text) == (found[0], found[2])
    return question.message_id if question is not None and fits else None


@cache
def busy_texts() -> frozenset[str]:
    """What the bot says, in each of its languages, instead of an answer when its queue is full."""
    files = (ROOT / "bot" / "telegram" / "pages" / "texts").glob("*.ftl")
    return frozenset(
        text for file in files for text in re.findall(r"^busy = (.+)$", file.read_text("utf-8"), re.MULTILINE)
    )
