"""The zero of similarity: how similar an embedder finds a text to sentences that have nothing to do with it.

Cosines of e5 live between .75 and .9, and where in that range "unrelated" lies depends on the languages of both texts. The
mean similarity to a few sentences about nothing in the news gives the zero of a scale whose one is an equal text.
"""

from __future__ import annotations

from retrieval.types import Embedder, Vectors

_UNRELATED = {
    "fr": ("La recette se prépare la veille et se conserve trois jours au frais.",
           "Le club a présenté hier son nouvel entraîneur.",
           "Les élèves rendront leurs devoirs après les vacances.",
           "Le prix du billet de train augmente au printemps."),
    "en": ("The recipe can be prepared the day before and keeps for three days.",
           "The club introduced its new coach yesterday.",
           "Pupils will hand in their homework after the holidays.",
           "The price of train tickets goes up in spring."),
    "ru": ("Блюдо можно приготовить накануне и хранить три дня в холодильнике.",
           "Клуб вчера представил нового тренера.",
           "Ученики сдадут домашние задания после каникул.",
           "Весной подорожают билеты на поезд."),
}  # fmt: skip


_embedded: dict[tuple[str, str], Vectors] = {}  # by embedder and language: the same every time


def _unrelated(embedder: Embedder, language: str) -> Vectors:
    """Return embedded unrelated sentences in a language, or in several for one that has none here."""
    if language not in _UNRELATED:
        language = ""
    key = embedder.name, language
    if key not in _embedded:
        texts = _UNRELATED.get(language) or [text for texts in _UNRELATED.values() for text in texts]
        _embedded[key] = embedder.embed_passages(texts)
    return _embedded[key]


def similarity_of_unrelated(embedder: Embedder, language: str, vector: Vectors) -> float:
    """Return the zero for a text's vector, shape (dimension,), against texts in ``language``."""
    return float((_unrelated(embedder, language) @ vector).mean())


def above_zero(cosine: float, zero: float) -> float:
    """Return a cosine on the scale where unrelated texts have 0 and equal ones 1."""
    return (cosine - zero) / max(1 - zero, 1e-6)
