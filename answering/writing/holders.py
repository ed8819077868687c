"""Who holds a post: "le secrétaire général de l'OTAN Jens Stoltenberg" names one man among five.

A post and what it is of are told in eight languages by ``posts.json``; its holder is the name beside it in the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from answering.asking.question import Kind, Question
from answering.asking.referents import Sort, names_of
from answering.comparing.concepts import concepts
from answering.judging.evidence import Evidence, missing_names
from answering.writing.value import Value

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# "avec l'Ukraine", "en Biélorussie": where or with whom somebody is, not of what he is the head.
_BESIDES = re.compile(
    r"(?<!\w)(?:avec|en|à|au|contre|dans|sur|pour|with|in|at|against|to|on|mit|gegen|nach|con|contra|с|со|в|на|против|з|із|у|проти)"
    r"\s(?:l['’]|la |le |les |the |der |dem |die |el )?[^\W\d_]+"
)
_CLAUSE = re.compile(r"[;:!?«»“”„]|\.(?=\s|$)")
_END = re.compile(_CLAUSE.pattern + r"|,|(?<!\w)(?:et|and|und|y|e|и|та|і)(?!\w)")
_ANOTHER = re.compile(r",|(?<!\w)(?:et|and|und|y|e|и|та|і)(?!\w)")
_BRACKETED = re.compile(r"\([^)]*\)")  # what a follow-up is about: nobody's post is asked for there
_DEPUTY = re.compile(
    r"(?<!\w)(?:adjointe?s?|vice|deputy|stellvertret\w*|vize\w*|teniente|заместител\w*|заступник\w*|вице)(?!\w)",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"(?<!\w)(?:appel|nom(?:me)?\b|name|call|heißt|heissen|llama|chiama|chama|зовут|звать|звати)", re.IGNORECASE
)
_RUN = re.compile(
    r"(?<![\w'’-])(?:[ld]['’])?[^\W\d_a-zà-ÿа-яёґєії][\w'’-]*(?:\s(?:(?:von|van|der|den|de|bin|al|da|dos|ibn)\s){0,2}"
    r"[^\W\d_a-zà-ÿа-яёґєії][\w'’-]*)*"
)
_PIECE = re.compile(r"[^\W_][\w-]*")
_NO_NAME = re.compile(
    r"(?:m|mme|mr|mrs|ms|dr|sir|herr|frau|general|général|state|vice|deputy|the|le|la|der|die|el|il|\w+day|janvier|january)$",
    re.IGNORECASE,
)
# A single name is one right behind its post or "by": "le président Macron", "dirigée par Medinski".
_BEFORE_ONE = re.compile(
    r"(?<!\w)(?:par|by|von|por|da|dal|ist|is|est|es|è|:|,)\s(?:M\. |Mme |Mr\.? |Herr |Frau )?$", re.IGNORECASE
)
_BESIDE = re.compile(r",\s(?:\w+['’\s]){0,2}")  # "Anne Hidalgo, la maire de Paris"
_WITH = re.compile(
    r"(?<!\w)(?:avec|with|mit|con|com|с|со|з|із|зі)\s(?:l['’]|la |le |les |the |der |dem |die |el )?[^\W\d_]+"
)


@dataclass(frozen=True, slots=True)
class Post:
    """A post that a question asks about: what it is, of what, and the names and nations that say of what."""

    kinds: frozenset[str]
    fields: frozenset[str]
    nations: frozenset[str]
    names: frozenset[str]


def post_of(question: Question) -> Post | None:
    """Return the post whose holder is asked for; None where none is named."""
    if question.kind is not Kind.PERSON or _DEPUTY.search(question.text):  # the mayor is not the deputy
        return None
    found = concepts(_BRACKETED.sub(" ", question.text), "posts")
    if "post" not in found:
        return None
    bodies = frozenset(name for name in question.names if "field" in concepts(name, "posts"))
    named = frozenset(name for name in question.names - bodies if not _nations(name) and name != "affaires")
    return Post(found["post"], found.get("field", frozenset()), _nations(_WITH.sub(" ", question.text)), named)


def asks_for_a_person(question: Question) -> bool:
    """Whether nobody but a person can be the answer: who holds a post, whose wife it is, what somebody is called."""
    if question.kind is not Kind.PERSON:
        return False
    return bool({"post", "kin"} & concepts(_BRACKETED.sub(" ", question.text), "posts").keys()) or bool(
        _CALLED.search(question.text)
    )


def is_no_person(text: str, start: int, end: int) -> bool:
    """Whether a part of a sentence names a place, a country or a body: "la Russie", "à Kiev", "l'Otan"."""
    part = text[start:end]
    if concepts(part, "posts").get("post"):  # "le président russe"
        return False
    if _nations(part):
        return True
    names = [name for name in names_of(text) if name.start < end and start < name.end]
    return bool(names) and all(name.sort in (Sort.PLACE, Sort.THING) for name in names)


def _nations(text: str) -> frozenset[str]:
    return concepts(text).get("nation", frozenset())


def holders(question: Question, evidence: Sequence[Evidence]) -> list[Value]:
    """Return the names that sentences give for the holder of the post that is asked for, in the order of the evidence."""
    post = post_of(question)
    if post is None or not (post.fields or post.nations or post.names):
        return []
    found = []
    for each in evidence:
        place = _holder(post, each, question)
        if place is not None and not _is_garbled(each, *place):
            found.append(Value(each, each.start + place[0], each.start + place[1], 1.0))
    return found


def _is_garbled(evidence: Evidence, start: int, end: int) -> bool:
    return any(a < evidence.start + end and evidence.start + start < b for a, b in evidence.garbled)


def _holder(post: Post, evidence: Evidence, question: Question) -> tuple[int, int] | None:
    """Return where a sentence names the holder of a post."""
    text = evidence.text
    people = _people(text, question)
    ends = [m.start() for m in _END.finditer(text)]
    for mark in _WORD.finditer(text):
        at = mark.start()
        if not post.kinds & _posts_in(mark.group(), post).get("post", frozenset()):
            continue
        start = max((end + 1 for end in ends if end < at), default=0)
        beside = next((place for place in people if place[0] > at), None)
        told = text[at : beside[0]] if beside else ""
        if beside and not _ANOTHER.search(told) and not _CLAUSE.search(told):
            if _is_it(post, told) or _is_it(post, text[start : beside[0]]):
                return beside
            continue
        before = [place for place in people if place[1] <= at and _BESIDE.fullmatch(text[place[1] : at])]
        if before:
            stop = min((end for end in ends if end > at), default=len(text))
            if _is_it(post, text[at:stop]):
                return before[-1]
        elif beside and not _CLAUSE.search(told) and not _tells_of_two(told) and _is_it(post, told):
            return beside
    return None


def _tells_of_two(told: str) -> bool:
    """Whether a part of a sentence that starts with a post has another: the name behind it is that one's."""
    return any("post" in concepts(word.group(), "posts") for word in [*_WORD.finditer(told)][1:])


