"""Follow-up questions without a chat model: "Et à Kharkiv ?" is searched as the question before it, with the new name."""

from __future__ import annotations

import re

from answering.conversation import Conversation
from answering.question import names_in

_OPENING = re.compile(r"(?:et|and|und|y|e|а|и|і|та|what about|how about|et pour|mais)\s", re.IGNORECASE)
_PRONOUN = re.compile(
    r"(?<!\w)(?:il|elle|ils|elles|lui|leur|eux|celui-ci|celle-ci|he|she|they|him|her|them|his|their|"
    r"er|sie|ihm|ihr|él|ella|ellos|он|она|они|его|её|их|він|вона|вони|його|її)(?!\w)",
    re.IGNORECASE,
)
_IMPERSONAL = re.compile(
    r"(?<!\w)(?:y a-t-il|il y a|est-il vrai|faut-il|s'agit-il|il s'agit|il faut|is there|are there)(?!\w)",
    re.IGNORECASE,
)
_SHORT = 4  # words
_NAME = r"[^\W\d_a-zà-ÿа-яґєії][\w-]*"
_PLACED_NAME = re.compile(rf"(?:(?:à|au|aux|en|dans|in|at|à la|в|у|bei)\s+)?(?<!\w){_NAME}(?:\s+{_NAME})*")


def standalone(question: str, conversation: Conversation) -> str:
    """Return the question as it must be searched: itself, unless it leans on the one before.

    A short question that opens with "et" takes the earlier question, whose names give way to its own. One with a
    pronoun and no name of its own takes the names of the earlier question, or else of its answer.
    """
    if not conversation.turns:
        return question
    last = conversation.turns[-1]
    names = names_in(" " + _OPENING.sub("", question))
    if _OPENING.match(question) and len(question.split()) <= _SHORT + 2:
        rest = _OPENING.sub("", question)
        earlier = last.standalone.rstrip(" ?!.")
        if names:
            head, _, tail = earlier.partition(" ")
            earlier = f"{head} {_PLACED_NAME.sub('', tail)}".strip()
        return f"{' '.join(earlier.split())} {rest}"
    if not names and _PRONOUN.search(_IMPERSONAL.sub(" ", question)):
        known = _named(last.standalone) or _named(last.answer)
        return f"{question.rstrip(' ?')} {known} ?" if known else question
    return question


def _named(text: str) -> str:
    """Return the first run of names in a text past its first word."""
    _, _, tail = text.partition(" ")
    match = re.search(rf"(?<!\w){_NAME}(?:\s+{_NAME})*", tail)
    return match.group() if match else ""
