"""Evidence, sentence by sentence: how likely a sentence of a retrieved passage answers the question.

Similarity says what a sentence is about, not whether it answers, so it is one feature of several; what a reader says of
the passage (``retrieval.types.Reader``), where there is one, is the strongest. ``weighing`` makes a probability of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from answering.asking.question import Kind, Question, shows
from answering.comparing.copies import Printing, Sources
from answering.comparing.spellings import missing_names as missing_names
from answering.judging.preferred import numbered_first, without_headings
from answering.judging.told import BEFORE, ODDS, read_telling, tells
from answering.judging.unfit import read_wanted, unfit
from answering.judging.weighing import FEATURES, READ, predict
from answering.judging.zero import above_zero, similarity_of_unrelated
from retrieval.archive import Archive
from retrieval.ranking.lexical import terms
from retrieval.sentences import Span, sentence_spans
from retrieval.types import AnswerSpan, Article, Hit, PassageReading, Vectors

_LARGEST_SIZE = 4.0  # the weight was fitted on archives of 20 to 1,300 passages: not to be stretched for ever
PASSAGES = 12  # searched for a question, and read for evidence
SENTENCES = 64  # scored a question, so that the time is bounded
_BEFORE, _BEHIND = 300, 200  # characters of a passage beside a sentence that say whom and what it means
_LEAST_MASS = 1e-3  # of probability, so that odds are finite


@dataclass(frozen=True, slots=True)
class Evidence:
    """A candidate sentence: ``article.text[start:end]``, from a passage found at ``rank`` (0 is the best).

    ``probability`` in [0, 1]: that this sentence answers the question. ``vector`` is its embedding. ``garbled`` are its
    mangled words, as (start, end) in the article: then no clean version of it can be cited. ``spans`` are the parts of it
    that a reader takes for what is asked, likeliest first, with offsets in the article.
    """

    article: Article
    start: int
    end: int
    rank: int
    probability: float
    features: tuple[float, ...]
    vector: Vectors
    garbled: tuple[Span, ...] = ()
    spans: tuple[AnswerSpan, ...] = ()

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]

    def feature(self, name: str) -> float:
        return self.features[FEATURES.index(name)]


@dataclass(frozen=True, slots=True)
class Dated:
    """A question without its words of time, and the passages (their ids) that tell of its days in whatever words."""

    question: Question
    passages: frozenset[int]


def gather(
    archive: Archive,
    question: Question,
    hits: Sequence[Hit],
    embed: Callable[[Sequence[str]], Vectors] | None = None,
    sources: Sources | None = None,
    dated: Dated | None = None,
    readings: Sequence[PassageReading] = (),
) -> list[Evidence]:
    """Return the sentences of the best passages as evidence, most probable first; ties in order of rank and place.

    In place of a garbled sentence comes its clean version, from whatever article of ``sources`` (by default the archive's)
    has one. ``embed`` gives the vectors of sentences; by default the archive's embedder does. ``readings`` are a reader's
    of the first hits: then these alone are evidence.
    """
    places = candidates(hits[: len(readings) or PASSAGES])
    if not places:
        return []
    query = archive.embedder.embed_query(dated.question.text if dated else question.text)
    vectors = (embed or archive.embedder.embed_passages)([hit.article.text[start:end] for hit, _, start, end in places])
    rows = features(archive, question, places, query, vectors, dated)
    spans = [_spans_in(readings[rank], hit, start, end) if readings else () for hit, rank, start, end in places]
    if readings:
        rows[:, READ:] = _read(places, spans, readings)
    probabilities = predict(rows, bool(readings)) * _about_its_names(question, places, rows) * _fit(question, places)
    probabilities = _told(question, places, rows, probabilities)
    found = [
        Evidence(hit.article, start, end, rank, float(probability), tuple(row.tolist()), vector, (), inside)
        for (hit, rank, start, end), probability, row, vector, inside in zip(
            places, probabilities, rows, vectors, spans, strict=True
        )
    ]
    found = _mended(numbered_first(question.text, without_headings(found)), sources or Sources(archive))
    return sorted(found, key=lambda e: (-e.probability, e.rank, e.article.id, e.start))


def _mended(found: Sequence[Evidence], sources: Sources) -> list[Evidence]:
    """Put the clean versions of garbled sentences in their places, each once and as probable as the likelier of the two."""
    own = {(e.article.id, e.start): e for e in found}
    mended: dict[tuple[str, int], Evidence] = {}
    for each in found:
        printed = Printing(each.article, each.start, each.end)
        clean = sources.clean(printed)
        key = (clean.article.id, clean.start)
        likeliest = max(each.probability, mended[key].probability if key in mended else 0.0)
        kept = each if clean == printed else _moved(each, clean)
        mended[key] = replace(own.get(key, kept), probability=likeliest, garbled=sources.mangled(clean))
    return list(mended.values())


def _moved(evidence: Evidence, clean: Printing) -> Evidence:
    """Put evidence where its clean version stands, with the spans whose words this has just once."""
    text = clean.article.text[clean.start : clean.end]
    spans = []
    for span in evidence.spans:
        words = evidence.article.text[span.start : span.end]
        if text.count(words) == 1:
            start = clean.start + text.index(words)
            spans.append(AnswerSpan(start, start + len(words), span.probability))
    return replace(evidence, article=clean.article, start=clean.start, end=clean.end, spans=tuple(spans))


def _spans_in(reading: PassageReading, hit: Hit, start: int, end: int) -> tuple[AnswerSpan, ...]:
    """Return the spans of a passage's reading that lie in a sentence of it, with offsets in the article."""
    first = hit.passage.start
    moved = (AnswerSpan(first + s.start, first + s.end, s.probability) for s in reading.spans)
    return tuple(span for span in moved if start <= span.start and span.end <= end)


def _read(
    places: Sequence[Place], spans: Sequence[Sequence[AnswerSpan]], readings: Sequence[PassageReading]
) -> NDArray[np.float64]:
    """Return the features that a reader gives, shape (len(places), 4)."""
    mean = sum(reading.relevant for reading in readings) / len(readings)
    rows = []
    for (_, rank, _, _), inside in zip(places, spans, strict=True):
        reading, mass = readings[rank], sum(span.probability for span in inside)
        odds = math.log((mass + _LEAST_MASS) / (1 + _LEAST_MASS - min(mass, 1.0)))
        rows.append((reading.answers, reading.margin, reading.relevant - mean, odds))
    return np.array(rows, np.float64)


Place = tuple[Hit, int, int, int]  # the hit, its rank, start and end of the sentence


# "— Emmanuel Macron (@EmmanuelMacron) March 2, 2022": a signature, no sentence.
_ONLY_NAMES = re.compile(
    r"(?:[\W\d_]|(?<!\w)(?=[^\W\d_])[A-ZÀ-ÞА-ЯҐЄІЇ]\w*+)++"
)  # possessive: no second way to read "A1 A1 ..."


def candidates(hits: Sequence[Hit]) -> list[Place]:
    """Return the sentences of the hits, each once, in the order of the hits."""
    places: dict[tuple[str, int], Place] = {}
    for rank, hit in enumerate(hits):
        for start, end in sentence_spans(hit.text, hit.article.language):
            place = (hit, rank, hit.passage.start + start, hit.passage.start + end)
            if not _ONLY_NAMES.fullmatch(hit.text[start:end]):
                places.setdefault((hit.article.id, place[2]), place)
    return list(places.values())[:SENTENCES]


def features(
    archive: Archive,
    question: Question,
    places: Sequence[Place],
    query: Vectors,
    vectors: Vectors,
    dated: Dated | None = None,
) -> NDArray[np.float64]:
    """Return one row of ``FEATURES`` a sentence, shape (len(places), len(FEATURES)).

    ``query`` is the question's vector, (dimension,); ``vectors`` those of the sentences, (len(places), dimension).
    """
    cosines = vectors @ query
    mean, deviation = float(cosines.mean()), float(cosines.std()) or 1.0
    languages = {hit.article.language for hit, *_ in places}
    asked = {hit.passage.id: question for hit, *_ in places}
    if dated:
        asked |= dict.fromkeys(dated.passages & asked.keys(), dated.question)
    weighted = {
        (each.text, language): _weighted_terms(archive, each, language)
        for each in {one.text: one for one in asked.values()}.values()
        for language in languages
    }
    zeros = {language: similarity_of_unrelated(archive.embedder, language, query) for language in languages}
    size = min(math.log10(archive.size + 1), _LARGEST_SIZE)
    rows = []
    passages: dict[int, tuple[frozenset[str], float]] = {}
    for (hit, rank, start, end), cosine in zip(places, cosines.tolist(), strict=True):
        language = hit.article.language
        sentence, wanted = hit.article.text[start:end], asked[hit.passage.id]
        if rank not in passages:
            context = f"{hit.article.title}\n{hit.text}"
            passages[rank] = frozenset(terms(context, language)), missing_names(wanted.names, context)
        context_terms, names_missing = passages[rank]
        rows.append(
            (
                above_zero(cosine, zeros[language]),
                (cosine - mean) / deviation,
                above_zero(hit.dense, zeros[language]),
                _coverage(weighted[wanted.text, language], frozenset(terms(sentence, language))),
                _coverage(weighted[wanted.text, language], context_terms),
                names_missing,
                float(question.cue is not Kind.OTHER and shows(question.cue, sentence, question)),
                float(question.cue is not Kind.OTHER),
                float(sentence.rstrip("»”\"')] ")[-1:] not in ".!?…。？！"),
                math.log(len(sentence.split()) + 1),
                float(bool(question.language) and bool(language) and question.language != language),
                size,
                *[0.0] * (len(FEATURES) - READ),
            )
        )
    return np.array(rows, np.float64)


def _weighted_terms(archive: Archive, question: Question, language: str) -> dict[str, float]:
    words = list(dict.fromkeys(terms(question.text, language)))
    return dict(zip(words, archive.rarity(words, language), strict=True))


def _coverage(weighted: dict[str, float], present: frozenset[str]) -> float:
    total = sum(weighted.values())
    return sum(weight for word, weight in weighted.items() if word in present) / total if total else 0.0


def _about_its_names(question: Question, places: Sequence[Place], rows: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether each sentence's passage has any of the question's names; all do where that cannot be told.

    On PIAF one right passage in a hundred has none of them, and every third of those found when there is no right one.
    In another language a name may be another word.
    """
    strict = np.array([question.language == hit.article.language for hit, *_ in places])
    return ~strict | (rows[:, FEATURES.index("names_missing")] < 1)


def _fit(question: Question, places: Sequence[Place]) -> NDArray[np.bool_]:
    """Return whether each sentence may answer by the rules of ``unfit``."""
    wanted = read_wanted(question)
    if wanted.empty:
        return np.ones(len(places), bool)
    return np.array(
        [not unfit(wanted, *_surroundings(hit, start, end), hit.article.language) for hit, _, start, end in places]
    )


def _told(
    question: Question, places: Sequence[Place], rows: NDArray[np.float64], probabilities: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the probabilities, higher for sentences that tell in so many words what is asked, lower for those that tell
    it of another (``told``). However high the odds, at least half of the doubt that there was is left.
    """
    telling = read_telling(question)
    if telling is None:
        return probabilities
    margins = rows[:, FEATURES.index("sentence_margin")].tolist()
    raised = probabilities.copy()
    for n, ((hit, _, start, end), margin) in enumerate(zip(places, margins, strict=True)):
        text, context = hit.article.text, f"{hit.article.title}\n{hit.text}"
        before = text[max(start - BEFORE, 0) : start]
        likely, doubt = ODDS * probabilities[n], 1 - probabilities[n]
        of_the_one_asked = tells(telling, text[start:end], before, context, hit.article.language, margin)
        if of_the_one_asked:
            raised[n] = min(likely / (likely + doubt), 1 - doubt / 2)
        elif of_the_one_asked is False:
            raised[n] = probabilities[n] / (probabilities[n] + ODDS * doubt)
    return raised


def _surroundings(hit: Hit, start: int, end: int) -> tuple[str, str, str]:
    """Return a sentence, what stands beside it in its passage, and the passage with its title."""
    text, passage = hit.article.text, hit.passage
    around = text[max(passage.start, start - _BEFORE) : min(passage.end, end + _BEHIND)]
    return text[start:end], around, f"{hit.article.title}\n{hit.text}"
