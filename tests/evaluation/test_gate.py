"""The regression gate: today's answerer passes, and each planted bug is caught, on the real seed questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from answering.answerer import Answerer
from answering.conversation import Conversation
from answering.settings import load_settings
from answering.types import Answer, Citation, Claim
from evaluation.asking import ask_one
from evaluation.dataset import DataSet, load
from evaluation.figures import figures_of
from evaluation.gate import SEEDS, baseline_of, falls, judge, read_baselines
from evaluation.gold import Gold, gold_of
from evaluation.systems import OURS, Found, Kiosque, as_read
from retrieval.archive import Archive
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.errors import KiosqueError
from retrieval.judging.bundled_reader import BundledReader
from retrieval.reading.sources import FolderSource
from retrieval.sentences import sentence_spans
from retrieval.types import Filters, PassageReading, Vectors

Change = Callable[[Answer, Archive], Answer]


@dataclass(frozen=True)
class Remembering:
    """The real encoder, asked once for each text: the planted bugs come later than the vectors."""

    embedder: BundledEmbedder
    known: dict[tuple[str, str], Vectors] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.embedder.name

    @property
    def dimension(self) -> int:
        return self.embedder.dimension

    def embed_query(self, text: str) -> Vectors:
        if ("query", text) not in self.known:
            self.known["query", text] = self.embedder.embed_query(text)
        return self.known["query", text]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        missing = [text for text in dict.fromkeys(texts) if ("passage", text) not in self.known]
        if missing:
            vectors = self.embedder.embed_passages(missing)
            self.known.update((("passage", text), vector) for text, vector in zip(missing, vectors, strict=True))
        return np.stack([self.known["passage", text] for text in texts])


@dataclass(frozen=True)
class RememberingReader:
    """The real reader, asked once for each question and its passages."""

    reader: BundledReader
    known: dict[tuple[str, ...], list[PassageReading]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.reader.name

    def read(self, question: str, passages: Sequence[str]) -> list[PassageReading]:
        if (question, *passages) not in self.known:
            self.known[question, *passages] = self.reader.read(question, passages)
        return self.known[question, *passages]

    def relevance(self, question: str, passages: Sequence[str]) -> list[float]:
        return [reading.relevant for reading in self.read(question, passages)]

    def support(self, statement: str, passages: Sequence[str]) -> list[float]:
        return self.reader.support(statement, passages)


@dataclass(frozen=True)
class Planted:
    """Our system with a bug between it and its reader."""

    ours: Kiosque
    change: Change
    name: str = OURS

    def search(self, question: str, conversation: Conversation, filters: Filters) -> list[Found]:
        return self.ours.search(question, conversation, filters)

    def answer(self, question: str, conversation: Conversation, filters: Filters) -> Answer:
        return self.change(self.ours.answer(question, conversation, filters), self.ours.archive)


@dataclass(frozen=True)
class Bench:
    """The seed set, ready to be asked."""

    archive: Archive
    data: DataSet
    gold: dict[str, Gold]
    reader: RememberingReader
    ours: Kiosque | None = None

    def run(self, change: Change = lambda answer, _: answer, threshold: float | None = None) -> dict[str, Any]:
        answerer = Answerer(self.archive, threshold=threshold, reader=self.reader)
        ours = self.ours or Kiosque(self.archive, answerer, rank=as_read(self.archive, self.reader))
        system = Planted(ours, change)
        rows = [
            ask_one(system, q, self.gold[q.id], lambda article: self.archive.article(article).text)
            for q in self.data.questions
        ]
        assert [row.get("error") for row in rows if "error" in row] == []
        held = {"name": self.data.name, "fingerprint": self.data.fingerprint, "questions": len(rows)}
        figures = {name: asdict(figure) for name, figure in figures_of(rows).items()}
        return {
            "set": held,
            "scores": {OURS: {row["id"]: row["scores"] for row in rows}},
            "systems": {OURS: {"figures": figures, "errors": 0}},
            "seconds": 1.0,
            "answers": "seeds.answers.jsonl",
        }


@pytest.fixture(scope="module")
def bench(embedder: BundledEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Any:
    data = load(SEEDS)
    with Archive(tmp_path_factory.mktemp("gate"), Remembering(embedder)) as archive:
        archive.index(FolderSource(data.articles))
        gold, lost = gold_of(data, archive)
        assert lost == 0
        reader = BundledReader(load_settings().model_dir, tables=embedder.tables)
        yield Bench(archive, data, gold, RememberingReader(reader))


def fallen(run: dict[str, Any]) -> set[str]:
    return {fall.figure for fall in falls(run, read_baselines())}


def test_the_answerer_as_it_is_passes(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    run = bench.run()
    assert fallen(run) == set()
    assert judge([run], {"seeds": read_baselines()["seeds"]}) == 0
    assert "0 fell" in capsys.readouterr().out


def _cited(answer: Answer, change: Callable[[Citation], Citation]) -> Answer:
    return replace(answer, citations=tuple(map(change, answer.citations)))


def test_offsets_shifted_by_one_are_caught(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    run = bench.run(lambda answer, _: _cited(answer, lambda c: replace(c, start=c.start + 1, end=c.end + 1)))
    assert "verbatim" in fallen(run)
    assert judge([run], read_baselines()) == 1
    assert "seeds: verbatim is" in capsys.readouterr().out


@pytest.mark.parametrize("places", [-1, 1])
def test_one_end_shifted_by_one_is_caught(bench: Bench, places: int) -> None:
    run = bench.run(lambda answer, _: _cited(answer, lambda c: replace(c, start=c.start + places)))
    assert "verbatim" in fallen(run)


def test_a_true_quotation_of_the_wrong_article_is_caught(bench: Bench) -> None:
    ids = sorted(article.id for article in bench.archive.articles())

    def elsewhere(citation: Citation) -> Citation:
        article = bench.archive.article(ids[(ids.index(citation.article.id) + 1) % len(ids)])
        start, end = sentence_spans(article.text, article.language)[0]
        return replace(citation, article=article, start=start, end=end, also_in=())

    run = bench.run(lambda answer, _: _cited(answer, elsewhere))
    assert run["systems"][OURS]["figures"]["verbatim"]["value"] == 1
    assert {"relevant_citations", "gold_citations", "sources_recall"} <= fallen(run)


def test_a_right_quotation_under_the_wrong_marker_is_caught(bench: Bench) -> None:
    def rotated(answer: Answer, _: Archive) -> Answer:
        markers = [claim.markers for claim in answer.claims]
        turned = [*markers[1:], *markers[:1]]
        return replace(answer, claims=tuple(replace(c, markers=m) for c, m in zip(answer.claims, turned, strict=True)))

    assert "cited" in fallen(bench.run(rotated))


def test_a_sentence_that_its_quotation_does_not_hold_is_caught(bench: Bench) -> None:
    def untrue(answer: Answer, _: Archive) -> Answer:
        claims = tuple(replace(claim, text="Rien de tout cela n'est vrai.") for claim in answer.claims)
        return replace(answer, claims=claims, text="Rien de tout cela n'est vrai.")

    assert "cited" in fallen(bench.run(untrue))


def test_an_answer_that_shows_nothing_of_what_it_proves_is_caught(bench: Bench) -> None:
    assert "cited" in fallen(bench.run(lambda answer, _: replace(answer, text="")))


def test_words_beside_the_claims_are_caught(bench: Bench) -> None:
    assert "cited" in fallen(bench.run(lambda answer, _: replace(answer, text=f"Voyez : {answer.text}")))


def test_filters_that_are_ignored_are_caught(bench: Bench) -> None:
    class Ignoring(Kiosque):
        def answer(self, question: str, conversation: Conversation, filters: Filters) -> Answer:
            return Kiosque.answer(self, question, conversation, Filters())

    archive = bench.archive
    planted = replace(bench, ours=Ignoring(archive, Answerer(archive, reader=bench.reader)))
    assert "within" in fallen(planted.run())


def test_a_threshold_of_0_is_caught(bench: Bench) -> None:
    run = bench.run(threshold=0.0)
    assert "refused" in fallen(run)  # the balance may hold: what the rules rule out is refused at any threshold
    assert "answered" not in fallen(run)


def test_a_threshold_of_1_is_caught(bench: Bench) -> None:
    run = bench.run(threshold=1.0)
    assert {"answered", "correct", "balanced_accuracy"} <= fallen(run)
    assert "refused" not in fallen(run)


def test_a_sentence_without_a_citation_is_caught(bench: Bench) -> None:
    def chatty(answer: Answer, _: Archive) -> Answer:
        return replace(answer, claims=(*answer.claims, Claim("Cela va sans dire.", ())))

    assert "cited" in fallen(bench.run(chatty))


def test_an_answerer_that_shows_no_quotation_is_caught(bench: Bench) -> None:
    run = bench.run(lambda answer, _: replace(answer, citations=()))
    assert {"verbatim", "cited", "relevant_citations"} <= fallen(run)


def made(value: float, low: float, *, fingerprint: str = "f", right: int = 9) -> dict[str, Any]:
    figures = {
        "correct": {"value": value, "low": low, "high": 1.0, "n": 100},
        "verbatim": {"value": 1.0, "low": 1.0, "high": 1.0, "n": 100},
    }
    held = {"name": "made", "fingerprint": fingerprint, "questions": 9}
    scores = {OURS: {f"q{i}": {"right": float(i < right)} for i in range(9)}}
    systems = {OURS: {"figures": figures, "errors": 0}}
    return {"set": held, "systems": systems, "scores": scores, "seconds": 1.0, "answers": "a"}


def test_a_figure_may_fall_within_its_interval_and_no_further() -> None:
    baselines = {"made": baseline_of(made(0.8, 0.7))}
    assert falls(made(0.7, 0.6), baselines) == []
    (fall,) = falls(made(0.69, 0.6), baselines)
    assert str(fall) == "made: correct is 0.690, and may not be below 0.700"


def test_a_perfect_figure_may_not_fall_at_all() -> None:
    run = made(0.8, 0.7)
    baselines = {"made": baseline_of(run)}
    run["systems"][OURS]["figures"]["verbatim"] = {"value": 0.999, "low": 0.99, "high": 1.0, "n": 9}
    assert [fall.figure for fall in falls(run, baselines)] == ["verbatim"]


def test_other_questions_need_another_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    baselines = {"made": baseline_of(made(0.8, 0.7))}
    assert judge([made(0.8, 0.7, fingerprint="other")], baselines) == 1
    assert "other questions" in capsys.readouterr().out


def test_more_questions_lost_than_won_are_told_before_any_mean_is() -> None:
    baselines = {"made": baseline_of(made(0.8, 0.1))}
    assert falls(made(0.8, 0.1, right=5), baselines) == []  # four lost: one in sixteen by chance
    (fall,) = falls(made(0.8, 0.1, right=4), baselines)
    assert str(fall) == "made: right (lost 5 questions, won 0) is 0.444, and may not be below 1.000"


@pytest.mark.parametrize(("ci", "status"), [("", 0), ("true", 1)])
def test_a_set_that_was_not_run_is_told(ci: str, status: int, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setenv("CI", ci)
    run = made(0.8, 0.7)
    assert judge([run], {"made": baseline_of(run), "piaf-dev": {}}) == status
    assert "piaf-dev: not judged" in capsys.readouterr().out


def test_a_broken_run_makes_no_baseline() -> None:
    run = made(0.8, 0.7)
    run["systems"][OURS]["figures"]["verbatim"]["value"] = 0.99
    with pytest.raises(KiosqueError, match="made makes no baseline: verbatim"):
        baseline_of(run)


def test_an_error_fails_the_gate(capsys: pytest.CaptureFixture[str]) -> None:
    run = made(0.8, 0.7)
    baselines = {"made": baseline_of(run)}
    run["systems"][OURS]["errors"] = 2
    assert judge([run], baselines) == 1
    assert "2 questions failed with an error" in capsys.readouterr().out
