"""Who says it: whether a sentence tells what somebody says, and who that is, in six languages."""

from __future__ import annotations

import re
from itertools import pairwise

# "selon", "according to": what stands behind them, up to a comma, says it.
_ACCORDING = (
    r"selon|d['’]après|à en croire|de l['’]avis d|aux yeux d|suivant|according to|in the words of|laut|zufolge"
    r"|nach angaben|según|de acuerdo con"
    r"|a juicio de|secondo|segundo|по (?:\w+[ыи]м )?(?:данным|словам|мнению|сообщению|сведениям|информации|оценке|оценкам)"
    r"|по версии|как (?:сообщ|подсч|заяв|отме|утвержд|указ|пиш|рассказ|поясн)\w+"
    r"|за даними|за словами|за повідомленням|на думку"
)
# Beginnings of verbs by which something is said, claimed, asked or blamed.
_VERBS = (
    r"annonc|déclar|affirm|indiqu|précis[eéa](?!m)|expliqu|ajout|rapport|attend(?!u|re\b)|dis\b|dit\b|disent\b|dites?\b|disait"
    r"|signal|souten|soutien|assur|prétend|estim|jug[eé]"
    r"|martel|lanc[eé]\w*(?!\w|\s(?:une?|des|les?|la|l['’]|son|sa|ses|leurs?|de|d['’])(?:\s|(?<=['’])))|écri[tv]|répond|répét|rappel|reconn(?!aiss)|admet|admis|avou|confi[eé]|confirm|démen"
    r"|fait (?:savoir|état|part\b)|font savoir"
    r"|appel[eé]|appelle|exhort|demand(?!es)|exig|réclam|accus|dénonc|reproch|averti|prévien|prévenu|alert"
    r"|mis(?:e|es)? en garde|met en garde"
    r"|félicit|salu[eé]|invit|propos|promet|promis|convi[eé]|menac|défi[eé]|espér|craint|craignant|craignent"
    r"|condamn(?!\w*\s(?:[^.;,]{0,40}\s)?à\s(?:[^.;,]{0,25}\s)?(?:prison|mort|amende|perpétuité|réclusion|ans|mois|verser|payer))|qualifi|souhait|revendiqu|publi(?!c|q)|cité"
    r"|(?:a|ont|avait|avaient) parlé|évoqu|premier bilan|first toll|expect|point[eé] du doigt|songe"
    r"|soulign|déplor|prédi|fustig"
    r"|said\b|says?\b|saying|caution|dar(?:es|ed)\b|deplor|emphasi|underlin|reiterat|predict|told\b|tells\b|announc|declar|stat(?:ed|ing)\b|report|add(?:ed|s)\b|claim|assert"
    r"|insist|argu|maintain|warn"
    r"|call(?:ed|s|ing)? (?:on|for)|urg(?:ed|es|ing)|ask|demand|accus|denounc|blam|condemn|describ|quot|wrote"
    r"|writ|post|explain|welcom"
    r"|invit|propos|promis|threaten|challeng|hope|fear|worr|believ|think|thought|acknowledg|admit|den(?:y|ied"
    r"|ies)|confirm"
    r"|express|estimat|alleg|voic|spoke of|speaks of|suggest|indicat|disclos|stress|note[ds]\b"
    r"|предостер|подч[её]рк|сообщ|заяв|сказа|отмеч|ожида|ждал|впервые сообщ|по (?:его|её|ее|их) (?:словам|данным|мнению)"
    r"|говор|утвержд"
    r"|объяв|написа|пишет|отмет|подчеркн|добав|уточн|поясн|призва|призыва(?:ет|л|ют|я)|требу|требова|потребова|обвин|предупре|назва"
    r"|осуд|осужда|приглас|приглаш|предлож|пообеща|угрожа|счита|полага|надея|опаса|рассказ|признал|подтверд|подтвержд"
    r"|опроверг|цитиру|прос[ия]|попроси|(?:взял|бер)\w* на себя ответственность"
    r"|повідом|сказа|каже|стверд|оголос|зазнач|додав|закли|вимага|звинува|попереди|вважа|назива|написа|пояснив|цитує"
    r"|sagt|erklär|mitgeteilt|teilte|mitteil|behaupt|berichte|melde|kündig|warn|forder|beschuldig|wirft|warf"
    r"|schrieb|betont|verlang|nannte|räumte"
    r"|dijo|dice|declar|anunci|afirm|asegur|inform|señal|advirti|exigi|acus|denunci|escribi|explic|añadi"
    r"|pidi|reclam|llam"
)
# What only a claim is asked for: who wants it, or tells others to; in a source it makes nothing hearsay.
_WANTS = (
    r"recommand|conseill|veut\b|veulent\b|voul(?:ait|aient|u)\b|pri(?:e|ent|ée?s?|ait)\b|regrett|réjoui|préconis|plaid|jure|garanti"
    r"|aux dires|dixit|à l['’]entendre|de son propre aveu|parl(?:e|ent|ait) d|voi(?:t|ent)\b"
    r"|croi(?:t|ent)\b|pense(?:nt)?\b|constat|observ"
    r"|s['’]inqui[eé]t|s['’]alarm|dans (?:un|son|sa) (?:message|tweet|allocution|discours|communiqué)"
    r"|bilan (?:donné|fourni|officiel)"
    r"|sp(?:eaks?|oke)\b (?:of|about)|puts? (?:the|it|its)\b"
    r"|in (?:an?|his|her|their|its) (?:message|tweet|speech|address|statement|words)"
    r"|contend|conced|reckon|remark|lament|recall|sees\b"
    r"|по подсч[её]т|по расч[её]т|насчит|на взгляд|с точки зрения|констатир|упомя|напомн|замети|призна[её]т|встревож"
    r"|в (?:сво[её]м )?(?:обращении|заявлении|послании|сообщении|твиттере)"
    r"|suggèr|suggér|critiqu|blâm|consid[eè]r|soupçonn|convoqu|refus|exclu[te]|par la voix|de l['’]aveu"
    r"|releas|publish|wants?\b|wanted\b|recommend|advis|charg(?:ed|es) that"
    r"|plead|pledg|vow|by (?:his|her|its|their|\w+['’]s) account"
    r"|complain|criticis|deem|regret|summon|in (?:his|her|their) view|tell(?:ing)?\b|refus|implor|beg(?:s|ged)\b"
    r"|хоч[еу]|хотя[тщ]|хотел|добива|рекоменд|совету|посовет|увер[яие]|жал[уо]|критику|обеща|гарант|настаив|рассчитыв"
    r"|позва|зов[её]т|упрек|отказ|попрос|вел(?:ел|ит)|хоче|хочуть|просить|радить|обіця|відмов"
    r"|möchte|wollen\b|wollte|empfiehl|empfahl|bitte[tn]|bat\b|rät\b|verspr|quier|recomiend|pide\b|piden\b|ruega|aconsej"
)
# "aurait été décidée", "seraient des enfants": told by others, and not vouched for.
_HEDGES = (
    r"(?:aur|ser)(?:ait|aient)\b|reportedly|allegedly|supposedly|are said to|is said to|was said to|apparemment"
    r"|angeblich|sollen\b|soll\b|якобы|будто|сообщается"
    r"|мол\b|нібито|supuestamente|presuntamente"
)
# Behind these a word of saying is a noun ("la menace", "une demande", "the report"), and tells nothing.
_NO_NOUN = "".join(
    rf"(?<!\b{word} )"
    for word in "la une un cette des sa son ses aux par de d' d’ the an this of their его их её эта".split()
)
_SAYS = re.compile(rf"(?<!\w)(?:{_ACCORDING}|{_VERBS})|\APour (?:l['’]|l[ae] |les )?(?-i:[A-ZÀ-Þ])", re.IGNORECASE)
_ATTRIBUTES = re.compile(
    rf"(?<!\w)(?:{_ACCORDING}|{_NO_NOUN}(?:{_VERBS}))|\APour (?:l['’]|l[ae] |les )?(?-i:[A-ZÀ-Þ])", re.IGNORECASE
)
_CLAIMS = re.compile(rf"(?<!\w)(?:{_WANTS}|призыв|devrai(?:t|ent)(?!\w)|(?:due|set|likely) to(?!\w))", re.IGNORECASE)
_HEDGED = re.compile(rf"(?<!\w)(?:{_HEDGES})", re.IGNORECASE)
# Up to the second comma: "selon le chef de la diplomatie, Josep Borrell, ...".
_AFTER = re.compile(
    rf"(?:(?<!\w)(?:{_ACCORDING}|(?:cité|quoted|cited|citée?s?|цитир\w+|zitiert)\s(?:par|by|von)?)|\APour)\s+"
    r"(?P<who>[^,;:.«»“”]{1,80}(?:,\s(?-i:[A-ZÀ-ÞЀ-Я])[^\s,;:.«»“”]*(?:\s[^\s,;:.«»“”]+){0,3}(?=,)"
    r"|,\s(?-i:[A-ZÀ-ÞЀ-Я])[\w'’-]*(?:\s(?-i:[A-ZÀ-ÞЀ-Я])[\w'’-]*){0,3}(?=[.;]|$))?)",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"«\s?[^»\s]+(?:\s[^»\s]+){2,}\s?»|“(?:[^”\s]+\s){2,}[^”]+”|\"(?:[^\"\s]+\s){2,}[^\"]+\"|„(?:[^“”\s]+\s){2,}[^“”]+[“”]"
)


