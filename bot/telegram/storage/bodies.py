"""The texts of answers. What SQLite never moves leaves no copy when it is overwritten, so that no file must be rewritten.

A body is added behind all others, never made longer or shorter, and its row is never deleted while the bot serves: the pages
that bodies are on are neither split nor joined, which is when SQLite moves rows and leaves what they were.
"""

from __future__ import annotations

from typing import Any

from bot.telegram.storage.database import Database


def add_body(database: Database, number: int, body: str) -> None:
    """Keep the text of the newest answer. To be called in the transaction that made it."""
    database.change("INSERT INTO bodies VALUES (?, ?)", number, body)


def delete_answers(database: Database, where: str, *values: Any) -> int:
    """Delete the answers for which a condition on their table holds, with all that is tied to them; return how many.

    Their texts are ``{}`` and spaces then; ``Database.erase`` must follow for that to be so in the file.
    """
    with database.transaction():
        numbers = [row[0] for row in database.rows(f"SELECT id FROM answers WHERE {where}", *values)]  # noqa: S608 - our words
        for number in numbers:
            database.overwrite(number, b"{}")
            database.change("DELETE FROM answers WHERE id = ?", number)
    return len(numbers)
