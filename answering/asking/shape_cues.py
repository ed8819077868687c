"""The words that ask: for each kind of answer, in the languages that the bot reads questions in."""

from __future__ import annotations

import re
from enum import StrEnum


class Kind(StrEnum):
    """The shape of the answer that a question wants."""

    NUMBER = "number"
    PERSON = "person"
    TIME = "time"
    PLACE = "place"
    YES_NO = "yes_no"
    REASON = "reason"
    LIST = "list"
    OTHER = "other"


# Question words by kind; matched as whole words, anywhere, the first kind that matches wins.
CUES = {
    Kind.NUMBER: (
        r"combien|quel(?:le)?s? (?:est |sont |était |étaient )?(?:le |la |les )?(?:nombre|bilan|montant|coût|taux|"
        r"pourcentage)|quel(?:le)?s? (?:est|sont|était|étaient) (?:le |la |les |l['’])(?:prix|population|superficie|âge|"
        r"taille|distance|durée)|how (?:many|much|old|long|far|tall)|"
        r"what (?:is |was )?the (?:number|toll|price|cost|rate|amount|population)|death toll|wie ?viele?[rn]?|"
        r"wie (?:hoch|alt|lange?|groß|weit)|cuánt[oa]s?|quant[ie]|quant[oa]s?|сколько|скільки|ile|hoeveel|câți|câte|kaç|"
        r"bao nhiêu|quel âge|多少|几"
    ),
    Kind.TIME: (
        r"quand|en quelle année|à quelle (?:date|heure|époque)|quel(?:le)? (?:jour|mois|année|date|siècle)|depuis quand|"
        r"when|what (?:year|date|day|time)|wann|cuándo|en qué año|quando|когда|в каком году|коли|kiedy|wanneer|când|"
        r"ne zaman|khi nào|什么时候|何时"
    ),
    Kind.PLACE: (
        r"où|dans quel(?:le)? (?:ville|pays|région|lieu|endroit|département)|where|in (?:what|which) (?:city|country|place|"
        r"region)|wo|woher|wohin|dónde|dove|onde|где|куда|откуда|де|куди|gdzie|waar|unde|nerede|ở đâu|哪里|在哪"
    ),
    Kind.PERSON: (r"qui|who|whom|whose|wer|wen|wem|quién|quiénes|chi|quem|кто|кого|кому|хто|kto|wie is|cine|kim|谁"),
}
_CUES = {kind: re.compile(rf"(?<!\w)(?:{cue})(?!\w)", re.IGNORECASE) for kind, cue in CUES.items()}
# Chinese puts no spaces around its words.
_UNSPACED = {
    Kind.NUMBER: re.compile("多少|几个|多久"),
    Kind.TIME: re.compile("什么时候|何时|哪年|哪一年"),
    Kind.PLACE: re.compile("哪里|在哪|何处"),
    Kind.PERSON: re.compile("谁"),
}
_UNSPACED_SHAPES = {Kind.REASON: "为什么|为何", Kind.LIST: "哪些", Kind.YES_NO: "吗"}


def cue_of(text: str) -> Kind:
    """Return the first of number, time, place and person of which a word stands anywhere in a question; else OTHER.

    The evidence model was fitted on this: see ``Question.cue``.
    """
    kind = next((kind for kind, cue in _CUES.items() if cue.search(text)), Kind.OTHER)
    kind = unspaced(text) or kind
    if kind is Kind.PERSON and re.search(r"(?<!\w)(?:ce|qu'est-ce|quoi) qui", text, re.IGNORECASE):
        return Kind.OTHER  # "ce qui", "qu'est-ce qui" ask for a thing
    return kind


def unspaced(text: str) -> Kind | None:
    """Return the kind that a Chinese word asks for, of number, time, place and person."""
    return next((kind for kind, cue in _UNSPACED.items() if cue.search(text)), None)


def unspaced_shape(text: str) -> Kind | None:
    """Return the kind that a Chinese word asks for, of all."""
    found = unspaced(text)
    return found or next((kind for kind, cue in _UNSPACED_SHAPES.items() if re.search(cue, text)), None)


