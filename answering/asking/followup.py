"""Follow-up questions without a chat model: "Et à Kharkiv ?" is searched as the question before it, with the new name.

A question is changed only where it is sure to lean on the one before, and what it takes from there is sure: a wrong name
finds the wrong articles, and says so of someone else.
"""

from __future__ import annotations

import re

from answering.asking.demonstratives import Times, with_what_it_points_at
from answering.asking.elliptical import for_another
from answering.asking.pronouns import with_names
from answering.asking.referents import ADJECTIVE, AND, LONGEST, LONGEST_ANSWER, Known, names_of
from answering.asking.wording import capital, ended, tidy
from answering.conversation import Conversation, Turn
from answering.writing.frames import FRAMES


def standalone(question: str, conversation: Conversation, times: Times = lambda text: None) -> str:
    """Return the question as it must be searched: itself, unless it leans on the one before.

    A short question that opens with "et" takes the earlier question, in which what is of its own sort gives way to it: a
    place to a place, a time (as ``times`` reads it) to a time, what is counted to what is counted. "Pourquoi ?" alone asks
    it of the earlier question; pronouns and "cette ville" take a name of that, or else of its answer, where there is only
    one that they can stand for. Takes time in proportion to the question's length, and no longer than that of a few lines.
    """
    if not conversation.turns or len(question) > LONGEST:
        return question
    last = conversation.turns[-1]
    earlier, end = ended(last.standalone)
    if not earlier or len(earlier) > LONGEST:
        return question
    asked, mark = ended(question)
    known = _known(last, earlier)
    made = (
        _asked_alone(asked, earlier, mark or end)
        or for_another(asked, ADDED.sub("", earlier), end or mark, known, times)
        or with_what_it_points_at(asked, mark, known, times)
        or with_names(question, known)
        or _about_it(question, earlier)
    )
    return made or question


def _known(last: Turn, earlier: str) -> Known:
    """Return what the last turn says; a refusal names nothing but what does not answer."""
    told = last.answer[:LONGEST_ANSWER]
    if told.startswith(tuple(frame.nothing for frame in FRAMES.values())):
        told = ""
    return Known(earlier, told)


# -- "Pourquoi ?" ---------------------------------------------------------------------------------------------------

_ALONE = {
    "fr": r"pourquoi|quand|où|comment|combien|depuis quand|jusqu['’]à quand|jusqu['’]où|d['’]où|(?:selon|d['’]après|par|"
    r"avec|à|contre|pour|chez|de) qui|lequel|laquelle|lesquels|lesquelles|à quelle (?:heure|date)|quel (?:jour|mois)|"
    r"(?:dans|de) quel(?:le)? (?:ville|pays|région|but)|en quelle année|pour quelles? raisons?|qui",
    "en": r"why|when|where|how|how many|how much|since when|until when|(?:according to|by|with|to|against|for) whom?|"
    r"who|which(?: one| ones)?|what (?:day|time|year)|in (?:which|what) (?:city|country|year)",
    "de": r"warum|wieso|weshalb|wann|wo|wie|wie viele?|seit wann|bis wann|wohin|woher|(?:von|mit|laut|gegen|für) wem?n?|"
    r"welche[rs]?",
    "es": r"por qué|cuándo|dónde|cómo|cuánt[oa]s?|desde cuándo|hasta cuándo|(?:según|por|con|contra|para) quién|cuál(?:es)?",
    "ru": r"почему|зачем|когда|где|куда|откуда|как|сколько|с каких пор|по чьим данным|с кем|кем|против кого",
    "uk": r"чому|навіщо|коли|де|куди|звідки|як|скільки|відколи|за чиїми даними|з ким|ким|проти кого",
}
_ASKED_ALONE = {
    language: re.compile(rf"¿?(?:(?:et|mais|and|but|und|y|а|и|і|та)\s)?(?P<which>{words})", re.IGNORECASE)
    for language, words in _ALONE.items()
}
_ADVERB = {
    "fr": r"pourquoi|quand|où|comment",
    "en": r"why|when|where|how(?=\s(?:did|do|does|is|was|are|were|has|have|will)\s)",
    "de": r"warum|wieso|weshalb|wann|wo|wie(?!\sviel)",
    "es": r"por qué|cuándo|dónde|cómo",
    "ru": r"почему|зачем|когда|где|как",
    "uk": r"чому|навіщо|коли|де|як",
}
_OPENS = {language: re.compile(rf"(?P<sign>¿?)(?:{words})(?=\s)", re.IGNORECASE) for language, words in _ADVERB.items()}
ADDED = re.compile(rf",\s(?:et|and|und|y|и|і)\s(?:{'|'.join(_ALONE.values())})$", re.IGNORECASE)
# "Wer wurde dazu eingeladen?": a word that takes up all that the question before was about.
_ABOUT_IT = re.compile(
    r"(?<![\w'’-])(?:dazu|daran|darüber|dabei|dafür|dagegen|davon|darauf|y(?=\s(?:a|ont|est|sont|avait|était|étaient|sera)"
    r"(?:\s\w+){1,2}\s(?:été|invité\w*|allé\w*|venu\w*|participé))|(?:to|about|in|at|against|for|of) (?:it|that)(?=\W*$)|"
    r"(?:a|de|sobre|en) ello|на (?:это|неё|нее)|к этому|об этом|в этом|туда|на це|до цього|про це|у цьому|туди)(?![\w-])",
    re.IGNORECASE,
)
# A pronoun of what nobody does: "What time does it start?", "Für welche Gebiete gilt sie?".
_HAPPENS = re.compile(
    r"(?<!\w)(?:"
    r"(?:does|did|will|is|was|has|can|could|would|should)\s(?:it|they)\s(?:(?:be|been|going to|due to)\s)*(?:start\w*|"
    r"beg[iu]n\w*|end(?:ed)?|finish\w*|last(?:ed)?|t[ao]k(?:en?|e)? place|happen\w*|held|cost|open\w*|close[ds]?|"
    r"appl(?:y|ied)|occur\w*)|"
    r"(?:beginn\w*|begann\w*|endete?n?|dauerte?n?|gilt|gelten|galt\w*|kostete?n?|findet|finden|fand\w*|startete?n?)\s"
    r"(?:sie|er|es)|"
    r"(?:commenc\w+|début\w+|fini\w+|termin\w+|dur\w+|coût\w+|ouvr\w+|ferm\w+|appliqu\w+|tien\w+)-(?:t-)?(?:il|elle)s?|"
    r"(?:a|ont|aura|auront|avait|avaient)-(?:t-)?(?:il|elle)s?\s(?:eu lieu|lieu|commencé|débuté|duré|pris fin|coûté)|"
    r"он[аои]?\s(?:начн|начал|закончи|состо|длит|продл|стоит|пройд|прош)\w*|"
    r"(?:він|вон[аои])\s(?:почн|почал|закінч|відбу|трива|кошту|пройд)\w*)(?!\w)",
    re.IGNORECASE,
)
_THAT_FOLLOWS = re.compile(r",|(?<!\w)(?:dass|zu)(?!\w)", re.IGNORECASE)  # "dazu bei, dass ..."
_ASKED_FIRST = {language: re.compile(rf"¿?(?:{words})\s", re.IGNORECASE) for language, words in _ALONE.items()}


