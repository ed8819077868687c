"""Statements made of people's questions, by putting an answer in the place of the question word.

A sentence of the passage itself is supported word for word; a statement in the words of whoever asked is not, and what
is wrong in its rival is who did what, or when: another answer from the same passage. So Demszky, Guu and Liang 2018
("Transforming question answering datasets into natural language inference datasets") make entailment of questions; here
the grammar is not put right, so that it works in any language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from training.reader_changes import facts
from training.reader_sources import Questions

_ASKING = re.compile(
    r"\b(?:qu['’]est[- ]ce qu(?:e\b|i\b|['’])|qui est[- ]ce qui|(?:le|la|les)?quel(?:le)?s?|combien(?: de\b| d['’])?"
    r"|qui|que|quoi|quand|où|comment|pourquoi|how (?:many|much|long|old|far|often|large)|who|whom|whose|what|when|where"
    r"|which|why|how|wie viele?|wann|wo|wer|wen|wem|was|warum|welche[nmrs]?|wie|qué|quién(?:es)?|cuánd?t?[oa]s?|dónde"
    r"|cuál(?:es)?|por qué|cómo|cine|ce|când|unde|câ[tț][ieă]?|care|de ce|cum|кто|кого|кому|что|когда|где|сколько"
    r"|как(?:ой|ая|ое|ие|ого|им|ую|их)?|почему)(?![\w-])",
    re.I,
)
_INVERTED = re.compile(r"-(?:t-)?(?:il|elle|on|ils|elles)\b", re.I)


def stated(question: str, answer: str) -> str:
    """Return a question as a statement: its first question word becomes the answer; without one, the answer follows."""
    bare = _INVERTED.sub("", question.strip(" ?¿？;؟").strip())
    found = _ASKING.search(bare)
    if found is None:
        return f"{bare}: {answer}."
    return f"{bare[: found.start()]}{answer} {bare[found.end() :].lstrip()}".strip() + "."


def wrong_answers(questions: Questions, number: int, language: str) -> list[str]:
    """Return the answers to other questions on the same passage, and its names, figures and dates where it is French.

    None of them holds an answer to the question, or is in one, or stands in the question.
    """
    one = questions.asked[number]
    text = questions.passages[one.passage][language]
    right = [text[start:end].casefold() for start, end in one.spans[language]]
    asked = one.texts.get(language, "").casefold()
    found = [
        text[start:end]
        for other in questions.asked
        if other.passage == one.passage
        for start, end in other.spans.get(language, ())
    ]
    if language == "fr":
        found += _like(text, right)
    return [
        answer
        for answer in dict.fromkeys(found)
        if answer.casefold() not in asked and not any(_overlap(answer.casefold(), each) for each in right)
    ]


def _like(text: str, right: Sequence[str]) -> list[str]:
    """Return the facts of a text that are of the kind of an answer."""
    all_facts = [(fact.kind, text[fact.start : fact.end]) for fact in facts(text)]
    kinds = {kind for kind, words in all_facts if any(_overlap(words.casefold(), each) for each in right)}
    return [words for kind, words in all_facts if kind in kinds]


def _overlap(one: str, other: str) -> bool:
    return one in other or other in one
