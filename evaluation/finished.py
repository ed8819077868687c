"""A finished run as comparisons and reports read it: RUN.json, checked once, and its answers, read line by line.

docs/evaluation.md describes both files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from evaluation.dataset import Question
from retrieval.errors import KiosqueError

FORMAT = 1


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Figure(_Model):
    """A mean over ``n`` questions with its 95 % interval."""

    value: FiniteFloat
    low: FiniteFloat
    high: FiniteFloat
    n: Annotated[int, Field(ge=0)]


Figures = dict[str, Figure]


class Times(_Model):
    """Milliseconds."""

    p50: FiniteFloat
    p95: FiniteFloat


class Generated(_Model):
    """What became of what a chat model wrote (``evaluation.generated.tally``): counts of answers by outcome, of sentences
    by fate ("written": all), and of sentences by reason and fate."""

    answers: dict[str, int] = {}
    sentences: dict[str, int] = {}
    reasons: dict[str, dict[str, int]] = {}


class SystemFigures(_Model):
    """All that was measured of one system; ``kinds`` and ``languages`` are of the questions.

    ``words`` is the median length of what an answer shows; ``errors`` counts the questions at which the system raised,
    ``fallbacks`` the answers that were extracted because the chat model could not be used. ``generated``: only of an
    answerer with a chat model.
    """

    figures: Figures
    kinds: dict[str, Figures] = {}
    languages: dict[str, Figures] = {}
    latency_ms: dict[str, Times] = {}
    words: FiniteFloat | None = None
    errors: int = 0
    fallbacks: int = 0
    peak_memory_mb: FiniteFloat | None = None
    generated: Generated | None = None


class SetInfo(_Model):
    name: str
    fingerprint: str
    questions: int
    answerable: int
    unanswerable: int


class Settings(_Model):
    embedding_model: str = ""
    chat_model: str = ""
    evidence_model: str = ""
    threshold: FiniteFloat | None = None
    retrieval_only: bool = False
    limit: int | None = None
    workers: int = 1
    code: str = ""


class Machine(_Model):
    cores: int | None = None
    processor: str = ""
    python: str = ""


class ArchiveInfo(_Model):
    articles: int
    passages: int
    encoder: str = ""
    dense_index: str = ""


class Run(_Model):
    """RUN.json. ``scores`` is system -> question id -> score name -> value, in the order they were asked."""

    set: SetInfo
    made: str
    seconds: FiniteFloat
    settings: Settings
    machine: Machine
    archive: ArchiveInfo
    skipped_articles: int = 0
    lost_spans: int = 0
    answers: str
    systems: Annotated[dict[str, SystemFigures], Field(min_length=1)]
    scores: dict[str, dict[str, dict[str, FiniteFloat]]]


class Quoted(_Model):
    """A quotation of an answer: ``[start, end)`` of an article."""

    article_id: str
    start: int
    end: int
    quote: str
    marker: int | None = None
    title: str | None = None
    outlet: str | None = None
    published: str | None = None


class Said(_Model):
    """One claim of an answer."""

    text: str


class Short(_Model):
    """One short answer."""

    text: str


class Written(_Model):
    """One sentence that a chat model wrote, and what became of it; ``written`` is the first version of a repaired one."""

    sentence: str
    fate: str
    reason: str | None = None
    written: str | None = None


class Answered(_Model):
    """What a report shows of an answer."""

    status: str
    text: str
    confidence: FiniteFloat | None = None
    notice: str | None = None
    short: list[Short] = []
    claims: list[Said] = []
    citations: list[Quoted] = []
    verdicts: list[Written] = []


class Ranked(_Model):
    article: str
    start: int
    end: int
    score: FiniteFloat


class Record(_Model):
    """One line of the answers: what one system gave for one question.

    ``answer`` is None when only retrieval was run, or when the system raised ``error``.
    """

    system: str
    id: str
    question: Question
    ranking: list[Ranked] = []
    answer: Answered | None = None
    confidence: FiniteFloat | None = None
    error: str = ""
    stages_ms: dict[str, FiniteFloat] = {}

    def confidence_of(self) -> float | None:
        """Return the confidence unrounded, where the line has it so."""
        return self.confidence if self.confidence is not None or not self.answer else self.answer.confidence


def read_run(path: Path) -> Run:
    """Read RUN.json. Raises KiosqueError for a file that is missing, no JSON, or of another format."""
    try:
        value: Any = json.loads(path.read_bytes())
    except OSError as exc:
        raise _missing(path, exc) from exc
    except (ValueError, RecursionError) as exc:
        raise KiosqueError(f"{path} is no JSON; give the file that `python -m evaluation run` wrote.") from exc
    if not isinstance(value, dict) or "format" not in value:
        raise KiosqueError(f"{path} is no run of the evaluation; give the file that `python -m evaluation run` wrote.")
    if value["format"] != FORMAT:
        found = str(value["format"])[:20]
        raise KiosqueError(
            f"{path} has format {found}, and this version reads format {FORMAT}; run the evaluation again."
        )
    try:
        return Run.model_validate(value)
    except ValidationError as exc:
        raise KiosqueError(f"{path} is no whole run ({_reason(exc)}); run the evaluation again.") from exc


def read_records(path: Path, run: Run) -> Iterator[Record]:
    """Yield the answers of the run that stands in ``path``, a record for each (system, question) of its scores.

    Raises KiosqueError when the file is missing, a line is no record, or an answer is not there.
    """
    file = path.parent / Path(run.answers).name  # beside the run, wherever both were moved to
    wanted = {(system, id) for system, scores in run.scores.items() for id in scores}
    try:
        with file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    record = Record.model_validate_json(line)
                except ValidationError as exc:
                    raise KiosqueError(
                        f"{file}, line {number} is no answer ({_reason(exc)}); run the evaluation again."
                    ) from exc
                if (key := (record.system, record.id)) in wanted:
                    wanted.remove(key)
                    yield record
    except OSError as exc:
        raise _missing(file, exc) from exc
    if wanted:
        system, id = min(wanted)
        raise KiosqueError(f"{file} lacks the answer of {system} to the question {id}; run the evaluation again.")


def _missing(path: Path, exc: OSError) -> KiosqueError:
    return KiosqueError(f"{path} cannot be read: {exc.strerror}; make a run with `python -m evaluation run FOLDER`.")


def _reason(exc: ValidationError) -> str:
    """Return the first thing that is wrong, with the name of its field."""
    error = exc.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in error["loc"])[:200]
    return f'"{field}": {error["msg"]}' if field else error["msg"]
