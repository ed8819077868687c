"""A small data folder that tests write: four articles, questions of each sort."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ARTICLES = [
    {
        "id": "pont",
        "title": "Le pont de Beaucaire rouvre",
        "language": "fr",
        "published": "2021-05-03",
        "text": "Le pont de Beaucaire a rouvert lundi après six mois de travaux. Le chantier a coûté 12 millions d'euros.",
    },
    {
        "id": "lynx",
        "title": "Des lynx dans le Jura",
        "language": "fr",
        "published": "2021-06-01",
        "text": "Quatorze lynx vivent dans le massif du Jura. La biologiste Anne Perrin les suit depuis 2015.",
    },
    {
        "id": "lynx-encore",
        "title": "Le lynx du Jura",
        "language": "fr",
        "published": "2021-06-02",
        "text": "Quatorze lynx vivent dans le massif du Jura, selon la biologiste Anne Perrin.",
    },
    {
        "id": "fromage",
        "title": "Le comté se vend bien",
        "language": "fr",
        "published": "2021-07-01",
        "text": "Les ventes de comté ont augmenté de 4 % en un an. La filière emploie 14 000 personnes.",
    },
]


def _at(article: str, text: str) -> dict[str, Any]:
    start = next(a["text"] for a in ARTICLES if a["id"] == article).index(text)
    return {"article": article, "start": start, "end": start + len(text)}


QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "q1",
        "question": "Quand le pont de Beaucaire a-t-il rouvert ?",
        "language": "fr",
        "answerable": True,
        "answers": ["lundi"],
        "relevant": [_at("pont", "lundi")],
        "kind": "when",
    },
    {
        "id": "q2",
        "question": "Combien de lynx vivent dans le massif du Jura ?",
        "language": "fr",
        "answerable": True,
        "answers": ["Quatorze"],
        "relevant": [{"article": "lynx", "copies": ["lynx-encore"]}],
        "kind": "figure",
    },
    {
        "id": "q3",
        "question": "Quelle biologiste suit les lynx depuis 2015 ?",
        "language": "fr",
        "answerable": True,
        "all_of": [["Anne Perrin"]],
        "relevant": [{"article": "lynx", "quote": "Anne Perrin les suit"}],
        "conversation": ["Combien de lynx vivent dans le massif du Jura ?"],
        "kind": "who",
    },
    {"id": "q4", "question": "Who won the 2018 World Cup?", "language": "en", "answerable": False, "kind": "off_topic"},
    {
        "id": "q5",
        "question": "Combien de personnes emploie la filière du comté ?",
        "language": "fr",
        "answerable": False,
        "among": ["pont"],
        "wrong": ["14 000"],
        "kind": "filtered",
    },
]


def write_folder(folder: Path, questions: list[dict[str, Any]] | None = None) -> Path:
    """Write a data folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("articles", ARTICLES), ("questions", QUESTIONS if questions is None else questions)):
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return folder
