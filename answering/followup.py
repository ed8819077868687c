"""Follow-up questions without a chat model: "Et à Kharkiv ?" is searched as the question before it, with the new name."""

from __future__ import annotations

import re
from collections.abc import Callable

from answering.conversation import Conversation
from answering.question import names_in
from answering.when import Period, without_times

_OPENING = re.compile(r"(?:et|and|und|y(?! a)|e|а|и|і|та|what about|how about|mais)\s+", re.IGNORECASE)
_PRONOUN = re.compile(
    r"(?<!\w)(?:il|elle|ils|elles|lui|leur|eux|celui-ci|celle-ci|he|she|they|him|her|them|his|their|"
    r"er|sie|ihm|ihr|él|ella|ellos|он|она|они|его|её|их|він|вона|вони|його|її)(?!\w)",
    re.IGNORECASE,
)
_IMPERSONAL = re.compile(
    r"(?<!\w)(?:y a-t-il|il y a|est-il vrai|faut-il|s'agit-il|il s'agit|il faut|is there|are there)(?!\w)",
    re.IGNORECASE,
)
# "Quelle ville l'armée a-t-elle prise ?": behind a subject the pronoun of an inversion only takes it up again.
_RESUMED = re.compile(r"(?<=\w )\S+ \S+-(?:t-)?(?:il|elle)s?(?!\w)", re.IGNORECASE)
# A first word of these has a capital, and is no name.
_ASKING = re.compile(
    r"\W*(?:qu['’]?.*|où|quand|combien|comment|pourquoi|est|sont|who\w*|wh\w+|how|did|does|do|is|was|are|were|has|have|"
    r"we[rnm]|w[aoi]\w*|hat|haben|ist|sind|c[uó]\w+|dónde|chi|che|cosa|dove|come|quem|как\w*|кто|ко\w+|что|чем\w*|где|"
    r"почему|сколько|хто|що|де|як\w*|чому|скільки)",
    re.IGNORECASE,
)
_LONGEST_OPENED = 6  # words
_NAME = r"[^\W\d_a-zà-ÿа-яґєії][\w-]*"
_PLACED_NAME = re.compile(rf"(?:(?:à|au|aux|en|dans|in|at|à la|в|у|bei)\s+)?(?<!\w){_NAME}(?:\s+{_NAME})*")


def standalone(
    question: str, conversation: Conversation, times: Callable[[str], Period | None] = lambda text: None
) -> str:
    """Return the question as it must be searched: itself, unless it leans on the one before.

    A short question that opens with "et" takes the earlier question, whose names give way to its own, and so do its times
    (as ``times`` reads them). One with a pronoun and no name of its own takes the names of the earlier question, or else of
    its answer.
    """
    if not conversation.turns:
        return question
    last = conversation.turns[-1]
    opening = _OPENING.match(question)
    if opening and len(question.split()) <= _LONGEST_OPENED:
        rest, earlier = question[opening.end() :], last.standalone.rstrip(" ?!.")
        beside = rest
        if asked := times(rest):
            before, beside = times(earlier), without_times(rest, asked)
            earlier = without_times(earlier, before) if before else earlier
        if names_in(" " + beside):
            head, _, tail = earlier.partition(" ")
            earlier = f"{head} {_PLACED_NAME.sub('', tail)}"
        return " ".join(f"{earlier} {rest}".split())
    if _PRONOUN.search(_RESUMED.sub(" ", _IMPERSONAL.sub(" ", question))) and not _own_names(question):
        known = _named(last.standalone) or _named(last.answer)
        return f"{question.rstrip(' ?')} {known} ?" if known else question
    return question


def _own_names(question: str) -> frozenset[str]:
    first, _, rest = question.partition(" ")
    named = not (_ASKING.fullmatch(first) or _PRONOUN.search(first))
    return names_in(f" {question}" if named else f" {rest}")


def _named(text: str) -> str:
    """Return whom a text names past its first word: the first name of several words, a person's; else the first one."""
    _, _, tail = text.partition(" ")
    names = re.findall(rf"(?<!\w){_NAME}(?:\s+{_NAME})*", tail)
    return next((name for name in names if " " in name), names[0] if names else "")
