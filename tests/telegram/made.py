"""Answers and settings made for the tests of what the bot stores."""

from __future__ import annotations

from typing import Any

from answering.types import Answer, Citation, Claim, Mode, Status
from bot.telegram.config import TelegramSettings
from retrieval.types import Article, Coverage

ARTICLE = Article("a1", "Le pont a rouvert lundi. Il avait fermé en mars.", title="Le pont", outlet="L'Écho")
TOKEN = "123456789:AAE-made_for_a_test"


def answer(question: str = "Quand le pont a-t-il rouvert ?", **changed: Any) -> Answer:
    values = {
        "status": Status.ANSWERED,
        "text": "Le pont a rouvert lundi. [1]",
        "mode": Mode.EXTRACTIVE,
        "language": "fr",
        "claims": (Claim("Le pont a rouvert lundi.", (1,)),),
        "citations": (Citation(1, ARTICLE, 0, 24, ("a7",)),),
        "searched": Coverage(5, "2022-03-01", "2022-03-04"),
    }
    return Answer(question, **{**values, **changed})


def refusal(question: str) -> Answer:
    return answer(
        question,
        status=Status.NO_EVIDENCE,
        text="L'archive ne répond pas.",
        claims=(),
        citations=(),
        nearest=(ARTICLE,),
    )


def settings(**changed: Any) -> TelegramSettings:
    """Return settings that depend on no file and no variable of the environment."""
    names = {f"telegram_{name}": value for name, value in changed.items()}
    return TelegramSettings.model_validate({"telegram_bot_token": TOKEN, **names})
