"""What an article is, as text for a terminal: in a line with its outlet and date, or whole."""

from __future__ import annotations

from datetime import date, timedelta

from rich.text import Text

from bot.labels import LABELS
from bot.terminal import clean, one_line
from retrieval.dates import date_range
from retrieval.reading.paging import page_of
from retrieval.types import Article, Coverage


def labels(language: str) -> dict[str, str]:
    return LABELS.get(language, LABELS["en"])


def counted(number: int, label: dict[str, str]) -> str:
    return label["article"] if number == 1 else label["articles"].format(n=number)


def dated(coverage: Coverage, label: dict[str, str]) -> str:
    first, last = one_line(coverage.first)[:10], one_line(coverage.last)[:10]
    return first if first == last else label["dates"].format(first=first or "?", last=last or "?")


def described(article: Article, label: dict[str, str], offset: int | None = None) -> Text:
    """Return what an article is; with ``offset``, on which page of it that stands, where it has pages."""
    page = None if offset is None else page_of(article, offset)
    parts = [
        one_line(article.title) or label["untitled"],
        one_line(article.outlet),
        *_published(article, article.published[:10], label),
        label["page"].format(n=page) if page else "",
    ]
    return Text(", ".join(part for part in parts if part), style="not bold default").append(
        f" ({one_line(article.id)})", style="dim not bold"
    )


def _published(article: Article, shown: str, label: dict[str, str]) -> list[str]:
    """Return a date with what a reader should know of it: that the article itself does not state it, that it is to come."""
    told = [one_line(shown), label.get(f"by_{article.dated_by}", "")]
    covered = date_range(article.published)
    if covered and covered[0] > date.today() + timedelta(days=1):  # a day begins earlier elsewhere
        told.append(label["future"])
    return [part for part in told if part] if article.published else []


def article_parts(article: Article) -> list[Text]:
    fields = {
        "id": article.id,
        "outlet": article.outlet,
        "date": ", ".join(_published(article, article.published, LABELS["en"])),
        "language": article.language,
        "url": article.url,
        "pages": str(len(article.pages) or ""),
    }
    head = [Text(one_line(article.title), style="bold")] if article.title else []
    head += [
        Text(f"{name}: ", style="dim").append(one_line(value), style="not dim")
        for name, value in fields.items()
        if value
    ]
    return [*head, Text(), Text(clean(article.text))]
