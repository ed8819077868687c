"""What a chat model wrote as it is shown: on the page of the report, and when two runs are compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evaluation.cli import main
from evaluation.finished import Generated, SystemFigures
from evaluation.report import render
from evaluation.report.tables import Cell, generated_table, verdict
from tests.evaluation.made_runs import ABSENT, FACT, answer, citation, figures, row, standard_rows, write_run
from tests.evaluation.test_report import IMAGE, Page, section

SUMS: dict[str, Any] = {
    "answers": {"written": 1, "refused": 0, "no_answer": 0, "unproved": 1, "unreachable": 0, "not_asked": 0},
    "sentences": {"written": 8, "kept": 4, "repaired": 1, "removed": 3},
    "reasons": {
        "figure not in the source": {"repaired": 1, "removed": 2},
        "not supported": {"repaired": 0, "removed": 1},
    },
}


def generative_run(path: Path, **changed: Any) -> Path:
    verdicts = [
        {"sentence": "Plus d'un million.", "fate": "kept", "reason": None, "written": None},
        {"sentence": "Ils ont fui.", "fate": "repaired", "reason": "not supported", "written": f"Ils ont ri. {IMAGE}"},
        {"sentence": f"Deux millions {IMAGE}.", "fate": "removed", "reason": "figure not in the source: 2"},
    ]
    given = answer("Plus d'un million.", 0.9, citation("Plus d'un million")) | {"verdicts": verdicts}
    scores = {"answered": 1.0, "correct": 1.0, "kept_sentences": 0.25, "shown_sentences": 0.5, "citation_recall": 1.0}
    rows = [row(FACT, given, scores), row(ABSENT, answer("Rien.", 0.1), {"refused": 1.0})]
    system = {"figures": figures(rows), "generated": SUMS | changed}
    return write_run(path, rows, systems={"kiosque": system})


def test_the_report_tells_what_became_of_each_sentence(tmp_path: Path) -> None:
    page = render([generative_run(tmp_path / "run.json")])
    text = Page(page).text
    assert "of 8 sentences of the model kept 4, repaired 1, removed 3" in text
    for told in (
        "What the chat model wrote",
        "written 8 kept 4 (50 %) repaired 1 (12 %) removed 3 (38 %)",
        "figure not in the source 1 repaired, 2 removed not supported 0 repaired, 1 removed",
        "answers in the model's words 1 extracted: nothing it wrote was proved 1",
        "shown_sentences the same, and those it repaired 50.0",
    ):
        assert told in text
    removed = Page(section(page, "run-1-removed")).text
    assert f"repaired Ils ont fui. why: not supported at first: Ils ont ri. {IMAGE}" in removed
    assert f"removed Deux millions {IMAGE}. why: figure not in the source: 2" in removed
    assert "img" not in {tag for tag, _ in Page(page).tags}
    assert "to another judge" not in text.partition("Failed questions")[2]  # a group that is empty is not named


def test_a_run_without_a_chat_model_has_none_of_it(tmp_path: Path) -> None:
    page = render([write_run(tmp_path / "run.json", standard_rows())])
    assert "chat model" not in Page(page).text
    assert "run-1-removed" not in page


def test_two_generative_runs_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = generative_run(tmp_path / "before.json")
    after = generative_run(tmp_path / "after.json", sentences={"written": 4, "kept": 4, "repaired": 0, "removed": 0})
    assert "written 8 4 kept 4 (50 %) 4 (100 %)" in Page(render([before, after])).text
    assert main(["compare", str(before), str(after)]) == 0
    out = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "kept_sentences 1 0.250 0.250 +0.000" in out
    assert "What the chat model wrote" in out
    assert "written 8 4 kept 4 (50 %) 4 (100 %)" in out
    plain = write_run(tmp_path / "plain.json")
    assert main(["compare", str(plain), str(plain)]) == 0
    assert "chat model" not in capsys.readouterr().out


def test_a_run_that_says_little_is_shown_as_far_as_it_goes() -> None:
    assert generated_table([("one", SystemFigures(figures={}))]) is None
    table = generated_table([("one", SystemFigures(figures={}, generated=Generated()))])
    assert table is not None
    assert [(row.name, row.cells) for row in table.groups[0].rows] == [
        ("written", (Cell("0"),)), ("kept", (Cell("0"),)), ("repaired", (Cell("0"),)), ("removed", (Cell("0"),)),
    ]  # fmt: skip
    assert verdict(SystemFigures(figures={}, generated=Generated())) == "nothing was measured"
