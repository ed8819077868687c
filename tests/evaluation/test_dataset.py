"""Data folders: read as they were written, and refused with the file, the line and the field."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from evaluation.dataset import DataError, Question, load
from retrieval.errors import KiosqueError

RIGHT: dict[str, Any] = {"id": "q1", "question": "Combien ?", "answerable": True, "answers": ["33"]}
REFUSED: dict[str, Any] = {"id": "q2", "question": "Qui ?", "answerable": False}


def folder_of(folder: Path, *lines: Any, ends: str = "\n", start: bytes = b"") -> Path:
    """Write a data folder; lines are texts as they are, or objects."""
    folder.mkdir(exist_ok=True)
    (folder / "articles.jsonl").write_text('{"id": "a", "text": "Un texte."}\n', "utf-8")
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    (folder / "questions.jsonl").write_bytes(start + "".join(text + ends for text in texts).encode())
    return folder


def error_of(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        load(folder)
    assert isinstance(caught.value, KiosqueError)
    message = str(caught.value)
    assert message.endswith(".")
    assert not message.endswith("..")
    assert "\n" not in message
    return message


def test_a_good_folder(tmp_path: Path) -> None:
    full = {
        "id": "q1",
        "question": "Combien de morts à Kyïv ?",
        "language": "fr",
        "answerable": True,
        "answers": ["33", "trente-trois"],
        "relevant": [
            {"article": "a", "start": 0, "end": 2, "copies": ["b", "c"]},
            {"article": "d", "quote": "33 morts"},
            {"article": "e"},
        ],
        "all_of": [["33"], ["Kyïv", "Kiev"]],
        "sides": [["33"], ["34"]],
        "wrong": ["133"],
        "among": ["a", "d"],
        "conversation": ["Où ?"],
        "kind": "figure",
    }
    folder = folder_of(tmp_path / "made", full, REFUSED)
    data = load(folder)
    assert (data.name, data.folder, data.articles) == ("made", folder, folder / "articles.jsonl")
    first, second = data.questions
    assert first.model_dump(exclude_defaults=True) == full
    assert (first.relevant[0].start, first.relevant[0].end, first.relevant[1].quote) == (0, 2, "33 morts")
    assert second == Question(id="q2", question="Qui ?", answerable=False)
    assert (second.language, second.kind, second.answers, second.among) == ("", "", [], [])
    with pytest.raises(ValidationError, match="frozen"):
        first.id = "other"


def test_the_fingerprint_is_of_the_questions(tmp_path: Path) -> None:
    first = load(folder_of(tmp_path / "one", RIGHT, REFUSED)).fingerprint
    assert re.fullmatch("[0-9a-f]{16}", first)
    assert load(folder_of(tmp_path / "two", RIGHT, REFUSED)).fingerprint == first
    assert load(folder_of(tmp_path / "two", REFUSED, RIGHT)).fingerprint != first
    assert load(folder_of(tmp_path / "two", RIGHT, REFUSED | {"kind": "x"})).fingerprint != first


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "marked"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\n\n \t\r\n"], ids=["lf", "crlf", "blank lines"])
def test_line_ends_blank_lines_and_a_byte_order_mark(tmp_path: Path, start: bytes, ends: str) -> None:
    data = load(folder_of(tmp_path, RIGHT, REFUSED, ends=ends, start=start))
    assert [question.id for question in data.questions] == ["q1", "q2"]


def test_a_last_line_without_an_end_counts(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, RIGHT)
    with (folder / "questions.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(REFUSED))
    assert len(load(folder).questions) == 2


def test_line_separators_of_unicode_end_no_line(tmp_path: Path) -> None:
    odd = RIGHT | {"question": "Combien\u2028de\u0085morts\x0b?"}
    assert load(folder_of(tmp_path, odd)).questions[0].question == odd["question"]


TEXT = st.text(min_size=1, max_size=12).filter(str.strip)
GROUPS = st.lists(st.lists(TEXT, min_size=1, max_size=3), max_size=3)


@st.composite
def relevants(draw: st.DrawFn) -> dict[str, Any]:
    row: dict[str, Any] = {"article": draw(TEXT)}
    match draw(st.sampled_from(["whole", "span", "quote"])):
        case "span":
            row["start"] = draw(st.integers(0, 10**6))
            row["end"] = draw(st.integers(row["start"] + 1, 2 * 10**6))
        case "quote":
            row["quote"] = draw(TEXT)
    return row | draw(st.fixed_dictionaries({}, optional={"copies": st.lists(TEXT, max_size=2)}))


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the fields of a question that obeys the format."""
    texts = st.lists(TEXT, max_size=3)
    row = draw(
        st.fixed_dictionaries(
            {"id": TEXT, "question": TEXT, "answerable": st.booleans()},
            optional={
                "language": st.sampled_from(["", "fr", "uk"]),
                "kind": st.text(max_size=5),
                "wrong": texts,
                "among": texts,
                "conversation": texts,
            },
        )
    )
    if row["answerable"]:
        row |= draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "answers": texts,
                    "relevant": st.lists(relevants(), max_size=2),
                    "all_of": GROUPS,
                    "sides": GROUPS.filter(lambda groups: len(groups) != 1),
                },
            ).filter(lambda fields: any(fields.values()))
        )
    return row


