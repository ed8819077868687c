"""Sides: what other articles say of the same thing with another value, a day or a name, whatever their own evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from answering.asking.question import Kind, Question
from answering.comparing.further import Further
from answering.comparing.statements import Statement, are_copies
from answering.judging.evidence import Evidence, missing_names
from answering.types import Citation
from answering.writing.shape_same import days_of, is_bare_name, names_of, same
from answering.writing.shape_values import is_denied, value_of, values_in
from answering.writing.short import Given, given, independent
from answering.writing.value import Stated, Value
from answering.writing.weekdays import time_of, weekday_of, weekdays_in
from retrieval.dates import date_range
from retrieval.facts.moments import find_moments
from retrieval.facts.shingles import same_story, shingles
from retrieval.ranking.lexical import terms

_APART = timedelta(days=7)  # between two articles that may disagree on who or where: later, it may be another event
_TOPIC = 2 / 3  # share of the question's terms that two sentences must both hold to disagree
# What only one can be: who leads, who won. "Qui a rencontré Macron ?" has many true answers.
_ONE_PERSON = re.compile(
    r"(?<!\w)(?:dirig|présid|command|gouvern|gagn|remport|succéd|remplac|fond[ée]|auteur|premier ministre|chef|lead|"
    r"led\b|heads?\b|"
    r"president|prime minister|won\b|wins?\b|succeed|replac|found|author|leit|führt|präsid|gewann|gewonn|nachfolg|"
    r"gründ|dirig|encabez|"
    r"presid|gan[óa]|guida|vint|vinc|lidera|venceu|chefia|возглавл|руковод|президент|премьер|командует|победил|"
    r"выиграл|сменил|основал|"
    r"очолю|керує|прем['’]єр|переміг|виграв|заснував)",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    r"(?<!\w)(?:premi[eè]re?s?|deuxième|seconde?|troisième|derni[eè]re?s?|nouve(?:au|lle)s?|prochaine?s?|first|"
    r"second|third|last|next|new|"
    r"erste[nr]?|zweite[nr]?|dritte[nr]?|letzte[nr]?|neue[nr]?|nächste[nr]?|primer[oa]?|segund[oa]|nuev[oa]|"
    r"seconda?|nuov[oa]|"
    r"перв\w+|втор\w+|трет\w+|нов\w+|перш\w+|друг\w+)(?!\w)",
    re.IGNORECASE,
)
# What happens to a thing once: it begins, falls, dies. Talks are held and towns are bombed again.
_ONCE = re.compile(
    r"(?<!\w)(?:pris\b|prise\b|prend|tomb|captur|conquis|empar|commenc|début|lanc|éclat|mort|meurt|décéd|né[es]?\b|naissance|"
    r"assassin|élu|nomm|démission|sign[ée]|adopt|inaugur|ouvert|ferm|termin|achev|fond|proclam|annex|coul|"
    r"took|taken|take|fall|fell|seiz|began|begin|start|launch|broke|died|die\b|death|born|birth|murder|elect|appoint|resign|"
    r"sign|clos|open|end(?:ed)?\b|found|annex|sank|sunk|eingenommen|gefallen|begann|begonnen|gestorben|starb|geboren|ermordet|"
    r"gewählt|ernannt|zurückgetreten|unterzeichn|eröffn|geschlossen|gegründet|tom[óa]|cay[óe]|empez|comenz|inici|muri|naci|"
    r"eleg|nombr|dimit|firm|abri|cerr|preso|iniziat|cominci|nato|eletto|firmat|захва|взял|взят|захоп|узял|пал[аи]?\b|начал|поча|"
    r"умер|погиб|помер|загин|родил|народ|избра|обра|назнач|призна|подпис|підпис|откры|відкр|закры|закр|основа|заснов)",
    re.IGNORECASE,
)
# What asks, and is in no answer.
_ASKING = re.compile(
    r"(?<!\w)(?:quand|(?:à )?quelle? (?:date|jour|heure|moment|ville|endroit|région)|qui|où|est-ce qu[e'’]|when|where|who|"
    r"did|does|what (?:day|date|time)|wann|wo|wer|cuándo|dónde|quién|quando|dove|chi|onde|quem|когда|где|кто|коли|де|хто|"
    r"(?<=-)(?:t-)?(?:il|elle|on|ils|elles))(?!\w)",
    re.IGNORECASE,
)
_SHARED = 3  # terms that two sentences share besides the names of a question in another language
_LEAST = 0.25  # probability of a name's spans in its sentence, from which it is compared
_MOST_SIDES = 2  # of what several articles say, besides the first


def differing_values(
    question: Question, statements: Sequence[Statement], citations: Sequence[Citation], stated: Stated = Stated()
) -> list[tuple[Value, int]]:
    """Return the values, with their markers, that independent articles give for what can have only one; none when unsure.

    Two true answers do not differ ("Lavrov", "le ministre russe"; a town and its country; Monday's talks and Thursday's), so
    both must be names or days, in sentences about the same event, of articles that do not know the other name.
    """
    if not _can_differ(question):
        return []
    sides: list[Given] = []
    for other in given(question, statements, citations, stated):
        if all(_differ(question, side, other, statements, citations) for side in sides):
            sides.append(other)
    return [(side.value, side.markers[0]) for side in sides] if len(sides) > 1 else []


def _can_differ(question: Question) -> bool:
    if question.kind is Kind.PERSON:
        return bool(_ONE_PERSON.search(question.text))
    return question.kind in (Kind.TIME, Kind.PLACE)


def other_values(
    question: Question, statements: Sequence[Statement], evidence: Sequence[Evidence], further: Further | None = None
) -> list[Value]:
    """Return what sentences of other articles give for what the statements answer, whatever their own evidence.

    Those that differ come first. Each says the same thing (see ``_same_topic``), with a value of its own that is clear: the
    only time of its sentence, or the one that a reader points at.
    """
    if not _can_differ(question):
        return []
    first = next((value for s in statements for value in values_in(question, s.evidence)[:1]), None)
    if first is None:
        return []
    start = first.start - first.evidence.start
    more = further(first.evidence, start, start + len(first.text)) if further else ()
    own = [e for s in statements for e in (s.evidence, *s.repeated, *s.alike)]
    articles = {e.article.id for e in own}
    places = {(e.article.id, e.start) for e in own}
    found: dict[str, Value] = {}
    for each in (*evidence, *more):
        if each.article.id in articles or each.article.id in found or (each.article.id, each.start) in places:
            continue
        value = _told(question, each)
        if value is not None and not _one_story(first.evidence, each) and _are_two(question, first, value):
            found[each.article.id] = value
    return list(found.values())[:_MOST_SIDES]


def _told(question: Question, evidence: Evidence) -> Value | None:
    """Return the value that a sentence gives for what is asked, where it is clear which one."""
    if question.kind is Kind.TIME:
        at = time_of(evidence)
        if at is None or is_denied(evidence.text, at[0], question):
            return None
        return Value(evidence, evidence.start + at[0], evidence.start + at[1], evidence.probability)
    values = [value_of(question, evidence, span) for span in evidence.spans]
    found = [value for value in values if value is not None]
    if not found:
        return None
    likely = sum(value.probability for value in found if same(question.kind, found[0], value))
    return found[0] if likely >= _LEAST else None


def _one_story(one: Evidence, other: Evidence) -> bool:
    return are_copies(one, other) or same_story(shingles(one.article.text), shingles(other.article.text))


def _differ(
    question: Question, one: Given, other: Given, statements: Sequence[Statement], citations: Sequence[Citation]
) -> bool:
    if set(one.markers) & set(other.markers) or independent((*one.voices, *other.voices), statements, citations) < 2:
        return False
    return _are_two(question, one.value, other.value)


def _are_two(question: Question, one: Value, other: Value) -> bool:
    """Whether two values for the same thing cannot both be true."""
    if _ordinals(one) != _ordinals(other) or not _same_topic(question, one.evidence, other.evidence):
        return False
    if question.kind is Kind.TIME:
        return _differ_on_days(one, other) or _differ_on_weekdays(question, one, other)
    return _differ_on_names(one, other)


def _ordinals(value: Value) -> set[str]:
    return {word.casefold()[:5] for word in _ORDINAL.findall(value.evidence.text)}


def _same_topic(question: Question, one: Evidence, other: Evidence) -> bool:
    """Whether two sentences hold most of the question's terms; of another language, most of each other's."""
    ours, theirs = (set(terms(e.text, e.article.language)) for e in (one, other))
    asked = set(terms(_ASKING.sub(" ", question.text), question.language))
    if question.language == one.article.language == other.article.language:
        return all(len(asked & said) >= _TOPIC * len(asked) for said in (ours, theirs)) and bool(asked)
    if 2 * len(ours & theirs) >= max(len(ours), len(theirs)):
        return True
    named = bool(question.names) and not any(missing_names(question.names, e.text) for e in (one, other))
    return named and len(ours & theirs) >= len(question.names) + _SHARED


def _differ_on_days(one: Value, other: Value) -> bool:
    """Whether two values are days apart, both past when both articles appeared: else it may have happened again."""
    a, b = days_of(one), days_of(other)
    dates = [date_range(value.evidence.article.published) for value in (one, other)]
    if a is None or b is None or dates[0] is None or dates[1] is None:
        return False
    last = max(a[1], b[1])
    return (a[1] < b[0] or b[1] < a[0]) and all(known and last <= known[0] for known in dates)


def _differ_on_weekdays(question: Question, one: Value, other: Value) -> bool:
    """Whether two values are weekdays apart, of one thing that happens once, told where both days are known as past.

    That holds where one article names the other's day, too: "les pourparlers de jeudi ... la veille" against "jeudi".
    """
    a, b = weekday_of(one), weekday_of(other)
    if (
        a is None
        or b is None
        or a == b
        or not _ONCE.search(question.text)
        or not _is_near(one.evidence, other.evidence)
    ):
        return False
    return b in weekdays_in(one.evidence.text) or a in weekdays_in(other.evidence.text)


def _differ_on_names(one: Value, other: Value) -> bool:
    """Whether two values are different names, of articles of about the same day that each know only one of them."""
    a, b = names_of(one), names_of(other)
    if not is_bare_name(one) or not is_bare_name(other) or a & b or not _is_near(one.evidence, other.evidence):
        return False
    if _knows_any(a, other.evidence.article.text) or _knows_any(b, one.evidence.article.text):
        return False
    days = [find_moments(v.evidence.text, v.language, v.evidence.article.published) for v in (one, other)]
    return not days[0] or not days[1] or any(x.first <= y.last and y.first <= x.last for x in days[0] for y in days[1])


def _knows_any(names: frozenset[str], text: str) -> bool:
    """Whether a text has any of some names, in any spelling."""
    return missing_names(names, text) < 1


def _is_near(one: Evidence, other: Evidence) -> bool:
    dates = [date_range(evidence.article.published) for evidence in (one, other)]
    return not all(dates) or abs(dates[0][0] - dates[1][0]) <= _APART  # type: ignore[index]  # both are there
