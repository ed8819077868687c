"""The answers that the bot gave, as documented JSON: buttons work for old messages, conversations go on after a restart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from answering.conversation import MAX_TURNS, Conversation, Turn
from answering.types import Answer, Status, to_json
from bot.telegram.storage.bodies import add_body, delete_answers
from bot.telegram.storage.database import Database

_DAY = 86_400  # seconds
_REMOVED = "removed "  # before an article's id: key in meta of one that was taken out of the archive
_IN_THE_MAKING = 2 * 3_600.0  # seconds: no answer is made for longer (CHAT_TIMEOUT is an hour at most)
_ERASED = {  # what an answer says once an article that it quoted was removed
    "fr": "Un article que citait cette réponse a été retiré de l'archive ; elle a été effacée.",
    "en": "An article that this answer quoted was removed from the archive; the answer was erased.",
}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where: one conversation. ``thread`` is 0 where there is none."""

    chat: int
    thread: int
    user: int


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer that was given at ``at``. ``body`` is ``answering.types.to_json`` of it; ``standalone`` is never empty."""

    id: int
    asker: Asker
    question: str
    standalone: str
    body: dict[str, Any]
    at: float


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day (UTC, ``2026-03-02``). Feedback counts for the day of the answer that it is about."""

    day: str
    questions: int
    refusals: int
    askers: int
    liked: int
    disliked: int


