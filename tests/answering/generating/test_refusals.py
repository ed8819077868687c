"""Refusals in words, and what is none."""

from __future__ import annotations

import pytest

from answering.generating.refusals import LONGEST_REFUSAL, refuses


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't assist with that request.",
        "I’m sorry, I can’t help with that.",
        "I cannot assist with that.",
        "I can't help you with this request. Is there anything else?",
        "I'm unable to help with that topic.",
        "As an AI language model, I cannot engage in discussions about ongoing conflicts.",
        "Sorry, but I am unable to provide that information.",
        "Je suis désolé, mais je ne peux pas vous aider avec cette demande.",
        "Désolé, je ne peux pas répondre à cette demande.",
        "Je ne suis pas en mesure de vous aider.",
        "Es tut mir leid, aber dabei kann ich nicht helfen.",
        "Lo siento, pero no puedo ayudar con eso.",
        "К сожалению, я не могу помочь с этим запросом.",
        "Вибачте, але я не можу допомогти з цим.",
        '"I\'m sorry, but I cannot comply."',
    ],
)
def test_refusals(text: str) -> None:
    assert refuses(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NO_ANSWER",
        "Les passages ne répondent pas à cette question.",
        "Désolé, les passages ne disent rien de ce sujet.",
        "I'm sorry, but the passages do not answer.",
        "Selon Kiev, « je ne peux pas vous aider », a dit le ministre.",
        "I cannot assist with that, he said [1].",
        "« Nous ne pouvons pas aider », affirme Berlin.",
        "L'armée ne peut pas aider les civils.",
        "I cannot assist with that. " + "x" * LONGEST_REFUSAL,
    ],
)
def test_what_is_none(text: str) -> None:
    assert not refuses(text)
