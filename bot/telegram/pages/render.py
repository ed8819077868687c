"""A stored answer as a Telegram message. What articles print is hostile: cleaned, and escaped at the last moment.

``body`` is ``answering.types.to_json`` of an answer, as it was stored. Callback data: ``s:<answer>:<n>`` a source (n from
1, in the order of the citations), ``n:<answer>:<n>`` a nearest article, ``f:<answer>:<1|-1>`` feedback, ``o:<answer>``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from answering.types import Status
from bot.telegram.pages.claims import sentence, sides, tells_that_sources_differ
from bot.telegram.pages.links import place_url, web_url
from bot.telegram.pages.markup import Button, Page, Row, rows_of
from bot.telegram.pages.short import marked_sentence, marked_values, short_lines, tagged
from bot.telegram.pages.split import shorten, units, visible
from bot.telegram.pages.texts import Texts
from bot.terminal import clean, flat, one_line

MAX_SOURCES = 8  # buttons; the quotations of all stand in the message
_A_ROW = 2
_LABEL_UNITS = 19  # of a source's name on a button, two of which share a telephone's width
_NAME_UNITS = 120  # of an outlet or a title before a quotation
_TITLE_UNITS = 150  # in a list
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}).*)?)?", re.DOTALL)

_HOLE = "\0"  # where HTML comes in after the rest is escaped; cleaned text holds no such character
_MARKER = re.compile(r"\[(\d{1,3})\]")

Body = dict[str, Any]
Linker = Callable[[int], str]


def answer_page(stored_id: int, body: Body, texts: Texts, *, articles: int, link: Linker | None = None) -> Page:
    """Return an answer, or a refusal, with its buttons. ``articles`` is how many the archive holds.

    ``link`` gives the address behind the marker of the n-th citation. The HTML may be longer than one message.
    """
    if body["status"] == Status.NO_EVIDENCE:
        return _refusal_page(stored_id, body, texts, articles)
    opening = (_linked(lines, body, link) for lines in (short_lines(body, texts), *_sentences(body, texts)))
    parts = [*opening, _quotations(body, texts), _foot(body, texts, articles)]
    labels = _labels(body["citations"], texts)
    buttons = [
        Button(texts("source-button", marker=citation["marker"], source=label), data=f"s:{stored_id}:{n}")
        for n, (citation, label) in enumerate(zip(body["citations"], labels, strict=True), 1)
    ]
    other = Button(texts("button-other-sources"), data=f"o:{stored_id}")
    rows = (*rows_of([*buttons[:MAX_SOURCES], other], _A_ROW), _feedback(stored_id))
    return Page("\n\n".join(part for part in parts if part), rows)


def _sentences(body: Body, texts: Texts) -> tuple[str, str]:
    """Return the answer's sentences, a line each, and the warning that sources differ (or nothing)."""
    names = {citation["marker"]: source(citation, texts) for citation in body["citations"]}
    said, warnings = [], []
    for claim in body["claims"]:
        differing = tells_that_sources_differ(claim, body)
        listed = sides(claim, body, names) if differing else []
        line = flat(sentence(claim, body, names)).strip()
        line += "".join(f" [{marker}]" for marker in claim["markers"] if f"[{marker}]" not in line)
        if differing:
            warnings.append(_listed([flat(side).strip() for side in listed], texts) if listed else line)
        else:
            said.append(marked_sentence(line, body))
    if not body["claims"]:
        said = [line for line in clean(body["text"]).split("\n") if line.strip()]
    if not warnings:
        warnings = [_warning(item, names, texts) for item in body["disagreements"]]
    return tagged("\n".join(said)), escape("\n".join(f"⚠️ {line}" for line in warnings), quote=False)


def _linked(html: str, body: Body, link: Linker | None) -> str:
    """Return escaped text with an address behind each marker of a citation."""
    if link is None:
        return html
    addresses = {str(citation["marker"]): link(n) for n, citation in enumerate(body["citations"], 1)}

    def linked(marker: re.Match[str]) -> str:
        address = addresses.get(marker[1])
        return f'<a href="{escape(address)}">{marker[0]}</a>' if address else marker[0]

    return _MARKER.sub(linked, html)


def _warning(item: dict[str, Any], names: Mapping[int, str], texts: Texts) -> str:
    known = [f"{names[marker]} [{marker}]" for marker in item["markers"] if marker in names]
    return _listed(known, texts) if known else texts("sources-differ")


def _listed(known: Sequence[str], texts: Texts) -> str:
    return texts("sources-differ-named", sides="".join(f"\n• {side}" for side in known))


