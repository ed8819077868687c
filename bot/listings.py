"""Hits, the state of the archive and what failed, as text for a terminal (``rich.text.Text``, a Table of it) or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from textwrap import shorten
from typing import Any

from rich.table import Table
from rich.text import Text

from bot.articles import dated
from bot.labels import LABELS
from bot.terminal import one_line
from retrieval.reading.paging import page_of
from retrieval.storing.failures import Failure
from retrieval.types import ArchiveStatus, Hit

_FIRST_WORDS = 70  # characters of a passage in the table of hits


def hits_table(hits: list[Hit]) -> Table:
    """Return one row a hit; a column for outlet, date or page only where some article has one."""
    told = {
        "article": [hit.article.id for hit in hits],
        "outlet": [hit.article.outlet for hit in hits],
        "date": [hit.article.published[:10] for hit in hits],
        "page": [str(page_of(hit.article, hit.passage.start) or "") for hit in hits],
        "also in": [", ".join(hit.also_in) for hit in hits],
        "passage": [shorten(hit.text, _FIRST_WORDS, placeholder=" …", break_on_hyphens=False) for hit in hits],
    }
    told = {name: values for name, values in told.items() if any(values)}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("#", "score", "dense", "lexical"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("from", no_wrap=True)
    for name in told:
        table.add_column(name, overflow="fold", no_wrap=name == "date", style="cyan" if name == "article" else "")
    for rank, hit in enumerate(hits, 1):
        numbers = (str(rank), f"{hit.score:.3f}", f"{hit.dense:.3f}", f"{hit.lexical:.2f}", hit.proposed_by)
        words = (Text(one_line(values[rank - 1])) for values in told.values())
        table.add_row(*map(Text, numbers), *words)
    return table


def hit_json(rank: int, hit: Hit) -> dict[str, Any]:
    article = hit.article
    return {
        "rank": rank,
        "score": round(hit.score, 6),
        "dense": round(hit.dense, 6),
        "lexical": round(hit.lexical, 6),
        "from": hit.proposed_by,
        "article_id": article.id,
        "title": article.title or None,
        "outlet": article.outlet or None,
        "url": article.url or None,
        "published": article.published or None,
        "dated_by": article.dated_by or None,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "page": page_of(article, hit.passage.start),
        "also_in": list(hit.also_in),
        "text": hit.text,
    }


def status_lines(status: ArchiveStatus) -> list[Text]:
    def tally(counts: tuple[tuple[str, int], ...]) -> str:
        return ", ".join(f"{one_line(name) or '(none)'} {count}" for name, count in counts) or "-"

    rows = {
        "articles": str(status.articles),
        "passages": str(status.passages),
        "dates": dated(status.coverage, LABELS["en"]) or "-",
        "outlets": tally(status.outlets),
        "languages": tally(status.languages),
        "encoder": status.encoder,
        "dense index": status.dense_index,
        "change": str(status.change),
        "updated": status.updated or "-",
        "on disk": f"{status.bytes / 1e6:.1f} MB",
    }
    return [Text(f"{name:<12} ", style="dim").append(one_line(value), style="not dim") for name, value in rows.items()]


def failed_lines(failures: Sequence[Failure]) -> list[Text]:
    """Return a line for each place that gave no article: where, why, how often it was tried, and when again."""
    lines = []
    for each in failures:
        told = f"{each.tries} {'try' if each.tries == 1 else 'tries'} since {_minute(each.first)}"
        if each.given_up:
            told += "; given up"
        elif each.pause:
            told += f"; again after {_minute(each.last + each.pause)}"
        line = Text(one_line(each.key), style="cyan").append(f": {one_line(each.reason)}", style="default")
        lines.append(line.append(f" ({told})", style="dim"))
    return lines


def _minute(moment: float) -> str:
    """Return seconds since 1970 as ``2026-03-02 12:00 UTC``."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")
