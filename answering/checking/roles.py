"""Who acts on whom in a claim and in its source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from answering.checking.attribution import speakers_behind, without_speaker
from answering.checking.exchanged import of_another_nation, places_exchanged
from answering.checking.ground import Ground
from answering.checking.naming import OFFICES, Name, find_names, stands_in
from answering.checking.turned import STATES, turned
from retrieval.types import Embedder

# What makes a country a place and no party: "dans le nord de l'Ukraine", "territoire ukrainien".
PLACED = re.compile(
    r"(?<!\w)(?:en|in|au|aux|à|dans|to|from|на|в|во|із|из|у|nach|frontière|border|границ\w+|nord|sud|est|ouest"
    r"|north|south|east|region|région"
    r"|territoire|territory|territorial|sol|soil|ville|city|capitale|capital|port|villes|cities|столиц\w+"
    r"|город\w*|территори\w+|ambassadeur|ambassador)"
    r"\s(?:de |du |des |of |d['’])?(?:l['’]|la |le |les |the )?$",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"(?<!\w)(?:(?<!s['’])est(?=\s(?:\w+\s)?\w+(?:ée?s?|ie?s?|ue?s?)(?!\w))|été"
    r"|(?:étaient|sont|was|were|been|is|are|being)(?!\s(?:disposée?s?|prête?s?|ready|willing|unwilling|able|due|set)(?!\w))|был[аио]?|wurden?|worden|fue(?:ron)?)(?!\w)|(?<!\w)(?!граждан|стран)\w+(?:ены?|ан[аоы]|[вздн]ан)(?!\w)",
    re.IGNORECASE,
)
# "tombée aux mains de", "came under the control of": its subject is whom it is done to.
_CAME_UNDER = re.compile(
    r"(?<!\w)(?:tomb\w+ (?:aux|entre|sous)|pass\w+ (?:sous|aux)|(?:c[ao]me|f[ae]ll\w*|pass\w*) (?:under|into|to)"
    r"|(?:перешл?\w*|перешёл|попал\w*|оказал\w*) (?:под|в))(?!\w)",
    re.IGNORECASE,
)
_DONE_BY = re.compile(r"(?<!\w)(?:par|by|von|por)\s(?:\S+\s){0,2}?$", re.IGNORECASE)
# Whose it is or where it comes from, and no party: "des mains de la Russie", "aid from France".
_BELONGS = re.compile(
    r"(?<!\w)(?:from|of|de|du|des|d|von|aus|от|из|у|со стороны|від|par|by|por|with|avec|с|со|mit|con)"
    r"[\s'’](?:l['’]|la |le |les |the )?(?:[^\W\d_]+\s){0,2}$",
    re.IGNORECASE,
)
_ATTACK = (
    r"(?:attaqu|frapp|offensiv|arm[eé]e|troup|forc|bomb|assaut|invasion|agress|raid|tir|missil|opération|avion"
    r"|soldat|militair|attack|strik|army|troop|shell|assault|operation|plane|jet|soldier|fighter|военн|войск|удар|атак"
    r"|наступлен|арми|сил|вторжен|агресси|обстрел|бомб|ракет|самол|операц|солдат|військ|наступ|сили|літак|angriff"
    r"|truppe|armee|streitkr|soldaten|ataqu|ejército|tropas|fuerzas|bombarde|soldados)\w*"
)
_ACTS_OF = re.compile(rf"\s(?:\w+\s)?{_ATTACK}", re.IGNORECASE)
_OF_ACTS = re.compile(rf"(?<!\w){_ATTACK}\s(?:\w+\s)?$", re.IGNORECASE)
_LINKS = re.compile(
    r"(?:[\s,()'’-]|(?<!\w)(?:l|d|s|de|du|des|la|le|les|the|of|a|et|and|и|та|und|y|pays|countries|страны)(?!\w))+",
    re.IGNORECASE,
)
_FIRST = re.compile(r"[^,;:.]{1,40},\s")  # "Dans ce texte, l'ONU ..."
_SAYING = re.compile(r"(?:[A-Z]\w+ing|En \w+ant|[A-ZÀ-Þ]\w+ant)\s[^,;:.]{1,90},\s")  # "Saying it feared A, B ..."
_THEIR = re.compile(r"\W*(?:[^\W\d_]+\W+){1,3}(?:de|du|des|d|of)[\s'’](?:l['’]|la\s|le\s|les\s|the\s)?$", re.IGNORECASE)
_BY_PRONOUN = re.compile(r"\W*(?:Il|Elle|Ils|Elles|Ce dernier|Cette dernière|He|She|They|Он|Она|Они)\s")


def swapped(claim: str, language: str, ground: Ground, embedder: Embedder) -> bool:
    """Whether who did it and to whom have changed places, as far as the order of names tells."""
    claim = without_speaker(claim)
    names = find_names(claim, language)
    others = find_names(ground.quotation, ground.language)
    others = [name for name in others if not name.weak or (len(name.text) > 3 and stands_in(name, names, claim))]
    known = [n for n in names if not n.weak or (len(n.text) > 3 and stands_in(n, others, ground.quotation))]
    if not known or not others:
        return False
    around = turned(claim, known, ground.quotation, others)
    told = (claim, known, ground.quotation, others)
    if around or places_exchanged(*told) or of_another_nation(*told):
        return True
    exchanged = _halves_exchanged(claim, known, ground.quotation, others, embedder)
    if exchanged is not None or around is not None:
        return bool(exchanged)
    named = [n for n in names if n in known or (n.weak and _followed(n, known))]
    return (
        _place_as_party(claim, known, ground.quotation, others)
        or _act_of_another(claim, known, ground.quotation, others)
        or _object_as_subject(claim, named, ground.quotation, others)
    )


def _followed(name: Name, others: Sequence[Name]) -> bool:
    """Whether another name stands right behind: a first name, which a sentence may begin with."""
    return any(0 < other.start - name.end < 3 for other in others)


def _place_as_party(claim: str, names: Sequence[Name], quotation: str, others: Sequence[Name]) -> bool:
    """Whether a country that the quotation has only as a place is a party in the claim, for one it leaves out."""
    unsaid = [o for o in others if o.key.startswith(STATES) and not stands_in(o, names, claim)]
    if all(PLACED.search(quotation[: other.start]) for other in unsaid):
        return False
    for name in names:
        same = [o for o in others if stands_in(name, [o], quotation)]
        placed = [PLACED.search(quotation[: other.start]) for other in same]
        if (
            name.key.startswith(STATES)
            and placed
            and all(placed)
            and name is names[0]
            and _opens(claim, name)
            and not PLACED.search(claim[: name.start])
        ):
            return True
    return False


def _act_of_another(claim: str, names: Sequence[Name], quotation: str, others: Sequence[Name]) -> bool:
    """Whether an attack or an army is given to a country that the quotation has only as a place, and not to its own."""
    unsaid = [o for o in others if o.key.startswith(STATES) and not stands_in(o, names, claim)]
    if not any(_acts(quotation, other) for other in unsaid):
        return False
    for name in names:
        if name.key.startswith(STATES) and _acts(claim, name):
            same = [o for o in others if stands_in(name, [o], quotation)]
            if same and not any(_acts(quotation, other) for other in same):
                return True
    return False


def _acts(text: str, name: Name) -> bool:
    return bool(_ACTS_OF.match(text, name.end) or _OF_ACTS.search(text[: name.start]))


def _object_as_subject(claim: str, names: Sequence[Name], quotation: str, others: Sequence[Name]) -> bool:
    """Whether the claim has as its subject whom the quotation has as its object, and the reverse.

    "A verbs B" for "B verbs A"; "A is verbed by B" for "A verbs B", and what has "by B" for "B verbs A".
    """
    ours, rest = _subject(claim, names)
    theirs, objects = _subject(quotation, others)
    if not ours:
        return False
    own = " | ".join(speakers_behind(claim))  # "..., promet B": B is no party to what is promised
    rest = [name for name in rest if name.text not in own]
    behind = " | ".join(speakers_behind(quotation))
    if _any_in(ours[:1], find_names(behind, ""), behind):
        return False  # the order of "..., a déclaré le Kremlin" tells nothing
    by = [
        n
        for n in rest[:1]
        if _PASSIVE.search(_last_clause(claim[: n.start]))
        and _DONE_BY.search(claim[: n.start])
        and stands_in(n, others, quotation)
    ]
    told_by = [
        n
        for n in objects[:1]
        if _PASSIVE.search(_last_clause(quotation[: n.start]))
        and _DONE_BY.search(quotation[: n.start])
        and stands_in(n, names, claim)
    ]
    if by or told_by:
        agents, patients = (by, ours) if by else (ours, [n for n in rest if not _BELONGS.search(claim[: n.start])])
        doers, done_to = (told_by, theirs) if told_by else (theirs, objects)
        if _BY_PRONOUN.match(quotation) and by and not told_by:
            return _any_in(agents, objects, quotation) and not _any_in(patients, objects, quotation)
        return (
            _any_in(agents, done_to, quotation)
            and not _any_in(agents, doers, quotation)
            and _any_in(patients, doers, quotation)
        )
    if _PASSIVE.search(claim) or _PASSIVE.search(quotation) or _CAME_UNDER.search(claim):
        return False
    if _BY_PRONOUN.match(quotation):
        return not _BY_PRONOUN.match(claim) and _any_in(ours[:1], others, quotation)
    parties = [name for name in rest if not _BELONGS.search(claim[: name.start])]
    moved = [name for name in ours if not stands_in(name, theirs, quotation)]
    return len(moved) == len(ours) and _any_in(ours, objects, quotation) and _any_in(parties, theirs, quotation)


def _last_clause(text: str) -> str:
    """Return the end of a text that no relative clause parts from its subject: none behind ", whose" or ", qui"."""
    return "" if _RELATIVE.search(text) else text


_RELATIVE = re.compile(
    r",\s(?:qui|que|qu['’]|dont|which|who|whose|whom|котор\w+|чь[яиё]\w*|der|die|das|quien|que)(?!\w)(?:[^,]*)$",
    re.IGNORECASE,
)


def _any_in(names: Sequence[Name], others: Sequence[Name], source: str) -> bool:
    return any(stands_in(name, others, source) for name in names)


def _subject(text: str, names: Sequence[Name]) -> tuple[list[Name], list[Name]]:
    """Return the names that open a text as its subject, and the others: "Le chef de la diplomatie, Josep Borrell, a ...".

    A place before a comma is passed over ("En Ukraine, la Russie ..."). Without a name, what opens it is not known.
    """
    found: list[Name] = []
    at = match.end() if (match := _FIRST.match(text)) and not any(n.start < match.end() for n in names) else 0
    if match := _SAYING.match(text):
        at = match.end()
        names = [name for name in names if name.start >= at]
    for number, name in enumerate(names):
        between = text[at : name.start]
        if not found and PLACED.search(text[: name.start]) and not _THEIR.fullmatch(between):
            comma = text.find(",", name.end)
            if comma < 0 or comma - name.end > 1:
                return [], list(names)
            at = comma + 1
            continue
        if not _linked(between) and (found or not _THEIR.fullmatch(between)):
            return found, list(names[number:])
        found.append(name)
        at = name.end
    return found, []


def _linked(between: str) -> bool:
    """Whether nothing but articles, offices and the like stands between two names of one subject."""
    words = re.findall(r"[^\W\d_]+", _LINKS.sub(" ", between))
    return all(OFFICES.match(word) or _BODIES.match(word) for word in words)


_BODIES = re.compile(
    r"partie$|camp$|côté$|forces?$|troup|délég|autorit|négociat|responsab|dirigeant|side$|forc|troop|delegat|authorit|envoy"
    r"|negotiat|leader|сторон|сил[аыу]?$|войск|делегац|власт|переговорщ|представит",
    re.IGNORECASE,
)


def _opens(text: str, name: Name) -> bool:
    """Whether a name stands within the first words of a text, after no comma but that of a short adverbial."""
    before = re.sub(r"^\w+(?:\s\w+){0,2},", "", text[: name.start])
    return len(before.split()) < 6 and not re.search(r"[,;:]", before)


def _halves_exchanged(
    claim: str, names: Sequence[Name], quotation: str, others: Sequence[Name], embedder: Embedder
) -> bool | None:
    """Whether two halves of the claim have each other's parties: "Kiev réclamait ..., tandis que Moscou ...".

    None where the two texts are not both made of halves with the same two parties.
    """
    ours, theirs = _halves(claim, names), _halves(quotation, others)
    if not ours or not theirs:
        return None
    first, second = (stands_in(ours[0][0], [theirs[n][0]], quotation) for n in (0, 1))
    other_first, other_second = (stands_in(ours[1][0], [theirs[n][0]], quotation) for n in (0, 1))
    same, turned = first and other_second, second and other_first
    if same == turned:
        return None
    vectors = embedder.embed_passages([text for _, text in (*ours, *theirs)])
    likeness = vectors[:2] @ vectors[2:].T
    straight = float(likeness[0, 0] + likeness[1, 1] - likeness[0, 1] - likeness[1, 0])
    return straight < -_CLEARLY if same else straight > _CLEARLY


_CLEARLY = 0.02  # of likeness
_CUT = re.compile(
    r"[,;:]|\s(?:et|mais|alors|tandis|quand|and|but|while|whereas|when|а|и|но|тогда|und|aber|während|y|pero|mientras"
    r"|та|але|тоді)\s",
    re.IGNORECASE,
)


def _halves(text: str, names: Sequence[Name]) -> list[tuple[Name, str]]:
    """Return two parties, each with the half of the text that it opens, masked; none where a text has no such halves."""
    parties = [name for name in names if name.key and not PLACED.search(text[: name.start])]
    for first, second in pairwise(parties):
        cuts = list(_CUT.finditer(text, first.end, second.start))
        if first.key == second.key or not cuts or len(text[cuts[-1].end() : second.start].split()) > 2:
            continue
        halves = text[first.end : cuts[-1].start()], text[second.end :]
        if min(len(half.split()) for half in halves) >= 2:
            return [(name, "X" + _masked(half, names)) for name, half in zip((first, second), halves, strict=True)]
    return []


def _masked(text: str, names: Sequence[Name]) -> str:
    for name in names:
        text = text.replace(name.text, "X")
    return text
