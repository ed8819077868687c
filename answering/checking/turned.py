"""Whether a claim tells the acts of its source the other way round: "B attacked A" for "A attacked B"."""

from __future__ import annotations

from collections.abc import Sequence

from answering.checking.acts import deeds
from answering.checking.naming import Name, stands_in

STATES = ("nation/", "capital/")
# Who does these says something: that is judged as who speaks.
SPOKEN = {"ask", "accuse", "condemn", "threaten", "warn", "answer", "thank"}


def turned(claim: str, names: Sequence[Name], quotation: str, others: Sequence[Name]) -> bool | None:
    """Whether an act that both tell has its parties exchanged; False where one is told the same way, else None.

    It is, where a party is on the other side only; or where the quotation has another do it (or has it done to another)
    than the claim has, whom it names for something else. Nothing is said by acts whose parties leave a doubt.
    """
    ours, theirs = deeds(claim, names), deeds(quotation, others)
    alike = doubt = False
    for deed in ours:
        same = [other for other in theirs if other.act == deed.act]
        doers = [name for other in same for name in other.agents]
        done_to = [name for other in same for name in other.patients]
        right = _any(deed.agents, doers, quotation), _any(deed.patients, done_to, quotation)
        crossed = _any(deed.agents, done_to, quotation) or _any(deed.patients, doers, quotation)
        by_whom = deed.agents_sure and all(other.agents_sure for other in same)
        sure = by_whom and deed.patients_sure and all(other.patients_sure for other in same)
        another = bool(deed.agents and doers) and not right[0]
        aside = bool(right[0] and deed.patients and done_to) and not right[1]
        if crossed and not any(right):
            if sure:
                return True
            doubt = True
        if another and deed.act not in SPOKEN and all(_is_one(one, others, quotation) for one in deed.agents):
            if by_whom:
                return True
            doubt = True
        if sure and aside and all(_is_one(one, others, quotation) for one in deed.patients):
            return True
        alike = alike or (any(right) and not another)
    return False if alike and not doubt else None


def _any(names: Sequence[Name], others: Sequence[Name], source: str) -> bool:
    return any(_is_one(name, others, source) for name in names)


def _is_one(name: Name, others: Sequence[Name], source: str) -> bool:
    """Whether a name is one of others; a country and its capital are one party, whichever stands for it."""
    if stands_in(name, others, source):
        return True
    group, _, of = name.key.partition("/")
    return f"{group}/" in STATES and any(other.key in (f"nation/{of}", f"capital/{of}") for other in others)
