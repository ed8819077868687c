"""The command `feedback`: the answers that were rated in Telegram become a data folder of the evaluation."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from answering.settings import load_settings
from bot.commands import opened
from bot.keeping import telegram_data
from bot.terminal import one_line, to_line
from retrieval.errors import KiosqueError, NotFound
from retrieval.types import Article

if TYPE_CHECKING:
    from retrieval.archive import Archive

_MADE_BY = "kiosque feedback"
_EXPORTED = {"articles.jsonl", "questions.jsonl", "aside.jsonl", "set.json"}


def feedback(folder: Path) -> int:
    """Write the answers that were rated in Telegram as a data folder of the evaluation (docs/evaluation.md).

    Those that were liked are its questions, to be asked of all articles of the archive; the others are set aside.
    """
    folder = folder.resolve()
    _refuse_other(folder)
    rated = _rated_answers()
    with opened(load_settings()) as archive:
        judged = [(row, _gold(row, archive) if row["value"] > 0 else None) for row in rated]
        questions = [question for _, question in judged if question]
        aside = [row for row, question in judged if not question]
        if not questions:
            raise KiosqueError(
                f"None of the {len(rated)} rated answers makes a question: each was disliked as often as liked, or what it "
                "cites is no longer in the archive."
            )
        described = {"name": _set_name(folder), "articles": "articles.jsonl", "made_by": _MADE_BY}
        lines = {
            "set.json": [described],  # first: by it the next export knows the folder, were this one killed
            "articles.jsonl": map(asdict, archive.articles()),
            "questions.jsonl": questions,
            "aside.jsonl": aside,
        }
        _write_private(folder, lines)
    told = f"{len(questions)} of {len(rated)} rated answers written as questions to {one_line(str(folder))}"
    print(f"{told}; the others to aside.jsonl." if aside else f"{told}.")
    return 0


def _rated_answers() -> list[dict[str, Any]]:
    """Return the rows of ``bot.telegram.storage.store.Store.feedback_rows``, at least one. Raises KiosqueError."""
    from bot.telegram.storage.database import Database
    from bot.telegram.storage.store import Store

    path = telegram_data()
    if not path.is_file():  # opening it would make one
        raise KiosqueError(
            f"There is no data file of the Telegram bot at {path}; start the bot first, or correct TELEGRAM_DATA."
        )
    database = Database(path)
    try:
        rated = Store(database).feedback_rows()
    finally:
        database.close()
    if not rated:
        raise KiosqueError("Nobody has rated an answer in Telegram yet, so there is nothing to export.")
    return rated


def _gold(row: dict[str, Any], archive: Archive) -> dict[str, Any] | None:
    """Return a liked answer as a line of questions.jsonl; None when the archive holds nothing of what it cited.

    Spans rather than quotes: what cleaning the exported text once more might take away is then counted as lost, and
    does not spoil the set.
    """
    relevant = [found for cited in row["relevant"] if (found := _span_of(cited, archive))]
    if row["answerable"] and not relevant:
        return None
    question = row["question"].encode("utf-8", "replace").decode("utf-8")  # may hold half a surrogate pair
    kept = {name: value for name, value in row.items() if name != "value"}
    return kept | {"question": question, "relevant": relevant}


def _span_of(cited: dict[str, Any], archive: Archive) -> dict[str, Any] | None:
    article = _article(cited["article"], archive)
    start = article.text.find(cited["quote"]) if article else -1
    if start < 0:
        return None
    copies = [copy for copy in cited["copies"] if _article(copy, archive)]
    return {"article": cited["article"], "start": start, "end": start + len(cited["quote"]), "copies": copies}


def _article(article_id: str, archive: Archive) -> Article | None:
    try:
        return archive.article(article_id)
    except NotFound:
        return None


def _set_name(folder: Path) -> str:
    """Return a name that the evaluation takes, after the folder: its runs are called by it."""
    return re.sub(r"[^\w.-]+", "-", folder.name)[:100] or "feedback"


def _refuse_other(folder: Path) -> None:
    """Raise KiosqueError when the folder holds anything that is no earlier export."""
    try:
        held = {path.name for path in folder.iterdir()} if folder.exists() else set()
        ours = not held or (held <= _EXPORTED and _MADE_BY in (folder / "set.json").read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        ours = False
    if not ours:
        raise KiosqueError(f"{folder} holds something else already; name a new folder.")


def _write_private(folder: Path, files: dict[str, Iterable[dict[str, Any]]]) -> None:
    """Write each file whole, an object a line, for their owner alone: they hold what people asked."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=".kiosque-") as made:
            for name, values in files.items():
                with open(Path(made) / name, "w", encoding="utf-8", opener=_private) as file:
                    file.writelines(to_line(value) + "\n" for value in values)
            folder.mkdir(mode=0o700, exist_ok=True)
            for name in files:
                (Path(made) / name).replace(folder / name)
    except OSError as exc:
        raise KiosqueError(f"{folder} cannot be written: {exc.strerror or exc}.") from exc


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
