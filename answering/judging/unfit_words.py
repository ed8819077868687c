"""The words of ``unfit``: offices and kin, matters, and what joins a name to a thing, in the languages of the "
"questions."""

from __future__ import annotations

import re

# Offices and kin, of whom each has a name: what a text says of them, in the languages that questions come in.
MINISTER = r"minist(?:re|er|r)\w*|secretar\w+|secr[eé]taire|chef\w*|министр\w*|міністр\w*|глав\w+|голов\w+"
PORTFOLIOS = {
    "defence": r"d[ée]fen[sc]\w+|verteidigung\w*|\w*оборон\w*|pentagon\w*",
    "foreign": r"étrang[eè]re?s|foreign|außen\w*|auswärtig\w+|exterior\w*|иностранн\w+|закордонн\w+|diplomat\w*|"
    r"diplomacia|state|état|estado|canciller\w*|мид|мзс|дипломат\w*",
    "interior": r"intérieur|interior|innen\w*|home|внутренн\w+|внутрішн\w+|мвд|мвс",
    "finance": r"finan\w+|econom\w+|économ\w+|trésor|treasury|wirtschaft\w*|финанс\w+|фінанс\w+|экономик\w*|економік\w*|"
    r"hacienda|bercy|exchequer|минфин\w*|мінфін\w*|минэконом\w*|мінеконом\w*",
    "health": r"santé|health|gesundheit\w*|sanidad|salud|здравоохранени\w*|\w*здоров\w+|минздрав\w*|моз",
    "justice": r"justi[cz]\w*|юстици\w+|юстиці\w+|минюст\w*|мін['’]?юст\w*",
    "education": r"éducation|education|bildung\w*|educación|образовани\w*|освіт\w*|просвещени\w*|минобр\w*|минпросвещ\w*",
}
_HEAD = r"chefs?|jefes?|jefas?|heads?|chair\w*|leads?|leiter\w*|dirig\w*|vorsitz\w*|глав\w+|голов\w+|руковод\w+"
_MAYOR = (
    r"maires?|mairesse|édile|mayors?|(?:ober)?bürgermeister\w*|alcald\w+|мэр(?:а|у|ом|е|ы)?|мер(?:а|у|ом|и)?|"
    r"градоначальник\w*|(?:городск|міськ)\w+ голов\w+"
)
PREMIER = (
    r"premi(?:er|ère) ministre|prime minister|premierminister\w*|ministerpräsident\w*|primer[ao]? ministr[ao]|премьер\w*|"
    r"прем['’]єр\w*|kanzler\w*|chancell?or|chanceli\w+|канцлер\w*"
)
_PRESIDENT = r"présid\w+|presid\w+|präsid\w+|mandatari[oa]s?|staatschef\w*|staatsoberh\w+|президент\w*"
_AMBASSADOR = r"ambassad\w+|embajador\w*|botschafter\w*|посол|посл(?:а|у|ом|е|ы|и)"
_SPOKESMAN = r"porte-parole|spokes\w+|(?:presse)?sprecher\w*|portavo[cz]\w*|пресс-секретар\w*|речник\w*"
# What the question names: what tells of it.
OFFICES = {
    _MAYOR: _MAYOR,
    PREMIER: rf"{PREMIER}|{_HEAD}",
    _PRESIDENT: rf"{_PRESIDENT}|{_HEAD}|chefs? de l['’][eé]tat",
    _AMBASSADOR: rf"{_AMBASSADOR}|représentant\w*|representative|vertreter\w*|representante|представител\w*|представник\w*",
    _SPOKESMAN: rf"{_SPOKESMAN}|représentant\w*|представител\w*",
    r"épouse|(?<!première )femme(?= d(?:e|u|es|['’]))|wife|ehefrau|seine frau|esposa|(?<!primera )mujer(?= de)|"
    r"жен[аыу]|женой|супруг[аиу]|дружин[аиу]": r"épous\w*|femme|"
    r"mari[ée]\w*|"
    r"wife|married|spouse|(?:ehe)?frau|verheiratet|esposa|mujer|casad\w+|жен[аыуеой]+|супруг\w*|женат\w*|дружин\w+|"
    r"одружен\w*",
    r"mari|époux|husband|ehemann|ihr mann|esposo|marido|муж(?:а|у|ем)?|супруг(?:а|у|ом)?|чоловік(?:а|у|"
    r"ом)?": r"époux|épous\w*|"
    r"mari|mari[ée]\w*|husband|married|spouse|(?:ehe)?mann|verheiratet|esposo|marido|casad\w+|муж\w*|замуж\w*|супруг\w*|"
    r"чоловік\w*|заміж\w*",
}  # fmt: skip
ASKS_WHO = re.compile(
    r"(?<!\w)(?:qui (?:est|était|sont)|comment s['’]appel\w+|comment se nomme|quel (?:est|était) le nom d\w*|"
    r"who(?:['’]s| is| was| are)|what(?:['’]s| is| was) the name of|wer (?:ist|war)|wie heißt|wie lautet der name|"
    r"quién (?:es|era|fue)|cómo se llama\w?|как зовут|как звали|як звати|"
    r"кто(?: такой| является)?(?!\s\w+(?:л|ла|ло|ли|ет|ит|ют|ят|ся)\s)|"
    r"хто(?: такий| є)?(?!\s\w+(?:в|ла|ло|ли|ає|ить|ють|ять|ся)\s))\s+(?P<who>.*)",
    re.IGNORECASE,
)
ASKS_WHO_LEADS = re.compile(
    r"(?<!\w)(?:qui (?:dirige|mène|préside|commande)|who (?:leads?|heads?|commands?|runs)|wer (?:leitet|führt|befehligt)|"
    r"quién (?:dirige|encabeza|lidera|preside)|кто (?:возглавляет|руководит)|хто (?:очолює|керує))(?!\w)",
    re.IGNORECASE,
)
CLAUSE = re.compile(r"[,:;?!(]|\s(?:qui|que|who|whom|that|котор\w+|який|яка)\s", re.IGNORECASE)
ANYTHING = r"\w+"  # "who leads": of people only their name need be there
BEFORE_THINGS = re.compile(
    r"(?<!\w)(?:[dl]['’]|(?:les?|la|du|des|à|aux?|en|dans|vers|sur|près de|the|in|at|from|near|der|die|das|dem|"
    r"den|nach|aus|el|los|las|al|del|hacia|в|во|на|из|под|у|з|із|під)\s)$",
    re.IGNORECASE,
)
LONGEST_OFFICE = 9  # words of "who is ...": what is longer tells a story of somebody

