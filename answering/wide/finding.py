"""What a wide question is answered from: passages of many articles, found by several sub-questions.

Each side or topic is asked for in two wordings, then with the names that the best passages give it (relevance feedback:
Rocchio 1971). The rankings are joined by reciprocal rank (Cormack, Clarke and Büttcher, "Reciprocal rank fusion
outperforms Condorcet", 2009), in which an article counts for less with each passage that is taken from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle

from answering.asking.wide import Wide
from answering.checking.naming import Name, find_names, stands_in
from answering.judging.evidence import candidates
from answering.judging.zero import above_zero, similarity_of_unrelated
from answering.wide.words import words_for
from retrieval.archive import Archive
from retrieval.facts.shingles import Shingle, prints, shingles
from retrieval.facts.timeline import Told
from retrieval.ranking.lexical import terms
from retrieval.types import Filters, Hit, Vectors

Embed = Callable[[Sequence[str]], Vectors]

MOST_PASSAGES = 40
_EACH = 20  # passages a sub-question
_FEEDBACK, _NAMES = 8, 3  # passages whose names are searched with the topic, and how many of these
_RANKED = 60  # the constant of reciprocal rank fusion, as published
_AGAIN = 0.7  # what an article's next passage counts, relative to the one before
_NEAR = 0.4  # of the nearest passage's similarity, from which one without the topic's words belongs to it
# When an archive has what is asked about: the topic's words, weighted by rarity, stand in a passage of the question's
# language; more of them where it has a name, which alone is not enough ("curling en Finlande"). Where they do not, or
# cannot: so similar are the best passage and the best sentence, together, on average over sub-questions and question.
_COVERED, _COVERED_NAMED = 0.3, 0.5
_LIKE, _LIKE_ACROSS = 0.55, 0.29
_READ = 3  # passages whose sentences tell that


@dataclass(frozen=True, slots=True)
class Widened:
    """A wide question with its passages, best first, at most ``MOST_PASSAGES``, none of which prints another.

    ``confidence`` in [0, 1]: that the archive has what is asked about. ``queries`` are the sub-questions searched.
    """

    wide: Wide
    hits: list[Hit]
    confidence: float
    queries: tuple[str, ...] = ()


def widen(
    archive: Archive,
    question: str,
    wide: Wide,
    language: str,
    embed: Embed,
    filters: Filters = Filters(),
    told: Told | None = None,
) -> Widened | None:
    """Return the passages for a wide question; None where the archive has nothing about what it names.

    Without a topic they are those of the days ``told``, else of the newest articles. ``embed`` gives vectors of sentences.
    """
    if not any(wide.topics):
        hits = _untitled(archive, filters, told)
        return Widened(wide, _spread([hits]), 1.0) if hits else None
    words = words_for(language)
    asked = [words.known.format(topic=topic) for topic in wide.topics]
    asked += [words.of[wide.wanted].format(topic=topic) for topic in wide.topics]

    def search(query: str) -> list[Hit]:
        return archive.search(query, limit=_EACH, filters=filters, told=told)

    found = [search(query) for query in asked]
    ways = [*zip(asked, found, strict=True), (question, search(question))]
    count = len(wide.topics)
    confidence = max(
        _confidence(archive, topic, [*ways[at:-1:count], ways[-1]], language, embed, bool(wide.sides))
        for at, topic in enumerate(wide.topics)
    )
    if not confidence:
        return None
    if not wide.sides:
        names = _names_beside(wide.topic, found[0][:_FEEDBACK], language)
        further = [words.known.format(topic=f"{wide.topic}, {name}") for name in names]
        asked, found = asked + further, found + [search(query) for query in further]
    rankings = [_about(archive, topic, hits) for topic, hits in zip(cycle(wide.topics), found, strict=False)]
    return Widened(wide, _spread(rankings), confidence, tuple(asked))


def _untitled(archive: Archive, filters: Filters, told: Told | None) -> list[Hit]:
    if told is None:
        return archive.newest(limit=MOST_PASSAGES, filters=filters)
    passages = {hit.passage.id: hit for hit, _ in archive.events(told.days, limit=3 * MOST_PASSAGES, filters=filters)}
    return list(passages.values())


def _confidence(
    archive: Archive, topic: str, ways: Sequence[tuple[str, list[Hit]]], language: str, embed: Embed, is_side: bool
) -> float:
    """Return how sure it is that what was found in several ways is about a topic, in (0, 1]; 0 where it is not."""
    hits = ways[0][1]
    names = names_of(topic, language)
    if not hits or not names_held(names, hits):
        return 0.0
    own = [hit for hit in hits if not language or hit.article.language in (language, "")]
    covered = max((coverage(archive, topic, hit.text, hit.article.language) for hit in own), default=0.0)
    if covered >= (_COVERED_NAMED if names and not is_side else _COVERED):
        return (1 + covered) / 2
    like = sum(_likeness(archive, query, found, embed) for query, found in ways) / len(ways)
    return min(1.0, like) if like >= (_LIKE if own else _LIKE_ACROSS) else 0.0


def _likeness(archive: Archive, query: str, hits: Sequence[Hit], embed: Embed) -> float:
    """Return how similar the best passage and the best sentence are to a query, together."""
    vector = archive.embedder.embed_query(query)
    zero = similarity_of_unrelated(archive.embedder, hits[0].article.language, vector)
    places = candidates(hits[:_READ])
    sentences = (embed([hit.article.text[start:end] for hit, _, start, end in places]) @ vector).tolist()
    return above_zero(max(hit.dense for hit in hits), zero) + above_zero(max(sentences, default=zero), zero)


def names_of(words: str, language: str) -> list[Name]:
    """Return the names of a topic, its first word among them."""
    return [name for name in find_names(f"x {words}", language) if not name.weak]


def names_held(names: Sequence[Name], hits: Sequence[Hit]) -> bool:
    """Whether some passage, or its title, has one of the names, in any spelling; True where there are none."""
    return not names or any(
        holds(name, f"{hit.article.title}\n{hit.text}", hit.article.language) for name in names for hit in hits
    )


def holds(name: Name, text: str, language: str) -> bool:
    """Whether a text has a name. One of the table is there by its entry alone: "Турции" sounds like "Truss"."""
    others = find_names(text, language)
    if not name.key:
        return stands_in(name, others, text)
    group, _, of = name.key.partition("/")
    same = {name.key, f"nation/{of}", f"capital/{of}"} if group in ("nation", "capital") else {name.key}
    return any(other.key in same for other in others)


def coverage(archive: Archive, topic: str, text: str, language: str) -> float:
    """Return the share of a topic's terms that a text holds, weighted by their rarity, in [0, 1]."""
    wanted = list(dict.fromkeys(terms(topic, language)))
    weights = dict(zip(wanted, archive.rarity(wanted, language), strict=True))
    total, held = sum(weights.values()), set(terms(text, language))
    return sum(weight for term, weight in weights.items() if term in held) / total if total else 0.0


