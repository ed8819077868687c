"""Countries of a source in each other's places in a claim: where it happens, and whose office somebody holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from answering.checking.naming import Name, stands_in


def places_exchanged(claim: str, names: Sequence[Name], quotation: str, others: Sequence[Name]) -> bool:
    """Whether of two countries the one where it happens and the one that does it have changed places."""
    placed, parties = _placed(claim, names)
    told_placed, told_parties = _placed(quotation, others)
    return bool(placed & told_parties - told_placed) and bool(parties & told_placed - told_parties)


def _placed(text: str, names: Sequence[Name]) -> tuple[set[str], set[str]]:
    """Return the countries of a text behind "en", "in" and the like, and all others."""
    found: tuple[set[str], set[str]] = (set(), set())
    for name in names:
        if name.key.startswith("nation/"):
            found[not _GOAL.search(text[: name.start])].add(name.key)
    return found


def is_in(name: Name, text: str) -> bool:
    """Whether a name is that of the country where it happens."""
    return name.key.startswith("nation/") and bool(_IN.search(text[: name.start]))


def _nation_of(text: str, names: Sequence[Name], person: Name) -> str:
    """Return whose office somebody holds ("le président russe Vladimir ..."), as a key; empty where it is not said."""
    before = [name for name in names if name.end <= person.start]
    nation = next((name for name in reversed(before) if name.key.startswith("nation/")), None)
    if nation is None or any(n.start > nation.start and not _touch(text, n, person) for n in before if not n.key):
        return ""
    between = text[nation.end : person.start]
    if len(between.split()) > _FARTHEST or re.search(r"[.;:«»“”]", between):
        return ""
    beside = [*text[: nation.start].split()[-3:], *between.split()]
    return nation.key if any(_HOLDER.match(word.lower().lstrip("l'’")) for word in beside) else ""


_FARTHEST = 6  # words between a country and who holds its office


def _touch(text: str, first: Name, second: Name) -> bool:
    return not text[first.end : second.start].strip()


_HOLDER = re.compile(
    r"président|president|premier|ministre|minister|chef|ambassad|porte-parole|spokes|secretary|secrétaire|chancel|négociat"
    r"|negotiat|conseil|advis|leader|dirigeant|министр|президент|посол|посл[ау]|глав|советник|kanzler|präsident|presidente|ministro",
    re.IGNORECASE,
)


def of_another_nation(claim: str, names: Sequence[Name], quotation: str, others: Sequence[Name]) -> bool:
    """Whether somebody holds another country's office in the claim: "l'ambassadeur russe, A" for "... d'Ukraine, A"."""
    for person in (name for name in names if not name.key):
        same = next((o for o in others if not o.key and stands_in(person, [o], quotation)), None)
        if same is None:
            continue
        ours, theirs = _nation_of(claim, names, person), _nation_of(quotation, others, same)
        if ours and theirs and ours != theirs:
            return True
    return False


_GOAL = re.compile(
    r"(?<!\w)(?:en|in|into|sur|contre|against|upon|au|aux|в|во|на|у|против|gegen|contra)\s(?:l['’]|la |le |the )?$",
    re.IGNORECASE,
)
_IN = re.compile(r"(?<!\w)(?:en|in|au|aux|в|во|на|у)\s(?:the\s)?$", re.IGNORECASE)