# What stands before a question word and belongs to it: "avec qui", "seit wann", "о ком".
BEFORE = (
    r"(?:à|a|de|d['’]|du|des|par|pour|avec|chez|contre|selon|sur|sous|dans|en|vers|depuis|jusqu['’]à|jusqu['’]en|"
    r"jusqu['’]|entre|sans|à cause de|from|to|by|with|for|against|in|on|at|of|since|until|till|about|between|under|von|"
    r"mit|für|gegen|bei|an|auf|aus|seit|bis|zu|nach|über|um|con|por|para|contra|desde|hasta|sobre|hacia|entre|da|di|"
    r"per|su|tra|fra|com|até|do|no|na|em|с|со|от|у|к|ко|о|об|в|во|на|для|за|по|из|до|при|про|против|з|із|від|під|проти)"
)
_NOUNS = {
    Kind.TIME: (
        r"jours?|mois|années?|dates?|heures?|siècles?|époques?|moments?|years?|days?|dates?|months?|times?|centur(?:y|ies)|"
        r"Jahre?|Tage?|Datum|Monate?|Uhrzeit|años?|días?|fechas?|horas?|mes|anno|anni|giorno|data|ora|mese|anos?|dias?|mês|"
        r"год\w*|день|дня|дне|дату|дата|час|часу|числа|месяце|году|день|року|році|дня|дні|місяці"
    ),
    Kind.PLACE: (
        r"ville|pays|région|lieu|endroit|département|village|city|country|place|region|town|village|Stadt|Land|Ort|Region|"
        r"Dorf|ciudad|país|lugar|región|città|paese|luogo|regione|cidade|país|lugar|região|город\w*|стран[аеуы]|мест[ео]|"
        r"област[иь]|міст[оі]|країн[аіу]|місц[еі]"
    ),
    Kind.PERSON: (
        r"ministre|présidente?|général|chef|dirigeante?|personne|homme|femme|ambassadeur|ambassadrice|négociateur|auteure?|"
        r"porte-parole|minister|president|general|leader|person|man|woman|ambassador|author|spokesman|Minister(?:in)?|"
        r"Präsident(?:in)?|General|ministro|ministra|presidente|presidenta|generale?|министр\w*|президент\w*|генерал\w*|"
        r"міністр\w*|президент\w*|генерал\w*"
    ),
    Kind.REASON: (
        r"raisons?|causes?|motifs?|but|reasons?|causes?|purpose|Gr[uü]nd(?:en?)?|Ursachen?|Zweck|razón|razones|causas?|motivos?|"
        r"ragion[ei]|caus[ae]|motiv[oi]|razão|razões|причин\w*|цель\w*|целью|причин\w*|мет[аоу]\w*"
    ),
}
_WHICH = (
    r"(?:quel(?:le)?s?|which|what|welche[rsmn]?|qué|cuál(?:es)?|qual[ei]?|quais|que|какой|какая|какое|какие|какого|"
    r"каком|какую|каким|каких|какою|який|яка|яке|які|якого|якому|яку|яких|якої|якій)"
)
_BE = (
    r"(?:(?:est|sont|était|étaient|is|are|was|were|ist|sind|war|waren|es|son|fue|fueron|è|sono|era|erano|é|são|foi|foram)"
    r"\s+(?:le |la |les |l['’]|the |der |die |das |el |los |las |il |i |le |o |a |os |as )?)?"
)
_ADJECTIVE = r"(?:principale?s?\s|main\s|autres?\s|other\s)?"


def _which(kind: Kind) -> str:
    return rf"{_WHICH}\s+{_BE}{_ADJECTIVE}(?:{_NOUNS[kind]})"


_SINGULAR = {kind: _which(kind) for kind in (Kind.PLACE, Kind.PERSON)}
_PLURAL = (
    r"quels|quelles|lesquels|lesquelles|qui (?:sont|étaient|furent)|(?:what|which|who) (?:are|were)|"
    r"(?:what|which) (?:two|three|four|five|six|seven|eight|nine|ten|\d+)(?= \w)|"
    r"welche (?:beiden?|zwei|drei|vier|fünf|\d+)(?= \w)|qué (?:dos|tres|cuatro|cinco|\d+)(?= \w)|"
    r"which (?:of the )?(?!is\b|was\b|has\b|does\b)(?:\w+(?:an|ish|ese|al) )?(?:\w+[^\W\d_su]s|people|men|women|children)|"
    r"what (?:\w+(?:an|ish|ese|al) )?(?!is\b|was\b|has\b|does\b)(?:\w+[^\W\d_su]s|people) "
    r"(?:did|do|are|were|have|has|will|can|could|would|is|was|may|must)|"
    r"(?:welche|wer|was) (?:sind|waren)|welche (?:\w+en )?[A-ZÄÖÜ]\w*(?:en|er|ungen|[äöü]\w+e|s) \w+(?:en|ind)|"
    r"(?:in|aus|von|mit|bei|an) welchen \w+n|cuáles|quiénes|qué (?!es\b|más\b)(?:otr[oa]s )?\w+[^\W\d_]s|quali|"
    r"chi (?:sono|erano)|quais|quem (?:são|eram|foram)|que (?:países|sanções|medidas|cidades|armas|empresas|líderes|"
    r"regiões)|какие|каких|какими|кто такие|які|яких|якими|хто такі|jakie|które|jakich|których"
)
_ASKED_TO_LIST = (
    r"(?:citez|cite|cites|énumère[zr]?|nommez|nomme|liste[zr]?)(?:-moi|-nous)? (?:les|des|tous|toutes|trois|quatre|cinq|"
    r"quelques|\d)|(?:donne[zr]?(?:-moi|-nous)? |fai(?:s|tes) )?(?:la |une )?liste (?:des|de|d['’])|"
    r"(?:list|name|enumerate) (?:the|all|some|three|four|five|\d+)? ?(?:\w+ ){0,2}(?:\w+s|people)|(?:give me )?a list of|"
    r"(?:nenne?|nennen sie|zähle?n?)(?: mir)? (?:alle|die|drei|vier|einige|\d)|(?:enumer[ae]|nombra|cit[ae]|elenca|liste)"
    r" (?:los|las|os|as|i|le|gli|tres|três|tre|\d)|перечисли\w*|назови(?:те)? (?:вс[ея]|трёх|три|страны|города)|"
    r"перелічі\w*|назвіть (?:всі|усі|три|країни|міста)"
)
_REASON = (
    r"pourquoi|pour quelles? raisons?|à cause de quoi|dans quel but|why|how come|what for|warum|wieso|weshalb|weswegen|"
    r"wozu|por ?qué|por quê|por que|perché|come mai|почему|зачем|отчего|из-за чего|чому|навіщо|через що|dlaczego|waarom|"
    r"de ce|neden|qu['’]est-ce qui (?:a |ont )?(?:expliqu|caus|provoqu|motiv|justifi|entraîn)\w*|"
    r"what (?:has |have )?(?:caused|explains|explained|triggered|motivated|led to)|"
    rf"(?:for )?{_which(Kind.REASON)}"
)
_NAMED = (
    r"comment s['’]appel(?:le|lent|ait)|comment se nomme|wie hei(?:ß|ss)t|cómo se llama|come si chiama|como se chama|"
    r"как зовут|як звати|(?:what is|what's|what was) the name of|quel (?:est|était) le nom d"
)
_TIMES = (
    r"um wie ?viel uhr|à partir de quand|a qué hora|a che ora|a que horas|в котором часу|какого числа|якого числа|"
    rf"о котрій|(?:the )?{_which(Kind.TIME)}"
)
_THINGS = (
    r"que|qu['’]|quoi|comment|quel(?:le)?|laquelle|lequel|what|what's|how|which|wie|welche[rsmn]?|qué|cuál|cómo|che|cosa|"
    r"che cosa|come|quale|o que|qual|como|что|чего|чему|чем|чём|как|какой|какая|какое|каком|какую|каким|який|яка|яке|"
    r"якому|яку|яким|що|чого|чим|як|co|jak|wat|hoe|ce"
)

