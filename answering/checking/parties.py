"""The names that are parties of an act, by their place in the sentence: before its verb, behind it, behind "de"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from answering.checking.act_words import Found
from answering.checking.naming import OFFICES, Name

AGAINST = re.compile(
    r"(?<!\w)(?:contre|against|on|upon|at|into|sur|à l['’]encontre d[eu]s?|visant|на|по|против|gegen|auf|contra|sobre"
    r"|проти)\s",
    re.IGNORECASE,
)
STOP = re.compile(r"[.;:!?()\n]")
_CUT = re.compile(
    r"[,«»“”\"]|\s(?:que|qu(?=['’])|that|what|что|чтобы|щоб|dass|et|and|и|und|y|mais|but|но|while|alors|when|quand|depuis|since)(?=[\s'’])"
)
_RELATIVE = re.compile(
    r"\s*(?:(?:avec|à|с|with|to)\s)?(?:qui|dont|lequel|laquelle|who|which|whom|where|где|котор\w+|der|die|das|quien|який|яка|які)(?!\w)",
    re.IGNORECASE,
)
# What may stand between a subject and its verb, and is not a subject itself.
_HELPS = re.compile(
    r"(?:\W|(?<!\w)(?:a|ont|avait|avaient|aurait|auraient|ait|aient|aura|auront|va|vont|été|est|sont|était|étaient|être"
    r"|fut|furent|sera|seront|ne|n|pas|se|s|y|en|l|lui|leur|déjà|aussi|de|nouveau|également|encore|désormais|toujours"
    r"|has|have|had|been|being|was|were|is|are|be|will|would|to|also|again|already|not|now|since|once|more"
    r"|qui|who|which|that|что|уже|снова|вновь|также|не|был|была|были|было|будет|будут|всё|ещё|который|которая|которые"
    r"|hat|haben|hatte|hatten|wurde|wurden|wird|werden|ist|sind|auch|wieder|ha|han|había|habían|fue|fueron|es|son"
    r"|mis|mise|met|rendu|rend)(?!\w))*",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?<!\w)(?:il|elle|ils|elles|on|nous|he|she|they|we|it|он|она|они|оно|er|sie|él|ella|ce dernier|cette dernière"
    r"|celui-ci|celle-ci|вона|він|вони|je|i)(?!\w)",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"(?<!\w)(?:en|in|au|aux|à|dans|to|from|at|depuis|vers|près d[eu]|near|над|на|в|во|із|из|у|около|возле|под"
    r"|nach|entre|between|между|frontière|border|nord|sud|ouest|north|south|east|west|selon|according to|avec|with|с|со"
    r"|mit|con|pour|for|для|nach|a|sur|over|about|из-за|о|об)"
    r"\s(?:de |du |des |of |d['’])?(?:l['’]|la |le |les |the |der |den |dem |el |los )?(?:[^\W\d_]+\s){0,1}$",
    re.IGNORECASE,
)
_DATIVE = re.compile(
    r"(?<!\w)(?:à|au|aux|to|from|an|a|al|от|у|on)\s(?:l['’]|la |le |les |the |el )?(?:[^\W\d_]+\s){0,2}$", re.IGNORECASE
)
_TO_SOMEBODY = {"give", "owe", "ask", "recommend", "accuse", "fine", "answer", "threaten", "thank", "challenge", "sue"}
_FAR = 8  # words between an act and whom it is done to
_LINKS = re.compile(
    r"(?:[\s'’()-]|(?<!\w)(?:l|d|s|de|du|des|la|le|les|the|of|et|and|и|та|und|y|mr|mme)(?!\w))+", re.IGNORECASE
)
OBLIQUE = re.compile(r"(?:[уюУЮ]|[ыи]м|ой|ому|его|ими|ыми)$")


def end_of(text: str, start: int) -> int:
    """Return where the part of a text ends that a full stop, a colon or a bracket closes."""
    stop = STOP.search(text, start)
    return stop.start() if stop else len(text)


def subjects(text: str, names: Sequence[Name], end: int) -> list[Name]:
    """Return the names of the subject of a verb at ``end``: of its part of the sentence, or of what that is added to."""
    stops = list(STOP.finditer(text, 0, end))
    start = stops[-1].end() if stops else 0
    for inserted in _RELATIVE_INSIDE.finditer(text, start, end):  # "A, que B préside, a attaqué C"
        if _HELPS.fullmatch(text, inserted.end(), end):
            return subjects(text, names, inserted.start())
    cuts = [start, *(match.end() for match in _CUT.finditer(text, start, end)), end]
    parts = [(a, b) for a, b in pairwise(cuts)]
    a, b = parts.pop()
    relative = bool(_RELATIVE.match(text, a))
    if not _HELPS.fullmatch(text, a, b):
        if not relative:
            return _subject(text, names, a, b)
        inner = _RELATIVE.match(text, a)
        return _subject(text, names, inner.end() if inner else a, b)
    if relative:  # "A, qui a attaqué B": the last one before it
        return _last(text, names, *parts[-1]) if parts else []
    openings = [n for n, (a, _) in enumerate(parts) if _RELATIVE.match(text, a)]
    parts = parts[: openings[0]] if openings and openings[0] else parts
    return [name for a, b in parts[-2:] for name in _subject(text, names, a, b)]


_RELATIVE_INSIDE = re.compile(
    r",\s(?:[^\W\d_]{1,4}\s){0,2}(?:que|qu(?=['’])|dont|laquelle|lequel|whose|whom|котор\w+)(?=[\s'’])[^,;:]*,\s",
    re.IGNORECASE,
)


def _subject(text: str, names: Sequence[Name], start: int, end: int) -> list[Name]:
    """Return the first names of a part that are no place, unless a pronoun is its subject."""
    if pronoun := _PRONOUN.search(text, start, end):
        end = pronoun.start()
    inside = [name for name in names if start <= name.start and name.end <= end]
    free = [name for name in inside if not _PLACE.search(text[start : name.start])]
    if pronoun and free and len(text[free[-1].end : end].split()) < 8:
        return []
    straight = [name for name in free if not (re.search("[а-яё]", name.text) and OBLIQUE.search(name.text))]
    return _linked(text, straight or free)


def _last(text: str, names: Sequence[Name], start: int, end: int) -> list[Name]:
    inside = [name for name in names if start <= name.start and name.end <= end]
    return inside[-1:] if inside and len(text[inside[-1].end : end].split()) <= 1 else []


def objects(text: str, names: Sequence[Name], found: Found, end: int) -> list[Name]:
    """Return whom an act is done to, behind its verb: up to the next comma or "que", and no place."""
    cut = _CUT.search(text, found.end, end)
    if cut and text[cut.start() : cut.end()].strip() not in ("et", "and", "и", "und", "y"):
        end = cut.start()
    placed: list[Name] = []
    for name in names:
        if not found.end <= name.start < end:
            continue
        between = text[found.end : name.start]
        if len(between.split()) > _FAR:
            return []
        dative = found.act in _TO_SOMEBODY and _DATIVE.search(between)
        if name in placed:
            continue
        if not dative and not AGAINST.search(between) and _PLACE.search(between):
            placed = _linked(text, [one for one in names if name.start <= one.start < end])  # "в A и B"
            continue
        return _linked(text, [one for one in names if name.start <= one.start < end])
    return []


def first(text: str, names: Sequence[Name], start: int, end: int) -> list[Name]:
    """Return the first names of a part, within a few words of its start."""
    inside = [name for name in names if start <= name.start < end]
    between = text[start : inside[0].start] if inside else ""
    if len(between.split()) > _FAR // 2 or _PLACE.search(between):
        return []
    return _linked(text, inside)


def _linked(text: str, names: Sequence[Name]) -> list[Name]:
    """Return the first of the names, and those that only articles, offices and "and" part from it."""
    found = list(names[:1])
    for name in names[1:]:
        between = _LINKS.sub(" ", text[found[-1].end : name.start])
        if not all(OFFICES.match(word) for word in re.findall(r"[^\W\d_]+", between)) or "," in between:
            break
        found.append(name)
    return found


_OF = re.compile(r"\s(?:[^\W\d_]+\s)?(?:de|du|des|d['’]|of|by|von|del|menée? par|des?)\s?(?:l['’]|la |le |les |the )?$")


def owner(text: str, names: Sequence[Name], start: int, end: int) -> Name | None:
    """Return whose a noun at ``[start, end)`` is: "l'attaque russe", "the Russian attack", "удар России", "armée de A"."""
    for name in reversed(names):
        if name.end <= start and re.fullmatch(r"(?:['’]s?)?\s(?:[^\W\d_]+\s)?", text[name.end : start]):
            if re.search("[а-яё]", name.text) and name.text[:1].isupper() and not _adjective(name):
                continue
            if _adjective(name) or re.match(r"['’]", text[name.end :]) or name.text[:1].isupper():
                return name
    for name in names:
        if name.start < end:
            continue
        between = text[end : name.start]
        if _OF.fullmatch(between) or between in (" ", "\u00a0"):
            return name
        if name.text[:1].islower() and re.fullmatch(r"\s[^\W\d_]+\s", between):
            return name
        break
    return None


def _adjective(name: Name) -> bool:
    return name.text[:1].islower() or bool(
        re.search(r"(?:ск|ськ)(?:и|ой|ая|ое|ие|ого|ому|им|ом|их|ими|ую|а|е|ий)", name.text)
    )


_BORDER = re.compile(
    r"[,«»“”\"](?=.*\w)|\s(?:que|qu(?=['’])|that|what|что|чтобы|щоб|dass|mais|but|но|while|alors|when|quand|depuis|since)(?=[\s'’])"
    r"|(?<!\w)(?:qui|who|which|whose|dont|котор\w+|где|where|quien)(?!\w)"
)
_INSERTED = re.compile(r"(?:\s[^\s,]+){0,2},\s[^,]+(?:,\s[^,]+)?,\s")  # "A, qui craint B, a attaqué C"
_CLITIC = re.compile(
    r"(?<!\w)(?:comme|ainsi que|que|dont|as)\s(?:l['’](?:en\s)?|les?\s|la\s|lui\s|leur\s|en\s|y\s)$", re.IGNORECASE
)
_IN_PLACE = re.compile(
    r"(?<!\w)(?:en|in|au|aux|à|dans|at|near|près d[eu]|в|во|у|под|nach|bei)\s(?:l['’]|la |le |les |the )?$",
    re.IGNORECASE,
)
_WHO = re.compile(r",?\s(?:qui|who|which|котор\w+|que|der|die|das|quien)\s(?![^,]*,)", re.IGNORECASE)


def undoubted(
    text: str, names: Sequence[Name], found: Found, sides: tuple[Sequence[Name], Sequence[Name]]
) -> tuple[bool, bool]:
    """Whether on either side of an act no other name may stand as well: of who does it, and of whom it is done to.

    None stands between the act and the party that is nearest to it, and where a clause begins between the two, none
    in their sentence.
    """
    stop = max((match.end() for match in STOP.finditer(text, 0, found.start)), default=0)
    if _CLITIC.search(text[stop : found.start]):  # "comme l'en accusait A": the subject stands behind
        return False, False
    within = [n for n in names if stop <= n.start < end_of(text, found.end)]
    rivals = [
        name
        for name in within
        if not _is_among(name, (*sides[0], *sides[1])) and not _IN_PLACE.search(text[stop : name.start])
    ]
    agents, patients = (not side or _alone(text, side, found, rivals) for side in sides)
    return agents, patients


def _alone(text: str, side: Sequence[Name], found: Found, rivals: Sequence[Name]) -> bool:
    nearest = min(side, key=lambda name: min(abs(name.start - found.end), abs(found.start - name.end)))
    if nearest.start > found.start:
        start, end = found.end, nearest.start
    else:
        start, end = nearest.end, found.start
        inserted = _INSERTED.match(text, start, end)
        if inserted and _HELPS.fullmatch(text, inserted.end(), end):
            return True
    if any(start <= rival.start < end for rival in rivals):
        return False
    if not rivals or not _BORDER.search(text, start, end):
        return True
    return end == found.start and bool(_WHO.match(text, start, end))


def _is_among(name: Name, others: Sequence[Name]) -> bool:
    of = name.key.partition("/")[2]
    return any((of and of == other.key.partition("/")[2]) or name.text == other.text for other in others)
