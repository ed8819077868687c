"""What tests of several packages share: the real encoder, and the seed articles indexed with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from answering.settings import ROOT, load_settings
from retrieval.archive import Archive
from retrieval.encoding import bundled
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.reading.sources import FolderSource

settings.register_profile("kiosque", deadline=None)  # no test here is timed
settings.load_profile("kiosque")

SEEDS = ROOT / "seeds"


@pytest.fixture(scope="session")
def embedder() -> BundledEmbedder:
    """The bundled encoder, converted once a checkout."""
    folder = load_settings().model_dir
    bundled.prepare(folder)
    return BundledEmbedder(folder)


@pytest.fixture(scope="session")
def seeds_archive(embedder: BundledEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """The five seed articles, indexed. For reading only."""
    with Archive(tmp_path_factory.mktemp("seeds") / "index", embedder) as archive:
        report = archive.index(FolderSource(SEEDS))
        assert (report.added, report.skipped) == (5, ())
        yield archive
