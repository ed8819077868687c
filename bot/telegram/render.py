"""A stored answer as a Telegram message. What articles print is hostile: cleaned, and escaped at the last moment.

``body`` is ``answering.types.to_json`` of an answer, as it was stored. Callback data: ``s:<answer>:<n>`` a source (n from
1, in the order of the citations), ``n:<answer>:<n>`` a nearest article, ``f:<answer>:<1|-1>`` feedback, ``o:<answer>``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import escape
from typing import Any

from answering.frames import FRAMES
from answering.types import Status
from bot.render import clean, flat, one_line
from bot.telegram.links import fragment_url
from bot.telegram.markup import Button, Page, Row, rows_of
from bot.telegram.split import shorten
from bot.telegram.texts import Texts

MAX_SOURCES = 8  # buttons; the quotations of all stand in the message
_A_ROW = 3
_LABEL_UNITS = 20  # of a source's name on a button, three of which share a telephone's width
_NAME_UNITS = 120  # of an outlet or a title under a quotation
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
    said, warning = (_linked(lines, body, link) for lines in _sentences(body, texts))
    parts = [said, warning, _quotations(body, texts), _foot(body, texts, articles)]
    sources = [_source_button(stored_id, n, citation, texts) for n, citation in enumerate(body["citations"], 1)]
    other = Button(texts("button-other-sources"), data=f"o:{stored_id}")
    rows = (*rows_of(sources[:MAX_SOURCES], _A_ROW), (*_feedback(stored_id), other))
    return Page("\n\n".join(part for part in parts if part), rows)


def _sentences(body: Body, texts: Texts) -> tuple[str, str]:
    """Return the answer's sentences, a line each, and the warning that sources differ (or nothing)."""
    frame = FRAMES.get(body["language"], FRAMES["en"])
    differs = frame.differ.partition("{sides}")[0]
    said, warnings = [], []
    for claim in body["claims"]:
        line = one_line(claim["text"])
        line += "".join(f" [{marker}]" for marker in claim["markers"] if f"[{marker}]" not in line)
        if body["disagreements"] and line.startswith(differs):
            warnings.append(line)
        else:
            said.append(line)
    if not body["claims"]:
        said = [line for line in clean(body["text"]).split("\n") if line.strip()]
    if not warnings:
        warnings = [_warning(item, body, texts) for item in body["disagreements"]]
    return escape("\n".join(said), quote=False), escape("\n".join(f"⚠️ {line}" for line in warnings), quote=False)


def _linked(html: str, body: Body, link: Linker | None) -> str:
    """Return escaped text with an address behind each marker of a citation."""
    if link is None:
        return html
    addresses = {str(citation["marker"]): link(n) for n, citation in enumerate(body["citations"], 1)}

    def linked(marker: re.Match[str]) -> str:
        address = addresses.get(marker[1])
        return f'<a href="{escape(address)}">{marker[0]}</a>' if address else marker[0]

    return _MARKER.sub(linked, html)


def _warning(item: dict[str, Any], body: Body, texts: Texts) -> str:
    by_marker = {citation["marker"]: citation for citation in body["citations"]}
    known = [marker for marker in item["markers"] if marker in by_marker]
    if not known:
        return texts("sources-differ")
    return texts("sources-differ-named", sides=" ; ".join(f"{source(by_marker[m], texts)} [{m}]" for m in known))


def _quotations(body: Body, texts: Texts) -> str:
    lines = []
    for citation in body["citations"]:
        quote = flat(citation["quote"]).strip()
        named = escape(source(citation, texts), quote=False)
        address = fragment_url(citation["url"] or "", citation["quote"])
        named = f'<a href="{escape(address)}">{named}</a>' if address else named
        quoted = escape(texts("quotation-source", quote=quote, source=_HOLE), quote=False).replace(_HOLE, named)
        also = texts("also-printed", n=len(citation["also_in"])) if citation["also_in"] else ""
        lines.append(f"[{citation['marker']}] {quoted}" + (f", {escape(also, quote=False)}" if also else ""))
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
    """Return a refusal: that nothing answers, in the question's language; what was searched; the nearest articles."""
    frame = FRAMES.get(body["language"])
    known = frame is not None and clean(body["text"]).startswith(frame.nothing)
    lines = [f"<b>{escape(frame.nothing if frame and known else texts('refusal'), quote=False)}</b>"]
    lines.append(escape(_searched(body, texts, articles), quote=False))
    lines += [f"<i>{escape(line, quote=False)}</i>" for line in _notices(body, texts)]
    if body["standalone"]:
        question = one_line(body["standalone"])
        lines.append(f"<i>{escape(texts('answer-understood', question=question), quote=False)}</i>")
    html = "\n".join(lines)
    nearest = body["nearest"][:MAX_SOURCES]
    if nearest:
        html += f"\n\n{escape(texts('refusal-nearest'), quote=False)}"
    buttons = [Button(source(article, texts), data=f"n:{stored_id}:{n}") for n, article in enumerate(nearest, 1)]
    return Page(html, (*rows_of(buttons, 1), _feedback(stored_id)))


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


def _source_button(stored_id: int, n: int, citation: dict[str, Any], texts: Texts) -> Button:
    named = citation["outlet"] or citation["title"]
    label = name(citation, texts) if named else human_date(citation["published"], texts) or name(citation, texts)
    short = shorten(label, _LABEL_UNITS)
    return Button(texts("source-button", marker=citation["marker"], source=short), data=f"s:{stored_id}:{n}")


def name(article: dict[str, Any], texts: Texts) -> str:
    """Return what to call an article (its JSON): its outlet, else its title, else the word for one without a title."""
    return one_line(article["outlet"] or "") or one_line(article["title"] or "") or texts("source-untitled")


def source(article: dict[str, Any], texts: Texts) -> str:
    """Return an article's name and date: "Le Monde, 2 mars 2022"."""
    return ", ".join(
        filter(None, (shorten(name(article, texts), _NAME_UNITS), human_date(article["published"], texts)))
    )


def human_date(published: str | None, texts: Texts) -> str:
    """Return a date in the interface's language, at the precision given: 2022, mars 2022, 2 mars 2022.

    What is no ISO date is returned on one line as it stands.
    """
    from babel.dates import format_date, format_skeleton

    found = _DATE.fullmatch(published or "")
    try:
        year, month, day = (int(part) if part else 0 for part in (found.groups() if found else ()))
        value = date(year, month or 1, day or 1)
    except ValueError:  # no date, or none of the calendar
        return shorten(one_line(published or ""), 40)
    if day:
        return str(format_date(value, "long", locale=texts.locale))
    return str(format_skeleton("yMMMM", value, locale=texts.locale)) if month else str(year)


def date_range(first: str | None, last: str | None, texts: Texts) -> str:
    """Return one date, two of them, or nothing, for the person to read."""
    one, other = human_date(first, texts), human_date(last, texts)
    if one and other and one != other:
        return texts("dates-range", first=one, last=other)
    return one or other
