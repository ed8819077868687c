"""Publication dates as sources write them, kept at the precision that they give."""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

_ISO = re.compile(r"([0-9]{4})(?:([-/])([0-9]{1,2})(?:\2([0-9]{1,2}))?)?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_STAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T| +)([0-9]{2}):?([0-9]{2})(?::?([0-9]{2})(?:[.,][0-9]+)?)?"
    r" *(Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})")
_TIME = r"(?:[ ,]+(?:(?:a|at|um|kl|-) )?[0-9]{1,2} ?[h:] ?(?:[0-9]{2})?(?: ?[ap]\.?m\.?)?)?"
_DAY_FIRST = re.compile(
    r"(?:[^\W\d_]+\.?,? +)?([0-9]{1,2})(?:er|st|nd|rd|th|\.|º)? +(?:de +)?([^\W\d_]+)\.?,? +(?:de +)?([0-9]{4})" + _TIME
)
_MONTH_FIRST = re.compile(r"(?:[^\W\d_]+\.?, +)?([^\W\d_]+)\.? +([0-9]{1,2})(?:st|nd|rd|th)?,? +([0-9]{4})" + _TIME)
_MONTH_ONLY = re.compile(r"([^\W\d_]+)\.? +(?:de +)?([0-9]{4})")

# Names without accents: French, English, German, Spanish, Italian, Russian, Ukrainian.
_NAMES = (
    "janvier janv jan january januar enero ene gennaio января январь січня січень",
    "fevrier fevr fev february feb februar febrero febbraio февраля февраль лютого лютии",
    "mars mar march marz marzo марта март березня березень",
    "avril avr april apr abril aprile апреля апрель квітня квітень",
    "mai may mayo maggio мая маи травня травень",
    "juin june jun juni junio giugno июня июнь червня червень",
    "juillet juil july jul juli julio luglio июля июль липня липень",
    "aout august aug agosto августа август серпня серпень",
    "septembre sept september sep septiembre settembre сентября сентябрь вересня вересень",
    "octobre oct october oktober octubre ottobre октября октябрь жовтня жовтень",
    "novembre nov november noviembre ноября ноябрь листопада листопад",
    "decembre dec december dezember dez diciembre dicembre декабря декабрь грудня грудень",
)
_MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
PUBLISHED_YEARS = range(1600, 2200)

# Days that software writes where it knows none: the zeros of clocks (Unix, seen from west of Greenwich too, Windows, FAT,
# old Macs, spreadsheets).
_ZEROS = frozenset("1969-12-31 1970-01-01 1601-01-01 1980-01-01 1904-01-01 1899-12-30 1899-12-31 1900-01-01".split())

_IN_NAME = re.compile(
    r"(?<![^\W_])([0-9]{4})(?:([-_.])([0-9]{2})(?:\2([0-9]{2}))?|([0-9]{2})([0-9]{2}))"
    r"(?=[Tt][0-9]|[\W_]|\Z)(?=([-_.][0-9]{1,3}(?![0-9]))?)"
)
_IN_FOLDERS = re.compile(r"(?:\A|/)([0-9]{4})/([0-9]{2})/([0-9]{2})(?=/)")
_NAMED_YEARS = range(1900, 2100)


def parse_date(value: str) -> str:
    """Return ``value`` as ``2022``, ``2022-03``, ``2022-03-02`` or a full time stamp; empty when it is no date.

    Reads ISO 8601, mail and feed dates, and dates in words ("2 mars 2022", "March 2, 2022"). Figures such as
    ``02/03/2022``, which can be read in two ways, give an empty string. Never raises.
    """
    value = value.strip()
    if not value or len(value) > 64:
        return ""
    if match := _ISO.fullmatch(value):
        return _iso(int(match[1]), int(match[3] or 0), int(match[4] or 0), bool(match[3]))
    if match := _COMPACT.fullmatch(value):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _STAMP.fullmatch(value):
        return _stamp(match)
    if match := _NUMBERS.fullmatch(value):
        return _numbers(int(match[1]), match[2], int(match[3]), int(match[4]))
    return _in_words(value) or _mail_date(value)


