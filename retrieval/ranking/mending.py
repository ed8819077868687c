"""A garbled sentence gives way to its clean version: ranked below it by a search, not quoted where that one can be.

The clean version is looked for when it is needed, among what is stored then.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from retrieval.facts import garbled
from retrieval.facts.duplicates import order
from retrieval.facts.mangled import clean_version, clean_words, mangled_spans
from retrieval.ranking.following import Indexes
from retrieval.sentences import sentence_spans
from retrieval.storing.store import Store
from retrieval.types import Article

Row = tuple[int, float, float, float]  # passage, fused score, cosine, BM25
Sentences = Mapping[int, Sequence[tuple[str, str]]]  # passage: its garbled sentences, each with its language
NEIGHBOURS = 50  # passages, by BM25, among which the clean version of a sentence is looked for
_HELD = 0.5  # share of words that another passage must have, so as to say the same
_LONG = 4  # letters: shorter words are articles and prepositions


def says_clean(sentence: str, language: str, text: str) -> bool:
    """Whether a text holds the clean version of a garbled sentence."""
    if not _holds(text.casefold(), _telling(sentence, language)):  # most do not: no need to cut them up
        return False
    sentences = [text[start:end] for start, end in sentence_spans(text, language)]
    return clean_version(sentence, sentences, language) is not None


@lru_cache(4096)
def _telling(sentence: str, language: str) -> tuple[str, ...]:
    """Return the clean words of a garbled sentence that are no mere articles and prepositions, the longest first."""
    return _by_length(clean_words(sentence, mangled_spans(sentence, language)))


def _by_length(words: Sequence[str]) -> tuple[str, ...]:
    folded = {word.casefold() for word in words if len(word) >= _LONG}
    return tuple(sorted(folded, key=lambda word: (-len(word), word)))


def _holds(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text, case folded, has half of some words; the longest are the rarest, and settle it soonest."""
    may_lack = math.floor((1 - _HELD) * len(words))
    for word in words:
        if word not in text:
            may_lack -= 1
            if may_lack < 0:
                return False
    return bool(words)


def lowered(store: Store, ranked: Sequence[tuple[int, Row]], shown: int) -> list[tuple[int, Row]]:
    """Return a ranking (passages with their rows, best first) whose first ``shown`` stand as they should.

    A passage with a garbled sentence stands just below the first passage without one that has at least half of its words
    and a clean version of the sentence. One garbled sentence among others costs no more than that.
    """
    scores = {passage: row[1] for passage, row in ranked}
    texts, folded = dict[int, str](), dict[int, str]()
    spoiled: Sentences = {}
    judged = set[int]()
    current = list(ranked)
    while fresh := [passage for passage, _ in current[:shown] if passage not in judged]:
        judged.update(fresh)
        with store.reading() as db:
            found = garbled.sentences_of(db, fresh)
            if found and not texts:
                texts, spoiled = garbled.texts_of(db, list(scores)), garbled.sentences_of(db, list(scores))
                folded = {passage: text.casefold() for passage, text in texts.items()}
        for passage in found:
            below = _clean_one(passage, spoiled, texts, folded, [p for p, _ in ranked])
            if below is not None:
                scores[passage] = min(scores[passage], math.nextafter(scores[below], -math.inf))
        current = [(passage, (row[0], scores[passage], *row[2:])) for passage, row in ranked]
        current.sort(key=lambda kept: (-kept[1][1], kept[0]))
    return current


def _clean_one(
    passage: int, spoiled: Sentences, texts: Mapping[int, str], folded: Mapping[int, str], ranked: Sequence[int]
) -> int | None:
    """Return the first passage of a ranking without garbled sentences that says what a garbled one does.

    ``folded`` are their texts case folded: nearly every passage is ruled out by a few words that it does not have.
    """
    if passage not in texts:
        return None
    whole = _by_length(re.findall(r"\w+", texts[passage]))
    for sentence, language in spoiled.get(passage, ()):
        telling = _telling(sentence, language)
        for other in ranked:
            if other in spoiled or other not in texts or not _holds(folded[other], telling):
                continue
            if _holds(folded[other], whole) and says_clean(sentence, language, texts[other]):
                return other
    return None


def find_clean(
    store: Store, indexes: Indexes, article: Article, start: int, end: int, articles: Sequence[int] | None = None
) -> tuple[Article, int, int] | None:
    """Return where the clean version of a garbled sentence stands (article, start, end), None where it stands nowhere.

    It is looked for in the ``NEIGHBOURS`` passages that BM25 finds with its words. ``articles`` are those that count.
    """
    sentence, language = article.text[start:end], article.language
    telling = _telling(sentence, language)
    ids = indexes.lexical.search(sentence, (language,), NEIGHBOURS, articles).ids
    places = {
        (order(theirs), passage.start + a, passage.start + b): theirs
        for passage, theirs in store.passages(ids).values()
        if _holds((text := theirs.text[passage.start : passage.end]).casefold(), telling)
        for a, b in sentence_spans(text, theirs.language)
    }
    known = sorted(places)  # the earliest first, whatever BM25 makes of equal ones
    best = clean_version(sentence, [places[place].text[place[1] : place[2]] for place in known], language)
    return None if best is None else (places[known[best]], *known[best][1:])