# What must be told where it is asked about, whatever the sentence is: matters with few words in any language.
MATTERS = {
    "vote": r"vot(?:e|es|ed|er|é|és|ée|ées|ent|ant|ing|ó|ar|aron|ación|aciones|um|i|o|a|os|antes)|scrutin|référendum|"
    r"ballot|"
    r"elect\w+|élection\w*|élu\w*|\w*stimm\w*|enthalt\w+|abst\w+|голос\w*|проголос\w+|воздерж\w+|утрим\w+|suffrag\w+",
    "birth": r"n[ée]e?s?|naiss\w+|natal\w*|natif|native|naqu\w+|originaire\w*|born|birth\w*|raised|grew up|hails?|"
    r"gebor\w+|geburt\w*|stammt|naci\w+|nacid\w+|oriund\w+|natural|рожд\w+|родил\w*|родом|уродж\w+|урожен\w+|народ\w+|"
    r"\d{4}\s?[-–—]|\(\d{4}",
    "inhabitants": r"habit\w*|popul\w*|peupl\w*|résid\w*|viv\w+|inhabit\w*|people|liv\w+|resid\w+|einwohn\w*|bewohn\w*|"
    r"bevölker\w*|leb\w+|poblaci\w+|personas|жител\w*|населен\w*|населенн\w*|насчит\w*|прожив\w*|жив\w+|мешкан\w*|"
    r"мешка\w*|осіб|abitant\w*|âmes|souls|démograph\w*|demogra\w*",
}  # fmt: skip
ASKED_MATTERS = {
    "vote": r"how (?:did|has|have) .* vote|comment .* (?:voté|vote-t-)|abgestimmt|sich .*enthalten|cómo votó|"
    r"как (?:про)?голосовал\w*|"
    r"як (?:про)?голосувал\w*|se (?:sont|est) abstenue?s?|abstained|воздержал\w*|утримал\w*|se abstuv\w+",
    "birth": r"née?s?(?= ?(?:\?|en |à |$|le ))|est-(?:il|elle) née?|born|geboren|naci[óo]|родил(?:ся|ась)|"
    r"народи(?:вся|лася)",
    "inhabitants": r"combien d['’]habitants(?!.*(?:été|fui|quitt|priv|sans\s))|"
    r"how many (?:people|persons|inhabitants) (?:live|reside)|"
    r"how many inhabitants(?! (?:were|have|had|are|lost|fled|left|died))|"
    r"wie viele (?:einwohner|menschen leben)|cuántos habitantes|cuánta gente vive|сколько (?:жителей|людей живёт|"
    r"человек живёт|человек живет|людей живет)|скільки (?:жителів|мешканців|людей живе|людей мешкає)",
}  # fmt: skip
AGE = re.compile(
    r"quel(?:le)? âge|how old|wie alt|qué edad|cuántos años tiene|сколько (?:ему|ей|им|\w+ )?лет|скільки (?:йому|їй|"
    r"\w+ )?років",
    re.IGNORECASE,
)
AGED = re.compile(
    r"(?<!\w)(?:ans|âg\w+|years?|year-old|aged?|jahre?|jährig\w*|alt|alter|años?|edad|лет|год[аы]?|летн\w+|років|"
    r"рок[иу]|річн\w*|mois|months?|monate?|meses|месяц\w*|місяц\w*|\w+génaires?|teens|"
    r"twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties|\d0s|siècles?|"
    r"centur\w+|\d{4})(?!\w)|-(?:летн|річн)|jährig",
    re.IGNORECASE,
)
NATIONS_ASKED = re.compile(
    r"(?:quels sont les|quelles sont les|which|what are the|welche|welches sind die|cuáles son los|какие|які)\s"
    r"(?P<number>(?:\w+\s){0,2}?)(?:pays|états|countries|states|nations|länder|staaten|países|estados|стран\w*|"
    r"государств\w*|країн\w*|держав\w*)(?!\w)",
    re.IGNORECASE,
)
FEWEST_LISTED = 3
SENTENCE_END = re.compile(r"[.!?…]\s+")
LONGEST_GAP = 3  # words between what belongs to a nation and its name behind it: "ministre de la Défense ukrainien"
SHORTEST_NOUN = 5  # letters that a noun has in common in two languages: "délégation", "delegation", "делегация"
NO_NOUN = frozenset(
    "entre contre depui pendan apres avant about after befor betwe again their which where nicht gegen zwisc durch "
    "desde "
    "entre sobre contr avoir etre leurs cette quell quels whose there comme".split()
)
# What joins a country to something that is not its own: "les colonies allemandes en Chine".
OTHERWISE = frozenset(
    "en à a au aux dans par pour avec contre sur et ou in to with against by for from and or mit gegen für nach aus "
    "und oder con "
    "contra por para y o e в во с со на по из от и или против з із зі у від та і й або проти".split()
)
# Words for those who fight, by their beginnings: "l'armée russe" and "les forces russes" are one.
FIGHT = re.compile(
    r"arm[eé]e|arm(?:y|ies)$|forces?$|troup|troop|trupp|streitkr|soldat|soldier|milit|ej[eé]rcit|fuerzas?$|tropas?$|"
    r"арми|войск|воен|сил(?:ы|ами|ах)?$|армі|військ|сил(?:и|ами)?$",
    re.IGNORECASE,
)
READ = frozenset(("fr", "en", "de", "es", "ru", "uk"))  # the languages of the words above
WORD = re.compile(r"[^\W\d_]+")

# What follows a word that opens a sentence and is a name: "Medinski dirige", "Johnson is", "Scholz, chef de".
NAMES_NEXT = re.compile(
    rf"\s*(?:[,(–—-]|(?:{_HEAD}|est|était|fut|sera|is|was|ist|war|wird|es|era|fue|será|был\w*|був|стал\w*|став|є|"
    r"a été|has been|devient|became|becomes|preside|préside|commande|mène|runs|führt|encabeza|lidera|возглав\w+|"
    r"очол\w+)(?!\w))",
    re.IGNORECASE,
)

# An office right before a name: "le secrétaire d'État américain Antony Blinken".
TITLED = re.compile(
    rf"(?<!\w)(?:{MINISTER}|{PREMIER}|{_PRESIDENT}|{_AMBASSADOR}|{_SPOKESMAN}|{_MAYOR})(?:['’\s-]+\w+){{0,5}}['’\s-]+\Z",
    re.IGNORECASE,
)