def _about_it(question: str, earlier: str) -> str:
    """Return a question whose "dazu" or "does it start" takes up the one before, with what that was about in brackets."""
    taken = _ABOUT_IT.search(question) or _HAPPENS.search(question)
    if not taken or len(question.split()) > _LONGEST_ABOUT or _THAT_FOLLOWS.search(question, taken.end()):
        return ""
    told = next((earlier[m.end() :] for words in _ASKED_FIRST.values() if (m := words.match(earlier))), earlier)
    if bracketed := _IN_BRACKETS.search(told):
        told = bracketed[1]
    body, end = ended(question)
    return f"{body} ({told}){end}"


_IN_BRACKETS = re.compile(r"\(([^()]+)\)$")  # what the question before took up itself
_LONGEST_ABOUT = 10  # words; what is longer says itself what it is about
_CHOICE = re.compile(
    r"le(?:quel|squels?)|la(?:quelle)|lesquelles|which.*|welche.*|cuál.*|qui|who|combien|how m.*", re.I
)
_WHETHER = re.compile(
    r"est-ce que |(?!¿?(?:qu|combien|lequel|laquelle|(?:à|de|avec|par|dans|en|depuis|selon|contre|pour|sur) qu)).*"
    r"-(?:t-)?(?:ils?|elles?)(?!\w)",
    re.IGNORECASE,
)
_COUNTED_DONE = re.compile(
    rf"combien (?:de |d['’])(?P<what>[a-zà-ÿœ][\w-]+(?:\s{ADJECTIVE})?)(?=\s(?:ont|sont|avaient|étaient)\s)",
    re.IGNORECASE,
)


def _asked_alone(asked: str, earlier: str, end: str) -> str:
    """Return the earlier question asked for a reason, a time or a place instead; where it asks for a thing, for both."""
    for language, pattern in _ASKED_ALONE.items():
        if match := pattern.fullmatch(asked):
            return _asked_for(match["which"].casefold(), language, ADDED.sub("", earlier), end)
    return ""


def _asked_for(which: str, language: str, earlier: str, end: str) -> str:
    choice = _CHOICE.fullmatch(which)
    opens = _OPENS[language].match(earlier)
    if opens and not choice:
        return f"{opens['sign']}{capital(which)}{earlier[opens.end() :]}{end}"
    counted = _COUNTED_DONE.match(earlier) if language == "fr" else None
    if counted and not choice and not which.startswith(("selon", "d'après", "d’après")):
        return f"{capital(which)} des {counted['what']}{earlier[counted.end() :]}{end}"
    whether = language == "fr" and _WHETHER.match(earlier)
    if whether and which == "combien" and earlier.startswith("Des "):
        return tidy(f"Combien de {earlier[4:]}{end}")
    if whether and not choice:
        named = any(name.start == 0 and not name.article for name in names_of(earlier))
        return f"{capital(which)} {earlier if named else earlier[0].lower() + earlier[1:]}{end}"
    return f"{earlier}, {AND[language]} {which}{end}"
