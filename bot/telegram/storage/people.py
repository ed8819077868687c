"""What the bot knows of people: language, access, invitations, limits, and all of it exported or forgotten at their wish."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeVar

from bot.telegram.config import TelegramSettings
from bot.telegram.storage.bodies import delete_answers
from bot.telegram.storage.database import Database
from bot.telegram.storage.forgotten import Forgotten
from bot.telegram.storage.usage import UsageTable

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0  # seconds
WRONG_CODES = 5  # that a user may try in an hour
REMEMBERED = 10_000  # people whose language is held in memory

Kind = Literal["user", "chat"]
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that is reached, and the seconds until a question may be asked again."""

    name: Literal["minute", "day"]
    seconds: float


class People:
    """``usage`` is what the chat model used for them."""

    def __init__(self, database: Database) -> None:
        self._db, self.forgotten = database, Forgotten()
        self.usage = UsageTable(database, forgotten=self.forgotten)
        self._spoken: dict[int, str] = {}  # languages known already: every message asks

    # -- language -----------------------------------------------------------------------------------------------

    def language(self, user: int) -> str:
        """Return the language that a user chose (ISO 639-1), "" when none."""
        known = self._spoken.get(user)
        if known is not None:
            return known
        if len(self._spoken) >= REMEMBERED:
            self._spoken.clear()
        rows = self._db.rows("SELECT language FROM people WHERE user = ?", user)
        return self._spoken.setdefault(user, str(rows[0][0]) if rows else "")  # a choice made meanwhile is newer

    def set_language(self, user: int, language: str) -> None:
        """Keep a user's choice; "" takes it back."""
        with self._db.transaction():
            self._db.change(
                "INSERT INTO people (user, language) VALUES (?, ?) "
                "ON CONFLICT (user) DO UPDATE SET language = excluded.language",
                user,
                language,
            )
            self._spoken[user] = language

    # -- who may ask --------------------------------------------------------------------------------------------

    def allow(self, kind: Kind, id: int, allowed: bool, by: int) -> None:
        """Let a user or a chat in, or keep it out, as the admin ``by`` decides; the latest decision holds."""
        self._db.change("INSERT OR REPLACE INTO access VALUES (?, ?, ?, ?)", kind, id, int(allowed), by)

    def decision(self, kind: Kind, id: int) -> bool | None:
        """Return what an admin decided last about a user or a chat, None when none did."""
        rows = self._db.rows("SELECT allowed FROM access WHERE kind = ? AND id = ?", kind, id)
        return bool(rows[0][0]) if rows else None

    def is_allowed(self, user: int, chat: int, settings: TelegramSettings) -> bool:
        """Return whether a user may ask in a chat (0: in none, inline).

        The first that applies decides: being an admin, an admin's no for either, an admin's yes for either, the
        settings' list, an invitation, and last whether the bot is open.
        """
        if user in settings.telegram_admins:  # also where a group was denied: it could not be allowed there again
            return True
        decided = {
            bool(row[0])
            for row in self._db.rows(
                "SELECT allowed FROM access WHERE (kind = 'user' AND id = ?) OR (kind = 'chat' AND id = ?)", user, chat
            )
        }
        if decided:
            return False not in decided
        if {user, chat} & {*settings.telegram_allowed}:
            return True
        return settings.telegram_access == "open" or self._invited(user)

    def _invited(self, user: int) -> bool:
        return bool(self._db.rows("SELECT 1 FROM people WHERE user = ? AND invited IS NOT NULL", user))

    def redeem(self, user: int, code: str, settings: TelegramSettings, now: float) -> Literal["", "wrong", "later"]:
        """Let a user in who knows the invite code: return "", else "wrong", or "later" after too many wrong codes.

        Every code is "wrong" unless access is by invitation.
        """
        right = settings.telegram_invite_code.get_secret_value().encode()
        with self._db.transaction():
            if self._count("wrong code", user, now, HOUR) >= WRONG_CODES:
                return "later"
            known = hmac.compare_digest(code.encode("utf-8", "surrogatepass"), right)
            if settings.telegram_access != "invite" or not right or not known:
                self._note("wrong code", user, now, HOUR)
                return "wrong"
            self._db.change(
                "INSERT INTO people (user, invited) VALUES (?, ?) "
                "ON CONFLICT (user) DO UPDATE SET invited = excluded.invited",
                user,
                now,
            )
        return ""

    # -- how much -----------------------------------------------------------------------------------------------

    def may_ask(self, user: int, now: float, settings: TelegramSettings) -> Limit | None:
        """Return None when a user may ask at ``now``, else the limit that is reached in the last 24 hours or minute."""
        limits: tuple[tuple[Literal["day", "minute"], int, float], ...] = (
            ("day", settings.telegram_per_day, DAY),
            ("minute", settings.telegram_per_minute, MINUTE),
        )
        for name, most, window in limits:
            sql = "SELECT at FROM events WHERE user = ? AND kind = 'question' AND at > ? AND at <= ? ORDER BY at DESC"
            asked = self._db.rows(f"{sql} LIMIT 1 OFFSET ?", user, now - window, now, most - 1)
            if asked:
                return Limit(name, asked[0][0] + window - now)
        return None

    def note_question(self, user: int, now: float) -> None:
        """Count a question for the limits."""
        with self._db.transaction():
            self._note("question", user, now, DAY)

    def spend_chat_model(self, now: float, limit: int) -> bool:
        """Take one answer by the chat model from the budget of the day (UTC); False when ``limit`` are spent."""
        with self._db.transaction():
            if self.chat_model_spent(now) >= limit:
                return False
            self._db.change(
                "INSERT INTO chat_model VALUES (?, 1) ON CONFLICT (day) DO UPDATE SET answers = answers + 1", now // DAY
            )
        return True

    def return_chat_model(self, now: float) -> None:
        """Give back what was taken from the budget of the day for an answer that the chat model was not asked for."""
        self._db.change("UPDATE chat_model SET answers = answers - 1 WHERE day = ? AND answers > 0", now // DAY)

    def chat_model_spent(self, now: float) -> int:
        rows = self._db.rows("SELECT answers FROM chat_model WHERE day = ?", now // DAY)
        return int(rows[0][0]) if rows else 0

    def _count(self, kind: str, user: int, now: float, window: float) -> int:
        """Count events in (now - window, now]; later ones, of a clock that was set back, do not count."""
        sql = "SELECT COUNT(*) FROM events WHERE user = ? AND kind = ? AND at > ? AND at <= ?"
        return int(self._db.rows(sql, user, kind, now - window, now)[0][0])

    def _note(self, kind: str, user: int, now: float, window: float) -> None:
        """Note an event, and drop everybody's that no window reaches any more."""
        self._db.change("DELETE FROM events WHERE kind = ? AND at <= ?", kind, now - window)
        self._db.change("INSERT INTO events (kind, user, at) VALUES (?, ?, ?)", kind, user, now)

    # -- privacy ------------------------------------------------------------------------------------------------

    def export(self, user: int) -> dict[str, Any]:
        """Return everything stored about a user, as JSON values; times are UTC seconds."""
        with self._db.transaction():  # one state of the file
            answers = self._db.rows(
                "SELECT id, chat, thread, question_message, kind, at, body FROM answers JOIN bodies USING (id) "
                "WHERE user = ? ORDER BY id",
                user,
            )
            person = self._db.rows("SELECT language, invited FROM people WHERE user = ?", user)
            decided = self._db.rows(
                "SELECT kind, id, allowed FROM access WHERE id = ?1 OR by = ?1 ORDER BY kind DESC, id", user
            )
            return {
                "user": user,
                "answers": [
                    {
                        "id": row[0], "chat": row[1], "thread": row[2], "question_message": row[3],
                        "messages": self._column("SELECT message FROM messages WHERE answer = ? ORDER BY 1", row[0]),
                        "kind": row[4], "at": row[5], "answer": json.loads(row[6]),
                    }
                    for row in answers
                ],
                "resets": [
                    {"chat": row[0], "thread": row[1], "after_answer": row[2]}
                    for row in self._db.rows("SELECT chat, thread, answer FROM resets WHERE user = ?", user)
                ],
                "feedback": [
                    {"answer": row[0], "value": row[1]}
                    for row in self._db.rows("SELECT answer, value FROM feedback WHERE user = ?", user)
                ],
                "waiting": self._column("SELECT payload FROM inbox WHERE user = ? AND state != 'done' ORDER BY n", user),
                "settings": {"language": person[0][0] if person else ""},
                "access": {
                    "invited": person[0][1] if person else None,
                    "decisions": [{"kind": row[0], "id": row[1], "allowed": bool(row[2])} for row in decided],
                },
                "limits": {
                    "questions": self._events("question", user),
                    "wrong_codes": self._events("wrong code", user),
                },
                "usage": [{"day": used.date, **asdict(used.usage)} for used in self.usage.of_user(user)],
            }  # fmt: skip

    def _column(self, sql: str, value: int) -> list[Any]:
        return [row[0] for row in self._db.rows(sql, value)]

    def _events(self, kind: str, user: int) -> list[float]:
        return [
            row[0] for row in self._db.rows("SELECT at FROM events WHERE user = ? AND kind = ? ORDER BY at", user, kind)
        ]

    def unless_forgotten(self, user: int, came: float, write: Callable[[], R]) -> R | None:
        """Call what writes about a user, in a transaction; not if they were forgotten since their work came, then None.

        Whatever is done for a user writes through this, ``claim_answer`` or ``usage.account``: nothing of them is written
        after /forget by work that was begun before it.
        """
        with self._db.transaction():
            return None if self.forgotten.since(user, came) else write()

    def forget(self, user: int) -> int:
        """Delete what is stored about a user, so that it is in no byte of the file; return how many answers there were.

        Updates of theirs that wait are dropped. Two things stay, without a text: an admin's decision to keep them out,
        and the times of their questions and wrong codes while a limit counts them, or forgetting would lift every limit.
        What the chat model used for them stays in the sums of its days, without their name.
        Raises KiosqueError when another program reads the file: then it is erased later, at the next start at latest.
        """
        with self._db.transaction(durable=True):
            self.forgotten.note(user)
            answers = delete_answers(self._db, "user = ?", user)
            self._db.change("DELETE FROM resets WHERE user = ?", user)
            self._db.change("DELETE FROM feedback WHERE user = ?", user)
            self._db.change("DELETE FROM people WHERE user = ?", user)
            self._db.change("DELETE FROM access WHERE id = ? AND allowed", user)
            self._db.change("UPDATE access SET by = 0 WHERE by = ?", user)
            self.usage.forget(user)
            self._db.change(
                "UPDATE inbox SET state = 'done', user = 0, payload = NULL WHERE user = ? AND state != 'done'", user
            )
            self._db.erase_soon()
            self._spoken[user] = ""
        self._db.erase()
        return answers