def says(text: str) -> bool:
    """Whether a sentence says that somebody says it, asks for it or thinks it."""
    return bool(_SAYS.search(text))


def hearsay(text: str) -> bool:
    """Whether a sentence is told without being vouched for ("aurait", "reportedly"), or quotes several words."""
    return bool(_HEDGED.search(text))


def bare(claim: str, source: str) -> bool:
    """Whether a claim states as a fact what its source attributes, quotes or tells as hearsay."""
    if says(claim) or _CLAIMS.search(claim):
        return False
    return bool(_ATTRIBUTES.search(source)) or bool(_QUOTED.search(source)) or (hearsay(source) and not hearsay(claim))


def vouched(text: str) -> str:
    """Return what of a sentence its author tells, and no one else in it; empty where all of it is attributed or quoted.

    "Selon A, ..." and "..., a dit A" cover all that stands before and after but what is told of A; "..., et A demande que
    ..." covers what follows it.
    """
    if hearsay(text):
        return ""
    if quoted := _QUOTED.search(text):
        after = text[quoted.end() :]
        if (
            _QUOTED.search(after)
            or not re.match(r",\s", after)
            or _SAYS.search(after)
            or not _SAID_IN.search(text, 0, quoted.start())
        ):
            return ""
        return after.strip(" ,;:")  # "vote une résolution qui « exige ... », cinq pays s'y opposant"
    starts = [0, *(match.end() for match in _PARTS.finditer(text)), len(text)]
    free: list[str] = []
    behind = False  # of a speaker: only what is told of him is the author's
    for start, end in pairwise(starts):
        part = text[start:end]
        verb = _ATTRIBUTES.search(part)
        if not verb and (not behind or _OF_HIM.match(part)):
            free.append(part)
        elif verb and _BEGINS_WITH.match(part.lstrip()):
            return ""
        elif verb and _inverted(text, start + verb.start(), start + verb.end()):
            free, behind = [], True
        else:
            break
    return " ".join(part.strip(" ,;:") for part in free if len(part.split()) > 2)


