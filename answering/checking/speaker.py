"""Who says it in a claim, and in its source."""

from __future__ import annotations

import re

from answering.checking.attribution import according_to, speakers, speakers_behind
from answering.checking.exchanged import is_in
from answering.checking.ground import Ground
from answering.checking.naming import Name, find_names, stands_in, without_capital
from answering.checking.turned import STATES

_PRONOUN = re.compile(
    r"(?<!\w)(?:ils?|elles?|lui|ce dernier|cette dernière|he|she|they|him|her|them|он|она|они|ему|ей|им|er|sie|él"
    r"|ella)(?!\w)|-t-(?:il|elle)",
    re.IGNORECASE,
)


def wrong_speaker(claim: str, language: str, ground: Ground) -> str:
    """Return whom a claim gives as speaker, where the quotation's are others; empty where either cannot be told."""
    parts = according_to(claim) or speakers(claim)
    ours, theirs = " | ".join(parts), " | ".join(speakers(ground.quotation))
    names = find_names(claim, language)
    said = [name for name in names if not name.weak and name.text in ours]
    if aside := _ASIDE.match(ours):
        said = [name for name in said if name.text in aside[1]] or said
    told = [name for name in find_names(theirs, ground.language) if not is_in(name, theirs)]
    if not said or not told or _PRONOUN.search(theirs):
        return ""

    def speaks(name: Name) -> bool:
        return stands_in(name, told, theirs) or without_capital(name, theirs, ground.language)

    named = [name for name in told if stands_in(name, names, claim)]
    if all(name.key.startswith(STATES) for name in said) and not named and not any(name.key for name in told):
        return ""  # "le président russe" and his name
    first = min(parts, key=lambda part: claim.find(part.strip()))
    main = [name for name in said if name.text in first]
    if main and named and not speakers_behind(claim) and not any(map(speaks, main)):
        return main[0].text  # whom the quotation has say it does something else in the claim
    if any(map(speaks, said)) or any(stands_in(name, said, ours) for name in told):
        return ""
    return said[0].text


# "L'Ukraine, qui pilonne la Russie, ": what is told of the subject names no speaker.
_ASIDE = re.compile(r"([^,]+),\s(?:qui|dont|who|which|котор\w+|[^\W\d_]+(?:ant|ing|ая|яя|вшая|вший|вшие))(?!\w)")
