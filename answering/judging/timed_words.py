"""Words that tell a time, or how long something lasts, in six languages: without any of them a sentence answers no "when".

Wide on purpose. On the development half (no test part) of PIAF and five pairs of XQuAD, "when": of 572 sentences with the
answer 4 have none of ``TIMED`` (questions that ask for no time), of 2,134 others in their passages 853.
"""

from __future__ import annotations

import re

_DAYS_AND_MONTHS = (
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|février|mars|avril|mai|juin|juillet|août|"
    r"septembre|octobre|novembre|décembre|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|"
    r"february|march|april|may|june|july|august|september|october|november|december|montag|dienstag|mittwoch|"
    r"donnerstag|freitag|samstag|sonntag|januar|februar|märz|juni|juli|oktober|dezember|lunes|martes|miércoles|"
    r"jueves|viernes|sábado|domingo|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|"
    r"noviembre|diciembre|понедельник\w*|вторник\w*|сред[уаы]|четверг\w*|пятниц\w*|суббот\w*|воскресень\w*|"
    r"январ\w*|феврал\w*|март\w*|апрел\w*|ма[яйе]|июн\w*|июл\w*|август\w*|сентябр\w*|октябр\w*|ноябр\w*|декабр\w*|"
    r"понеділ\w*|вівтор\w*|серед[уаи]|четвер\w*|п['’]ятниц\w*|субот\w*|неділ\w*|січ\w*|лют\w*|берез\w*|квіт\w*|"
    r"трав\w*|черв\w*|лип\w*|серп\w*|верес\w*|жовт\w*|листопад\w*|груд\w*"
)
_TIMES = (
    r"hier|demain|aujourd['’]hui|veille|lendemain|matin\w*|midi|minuit|soir\w*|nuits?|aube|semaines?|mois|années?|"
    r"ans?|jours?|journée|heures?|minutes?|secondes?|siècles?|millénaires?|printemps|(?:en |cet |[ld]['’])été|"
    r"été \d{4}|automne|hiver|époque|âge|antiquité|période|début|fin|lors|lorsqu\w*|quand|pendant|durant|depuis|"
    r"dès|avant|après|jusqu\w*|ensuite|bientôt|actuellement|désormais|yesterday|today|tomorrow|morning|noon|"
    r"midnight|evening|nights?|weeks?|months?|years?|days?|hours?|century|centuries|decades?|décennies?|spring|"
    r"summer|autumn|winter|era|age|ages|period|early|late|beginning|end|when|while|during|since|before|after|"
    r"until|once|soon|now|gestern|heute|morgen\w*|mittag|abend\w*|nacht\w*|wochen?|monat\w*|jahr\w*|tag\w*|"
    r"stunde\w*|minute\w*|jahrhundert\w*|jahrzehnt\w*|frühling|sommer|herbst|zeit\w*|anfang|ende|als|während|"
    r"seit\w*|vor|nach\w*|bis|ayer|hoy|mañana|mediodía|tarde|noche\w*|semanas?|mes|meses|años?|días?|horas?|"
    r"minutos?|siglos?|décadas?|primavera|verano|otoño|invierno|época|edad|periodo|período|principios|finales|"
    r"fines|cuando|durante|desde|antes|después|tras|hasta|luego|вчера|сегодня|завтра|утр\w*|полдень|вечер\w*|"
    r"ноч\w*|недел\w*|месяц\w*|год\w*|лет|дн\w*|день|час\w*|минут\w*|век\w*|столети\w*|десятилети\w*|весн\w*|"
    r"лет[оа]|осен\w*|зим\w*|эпох\w*|период\w*|начал\w*|конц\w*|когда|во время|после|до|с тех|перед|учора|вчора|"
    r"сьогодні|ран\w*|вечор\w*|ніч|ночі|тижн\w*|місяц\w*|рік|рок\w*|років|дні\w*|днів|годин\w*|хвилин\w*|"
    r"столітт\w*|період\w*|початк\w*|кін\w*|коли|під час|після|entre-deux-guerres|guerres? mondiales?|world wars?|"
    r"weltkrieg\w*|guerras? mundial\w*|миров\w+ войн\w*|світов\w+ війн\w*"
)
_UNITS = (
    r"années?|ans?|mois|semaines?|jours?|journées?|minutes?|secondes?|siècles?|décennies?|years?|months?|weeks?|"
    r"days?|seconds?|centur\w+|decades?|jahr\w*|monat\w*|wochen?|tag\w*|minute\w*|sekunde\w*|jahrzehnt\w*|"
    r"jahrhundert\w*|años?|mes(?:es)?|semanas?|días?|minutos?|segundos?|siglos?|décadas?|лет|год\w*|месяц\w*|"
    r"недел\w*|дн\w+|минут\w*|секунд\w*|век\w*|рок\w*|років|рік|місяц\w*|тижн\w*|дні\w*|днів|хвилин\w*|столі\w+"
)
_HOURS = r"heures?|hours?|stunde\w*|horas?|час\w*|годин\w*"
TIMED = re.compile(
    rf"(?<!\w)(?:{_DAYS_AND_MONTHS}|{_TIMES}|(?:1er|\d{{1,2}})\.?\s(?:de\s)?(?:{_DAYS_AND_MONTHS})|[IVX]+e)(?!\w)|"
    r"\d{3,4}|\d{1,2}\s?[hH:]\s?\d{0,2}|\d-?(?:год|лет|річ|рок)",
    re.IGNORECASE,
)
ASKS_HOW_LONG = re.compile(
    r"(?<!\w)(?:combien de (?:temps|jours|mois|semaines|années|ans|minutes)|depuis (?:combien|quand)|"
    r"jusqu['’](?:à|en) quand|how long|since when|for how (?:long|many)|until when|wie lange|seit wann|bis wann|"
    r"cuánto (?:tiempo|dur\w+)|desde cuándo|hasta cuándo|как долго|сколько времени|с каких пор|до каких пор|"
    r"с какого времени|як довго|скільки часу|відколи|з якого часу|доки)(?!\w)",
    re.IGNORECASE,
)
_LASTS = (
    r"depuis|dès|jusqu\w*|pendant|durant|since|for|until|till|throughout|during|ever|seit\w*|bis|während|lange?|"
    r"desde|hasta|durante|с|со|до|від|з|із|протягом|в течение|больше|toujours|permanen\w+|long\w*|provisoire\w*|"
    r"always|dur\w+|last\w*|dauer\w*"
)
_NUMBER = r"(?:\d[\d ,.]*|[^\W\d_]+)[\s-]"
LASTING = re.compile(
    rf"(?<!\w)(?:{_NUMBER}(?:{_UNITS})|"
    # "15 heures", but not "à 15 heures".
    rf"(?<!\bà )(?<!\bat )(?<!\bum )(?<!\blas )(?<!\bв )(?<!\bо ){_NUMBER}(?:{_HOURS})|{_LASTS})(?!\w)|"
    r"(?<!\d)\d{4}(?!\d)|\d-?(?:лет|год|річ)",
    re.IGNORECASE,
)
