"""Who says it: whether a sentence tells what somebody says, and who that is, in six languages."""

from __future__ import annotations

import re

# "selon", "according to": what stands behind them, up to a comma, says it.
_ACCORDING = (
    r"selon|d['’]après|à en croire|de l['’]avis d|aux yeux d|suivant|according to|in the words of|laut|zufolge"
    r"|nach angaben|según|de acuerdo con"
    r"|a juicio de|secondo|segundo|по данным|по словам|по мнению|по сообщению|по сведениям|по информации"
    r"|по оценке|по оценкам"
    r"|по версии|как сообщ\w+|за даними|за словами|за повідомленням|на думку"
)
# Beginnings of verbs by which something is said, claimed, asked or blamed.
_VERBS = (
    r"annonc|déclar|affirm|indiqu|précis|expliqu|ajout|rapport|attend(?!u)|dis\b|dit\b|disent\b|dites?\b|disait"
    r"|signal|souten|soutien|assur|prétend|estim|jug[eé]"
    r"|martel|lanc[eé]|écri[tv]|répond|répét|rappel|reconn|admet|admis|avou|confi[eé]|confirm|démen"
    r"|fait (?:savoir|état|part)|font savoir"
    r"|appel[eé]|appelle|exhort|demand(?!es)|exig|réclam|accus|dénonc|reproch|averti|prévien|prévenu|alert"
    r"|mis(?:e|es)? en garde|met en garde"
    r"|félicit|salu[eé]|invit|propos|promet|promis|convi[eé]|menac|défi[eé]|espér|craint|craignant|craignent"
    r"|condamn|qualifi|souhait|revendiqu|publi|cité"
    r"|(?:a|ont|avait|avaient) parlé|évoqu|premier bilan|first toll|expect|point[eé] du doigt|selon|songe"
    r"|said\b|says?\b|saying|told\b|tells\b|announc|declar|stat(?:ed|ing)\b|report|add(?:ed|s)\b|claim|assert"
    r"|insist|argu|maintain|warn"
    r"|call(?:ed|s|ing)? (?:on|for)|urg(?:ed|es|ing)|ask|demand|accus|denounc|blam|condemn|describ|quot|wrote"
    r"|writ|post|explain|welcom"
    r"|invit|propos|promis|threaten|challeng|hope|fear|worr|believ|think|thought|acknowledg|admit|den(?:y|ied"
    r"|ies)|confirm|according"
    r"|express|estimat|alleg|voic|spoke of|speaks of|suggest|indicat|disclos|stress|note[ds]\b"
    r"|сообщ|заяв|сказа|отмеч|ожида|ждал|впервые сообщ|по (?:его|её|ее|их) (?:словам|данным|мнению)|говор|утвержд"
    r"|объяв|написа|пишет|отмет|подчеркн|добав|уточн|поясн|призва|призыв|требу|требова|потребова|обвин|предупре|назва"
    r"|осуд|осужда|приглас|приглаш|предлож|пообеща|угрожа|счита|полага|надея|опаса|рассказ|признал|подтверд"
    r"|опроверг|цитиру|прос[ия]|попроси"
    r"|повідом|сказа|каже|стверд|оголос|зазнач|додав|закли|вимага|звинува|попереди|вважа|назива|написа|пояснив|цитує"
    r"|sagt|erklär|mitgeteilt|teilte|mitteil|behaupt|berichte|melde|kündig|warn|forder|beschuldig|wirft|warf"
    r"|schrieb|betont|verlang|nannte|räumte"
    r"|dijo|dice|declar|anunci|afirm|asegur|inform|señal|advirti|exigi|acus|denunci|escribi|explic|añadi|según"
    r"|pidi|reclam|llam"
)
# "aurait été décidée", "seraient des enfants": told by others, and not vouched for.
_HEDGES = (
    r"(?:aur|ser)(?:ait|aient)\b|reportedly|allegedly|supposedly|are said to|is said to|was said to|apparemment"
    r"|angeblich|sollen\b|soll\b|якобы|будто|сообщается"
    r"|мол\b|нібито|supuestamente|presuntamente"
)
_SAYS = re.compile(rf"(?<!\w)(?:{_ACCORDING}|{_VERBS})|\APour (?:l['’]|l[ae] |les )?(?-i:[A-ZÀ-Þ])", re.IGNORECASE)
_HEDGED = re.compile(rf"(?<!\w)(?:{_HEDGES})", re.IGNORECASE)
# Up to the second comma: "selon le chef de la diplomatie, Josep Borrell, ...".
_AFTER = re.compile(
    rf"(?:(?<!\w)(?:{_ACCORDING}|(?:cité|quoted|cited|citée?s?|цитир\w+|zitiert)\s(?:par|by|von)?)|\APour)\s+"
    r"(?P<who>[^,;:.«»“”]{1,80}(?:,[^,;:.«»“”]{1,60}(?=,))?)",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"«(?:\s?[^»\s]+){3,}\s?»|“(?:[^”\s]+\s){2,}[^”]+”|\"(?:[^\"\s]+\s){2,}[^\"]+\"|„(?:[^“”\s]+\s){2,}[^“”]+[“”]"
)


def says(text: str) -> bool:
    """Whether a sentence says that somebody says it, asks for it or thinks it."""
    return bool(_SAYS.search(text))


def hearsay(text: str) -> bool:
    """Whether a sentence is told without being vouched for ("aurait", "reportedly"), or quotes several words."""
    return bool(_HEDGED.search(text))


def bare(claim: str, source: str) -> bool:
    """Whether a claim states as a fact what its source attributes, quotes or tells as hearsay."""
    if says(claim):
        return False
    return says(source) or bool(_QUOTED.search(source)) or (hearsay(source) and not hearsay(claim))


def speakers(text: str) -> list[str]:
    """Return the parts of a sentence that may name who says it, the surest first.

    Behind "selon"; behind an inverted verb ("..., a annoncé mercredi la Russie"); before any other verb of saying.
    """
    found = [match["who"] for match in _AFTER.finditer(text)]
    for verb in re.finditer(rf"(?<!\w)(?:{_VERBS})\w*", text, re.IGNORECASE):
        before, after = text[: verb.start()], text[verb.end() :]
        clause = re.split(r"[,;:.«»“”\"]", before)[-1]
        if _INVERTED.fullmatch(clause) and before.strip() and not _THAT.match(after):
            found.append(re.split(r"[;:.«»“”\"]", after)[0])
        if not clause.split() or found[-1:] == [] or not _INVERTED.fullmatch(clause) or _THAT.match(after):
            found.append(before)
    return found


_THAT = re.compile(r"\W*(?:que\s|qu['’]|that\s|что\s|що\s|dass\s)", re.IGNORECASE)
_INVERTED = re.compile(
    r"\s*(?:(?:l['’])?(?:a|ont|avait|avaient|est|has|had|have|ha|hat|haben)(?:-t-(?:il|elle|on))?\s*|s['’]est\s*)?",
    re.IGNORECASE,
)
