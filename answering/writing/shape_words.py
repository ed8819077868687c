"""The words around a value: what limits a figure, what joins the items of a list, what gives a reason, and who is nobody."""

from __future__ import annotations

import re

APPROXIMATELY = re.compile(
    r"(?<!\w)(?:(?:pas moins d[e'’]|plus d[e'’]|près d[e'’]|moins d[e'’]|environ|quelque|au moins|au minimum|"
    r"au maximum|jusqu['’]à|"
    r"presque|no fewer than|more than|less than|fewer than|at least|at most|up to|about|around|nearly|almost|over|"
    r"some|"
    r"nicht weniger als|mehr als|weniger als|mindestens|höchstens|bis zu|über|etwa|rund|fast|más de|menos de|"
    r"al menos|hasta|casi|"
    r"unos|unas|cerca de|più di|meno di|oltre|circa|almeno|quasi|fino a|mais de|pelo menos|quase|até|не менее|"
    r"не более|более|менее|"
    r"около|почти|свыше|до|порядка|щонайменше|не менше|понад|близько|майже|більше|"
    r"менше)[ \u00a0\u202f]?(?<=[ \u00a0\u202f'’]))+$",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"(?<!\w)(?:entre|between|zwischen|tra|от|між)\s$", re.IGNORECASE)
TO = re.compile(r"\s?(?:à|to|bis|до|ou|or|oder|или|або|[-–])\s?", re.IGNORECASE)
AND = re.compile(r"\s(?:et|and|und|y|e|и|та)\s", re.IGNORECASE)
NEXT_WORD = re.compile(r"[ \u00a0\u202f](?:d['’])?[^\W\d_][\w'’-]*")
NO_MORE = re.compile(
    r"(?:et|and|und|y|e|и|та|і|ou|or|mais|dont|que|qui|but|that|who|который|які|depuis|since|seit|desde|selon|pour|par|by|for)$",
    re.IGNORECASE,
)
EDGES = " \t\u00a0\u202f,;:.!?…«»“”„\"'’‘`()<>*_/|–—-"
UNSHOWN = re.compile(
    r"[\[\]［］【】〔〕〚〛⟦⟧\u202a-\u202e\u2066-\u2069]"
)  # what may pass for a marker, or turn text round
AGENT = re.compile(r"(?:par|by|von|por|da|dal|dalla|pelo|pela)\s(?=[^\W\d_])")
NOBODY = re.compile(
    r"(?:il|elle|ils|elles|on|lui|celui-ci|celle-ci|ce|cela|he|she|it|they|him|her|them|this|that|er|sie|es|ihm|ihn|"
    r"dieser|él|ella|"
    r"ellos|lui|lei|loro|ele|ela|eles|он|она|они|оно|его|её|их|ему|він|вона|вони|воно|його|її|їх|这|他|她|它)$",
    re.IGNORECASE,
)
CLAUSE_END = re.compile(r"[;:!?—–«»“”]|[,.](?=\s|$)")
NO_DENIAL = re.compile(
    r"(?<!\w)(?:pas moins|no (?:fewer|less)|not less|nicht weniger|no menos|non meno|não menos|не менее|не меньше|"
    r"не менше|не более)"
    r"(?!\w)",
    re.IGNORECASE,
)
MORE_TIMES = re.compile(
    r"\d|(?<!\w)(?:gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|lunedì|martedì|mercoledì|"
    r"giovedì|venerdì|"
    r"sabato|domenica|ieri|oggi|domani|janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|dezembro|segunda|"
    r"terça|quarta|quinta|"
    r"sexta|ontem|hoje|ayer|hoy|mañana|lunes|martes|miércoles|jueves|viernes|domingo|gestern|heute|morgen|"
    r"понедельник\w*|вторник\w*|"
    r"сред[ауы]|четверг\w*|пятниц\w*|суббот\w*|воскресень\w*|вчера|сегодня|завтра|січ\w+|лют(?:ого|ий)|берез\w+|"
    r"квіт\w+|трав\w+|черв\w+|"
    r"лип\w+|серп\w+|верес\w+|жовт\w+|листопад\w*|груд\w+|понеділ\w+|вівтор\w+|серед[ауи]|четвер\w*|п['’]ятниц\w+|"
    r"субот\w+|неділ\w+|"
    r"вчора|сьогодні|рок[уів]+|рік|noon|midnight|midi|minuit|spring|summer|autumn|winter|printemps|été|automne|"
    r"hiver)(?!\w)",
    re.IGNORECASE,
)
BECAUSE = re.compile(
    r"(?<!\w)(?:car|parce qu(?:e |['’])|puisqu(?:e |['’])|afin (?:de |d['’]|que |qu['’])|pour (?:que |qu['’])?|"
    r"en raison d(?:e |u |es |['’])|"
    r"à cause d(?:e |u |es |['’])|à la suite d(?:e |u |es |['’])|because(?: of)?|since|due to|as|in order to|"
    r"so that|to|for|weil|da|denn|"
    r"wegen|aufgrund|um|damit|porque|para|a causa de|debido a|perché|per|a causa di|por causa de|devido a|"
    r"потому что|так как|поскольку|"
    r"из-за|чтобы|тому що|бо|оскільки|через|щоб)\s*(?:l['’]|la |le |les |the |der |die |das |el |il )?$",
    re.IGNORECASE,
)
OF = re.compile(r"(?<!\w)(?:d[eu]|des|d['’]|of|von|del|della|di|do|da)(?!\w)|(?<=\w)['’]s\b", re.IGNORECASE)
