from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from retrieval.encoding.bundled import Weights
from retrieval.errors import KiosqueError
from tests.training.made import material
from training import reader_train
from training.reader_batches import batches
from training.reader_data import Material, Pair, group
from training.reader_export import export, exported
from training.reader_judge import asking, calibration, judging, quick_figures, readings
from training.reader_model import Labelled, Read, Reader, collate, word_rows
from training.reader_tokens import Tokenizer
from training.reader_train import Plan, State, Stopping, resume, train

PLAN = Plan(cloze=24, labelled=60, batch=4, rate=1e-3, warmup=4, layers=1, seed=3)


@pytest.fixture(scope="module")
def made(tokenizer: Tokenizer) -> tuple[Material, Tokenizer]:
    return material(), tokenizer


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def finished(
    weights: Weights, made: tuple[Material, Tokenizer], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, State]:
    folder = tmp_path_factory.mktemp("reader")
    return folder, train(PLAN, folder, weights, made, made[0], every=4, questions=6)


def test_a_run_lowers_its_loss_and_leaves_figures_and_weights(finished: tuple[Path, State]) -> None:
    folder, state = finished
    losses = [line["loss"] for line in lines(folder) if line.get("stage") == "labelled" and "loss" in line]
    assert set(losses[0]) == {"answers", "relevant", "span", "supported"}
    assert losses[-1]["span"] < 0.8 * losses[0]["span"]
    figures = [line["dev"] for line in lines(folder) if "dev" in line]
    assert len(figures) == 2  # after each stage
    assert 0 <= figures[1]["piaf"]["em"] <= figures[1]["piaf"]["f1"] <= 100
    assert state.stage == 2
    kept = torch.load(folder / "reader.pt", weights_only=True)
    assert Plan(**kept["plan"]) == PLAN
    assert all(torch.equal(kept["model"][name], value) for name, value in state.model.state_dict().items())


def test_what_is_frozen_stays_and_the_rest_moves(finished: tuple[Path, State], weights: Weights) -> None:
    torch.manual_seed(PLAN.seed)
    before, after = Reader(weights, PLAN.layers).state_dict(), finished[1].model.state_dict()
    same = {name for name in before if torch.equal(before[name], after[name])}
    assert {name for name in same if "position_ids" not in name and "token_type_ids" not in name} == {
        "bert.embeddings.word_embeddings.weight",
        "bert.embeddings.position_embeddings.weight",
    }


