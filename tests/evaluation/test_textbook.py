"""The textbook pipeline: spans, ranking against brute force, its cache, and a chat model's words taken as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_text_splitters import RecursiveCharacterTextSplitter

from answering.conversation import Conversation
from answering.errors import ChatModelError
from answering.types import Claim, Mode, Status
from evaluation.textbook import Textbook, spans_of
from retrieval.archive import Archive
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.errors import KiosqueError
from retrieval.types import Article, Filters, Vectors
from tests.fakes import HashingEmbedder, ScriptedChatModel
from tests.retrieval.material import CountingEmbedder, MemorySource, article

ALONE, ALL = Conversation(), Filters()
MANY = {f"mem/{n}": article(n, sentences=25) for n in range(20)}  # about 4,000 characters and 5 chunks each
QUERY = "réfugiés à Kherson"


class Killed(BaseException):
    """What ends a build in the middle."""


class Mortal(CountingEmbedder):
    """Dies at the request after the first ``lives``."""

    def __init__(self, lives: int) -> None:
        super().__init__()
        self.lives = lives

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.lives -= 1
        if self.lives < 0:
            raise Killed
        return super().embed_passages(texts)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "index", HashingEmbedder()) as made:
        assert made.index(MemorySource(MANY)).added == 20
        yield made


def build(archive: Archive, folder: Path, embedder: HashingEmbedder, shard: int = 15_000) -> Textbook:
    return Textbook.build(archive, embedder, folder, shard=shard)


def everything(textbook: Textbook) -> list[object]:
    return [textbook.search(query, ALONE, ALL) for query in (QUERY, "Macron", "")]


# -- spans ---------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(["\n\n", "\n", " ", "mot ", "x" * 150, "y" * 1200, "é", "\u00a0", "\x1c", "Il a dit. " * 30])


@given(st.lists(st.lists(PIECES, max_size=30).map("".join), max_size=4))
def test_spans_are_the_splitter_s_chunks_verbatim(texts: list[str]) -> None:
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    expected = [(n, chunk) for n, text in enumerate(texts) for chunk in splitter.split_text(text)]
    spans = spans_of(texts)
    assert [(n, texts[n][start:end]) for n, start, end in spans] == expected
    for _, start, end in spans:
        assert 0 < end - start <= 1000


@given(st.integers(1, 900))
def test_the_chunks_of_an_article_cover_it(words: int) -> None:
    text = " ".join(f"mot{n}" + "\n" * (n % 40 == 0) for n in range(words)).strip()
    spans = [(start, end) for _, start, end in spans_of([text])]
    assert spans == sorted(spans)
    covered = {place for start, end in spans for place in range(start, end)}
    assert all(text[place].isspace() for place in set(range(len(text))) - covered)
    assert all(before_end - start <= 200 for (_, before_end), (start, _) in pairwise(spans))


# -- ranking -------------------------------------------------------------------------------------------------------


def test_the_ranking_is_brute_force_over_the_chunks(
    seeds_archive: Archive, embedder: BundledEmbedder, tmp_path: Path
) -> None:
    question = "Combien de soldats russes ont été tués selon Moscou ?"
    articles = list(seeds_archive.articles())
    spans = spans_of([a.text for a in articles])
    chunks = [articles[n].text[start:end] for n, start, end in spans]
    stored = embedder.embed_passages(chunks).astype(np.float16).astype(np.float32)
    cosines = stored @ embedder.embed_query(question)
    order = sorted(range(len(spans)), key=lambda row: (-cosines[row], row))
    textbook = Textbook.build(seeds_archive, embedder, tmp_path)
    ranking = textbook.search(question, ALONE, ALL)
    assert len(ranking) == len(spans) > 20
    assert [(h.article, h.start, h.end) for h in ranking] == [
        (articles[spans[row][0]].id, *spans[row][1:]) for row in order
    ]
    assert [h.score for h in ranking] == pytest.approx(cosines[order].tolist(), abs=1e-5)
    answer = textbook.answer(question, ALONE, ALL)
    assert [cited.quote for cited in answer.citations] == [chunks[row] for row in order[:4]]
    assert [claim.markers for claim in answer.claims] == [(1,), (2,), (3,), (4,)]
    assert (answer.status, answer.mode) == (Status.ANSWERED, Mode.EXTRACTIVE)
    assert answer.confidence == pytest.approx(float(cosines.max()), abs=1e-5)
    assert [name for name, _ in answer.stages] == ["search"]


def test_only_chunks_are_embedded_not_titles(archive: Archive, tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    build(archive, tmp_path / "textbook", embedder)
    articles = list(archive.articles())
    assert embedder.embedded == [articles[n].text[a:b] for n, a, b in spans_of([found.text for found in articles])]


def test_equal_chunks_come_in_order_of_article_and_a_ranking_ends_at_a_hundred(tmp_path: Path) -> None:
    held = {f"mem/{n}": Article(f"{(n * 7) % 150:03}", "Kherson tient.", language="fr") for n in range(150)}
    with Archive(tmp_path / "index", HashingEmbedder()) as same:
        same.index(MemorySource(held))
        textbook = build(same, tmp_path / "textbook", HashingEmbedder())
        few = Filters(article_ids=tuple(f"{n:03}" for n in range(140, 30, -1)))
        ranking = textbook.search("Kherson", ALONE, few)
        assert [hit.article for hit in ranking] == [f"{n:03}" for n in range(31, 131)]
        assert len({hit.score for hit in ranking}) == 1
        assert len(textbook.search("Kherson", ALONE, ALL)) == 100
        assert [c.article.id for c in textbook.answer("Kherson", ALONE, few).citations] == ["031", "032", "033", "034"]


def test_a_filter_leaves_out_and_changes_no_order(archive: Archive, tmp_path: Path) -> None:
    textbook = build(archive, tmp_path / "textbook", HashingEmbedder())
    wanted = ("a17", "a03", "nowhere", "a03")
    found = textbook.search(QUERY, ALONE, Filters(article_ids=wanted))
    assert {hit.article for hit in found} == {"a03", "a17"}
    alone = [textbook.search(QUERY, ALONE, Filters(article_ids=(name,))) for name in ("a03", "a17")]
    assert found == sorted((hit for part in alone for hit in part), key=lambda h: (-h.score, h.article, h.start))
    assert len(found) == len(spans_of([archive.article("a03").text, archive.article("a17").text]))


@pytest.mark.parametrize("filters", [Filters(since="2022"), Filters(outlets=("Le Monde",), article_ids=("a03",))])
def test_other_filters_are_refused(archive: Archive, tmp_path: Path, filters: Filters) -> None:
    textbook = build(archive, tmp_path / "textbook", HashingEmbedder())
    with pytest.raises(KiosqueError, match="filter by article ids only"):
        textbook.search(QUERY, ALONE, filters)


# -- the cache -----------------------------------------------------------------------------------------------------


def test_a_second_build_embeds_nothing_and_ranks_the_same(archive: Archive, tmp_path: Path) -> None:
    folder, first, second = tmp_path / "textbook", CountingEmbedder(), CountingEmbedder()
    heard: list[tuple[str, int, int | None]] = []
    made = Textbook.build(archive, first, folder, None, lambda *told: heard.append(told), shard=15_000)
    assert len(first.embedded) > 60
    assert [told for told in heard if told[1] == 20] == [("textbook", 20, 20)]
    assert len(heard) == len(list(folder.glob("*.npy"))) > 3
    again = build(archive, folder, second)
    assert second.embedded == []
    assert everything(again) == everything(made)
    assert again.chunks.ids == tuple(sorted(a.id for a in MANY.values()))


@pytest.mark.parametrize("lives", [0, 1, 3])
def test_a_killed_build_goes_on_from_its_shards(archive: Archive, tmp_path: Path, lives: int) -> None:
    """A shard here is less than a batch, so each request is a shard."""
    whole, mortal, rest = CountingEmbedder(), Mortal(lives), CountingEmbedder()
    undisturbed = build(archive, tmp_path / "other", whole)
    folder = tmp_path / "textbook"
    with pytest.raises(Killed):
        build(archive, folder, mortal)
    assert len(list(folder.glob("*.npy"))) == lives
    (folder / "0.tmp").write_bytes(b"half written")
    assert everything(build(archive, folder, rest)) == everything(undisturbed)
    assert mortal.embedded + rest.embedded == whole.embedded
    assert len(mortal.embedded) > 0 or lives == 0


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"PK\x03\x04 no zip", b"text", None])
def test_a_damaged_shard_is_made_again(archive: Archive, tmp_path: Path, damage: bytes | None) -> None:
    folder = tmp_path / "textbook"
    before = everything(build(archive, folder, HashingEmbedder()))
    victim = sorted(folder.glob("*.npy"))[1]
    sound = victim.read_bytes()
    victim.write_bytes(sound[:-5] if damage is None else damage)
    embedder = CountingEmbedder()
    assert everything(build(archive, folder, embedder)) == before
    assert 0 < len(embedder.embedded) < 60
    assert victim.read_bytes() == sound


class Renamed(CountingEmbedder):
    name = "hashing, other weights"


def test_another_text_or_encoder_is_embedded_anew(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "textbook"
    build(archive, folder, HashingEmbedder())
    other = Renamed()
    build(archive, folder, other)
    assert len(other.embedded) > 60
    archive.index(MemorySource({**MANY, "mem/19": replace(MANY["mem/19"], text="Odessa attend. Et Lviv aussi.")}))
    changed = CountingEmbedder()
    textbook = build(archive, folder, changed)
    assert changed.embedded[-1] == "Odessa attend. Et Lviv aussi."
    assert len(changed.embedded) < len(other.embedded) / 2
    assert textbook.answer("Qui attend à Odessa ?", ALONE, ALL).citations[0].quote == "Odessa attend. Et Lviv aussi."


def test_a_folder_that_cannot_be_used_is_said(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(KiosqueError, match=r"^The folder .*file cannot keep .*: File exists; name another"):
        build(archive, tmp_path / "file", HashingEmbedder())


# -- a chat model --------------------------------------------------------------------------------------------------


@pytest.fixture
def chatting(archive: Archive, tmp_path: Path) -> Callable[..., tuple[Textbook, ScriptedChatModel]]:
    def make(*pieces: str, error: Exception | None = None) -> tuple[Textbook, ScriptedChatModel]:
        model = ScriptedChatModel(pieces=list(pieces), error=error)
        return Textbook.build(archive, HashingEmbedder(), tmp_path / "textbook", model), model

    return make


def test_a_chat_model_s_sentences_stand_under_all_four_chunks(
    chatting: Callable[..., tuple[Textbook, ScriptedChatModel]],
) -> None:
    textbook, model = chatting("La Lune est en fro", "mage [9]. M. Macron le dit.\n")
    question = "Que dit {context} de Kherson et des réfugiés ?"
    answer = textbook.answer(question, ALONE, ALL)
    assert answer.claims == (
        Claim("La Lune est en fromage (9).", (1, 2, 3, 4)),
        Claim("M. Macron le dit.", (1, 2, 3, 4)),
    )
    assert answer.text == "La Lune est en fromage (9). [1][2][3][4]\nM. Macron le dit. [1][2][3][4]"
    assert (answer.status, answer.mode) == (Status.ANSWERED, Mode.GENERATIVE)
    assert [name for name, _ in answer.stages] == ["search", "generate"]
    best = textbook.search(question, ALONE, ALL)
    assert [(c.article.id, c.start, c.end) for c in answer.citations] == [(h.article, h.start, h.end) for h in best[:4]]
    assert answer.confidence == pytest.approx(best[0].score)
    ((message,),) = model.heard
    context = "\n\n".join(c.quote for c in answer.citations)
    assert message.type == "human"
    assert message.text.startswith("You are an assistant for question-answering tasks. Use the following pieces")
    assert message.text.endswith(f"concise.\nQuestion: {question} \nContext: {context} \nAnswer:")


def test_a_chat_model_is_not_asked_where_nothing_is_found(
    chatting: Callable[..., tuple[Textbook, ScriptedChatModel]],
) -> None:
    textbook, model = chatting("Oui.")
    assert textbook.answer(QUERY, ALONE, Filters(article_ids=("nowhere",))).status is Status.NO_EVIDENCE
    assert model.heard == []


def test_a_chat_model_that_fails_is_no_answer(
    chatting: Callable[..., tuple[Textbook, ScriptedChatModel]],
) -> None:
    textbook, _ = chatting("Oui.", error=ConnectionError("refused"))
    with pytest.raises(ChatModelError):
        textbook.answer(QUERY, ALONE, ALL)