@given(rows=st.lists(questions(), min_size=1, max_size=4, unique_by=lambda row: row["id"]), escaped=st.booleans())
def test_a_valid_question_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], escaped: bool
) -> None:
    folder = folder_of(tmp_path_factory.mktemp("set"), *(json.dumps(row, ensure_ascii=escaped) for row in rows))
    read = load(folder).questions
    assert len(read) == len(rows)
    for question, row in zip(read, rows, strict=True):
        assert question.model_dump(exclude_unset=True) == row
        assert Question(**question.model_dump()) == question


SPAN = {"article": "a", "start": 3, "end": 5}


def _relevant(**changes: Any) -> dict[str, Any]:
    fields = {name: value for name, value in (SPAN | changes).items() if value is not None}
    return {name: value for name, value in RIGHT.items() if name != "answers"} | {"relevant": [fields]}


BROKEN: list[tuple[str, Any, str]] = [
    ("no JSON", "a question", r"Invalid JSON: expected value at column 1"),
    ("cut off", '{"id": "q1"', r"Invalid JSON: EOF while parsing an object at column 11"),
    ("two objects", '{"id": "a"} {"id": "b"}', r"Invalid JSON: trailing characters at column 13"),
    ("NaN", RIGHT | {"answerable": float("nan")}, r'"answerable": .*boolean'),
    ("half a pair of surrogates", '{"id": "\\ud800"}', r"Invalid JSON.*hex escape.* at column"),
    ("a list", "[1]", r"object"),
    ("no id", {"question": "?", "answerable": False}, r'"id": Field required'),
    ("no question", {"id": "q", "answerable": False}, r'"question": Field required'),
    ("no answerable", {"id": "q", "question": "?"}, r'"answerable": Field required'),
    ("unknown field", RIGHT | {"answer": "33"}, r'"answer": Extra inputs are not permitted'),
    ("unknown field of relevant", _relevant(stat=3), r'"relevant\.0\.stat": Extra inputs'),
    ("a number as id", RIGHT | {"id": 1}, r'"id": .*string'),
    ("a text as answerable", RIGHT | {"answerable": "true"}, r'"answerable": .*boolean'),
    ("a number as answerable", RIGHT | {"answerable": 1}, r'"answerable": .*boolean'),
    ("one answer", RIGHT | {"answers": "33"}, r'"answers": .*array'),
    ("a number as answer", RIGHT | {"answers": ["33", 33]}, r'"answers\.1": .*string'),
    ("nothing for answers", RIGHT | {"answers": None}, r'"answers": .*array'),
    ("a text as start", _relevant(start="3"), r'"relevant\.0\.start": .*integer'),
    ("half a character", _relevant(start=3.5), r'"relevant\.0\.start": .*integer'),
    ("a negative start", _relevant(start=-1), r'"relevant\.0\.start": .*greater than or equal to 0'),
    ("end before start", _relevant(end=2), r'"relevant\.0": "end" must be greater than "start"'),
    ("an empty span", _relevant(end=3), r'"relevant\.0": "end" must be greater than "start"'),
    ("start without end", _relevant(end=None), r'"relevant\.0": "start" and "end" go together'),
    ("end without start", _relevant(start=None), r'"relevant\.0": "start" and "end" go together'),
    ("quote and span", _relevant(quote="un"), r'"relevant\.0": give either "quote" or "start" and "end"'),
    ("no article", _relevant(article=None), r'"relevant\.0\.article": Field required'),
    ("an empty quote", _relevant(quote="", start=None, end=None), r'"relevant\.0\.quote": '),
    ("an empty id", RIGHT | {"id": ""}, r'"id": .*at least 1 character'),
    ("a blank question", RIGHT | {"question": " \u00a0\n"}, r'"question": .*pattern'),
    ("a blank answer", RIGHT | {"answers": [" "]}, r'"answers\.0": .*pattern'),
    ("groups that are none", RIGHT | {"all_of": ["33"]}, r'"all_of\.0": .*array'),
    ("an empty group", RIGHT | {"all_of": [["33"], []]}, r'"all_of\.1": .*at least 1 item'),
    ("an empty side", RIGHT | {"sides": [[], ["34"]]}, r'"sides\.0": .*at least 1 item'),
    ("one side only", RIGHT | {"sides": [["33", "34"]]}, r'"sides" needs two groups or more'),
    ("nothing to be right by", {**RIGHT, "answers": []}, r'an answerable question needs "answers", "relevant"'),
    ("an answer to nothing", REFUSED | {"answers": ["33"]}, r"an unanswerable question has no"),
    ("an article of nothing", REFUSED | {"relevant": [{"article": "a"}]}, r"an unanswerable question has no"),
    ("groups of nothing", REFUSED | {"all_of": [["33"]]}, r"an unanswerable question has no"),
    ("sides of nothing", REFUSED | {"sides": [["33"], ["34"]]}, r"an unanswerable question has no"),
    ("the same id", RIGHT, r"the id 'q1' stands in line 1 already"),
]


