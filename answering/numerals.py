"""Whether the figures of a claim stand in its sources, however they are written: "2.000", "2 000", "2,000", "2000"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from answering.figures import Figure, find_figures

_SPACES = " \u00a0\u2009\u202f"
_RUN = re.compile(rf"\d+(?:[{_SPACES}.,'’]\d+)*")
_PART = re.compile(r"[1-9]\d{0,2}(?: \d{3})+(?!\d)(?:[.,]\d+)*|\S+")
_GROUPED = re.compile(r"[1-9]\d{0,2}(\D)\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d+)?")
_MONTHS = (
    "janvier january января січня", "février february февраля лютого", "mars march марта березня",
    "avril april апреля квітня", "mai may мая травня", "juin june июня червня", "juillet july июля липня",
    "août august августа серпня", "septembre september сентября вересня", "octobre october октября жовтня",
    "novembre november ноября листопада", "décembre december декабря грудня",
)  # fmt: skip


def numerals(text: str) -> list[str]:
    """Return every run of digits in order, as plain ASCII digits with at most one decimal point.

    A separator before exactly three digits groups thousands ("1.400" is 1400); white space joins nothing else
    ("2022 300" is two). Leading zeros do not count ("02" is 2), and a date falls into its parts ("02.03.2022").
    """
    return [one for run in _RUN.findall(text) for part in _PART.findall(_ascii(run)) for one in _numbers(part)]


def _ascii(run: str) -> str:
    digits = (str(unicodedata.decimal(c)) if c.isdecimal() else c for c in run)
    return "".join(" " if c in _SPACES else "'" if c == "’" else c for c in digits)


def _numbers(part: str) -> list[str]:
    if grouped := _GROUPED.fullmatch(part):
        return [_plain(part.replace(grouped[1], "").replace(",", "."))]
    if re.fullmatch(r"\d+[.,]\d+", part):
        return [_plain(part.replace(",", "."))]
    return [_plain(number) for number in re.findall(r"\d+", part)]


def _plain(number: str) -> str:
    whole, _, fraction = number.partition(".")
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def unproved_figures(claim: str, sources: Sequence[str], published: Sequence[str] = ()) -> set[str]:
    """Return the numerals of ``claim`` that stand in none of ``sources``, neither as digits nor with the same value.

    With a scale the value counts: "1.4 million" is proved by "1 400 000", and not by "1,4 milliard". A date in the
    claim that is one of the dates ``published`` (ISO 8601, as precise as they are) counts as proved: the writer is
    asked to make dates explicit, and an article's own date stands at its head, not in its text.
    """
    for date in published:
        claim = _without_date(claim, date)
    digits = {numeral for source in sources for numeral in numerals(source)}
    values = {_value(f) for source in sources for f in find_figures(source) if not _is_vague(f, source)}
    missing: set[str] = set()
    for figure in find_figures(claim):
        written = claim[figure.start : figure.end]
        if (own := numerals(written)) and _value(figure) not in values:
            scaled = f"{float(own[0]):.9g}" != _value(figure)
            missing.update(own if scaled else set(own) - digits)
        # What has been judged is blanked, in place, so that the offsets of the rest stay true.
        claim = claim[: figure.start] + "_" * len(written) + claim[figure.end :]
    return missing | (set(numerals(claim)) - digits)


def _value(figure: Figure) -> str:
    return f"{figure.value:.9g}"


def _is_vague(figure: Figure, source: str) -> bool:
    """Whether a figure is one word for about so many: "des milliers" has no value that a claim may state."""
    return figure.approximate and source[figure.start : figure.end].isalpha()


def _without_date(text: str, published: str) -> str:
    parts = re.match(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", published)
    if not parts:
        return text
    year, month, day = parts.groups()
    text = text.replace(parts[0], " ")
    if month and day and 1 <= int(month) <= 12:
        names = "|".join(_MONTHS[int(month) - 1].split())
        number = rf"0?{int(day)}(?:er|st|nd|rd|th)?"
        # Only next to its month: a bare "2" is a number of something else.
        dated = rf"(?i)\b{number}\s+(?:of\s+)?(?=(?:{names})\b)|\b({names})\s+{number}\b(?!\s*\d)"
        text = re.sub(dated, r" \1 ", text)
    return re.sub(rf"\b{year}\b", " ", text)