def _names_beside(topic: str, hits: Sequence[Hit], language: str) -> list[str]:
    """Return the names that most of the articles have beside a topic, each in its commonest spelling."""
    known = {name.text.casefold() for name in names_of(topic, language)}
    found: dict[str, set[str]] = {}
    for hit in hits:
        for name in find_names(hit.text, hit.article.language):
            common = name.weak or name.key.startswith(("nation/", "capital/"))  # these stand beside everything
            if not common and name.text.casefold() not in known:
                found.setdefault(name.text, set()).add(hit.article.id)
    counted = Counter({name: len(articles) for name, articles in found.items()})
    return [name for name, articles in counted.most_common(_NAMES) if articles > 1]


def _about(archive: Archive, topic: str, hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits that are about a topic: they have of its words, or are nearly as near as the nearest."""
    if not hits:
        return []
    nearest = max(hit.dense for hit in hits)
    zero = min(hit.dense for hit in hits)
    floor = zero + _NEAR * (nearest - zero)
    return [
        hit
        for hit in hits
        if hit.dense >= floor or coverage(archive, topic, hit.text, hit.article.language) >= _COVERED
    ]


def _spread(rankings: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Return the best passages of several rankings, spread over their articles, without those that others print."""
    hits = {hit.passage.id: hit for ranking in rankings for hit in ranking}
    scores = Counter[int]()
    for ranking in rankings:
        for rank, hit in enumerate(ranking):
            scores[hit.passage.id] += 1 / (_RANKED + rank)  # type: ignore[assignment]  # Counter sums what it is given
    taken, kept, printed = Counter[str](), list[Hit](), list[frozenset[Shingle]]()
    while scores and len(kept) < MOST_PASSAGES:
        best = max(scores, key=lambda one: (scores[one] * _AGAIN ** taken[hits[one].article.id], -one))
        hit = hits[best]
        del scores[best]
        mine = shingles(hit.text)
        if any(prints(mine, other) or prints(other, mine) for other in printed):
            continue
        kept.append(hit)
        printed.append(mine)
        taken[hit.article.id] += 1
    return kept
