"""Clean text: what our page reader keeps of 150 French news pages, beside plain trafilatura, against what a person kept.

    python -m benchmarks.clean_text [--failures] [--alone] [--json var/benchmarks/clean_text.json]

A token is a run of letters and digits, case folded (``\\w+``). F1 is that of two bags of tokens, of one page; the figure
is the mean over pages with its 95 % bootstrap interval. The person kept the standfirst apart (``heading``) from the rest
(``text``): the reference is both. All pages come from one site, so no split by host can be had; pages are split by id,
and whoever tunes the reader looks at the failures of the development half alone (``--failures`` shows no others).

``--alone`` puts every sentence of OrangeSum on a line of its own and shows those that would go as furniture: all but the
photo credits among them are mistakes.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np

from answering.settings import ROOT
from benchmarks.report import write_json
from evaluation.figures import interval
from evaluation.published import is_development, orangesum_articles, rows
from retrieval.errors import ReadError
from retrieval.reading.furniture import Kind, classify
from retrieval.reading.readers import read_article
from retrieval.sentences import sentence_spans
from retrieval.text import normalise, one_line

_WORDS = re.compile(r"\w+")
_SHORTEST = 5  # words: a shorter sentence may be anywhere on a page by chance
_SHOWN_BELOW = 0.98


@dataclass(frozen=True, slots=True)
class Page:
    id: str
    development: bool
    html: str
    standfirst: str
    text: str

    @property
    def kept(self) -> str:
        return f"{self.standfirst}\n{self.text}"


@dataclass(frozen=True, slots=True)
class Score:
    """Of one page: token F1, precision and recall in [0, 1]; sentences of the reference, and how many are not there."""

    f1: float
    precision: float
    recall: float
    sentences: int
    lost: int


def score(found: str, kept: str) -> Score:
    """Compare two texts as bags of tokens, and look for each sentence of ``kept``, spaces and marks aside."""
    ours, theirs = _tokens(found), _tokens(kept)
    shared = (Counter(ours) & Counter(theirs)).total()
    text = normalise(kept)
    said = [sentence for s, e in sentence_spans(text, "fr") if len(sentence := _tokens(text[s:e])) >= _SHORTEST]
    whole = "".join(ours)
    return Score(
        f1=2 * shared / (len(ours) + len(theirs)) if ours or theirs else 1.0,
        precision=shared / len(ours) if ours else 1.0,
        recall=shared / len(theirs) if theirs else 1.0,
        sentences=len(said),
        lost=sum("".join(sentence) not in whole for sentence in said),
    )


def our_text(html: str) -> str:
    try:
        return read_article(html.encode(), ".html", "page", "The page").text
    except ReadError:
        return ""


def plain_text(html: str) -> str:
    """Return what trafilatura extracts with its defaults."""
    import trafilatura

    return trafilatura.extract(html) or ""


def without_standfirst(found: str, page: Page) -> str:
    """Return a text without the standfirst that the person kept apart, where it stands there in so many words."""
    return found.replace(one_line(page.standfirst), "", 1) if page.standfirst else found


def load() -> list[Page]:
    return [
        Page(str(row["id"]), is_development(str(row["id"])), row["html"], row["heading"], row["text"])
        for row in rows("orangesum/raw_pages.jsonl.zst")
    ]


def differences(found: str, kept: str) -> Iterator[str]:
    """Yield the runs of tokens that only one of the two texts has."""
    theirs, ours = _tokens(kept), _tokens(found)
    for kind, a, b, c, d in SequenceMatcher(None, theirs, ours, autojunk=False).get_opcodes():
        if kind != "equal":
            yield f"kept: {' '.join(theirs[a:b])[:160] or '-'} | ours: {' '.join(ours[c:d])[:160] or '-'}"


def _tokens(text: str) -> list[str]:
    return _WORDS.findall(text.casefold())


def _figures(scores: list[Score]) -> dict[str, Any]:
    f1 = np.array([s.f1 for s in scores])
    low, high = interval(np.mean, f1)
    return {
        "pages": len(scores),
        "f1": float(f1.mean()),
        "low": low,
        "high": high,
        "precision": float(np.mean([s.precision for s in scores])),
        "recall": float(np.mean([s.recall for s in scores])),
        "sentences": sum(s.sentences for s in scores),
        "lost": sum(s.lost for s in scores),
    }


def measure(pages: list[Page], read: Callable[[str], str]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Return the figures by reference and half, and what a reader made of each page."""
    found = [read(page.html) for page in pages]
    references: dict[str, Callable[[str, Page], tuple[str, str]]] = {
        "standfirst and text": lambda text, page: (text, page.kept),
        "text, standfirst taken off ours": lambda text, page: (without_standfirst(text, page), page.text),
        "text alone": lambda text, page: (text, page.text),
    }
    figures = {}
    for name, pair in references.items():
        with_text = [(p, t) for p, t in zip(pages, found, strict=True) if p.text or name == "standfirst and text"]
        for half, wanted in (("all", None), ("development", True), ("held out", False)):
            scores = [score(*pair(t, p)) for p, t in with_text if wanted is None or p.development is wanted]
            figures[f"{name}, {half}"] = _figures(scores)
    return figures, found


def dropped_alone() -> Iterator[tuple[bool, int, list[str]]]:
    """Yield for each half of OrangeSum: whether it is for development, its sentences, and those taken for furniture."""
    counts, dropped = Counter[bool](), defaultdict[bool, list[str]](list)
    for article in orangesum_articles():
        half, text = is_development(article["id"]), normalise(article["text"])
        for start, end in sentence_spans(text, "fr"):
            counts[half] += 1
            if classify(text[start:end]) in (Kind.ALONE, Kind.LIST) and any(map(str.isalnum, text[start:end])):
                dropped[half].append(text[start:end])
    for half in (True, False):
        yield half, counts[half], dropped[half]


def main() -> None:
    parser = argparse.ArgumentParser(description="Token F1 of our page reader and of plain trafilatura.")
    parser.add_argument("--failures", action="store_true", help="show the pages of the development half that differ")
    parser.add_argument(
        "--alone", action="store_true", help="show the sentences of OrangeSum that would go as furniture"
    )
    parser.add_argument("--json", type=Path, default=ROOT / "var" / "benchmarks" / "clean_text.json")
    arguments = parser.parse_args()
    pages = load()
    ceiling, _ = measure(pages, dict(zip((p.html for p in pages), (p.kept for p in pages), strict=True)).__getitem__)
    ours, texts = measure(pages, our_text)
    plain, _ = measure(pages, plain_text)
    result = {"ours": ours, "trafilatura": plain, "what the person kept": ceiling}
    for name, figures in result.items():
        for reference, f in figures.items():
            print(
                f"{name:20}  {reference:45} {f['pages']:4}  F1 {f['f1']:.4f} [{f['low']:.4f}, {f['high']:.4f}]  "
                f"P {f['precision']:.4f}  R {f['recall']:.4f}  sentences lost {f['lost']}/{f['sentences']}"
            )
    if arguments.failures:
        for page, text in zip(pages, texts, strict=True):
            if page.development and score(text, page.kept).f1 < _SHOWN_BELOW:
                print(f"\n{page.id}  F1 {score(text, page.kept).f1:.3f}")
                print("\n".join(f"    {line}" for line in differences(text, page.kept)))
    if arguments.alone:
        for half, count, dropped in dropped_alone():
            print(f"\n{'development' if half else 'held out'}: {len(dropped)} of {count:,} sentences")
            print("\n".join(f"    {line}" for line in dropped))
    write_json(arguments.json, result)


if __name__ == "__main__":
    main()
