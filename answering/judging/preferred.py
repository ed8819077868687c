"""Which of two sentences of one article comes first, where both are as near: by what one of them plainly says more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from answering.checking.numerals import ordinals
from retrieval.ranking.lexical import terms

if TYPE_CHECKING:
    from answering.judging.evidence import Evidence

# "first", but no prime minister, no first lady or half, no war, and not what is done for the first time.
_FIRST = re.compile(
    r"(?<!\w)(?<!pour la )(?<!pour une )(?<!à la )(?<!for the )(?<!at )(?<!zum )(?<!por )(?<!в )(?:"
    r"premi(?:er|ers|ère|ères)(?!\s(?:ministre|dame|guerre|fois|lieu|plan))|"
    r"first(?!\s(?:lady|world|half|place|minister|name|time))|erste[nrsm]?(?!\s(?:weltkrieg|mal))|"
    r"primer[oa]?s?(?!\s(?:ministr|dama|guerra|vez|lugar))|"
    r"перв(?:ый|ая|ое|ые|ого|ой|ом|ых|ую)(?!\s(?:мировой|мировая|раз|лед))|"
    r"перш(?:ий|а|е|і|ого|ої|ому|их|у)(?!\s(?:світов|раз|лед)))(?!\w)",
    re.IGNORECASE,
)


def without_headings(found: Sequence[Evidence]) -> list[Evidence]:
    """Leave out headings all of whose terms a sentence of their article has, which is then as probable: it says more."""
    kept = {(e.article.id, e.start): e for e in found}
    said = {key: frozenset(terms(e.text, e.article.language)) for key, e in kept.items()}
    for heading in [e for e in found if e.feature("headline")]:
        key = (heading.article.id, heading.start)
        fuller = [
            e
            for place, e in kept.items()
            if place[0] == key[0] and not e.feature("headline") and said[key] and said[key] < said[place]
        ]
        if fuller:
            best = max(fuller, key=lambda e: e.probability)
            probability = max(best.probability, heading.probability)
            kept[best.article.id, best.start] = replace(best, probability=probability)
            del kept[key]
    return list(kept.values())


def numbered_first(question: str, found: Sequence[Evidence]) -> list[Evidence]:
    """Let a sentence that tells of the first, where the first is asked about, change places with its passage's best.

    Only where that one tells of no such number, and it is at least half as probable.
    """
    asked = _numbers(question)
    kept = list(found)
    for rank in {e.rank for e in kept} if asked else ():
        mine = [n for n, e in enumerate(kept) if e.rank == rank]
        best = max(mine, key=lambda n: kept[n].probability)
        telling = [n for n in mine if asked & _numbers(kept[n].text)]
        if not telling or best in telling:
            continue
        first, ahead = max(telling, key=lambda n: kept[n].probability), kept[best].probability
        if (behind := kept[first].probability) >= ahead / 2:
            kept[first], kept[best] = replace(kept[first], probability=ahead), replace(kept[best], probability=behind)
    return kept


def _numbers(text: str) -> set[int]:
    """Return the ordinals of a text, the first among them."""
    return set(ordinals(text)) | ({1} if _FIRST.search(text) else set())
