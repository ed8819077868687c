"""Names of a claim that its source lacks, has far from the quotation, or has in the place of another one.

What a quotation calls "il" or "cette ville" a claim may call by its name, where the sentences before name it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from answering.checking.attribution import speakers
from answering.checking.ground import Ground
from answering.checking.naming import Name, find_names, stands_in, without_capital
from answering.checking.roles import PLACED
from answering.checking.turned import STATES
from retrieval.sentences import sentence_spans

_IMPERSONAL = re.compile(
    r"(?<!\w)(?:il (?:n['’]|ne )?(?:y (?:a|aura|avait)|faut|faudra|s['’]agit|est (?:prévu|possible|probable))"
    r"|it (?:is|was|will be) (?:\w+ed|possible|likely|clear) (?:that|to))(?!\w)",
    re.IGNORECASE,
)
# Words that stand for somebody or something named before; these wherever they stand,
_SURELY_REFERS = re.compile(
    r"-t-(?:il|elle|ils|elles)(?!\w)|(?<!\w)(?:selon|d['’]après|according to|по словам|laut|según)\s"
    r"(?:lui|elle|eux|him|her|them|него|неё|них|ihm|ihr|él|ella)(?!\w)",
    re.IGNORECASE,
)
# these where no name stands before them,
_REFERS = re.compile(
    r"(?<!\w)(?:(?:il|(?<!selon )elle|ils|elles|(?<!selon )lui|leur|celui-ci|celle-ci|on|ses|son|sa"
    r"|he|she|they|him|them|his|her|their|it|its|он|она"
    r"|они|ему|ей|им|его|её|их|er|sie|sein\w*|ihr\w*|él|ella|ellos|su|sus|він|вона|вони)"
    r"|(?:ce(?:t|tte|s)?|la|le|l['’]|the|this|that|эт\w{1,2}|diese[rsmn]?|est[ea])\s?(?:[^\W\d_]+\s)?"
    r"(?:derni(?:er|ère)s?|ville|pays|métropole|capitale|port|région|commune|officier|responsable|dirigeant\w*|ministre"
    r"|parti(?:e|es)|organisation|institution|city|country|capital|region|town|officer|official|leader|minister|party|parties"
    r"|город\w*|стран\w*|столиц\w*|област\w*|политик\w*|министр\w*|сторон\w*|stadt|land|region|ciudad|país))(?!\w)",
    re.IGNORECASE,
)
# and these where the quotation does not name who speaks.
_FIRST_PERSON = re.compile(
    r"(?<!\w)(?:(?:nous|je|we|i|мы|я|wir|ich|nosotros|yo)(?!\w)|[jm]['’](?=[aeéiouh]))", re.IGNORECASE
)


def unproved_name(claim: str, language: str, ground: Ground) -> str:
    """Return a name of the claim that its source lacks, or has far from the quotation, or in the place of another one."""
    quoted, before = (find_names(text, ground.language) for text in (ground.quotation, ground.before))
    names = [
        name
        for name in find_names(claim, language)
        if not name.weak
        or (len(name.text) > 3 and stands_in(name, [other for other in before if not other.weak], ground.before))
    ]
    elsewhere: list[Name] = []
    for name in names:
        if stands_in(name, quoted, ground.quotation) or without_capital(name, ground.quotation, ground.language):
            continue
        if not stands_in(name, before, ground.before):
            return name.text
        elsewhere.append(name)
    if not elsewhere:
        return ""
    lately = find_names(" ".join(_last_sentences(ground.before, ground.language)), ground.language)
    free, refers = _refers(ground.quotation, [other for other in quoted if not other.weak])
    spoken = " | ".join(speakers(claim))
    unsaid = [other for other in quoted if not other.weak and not stands_in(other, names, claim)]
    bodies = any(other.key.startswith("body/") for other in unsaid)
    states = any(o.key.startswith(STATES) and not PLACED.search(ground.quotation[: o.start]) for o in unsaid)
    free = free and all(other.key for other in elsewhere)  # where somebody is meant by "il", no country is
    for name in elsewhere:
        if not refers or not stands_in(name, lately, ground.before):
            return name.text
        if bodies and name.key.startswith("body/"):
            return name.text  # in the place of another
        acts = states and name.key.startswith(STATES) and name.text not in spoken
        if acts and (not free or name.key.startswith("capital/")):
            return name.text
    return ""


def _last_sentences(before: str, language: str) -> list[str]:
    """Return the sentences in which somebody was named whom a quotation takes up, and the title."""
    title, _, text = before.partition("\n")
    return [title, *(text[start:end] for start, end in sentence_spans(text, language)[-_LATELY:])]


_LATELY = 3  # sentences


def _refers(quotation: str, names: Sequence[Name]) -> tuple[bool, bool]:
    """Whether words of a quotation stand for anybody whom it does not name, and whether any do, be it who speaks.

    "Il" or "cette ville" may where no name stands before them, "nous" in what is quoted of somebody who is not named.
    """
    text = _IMPERSONAL.sub(lambda match: " " * len(match[0]), quotation)
    first = min((name.start for name in names), default=len(text))
    if _REFERS.search(text, 0, first):
        return True, True
    if _SURELY_REFERS.search(text):
        return False, True
    spoken = " | ".join(speakers(quotation))
    return False, bool(_FIRST_PERSON.search(text)) and not any(name.text in spoken for name in names)
