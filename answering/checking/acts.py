"""Acts that a text tells, with who does each and to whom, without a parser.

An act is a group of words of six languages that mean the same (``act_words``). Who does it is read off the order of
words, the passive, the prepositions, and the cases of Russian; where that leaves doubt, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from answering.checking.act_words import SUFFERS, Found, find_acts
from answering.checking.naming import Name
from answering.checking.parties import AGAINST, OBLIQUE, end_of, first, objects, owner, subjects, undoubted


@dataclass(frozen=True, slots=True)
class Deed:
    """One telling of an act, with the names of who does it and of whom it is done to; either may be empty.

    A side is sure where no other name of the sentence may stand on it as well.
    """

    act: str
    agents: tuple[Name, ...]
    patients: tuple[Name, ...]
    agents_sure: bool = True
    patients_sure: bool = True


_BE = re.compile(
    r"(?<!\w)(?:été|est|sont|était|étaient|être|fut|furent|sera|seront|was|were|been|being|is|are|be|gets?|got"
    r"|wurden?|worden|wird|werden|fue|fueron|sido|es|son|был|была|было|были|будет|будут)\s(?:(?-i:(?!what|that|who|ce\b)[a-zà-þа-яё]+)\s){0,3}?$",
    re.IGNORECASE,
)
# Whose act an infinitive is, the order of words does not tell: "accuse B de soutenir".
_INFINITIVE = re.compile(
    r"(?<!\w)(?:d['’]|(?:de|à|pour|sans|to|of|for|zu|por|para)\s)\S+(?:er|ir|re|oir|en|ar|ing|(?<=to )\S+)$|\w[тч]ь$",
    re.I,
)
_REFLEXIVE = re.compile(r"(?<!\w)s(?:['’]|e\s)(?:\w+\s){0,2}$", re.IGNORECASE)
_BY = re.compile(
    r"(?<!\w)(?:par|by|von|por|vom|de la part d[eu]s?|со стороны|від)\s(?:l['’]|la\s|le\s|les\s|the\s)?", re.IGNORECASE
)
_MADE = r"(?:\s[^\W\d_]+){0,2}?(?:\s(?:men|lanc|fai|formul|conduit|carried out|launched|made|mounted)[^\W\d_]*)?\s"
_DONE = re.compile(r"(?:[éi]e?s?|ue?s?|ise?s?|ed|en|[dt]|uck|[^\W\d_]+t)$", re.IGNORECASE)
_SHORT_PASSIVE = re.compile(
    r"(?<!долж)(?:[аяеё]н|ен|ён|ит|ыт|ят)(?:[аоы])?$|нн(?:ый|ая|ое|ые|ого|ой|ому|ым|ом|ых|ыми|ую)$"
)
_SELF = re.compile(r"(?:[еую]тся|ятся|атся)$")
_PARTICIPLE = re.compile(r"ée?s?$", re.IGNORECASE)
_HAVE = re.compile(
    r"(?<!\w)(?:a|ai|as|ont|avons|avez|av\w+|aur\w+|ayant|eu|s['’]\w+|se sont|est)\s(?:[^\W\d_]+\s){0,4}$",
    re.IGNORECASE,
)
_PUT = re.compile(r"(?<!\w)(?P<verb>mise?s?|met|mettent|mettre)\s(?:[^\W\d_]+\W+){1,7}$", re.IGNORECASE)
# "a lancé une attaque contre B", "lodged a complaint against B": its subject does it.
_LIGHT = re.compile(
    r"(?<!\w)(?:lanc\w+|men[eé]\w*|port\w+|dépos\w+|adress\w+|fait|launch\w*|carried out|filed|lodg\w+|made|issued|mounted"
    r"|нан[её]с\w*|нача\w+|соверши\w+|провел\w*|подал\w*|выдвину\w+|führte?n?|startete|lanzó|lanzaron)\s(?:[^\W\d_]+\s){0,3}$",
    re.IGNORECASE,
)
_TAG = re.compile(r"[»”\"]\s?,\s(?:a|ont|avait|avaient|has|had)?\s*$")
_DONE_BY = re.compile(r"\s(?:par|by|durch|por|со стороны)\s")
_VICTIMS = re.compile(r"\d(?:\s[^\W\d_]+){1,2}\s$")
_BY_CASE = re.compile(r"(?:[оеё]м|[ое]й|[ыи]м|ами|ями|ью|ими|ыми)$")


def deeds(text: str, names: Sequence[Name]) -> list[Deed]:
    """Return the acts that a text tells of ``names``, in order; those of nobody named are left out."""
    told = []
    for found in find_acts(text):
        agents, patients = (_of_noun if found.noun else _of_verb)(text, names, found)
        if found.turned:
            agents, patients = patients, agents
        if agents or patients:
            sure = undoubted(text, names, found, (agents, patients))
            told.append(Deed(found.act, tuple(agents), tuple(patients), *sure))
    return told


def _by_whose(between: str) -> bool:
    """Whether a name stands behind who did it: "задержан полицией Турции"."""
    return bool(re.fullmatch(r"\s[^\W\d_]+(?:[оеё]м|[оеё]й|ами|ями|ью)\s", between))


def _is_german_passive(before: str, after: str) -> bool:
    """Whether a German verb that ends its clause is passive: "wurde der Mann am Sonntag ..."."""
    return bool(re.match(r"\W*(?:$|[,.;]|wurden?|worden)", after) and _WURDE.search(before))


_HAT = re.compile(r"(?<!\w)(?:hat|haben|hatten?)\s(?=[^,.;:]*$)")
_CLOSES = re.compile(r"\W*(?:$|[,.;]|und\s)")
_WURDE = re.compile(r"(?<!\w)(?:wurden?|wird|werden)\s[^,.;:]*$")


def _of_noun(text: str, names: Sequence[Name], found: Found) -> tuple[list[Name], list[Name]]:
    """Return the parties of "l'attaque de A contre B", "A's attack on B", "нападение A на B", "B came under A's attack"."""
    whose = owner(text, names, found.start, found.end)
    agents = [whose] if whose else []
    if whose and (doer := _DONE_BY.match(text, whose.end)):  # "l'invasion de A par B"
        return first(text, names, doer.end(), end_of(text, found.end)), [whose]
    end = end_of(text, found.end)
    against = AGAINST.search(text, found.end, end)
    by = re.compile(_MADE + _BY.pattern, re.IGNORECASE).match(text, found.end, end)
    patients = first(text, names, against.end(), end) if against else []
    if by and not agents:
        agents = first(text, names, by.end(), end)
    if not agents and patients and (light := _LIGHT.search(text[: found.start])):
        agents = subjects(text, names, light.start())
    if not patients and (suffers := SUFFERS.search(text[: found.start])):
        patients = subjects(text, names, suffers.start())
    return agents, [name for name in patients if name not in agents]


def _of_verb(text: str, names: Sequence[Name], found: Found) -> tuple[list[Name], list[Name]]:
    word, before = text[found.start : found.end].split()[0], text[: found.start]
    end = end_of(text, found.end)
    if put := _PUT.search(before):  # "a mis A au défi"
        return subjects(text, names, put.start()), first(text, names, put.end("verb"), found.start)
    has, closes = _HAT.search(before), _CLOSES.match(text, found.end)
    if has and closes and _DONE.search(word):  # "hat A verklagt"
        return subjects(text, names, has.start()), first(text, names, has.end(), found.start)
    if _TAG.search(before):  # "« ... », a félicité A"
        return first(text, names, found.end, end), []
    if _VICTIMS.search(before) and re.fullmatch(
        "killed|wounded|injured|displaced", word
    ):  # "352 civilians killed since"
        return [], []
    left = [] if _INFINITIVE.search(before + word) else subjects(text, names, found.start)
    cyrillic = bool(re.search("[а-яё]", word))
    by = _BY.search(text, found.end, min(end, found.end + 60))
    near_by = by and len(text[found.end : by.start()].split()) <= 5
    to_do = before.endswith(" to ")  # "is to visit"
    is_done = bool(_BE.search(before) and not _REFLEXIVE.search(before) and not to_do) or _is_german_passive(
        before, text[found.end :]
    )
    done_by = by and len(text[found.end : by.start()].split()) <= (0 if by[0].startswith("by") else 1)
    if not cyrillic and not is_done and done_by and _DONE.search(word) and not _HAVE.search(before):
        beside = [name for name in left if len(text[name.end : found.start].split()) <= 1]
        return first(text, names, by.end(), end) if by else [], beside
    if not cyrillic and is_done and _DONE.search(word):
        return (first(text, names, by.end(), end) if near_by and by else []), left
    if _PARTICIPLE.search(word) and not _HAVE.search(before):
        return [], left
    if cyrillic and (_SHORT_PASSIVE.search(word) or _SELF.search(word)):
        right = first(text, names, found.end, end)
        return [name for name in right if _BY_CASE.search(name.text) or _by_whose(text[found.end : name.start])], left
    right = objects(text, names, found, end)
    if cyrillic and left and all(OBLIQUE.search(name.text) for name in left):
        return [name for name in right if not OBLIQUE.search(name.text)], left
    return left, right