@pytest.mark.parametrize("stop_at", [6, 11])
def test_a_run_that_was_stopped_ends_as_one_that_was_not(
    stop_at: int, finished: tuple[Path, State], weights: Weights, made: tuple[Material, Tokenizer], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    real, steps = reader_train.advance, 0
    stopping = Stopping()

    def advance(*given: Any) -> dict[str, float]:
        nonlocal steps
        steps += 1
        if steps == stop_at:
            os.kill(os.getpid(), signal.SIGTERM)
        return real(*given)

    monkeypatch.setattr(reader_train, "advance", advance)
    try:
        stopped = train(PLAN, tmp_path, weights, made, stopping=stopping)
        assert (stopped.stage, stopped.step) == (stop_at // 6.5, stop_at if stop_at <= 6 else stop_at - 6)
        assert not (tmp_path / "reader.pt").exists()
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
    again = train(PLAN, tmp_path, weights, made)
    wanted = finished[1].model.state_dict()
    assert all(torch.equal(value, wanted[name]) for name, value in again.model.state_dict().items())


def test_two_checkpoints_are_kept_and_none_is_half_written(
    weights: Weights, made: tuple[Material, Tokenizer], tmp_path: Path
) -> None:
    plan = Plan(cloze=24, labelled=0, batch=4, layers=1)
    train(plan, tmp_path, weights, made, minutes=0)
    assert sorted(path.name for path in tmp_path.glob("checkpoint-*")) == [
        "checkpoint-1-0000000.pt",
        "checkpoint-2-0000000.pt",
    ]
    assert not list(tmp_path.glob("*.writing"))
    state = reader_train.begin(weights, plan, torch.device("cpu"))
    (tmp_path / "checkpoint-9.writing").write_bytes(b"half")
    assert resume(state, plan, tmp_path)
    assert (state.stage, state.step) == (2, 0)
    with pytest.raises(KiosqueError, match="--batch 4, not 8; go on with that"):
        resume(state, Plan(layers=1), tmp_path)


def test_batches_made_ahead_are_those_made_here(made: tuple[Material, Tokenizer]) -> None:
    here = list(batches(PLAN.order("labelled"), 3, made))
    ahead = list(batches(PLAN.order("labelled"), 3, made, workers=2))
    assert len(here) == len(ahead) == PLAN.steps("labelled") - 3
    assert all(torch.equal(a.ids, b.ids) and torch.equal(a.start, b.start) for a, b in zip(here, ahead, strict=True))


def test_the_rate_rises_stays_and_falls() -> None:
    plan = Plan(cloze=1_000, labelled=1_000, batch=1, rate=1.0, warmup=10, cooling=0.5)
    assert plan.rate_at("cloze", 0) == 0.1
    assert plan.rate_at("cloze", 999) == 1
    assert [plan.rate_at("labelled", step) for step in (499, 500, 750, 999)] == pytest.approx([1, 1, 0.5, 0.002])


def test_the_exported_reader_says_what_the_trained_one_says(
    finished: tuple[Path, State], weights: Weights, made: tuple[Material, Tokenizer], tmp_path: Path
) -> None:
    words, tokenizer = word_rows(weights), made[1]
    kept = torch.load(finished[0] / "reader.pt", weights_only=True)
    pairs = [pair for number in range(12) for pair in group(made[0], "labelled", 9, number)]
    encoded = [Labelled.of(tokenizer, pair) for pair in pairs]
    finished[1].model.float()
    reference = asking(finished[1].model, words, exact=True)(encoded)
    for int8, most in ((False, 2e-3), (True, 0.5)):
        folder = tmp_path / str(int8)
        export(kept, weights, folder, int8=int8)
        said = exported(folder, words, weights)(encoded)
        real = reference.spans > -1e8
        assert torch.equal(real, said.spans > -1e8)
        assert float((said.spans - reference.spans)[real].abs().max()) < most
        assert float((said.judgements - reference.judgements).abs().max()) < most
    assert (tmp_path / "True/reader.onnx").stat().st_size < 0.4 * (tmp_path / "False/reader.onnx").stat().st_size


def test_readings_are_spans_of_their_passage_in_the_order_asked(
    finished: tuple[Path, State], weights: Weights, made: tuple[Material, Tokenizer]
) -> None:
    ask = asking(finished[1].model, word_rows(weights))
    pairs = [Pair("Combien ?", text) for text in ("Il a payé 3 euros à Lyon, dit-on.", "Non.", "", "Deux " * 200)]
    together = readings(ask, made[1], pairs, size=2)
    for pair, got in zip(pairs, together, strict=True):
        assert 0 <= got.span[0] <= got.span[1] <= len(pair.passage)
        alone = readings(ask, made[1], [pair])[0]
        assert alone.answers == pytest.approx(got.answers, abs=0.05)
    assert np.isfinite([got.answers for got in together]).all()
    assert quick_figures(ask, made[1], made[0], 6)["judging"]["first"] >= 0


def test_probabilities_are_fitted_on_pairs_of_both_kinds(
    finished: tuple[Path, State], weights: Weights, made: tuple[Material, Tokenizer]
) -> None:
    fitted = calibration(asking(finished[1].model, word_rows(weights)), made[1], made[0].piaf, 12)
    assert set(fitted["answers"]) == {"answers", "margin", "relevant", "intercept", "brier", "balanced_accuracy"}
    assert set(fitted["supported"]) == {"supported", "intercept", "brier", "balanced_accuracy"}
    assert all(0 <= fitted[name]["brier"] <= 0.6 and fitted[name]["balanced_accuracy"] >= 0.2 for name in fitted)


class Oracle:
    """Says of each pair what its labels say, as a perfect reader would."""

    def __call__(self, pairs: list[Labelled]) -> Read:
        batch = collate([[pair] for pair in pairs])
        spans = torch.zeros(*batch.ids.shape, 2)
        for row, pair in enumerate(pairs):
            spans[row, max(pair.start, 0), 0] = spans[row, max(pair.end, 0), 1] = 5.0
        return Read.of(spans, torch.nan_to_num(batch.labels) * 8 - 4, batch)


def test_a_perfect_reader_is_judged_perfect(made: tuple[Material, Tokenizer]) -> None:
    dev = made[0]
    figures = judging(Oracle(), made[1], dev.piaf, 12)
    assert figures == {"answers": 1.0, "margin": 1.0, "supported": 1.0, "first": 1.0}
    fitted = calibration(Oracle(), made[1], dev.piaf, 12)
    assert fitted["answers"]["balanced_accuracy"] == fitted["supported"]["balanced_accuracy"] == 1
    right = [pair for pairs in (group(dev, "labelled", 1, i) for i in range(40)) for pair in pairs if pair.span]
    said = readings(Oracle(), made[1], right)
    texts = [
        (pair.passage[slice(*got.span)], pair.passage[slice(*pair.span)])
        for pair, got in zip(right, said, strict=True)
        if pair.span
    ]
    assert all(got == wanted for got, wanted in texts)
    assert len(texts) > 20


def test_a_run_can_begin_with_the_weights_of_another_also_as_halves(
    finished: tuple[Path, State], weights: Weights, made: tuple[Material, Tokenizer], tmp_path: Path
) -> None:
    kept = torch.load(finished[0] / "reader.pt", weights_only=True)
    halves = {name: value.half() if value.is_floating_point() else value for name, value in kept["model"].items()}
    torch.save({**kept, "model": halves}, tmp_path / "half.pt")
    begun = train(Plan(cloze=0, labelled=0, layers=1), tmp_path / "run", weights, made, start=tmp_path / "half.pt")
    state = begun.model.state_dict()
    assert all(torch.equal(state[name], value.to(state[name].dtype)) for name, value in halves.items())
    assert not torch.equal(state["heads.span.weight"], Reader(weights, 1).state_dict()["heads.span.weight"])
