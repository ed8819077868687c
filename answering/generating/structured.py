"""Answers as JSON, where a chat model can be held to a schema: how it is asked for them, and how they are read."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Any

from answering.errors import ChatModelError, Failure
from answering.generating.chat import Message, stream_text
from answering.generating.marked import Sentence, SentenceReader
from prompts import PLACEHOLDERS, load_prompt

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from answering.generating.guarded import GuardedChatModel

SCHEMA: dict[str, Any] = {
    "title": "answer",
    "description": "An answer in sentences, each with the numbers of the passages that prove it.",
    "type": "object",
    "properties": {
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string"},
                    "passages": {"type": "array", "items": {"type": "integer"}},
                },
                "required": ["text", "passages"],
                "additionalProperties": False,
            },
        },
        "no_answer": {"type": "boolean"},
    },
    "required": ["sentences", "no_answer"],
    "additionalProperties": False,
}
# After so many times of one sentence, and sentences of one answer, a model is going round in circles.
_SAID, _MOST = 3, 60
_RULE, _ALIKE = 5, 0.75  # least words of a rule, and the share of them that one that is given back has
_LONGEST = 4_000  # characters of one object; a longer one is none

_BEGINS = re.compile(r"(?:```\w{0,10}\s*)?(?:\{\s*[\"'}]|\[\s*[{\]])")
_MAY_BEGIN = re.compile(r"`{1,3}|```\w{0,10}\s*[\[{]?\s*|[\[{]\s*")
_LONGEST_HELD = 40  # characters of what may become the beginning of JSON
_KNOWN = re.compile(r"\{\s*\"(?:text|sentence|passages?|sources?)\"\s*:")
_TEXTS, _NUMBERS = ("text", "sentence"), ("passages", "passage", "sources", "source")
# A sentence with its passages, out of JSON that is none; its text goes over no other quotation's end.
_PAIR = re.compile(
    r"\"(?:text|sentence)\"\s*:\s*\"((?:(?!\"\s?[,}\]]|\"(?:text|sentence)\").)*)\"\s*,\s*"
    r"\"(?:passages?|sources?)\"\s*:\s*(\[[^\]\[{}]*\]|\"[^\"]*\"|\d+(?=\s*[,}]))",
    re.DOTALL,
)
_STRING = re.compile(r"\"((?:[^\"\\]|\\.)*)(\"\s*:|\"|\Z)", re.DOTALL)
_DECLINES = re.compile(r"\"no_answer\"\s*:\s*true", re.IGNORECASE)


def json_options(model: GuardedChatModel) -> dict[str, Any]:
    """Return what LangChain's client of a provider sends to hold a model to ``SCHEMA``; empty where it cannot or shall not.

    Only an answer whose text is the JSON will do, since it streams; the arguments of a tool that is called do not.
    """
    if model.structured == "no" or (model.structured == "auto" and not (model.profile or {}).get("structured_output")):
        return {}
    try:
        bound: Any = model.inner.with_structured_output(SCHEMA, method="json_schema", strict=True)
        options = dict(bound.first.kwargs)
    except (NotImplementedError, ValueError, TypeError, AttributeError):
        return {}
    return {} if "tools" in options else options


def stream_sentences(
    model: BaseChatModel, messages: Sequence[Message], language: str, check: Callable[[], None] = lambda: None
) -> Generator[Sentence, None, None]:
    """Yield the sentences of a model's answer as they come: of one in JSON where it can be had, else of its text.

    A provider that refuses to be asked for JSON (HTTP 400, 422; llama-cpp-python's server: 500) is asked without, and from
    then on. Raises what ``stream_text`` raises. Closing the iterator ends the request.
    """
    from answering.generating.guarded import one_try

    asked = one_try(model)
    options = json_options(asked)
    if options:
        begun = False
        with closing(sentences_of(stream_text(asked, _as_json(messages), check, options), language)) as sentences:
            try:
                for sentence in sentences:
                    begun = True
                    yield sentence
                return
            except ChatModelError as exc:
                if begun or exc.failure not in (Failure.INVALID, Failure.FAILED):
                    raise
    pieces = stream_text(asked, messages, check)
    yield from sentences_of(_remembering(asked, pieces) if options else pieces, language)


def sentences_of(pieces: Iterator[str], language: str) -> Generator[Sentence, None, None]:
    """Yield the sentences of a text that comes in pieces, JSON or not. Closing it closes what they come from.

    What is said again is left out, and what gives our rules back; a model that says the same a third time, or goes on and
    on, is listened to no more: it would do so until its context is full.
    """
    said: Counter[str] = Counter()
    told: set[Sentence] = set()
    with closing(_read(pieces, language)) as sentences:
        for sentence in sentences:
            said[sentence.text] += 1
            if sentence not in told and (sentence.declines or not _of_the_rules(sentence.text)):
                yield sentence
            told.add(sentence)
            if said[sentence.text] == _SAID or said.total() == _MOST:
                return


def _read(pieces: Iterator[str], language: str) -> Generator[Sentence, None, None]:
    reader = AnswerReader(language)
    try:
        for piece in pieces:
            yield from reader.feed(piece)
    finally:
        if isinstance(pieces, Generator):
            pieces.close()
    yield from reader.finish()


def _of_the_rules(text: str) -> bool:
    """Whether a sentence is one of the prompts', or nearly: small models give rules and examples back as their answer."""
    words = _words(text)
    return len(words) >= _RULE and any(len(words & rule) >= _ALIKE * len(words | rule) for rule in _rules())


@cache
def _rules() -> list[frozenset[str]]:
    """Return the words of each sentence of the prompts."""
    lines = [line for name in PLACEHOLDERS for line in load_prompt(name).template.splitlines()]
    return [words for line in lines for part in re.split(r"(?<=[.:])\s", line) if len(words := _words(part)) >= _RULE]


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", re.sub(r"\{\w+\}|\[\d\]", " ", text).casefold()))


def _as_json(messages: Sequence[Message]) -> list[Message]:
    """Return the messages with the form of the answer told at the end of the last."""
    *before, (role, text) = messages
    return [*before, (role, f"{text.rstrip()}\n\n{load_prompt('answer.structured').render()}")]


def _remembering(model: GuardedChatModel, pieces: Generator[str, None, None]) -> Generator[str, None, None]:
    """Yield pieces; once there is one, it was to be asked for JSON that the provider refused."""
    with closing(pieces):
        for piece in pieces:
            model.structured = "no"
            yield piece


class AnswerReader:
    """Reads a model's text as ``SentenceReader`` does, and JSON wherever a line begins with it, object by object.

    The sentences are the same however the text is cut. JSON that is broken is searched for what is whole in it; when it
    holds no sentence with passages, its strings are read as text. What follows JSON is no answer.
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._plain = SentenceReader(language)
        self._held = ""  # what may become the beginning of JSON
        self._fresh = True  # nothing but space stands before it on its line
        self._json: str | None = None  # all of the JSON so far
        self._at = 0  # where in it what has not been read begins
        self._outside: list[str] = []  # what stands between its objects
        self._found = False

    def feed(self, text: str) -> Iterator[Sentence]:
        for character in text:
            if self._json is None:
                yield from self._begin(character)
                continue
            self._json += character
            if character == "}":
                yield from self._objects(self._json)

    def finish(self) -> Iterator[Sentence]:
        """Give what is left, once the model has ended."""
        if self._json is None:
            yield from self._plain.feed(self._held)
            yield from self._plain.finish()
            return
        rest = self._json[self._at :]
        yield from self._salvaged(rest)
        if not self._found:
            for said, end in _STRING.findall(rest):
                if ":" not in end:
                    yield from self._sentences(_unescaped(said), [])
        if _DECLINES.search("".join((*self._outside, rest))):
            yield Sentence("NO_ANSWER", (), declines=True)

    def _begin(self, character: str) -> Iterator[Sentence]:
        """Read a character as text, unless JSON begins with it."""
        if self._fresh and not self._plain.hidden and not (character.isspace() and not self._held):
            held = self._held + character
            if _BEGINS.fullmatch(held):
                self._json, self._held = held, ""
                yield from self._plain.finish()
                if character == "}":
                    yield from self._objects(held)
                return
            if len(held) <= _LONGEST_HELD and _MAY_BEGIN.fullmatch(held):
                self._held = held
                return
        held, self._held = self._held, ""
        yield from self._plain.feed(held + character)
        self._fresh = character in "\n>" or (self._fresh and not held and character.isspace())

    def _objects(self, text: str) -> Iterator[Sentence]:
        """Give the sentences of an object that has just been closed."""
        begin = max(self._at, len(text) - _LONGEST)
        first = _KNOWN.search(text, begin)
        last = text.rfind("{", begin)
        starts = {first.start()} if first else set()
        for start in sorted(starts | ({last} if last >= 0 else set())):
            try:
                value, end = json.JSONDecoder(strict=False).raw_decode(text, start)
            except (ValueError, RecursionError):
                continue
            said = _said(value)
            if said is None:
                continue
            before, self._at = text[self._at : start], end
            self._outside.append(before)
            yield from self._salvaged(before)
            yield from self._sentences(*said)
            self._found = True
            return

    def _salvaged(self, text: str) -> Iterator[Sentence]:
        for said, numbers in _PAIR.findall(text):
            self._found = True
            yield from self._sentences(_unescaped(said), _numbers(re.findall(r"\d+", numbers)))

    def _sentences(self, text: str, numbers: list[int]) -> Iterator[Sentence]:
        """Read an object's text, whose sentences have its passages where they have no markers of their own."""
        reader = SentenceReader(self._language, numbers)
        yield from reader.feed(" ".join(text.split()))
        yield from reader.finish()


def _said(value: Any) -> tuple[str, list[int]] | None:
    """Return text and passages of an object that holds a sentence."""
    if not isinstance(value, dict):
        return None
    text = next((value[name] for name in _TEXTS if isinstance(value.get(name), str)), None)
    return None if text is None else (text, _numbers(next((value[name] for name in _NUMBERS if name in value), [])))


def _numbers(value: Any) -> list[int]:
    """Return the numbers that a model wrote for passages: a list of numbers or of their digits, or one alone."""
    numbers: list[int] = []
    for one in value if isinstance(value, list) else [value]:
        digits = re.fullmatch(r"\W*(?:passage\s*)?(\d{1,4})(?:\.0)?\W*", str(one), re.IGNORECASE)
        if digits and not isinstance(one, bool) and not str(one).startswith("-"):
            numbers.append(int(digits[1]))
    return numbers


def _unescaped(text: str) -> str:
    """Return what stands for a text in JSON, which may be broken."""
    try:
        value = json.loads(f'"{text}"', strict=False)
    except ValueError:
        value = re.sub(r"\\(.)", lambda found: " " if found[1] in "nrt" else found[1], text)
    return str(value)
