"""Dates of pages: the day of publication that our reader gives 150 French news pages, beside htmldate and trafilatura.

    python -m benchmarks.dates_of_pages [--failures] [--json var/benchmarks/dates_of_pages.json]

The truth is the day that the set states. All pages are of one site, and state it in the same tags that the set was surely
made from: a reader that knows them is right on all. So each page is read three times: as it is; without the tags of
publication (the line under the headline has the day; so have, on most pages, tags of change); and without scripts and
anything that states either day. Then only the days of crawling, teasers and copyright are left: what is given is made up.
"""

from __future__ import annotations

import argparse
import logging
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from answering.settings import ROOT
from benchmarks.report import write_json
from evaluation.published import rows
from retrieval.errors import ReadError
from retrieval.reading.readers import read_article

_PUBLISHED = re.compile(r"<meta\b[^<>]*(?:published_time|datePublished)[^<>]*>", re.IGNORECASE)
_ANY_STATED = re.compile(
    r"<meta\b[^<>]*(?:published_time|modified_time|datePublished|dateModified)[^<>]*>|<script\b.*?</script>"
    r"|publié le(?:[^<>]|</?strong>){1,80}",
    re.IGNORECASE | re.DOTALL,
)


def ours(html: str) -> str:
    try:
        return read_article(html.encode(), ".html", "page", "The page").published
    except ReadError:
        return ""


def by_htmldate(html: str) -> str:
    """Return what htmldate finds with its defaults."""
    from htmldate import find_date

    return find_date(html) or ""


def by_htmldate_original(html: str) -> str:
    """Return what htmldate finds when it is asked for the day of publication."""
    from htmldate import find_date

    return find_date(html, original_date=True) or ""


def by_trafilatura(html: str) -> str:
    """Return the date among the metadata that trafilatura extracts with its defaults."""
    from trafilatura import bare_extraction

    return str(getattr(bare_extraction(html, with_metadata=True), "date", None) or "")


READERS: dict[str, Callable[[str], str]] = {
    "ours": ours,
    "htmldate": by_htmldate,
    "htmldate, original_date": by_htmldate_original,
    "trafilatura": by_trafilatura,
}
CASES: dict[str, Callable[[str], str]] = {
    "as they are": lambda html: html,
    "without the tags": lambda html: _PUBLISHED.sub("", html),
    "nothing states it": lambda html: _ANY_STATED.sub("", html),
}


def measure(pages: list[dict[str, Any]], case: str, name: str) -> tuple[Counter[str], list[str]]:
    """Return how many pages a reader gives the right day, a wrong one, none; and a line for each wrong one."""
    counts, wrong = Counter[str](), []
    for page in pages:
        found, true = READERS[name](CASES[case](page["html"])), page["date"][:10]
        kind = "none" if not found else "right" if found[:10] == true else "wrong"
        counts[kind] += 1
        if kind == "wrong":
            wrong.append(f"{page['id']}  published {true}, given {found}")
    return counts, wrong


def main() -> None:
    parser = argparse.ArgumentParser(description="Days of publication of pages: right, wrong, none.")
    parser.add_argument("--failures", action="store_true", help="show every wrong day")
    parser.add_argument("--json", type=Path, default=ROOT / "var" / "benchmarks" / "dates_of_pages.json")
    arguments = parser.parse_args()
    logging.disable(logging.ERROR)  # trafilatura tells of each page that it finds odd
    pages = list(rows("orangesum/raw_pages.jsonl.zst"))
    result: dict[str, Any] = {"pages": len(pages)}
    for case in CASES:
        for name in READERS:
            counts, wrong = measure(pages, case, name)
            result[f"{case}, {name}"] = dict(counts)
            print(f"{case:22} {name:24} right {counts['right']:4}  wrong {counts['wrong']:4}  none {counts['none']:4}")
            if arguments.failures:
                print("\n".join(f"    {line}" for line in wrong))
    write_json(arguments.json, result)


if __name__ == "__main__":
    main()
