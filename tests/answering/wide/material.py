"""A small archive with dated articles of several outlets, some of which print the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retrieval.archive import Archive
from retrieval.reading.sources import FolderSource
from retrieval.types import Embedder

OPENED = "Les pourparlers de paix ont commencé le 28 février 2022 à Gomel, selon le ministère."
FAILED = "Les pourparlers de paix du 10 mars 2022 à Antalya n'ont donné aucun résultat."
SECOND = "Un deuxième cycle de pourparlers de paix a eu lieu le 3 mars 2022 dans la région de Brest."
KIEV = "Kiev réclame une trêve immédiate avant la suite des pourparlers de paix."
MOSCOW = "Moscou affirme que les pourparlers de paix exigent la neutralité du pays voisin."
LAVROV = "« Les pourparlers de paix seront longs et difficiles », a déclaré mercredi le ministre Sergueï Lavrov."
AGAIN = "Les pourparlers de paix peuvent durer des mois, a répété le ministre russe Sergueï Lavrov."
UN = "Selon l'ONU, les pourparlers de paix doivent protéger les civils des villes assiégées."
BREAD = "La baguette de pain augmente de dix centimes dans toutes les boulangeries de la ville."
TRAINS = "Les conducteurs de trains ont cessé le travail pendant trois jours dans le sud du pays."
ARTICLES = [
    {"id": "un", "outlet": "Le Monde", "published": "2022-03-01", "text": f"{OPENED} {KIEV}"},
    {"id": "deux", "outlet": "AFP", "published": "2022-03-04", "text": f"{SECOND} {LAVROV}"},
    {"id": "copie", "outlet": "Le Soir", "published": "2022-03-05", "text": f"{SECOND} {MOSCOW}"},
    {"id": "trois", "outlet": "AFP", "published": "2022-03-11", "text": f"{FAILED} {UN}"},
    {"id": "quatre", "outlet": "RFI", "published": "2022-03-12", "text": f"{AGAIN} {BREAD}"},
    {"id": "cinq", "outlet": "RFI", "published": "2022-03-12", "text": f"{TRAINS} {BREAD}"},
]
DATED = [OPENED, SECOND, FAILED]  # in the order of their days


@contextmanager
def opened(folder: Path, embedder: Embedder) -> Iterator[Archive]:
    lines = [json.dumps(article | {"language": "fr"}) for article in ARTICLES]
    (folder / "press.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with Archive(folder / "index", embedder) as archive:
        assert archive.index(FolderSource(folder)).added == len(ARTICLES)
        yield archive