def _is_it(post: Post, part: str) -> bool:
    """Whether a part of a sentence tells of the post, and of all that it is of."""
    found = _posts_in(part, post)
    if not post.kinds <= found.get("post", frozenset()) or not post.fields <= found.get("field", frozenset()):
        return False
    return post.nations <= _nations(_BESIDES.sub(" ", part)) and not missing_names(post.names, part)


def _posts_in(text: str, post: Post) -> dict[str, frozenset[str]]:
    """Return the posts that a text names, where the head of a diplomacy is a foreign minister, too."""
    found = concepts(text, "posts")
    if "minister" in post.kinds and "foreign" in post.fields:
        if "head" in found.get("post", ()):
            found["post"] |= {"minister"}
        if "diplomacy" in found.get("field", ()):
            found["field"] |= {"foreign"}
    return found


def _people(text: str, question: Question) -> list[tuple[int, int]]:
    """Return where a text names people: runs of capitalised words, without the posts, bodies and places at their front."""
    found = []
    for run in _RUN.finditer(text):
        pieces = list(_PIECE.finditer(run.group()))
        while pieces and _is_no_name(pieces[0].group(), question):
            pieces = pieces[1:]
        if not pieces or any(_is_no_name(piece.group(), question) for piece in pieces):
            continue
        start = run.start() + pieces[0].start()
        if len(pieces) > 1 or _BEFORE_ONE.search(text[:start]) or _ends_with_post(text[:start]):
            found.append((start, run.start() + pieces[-1].end()))
    return found


def _is_no_name(word: str, question: Question) -> bool:
    folded = re.sub(r"^[ld]['’]", "", word.casefold())
    return bool(
        len(folded) == 1
        or folded in question.names
        or _NO_NAME.match(folded)
        or concepts(word, "posts")
        or concepts(word)
    )


def _ends_with_post(text: str) -> bool:
    last = text.split()[-1:]
    return bool(last) and "post" in concepts(last[0], "posts")