def machine_date(value: str) -> str:
    """Return what ``parse_date`` does for a date that a program wrote, without those that mean that it knew none."""
    day = parse_date(value)
    return "" if day[:10] in _ZEROS else day


def date_in_name(path: str) -> str:
    """Return the date in a file's name, given its path without the suffix, else that of its folders; or an empty string.

    Of a name: a day as ``2022-03-02`` or ``20220302``, a month as ``2022-03``, set off from other letters and digits. Not
    taken: a year alone, what may be a season (``2011-12``), what has a time run together with it, as the names of
    crawlers have (``20220302101500``), and names with two dates.
    """
    folders, _, name = path.rpartition("/")
    return _only({_named(match) for match in _IN_NAME.finditer(name)}) or date_in_folders(f"{folders}/")


def date_in_folders(path: str) -> str:
    """Return the day in a path or an address such as ``blog/2022/03/02/title``; an empty string where there is none."""
    return _only({_plausible(*map(int, match.groups())) for match in _IN_FOLDERS.finditer(path)})


def _only(days: set[str]) -> str:
    days.discard("")
    return days.pop() if len(days) == 1 else ""


def _named(match: re.Match[str]) -> str:
    year, month, day = int(match[1]), int(match[3] or match[5]), int(match[4] or match[6] or 0)
    if day:
        return _plausible(year, month, day)
    # A month alone: no version (2022.03), no broken day (2022-03-99, 20220300), no season (2011-12).
    is_month = match[2] in ("-", "_") and not match[4] and not match[7] and month != (year + 1) % 100
    return _iso(year, month, 0, True) if is_month and year in _NAMED_YEARS else ""


def _plausible(year: int, month: int, day: int) -> str:
    return _day(year, month, day) if year in _NAMED_YEARS else ""


def date_range(published: str) -> tuple[date, date] | None:
    """Return the first and the last day that a date covers (a month covers all its days); None when it is no date."""
    iso = parse_date(published)[:10]
    if not iso:
        return None
    year, month, day = (int(part) for part in (iso + "-0-0").split("-")[:3])
    first = date(year, month or 1, day or 1)
    last_month = month or 12
    return first, date(year, last_month, day or calendar.monthrange(year, last_month)[1])


def _iso(year: int, month: int, day: int, has_month: bool) -> str:
    if day:
        return _day(year, month, day)
    if year not in PUBLISHED_YEARS or (has_month and not 1 <= month <= 12):
        return ""
    return f"{year:04}-{month:02}" if has_month else f"{year:04}"


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat() if year in PUBLISHED_YEARS else ""
    except ValueError:
        return ""


def _stamp(match: re.Match[str]) -> str:
    try:
        moment = datetime.fromisoformat(match[1]).replace(
            hour=int(match[2]), minute=int(match[3]), second=int(match[4] or 0), tzinfo=_zone(match[5])
        )
    except ValueError:
        return ""
    return moment.isoformat(timespec="seconds" if match[4] else "minutes") if moment.year in PUBLISHED_YEARS else ""


def _zone(written: str | None) -> timezone | None:
    if not written:
        return None
    if written.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = written[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(offset if written[0] == "+" else -offset)


def _numbers(first: int, separator: str, second: int, year: int) -> str:
    if separator == "." or first > 12 or first == second:
        return _day(year, second, first)
    return _day(year, first, second) if second > 12 else ""


def _in_words(value: str) -> str:
    plain = unicodedata.normalize("NFD", value.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    if match := _DAY_FIRST.fullmatch(plain):
        return _day(int(match[3]), _MONTHS.get(match[2], 0), int(match[1]))
    if match := _MONTH_FIRST.fullmatch(plain):
        return _day(int(match[3]), _MONTHS.get(match[1], 0), int(match[2]))
    if (match := _MONTH_ONLY.fullmatch(plain)) and match[1] in _MONTHS:
        return _iso(int(match[2]), _MONTHS[match[1]], 0, True)
    return ""


def _mail_date(value: str) -> str:
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""
    return moment.isoformat(timespec="seconds") if moment.year in PUBLISHED_YEARS else ""
