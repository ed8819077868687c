"""Proof of a sentence that a chat model wrote: what supports it in the passages it cites, or why nothing does."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from answering.checking.checks import Fault, Reason, first_failure
from answering.checking.ground import Ground
from answering.checking.naming import Name, find_names, stands_in
from answering.checking.numerals import in_digits, numerals, unproved_figures
from answering.checking.support import Signs, probability
from answering.comparing.copies import Printing, Sources
from answering.generating.marked import Sentence
from answering.judging.zero import above_zero, similarity_of_unrelated
from retrieval.facts.moments import find_moments
from retrieval.language import detect_language
from retrieval.ranking.lexical import terms
from retrieval.sentences import sentence_spans
from retrieval.types import Embedder, Hit, Reader, Vectors

# Least support for a quotation in the claim's language, and in another: there no words are shared, and similarity is
# lower. Chosen on the open half of the lies (docs/evaluation.md).
FLOOR, FLOOR_ACROSS = 0.55, 0.35
# With a reader they only choose what it reads; it then counts with the two others (see ``support``).
READ, FLOOR_READ = 0.1, 0.3
LEAST_WORDS = 0.15  # of what they have in common: three words in ten, where both are in one language
_BEHIND = 0.2  # a sentence that has so much less support than the best one is not what the claim is about
_NEARER = 0.05  # of support: what attributes a claim counts before a sentence that has so much less
_CANDIDATES = 3  # sentences of a passage that are tried as its proof, the best supporting first
_NEAR = 1  # sentences on either side of a quotation, where what belongs to it may stand
_BEFORE = 700  # characters of the article before a quotation, that say who "il" is


@dataclass(frozen=True, slots=True)
class Proof:
    """The quotations that prove a sentence, one a passage; where there are none, ``failure`` says why."""

    quotations: tuple[Printing, ...]
    failure: Fault | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    """A passage read for proof: its sentences and their embeddings."""

    hit: Hit
    quotations: tuple[Printing, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class _Claim:
    """A sentence to be proved, with what each passage is compared with."""

    text: str
    language: str  # its own: a model may not keep to that of its answer
    vector: Vectors
    names: tuple[Name, ...]  # those that are surely names
    figures: frozenset[str]


_Measured = list[tuple[float, float]]


class Prover:
    """Proves sentences by the passages they cite; a passage is read when it is first cited.

    ``passages`` are numbered from 1, as the model was shown them; ``language`` is that of sentences whose own cannot be
    told. A garbled
    sentence of a passage proves nothing where ``sources`` have its clean version: that one stands in its place.
    ``reader`` judges whether a quotation says what a sentence says; without one that is told by likeness alone.
    """

    def __init__(
        self,
        passages: Sequence[Hit],
        embedder: Embedder,
        language: str,
        sources: Sources = Sources(),
        reader: Reader | None = None,
    ) -> None:
        self._passages, self._embedder, self._language = passages, embedder, language
        self._sources, self._reader = sources, reader
        self._pages: dict[int, _Page] = {}

    def prove(self, sentence: Sentence) -> Proof:
        """Return a quotation for each cited passage that proves the sentence: supports it, and fails no check.

        Where no passage proves it alone, those that support it may do so together.
        """
        cited = [number for number in sentence.numbers if 1 <= number <= len(self._passages)]
        if not cited:
            return Proof((), Fault(Reason.MARKER))
        claim = self._claim(sentence.text)
        proved: list[Printing] = []
        supporting: list[tuple[_Page, int]] = []
        failures: list[Fault] = []
        for number in cited:
            page = self._pages.get(number) or self._read(number)
            measured = self._measured(claim, page)
            found = self._supporting(claim, page, measured)
            supporting += [(page, at) for at in found[:1]]
            outcomes = [(at, self._failure(claim, [(page, at)])) for at in found]
            right = _first_right(outcomes)
            if right is not None and (said := self._said_by_another(claim, page, measured, right)):
                outcomes, right = [(right, said)], None
            if right is not None:
                proved.append(page.quotations[right])
            else:
                failures += [failure for _, failure in outcomes[:1] if failure] or [Fault(Reason.SUPPORT)]
        if proved:
            return Proof(tuple(proved))
        if len(supporting) > 1 and self._failure(claim, supporting) is None:
            return Proof(tuple(page.quotations[at] for page, at in supporting))
        return Proof((), min(failures, key=lambda failure: failure.reason is Reason.SUPPORT))

    def _claim(self, text: str) -> _Claim:
        language = detect_language(text) or self._language
        names = tuple(name for name in find_names(text, language) if not name.weak)
        figures = frozenset(numerals(in_digits(text)))
        return _Claim(text, language, self._embedder.embed_passages([text])[0], names, figures)

    def _said_by_another(self, claim: _Claim, page: _Page, measured: _Measured, right: int) -> Fault | None:
        """Return how a claim fails the sentence most like it, if that only says who says it.

        Another sentence about the same matter, that is less like the claim, makes no fact of it; with a reader, which
        brings in sentences that only touch on a claim, even less so.
        """
        nearest = max(range(len(measured)), key=lambda at: sum(measured[at]))
        if sum(measured[nearest]) - sum(measured[right]) < _NEARER:
            return None
        fault = self._failure(claim, [(page, nearest)])
        return fault if fault and fault.reason is Reason.ATTRIBUTION else None

    def _supporting(self, claim: _Claim, page: _Page, measured: _Measured) -> list[int]:
        """Return the sentences of a passage that support the claim, the best first: those that hold its figures.

        Support is similarity, 0 for unrelated and 1 for equal, and what the two have in common.
        """
        found: list[tuple[float, int]] = []
        for at, (likeness, shared) in enumerate(measured):
            support = likeness + shared
            across = page.quotations[at].article.language != claim.language
            floor = FLOOR_READ if self._reader else FLOOR_ACROSS if across else FLOOR
            if support >= floor and (across or self._reader or shared >= LEAST_WORDS):
                found.append((support + _share(claim.figures, numerals(in_digits(page.quotations[at].text))), at))
        found.sort(key=lambda one: (-one[0], one[1]))
        best = [at for support, at in found[:_CANDIDATES] if support > found[0][0] - _BEHIND]
        if self._reader is None or not best:
            return best
        read = self._reader.support(claim.text, [_with_context(page, at) for at in best])
        chances = {
            at: probability(_signs(page, at, claim.language, *measured[at], one))
            for at, one in zip(best, read, strict=True)
        }
        return [at for at in best if chances[at] >= READ]

    def _measured(self, claim: _Claim, page: _Page) -> _Measured:
        """Return for each sentence of a passage its likeness to the claim, and what the two have in common."""
        zero = similarity_of_unrelated(self._embedder, page.hit.article.language, claim.vector)
        return [
            (above_zero(cosine, zero), _overlap(claim, quotation.text, quotation.article.language))
            for quotation, cosine in zip(page.quotations, (page.vectors @ claim.vector).tolist(), strict=True)
        ]

    def signs(self, sentence: str, number: int) -> Signs:
        """Return what speaks for the sentence of passage ``number`` that is most like a sentence. It takes a reader."""
        if self._reader is None:
            raise ValueError("signs are read by a reader, and there is none")
        page = self._pages.get(number) or self._read(number)
        claim = self._claim(sentence)
        measured = self._measured(claim, page)
        at = max(range(len(measured)), key=lambda n: sum(measured[n]))
        read = self._reader.support(sentence, [_with_context(page, at)])[0]
        return _signs(page, at, claim.language, *measured[at], read)

    def _failure(self, claim: _Claim, quoted: Sequence[tuple[_Page, int]]) -> Fault | None:
        grounds = [self._ground(page, at) for page, at in quoted]
        return first_failure(claim.text, claim.language, Ground.together(grounds), self._embedder)

    def _ground(self, page: _Page, at: int) -> Ground:
        quotation, article = page.quotations[at], page.quotations[at].article
        moments = find_moments(article.text, article.language, article.published)
        texts = [each.text for each in page.quotations]
        return Ground(
            quotation=quotation.text,
            near=(texts[at], *texts[max(0, at - _NEAR) : at], *texts[at + 1 : at + 1 + _NEAR]),
            before=f"{article.title}\n{article.text[max(0, quotation.start - _BEFORE) : quotation.start]}",
            passage=" ".join([article.title, *texts]),
            language=article.language,
            outlets=(article.outlet,) if re.search(r"[^\W\d]", article.outlet) else (),
            published=(article.published,),
            told=tuple((m.first, m.last) for m in moments if quotation.start <= m.start < quotation.end),
        )

    def _read(self, number: int) -> _Page:
        hit = self._passages[number - 1]
        article, offset, language = hit.article, hit.passage.start, hit.article.language
        spans = sentence_spans(hit.text, language)
        quotations = tuple(self._sources.clean(Printing(article, offset + a, offset + b)) for a, b in spans)
        vectors = self._embedder.embed_passages([quotation.text for quotation in quotations])
        self._pages[number] = _Page(hit, quotations, vectors)
        return self._pages[number]


def _first_right(outcomes: Sequence[tuple[int, Fault | None]]) -> int | None:
    """Return the first sentence that a claim fails no check on; what is less like it than one it denies proves nothing."""
    for at, failure in outcomes:
        if failure is None:
            return at
        if failure.reason is Reason.NEGATION:
            break
    return None


def _signs(page: _Page, at: int, language: str, likeness: float, shared: float, read: float) -> Signs:
    return Signs(likeness, shared, read, page.quotations[at].article.language != language)


def _overlap(claim: _Claim, text: str, language: str) -> float:
    """Return half the share of the claim's words in the text, in either language, and a tenth of its names'."""
    words = max(_share(_words(claim.text, code), _words(text, code)) for code in {claim.language, language})
    return words / 2 + _shared_names(claim, text, language) / 10


def _shared_names(claim: _Claim, text: str, language: str) -> float:
    """Return the share of the claim's names and figures that a text has; 0 where it has no two of them."""
    others = find_names(text, language)
    held = [stands_in(name, others, text) for name in claim.names]
    missing = len(unproved_figures(in_digits(claim.text), [in_digits(text)]))
    held += [True] * (len(claim.figures) - missing) + [False] * missing
    return sum(held) / len(held) if len(held) > 1 else 0.0


def _with_context(page: _Page, at: int) -> str:
    return " ".join(each.text for each in page.quotations[max(0, at - 1) : at + 1])


def _words(text: str, language: str) -> list[str]:
    return [term for term in terms(text, language) if not term.isdigit()] + numerals(text)


def _share(wanted: Collection[str], present: Sequence[str]) -> float:
    return len(set(wanted) & set(present)) / len(set(wanted)) if wanted else 0.0
