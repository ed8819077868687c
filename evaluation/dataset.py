"""A data folder: articles and questions, read and checked once. docs/evaluation.md describes the format.

``questions.jsonl`` holds one question a line; the articles are ``articles.jsonl`` (the ingest format), or the file or
folder that ``set.json`` names as ``articles``, relative to the data folder.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from retrieval.errors import KiosqueError

Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Group = Annotated[list[Text], Field(min_length=1)]  # alternatives: one of them will do


class DataError(KiosqueError):
    """A data folder that cannot be used. The message names file and line."""


class Relevant(BaseModel):
    """Where an answer stands: an article, and ``text[start:end]`` of it, or a ``quote`` that occurs in it.

    Offsets refer to the ``text`` of ``articles.jsonl``. ``copies`` are articles that print the same story again: they
    are as right as the article itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    article: Text
    start: Annotated[int, Field(ge=0)] | None = None
    end: int | None = None
    quote: Text | None = None
    copies: list[Text] = []

    @model_validator(mode="after")
    def _span(self) -> Relevant:
        if (self.start is None) != (self.end is None):
            raise ValueError('"start" and "end" go together')
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError('"end" must be greater than "start"')
        if self.quote is not None and self.start is not None:
            raise ValueError('give either "quote" or "start" and "end"')
        return self


class Question(BaseModel):
    """One question with what a right answer must show. See docs/evaluation.md for each field."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: Text
    question: Text
    language: str = ""
    answerable: bool
    answers: list[Text] = []
    relevant: list[Relevant] = []
    all_of: list[Group] = []
    sides: list[Group] = []
    wrong: list[Text] = []
    among: list[Text] = []
    conversation: list[Text] = []
    kind: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Question:
        if len(self.sides) == 1:
            raise ValueError('"sides" needs two groups or more')
        if not self.answerable and (self.answers or self.relevant or self.all_of or self.sides):
            raise ValueError('an unanswerable question has no "answers", "relevant", "all_of" or "sides"')
        if self.answerable and not (self.answers or self.relevant or self.all_of or self.sides):
            raise ValueError('an answerable question needs "answers", "relevant", "all_of" or "sides"')
        return self

    @property
    def wanted(self) -> list[list[str]]:
        """Groups of alternatives, one of each of which must be shown."""
        return [*self.all_of, *self.sides] or ([self.answers] if self.answers else [])


@dataclass(frozen=True, slots=True)
class DataSet:
    """A checked data folder. ``fingerprint`` changes when a question does; ``lines`` says where each question stands."""

    name: str
    folder: Path
    articles: Path
    questions: tuple[Question, ...]
    fingerprint: str
    lines: dict[str, int]

    def place(self, question: Question) -> str:
        """Return the file and line of a question, for messages."""
        return f"{self.folder / 'questions.jsonl'}, line {self.lines[question.id]}"


def load(folder: Path) -> DataSet:
    """Read a data folder. Raises DataError that names the file, and the line where there is one."""
    if not folder.is_dir():
        raise DataError(f"{folder} is no data folder; make one with `python -m evaluation prepare NAME`.")
    file = folder / "questions.jsonl"
    try:
        data = file.read_bytes()
    except OSError as exc:
        raise DataError(f"{file} cannot be read: {exc.strerror}; a data folder needs a questions.jsonl.") from exc
    lines: dict[str, int] = {}
    questions = tuple(_questions(file, data, lines))
    if not questions:
        raise DataError(f"{file} holds no question.")
    where = _described(folder)
    articles = (folder / (where.get("articles") or "articles.jsonl")).resolve()
    if not articles.exists():
        raise DataError(f"{articles} does not exist; the data folder {folder} needs its articles there.")
    name = where.get("name") or folder.resolve().name
    if not re.fullmatch(r"[\w.-]{1,100}", name):  # it becomes a file's name
        raise DataError(f"{folder} has the name {name[:60]!r}; use letters, digits, '.', '_' and '-' (set.json).")
    digest = blake2b(data, digest_size=8).hexdigest()
    return DataSet(name, folder, articles, questions, digest, lines)


def _described(folder: Path) -> dict[str, str]:
    """Return what ``set.json`` says (nothing when there is none): ``name`` and ``articles``."""
    file = folder / "set.json"
    if not file.exists():
        return {}
    try:
        value = json.loads(file.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as exc:
        raise DataError(f"{file} cannot be read as JSON: {exc}.") from exc
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise DataError(f'{file} must be a JSON object with the texts "name" and "articles".')
    return value


def _questions(file: Path, data: bytes, first_at: dict[str, int]) -> Iterator[Question]:
    for number, line in enumerate(data.removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            question = Question.model_validate_json(line)
        except ValidationError as exc:
            raise DataError(f"{file}, line {number}: {_reason(exc)}.") from exc
        if (earlier := first_at.setdefault(question.id, number)) != number:
            raise DataError(f"{file}, line {number}: the id {question.id!r} stands in line {earlier} already.")
        yield question


def _reason(exc: ValidationError) -> str:
    """Return the first thing that is wrong, with the name of its field."""
    error: Any = exc.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in error["loc"])
    reason = error["msg"].removeprefix("Value error, ").rstrip(".")
    reason = reason.replace(" at line 1 column ", " at column ")  # of the one line that was read
    return f'"{field}": {reason}' if field else reason
