"""Updates received and not finished yet. What ``receive`` returned for is kept through a crash, and handled once.

waiting -> sending -> done. A question is ``sending`` while its final message is on the way, the only moment at which a
crash leaves in doubt whether it arrived; anything else is ``waiting`` until it is finished.
"""

from __future__ import annotations

import json
from typing import Any

from bot.telegram.storage.database import Database

KEPT = 100_000  # updates whose ids are remembered; Telegram sends an update again for 24 hours at most


class Inbox:
    def __init__(self, database: Database, kept: int = KEPT) -> None:
        self._db = database
        self._kept = kept

    def receive(self, update_id: int, payload_json: str) -> bool:
        """Keep an update; return False when it was received before. It is on the disk when this returns."""
        with self._db.transaction(durable=True):
            new = self._db.rows(
                "INSERT INTO inbox (update_id, user, payload) VALUES (?, ?, ?) "
                "ON CONFLICT (update_id) DO NOTHING RETURNING n",
                update_id,
                _sender(payload_json),
                payload_json,
            )
            if new:
                self._db.change("DELETE FROM inbox WHERE n <= ? AND state = 'done'", new[0][0] - self._kept)
        return bool(new)

    def waiting(self) -> list[tuple[int, str]]:
        """Return (update id, payload) of what is to be handled, in order of id."""
        return self._unfinished("waiting")

    def in_doubt(self) -> list[tuple[int, str]]:
        """Return (update id, payload) of what is being sent, in order of id; at start: what may have been sent."""
        return self._unfinished("sending")

    def _unfinished(self, state: str) -> list[tuple[int, str]]:
        sql = "SELECT update_id, payload FROM inbox WHERE state != 'done' AND state = ? ORDER BY update_id"
        return [(row[0], row[1]) for row in self._db.rows(sql, state)]

    def claim_answer(self, update_id: int) -> bool:
        """Return whether the final message may be sent now: True once for an update that waits, else False."""
        return self._move(update_id, "waiting", "sending")

    def release(self, update_id: int) -> bool:
        """Take a claim back, when it is certain that nothing was sent; return False when there was none."""
        return self._move(update_id, "sending", "waiting")

    def _move(self, update_id: int, before: str, after: str) -> bool:
        with self._db.transaction(durable=True):
            sql = "UPDATE inbox SET state = ? WHERE update_id = ? AND state = ?"
            return self._db.change(sql, after, update_id, before) > 0

    def answered(self, update_id: int) -> None:
        """The final message was sent: the update is done."""
        with self._db.transaction(durable=True):
            self._done(update_id)

    def finish(self, update_id: int) -> None:
        """Nothing is left to do for an update: erase it, and keep its id to know it again."""
        with self._db.transaction():
            self._done(update_id)

    def _done(self, update_id: int) -> None:
        self._db.change("UPDATE inbox SET state = 'done', user = 0, payload = NULL WHERE update_id = ?", update_id)


def _sender(payload_json: str) -> int:
    """Return the id of who sent an update, 0 when nobody did: a person, or the chat in whose name one writes."""
    try:
        update = json.loads(payload_json)
    except ValueError:
        return 0
    for part in update.values() if isinstance(update, dict) else ():
        sender: Any = part.get("sender_chat") or part.get("from", part.get("user")) if isinstance(part, dict) else None
        number = sender.get("id") if isinstance(sender, dict) else None
        if isinstance(number, int) and 0 < abs(number) < 2**63:
            return number
    return 0
