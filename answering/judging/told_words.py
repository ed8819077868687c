"""The words of ``told``: what people do with words, and how a text says where a place lies, in six languages."""

from __future__ import annotations

import re


def _begins(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})\w*", re.IGNORECASE)


SAY = "say"
FEAR = "fear"
# What one does with words, by the beginnings of the verbs that tell it: what is asked with one is answered with one of its
# own line.
ACTS = {
    "demand": _begins(
        r"exig|réclam|revendiqu|demand(?!es? d['’])|exhort|appel(?:é|le|lé|ait)\b|conditions? (?:\S+ )?(?:pos|fix|impos)",
        r"demand|requir|insist|urg(?:e|ed|es|ing)\b|call(?:s|ed)? (?:on|for)\b",
        r"conditions? (?:\S+ ){0,4}(?:set|impose|lay|laid)",
        r"verlang|forder|gefordert|Bedingung(?:en)? (?:\S+ ){0,3}(?:stell|nenn)",
        r"exig|reclam|pid(?:e|ió|en|ieron)\b|insta|condiciones (?:\S+ ){0,3}(?:pon|pus|impon|fij)",
        r"треб|потреб|добива|призыва|призва|услови[яй] (?:\S+ ){0,3}(?:став|выдв)",
        r"вимаг|заклик|умов[иу]? (?:\S+ ){0,3}(?:став|вису)",
    ),
    "expect": _begins(
        r"attend(?!u\b)|espér|espèr|escompt|expect|hop(?:e|ed|es|ing)\b|erwart|erhoff|hoff(?:t|te|en|ten)\b|espera|aguard",
        r"ожида|надея|рассчитыв|жд[её]т|ждал|ждут|очіку|сподіва|чека[єв]",
    ),
    FEAR: _begins(
        r"préoccup|inqui[eéè]t|craint|craign|redout|alarm|worr|concern|fear|afraid|besorgt|Sorge|beunruhig|fürcht|befürcht",
        r"preocup|inquiet|tem(?:e|en|ía|or)\b|обеспокоен|встревожен|озабочен|опаса|боит|стурбован|занепоко|побою",
    ),
    "accuse": _begins(
        r"accus|reproch|dénonc|blam|denounc|beschuldig|wirft\b|warf\b|vorgeworfen|acus|denunci|reproch",
        r"обвин|осуд|осужд|упрека|звинува|засуд|дорік",
    ),
    "promise": _begins(
        r"promet|promis|engag(?:e|é|ée)\b|propos|pledg|vow|offer|versprach|verspr[io]ch|zugesagt|schlug|schlägt|biete",
        r"bot\b|promet|prome[ts]|ofrec|propon|propus|обеща|пообеща|предлаг|предлож|обіця|запропон|пропону",
    ),
    SAY: _begins(
        r"dit\b|dire\b|disent\b|dis\b|déclar|affirm|annonc|expliqu|assur|soutien|soutenu|estim|écrit|répond|précis|rapport",
        r"say(?:s|ing)?\b|said\b|tell(?:s|ing)?\b|told\b|declar|announc|stat(?:e|ed|es)\b|claim|explain|wrote\b|warn",
        r"sag(?:t|te|en|ten)\b|gesagt|erklär|behaupt|kündig|äußer|schrieb|meint",
        r"dijo|dice[n]?\b|dich[oa]\b|declar|afirm|anunci|asegur|explic|escribi",
        r"сказа|говор|заяв|объяв|сообщ|утвержд|написа|подчеркн|отмет|поясн|каза[влт]|каже|оголос|повідом|стверд|зазнач",
    ),
}  # fmt: skip