_OPENED_BY = re.compile(rf"^(?:{_ACCORDING})\s[^,;:.«»“”]{{1,80}},\s", re.IGNORECASE)
_ENDS_WITH = re.compile(rf",\s(?:{_ACCORDING})\s[^;:.«»“”]{{1,80}}(?=\.?$)", re.IGNORECASE)
_SAID_IN = re.compile(r"(?:qui|que|which|that|котор\w+|die|das|welche\w*)\s*$", re.IGNORECASE)
_BEGINS_WITH = re.compile(rf"(?:{_ACCORDING})(?!\w)", re.IGNORECASE)
_OF_HIM = re.compile(r"(?:qui|who|котор\w+|der|die|quien|який|яка)(?!\w)", re.IGNORECASE)
_PARTS = re.compile(
    r",\s|;\s|\s(?=(?:et|mais|après quoi|alors que|tandis que|and|but|while|whereas|и|но|а|тогда как|und|aber|während|y"
    r"|pero|mientras|та|але)\s)",
    re.IGNORECASE,
)


def speakers(text: str) -> list[str]:
    """Return the parts of a sentence that may name who says it, the surest first.

    Behind "selon"; behind an inverted verb ("..., a annoncé mercredi la Russie"); before any other verb of saying.
    """
    found, last = speakers_behind(text), 0
    for verb in _SPEAKING.finditer(text):
        before, after = text[last : verb.start()], text[verb.end() :]
        if last:  # what stands behind a verb of saying is whom it is said to, up to "that"
            before = before[max((match.end() for match in _NEXT.finditer(before)), default=len(before)) :]
        if by := _BY.match(after):  # "condamnée par l'ONU"
            found.append(re.split(r"[,;:.«»“”\"]", after[by.end() :])[0])
        elif _IS_DONE.search(before) and not verb[0].endswith("ing"):  # "la Crimée soit reconnue"
            pass
        elif _TAG.fullmatch(after) and not _INVERTED.fullmatch(tag := re.split(r"[,;]\s", before)[-1]):
            found.append(tag)
        elif before.strip() and (not _inverted(text, verb.start(), verb.end()) or before.rstrip().endswith(",")):
            found.append(before)
        last = verb.end()
    return found


