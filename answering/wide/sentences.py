"""The sentences of passages that can be quoted alone, and how much each is about what is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from answering.asking.wide import Wide
from answering.comparing.copies import Printing, Sources
from answering.comparing.figures import find_figures
from answering.comparing.statements import same_statement
from answering.judging.evidence import Evidence, candidates
from answering.judging.weighing import FEATURES
from answering.judging.zero import above_zero, similarity_of_unrelated
from answering.wide.finding import Embed, Widened, coverage
from answering.wide.words import words_for
from retrieval.archive import Archive
from retrieval.facts.duplicates import order
from retrieval.facts.shingles import same_words, words
from retrieval.types import Hit, Vectors

# A sentence's relevance: its similarity to the sub-question, the topic's words in it, and in its passage.
_SIMILAR, _IN_SENTENCE, _IN_PASSAGE = 0.6, 0.25, 0.15
_SHORTEST, _LONGEST = 6, 90  # words: shorter ones are headings, longer ones lists
_ENDS = re.compile(r"[.!?…。！？][»”\"')\]\s]*$")
# Who or what it tells of stands elsewhere: alone it says nothing.
_LEANS = re.compile(
    r"\W*(?:ils?|elles?|on|ce (?:derni|conflit|texte|dispositif)\w*|cette dernière|ces derni\w+|celui-ci|"
    r"celle-ci|ceux-ci|"
    r"cela|c['’]est ce qu\w*|selon (?:lui|elle|eux)|pour (?:lui|elle|eux)|son homologue|parmi (?:ces|eux|elles)|"
    r"he|she|they|it|this|that|these|those|according to (?:him|her|them)|among them|"
    r"er|sie|dies\w*|él|ellos|ellas?|éste?|ésta|он|она|они|это|эт[аои]|по (?:его|её|ее|их) словам|він|вона|вони|"
    r"це|ц[яі]|"
    r"за (?:його|її|їх) словами)(?![\w-])",
    re.IGNORECASE,
)
_HE_SAID = re.compile(
    r"-(?:t-)?(?:ils?|elles?)(?!\w)|[,»”\"—–-] (?:he|she|they) (?:said|added|told|wrote)|[,»”\"—–-]\s(?:сказал|"
    r"заявил|добавил|"
    r"отметил|сказав|заявив|додав)а?\s(?:он|она|він|вона)(?!\w)|[,“\"] (?:sagte|erklärte) (?:er|sie)(?!\w)",
    re.IGNORECASE,
)
_CONTAINED = 0.75  # share of the shorter sentence's word pairs in the longer one
_LEAD = 600  # characters, after which a sentence of the newest articles matters half as much
_PAIRS = (("«", "»"), ("(", ")"))


@dataclass(frozen=True, slots=True)
class Quotable:
    """A sentence, and its relevance to each topic of the question: 0 is unrelated, 1 the topic itself.

    ``copies`` are the same words in other passages.
    """

    evidence: Evidence
    relevance: tuple[float, ...]
    copies: tuple[Printing, ...] = ()

    @property
    def printing(self) -> Printing:
        return Printing(self.evidence.article, self.evidence.start, self.evidence.end)

    @property
    def text(self) -> str:
        return self.evidence.text

    @property
    def best(self) -> float:
        return max(self.relevance)


def quotable(archive: Archive, widened: Widened, language: str, embed: Embed, sources: Sources) -> list[Quotable]:
    """Return the sentences of the passages that say something alone, the most relevant first.

    What several passages say comes once, as its earliest article prints it; a garbled sentence gives way to its clean
    version, or is left out.
    """
    places: dict[tuple[str, int], tuple[Printing, Hit, int]] = {}
    for rank, hit in enumerate(widened.hits):
        for _, _, start, end in candidates([hit]):
            clean = sources.clean(Printing(hit.article, start, end))
            if stands_alone(clean.text) and not sources.mangled(clean):
                places.setdefault((clean.article.id, clean.start), (clean, hit, rank))
    if not places:
        return []
    vectors = embed([clean.text for clean, _, _ in places.values()])
    scored = _relevance(archive, widened.wide, language, list(places.values()), vectors)
    found = [
        Quotable(
            Evidence(clean.article, clean.start, clean.end, rank, min(1.0, max(row)), (0.0,) * len(FEATURES), vector),
            row,
        )
        for (clean, _, rank), row, vector in zip(places.values(), scored, vectors, strict=True)
    ]
    return sorted(found, key=lambda one: (-one.best, one.evidence.rank, one.evidence.article.id, one.evidence.start))


def _relevance(
    archive: Archive, wide: Wide, language: str, places: Sequence[tuple[Printing, Hit, int]], vectors: Vectors
) -> list[tuple[float, ...]]:
    """Return one row a sentence, one column a topic. Without a topic the first sentences of articles matter most."""
    if not any(wide.topics):
        return [(1 / (1 + clean.start / _LEAD),) for clean, _, _ in places]
    columns = []
    for topic in wide.topics:
        query = archive.embedder.embed_query(words_for(language).known.format(topic=topic))
        zeros = {
            spoken: similarity_of_unrelated(archive.embedder, spoken, query)
            for spoken in {clean.article.language for clean, _, _ in places}
        }
        passages = {
            hit.passage.id: coverage(archive, topic, f"{hit.article.title}\n{hit.text}", hit.article.language)
            for _, hit, _ in places
        }
        columns.append(
            [
                _SIMILAR * above_zero(cosine, zeros[clean.article.language])
                + _IN_SENTENCE * coverage(archive, topic, clean.text, clean.article.language)
                + _IN_PASSAGE * passages[hit.passage.id]
                for (clean, hit, _), cosine in zip(places, (vectors @ query).tolist(), strict=True)
            ]
        )
    return list(zip(*columns, strict=True))


def stands_alone(text: str) -> bool:
    """Whether a sentence can be quoted alone: whole, no question, neither too short nor too long, and names its subject."""
    if not _SHORTEST <= len(text.split()) <= _LONGEST or not _ENDS.search(text) or text.rstrip("»”\"') ").endswith("?"):
        return False
    if (
        any(text.count(a) != text.count(b) for a, b in _PAIRS)
        or text.count("”") > text.count("“")
        or text.count('"') % 2
    ):
        return False
    return not _LEANS.match(text) and not _HE_SAID.search(text)


def once(sentences: Sequence[Quotable]) -> list[Quotable]:
    """Return sentences without those that say what an earlier one of the list does, or less.

    Of the same statements the earliest article's is kept, of a longer and a shorter version the longer one.
    """
    groups: list[list[Quotable]] = []
    for one in sentences:
        group = next((g for g in groups if any(_same(other, one) for other in g)), None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    return list(map(_longest, groups))


def _longest(group: Sequence[Quotable]) -> Quotable:
    kept = min(group, key=lambda one: (-len(_pairs(one.text)), order(one.evidence.article)))
    copies = tuple(one.printing for one in group if one is not kept and same_words(one.text, kept.text))
    return replace(kept, copies=copies)


def _same(one: Quotable, other: Quotable) -> bool:
    """Whether two sentences are one statement, or one holds nearly all word pairs of the other, and all of its figures."""
    if same_statement(one.evidence, other.evidence):
        return True
    less, more = sorted((one.text, other.text), key=lambda text: len(_pairs(text)))
    figures = [{figure.value for figure in find_figures(text)} for text in (less, more)]
    shared = len(_pairs(less) & _pairs(more))
    return shared >= _CONTAINED * len(_pairs(less)) > 0 and figures[0] <= figures[1]


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    return frozenset(pairwise(words(text)))
