"""Who says what: sentences by their speakers, as far as the sentence itself names one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from answering.checking.attribution import says, speakers
from answering.checking.naming import Name, find_names, same_sound
from answering.wide.sentences import Quotable

SPEAKERS, EACH, LINES = 8, 3, 12
_MOST_WORDS = 10  # in what names a speaker
_CLAUSE = re.compile(r"[,;:.—–«»“”\"()]")
# What stands between a subject and its verb: "Kiev a de nouveau", "La Russie, qui", "Moscow has also".
_TRAILING = re.compile(
    r"[\s,]*(?:(?<!\w)(?:a|ont|avait|avaient|aurait|auraient|est|sont|était|s['’]est|se|ne|n['’]|l['’]|en|y|lui|"
    r"leur|encore|aussi|"
    r"également|déjà|notamment|toutefois|cependant|toujours|de (?:nouveau|son côté|leur côté)|à nouveau|"
    r"par ailleurs|d['’]ailleurs|"
    r"ensuite|enfin|qui|auparavant|pour sa part|elle|lui|eux|hier|"
    r"has|have|had|also|again|is|are|was|were|who|which|"
    r"hat|haben|ist|sind|auch|wieder|ha|han|había|también|"
    r"который|которая|которые|уже|также|снова|ранее|вже|також|знову|раніше|який|яка|які))[\s,]*$",
    re.IGNORECASE,
)
# What stands between an inverted verb and its subject: "a annoncé mercredi la Russie", "a écrit sur Twitter Podoliak".
_LEADING = re.compile(
    r"\W*(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|hier|aujourd['’]hui|ce (?:matin|soir|jour)|"
    r"également|aussi|"
    r"ensuite|encore|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|yesterday|today|on|gestern|heute|ayer|hoy|"
    r"сегодня|вчера|в (?:понедельник|вторник|среду|четверг|пятницу|субботу|воскресенье)|сьогодні|вчора)(?!\w)"
    r"|(?:sur|à|lors de|dans|via|en)\s(?:(?:la|le|un|une)\s|l['’])?\w+(?=\s(?:[A-ZÀ-Þ]|l[ae]s?\s|l['’]|une?\s)))\s*",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"\s(?:sur|au micro|dans|qui|que|qu['’]|dont|où|who|which|that|in|on|der|die das|que|который|которая|которые|"
    r"що|який|яка)(?:\s|"
    r"$|(?<=['’])).*"
)
_DANGLING = re.compile(
    r"(?:^|[\s'’])(?:l[ae]s?|l['’]|une?|des?|du|d['’]|à|aux?|en|par|sur|pour|dans|ses?|sa|son|leurs?|et|the|a|an|"
    r"of|to|in|on|by|"
    r"for|from|his|her|its|their|and|der|die|das|ein|eine|und|el|los|una|y|в|во|на|с|о|об|и|по|у|з|і|та)$",
    re.IGNORECASE,
)
_DOES = re.compile(
    r"(?<!\w)(?:sera|seront|est|sont|était|a été|ont|will|is|are|was|were|has|have|будет|был[аио]?)(?!\w)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"(?:l[ae]s?|l['’]|une?|the|an?|der|die|das|el|los)(?:\s|(?<=['’]))", re.IGNORECASE)
_NOBODY = re.compile(
    r"\W*(?:ils?|elles?|on|nous|je|vous|tu|ce|cela|ça|celui-ci|celle-ci|ce dernier|cette dernière|ces derniers|"
    r"lui|eux|personne|"
    r"certains?|beaucoup|tout le monde|he|she|they|it|we|i|you|this|that|who|everyone|nobody|er|sie|es|wir|man|"
    r"él|ella|ellos|"
    r"он|она|они|мы|я|это|кто|він|вона|вони|ми|це|хто)(?![\w-])",
    re.IGNORECASE,
)

# Of what ``attribution`` takes for speech, to be on the safe side, what surely is.
_SPEAKS = re.compile(
    r"(?<!\w)(?:selon|d['’]après|according to|laut|nach angaben|según|по данным|по словам|по мнению|по сообщению|"
    r"за даними|за словами|"
    r"annonc[eé]|déclar[eé]|affirm[eé]|indiqu[eé]|précis[eé]|expliqu[eé]|ajout[eé]|rapport[eé]|dit\b|disent\b|"
    r"soutien|assur[eé]|prétend|"
    r"estim[eé]|jug[eé]|martel|écri[tv]|répond|rappel[eé]|reconn|confirm|démen|appel[eé]|appelle|exhort|"
    r"demand[eé]|exig|réclam|accus[eé]|"
    r"dénonc[eé]|reproch|averti|prévenu|prévien|mis en garde|met en garde|condamn[eé]|qualifi|souhait[eé]|"
    r"propos[eé]|promis|menac[eé]|répét|confi[eé]|"
    r"salu[eé]|rejet[eé]|félicit[eé]|fait savoir|"
    r"said\b|says?\b|told\b|announc|declar|stated\b|reported\b|added\b|claim|assert|insist|argu|warn|call(?:ed|"
    r"s) (?:on|for)|urg|"
    r"demand|accus|denounc|blam|condemn|describ|wrote|explain|acknowledg|admit|den(?:y|ied|ies)|confirm|estimat|"
    r"сообщ|заяв|сказа|отмет|говор|утвержд|объяв|написа|подчеркн|добав|уточн|поясн|призва|требу|потребова|обвин|"
    r"предупре|осуд|предлож|"
    r"счита|признал|подтверд|опроверг|повідом|каже|стверд|оголос|зазнач|додав|закли|вимага|звинува|попереди|вважа|"
    r"sagt|erklär|mitgeteilt|teilte|behaupt|berichte|melde|kündig|warn|forder|beschuldig|schrieb|betont|"
    r"dijo|declar|anunci|afirm|asegur|inform|señal|advirti|exigi|acus|denunci|escribi|explic|añadi)",
    re.IGNORECASE,
)
# Behind these verbs stands who is spoken to: "Guterres, a appelé la Russie".
_ADDRESSES = re.compile(
    r"(?<!\w)(?:appel|accus|exhort|invit|félicit|salu|menac|condamn|convi|averti|prévenu|alert|reproch|demand|"
    r"mis en garde|"
    r"urg|call|warn|told|ask|blam|condemn|призва|обвин|предупре|приглас|осуд|закли|звинува|попереди|forder|warn|"
    r"beschuldig|"
    r"acus|advirti|inst|pidi)\w*\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says a sentence, in its words, and the names in these."""

    label: str
    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one speaker says, most relevant first; ``label`` is what the first of them calls the speaker."""

    label: str
    sentences: tuple[Quotable, ...]


def sayings(sentences: Sequence[Quotable]) -> list[Spoken]:
    """Return who says what: at most ``SPEAKERS``, those with the most relevant sentence first, ``EACH`` sentences each."""
    groups: list[tuple[Speaker, list[Quotable]]] = []
    left = LINES
    for one in sentences:
        speaker = speaker_of(one.text, one.evidence.article.language)
        if speaker is None:
            continue
        group = next((found for known, found in groups if same_speaker(known, speaker)), None)
        if group is None and len(groups) < SPEAKERS and left:
            groups.append((speaker, [one]))
            left -= 1
        elif group is not None and len(group) < EACH and left:
            group.append(one)
            left -= 1
    return [Spoken(speaker.label, tuple(found)) for speaker, found in groups]


def speaker_of(text: str, language: str) -> Speaker | None:
    """Return who a sentence says it is of; None where it names nobody, or only a pronoun."""
    if not _SPEAKS.search(text):
        return None
    for found in speakers(text):
        before = text[: text.find(found)]
        if addressed := _ADDRESSES.search(before):
            label = _subject(before[: addressed.start()])
        else:
            label = _subject(found) if text.startswith(found) else _behind(found)
        at = text.find(label)
        inside = (name for name in find_names(text, language) if at <= name.start and name.end <= at + len(label))
        names = tuple(name for name in inside if not name.weak)
        if names and _is_somebody(label):
            return Speaker(label[:1].upper() + label[1:], names)
    return None


def _subject(before: str) -> str:
    """Return the last clause before a verb, without what belongs to the verb."""
    while found := _TRAILING.search(before):
        before = before[: found.start()]
    return _CLAUSE.split(before.rstrip(" ,"))[-1].strip()


def _behind(after: str) -> str:
    while found := _LEADING.match(after):
        after = after[found.end() :]
    return _ENDS.sub("", _CLAUSE.split(after.strip())[0]).strip()


def _is_somebody(label: str) -> bool:
    plain = 0 < len(label.split()) <= _MOST_WORDS and not any(character.isdigit() for character in label)
    return (
        plain
        and not _DOES.search(label)
        and not _NOBODY.match(label)
        and not _DANGLING.search(label)
        and not says(label)
    )


def same_speaker(one: Speaker, other: Speaker) -> bool:
    """Whether two are one speaker: the same person by last name, or the same country, capital or body named alone."""
    if one.label.casefold() == other.label.casefold():
        return True
    people = [[name.text for name in speaker.names if not name.key] for speaker in (one, other)]
    if people[0] and people[1]:
        return same_sound(people[0][-1], people[1][-1])
    if people[0] or people[1]:
        return False
    alone = all(_ARTICLE.sub("", speaker.label, count=1) == speaker.names[0].text for speaker in (one, other))
    return alone and _country(one.names[0]) == _country(other.names[0])


def _country(name: Name) -> str:
    return name.key.replace("capital/", "nation/")
