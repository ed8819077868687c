"""A small news archive and a few questions of our own, for the reader's training to be tried on."""

from __future__ import annotations

import random

from training.reader_data import Material
from training.reader_sources import Asked, News, Questions

_WHO = "Marie Durand|Paul Lemoine|Anna Kovacs|Jean Petit|Lucie Moreau|Karim Benali".split("|")
_WHERE = "Lyon|Nantes|Bordeaux|Strasbourg|Marseille|Toulouse".split("|")
_WHAT = "un musée|une école|un théâtre|une usine|un hôpital|une piscine".split("|")
_DAYS = "3 mai|12 juin|7 mars|21 avril|15 octobre|9 février".split("|")


def article(number: int) -> tuple[str, str]:
    """Return the title and text of a made-up article; each number gives other facts."""
    rng = random.Random(number)
    who, where, what, day = (rng.choice(options) for options in (_WHO, _WHERE, _WHAT, _DAYS))
    year, cost, jobs = rng.randint(1990, 2019), rng.randint(2, 90), rng.randint(20, 900)
    text = (
        f"La maire {who} a inauguré {what} dans le centre de {where} le {day} {year}. "
        f"Le bâtiment a coûté {cost} millions d'euros à la région. "
        f"Selon {who}, le chantier de {where} a duré plus de deux ans en raison de la découverte de ruines. "
        f"Les travaux ont donné du travail à {jobs} ouvriers, et la ville est satisfaite. "
        f"Les habitants de {where} attendaient ce bâtiment depuis la fermeture de l'ancien marché."
    )
    return f"{where}: {who} inaugure {what}", text


def material(articles: int = 40) -> Material:
    """Return material of every kind: news, French questions, and questions in two languages."""
    news = [article(number) for number in range(articles)]
    neighbours = [[(i + k) % articles for k in range(1, 5)] for i in range(articles)]
    return Material(News(news, neighbours, [(0, "Un bâtiment neuf ouvre ses portes.")]), french(), both())


def french(count: int = 12) -> Questions:
    titles, passages, asked = [], [], []
    for number in range(count):
        title, text = article(1_000 + number)
        cost = text[text.index("coûté ") + 6 : text.index(" à la région")]
        start = text.index(cost)
        titles.append(title)
        passages.append({"fr": text})
        asked.append(
            Asked(f"q{number}", {"fr": "Combien a coûté le bâtiment ?"}, number, {"fr": ((start, start + len(cost)),)})
        )
    near = [[(i + 1) % count, (i + 2) % count] for i in range(count)]
    return Questions(titles, passages, asked, near)


def both(count: int = 6) -> Questions:
    titles, passages, asked = [], [], []
    for number in range(count):
        year, name = str(1900 + 7 * number), ("Ada", "Bob", "Cleo", "Dan", "Eva", "Finn")[number]
        texts = {
            "en": f"The bridge of {name} was built in {year} by the city. It was painted green. Many people cross it.",
            "es": f"El puente de {name} fue construido en {year} por la ciudad. Fue pintado de verde. Mucha gente lo cruza.",
        }
        spans = {language: ((text.index(year), text.index(year) + 4),) for language, text in texts.items()}
        questions = {
            "en": f"When was the bridge of {name} built?",
            "es": f"¿Cuándo fue construido el puente de {name}?",
        }
        titles.append(name)
        passages.append(texts)
        asked.append(Asked(f"b{number}", questions, number, spans))
    return Questions(titles, passages, asked, [[i for i in range(count) if i != number] for number in range(count)])
