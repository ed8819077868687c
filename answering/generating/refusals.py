"""Whether a chat model's whole answer is a refusal in words: providers report few of them as such."""

from __future__ import annotations

import re

LONGEST_REFUSAL = 400  # characters; what says more says something

_SORRY = (
    r"(?:i['’]m sorry|i am sorry|sorry|i apologize|unfortunately|(?:je suis )?désolée?|je regrette|malheureusement|"
    r"es tut mir leid|leider|entschuldigung|lo siento|mi dispiace|"
    r"к сожалению|извините|простите|вибачте|на жаль|перепрошую)"
)
_CANNOT = (
    r"(?:i|we) (?:can['’]?t|cannot|can not|am unable to|['’]m unable to|am not able to|won['’]t)",
    r"i['’]m (?:unable|not able) to",
    r"je (?:ne (?:peux|puis|suis pas en mesure)|refuse|suis incapable)",
    r"ich (?:kann|darf)",
    r"(?:dabei|damit|bei dieser anfrage) kann ich",
    r"no puedo",
    r"non posso",
    r"я не (?:могу|можу|в состоянии)",
)
_HELP = (
    r"(?:assist|help|comply|fulfill|provide (?:that|this)|discuss|engage)",
    r"(?:vous aider|aider|répondre à (?:cette|votre) (?:demande|requête)|donner suite|satisfaire)",
    r"(?:helfen|behilflich)",
    r"(?:ayudar|cumplir|aiutar)",
    r"(?:помочь|помогать|допомогти|обсуждать|выполнить|виконати)",
)
_REFUSAL = re.compile(
    rf"\W*(?:{_SORRY}\W+)?(?:(?:but|mais|aber|pero|ma|но|але)\s+)?"
    r"(?:(?:as an ai|en tant qu['’]ia)[^.]{0,40},\s*)?"
    rf"(?:{'|'.join(_CANNOT)})\b[^.!?\n]{{0,60}}?\b(?:{'|'.join(_HELP)})",
    re.IGNORECASE,
)
_MARKER = re.compile(r"\[\d")


def refuses(text: str) -> bool:
    """Tell whether a whole answer says no more than that the model will not help; one with a marker says something."""
    return len(text) <= LONGEST_REFUSAL and not _MARKER.search(text) and _REFUSAL.match(text) is not None