def according_to(text: str) -> list[str]:
    """Return the parts of a sentence that stand behind "selon" and the like: nobody else says it."""
    return [match["who"] for match in _AFTER.finditer(text)]


def without_speaker(text: str) -> str:
    """Return a sentence without the "selon ..., " that it begins or ends with."""
    return _ENDS_WITH.sub("", _OPENED_BY.sub("", text))


def speakers_behind(text: str) -> list[str]:
    """Return the parts of a sentence that name who says it, and are not its subject: "selon ...", ", a dit ..."."""
    found = according_to(text)
    for verb in _SPEAKING.finditer(text):
        if _BY_PRONOUN.search(text[: verb.start()]):
            continue
        if text[: verb.start()].strip() and _inverted(text, verb.start(), verb.end()):
            found.append(re.split(r"[;:.«»“”\"]", text[verb.end() :])[0])
    return found


def _inverted(text: str, start: int, end: int) -> bool:
    """Whether a verb has its subject behind it: nothing but an auxiliary stands between it and the last comma.

    It has none there where what is said follows ("Le ministre, A, a dit lundi que"), nor as a gerund ("потребовав").
    """
    clause = re.split(r"[,;:.»”\"]", text[:start])[-1]
    if not _INVERTED.fullmatch(clause) or _APPOSED.fullmatch(text[:start]):
        return False
    return not _THAT.match(text, end) and not _GERUND.match(text, start)


_SPEAKING = re.compile(rf"(?<!\w)(?:{_VERBS}|{_WANTS})\w*", re.IGNORECASE)


_BY = re.compile(r"\w*\s(?:[^\W\d_]+\s){0,2}(?:par|by|von|por)\s", re.IGNORECASE)
_NEXT = re.compile(r"[,;:.«»“”\"]\s|(?<!\w)(?:que\s|qu['’]|that\s|что\s|що\s|dass\s)", re.IGNORECASE)
_IS_DONE = re.compile(
    r"(?<!s['’])(?<!\w)(?:est|sont|soit|soient|été|était|étaient|sera|seront|être|is|are|was|were|been|be|being)\s(?:\w+\s)?$",
    re.IGNORECASE,
)
_BY_PRONOUN = re.compile(r"-t-(?:il|elle|ils|elles|on)\s$", re.IGNORECASE)
_TAG = re.compile(r"(?:\s[\w'’.-]+){0,3}\.?")  # "..., a defence official told AP."
# "Le secrétaire général de l'ONU, Antonio Guterres, a ...": between the commas stands who the subject is.
_ARTICLE = r"(?i:l['’]|l[ae]s? |une? |the |an? |der |die |das |el |los )"
_CAPITALS = r"[A-ZÀ-ÞЀ-Я][\w'’-]*(?:\s[A-ZÀ-ÞЀ-Я][\w'’-]*){0,3}"
_SUBJECT = rf"{_ARTICLE}\w[\w'’-]*(?:\s[\w'’-]+){{0,7}}"
_APPOSED = re.compile(
    rf"\W*(?:{_SUBJECT},\s{_CAPITALS}|{_SUBJECT},\s(?:qui|que|qu['’]|dont|où|who|which|whose|whom)\s?[^,;:]{{1,80}}"
    rf"|{_CAPITALS},\s{_SUBJECT}),\s(?:a|ont|avait|avaient|est|s['’]est|has|had|have|ha|hat|haben)?\s*"
)
_GERUND = re.compile(r"\w+(?:ант|[аяи]вши|[аи]в|ав|ая|уя|ant|ing)(?!\w)", re.IGNORECASE)
_THAT = re.compile(r"\w*\W*(?:[^\W\d_]+\s){0,2}(?:que\s|qu['’]|that\s|что\s|що\s|dass\s)", re.IGNORECASE)
_INVERTED = re.compile(
    r"\s*(?:(?:l['’])?(?:a|ont|avait|avaient|est|has|had|have|ha|hat|haben)(?:-t-(?:il|elle|on))?\s*|s['’]est\s*)?",
    re.IGNORECASE,
)
