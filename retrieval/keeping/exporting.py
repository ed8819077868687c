"""The archive as text: every article a line of JSONL, as ``kiosque index`` reads it, and with it what ``import`` needs.

Besides the fields of the ingest format (docs/archive.md) a line has ``source`` and ``fingerprint``, by which an index run
knows the article again, and ``cleaned``: its text is as the archive holds it. ``{"forgotten": <source>, ...}`` is a line of
its own for what was removed for good.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from retrieval.errors import KiosqueError
from retrieval.storing.store import Store
from retrieval.types import Article, Filters

_BLOCK = 500  # articles looked up at a time


def export_lines(file: Path, filters: Filters = Filters()) -> Iterator[str]:
    """Yield the articles of an ``archive.sqlite`` that pass the filters, in order of arrival, then what was removed.

    All lines are of one state of the archive, whatever is written to it meanwhile. What was removed for good is told only
    without filters: then the archive can be made again as it was. Raises KiosqueError when there is no archive.
    """
    if not file.is_file():  # opening it would make one
        raise KiosqueError(
            f"There is no archive in {file.parent}; run `kiosque index FOLDER` first, or correct INDEX_DIR."
        )
    with closing(Store(file, {})) as store, store.reading() as db:
        db.execute("BEGIN")  # on a connection of its own: all that is read from here on is one state
        numbers = store.articles_matching(filters)
        for at in range(0, len(numbers), _BLOCK):
            block = numbers[at : at + _BLOCK]
            marks = ",".join("?" * len(block))
            sql = f"SELECT id, source, fingerprint FROM articles WHERE n IN ({marks}) ORDER BY n"  # noqa: S608
            for article_id, source, fingerprint in db.execute(sql, block).fetchall():
                article = store.article(article_id)
                assert article is not None
                yield _line(article_line(article, source, fingerprint))
        if not filters:
            rows = db.execute("SELECT source, fingerprint, id FROM forgotten ORDER BY source").fetchall()
            for source, fingerprint, article_id in rows:
                named = {"id": article_id} if article_id else {}
                yield _line({"forgotten": source, "fingerprint": fingerprint, **named})


def article_line(article: Article, source: str, fingerprint: str) -> dict[str, Any]:
    """Return a stored article as the object of its line; what is unknown is left out."""
    fields = {name: value for name, value in asdict(article).items() if value}
    return {**fields, "cleaned": True, "source": source, "fingerprint": fingerprint}


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
