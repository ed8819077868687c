"""Data folders made of published sets: honest unanswerable questions, parts that share no article, the same every time."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from answering.settings import ROOT
from evaluation import published
from evaluation.dataset import Question, load
from evaluation.prepare import prepare
from evaluation.published import is_development, part
from evaluation.squad import shows
from retrieval.errors import KiosqueError

TITLES, PASSAGES, QUESTIONS = 16, 5, 4


def _context(title: int, number: int) -> tuple[str, list[dict[str, Any]]]:
    """Return a passage on one of several towns with a figure for each of its questions, found nowhere else."""
    text, qas = f"La ville numéro {title} a un quartier {number}.", []
    for q in range(QUESTIONS):
        answer = f"{1000 + title * 100 + number * 10 + q} habitants"
        start = len(text) + len(f" Rue {q}, quartier {number}, il y a ")
        text += f" Rue {q}, quartier {number}, il y a {answer}."
        asked = f"Combien d'habitants rue {q} du quartier {number} de la ville {title} ?"
        qas.append({"id": f"{title}-{number}-{q}", "question": asked, "answers": [{"text": answer, "start": start}]})
    return text, qas


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small PIAF, OrangeSum and XQuAD of our own."""
    import zstandard

    folder = tmp_path / "data"
    rows = []
    for title in range(TITLES):
        for number in range(PASSAGES):
            context, qas = _context(title, number)
            rows.append({"title": f"Ville {title}", "context": context, "qas": qas})
    (folder / "piaf").mkdir(parents=True)
    (folder / "piaf" / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    (folder / "xquad").mkdir()
    for language in ("de", "ro"):
        theirs = [
            {**row, "qas": [{**qa, "question": f"{language} {qa['question']}"} for qa in row["qas"]]} for row in rows
        ]
        with zstandard.open(folder / "xquad" / f"{language}.jsonl.zst", "wt", encoding="utf-8") as file:
            file.write("\n".join(map(json.dumps, theirs)))
    stories = [{"id": str(i), "title": f"T{i}", "text": f"Texte numéro {i}.", "date": "2015-01-02"} for i in range(80)]
    (folder / "orangesum").mkdir()
    with zstandard.open(folder / "orangesum" / "articles.jsonl.zst", "wt", encoding="utf-8") as file:
        file.write("\n".join(map(json.dumps, stories)))
    queries = [{"id": str(i), "query": f"Le  texte {i}"} for i in range(60)]
    (folder / "orangesum" / "heading_queries.jsonl").write_text("\n".join(map(json.dumps, queries)), "utf-8")
    groups = [["0", "70"], ["1", "2", "71"]]
    (folder / "orangesum" / "duplicate_groups.jsonl").write_text("\n".join(map(json.dumps, groups)), "utf-8")
    monkeypatch.setattr(published, "DATA", folder)
    return folder


def articles_of(folder: Path) -> dict[str, dict[str, Any]]:
    lines = (folder / "articles.jsonl").read_text("utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def parts_of(folder: Path) -> dict[str, tuple[Question, ...]]:
    return {lot: load(folder / lot).questions for lot in ("dev", "test")}


def check_passages(folder: Path) -> dict[str, int]:
    """Check every question of a set of passages, and return how many there are of each kind."""
    articles = articles_of(folder)
    kinds: dict[str, int] = {}
    titles: dict[str, set[str]] = {"dev": set(), "test": set()}
    for lot, questions in parts_of(folder).items():
        for question in questions:
            kinds[question.kind] = kinds.get(question.kind, 0) + 1
            assert question.answerable == (question.kind in ("plain", "one_passage"))
            titles[lot] |= {articles[relevant.article]["title"] for relevant in question.relevant}
            for relevant in question.relevant:
                assert articles[relevant.article]["text"][relevant.start : relevant.end] in question.answers
            if question.kind == "one_passage":
                assert question.among == [question.relevant[0].article]
            if question.kind == "near_miss":
                titles[lot] |= {articles[question.among[0]]["title"]}
    assert {lot: {part(title) for title in of} for lot, of in titles.items()} == {"dev": {"dev"}, "test": {"test"}}
    return kinds


def asked_passages(title: int) -> int:
    """Return how many passages of a town are asked about: none of those that the reader learns from."""
    return 0 if part(f"Ville {title}") == "train" else PASSAGES


KINDS = {"plain", "one_passage", "near_miss", "withheld"}


def test_piaf_becomes_questions_of_four_kinds(data: Path, tmp_path: Path) -> None:
    prepared = prepare("piaf", tmp_path / "out")
    kinds = check_passages(prepared.folder)
    assert set(kinds) == KINDS
    passages = sum(map(asked_passages, range(TITLES)))
    assert 0 < passages < TITLES * PASSAGES
    assert sum(kinds.values()) == sum(prepared.parts.values()) == passages * QUESTIONS
    held = [article["title"] for article in articles_of(prepared.folder).values()]
    assert prepared.articles == len(held)
    assert sum(part(title) != "train" for title in held) == passages - kinds["withheld"] // QUESTIONS
    texts = " ".join(article["text"] for article in articles_of(prepared.folder).values())
    for question in (q for questions in parts_of(prepared.folder).values() for q in questions):
        title, number, q = map(int, question.id.split("-"))
        answer = f"{1000 + title * 100 + number * 10 + q} habitants"
        if question.kind == "withheld":
            assert not shows(texts, answer)
        if question.kind == "near_miss":
            passage = articles_of(prepared.folder)[question.among[0]]
            assert passage["title"] == f"Ville {title}"
            assert not shows(passage["text"], answer)
            # The nearest other passage shares the street; its quarter is another one.
            assert f"Rue {q}," in passage["text"]


def test_the_test_part_is_what_is_not_for_development_and_nothing_learned_from_is_asked(data: Path) -> None:
    names = [f"Ville {i}" for i in range(2_000)]
    parts = [part(name) for name in names]
    assert [of == "test" for of in parts] == [not is_development(name) for name in names]
    assert 0.75 < parts.count("train") / (parts.count("train") + parts.count("dev")) < 0.85


def test_the_whole_of_piaf_is_asked_of_all_its_passages(data: Path, tmp_path: Path) -> None:
    prepared = prepare("piaf-whole", tmp_path / "out")
    assert prepared.articles == len(articles_of(prepared.folder)) == TITLES * PASSAGES
    kinds = check_passages(prepared.folder)
    assert kinds == {"plain": sum(map(asked_passages, range(TITLES))) * QUESTIONS}
    assert {json.loads((prepared.folder / lot / "set.json").read_text("utf-8"))["name"] for lot in ("dev", "test")} == {
        "piaf-whole-dev",
        "piaf-whole-test",
    }


def test_preparing_twice_writes_the_same(data: Path, tmp_path: Path) -> None:
    one, two = (prepare("piaf", tmp_path / name).folder for name in ("one", "two"))
    for name in ("articles.jsonl", "dev/questions.jsonl", "test/questions.jsonl", "dev/set.json"):
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_an_answer_that_another_passage_gives_is_no_unanswerable_question(data: Path, tmp_path: Path) -> None:
    folder = prepare("piaf", tmp_path / "before").folder
    withheld = next(q for qs in parts_of(folder).values() for q in qs if q.kind == "withheld")
    title, number, q = map(int, withheld.id.split("-"))
    rows = [json.loads(line) for line in (data / "piaf" / "questions.jsonl").read_text("utf-8").splitlines()]
    answer = f"{1000 + title * 100 + number * 10 + q} habitants"
    kept = articles_of(folder)
    other = next(i for i, row in enumerate(rows) if row["title"] == f"Ville {title}" and f"piaf-{i}" in kept)
    rows[other]["context"] += f" On y compte {answer}."
    (data / "piaf" / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    after = prepare("piaf", tmp_path / "after").folder
    assert withheld.id not in {q.id for questions in parts_of(after).values() for q in questions}


def test_xquad_asks_in_one_language_about_passages_in_another(data: Path, tmp_path: Path) -> None:
    prepared = prepare("xquad-de-ro", tmp_path / "out")
    assert check_passages(prepared.folder)["plain"] > 0
    assert {article["language"] for article in articles_of(prepared.folder).values()} == {"ro"}
    for questions in parts_of(prepared.folder).values():
        assert {(q.language, q.question[:3]) for q in questions} == {("de", "de ")}


def test_orangesum_wants_the_story_or_a_copy_of_it(data: Path, tmp_path: Path) -> None:
    prepared = prepare("orangesum", tmp_path / "out")
    articles, parts = articles_of(prepared.folder), parts_of(prepared.folder)
    questions = {q.id: q for lot in parts.values() for q in lot}
    stories = {"0": "0", "1": "1", "2": "1"}  # by the least id of the copies
    expected = {str(i): part(stories.get(str(i), str(i))) for i in range(60)}
    assert {q.id: lot for lot, of in parts.items() for q in of} == {i: p for i, p in expected.items() if p != "train"}
    assert len(questions) == sum(prepared.parts.values())
    assert all(question.question == f"Le texte {number}" for number, question in questions.items())
    for number, question in questions.items():
        copies = {"0": {"70"}, "1": {"2", "71"}, "2": {"1", "71"}}.get(number, set())
        if question.answerable:
            (relevant,) = question.relevant
            assert (relevant.article, set(relevant.copies)) == (number, copies)
            assert number in articles
        else:
            assert {number, *copies} & articles.keys() == set()
    assert 0 < sum(not q.answerable for q in questions.values()) < 30
    assert ("1" in {q.id for q in parts["dev"]}) == ("2" in {q.id for q in parts["dev"]})  # one story, one part


@pytest.mark.parametrize("name", ["squad", "xquad-de", "xquad-deu-fra", "../piaf", ""])
def test_an_unknown_set_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(KiosqueError, match=r"There is no set .*; name one of piaf, piaf-whole, orangesum"):
        prepare(name, tmp_path)


def test_missing_data_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "DATA", tmp_path / "nowhere")
    for name in ("piaf", "orangesum", "xquad-de-ro"):
        with pytest.raises(KiosqueError, match=r"nowhere/.* cannot be read: .*; set KIOSQUE_DATA"):
            prepare(name, tmp_path / "out")


def test_the_published_piaf_is_prepared_whole(tmp_path: Path) -> None:
    folder = Path(os.environ.get("KIOSQUE_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "piaf").is_dir():
        pytest.skip(f"PIAF is not in {folder}; KIOSQUE_DATA names the data folder")
    kinds = check_passages(prepare("piaf", tmp_path).folder)
    assert set(kinds) == KINDS
    assert sum(kinds.values()) > 3500
    assert min(kinds.values()) > 350