class Store:
    def __init__(self, database: Database) -> None:
        self._db = database

    def save(self, asker: Asker, question_message: int, answer: Answer, now: float, kind: str = "answer") -> int:
        """Keep an answer to the message ``question_message`` (0: none) and return its number, which is never reused.

        It takes the place of one to the same message that was never ``sent``: a restart came between. Any other
        ``kind`` than "answer" (the hits of a search) is no turn of the conversation, and no question in the counts.
        """
        return self.save_body(asker, question_message, to_json(answer), now, kind)

    def save_body(self, asker: Asker, question_message: int, body: dict[str, Any], now: float, kind: str) -> int:
        """Keep what has the form of an answer, as ``save`` does; without its text if it quotes what was just removed."""
        with self._db.transaction():
            if any(self._was_removed(article, now) for article in _articles(body)):
                body = _erased(body)
            if question_message:
                delete_answers(
                    self._db,
                    "chat = ? AND question_message = ? AND user = ? AND kind = ? "
                    "AND NOT EXISTS (SELECT 1 FROM messages WHERE answer = answers.id)",
                    asker.chat,
                    question_message,
                    asker.user,
                    kind,
                )
            number = int(self._db.rows(
                "INSERT INTO answers (chat, thread, user, question_message, kind, status, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
                asker.chat, asker.thread, asker.user, question_message, kind, str(body["status"]), now,
            )[0][0])  # fmt: skip
            add_body(self._db, number, json.dumps(body))  # in ASCII: half a surrogate pair is no UTF-8
        return number

    def get(self, answer_id: int) -> StoredAnswer | None:
        """Return an answer, None when there is none of that number (any number: buttons can be forged)."""
        if not 0 < answer_id < 2**63:
            return None
        rows = self._db.rows(
            "SELECT id, chat, thread, user, body, at FROM answers JOIN bodies USING (id) WHERE id = ?", answer_id
        )
        return _stored(rows[0]) if rows else None

    def latest(self, asker: Asker) -> StoredAnswer | None:
        """Return the last answer of a conversation since its last reset, None when there is none."""
        rows = self._db.rows(
            "SELECT id, chat, thread, user, body, at FROM answers JOIN bodies USING (id) "
            "WHERE chat = ? AND thread = ? AND user = ? AND kind = 'answer' AND id > COALESCE("
            "(SELECT answer FROM resets r WHERE r.chat = answers.chat "
            "AND r.thread = answers.thread AND r.user = answers.user), 0) ORDER BY id DESC LIMIT 1",
            asker.chat,
            asker.thread,
            asker.user,
        )
        return _stored(rows[0]) if rows else None

    def key(self) -> bytes:
        """Return the secret with which links to answers are signed."""
        return self._db.key()

    def answer_to(self, asker: Asker, question_message: int) -> StoredAnswer | None:
        """Return the answer that was made to a message, whether or not it was sent."""
        rows = self._db.rows(
            "SELECT id, chat, thread, user, body, at FROM answers JOIN bodies USING (id) "
            "WHERE chat = ? AND question_message = ? AND user = ? AND kind = 'answer' ORDER BY id DESC LIMIT 1",
            asker.chat,
            question_message,
            asker.user,
        )
        return _stored(rows[0]) if rows else None

    def sent(self, answer_id: int, chat: int, message: int) -> None:
        """Remember that a message of the bot shows an answer, or its next part; it is no placeholder any more.

        Nothing happens when the answer was forgotten meanwhile.
        """
        with self._db.transaction():
            self._db.change(
                "INSERT OR REPLACE INTO messages SELECT ?, ?, id FROM answers WHERE id = ?", chat, message, answer_id
            )
            self._db.change("DELETE FROM placeholders WHERE chat = ? AND message = ?", chat, message)

    def parts_sent(self, answer_id: int) -> int:
        """Return how many messages are known to show an answer."""
        return int(self._db.rows("SELECT COUNT(*) FROM messages WHERE answer = ?", answer_id)[0][0])

    def placeholder(self, chat: int, question_message: int) -> int:
        """Return the message of the bot that is to become the answer to a message, 0 when there is none."""
        sql = "SELECT message FROM placeholders WHERE chat = ? AND question_message = ?"
        rows = self._db.rows(sql, chat, question_message)
        return int(rows[0][0]) if rows else 0

    def set_placeholder(self, chat: int, question_message: int, message: int) -> None:
        """Remember it; 0: there is none any more."""
        with self._db.transaction():
            self._db.change("DELETE FROM placeholders WHERE chat = ? AND question_message = ?", chat, question_message)
            if message:
                self._db.change("INSERT INTO placeholders VALUES (?, ?, ?)", chat, question_message, message)

    def answer_of_message(self, chat: int, message_id: int) -> StoredAnswer | None:
        """Return the answer that a message of the bot shows."""
        rows = self._db.rows("SELECT answer FROM messages WHERE chat = ? AND message = ?", chat, message_id)
        return self.get(rows[0][0]) if rows else None

    # -- conversations ------------------------------------------------------------------------------------------

    def conversation(self, asker: Asker, not_before: float) -> Conversation:
        """Return the latest ``MAX_TURNS`` turns since the last reset, none of them older than ``not_before``."""
        rows = self._db.rows(
            "SELECT id, chat, thread, user, body, at FROM answers JOIN bodies USING (id) "
            "WHERE chat = ? AND thread = ? AND user = ? AND kind = 'answer' AND at >= ? AND id > COALESCE("
            "(SELECT answer FROM resets r WHERE r.chat = answers.chat AND r.thread = answers.thread "
            "AND r.user = answers.user), 0) ORDER BY id DESC LIMIT ?",
            asker.chat,
            asker.thread,
            asker.user,
            not_before,
            MAX_TURNS,
        )
        return Conversation(tuple(turn(_stored(row)) for row in reversed(rows)))

    def reset(self, asker: Asker) -> None:
        """Begin a new conversation; the answers stay."""
        self._db.change(
            "INSERT OR REPLACE INTO resets SELECT ?, ?, ?, COALESCE(MAX(id), 0) FROM answers",
            asker.chat,
            asker.thread,
            asker.user,
        )

    # -- articles that are removed ------------------------------------------------------------------------------

    def erase_quoting(self, article_ids: Sequence[str], now: float) -> int:
        """Erase what answers say that quote or name one of these articles; return how many answers there were.

        Their questions stay, with their ratings and counts; hits of a search are deleted. An answer that is in the making
        now, in whichever process, is erased when it is saved. ``Database.erase`` must follow where there were any.
        """
        with self._db.transaction(durable=True):
            self._note_removed(article_ids, now)
            rows = self._db.rows(_QUOTING, json.dumps(list(article_ids)))
            for number, kind in rows:
                if kind == "answer":
                    body = self._db.rows("SELECT body FROM bodies WHERE id = ?", number)[0][0]
                    self._db.overwrite(number, _erased_within(body))
                else:
                    delete_answers(self._db, "id = ?", number)
            if rows:
                self._db.erase_soon()
        return len(rows)

    def _note_removed(self, article_ids: Sequence[str], now: float) -> None:
        past = "DELETE FROM meta WHERE key GLOB ? AND CAST(value AS REAL) < ?"
        self._db.change(past, _REMOVED + "*", now - _IN_THE_MAKING)
        for article in article_ids:
            self._db.change("INSERT OR REPLACE INTO meta VALUES (?, ?)", _REMOVED + article, repr(now))

    def _was_removed(self, article_id: str, now: float) -> bool:
        rows = self._db.rows("SELECT value FROM meta WHERE key = ?", _REMOVED + article_id)
        return bool(rows) and float(rows[0][0]) >= now - _IN_THE_MAKING

    # -- feedback and counts ------------------------------------------------------------------------------------

    def rate(self, answer_id: int, user: int, value: int) -> int:
        """Take a user's +1 or -1 for an answer and return what now holds; the same again takes it back (0).

        An answer that does not exist has no feedback: 0. Raises ValueError for any other value.
        """
        if value not in (1, -1):
            raise ValueError(f"feedback is 1 or -1, not {value}")
        with self._db.transaction():
            if self.get(answer_id) is None:
                return 0
            same = "DELETE FROM feedback WHERE answer = ? AND user = ? AND value = ?"
            if self._db.change(same, answer_id, user, value):
                return 0
            self._db.change("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?)", answer_id, user, value)
        return value

    def feedback_rows(self) -> list[dict[str, Any]]:
        """Return the rated answers, oldest first, as rows of ``questions.jsonl`` (docs/evaluation.md) plus ``value``.

        ``value`` is the sum of the ratings. What stands as ``relevant`` is what the answer cited, so it is right only
        where that is positive. ``question`` is the standalone form; who asked or rated is not told.
        """
        rows = self._db.rows(
            "SELECT id, body, (SELECT SUM(value) FROM feedback WHERE answer = id) AS value "
            "FROM answers JOIN bodies USING (id) "
            "WHERE kind = 'answer' AND value IS NOT NULL ORDER BY id"
        )
        return [_rated(number, json.loads(body), value) for number, body, value in rows]

    def askers(self, now: float, count: int) -> int:
        """Return how many asked in the last ``count`` days (UTC)."""
        since = (int(now // _DAY) - count + 1) * _DAY
        sql = "SELECT COUNT(DISTINCT user) FROM answers WHERE kind = 'answer' AND at >= ?"
        return int(self._db.rows(sql, since)[0][0])

    def days(self, now: float, count: int) -> list[Day]:
        """Return the counts of the last ``count`` days (UTC), oldest first, today last."""
        today = int(now // _DAY)
        first = today - count + 1
        asked = self._db.rows(
            "SELECT CAST(at / 86400 AS INTEGER) AS day, COUNT(*), SUM(status = ?), COUNT(DISTINCT user) FROM answers "
            "WHERE kind = 'answer' AND at >= ? GROUP BY day",
            str(Status.NO_EVIDENCE),
            first * _DAY,
        )
        rated = self._db.rows(
            "SELECT CAST(at / 86400 AS INTEGER) AS day, SUM(value = 1), SUM(value = -1) "
            "FROM answers JOIN feedback ON answer = id WHERE kind = 'answer' AND at >= ? GROUP BY day",
            first * _DAY,
        )
        by_day, feedback = ({row[0]: row[1:] for row in rows} for rows in (asked, rated))
        return [
            Day(
                datetime.fromtimestamp(day * _DAY, UTC).date().isoformat(),
                *by_day.get(day, (0, 0, 0)),
                *feedback.get(day, (0, 0)),
            )
            for day in range(first, today + 1)
        ]


def turn(stored: StoredAnswer) -> Turn:
    """Return an answer as a turn: of its conversation, or of a new one that begins with a reply to it."""
    return Turn(stored.question, stored.standalone, stored.body["text"])


_QUOTING = """
SELECT id, kind FROM answers JOIN bodies USING (id) WHERE EXISTS (
    SELECT 1 FROM (
        SELECT value FROM json_each(body, '$.citations') UNION ALL SELECT value FROM json_each(body, '$.nearest')
    ) AS named WHERE json_extract(named.value, '$.article_id') IN (SELECT value FROM json_each(?))
)
"""


def _articles(body: dict[str, Any]) -> set[str]:
    """Return the ids of the articles that an answer quotes, or names as nearest."""
    return {article["article_id"] for article in (*body["citations"], *body["nearest"])}


def _erased(body: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without anything that articles print: its question stays, and what it is called by."""
    text = _ERASED.get(body["language"], _ERASED["en"])
    printed = ("short", "claims", "citations", "disagreements", "nearest", "verdicts")
    return {**body, "text": text, "notice": None, **{name: [] for name in printed}}


def _erased_within(body: str) -> bytes:
    """Return the JSON of an erased answer, no longer than it was: in the few bytes of a short one it says nothing."""
    old = json.loads(body)
    erased = _erased(old)
    told = json.dumps(erased)
    return (
        told if len(told) <= len(body) else json.dumps({name: erased[name] for name in old} | {"text": ""})
    ).encode()


def _stored(row: tuple[int, int, int, int, str, float]) -> StoredAnswer:
    number, chat, thread, user, text, at = row
    body = json.loads(text)
    question = body["question"]
    return StoredAnswer(number, Asker(chat, thread, user), question, body["standalone"] or question, body, at)


def _rated(number: int, body: dict[str, Any], value: int) -> dict[str, Any]:
    answerable = body["status"] != Status.NO_EVIDENCE
    relevant = [
        {"article": cited["article_id"], "quote": cited["quote"], "copies": cited["also_in"]}
        for cited in body["citations"]
    ]
    return {
        "id": f"telegram-{number}",
        "question": body["standalone"] or body["question"],
        "language": body["language"],
        "answerable": answerable,
        "relevant": relevant if answerable else [],
        "kind": "feedback",
        "value": value,
    }