@pytest.mark.parametrize(("line", "reason"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_an_error_names_file_line_and_field(tmp_path: Path, line: Any, reason: str) -> None:
    folder = folder_of(tmp_path, RIGHT, "", line, "and so on")
    message = error_of(folder)
    assert message.startswith(f"{folder / 'questions.jsonl'}, line 3: ")
    assert re.search(reason, message), message
    assert "line 1 column" not in message


def test_bytes_that_are_no_utf_8(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, RIGHT)
    (folder / "questions.jsonl").write_bytes(json.dumps(RIGHT).encode() + b'\n{"id": "\xff"}\n')
    assert re.search(r"questions\.jsonl, line 2: Invalid JSON: invalid unicode", error_of(folder))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert error_of(tmp_path / "none").startswith(f"{tmp_path / 'none'} is no data folder; make one with")
    (tmp_path / "file").write_text("")
    assert "is no data folder" in error_of(tmp_path / "file")


def test_no_questions_file(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, RIGHT)
    (folder / "questions.jsonl").unlink()
    assert error_of(folder) == (
        f"{folder / 'questions.jsonl'} cannot be read: No such file or directory; "
        "a data folder needs a questions.jsonl."
    )


@pytest.mark.parametrize("lines", [(), ("", " ")])
def test_no_question(tmp_path: Path, lines: tuple[str, ...]) -> None:
    folder = folder_of(tmp_path, *lines)
    assert error_of(folder) == f"{folder / 'questions.jsonl'} holds no question."


def test_no_articles(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, RIGHT)
    (folder / "articles.jsonl").unlink()
    assert error_of(folder) == (
        f"{folder / 'articles.jsonl'} does not exist; the data folder {folder} needs its articles there."
    )


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_set_json_names_the_set_and_its_articles(tmp_path: Path, mark: str) -> None:
    folder = folder_of(tmp_path / "dev", RIGHT)
    (tmp_path / "shared").mkdir()
    (folder / "set.json").write_text(mark + '{"name": "piaf-dev", "articles": "../shared"}', "utf-8")
    data = load(folder)
    assert (data.name, data.articles) == ("piaf-dev", tmp_path / "shared")


def test_set_json_may_leave_out_either(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "dev", RIGHT)
    for described in ({}, {"name": ""}, {"articles": ""}, {"note": "no field of ours"}):
        (folder / "set.json").write_text(json.dumps(described), "utf-8")
        data = load(folder)
        assert (data.name, data.articles) == ("dev", folder / "articles.jsonl")
    (folder / "set.json").write_text('{"articles": "gone.jsonl"}', "utf-8")
    assert f"{folder / 'gone.jsonl'} does not exist" in error_of(folder)


@pytest.mark.parametrize(
    ("described", "reason"),
    [
        (b"{", r"cannot be read as JSON: .+\.$"),
        (b"\xff", r"cannot be read as JSON: .+\.$"),
        (b"[]", r"must be a JSON object"),
        (b'{"name": 1}', r"must be a JSON object"),
        (b'{"articles": ["a"]}', r"must be a JSON object"),
    ],
)
def test_a_broken_set_json(tmp_path: Path, described: bytes, reason: str) -> None:
    folder = folder_of(tmp_path, RIGHT)
    (folder / "set.json").write_bytes(described)
    message = error_of(folder)
    assert message.startswith(f"{folder / 'set.json'} ")
    assert re.search(reason, message)
