"""The questions that a system failed, grouped by how, with what was wanted and what was shown instead."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from evaluation.figures import PERFECT
from evaluation.finished import Quoted, Ranked, Record
from evaluation.scoring import APART
from evaluation.squad import plain, shows, shows_any

_NAMED_IF_ANY = ("error", "removed", "unsupported")  # the last two are of chat models
SHOWN = 500  # failures a group: more than anybody reads, and the page stays light
Scores = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text; ``mark`` is ``wanted``, ``wrong`` or empty."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Alternatives of which one had to be shown, and whether one was (None: not judged by this)."""

    label: str
    alternatives: tuple[str, ...]
    shown: bool | None


@dataclass(frozen=True, slots=True)
class Failure:
    record: Record
    scores: Scores
    wanted: tuple[Wanted, ...]
    text: tuple[Part, ...]
    quotations: tuple[tuple[Quoted, tuple[Part, ...]], ...]
    ranking: tuple[tuple[Ranked, bool], ...]  # the first five, and whether the article is a right one


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """``count`` failures, of which the first ``SHOWN`` are here. ``always``: it is named even where there are none."""

    key: str
    title: str
    note: str
    count: int
    failures: tuple[Failure, ...]

    @property
    def always(self) -> bool:
        return self.key not in _NAMED_IF_ANY


# Key, title, what it tells, and which records belong in it.
GROUPS: tuple[tuple[str, str, str, Callable[[Record, Scores], bool]], ...] = (
    (
        "error",
        "Raised an error",
        "The system gave no answer at all.",
        lambda record, scores: bool(record.error),
    ),
    (
        "unproved",
        "Quotation or citation broken",
        "A bug: a quotation that is not verbatim, a sentence that none proves, or an article that was not asked.",
        lambda record, scores: any(scores.get(name, 1) < 1 for name in PERFECT),
    ),
    (
        "refused",
        "Answerable, and refused",
        "The archive answers these; the answerer saw no evidence.",
        lambda record, scores: not record.error and scores.get("answered", 1) < 1,
    ),
    (
        "incorrect",
        "Answered, and not correct",
        "Something wanted is missing, or something wrong is shown.",
        lambda record, scores: not record.error and scores.get("answered", 0) >= 1 and scores.get("correct", 1) < 1,
    ),
    (
        "unanswerable",
        "Unanswerable, and answered",
        "The archive does not answer these; they had to be refused.",
        lambda record, scores: not record.error and scores.get("refused", 1) < 1,
    ),
    (
        "retrieval",
        "Right passage not among the first five",
        "No right passage stands where answers are looked for first.",
        lambda record, scores: scores.get("recall@5", 1) < 1,
    ),
    (
        "removed",
        "Sentences of the chat model removed",
        "The check found no proof: look for true sentences among them.",
        lambda record, scores: scores.get("shown_sentences", 1) < 1,
    ),
    (
        "unsupported",
        "Sentences of the chat model not supported, to another judge",
        "The check let them through, and the reader does not find them in their quotations: look for lies among them.",
        lambda record, scores: scores.get("citation_recall", 1) < 1,
    ),
)


def failed(record: Record, scores: Scores) -> bool:
    return any(belongs(record, scores) for *_, belongs in GROUPS)


def failure_groups(records: Iterable[Record], scores: Mapping[str, Scores]) -> tuple[FailureGroup, ...]:
    """Group the failed records in the order in which the questions were asked; a record may be in two groups."""
    order = {id: place for place, id in enumerate(scores)}
    records = sorted(records, key=lambda record: order[record.id])
    groups = []
    for key, title, note, belongs in GROUPS:
        members = [record for record in records if belongs(record, scores[record.id])]
        shown = tuple(_failure(record, scores[record.id]) for record in members[:SHOWN])
        groups.append(FailureGroup(key, title, note, len(members), shown))
    return tuple(groups)


def _failure(record: Record, scores: Scores) -> Failure:
    question, answer = record.question, record.answer
    alternatives = [*question.answers, *(text for group in (*question.all_of, *question.sides) for text in group)]
    citations = answer.citations if answer else []
    right = {article for relevant in question.relevant for article in (relevant.article, *relevant.copies)}
    return Failure(
        record,
        scores,
        _wanted(record),
        highlighted(answer.text if answer else "", alternatives, question.wrong),
        tuple((cited, highlighted(cited.quote, alternatives, question.wrong)) for cited in citations),
        tuple((ranked, ranked.article in right) for ranked in record.ranking[:5]),
    )


def _wanted(record: Record) -> tuple[Wanted, ...]:
    """Return what had to be shown: the groups where there are any, and else one of the answers (as ``scoring`` judges)."""
    question, answer = record.question, record.answer
    groups = [("all of", group) for group in question.all_of] + [("side", group) for group in question.sides]
    shown = []
    if answer:
        shown = [one.text for one in answer.short] + [one.text for one in answer.claims]
        shown += [cited.quote for cited in answer.citations]
    text = APART.join(shown)
    judged = groups or ([("answer", question.answers)] if question.answers else [])
    wanted = [Wanted(label, tuple(group), shows_any(text, group) if answer else None) for label, group in judged]
    if groups and question.answers:
        wanted.insert(0, Wanted("answer", tuple(question.answers), None))
    return tuple(wanted)


def highlighted(text: str, wanted: Sequence[str], wrong: Sequence[str] = ()) -> tuple[Part, ...]:
    """Split a text into parts with every wanted and every wrong text marked; joined, they are the text again.

    What counts as shown is what ``squad.shows`` says; where both overlap, wrong wins.
    """
    marks = [""] * len(text)
    folded, origin = _folded(text)
    for mark, needles in (("wanted", wanted), ("wrong", wrong)):
        for needle in {plain(needle) for needle in needles} - {""}:
            for start, end in _occurrences(folded, needle):
                marks[origin[start] : origin[end - 1] + 1] = [mark] * (origin[end - 1] + 1 - origin[start])
    pieces = ([*group] for _, group in groupby(range(len(text)), marks.__getitem__))
    return tuple(Part(text[piece[0] : piece[-1] + 1], marks[piece[0]]) for piece in pieces)


def _folded(text: str) -> tuple[str, list[int]]:
    """Return ``squad.plain`` of a text, made letter by letter, and for each of its characters where it comes from."""
    chars: list[str] = []
    origin: list[int] = []
    start = 0
    for i in range(1, len(text) + 1):
        if i < len(text) and unicodedata.combining(text[i]):
            continue  # a letter and its accents are folded together
        # Between guards, because ``plain`` strips; a run of blanks keeps its first.
        folded = plain(f"|{text[start:i]}|")[1:-1]
        if not (folded == " " and chars and chars[-1] == " "):
            chars += folded
            origin += [start] * len(folded)
        start = i
    return "".join(chars), origin


def _occurrences(folded: str, needle: str) -> Iterable[tuple[int, int]]:
    start = folded.find(needle)
    while start >= 0:
        end = start + len(needle)
        # As far around as ``shows`` looks: "33" is not in "33.000".
        if shows(folded[max(0, start - 5) : end + 5], needle):
            yield start, end
        start = folded.find(needle, start + 1)
