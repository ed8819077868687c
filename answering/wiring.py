"""The one place that wires settings, model, archive and answerer together."""

from __future__ import annotations

from answering.answerer import Answerer
from answering.generating.usage import Meter
from answering.settings import Settings
from retrieval.archive import Archive
from retrieval.encoding import bundled
from retrieval.types import Embedder, Progress, Reader, Reranker


def open_embedder(settings: Settings, progress: Progress | None = None) -> Embedder:
    """Return the embedder of the settings; the bundled model is prepared first, once.

    Raises SettingsError when the model cannot be had.
    """
    if settings.embedding_model == "bundled":
        bundled.prepare(settings.model_dir, progress)
        from retrieval.encoding.encoder import BundledEmbedder

        return BundledEmbedder(settings.model_dir, settings.threads)
    from retrieval.encoding.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(settings.embedding_model)


def open_reader(settings: Settings, embedder: Embedder, progress: Progress | None = None) -> Reader | Reranker | None:
    """Return what judges evidence by the settings; None for ``none``. The bundled reader shares the embedder's tables.

    A reader gives spans and support as well, a reranker relevance alone. Raises SettingsError when it cannot be had.
    """
    if settings.evidence_model == "none":
        return None
    if settings.evidence_model == "bundled":
        bundled.prepare(settings.model_dir, progress)
        from retrieval.encoding.encoder import BundledEmbedder
        from retrieval.judging.bundled_reader import WEIGHTS, BundledReader

        tables = embedder.tables if isinstance(embedder, BundledEmbedder) else None
        return BundledReader(settings.model_dir, WEIGHTS, settings.threads, tables)
    from retrieval.judging.cross_encoder import CrossEncoderReranker

    return CrossEncoderReranker(settings.evidence_model)


def open_archive(settings: Settings, *, rebuild: bool = False, progress: Progress | None = None) -> Archive:
    """Open the archive of the settings. Raises IndexMismatch (unless ``rebuild``), SettingsError, KiosqueError."""
    return Archive(settings.index_dir, open_embedder(settings, progress), rebuild=rebuild, retention=settings.retention)


def build_answerer(
    settings: Settings, archive: Archive, meter: Meter | None = None, *, caches: bool = False
) -> Answerer:
    """Return the answerer of the settings. ``meter`` hears what its chat model uses; ``caches``: see ``Answerer``.

    Raises SettingsError when CHAT_MODEL cannot be used.
    """
    chat_model = None
    if settings.chat_model:
        from answering.generating.chat import connect_chat_model

        chat_model = connect_chat_model(settings, meter)
    reader = open_reader(settings, archive.embedder)
    return Answerer(archive, chat_model, settings.evidence_threshold, reader=reader, caches=caches)
