"""What commands take: checks of values, each with one sentence for what is wrong, and the options that several share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.commands import is_address
from retrieval.types import Filters


def date(value: str) -> str:
    """Return a date at the precision that it was given with: ``2022``, ``2022-03`` or ``2022-03-02``."""
    from retrieval.dates import parse_date

    day = parse_date(value)[:10]
    if value and not day:
        raise typer.BadParameter(f"{value!r} is no date such as 2022, 2022-03 or 2022-03-02")
    return day


def not_blank(value: str) -> str:
    # What the shell hands over may hold bytes that are no text; nothing below could store or print them.
    text = value.encode("utf-8", "replace").decode("utf-8").strip()
    if not text:
        raise typer.BadParameter("it is empty")
    return text


def all_text(values: list[str] | None) -> list[str]:
    return [not_blank(value) for value in values or []]


def codes(values: list[str] | None) -> list[str]:
    """Return ISO 639-1 codes for languages as people write them: "fr", "fr-FR", "French"."""
    from retrieval.language import language_code

    for value in values or []:
        if not language_code(value):
            raise typer.BadParameter(f"{value!r} is no language such as fr or French")
    return [language_code(value) for value in values or []]


def period(value: str) -> str:
    from bot.sync import seconds_of

    try:
        seconds_of(value)
    except ValueError as exc:
        raise typer.BadParameter(str(exc)) from exc
    return value


def path(value: str) -> Path:
    if not value.strip():  # of a variable that is not set; it would be the folder that one is in
        raise typer.BadParameter("it is empty")
    return Path(value)


def sources(named: list[str] | None) -> list[str]:
    for source in named or []:
        path(source)
        if not is_address(source) and not Path(source).exists():
            raise typer.BadParameter(f"{source!r} does not exist")
    return named or []


def filters_of(since: str, until: str, outlet: list[str], language: list[str], article: list[str]) -> Filters:
    from retrieval.dates import date_range

    first, last = date_range(since), date_range(until)
    if first and last and first[0] > last[1]:
        raise typer.BadParameter(f"--since {since} lies after --until {until}")
    return Filters(since, until, tuple(outlet), tuple(language), tuple(article))


Question = Annotated[str, typer.Argument(metavar="QUESTION", callback=not_blank, help="The question, in any language.")]
Query = Annotated[str, typer.Argument(metavar="QUERY", callback=not_blank, help="What to look for.")]
ArticleId = Annotated[
    str, typer.Argument(metavar="ARTICLE_ID", callback=not_blank, help="As printed by ask and search.")
]
Sources = Annotated[
    list[str] | None,
    typer.Argument(metavar="SOURCE...", callback=sources, help="Folders, files or web addresses to index."),
]
Since = Annotated[str, typer.Option(metavar="DATE", callback=date, help="Only articles of this date or later.")]
Until = Annotated[str, typer.Option(metavar="DATE", callback=date, help="Only articles of this date or earlier.")]
Outlet = Annotated[
    list[str] | None, typer.Option(metavar="NAME", callback=all_text, help="Only this outlet; may be repeated.")
]
Language = Annotated[
    list[str] | None, typer.Option(metavar="CODE", callback=codes, help="Only this language (fr); may be repeated.")
]
OnlyArticle = Annotated[
    list[str] | None,
    typer.Option("--article", metavar="ID", callback=all_text, help="Only this article; may be repeated."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


def jsonl(value: str) -> str:
    if value != "-" and not value.endswith((".jsonl", ".jsonl.gz")):
        raise typer.BadParameter("name a file that ends in .jsonl or .jsonl.gz, or - for standard output")
    return value
