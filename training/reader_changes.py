"""Facts in a sentence (names, figures, dates), and the same text with one of them changed.

What is changed no longer says the same: a statement with another figure is not supported, and a question for 2019 is
not answered by a passage on 2017. Patterns are French, with figures, years and capitalised names of any language.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

Kind = Literal["date", "figure", "name"]

_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
_DAYS = "lundi mardi mercredi jeudi vendredi samedi dimanche".split()
_MONTH, _DAY = "|".join(_MONTHS), "|".join(_DAYS)
_DATE = re.compile(
    rf"\b(?:(?:{_DAY}) )?(?:\d{{1,2}}|1er) (?:{_MONTH})(?: \d{{4}})?\b|\b(?:{_MONTH}) \d{{4}}\b|\b(?:{_DAY})\b"
    r"|(?<![\d.,])(?:1[0-9]|20)\d\d(?![\d.,]?\d)"
)
_UNITS = (
    "millions? milliards? mille euros? dollars? ans? années? jours? mois heures? minutes?"
    " kilomètres? km mètres? personnes?"
)
_FIGURE = re.compile(
    r"(?<![\w.,])\d+(?:[.,  ]\d{3})*(?:[.,]\d+)?(?: ?%| pour cent)?"
    rf"(?: (?:{'|'.join(_UNITS.split())})\b)?(?: (?:d['’]|de )?(?:euros?|dollars?|personnes|habitants)\b)?"
)
_CAPITAL = r"[A-ZÀ-ÖØ-ÞĂÂÎȘȚŞİĞА-ЯЁΑ-Ω]"
_WORD = rf"{_CAPITAL}[\w’'-]*\w"
_NAME = re.compile(rf"\b{_WORD}(?: (?:(?:de|du|des|la|le|von|van|del|bin|al) )?{_WORD})*")
# Capitalised for their place only, or no name: never a fact by themselves, nor the first word of one.
_NO_NAME = frozenset(
    (
        "Le La Les Un Une Des Du De En Au Aux Ce Cet Cette Ces Il Elle Ils Elles On Nous Vous Je Tu Son Sa Ses"
        " Leur Leurs Mais Et Ou Or Ni Car Donc Si Selon Pour Par Avec Sans Sur Sous Dans Depuis Après Avant Lors"
        " Alors Ainsi Aussi Comme Quand Mme MM The A An In On At He She It They This That These Those His Her El"
        " Los Las Una Der Die Das Ein Eine Der Dem Den Im Am Mr Mrs Notre Votre Mon Ma"
    ).split()
)
_VOWELS = "AEIOUYÀÂÉÈÊËÎÏÔÖÛÜHŒ"
# Between two names that are both of something: their order says nothing.
_LISTED = re.compile(
    r"\s*(?:,|/|-|–|&|et|and|und|y|și|и|ou|or|oder|o|sau|или)(?:\s+(?:l['’]|le|la|les|the|der|die|das))?\s*", re.I
)
_ELIDED = re.compile(r"^(?:[LDJCNSMT]|Qu|Lorsqu|Puisqu)['’]")


@dataclass(frozen=True, slots=True)
class Fact:
    """``text[start:end]`` is a name, a figure or a date."""

    kind: Kind
    start: int
    end: int


def facts(text: str) -> list[Fact]:
    """Return the facts of a text in order and disjoint: dates first, then figures, then names."""
    found: list[Fact] = []

    def add(kind: Kind, start: int, end: int) -> None:
        if start < end and all(end <= fact.start or fact.end <= start for fact in found):
            found.append(Fact(kind, start, end))

    for match in _DATE.finditer(text):
        add("date", *match.span())
    for match in _FIGURE.finditer(text):
        add("figure", *match.span())
    for match in _NAME.finditer(text):
        start, end = _name(text, *match.span())
        add("name", start, end)
    return sorted(found, key=lambda fact: fact.start)


def _name(text: str, start: int, end: int) -> tuple[int, int]:
    """Cut what is no name off the beginning; a single word that may be a capital for its place only is none."""
    if elided := _ELIDED.match(text[start:end]):
        start += elided.end()
        return (start, end) if re.match(_CAPITAL, text[start:end]) else (start, start)
    words = text[start:end].split(" ")
    first = not text[:start].rstrip(" «\"“'-–—(") or text[:start].rstrip(" «\"“'-–—(")[-1:] in ".!?…:\n"
    while words and words[0] in _NO_NAME:
        start += len(words.pop(0)) + 1
        first = False
    while words and words[0][:1].islower():
        start += len(words.pop(0)) + 1
    if first and len(words) == 1:
        return start, start
    return start, max(start, end)


def changed_figure(rng: random.Random, figure: str) -> str:
    """Return a figure with its first number changed to one of about the same size; its unit stays."""
    number = re.search(r"\d+", figure)
    if number is None:
        raise ValueError(f"{figure!r} has no digits")
    old = number[0]
    if len(old) == 4 and old[:2] in ("18", "19", "20"):
        new = str(int(old) + rng.choice([-20, -10, -5, -3, -2, -1, 1, 2, 3, 5, 10]))
    else:
        place = rng.randrange(min(2, len(old)))
        digits = [d for d in "0123456789" if d != old[place] and (d != "0" or place > 0)]
        new = old[:place] + rng.choice(digits) + old[place + 1 :]
    return figure[: number.start()] + new + figure[number.end() :]


def changed_date(rng: random.Random, date: str) -> str:
    """Return a date with its day of the week, day, month or year changed."""
    options = [
        part for part in re.findall(r"[^\W\d_]+|\d+", date) if part in _DAYS or part in _MONTHS or part.isdigit()
    ]
    part = rng.choice(options)
    for names in (_DAYS, _MONTHS):
        if part in names:
            return date.replace(part, rng.choice([name for name in names if name != part]), 1)
    if len(part) < 4:
        other = rng.choice([day for day in range(2, 29) if day != int(part)])
        return re.sub(rf"\b{part}(?:er)?\b", str(other), date, count=1)
    return date.replace(part, changed_figure(rng, part), 1)


# By language, each way round; one of the patterns that stand in a text is turned.
_TURNED = {
    "fr": [
        (r"\bn['’](a|ont|est|avait|était|étaient|avaient|aura) pas\b", r"\1"),
        (r"\bne (sera|sont|seront|fut|peut|peuvent|doit|doivent|va|vont|veut) pas\b", r"\1"),
        (r"(?<!ne )\b(sera|sont|seront|fut|peut|peuvent|doit|doivent|va|vont|veut)\b(?! pas| plus| que)", r"ne \1 pas"),
        (r"(?<!['’\w])(a|ont|est|avait|était|avaient|étaient|aura)\b(?! pas| plus| que)", r"n'\1 pas"),
    ],
    "en": [
        (r"\b(is|are|was|were|has|had|will|can|could) not\b", r"\1"),
        (r"\b(is|are|was|were|will|could)\b(?! not)", r"\1 not"),
    ],
    "de": [
        (r"\b(ist|sind|war|waren|wurde|wurden) nicht\b", r"\1"),
        (r"\b(ist|sind|war|waren|wurde|wurden)\b(?! nicht)", r"\1 nicht"),
    ],
    "es": [
        (r"\bno (es|fue|era|fueron|está|están)\b", r"\1"),
        (r"(?<!no )\b(es|fue|era|fueron|está|están)\b", r"no \1"),
    ],
    "ro": [(r"\bnu (este|sunt|era|erau)\b", r"\1"), (r"(?<!nu )\b(este|sunt|era|erau)\b", r"nu \1")],
    "ru": [(r"\bне (был|была|было|были)\b", r"\1"), (r"(?<!не )\b(был|была|было|были|может|могут)\b", r"не \1")],
}
_OPPOSITES = [
    ("hausse", "baisse"), ("augmenté", "diminué"), ("augmentation", "diminution"), ("premier", "dernier"),
    ("première", "dernière"), ("avant", "après"), ("nord", "sud"), ("ouest", "est"), ("supérieur", "inférieur"),
    ("plus de", "moins de"), ("ouvert", "fermé"), ("victoire", "défaite"), ("accepté", "refusé"),
    ("confirmé", "démenti"), ("homme", "femme"), ("gagné", "perdu"),
]  # fmt: skip


def turned(rng: random.Random, text: str, language: str = "fr") -> str | None:
    """Return a text that denies what it said: a negation put in or taken out, an opposite; None where that cannot be."""
    options = [
        re.sub(pattern, new, text, count=1) for pattern, new in _TURNED.get(language, ()) if re.search(pattern, text)
    ]
    for pair in _OPPOSITES if language == "fr" else ():
        for old, new in (pair, pair[::-1]):
            if re.search(rf"\b{old}\b", text):
                options.append(re.sub(rf"\b{old}\b", new, text, count=1))
    return rng.choice(options) if options else None


def changed(
    rng: random.Random, text: str, others: Sequence[str], fact: Fact | None = None, language: str = "fr"
) -> str | None:
    """Return a text with one fact (by default any) changed, two names swapped, or a negation; None when nothing can be.

    ``others`` are names that may take the place of a name. The result is never the text itself.
    """
    makers: list[Callable[[], str | None]]
    makers = [partial(_changed, rng, text, others, one) for one in ([fact] if fact else facts(text))]
    if fact is None:
        makers += [partial(turned, rng, text, language), partial(swapped, rng, text)]
    for make in rng.sample(makers, len(makers)):
        new = make()
        if new is not None and new != text:
            return new
    return None


def swapped(rng: random.Random, text: str) -> str | None:
    """Return a text with two of its names in each other's places; None where it has no two, or only such as are listed."""
    names = [fact for fact in facts(text) if fact.kind == "name"]
    pairs = [
        (one, other)
        for number, one in enumerate(names)
        for other in names[number + 1 :]
        if not _LISTED.fullmatch(text[one.end : other.start])
        and text[one.start : one.end] not in text[other.start : other.end]
        and text[other.start : other.end] not in text[one.start : one.end]
    ]
    if not pairs:
        return None
    one, other = rng.choice(pairs)
    first, second = text[one.start : one.end], text[other.start : other.end]
    return text[: one.start] + second + text[one.end : other.start] + first + text[other.end :]


def _changed(rng: random.Random, text: str, others: Sequence[str], fact: Fact) -> str | None:
    old = text[fact.start : fact.end]
    if fact.kind == "name":
        names = [name for name in others if name not in old and old not in name]
        if text[: fact.start].endswith(("'", "’")):  # "l'Paris" would be told by its grammar alone
            names = [name for name in names if name[0] in _VOWELS]
        if not names:
            return None
        new = rng.choice(names)
    else:
        new = changed_date(rng, old) if fact.kind == "date" else changed_figure(rng, old)
    return text[: fact.start] + new + text[fact.end :]
