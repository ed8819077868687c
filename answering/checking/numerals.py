"""Whether the figures of a claim stand in its sources, however they are written: "2.000", "2 000", "2,000", "2000"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from answering.comparing.figures import Figure, find_figures

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


# Number words that ``figures`` does not read, by value: whole words in their cases.
_SPELLED = {
    2: "двух двум двумя двое двоих двома двоє", 3: "трёх трех трём трем тремя трое троих трьох трьом троє",
    4: "четырёх четырех четырьмя четверо четверых чотири чотирьох четверо", 5: "пяти пятью пятеро пятерых пятерым п'ять "
    "п'яти п’ять п’яти",
    6: "шесть шести шестью шестеро шестерых шестерым шість шести sechs seis",
    7: "семь семи семеро семерых семерым сім sieben siete",
    8: "восьмеро восьмерых восемь восьми вісім восьми acht ocho", 9: "девять девяти дев'ять дев’ять neun nueve",
    10: "десяти десятеро десятерых", 11: "одиннадцать одиннадцати одинадцять elf once$", 12: "двенадцать двенадцати "
    "дванадцять doce",
    13: "тринадцать тринадцати dreizehn trece", 14: "четырнадцать четырнадцати vierzehn catorce",
    15: "пятнадцать пятнадцати fünfzehn quince", 16: "шестнадцать шестнадцати sechzehn", 17: "семнадцать "
    "семнадцати siebzehn",
    18: "восемнадцать восемнадцати achtzehn", 19: "девятнадцать девятнадцати neunzehn", 20: "двадцать двадцати "
    "zwanzig veinte",
    30: "тридцать тридцати dreißig treinta", 40: "сорок сорока vierzig cuarenta", 50: "пятьдесят пятидесяти "
    "fünfzig cincuenta",
    60: "шестьдесят шестидесяти sechzig sesenta", 70: "семьдесят семидесяти siebzig setenta",
    80: "восемьдесят восьмидесяти achtzig ochenta", 90: "девяносто neunzig noventa", 100: "сто ста сотня hundert "
    "cien ciento",
    200: "двести двухсот двісті doscientos", 300: "триста трёхсот трехсот trescientos", 400: "четыреста "
    "четырёхсот cuatrocientos",
    500: "пятьсот пятисот п'ятсот quinientos", 600: "шестьсот шестисот", 700: "семьсот семисот", 800: "восемьсот "
    "восьмисот",
    900: "девятьсот девятисот",
}  # fmt: skip
_PLAIN_CYRILLIC = {"два": 2, "две": 2, "дві": 2, "три": 3, "четыре": 4, "пять": 5, "десять": 10}
_VALUES = {
    **{word.rstrip("$"): value for value, words in _SPELLED.items() for word in words.split() if word != "once$"},
    **_PLAIN_CYRILLIC,
}
_SPELLED_RUN = re.compile(
    rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, _VALUES), key=len, reverse=True))})"
    rf"(?:\s(?:{'|'.join(sorted(map(re.escape, _VALUES), key=len, reverse=True))}|один|одна|одного|одной))*(?!\w)",
    re.IGNORECASE,
)
_AFTERNOON = re.compile(r"(?<![\d.,])(1[0-2]|[1-9])(?:[:.]([0-5]\d))?\s?p\.?\s?m\b\.?", re.IGNORECASE)
# Beginnings of ordinals from the second to the tenth; "first" is too often no number.
_ORDINALS = {
    2: "deuxième second seconde zweite segund вторы втором второй второго вторая второе другий другого другому друга",
    3: "troisième third dritte tercer треть трети третий третя", 4: "quatrième fourth vierte cuart четверт(?!и) "
    "четвёрт",
    5: "cinquième fifth fünfte quint пятый пятая пятое пятого пятом пятой пятую п'ят п’ят", 6: "sixième sixth sechste "
    "sext шесто шеста шосто шоста шестую",
    7: "septième seventh siebte séptim седьмо седьма сьом", 8: "huitième eighth achte octav восьмой восьмая "
    "восьмое восьмого восьмом восьмую восьм(?:ий|а)",
    9: "neuvième ninth neunte noven девятый девятая девятое девятого девят(?:ую|ом|ой)", 10: "dixième tenth zehnte "
    "décim десятый десятая десятое десятого десятой",
    12: "douzième twelfth zwölfte двенадцатый двенадцат(?:ая|ом|ого|ой)",
}  # fmt: skip
_ORDINAL = {
    value: re.compile(
        rf"(?<!\w)(?:{'|'.join(words.split())})\w*|(?<![\w.,]){value}(?:e|ème|th|nd|rd|-й|-я|-го)(?!\w)", re.IGNORECASE
    )
    for value, words in _ORDINALS.items()
}
_ANOTHER = re.compile(
    r"(?<!\w)(?:autres?|nouve(?:au|aux|l|lles?)|another|other|further|ещё|еще|другой|інший|weiter\w*|otr[oa])(?!\w)",
    re.IGNORECASE,
)
# "les deux parties", "both countries": two that need not be counted.
_BOTH = re.compile(
    r"(?<!\w)(?:(?:les|des|aux|ces|leurs) deux|(?:the|these|their) two|both|both of"
    r"|обе|оба|обеих|обоих|двух|две|два|beiden|los dos|ambos|ambas"
    r"|обидві|обидва)"
    r"\s(?:\w+\s)?(?:parti|side|camp|rival|pays|countr|délég|deleg|chefs|president|présid|dirigeant|leader|сторон|стран"
    r"|делегац|президент"
    r"|лидер"
    r"|capital|столиц|gouvern|govern|gobiern|regierung|правительств|équipes|teams|команд|armées|armies|арми|seiten|länder|países|partes|entit|сторін|країн|belligér)\w*",
    re.IGNORECASE,
)


def in_digits(text: str) -> str:
    """Return a text with number words of Russian, Ukrainian, German and Spanish in digits, and hours counted to 24."""
    text = _AFTERNOON.sub(lambda hour: f"{int(hour[1]) % 12 + 12}{':' + hour[2] if hour[2] else ' h'}", text)
    return _SPELLED_RUN.sub(lambda run: " ".join(map(str, _summed(run[0]))), text)


def _summed(run: str) -> list[int]:
    """Return the numbers that words in a row make: "сто сорок один" is one, "два три" are two."""
    numbers: list[int] = []
    for word in run.lower().split():
        value = _VALUES.get(word, 1)
        if (
            numbers
            and numbers[-1] % (100 if value < 100 and value >= 10 else 10 if value < 10 else 1000) == 0
            and value < numbers[-1]
        ):
            numbers[-1] += value
        else:
            numbers.append(value)
    return numbers


def ordinals(text: str, second: bool = False) -> set[int]:
    """Return the ordinals of a text from the second on ("deuxième", "8th", "третий"); "another" is a second if wanted."""
    found = {value for value, pattern in _ORDINAL.items() if pattern.search(text)}
    return found | {2} if second and _ANOTHER.search(text) else found


def without_pairs(text: str) -> str:
    """Return a text without a "two" that counts nothing: "les deux parties", "both countries"."""
    return _BOTH.sub(" ", text)


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