# Behind these stands no subject: "von den westlichen Ländern", "à la télévision russe".
_PREPOSITION = (
    r"à|au|aux|de|du|des|d['’]|en|dans|sur|contre|avec|pour|par|chez|envers|vers|entre|sous|face à|"
    r"of|to|from|about|on|in|at|with|against|for|by|towards?|between|"
    r"von|vom|zu|zum|zur|an|am|im|über|mit|gegen|für|bei|aus|nach|durch|gegenüber|"
    r"del?|al?|sobre|con|contra|por|para|hacia|desde|"
    r"от|о|об|обо|по|на|в|во|с|со|к|ко|у|из|для|против|перед|про|від|до|з|із|зі|проти|щодо"
)
BEHIND_PREPOSITION = re.compile(
    rf"(?<!\w)(?:{_PREPOSITION})(?:\s|(?<=['’]))(?:(?:l['’]|(?:la|les?|the|der|die|das|den|dem|des|el|los|las|un|une|an?|"
    r"eine?\w?|una?|sa|son|ses|leurs?|his|her|its|their|sein\w*|ihr\w*|sus?)\s)\s?)?$",
    re.IGNORECASE,
)
# Words of a question that are of no topic, and that an index keeps.
EMPTY = re.compile(
    rf"(?<!\w)(?:{_PREPOSITION}|do|does|did|has|have|had|will|would|should|a|ont|est-ce|et|and|und|y|и|і|та|quel\w*|what|"
    r"which|who|when|why|how|haben?|hat|wird|hatten?|wann|quoi|warum|wovor|ha|han|cuándo|что|чего|чему|когда|почему|що|чого|коли|"
    r"чому|exactement|exactly|genau|именно|саме|pays|états|countries|country|states?|governments?|leaders?|länder\w*|"
    r"staaten|regierung\w*|países|estados|gobiernos?|стран\w*|государств\w*|країн\w*|держав\w*)(?:(?!\w)|(?<=['’]))",
    re.IGNORECASE,
)
# They open a sentence, and are no name: "Son homologue américaine".
DETERMINERS = frozenset(
    "son sa ses leur leurs mon ma notre nos votre ce cet cette ces his her its their our this that these those seine "
    "sein ihr ihre unser dieser diese dieses su sus nuestro este esta estos его её их наш этот эта эти його "
    "її цей ця".split()
)
# What comes before a verb whose subject does not do it: it has it done to it, or does it not.
DONE_TO = re.compile(
    r"(?<!\w)(?:est|sont|était|étaient|été|être|is|are|was|were|been|being|be|wird|werden|wurden?|worden|fue|fueron|sido|"
    r"был[аио]?|бути|був|була|було|були)\s(?:\w+\s)?$",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"(?<!\w)(?:n['’]|ne\s|not\s|never\s|\w+n['’]t\s|nicht\s|nie\s|no\s|nunca\s|не\s|ні\s)(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
# A clause with a subject of its own begins here.
CLAUSE = re.compile(
    r"[,;:–—(]|(?<!\w)(?:alors que|tandis que|pendant que|mais|whereas|while|but|während|aber|mientras|pero|тогда как|но|"
    r"тоді як|але)(?!\w)",
    re.IGNORECASE,
)
QUOTED = re.compile(r"«[^»]*(?:»|$)|“[^”]*(?:”|$)|„[^“”]*(?:[“”]|$)|\"[^\"]*(?:\"|$)")
FEWEST_QUOTED = 4  # words: fewer are the writer's sentence in another's words ("profondément préoccupé")
PRONOUN = re.compile(
    r"\W*(?:il|elle|ce dernier|cette dernière|he|she|er|sie|él|ella|este último|он|она|він|вона)(?!\w)", re.IGNORECASE
)
# "a annoncé mercredi la Russie", "said Macron": the subject stands behind its verb, a clause before it.
INVERTED = re.compile(r"(?:[,»”\"]\s?)(?:(?:a|ont|has|hat|ha|han)\s|s['’]est\s|-t-)?$", re.IGNORECASE)
NEAR_BEHIND = re.compile(r"\s(?:[a-zà-ÿа-яєії]+\s){0,2}?(?:l['’]|(?:la|le|les|the|el)\s)?$")

# Who asks with these words for a thing asks for what the subject of the next verb is, not for its object.
WHICH = re.compile(
    r"[¿\s]*(?:et |and |und |y |а |и |і )?"
    r"(?:quel\w*|which|welche\w*|qué \w+[sn]?\s|cuál\w*|как(?:ой|ая|ое|ие)|як(?:ий|а|е|і))(?!\w)",
    re.IGNORECASE,
)

_LIES = (
    r"est(?: situé\w*)?|se trouve|se situe|sont|is|are|lies|liegt|ist|befindet sich|está|queda|se encuentra|se halla|"
    r"se ubica|находится|расположен\w*|лежит|знаходиться|розташован\w*|лежить"
)
WHERE_LIES = re.compile(
    rf"[¿\s]*(?:où|where|wo|dónde|где|де)\s(?:exactement\s|exactly\s|genau\s|exactamente\s|именно\s|саме\s)?(?:{_LIES})\s"
    r"(?:(?:la|le|les|the|die|der|das|el)\s|l['’])?"
    r"(?:(?:ville|port|village|région|city|town|port|village|Stadt|Hafenstadt|ciudad|puerto|город|місто|порт|село)\s"
    r"(?:de\s|d['’]|of\s)?)?(?P<place>[^\W\d][\w'’-]*(?:\s[^\W\d][\w'’-]*)?)"
    r"(?:\s(?:located|situated|situé\w*|gelegen|exactement|exactly|genau))?[\s?!.]*",
    re.IGNORECASE,
)
_SIDE = r"(?:nord|sud|est|ouest)(?:-(?:est|ouest))?"
_SIDE_EN = r"(?:north|south|east|west)(?:-?(?:east|west))?(?:ern)?"
LOCATED = re.compile(
    rf"(?:,|\s\(|\s[–—]\s|\s(?:{_LIES})(?!\w))(?:[^.;:!?]|\.(?=\d)){{0,60}}?(?<!\w)(?:"
    rf"situé\w*|proche d|près d(?:e |['’]|u )(?!\d)|non loin d|aux? (?:portes|bords?) d|à l['’](?:est|ouest)|au {_SIDE}|"
    rf"dans l(?:e |['’]){_SIDE}|sur la (?:mer|côte)|au bord d|"
    rf"located|situated|close to|near|in (?:the )?{_SIDE_EN}|on the (?:coast|border|shore|banks)|"
    r"gelegen|nahe|unweit|in der Nähe|im (?:Norden|Süden|Osten|Westen|Nordosten|Südosten|Nordwesten|Südwesten)|"
    r"situad\w+|ubicad\w+|cerca d|en el (?:norte|sur|este|oeste|sureste|suroeste|noreste|noroeste)|"
    r"al (?:norte|sur|este|oeste)|"
    r"расположен\w*|недалеко|вблизи|рядом с|на (?:севере|юге|востоке|западе|северо-\w+|юго-\w+)|"
    r"розташован\w*|неподалік|поблизу|на (?:півночі|півдні|сході|заході|північному \w+|південному \w+))",
    re.IGNORECASE,
)
# Somebody by name alone: "Qui est Josep Borrell ?".
WHO_IS = re.compile(
    r"[¿\s]*(?:qui (?:est|était)|c['’]est qui|who(?: is| was|['’]s)|wer (?:ist|war)|qui[eé]n (?:es|era|fue)|"
    r"кто (?:такой|такая|это)|хто (?:такий|така|це))\s(?P<who>[^\W\d_][\w'’-]*(?:\s[^\W\d_][\w'’-]*){0,3})[\s?!.]*",
    re.IGNORECASE,
)
# What somebody is, besides the posts of ``concepts``.
ROLE = re.compile(
    r"(?<!\w)(?:conseill[eè]r\w*|négociat\w+|membre|député\w*|sénat\w+|élue?|avocate?|juge|procureure?|général|colonel|"
    r"amiral|militante?|journaliste|écrivain\w*|auteure?|act(?:eur|rice)|chant(?:eur|euse)|réalisat\w+|profess\w+|"
    r"chercheu\w+|historien\w*|économiste|médecin|ingénieure?|fondat\w+|patronne?|pdg|entrepreneu\w+|champion\w*|"
    r"joueu\w+|entraîneu\w+|opposante?|homologue|représentante?|envoyée?|candidate?|fils|fille|frère|sœur|veuve|"
    r"advis[eo]r|negotiator|member|lawmaker|senator|lawyer|judge|prosecutor|general|colonel|admiral|activist|journalist|"
    r"writer|author|actor|actress|singer|film-?maker|researcher|historian|economist|doctor|engineer|founder|chief|boss|"
    r"ceo|businessman|businesswoman|player|coach|opponent|counterpart|representative|envoy|candidate|son|daughter|"
    r"\w*berater\w*|unterhändler\w*|mitglied|abgeordnete\w*|senator\w*|anw[aä]lt\w*|richter\w*|oberst|aktivist\w*|"
    r"schriftsteller\w*|schauspieler\w*|sänger\w*|forscher\w*|historiker\w*|ökonom\w*|gründer\w*|unternehmer\w*|"
    r"spieler\w*|trainer\w*|kandidat\w*|sohn|tochter|"
    r"asesor\w*|consejer\w*|negociador\w*|miembro|diputad\w*|senador\w*|abogad\w*|juez\w*|fiscal|coronel|activista|"
    r"periodista|escritor\w*|actor|actriz|cantante|investigador\w*|economista|fundador\w*|empresari\w*|jugador\w*|"
    r"entrenador\w*|candidat\w*|hijo|hija|"
    r"советник\w*|переговорщик\w*|член\w*|депутат\w*|сенатор\w*|адвокат\w*|судья|генерал\w*|полковник\w*|адмирал\w*|"
    r"журналист\w*|писател\w*|актёр|актер|актриса|певец|певица|историк\w*|экономист\w*|основател\w*|бизнесмен\w*|"
    r"тренер\w*|кандидат\w*|радник\w*|переговірник\w*|письменни\w+|актор|акторка|співа\w+|засновни\w+)(?!\w)",
    re.IGNORECASE,
)
FARTHEST_ROLE = 8  # words from what somebody is to their name
# What ends a description: a verb, a clause, somebody beside.
NO_ROLE = re.compile(
    r"(?<!\w)(?:a|ont|est|sont|était|étaient|avait|aura|sera|avec|contre|et|ou|que|qui|dont|has|have|had|is|are|was|were|will|"
    r"said|with|against|and|or|that|who|whom|hat|haben|hatte|ist|sind|war|wird|mit|gegen|und|oder|dass|ha|han|había|es|son|"
    r"fue|será|con|contra|y|e|o|был\w*|будет|с|против|и|или|что|котор\w+|був|була|буде|з|проти|і|й|та|або|що|який|яка)(?!\w)",
    re.IGNORECASE,
)