def _quotations(body: Body, texts: Texts) -> str:
    """Return every quotation, a line each: its source first, which is seen when the block is folded.

    No quotation marks: the block is one, and what is quoted may have marks of its own.
    """
    lines = []
    for citation in body["citations"]:
        named = escape(", ".join([source(citation, texts), *page_named(citation, texts)]), quote=False)
        address = place_url(citation)
        named = f'<b><a href="{escape(address)}">{named}</a></b>' if address else f"<b>{named}</b>"
        also = texts("also-printed", n=len(citation["also_in"])) if citation["also_in"] else ""
        quote = marked_values(flat(citation["quote"]).strip(), citation["marker"], body)
        quoted = tagged(texts("quotation-source", quote=quote, source=_HOLE))
        named += f", {escape(also, quote=False)}" if also else ""
        lines.append(f"[{citation['marker']}] {quoted.replace(_HOLE, named, 1)}")
    quotations = "\n".join(lines)
    return f"<blockquote expandable>{quotations}</blockquote>" if lines else ""


def _foot(body: Body, texts: Texts, articles: int) -> str:
    """Return what the answer rests on: how many articles of how many, their dates, and what a reader must know besides."""
    searched = body["searched"]
    dates = date_range(searched["from"], searched["to"], texts)
    numbers = {
        "cited": len({citation["article_id"] for citation in body["citations"]}),
        "searched": searched["articles"],
    }
    lines = [texts("answer-coverage-dates", dates=dates, **numbers) if dates else texts("answer-coverage", **numbers)]
    if searched["articles"] < articles:
        lines.append(texts("answer-filtered", searched=searched["articles"], articles=articles))
    if body["standalone"]:
        lines.append(texts("answer-understood", question=one_line(body["standalone"])))
    lines += _notices(body, texts)
    return "\n".join(f"<i>{escape(line, quote=False)}</i>" for line in lines)


def _notices(body: Body, texts: Texts) -> list[str]:
    notice = one_line(body["notice"] or "")
    partial = [texts("answer-incomplete")] if body["status"] == Status.PARTIAL else []
    return partial + ([notice] if notice else [])


def _refusal_page(stored_id: int, body: Body, texts: Texts, articles: int) -> Page:
    """Return a refusal: that nothing answers, what was searched, and the nearest articles."""
    lines = [f"<b>{escape(texts('refusal'), quote=False)}</b>"]
    lines.append(escape(_searched(body, texts, articles), quote=False))
    lines += [f"<i>{escape(line, quote=False)}</i>" for line in _notices(body, texts)]
    if body["standalone"]:
        question = one_line(body["standalone"])
        lines.append(f"<i>{escape(texts('answer-understood', question=question), quote=False)}</i>")
    html = "\n".join(lines)
    nearest = body["nearest"][:MAX_SOURCES]
    if nearest:
        listed = [f"{n}. {_described(article, texts)}" for n, article in enumerate(nearest, 1)]
        html += "\n\n" + "\n".join([escape(texts("refusal-nearest"), quote=False), *listed])
    buttons = [
        Button(texts("source-button", marker=n, source=label), data=f"n:{stored_id}:{n}")
        for n, label in enumerate(_labels(nearest, texts), 1)
    ]
    return Page(html, (*rows_of(buttons, _A_ROW), _feedback(stored_id)))


def _described(article: dict[str, Any], texts: Texts) -> str:
    """Return an article's title, linked to it, its outlet and date, as HTML."""
    title, address = escape(heading(article, texts), quote=False), web_url(article["url"] or "")
    linked = f'<a href="{escape(address)}">{title}</a>' if address else title
    return ", ".join([linked, *(escape(part, quote=False) for part in origin(article, texts))])


def _searched(body: Body, texts: Texts, articles: int) -> str:
    searched = body["searched"]
    if not searched["articles"]:
        return texts("refusal-searched-none" if articles else "refusal-empty-archive")
    dates = date_range(searched["from"], searched["to"], texts)
    if dates:
        return texts("refusal-searched-dates", searched=searched["articles"], dates=dates)
    return texts("refusal-searched", searched=searched["articles"])


def _feedback(stored_id: int) -> Row:
    return (Button("👍", data=f"f:{stored_id}:1"), Button("👎", data=f"f:{stored_id}:-1"))


def _labels(articles: Sequence[dict[str, Any]], texts: Texts) -> list[str]:
    """Return what to call citations or articles on buttons: the outlet, else the title; what tells them apart if two
    have the same: the day, the title, or how the quotation begins."""
    ways = [_short_name, _dated, _short_title, _short_quotation]
    columns = [[way(article, texts) for article in articles] for way in ways]
    counted = [(column, Counter(column)) for column in columns]
    return [
        next((column[k] for column, count in counted if column[k] and count[column[k]] == 1), columns[0][k])
        for k in range(len(articles))
    ]


def _short_name(article: dict[str, Any], texts: Texts) -> str:
    return shorten(_seen(article["outlet"]), _LABEL_UNITS) or _short_title(article, texts)


def _short_title(article: dict[str, Any], texts: Texts) -> str:
    words = _seen(article["title"]) or _seen(article.get("beginning"))
    return shorten(words or human_date(article["published"], texts) or texts("source-untitled"), _LABEL_UNITS)


