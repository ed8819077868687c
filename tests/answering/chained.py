"""A small archive of articles that are made already, and an answerer with a chat model that says what it is told to."""

from __future__ import annotations

from collections.abc import Iterable

from answering.answerer import Answerer
from retrieval.archive import Archive
from retrieval.types import Article, Record, Skipped
from tests.fakes import ScriptedChatModel

KEY = "secret-7f3a9c1e5b"
MEDINSKI = "La délégation russe est dirigée par Vladimir Medinski."
TRUCE = "Kiev réclame une trêve immédiate."
TOLL = "Au moins 33 civils ont été tués à Tchernihiv."
KHARKIV = "Au moins 29 civils ont été tués à Kharkiv."
TREE = "Un chêne de quatre siècles a été abattu hier par la tempête devant la mairie du vieux village de Corrèze."
ARTICLES = [
    Article("monde", f"{MEDINSKI} {TRUCE}", "Pourparlers", "https://example.org/1", "Le Monde", "2022-03-02", "fr"),
    Article("afp", f"{TOLL} {KHARKIV}", outlet="AFP", published="2022-03-04", language="fr"),
    Article("pdf", f"Page une. {TREE}", published="2022-02-01", language="fr", pages=(0, 10)),
    Article("copie", f"Page une. {TREE}", published="2022-02-03", language="fr"),
]
WHO = "Qui dirige la délégation russe ?"
WRITTEN = [f"{MEDINSKI} [1]\n", f"{TRUCE} [1]\n"]
MARKED = [f"{MEDINSKI} [1]", f"\n{TRUCE} [2]"]


class Listed:
    """A source of articles that are made already."""

    def records(self) -> Iterable[Record | Skipped]:
        return [Record(article.id, "1", b"") for article in ARTICLES]

    def read(self, record: Record) -> Article:
        return next(article for article in ARTICLES if article.id == record.key)

    def owns(self, key: str) -> bool:
        return True


def answerer(archive: Archive, pieces: list[str] | None = None, error: Exception | None = None) -> Answerer:
    return Answerer(archive, ScriptedChatModel(pieces=WRITTEN if pieces is None else pieces, error=error), 0.01)
