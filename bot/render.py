"""Answers as text for a terminal. Article text is hostile: never read as markup or control codes.

Most functions return ``rich.text.Text``: coloured and wrapped on a terminal, plain elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.text import Text

from answering.types import Answer, Citation, Disagreement, Mode, Status
from answering.writing.frames import frame_for
from bot.articles import counted, dated, described, labels
from bot.short import places, places_quoted, presentable, without_markers
from bot.terminal import clean, flat, one_line
from retrieval.reading.paging import address_at
from retrieval.types import Article

_MARKER = re.compile(r"\[\d{1,3}\]")
_CONTEXT_SENTENCES = 2


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
        parts += [Text("  - ").append_text(described(article, label)) for article in answer.nearest]
    if answer.standalone:
        parts.append(Text(label["understood"].format(question=one_line(answer.standalone)), style="dim"))
    parts.append(_footer(answer, label))
    if answer.notice:
        parts.append(Text(one_line(answer.notice), style="yellow"))
    return parts


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
    line.append_text(described(citation.article, label, citation.start))
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


def _footer(answer: Answer, label: dict[str, str]) -> Text:
    if not answer.searched.articles:
        return Text(frame_for(answer.language).searched_none, style="dim")
    text = label["searched"].format(n=counted(answer.searched.articles, label))
    dates = dated(answer.searched, label)
    text += f" ({dates})" if dates else ""
    if answer.claims:
        text += " · " + label["generative" if answer.mode is Mode.GENERATIVE else "extractive"]
    return Text(text, style="dim")


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
    head = Text(f"[{citation.marker}] ", style="bold cyan")
    head.append_text(described(citation.article, label, citation.start))
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
