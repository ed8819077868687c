"""Dates in articles: how often the days given to weekdays are right, how fast, and how late news tells of a day.

    python -m benchmarks.moments [--json var/benchmarks/moments.json]

OrangeSum's articles write "jeudi 5 mars" 15,000 times. The date is taken out, "jeudi" is resolved, and the two are
compared: precision of the days given, and how many were given at all, where the date lies within six days of publication.
Writers name the date more where a bare weekday would mislead, so these are harder than weekdays at large; some 2 % of the
dates are their writers' mistakes and left out where the weekday contradicts them. The rules were made with the even half
of the articles (by SHA-1 of the id). Speed is processor time of one core, over whole articles.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.orangesum import WORK
from benchmarks.report import print_table, write_json
from evaluation.published import orangesum_articles
from retrieval.days import same_day
from retrieval.facts.moments import find_moments

_WEEKDAYS = "lundi mardi mercredi jeudi vendredi samedi dimanche".split()
_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
_DATED = re.compile(
    rf"\b(?P<weekday>{'|'.join(_WEEKDAYS)})(?P<date> (?P<day>1er|[0-9]{{1,2}}) (?P<month>{'|'.join(_MONTHS)})"
    r"(?: (?P<year>[0-9]{4}))?)\b",
    re.IGNORECASE,
)
_REACH = 6  # days
_LAGS = (0, 1, 3, 7, 30)


def main() -> None:
    parser = argparse.ArgumentParser(description="Days of weekdays in French news.")
    parser.add_argument("--json", type=Path, default=WORK / "moments.json")
    arguments = parser.parse_args()
    results = {half: Counter[str]() for half in ("rules made with", "kept back")}
    lags: Counter[int] = Counter()
    words = seconds = 0.0
    for article in orangesum_articles():
        published = date.fromisoformat(article["published"])
        half = "kept back" if int(hashlib.sha1(article["id"].encode()).hexdigest(), 16) % 2 else "rules made with"
        results[half].update(_outcomes(article["text"], published))
        began = time.process_time()
        moments = find_moments(article["text"], "fr", article["published"])
        seconds += time.process_time() - began
        words += len(article["text"].split())
        told = {(published - moment.last).days for moment in moments if (moment.last - moment.first).days <= 1}
        lags.update(lag for lag in told if lag >= 0)
    figures: dict[str, Any] = {}
    for half, counts in results.items():
        given = counts["right"] + counts["wrong"]
        figures |= {
            f"{half}: weekdays": counts.total(),
            f"{half}: precision": counts["right"] / given,
            f"{half}: given": given / counts.total(),
        }
    figures["ms per 1,000 words"] = seconds * 1e6 / words
    figures |= {f"days told of within {lag}": sum(lags[n] for n in range(lag + 1)) / lags.total() for lag in _LAGS}
    print_table("Dates in articles", figures)
    write_json(arguments.json, figures)


def _outcomes(text: str, published: date) -> Iterator[str]:
    """Yield ``right``, ``wrong`` or ``none`` for each dated weekday of an article whose date is taken out."""
    for match in _DATED.finditer(text):
        day = _meant(match, published)
        if day is None or abs((day - published).days) > _REACH:
            continue
        masked = text[: match.start("date")] + text[match.end("date") :]
        moments = find_moments(masked, "fr", published.isoformat())
        given = next((moment for moment in moments if moment.start <= match.start() < moment.end), None)
        yield "none" if given is None else "right" if day in (given.first, given.last) else "wrong"


def _meant(match: re.Match[str], published: date) -> date | None:
    """Return the day of a dated weekday, in the year nearest to publication if it names none."""
    number, month = int(match["day"].removesuffix("er")), _MONTHS.index(match["month"].casefold()) + 1
    years = (int(match["year"]),) if match["year"] else (published.year - 1, published.year, published.year + 1)
    days = [found for year in years if (found := same_day(year, month, number))]
    days = [day for day in days if day.weekday() == _WEEKDAYS.index(match["weekday"].casefold())]
    return min(days, key=lambda day: abs(day - published), default=None)


if __name__ == "__main__":
    main()
