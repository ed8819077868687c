"""A question as it is searched: standalone, in its language, with what its words of time say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from answering.asking.followup import standalone
from answering.conversation import Conversation
from answering.times.periods import days_covered, told
from answering.times.when import Period, asks_only_when, read_period
from retrieval.archive import Archive
from retrieval.facts.timeline import Told
from retrieval.language import QUESTION_MINIMUM, detect_language
from retrieval.types import Coverage, Filters


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was ``typed`` and as it is searched: its language, what it says of time, and among which articles.

    ``told``: only what tells of these days counts; once that gave no answer (``anywhere``), it comes first. ``coverage``
    is that of the filters that were asked for.
    """

    typed: str
    text: str
    language: str
    period: Period | None
    told: Told | None
    conversation: Conversation
    filters: Filters
    coverage: Coverage
    anywhere: bool = False

    @property
    def limit(self) -> Told | None:
        """What the search is limited to."""
        return None if self.anywhere else self.told

    @property
    def only_when(self) -> bool:
        """Whether it asks for nothing but a time."""
        return self.period is not None and asks_only_when(self.text, self.language, self.period)

    @property
    def newest_first(self) -> bool:
        return self.period is not None and self.period.newest_first

    @property
    def standalone(self) -> str:
        """What it is searched as, where that is not what was typed; else empty."""
        return self.text if self.text != self.typed else ""


_TELLING = 15  # letters of a follow-up without which its language is not sure: "Et hier ?" is no German


def read_asked(
    archive: Archive,
    question: str,
    conversation: Conversation,
    filters: Filters,
    today: date,
    rewrite: Callable[[str, Conversation, str], str] = lambda question, conversation, language: "",
) -> Asked:
    """Read a question that follows a conversation; words of time count from ``today``.

    ``rewrite`` makes it stand alone, given its language; where it returns nothing, rules do (``followup.standalone``).
    """
    typed = " ".join(question.split())
    coverage = archive.coverage(filters)
    covered = days_covered(coverage)
    language = _language(archive, typed, conversation)
    read = partial(read_period, language=language, today=today, covered=covered)
    text = rewrite(typed, conversation, language)
    if not text or not _keeps_its_times(read(typed), read(text)):
        text = standalone(typed, conversation, read)
    period = read(text)
    return Asked(typed, text, language, period, told(period, covered), conversation, filters, coverage)


def _keeps_its_times(typed: Period | None, made: Period | None) -> bool:
    """Whether a rewritten question asks about the days that the question names: "hier" is not to be lost."""
    return typed is None or (
        made is not None and (typed.first, typed.last, typed.newest_first) == (made.first, made.last, made.newest_first)
    )


def _language(archive: Archive, question: str, conversation: Conversation) -> str:
    """Return the question's language; where it does not tell, that of the last question, then the archive's own."""
    texts = [question, *(turn.question for turn in reversed(conversation.turns))]
    if len(texts) > 1 and question.isascii() and sum(map(str.isalpha, question)) < _TELLING:
        texts.append(texts.pop(0))
    for text in texts:
        if code := detect_language(text, QUESTION_MINIMUM):
            return code
    return archive.main_language
