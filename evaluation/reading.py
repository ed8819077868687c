"""How well a reader reads: its best span against the answers that people marked.

Given the right passage, as SQuAD has it (Rajpurkar et al. 2016): PIAF in French, and XQuAD with the question in one
language and the passage in another; only ``retrieval.types.Reader`` is asked. And from a whole archive, as Chen et al.
2017 put SQuAD's questions to all of Wikipedia: there the answerer's search and evidence choose where it reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import product
from statistics import fmean
from typing import Any

from answering.asking.question import read_question
from answering.judging.evidence import PASSAGES, gather
from answering.judging.reading import judged
from answering.judging.vectors import SentenceVectors
from evaluation.journal import Row
from evaluation.published import Part, load_piaf, load_xquad, part
from evaluation.squad import exact_match, f1
from retrieval.archive import Archive
from retrieval.types import PassageReading, Reader

ACROSS = tuple(f"xquad-{asked}-{printed}" for asked, printed in product(("en", "ru", "de"), ("es", "ro")))
SETS = ("piaf", *ACROSS)
WHOLE = "piaf-whole"
_SCORES = ("f1", "exact_match")


@dataclass(frozen=True, slots=True)
class Posed:
    """A question with the whole passage that answers it, and the answers marked there, in the passage's language."""

    id: str
    question: str
    passage: str
    answers: tuple[str, ...]
    language: str


def posed(name: str, wanted: Part) -> list[Posed]:
    """Return the questions of a part of one of ``SETS`` in an order of chance that is always the same.

    It hangs on the id alone: the first N of each pair of XQuAD's languages are the same questions. Raises KiosqueError
    when the published set is not there.
    """
    articles, asked = load_piaf() if name == "piaf" else load_xquad(*name.split("-")[1:])
    passages = {article.id: article for article in articles}
    found = []
    for one in asked:
        answers = tuple(dict.fromkeys(text.strip() for _, text in one.answers if text.strip()))
        if answers and part(one.group) == wanted:
            passage = passages[one.article]
            found.append(Posed(one.id, " ".join(one.text.split()), passage.text, answers, passage.language))
    return sorted(found, key=lambda one: blake2b(one.id.encode(), digest_size=8).digest())


def read_all(reader: Reader, questions: Sequence[Posed]) -> Iterator[Row]:
    """Yield, for each question, what the reader says in its passage and how right that is (``f1``, ``exact_match``).

    ``outside``: the span lies outside its passage, and counts as nothing said.
    """
    for one in questions:
        (reading,) = reader.read(one.question, [one.passage])
        yield _row(one, said_in(one.passage, reading))


def read_from(archive: Archive, reader: Reader, questions: Iterable[Posed]) -> Iterator[Row]:
    """Yield the same of each question put to a whole archive: the best span of the likeliest sentence that has one.

    It counts whether the answerer would show it or not: it shows a short answer only where it is sure enough.
    """
    embed = SentenceVectors(archive.embedder)
    for one in questions:
        hits, readings = judged(reader, one.question, archive.search(one.question, limit=PASSAGES))
        evidence = gather(archive, read_question(one.question, one.language), hits, embed, readings=readings)
        spans = ((sentence.article.text, sentence.spans[0]) for sentence in evidence if sentence.spans)
        text, best = next(spans, ("", None))
        yield _row(one, text[best.start : best.end] if best else "")


def _row(one: Posed, said: str | None) -> Row:
    scores = {"f1": f1(said or "", one.answers, one.language)}
    scores["exact_match"] = exact_match(said or "", one.answers, one.language)
    return {
        "id": one.id,
        "question": one.question,
        "said": said or "",
        "answers": list(one.answers),
        "outside": said is None,
        "scores": dict.fromkeys(_SCORES, 0.0) if not said else scores,
    }


def said_in(passage: str, reading: PassageReading) -> str | None:
    """Return the likeliest span of a passage, empty where the reader gives none, None where it is none of this passage."""
    if not reading.spans:
        return ""
    best = reading.spans[0]
    return passage[best.start : best.end] if 0 <= best.start < best.end <= len(passage) else None


def averaged(sets: Sequence[Sequence[Mapping[str, Any]]]) -> list[Row]:
    """Return a row for each question that all sets ask, its scores averaged over them.

    The same question in other languages is no new question: intervals are over questions.
    """
    by_id = [{row["id"]: row["scores"] for row in rows} for rows in sets]
    shared = [id for id in by_id[0] if all(id in rows for rows in by_id)] if by_id else []
    return [{"id": id, "scores": {name: fmean(rows[id][name] for rows in by_id) for name in _SCORES}} for id in shared]
