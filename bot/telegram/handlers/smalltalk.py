"""Greetings and thanks: they are no questions, and the archive has nothing to say to them."""

from __future__ import annotations

import re

_GREETINGS = frozenset(
    "hello|hi|hey|hello there|hi there|good morning|good evening|hola|buenos días|"
    "buenas tardes|hallo|guten tag|guten morgen|ciao|buongiorno|olá|bom dia|bună|bună ziua|cześć|dzień dobry|merhaba|"
    "привет|здравствуйте|здравствуй|добрый день|добрый вечер|привіт|вітаю|добрий день|доброго дня|"
    "bonjour|bonsoir|salut|coucou|bonjour à tous".split("|")
)
_THANKS = frozenset(
    "merci|merci beaucoup|merci bien|un grand merci|thanks|thank you|thank you very much|thanks a lot|many thanks|thx|"
    "gracias|muchas gracias|danke|vielen dank|danke schön|grazie|grazie mille|obrigado|obrigada|mulțumesc|dziękuję|"
    "teşekkürler|спасибо|большое спасибо|спасибо большое|дякую|щиро дякую".split("|")
)


def small_talk(text: str) -> str:
    """Return the text that answers a message which is nothing but a greeting or thanks, "" for any other."""
    words = " ".join(re.findall(r"[^\W\d_]+", text.casefold()))
    return "start" if words in _GREETINGS else "welcome" if words in _THANKS else ""