def _dated(article: dict[str, Any], texts: Texts) -> str:
    """Return a name and a day without its year; nothing without a date."""
    from babel.dates import format_skeleton

    value, precision = _read_date(article["published"])
    if value is None:
        return ""
    skeleton = {1: "y", 2: "yMMM", 3: "MMMd"}[precision]
    day = str(format_skeleton(skeleton, value, locale=texts.locale))
    return f"{shorten(_short_name(article, texts), _LABEL_UNITS - units(day) - 2)}, {day}"


def _short_quotation(article: dict[str, Any], texts: Texts) -> str:
    return shorten(_seen(article.get("quote")), _LABEL_UNITS)


def _seen(text: str | None) -> str:
    """Return a title or an outlet on one line, "" when nothing of it can be seen."""
    shown = one_line(text or "")
    return shown if visible(shown) else ""


def heading(article: dict[str, Any], texts: Texts) -> str:
    """Return an article's title (its JSON), else its first words in quotation marks, else the word for one without any."""
    title, words = _seen(article["title"]), _seen(article.get("beginning"))
    named = title or (texts("source-beginning", words=words) if words else texts("source-untitled"))
    return shorten(named, _TITLE_UNITS)


def origin(article: dict[str, Any], texts: Texts) -> list[str]:
    """Return an article's outlet and its date, as far as they are known."""
    outlet = shorten(_seen(article["outlet"]), _NAME_UNITS)
    return [part for part in (outlet, human_date(article["published"], texts)) if part]


def page_named(citation: dict[str, Any], texts: Texts) -> list[str]:
    """Return "p. 3" for a quotation that stands on the third page of its article; nothing where there are no pages."""
    page = citation.get("page")
    return [texts("page-number", n=str(page))] if page else []


def name(article: dict[str, Any], texts: Texts) -> str:
    """Return what to call an article (its JSON): its outlet, else what heads it."""
    return shorten(_seen(article["outlet"]) or heading(article, texts), _NAME_UNITS)


def source(article: dict[str, Any], texts: Texts) -> str:
    """Return an article's name and date: "Le Monde, 2 mars 2022"."""
    return ", ".join(part for part in (name(article, texts), human_date(article["published"], texts)) if part)


def human_date(published: str | None, texts: Texts) -> str:
    """Return a date in the interface's language, at the precision given: 2022, mars 2022, 2 mars 2022.

    What is no ISO date is returned on one line as it stands.
    """
    from babel.dates import format_date, format_skeleton

    value, precision = _read_date(published)
    if value is None:
        return shorten(one_line(published or ""), 40)
    if precision == 3:
        return str(format_date(value, "long", locale=texts.locale))
    return str(format_skeleton("yMMMM", value, locale=texts.locale)) if precision == 2 else str(published)


def _read_date(published: str | None) -> tuple[date | None, int]:
    """Return the day on which a date begins, and whether a year (1), a month (2) or a day (3) is named; None for no date."""
    found = _DATE.fullmatch(published or "")
    try:
        year, month, day = (int(part) if part else 0 for part in (found.groups() if found else ()))
        return date(year, month or 1, day or 1), 1 + bool(month) + bool(day)
    except ValueError:  # no date, or none of the calendar
        return None, 0


def date_range(first: str | None, last: str | None, texts: Texts) -> str:
    """Return one date, two as the language joins them (2–3 mars 2022), or nothing; at the coarser of their precisions."""
    one, other = human_date(first, texts), human_date(last, texts)
    if not one or not other or one == other:
        return one or other
    (begins, precise), (ends, also_precise) = _read_date(first), _read_date(last)
    joined = _interval(begins, ends, min(precise, also_precise), texts) if begins and ends else ""
    return joined or texts("dates-range", first=one, last=other)


def _interval(first: date, last: date, precision: int, texts: Texts) -> str:
    """Return two dates as the language's own pattern joins them, months in full; "" where it has none.

    Source: Unicode CLDR, "Interval Formats" (unicode.org/reports/tr35/tr35-dates.html#intervalFormats).
    """
    from babel.dates import format_date

    skeleton = {1: "y", 2: "yMMM", 3: "yMMMd"}[precision]
    parts = [
        (field, getattr(first, of), getattr(last, of))
        for field, of in zip("yMd", ("year", "month", "day"), strict=True)
    ]
    field = next((field for field, one, other in parts[:precision] if one != other), "")
    if not field:
        return human_date(first.isoformat()[: (4, 7, 10)[precision - 1]], texts)
    pieces = texts.locale.interval_formats.get(skeleton, {}).get(field, ())
    shown = (
        str(format_date(day, piece.replace("MMM", "MMMM"), locale=texts.locale))
        for day, piece in zip((first, last), pieces, strict=False)
    )
    return "".join(shown)
