"""Answers and articles as text for a terminal. Article text is hostile: never read as markup or control codes.

Most functions return ``rich.text.Text`` or a Table of them: coloured and wrapped on a terminal, plain elsewhere.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from textwrap import shorten
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from answering.types import Answer, Citation, Disagreement, Mode, Status
from answering.writing.frames import frame_for
from bot.labels import LABELS
from bot.short import places, places_quoted, presentable, without_markers
from retrieval.dates import date_range
from retrieval.reading.paging import address_at, page_of
from retrieval.storing.failures import Failure
from retrieval.types import ArchiveStatus, Article, Coverage, Hit

# Control characters but line feed, the marks that reorder text, and halves of surrogate pairs.
_UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_MARKER = re.compile(r"\[\d{1,3}\]")
_PIPED_WIDTH = 140  # columns of a table that no terminal limits
_FIRST_WORDS = 70  # characters of a passage in the table of hits
_CONTEXT_SENTENCES = 2


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise  # called while the error is handled; Rich itself would end the process with status 1


def console(stream: TextIO | None = None) -> Console:
    """Return a console on ``stream`` (standard output by default) that interprets nothing in what it prints."""
    stream = stream or sys.stdout
    width = None if stream.isatty() else _PIPED_WIDTH
    return _Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


def show(out: Console, *parts: Text | Table) -> None:
    """Print ``parts``, wrapped to the terminal; elsewhere lines are left whole, so that ``grep`` finds a quotation."""
    for part in parts:
        if isinstance(part, Text) or out.is_terminal:
            out.print(part, soft_wrap=not out.is_terminal)
            continue
        with out.capture() as table:
            out.print(part)
        out.file.writelines(line.rstrip() + "\n" for line in table.get().splitlines())


def clean(text: str) -> str:
    """Return ``text`` without anything that a terminal would obey."""
    return _UNSAFE.sub(lambda found: " " if found[0] in "\t\x0b\x0c\r\x85\u2028\u2029" else "", text)


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def flat(quote: str) -> str:
    """Return a quotation on one line, as printed: nothing but line breaks and what a terminal would obey is touched."""
    return clean(quote).replace("\n", " ")


def to_line(value: dict[str, Any]) -> str:
    """Return ``value`` as one line of JSON. What a terminal would obey is escaped: a reader gets the same value."""
    line = json.dumps(value, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def answer_parts(answer: Answer, *, streamed: tuple[str, ...] = ()) -> list[Text]:
    """Return an answer, top to bottom: the short answer, sentences, citations, disagreements, nearest articles, how
    the question was understood, what was searched.

    ``streamed`` holds sentences that were already shown while the answer was made: those that open it are left out.
    """
    label = labels(answer.language)
    values = {citation.marker: values_in(citation.marker, answer) for citation in answer.citations}
    short = short_lines(answer)
    parts = [Text(), *short] if streamed and short else short
    quotations = [
        (clean(line), values[citation.marker])
        for citation in answer.citations
        for line in without_markers(citation.quote).splitlines()
    ]
    for text in _unseen(body(answer), streamed):
        parts.append(_emphasised(sentence(text), places_quoted(text, quotations)))
    if answer.citations:
        parts.append(Text())
        said = "\n".join(claim.text for claim in answer.claims)
        for citation in answer.citations:
            quoted = citation.quote in said
            parts.append(citation_line(citation, label, quoted=quoted, values=values[citation.marker]))
    told = [set(claim.markers) for claim in answer.claims]
    untold = [item for item in answer.disagreements if not any(set(item.markers) <= markers for markers in told)]
    parts += [disagreement_line(item, answer.citations, label) for item in untold]
    if answer.status is Status.NO_EVIDENCE and answer.nearest:
        parts.append(Text(label["nearest"]))
        parts += [Text("  - ").append_text(_described(article, label)) for article in answer.nearest]
    if answer.standalone:
        parts.append(Text(label["understood"].format(question=one_line(answer.standalone)), style="dim"))
    parts.append(_footer(answer, label))
    if answer.notice:
        parts.append(Text(one_line(answer.notice), style="yellow"))
    return parts


def labels(language: str) -> dict[str, str]:
    return LABELS.get(language, LABELS["en"])


def short_lines(answer: Answer) -> list[Text]:
    """Return the short answer, a line each: a value, its markers, and how many independent articles give it if several."""
    frame, lines = frame_for(answer.language), []
    for value, short in zip(_values(answer), answer.short, strict=False):  # of several too long for it, none is shown
        line = Text(value, "bold").append(" " + "".join(f"[{n}]" for n in short.markers), "cyan")
        if short.sources > 1:
            line.append(" " + frame.sources.format(n=short.sources), "dim not bold")
        lines.append(line)
    return lines


def values_in(marker: int, answer: Answer) -> list[str]:
    """Return the short answers that the citation of a marker gives."""
    return [v for v, short in zip(_values(answer), answer.short, strict=False) if marker in short.markers]


def _values(answer: Answer) -> list[str]:
    return presentable(clean(short.text) for short in answer.short)


def _emphasised(text: Text, spans: Iterable[tuple[int, int]]) -> Text:
    for start, end in spans:
        text.stylize("bold underline", start, end)
    return text


def body(answer: Answer) -> list[str]:
    """Return the lines of an answer: its text as it stands, or its sentences with their markers when they are bare.

    Of one with a short answer, its sentences alone: the line that its text begins with is made by ``short_lines``. Of a
    refusal only the first sentence: what was searched, and what is nearest, is shown below it as a list.
    """
    nothing = frame_for(answer.language).nothing
    if answer.status is Status.NO_EVIDENCE and answer.text.startswith(nothing):
        return [nothing]
    text = answer.text
    if answer.short and answer.claims:
        from answering.writing.extractive import text_of

        text = text_of(answer.claims)
    lines = [clean(line) for line in text.splitlines() if line.strip()]
    if answer.claims and not any(f"[{n}]" in text for claim in answer.claims for n in claim.markers):
        return [clean(claim.text) + " " + "".join(f"[{n}]" for n in claim.markers) for claim in answer.claims]
    return lines


def sentence(text: str) -> Text:
    """Return one sentence of an answer, its markers coloured."""
    styled = Text(clean(text))
    styled.highlight_regex(_MARKER, "bold cyan")
    return styled


def _unseen(lines: list[str], streamed: tuple[str, ...]) -> list[str]:
    """Return what is left of ``lines``: they are shown whole when what was streamed is not how they begin."""
    seen = [one_line(text) for text in streamed]
    if [one_line(line) for line in lines[: len(seen)]] == seen:
        return lines[len(seen) :]
    joined, shown = one_line(" ".join(lines)), " ".join(seen)
    if not joined.startswith(shown):
        return ["", *lines]
    rest = joined.removeprefix(shown).strip()
    return [rest] if rest else []


def citation_line(
    citation: Citation, label: dict[str, str], *, quoted: bool = False, values: Sequence[str] = ()
) -> Text:
    """Return a citation on one line; without its quotation when that stands above, ``quoted`` as a sentence.

    ``values`` are short answers that it gives, made to stand out in its quotation.
    """
    line = Text(f"[{citation.marker}] ", style="bold cyan")
    if not quoted:
        quote = Text(f"« {flat(citation.quote)} »", style="italic not bold default")
        line.append_text(_emphasised(quote, places(quote.plain, values)))
        line.append(" — ", style="not bold default")
    line.append_text(_described(citation.article, label, citation.start))
    if citation.also_in:
        line.append(f", {label['also'].format(n=counted(len(citation.also_in), label))}", style="not bold default")
    return line


def disagreement_line(item: Disagreement, citations: tuple[Citation, ...], label: dict[str, str]) -> Text:
    about = one_line(item.about)
    line = Text(label["disagree"].format(about=about) if about else label["disagree_bare"], style="yellow")
    by_marker = {citation.marker: citation for citation in citations}
    named = [_voice(marker, by_marker.get(marker)) for marker in item.markers]
    return line.append(" " + "; ".join(named), style="default")


def _voice(marker: int, citation: Citation | None) -> str:
    """Return whom a marker stands for: ``[2] Le Monde, 2022-03-02``."""
    if citation is None:
        return f"[{marker}]"
    article = citation.article
    return f"[{marker}] " + ", ".join(
        one_line(part) for part in (article.outlet or article.id, article.published) if part
    )


def _described(article: Article, label: dict[str, str], offset: int | None = None) -> Text:
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


def _footer(answer: Answer, label: dict[str, str]) -> Text:
    if not answer.searched.articles:
        return Text(frame_for(answer.language).searched_none, style="dim")
    text = label["searched"].format(n=counted(answer.searched.articles, label))
    dates = dated(answer.searched, label)
    text += f" ({dates})" if dates else ""
    if answer.claims:
        text += " · " + label["generative" if answer.mode is Mode.GENERATIVE else "extractive"]
    return Text(text, style="dim")


def counted(number: int, label: dict[str, str]) -> str:
    return label["article"] if number == 1 else label["articles"].format(n=number)


def dated(coverage: Coverage, label: dict[str, str]) -> str:
    first, last = one_line(coverage.first)[:10], one_line(coverage.last)[:10]
    return first if first == last else label["dates"].format(first=first or "?", last=last or "?")


def source(citation: Citation, label: dict[str, str], *, mark: bool, values: Sequence[str] = ()) -> list[Text]:
    """Return a citation in its context: up to two sentences before and after, the quotation highlighted.

    ``mark`` sets it between ``>>`` and ``<<`` as well, for an output that shows no colour. ``values`` are underlined in it.
    """
    text = citation.article.text
    start, end = context(citation.article, citation.start, citation.end)
    quote = clean(citation.quote)
    passage = Text("… " if start > 0 else "")
    passage.append(clean(text[start : citation.start]))
    marked = Text(f">> {quote} <<" if mark else quote, style="bold black on yellow")
    passage.append_text(_emphasised(marked, places(marked.plain, values)))
    passage.append(clean(text[citation.end : end]) + (" …" if end < len(text.rstrip()) else ""))
    described = _described(citation.article, label, citation.start)
    head = Text(f"[{citation.marker}] ", style="bold cyan").append_text(described)
    address = one_line(address_at(citation.article, citation.start))
    url = [Text(address, style="dim")] if address else []
    return [head, *url, passage]


def context(article: Article, start: int, end: int) -> tuple[int, int]:
    """Return the span of ``start:end`` widened to whole sentences, and by up to two more on either side."""
    from retrieval.sentences import sentence_spans

    spans = sentence_spans(article.text, article.language)
    before = [span for span in spans if span[0] < start and span[1] <= start][-_CONTEXT_SENTENCES:]
    after = [span for span in spans if span[0] >= end][:_CONTEXT_SENTENCES]
    touched = [span for span in spans if span[0] < end and span[1] > start]
    inside = [*before, *touched, *after, (start, end)]
    return min(span[0] for span in inside), max(span[1] for span in inside)


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