# What a question begins with, by kind; the first that matches wins. OTHER are the words that ask for a thing or a manner.
LEADS = (
    (Kind.REASON, _REASON),
    (Kind.TIME, _TIMES),
    (Kind.NUMBER, rf"{CUES[Kind.NUMBER]}|what (?:is|was|are) the (?:\w+ )?(?:number|toll|price|cost|rate|amount)"),
    (Kind.LIST, f"{_PLURAL}|{_ASKED_TO_LIST}"),
    (Kind.TIME, CUES[Kind.TIME]),
    (Kind.PLACE, f"{CUES[Kind.PLACE]}|{_SINGULAR[Kind.PLACE]}"),
    (Kind.PERSON, f"{CUES[Kind.PERSON]}|кем|ким|чей|чья|чьи|чиї|{_NAMED}|{_SINGULAR[Kind.PERSON]}"),
    (Kind.OTHER, _THINGS),
)

# Asked of a person who knows: what is asked comes after it.
POLITE = (
    r"(?:est-ce que |est-ce qu['’])?(?:vous|tu|on) (?:savez|sais|sait)|savez-vous|sais-tu|sait-on|"
    r"(?:pouvez-vous|peux-tu|pourriez-vous) (?:me |nous )?(?:dire|expliquer|indiquer)|(?:dis|dites|explique[zr]?)-moi|"
    r"(?:je (?:veux|voudrais|cherche à)|j['’]aimerais) savoir|expliquez?|bonjour|s['’]il (?:te|vous) plaît|"
    r"(?:do|does) (?:you|anyone|we) know|(?:can|could|would) you (?:please )?(?:tell|explain)(?: to)?(?: me| us)?|"
    r"(?:please )?tell (?:me|us)|(?:i want|i would like|i['’]d like) to know|is it known|explain|hello|please|"
    r"wissen sie|weißt du|weiß man|(?:können sie|kannst du) (?:mir |uns )?sagen|sag(?:en sie)? mir|"
    r"ich (?:möchte|will) wissen|ist bekannt|¿?\s?(?:sabes?|sabe usted|se sabe)|¿?\s?(?:puedes?|podría) decirme|dime|"
    r"quiero saber|lo sai|sai|sapete|si sa|(?:puoi|può) dirmi|dimmi|vorrei sapere|sabe-se|podes? dizer-me|"
    r"pode me dizer|diga-me|me diga|quero saber|gostaria de saber|(?:вы )?знаете ли(?: вы)?|(?:вы )?знаете|знаешь|"
    r"скажите(?:,? пожалуйста)?|скажи|известно ли|известно|подскажите|хочу (?:узнать|знать)|объясните|объясни|"
    r"чи (?:ви )?знаєте(?: ви)?|чи відомо|скажіть|скажи|підкажіть|поясніть|хочу знати"
)
WHETHER = r"si|s['’](?=il)|if|whether|ob|se|чи"
