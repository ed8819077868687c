"""The report: its numbers, its failed questions, and the page as a browser sees it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.finished import Figure, SystemFigures, Times
from evaluation.report import failures as report_failures
from evaluation.report import plots, render, write_report
from evaluation.report.failures import highlighted
from evaluation.report.tables import Cell, Table, breakdown, main_table, percent, verdict, whole_percent
from retrieval.errors import KiosqueError
from tests.evaluation.made_runs import ABSENT, FACT, LIST, answer, citation, row, standard_rows, write_run

IMAGE = "<img src=x onerror=document.title='hacked'>"
HOSTILE = [
    IMAGE,
    "<script>document.title='hacked'</script>",
    "</script><script>document.title='hacked'</script>",
    "</style><style>body{display:none}",
    "</title><h1 id=hacked>",
    "--><!--",
    "]]>",
    '"><a href="javascript:document.title=1">',
    "' autofocus onfocus=document.title='hacked' x='",
    "{{ 7 * 7 }} {% include 'x' %}",
    "&lt;b&gt; &amp;",
    "\u202egnirts\u202c \u2066\u200f",
    "$x^2$ \\frac{1}{2} $",
    "\x00\x1b[31m",
    "w" * 3000,
]


class Page(HTMLParser):
    """The tags of a page and its text, without style and script; what is no part of a line is set apart by a space."""

    INLINE = frozenset({"a", "b", "bdi", "code", "mark", "q", "strong"})

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.parts: list[str] = []
        self._raw = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._raw = tag in {"style", "script"}
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._raw = False
        self._break(tag)

    def _break(self, tag: str) -> None:
        if tag not in self.INLINE:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._raw:
            self.parts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.parts).split())


def figure(value: float, n: int = 10, low: float = 0.0, high: float = 1.0) -> Figure:
    return Figure(value=value, low=low, high=high, n=n)


def system(**figures: Figure) -> SystemFigures:
    return SystemFigures(figures={name.replace("_at_", "@"): value for name, value in figures.items()})


def cells(table: Table, name: str, group: str = "") -> tuple[Cell, ...]:
    rows = [row for part in table.groups if group in part.title for row in part.rows if row.name == name]
    assert rows, f"no row {name} in {group or 'the table'}"
    return rows[0].cells


def section(page: str, anchor: str) -> str:
    """Return the HTML of the failure group with this anchor."""
    start = page.index(f'aria-labelledby="{anchor}"')
    return page[start : page.index("</section>", start)]


# The numbers of the plots


def test_trade_off_of_four_questions() -> None:
    confidences, answerable = [0.9, 0.6, 0.4, 0.1], [True, False, True, False]
    # Refused in this order: .1 (unanswerable), .4 (answerable), .6 (unanswerable), .9 (answerable).
    assert plots.trade_off(confidences, answerable) == [(0, 1), (0.5, 1), (0.5, 0.5), (1, 0.5), (1, 0)]


def test_trade_off_moves_questions_of_one_confidence_together() -> None:
    assert plots.trade_off([0.5, 0.5, 0.5], [True, False, True]) == [(0, 1), (1, 0)]
    assert plots.trade_off([0.5, 0.2, 0.2, 0.2], [True, True, False, False]) == [(0, 1), (1, 0.5), (1, 0)]


@pytest.mark.parametrize("answerable", [[], [True, True], [False]])
def test_trade_off_needs_both_kinds_of_question(answerable: list[bool]) -> None:
    assert plots.trade_off([0.5] * len(answerable), answerable) == []


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.booleans()), min_size=2, max_size=12))
def test_trade_off_is_what_each_threshold_gives(rows: list[tuple[float, bool]]) -> None:
    inside, outside = ([c for c, right in rows if right is sort] for sort in (True, False))
    expected = [
        (sum(c < t for c in outside) / len(outside), sum(c >= t for c in inside) / len(inside))
        for t in [*sorted({c for c, _ in rows}), 2.0]
        if inside and outside
    ]
    found = plots.trade_off([c for c, _ in rows], [right for _, right in rows])
    assert [pytest.approx(point) for point in expected] == found


def test_reliability_bins() -> None:
    bins = plots.reliability([0.0, 0.05, 0.1, 0.95, 1.0], [False, True, True, True, True], [0, 1, 0, 1, 0.5])
    assert [(bin.count, bin.answerable, bin.correct) for bin in bins] == [(2, 0.5, 0.5), (1, 1, 0), (2, 1, 0.75)]
    assert [bin.confidence for bin in bins] == pytest.approx([0.025, 0.1, 0.975])
    assert plots.reliability([], [], []) == []


def test_a_plot_is_a_titled_image_with_ids_of_its_own() -> None:
    curves = [plots.Curve("ours <b>", ((1, 0.5), (5, 0.75)), intervals=((0.4, 0.6), (0.7, 0.8)))]
    one, other = plots.plot_recall(curves, "a"), plots.plot_recall(curves, "b")
    assert plots.plot_recall(curves, "a") == one
    root = ElementTree.fromstring(one)
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title-a")
    assert "ours <b>" in "".join(root.itertext())
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (one, other)]
    assert ids[0]
    assert not ids[0] & ids[1]
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', one))
    assert used <= ids[0]
    assert not re.search(r"<dc:date>|<metadata|https?://(?!www\.w3\.org)", one)


@pytest.mark.parametrize("name", [*HOSTILE, "_hidden", "", "日本", "font-family: 'DejaVu", '" id="x'])
def test_a_system_of_any_name_can_be_drawn(name: str) -> None:
    svg = plots.plot_trade_off([plots.Curve(name, ((0, 1), (1, 0)), (0.25, 0.75))], "key")
    text = "".join(ElementTree.fromstring(svg).itertext())
    assert "answers 75 %, refuses 25 %" in text
    assert not re.search(r"<(?:img|script|a|h1)\b", svg)


@pytest.mark.parametrize("totals", [[5.0], [7.0, 7.0], [0.0, 3.0], [1.0, 900.0], [20.0, 30.0]])
def test_latency_of_any_spread_can_be_drawn(totals: list[float]) -> None:
    svg = plots.plot_latency(totals, 12.34, 1234.5, "key")
    assert "p50: 12.3 ms" in svg
    assert "p95: 1234 ms" in svg


# The tables


def test_shares_are_never_rounded_to_all_or_nothing() -> None:
    assert [percent(x) for x in (0, 0.0001, 0.8149, 0.99996, 1)] == ["0.0", "0.1", "81.5", "99.9", "100.0"]
    assert [whole_percent(x) for x in (0, 0.001, 0.866, 0.999, 1)] == [f"{n}\u00a0%" for n in (0, 1, 87, 99, 100)]


def test_the_verdict_is_made_from_the_figures() -> None:
    answers = system(answered=figure(0.871, 70), refused=figure(0.917, 48), correct=figure(0.81, 70))
    assert verdict(answers).replace("\u00a0", " ") == (
        "answered 87 % of 70 answerable questions, refused 92 % of 48 unanswerable ones, correct 81 %"
    )
    balanced = system(answered=figure(0.5), refused=figure(1.0), balanced_accuracy=figure(0.75))
    assert verdict(balanced).replace("\u00a0", " ").endswith("unanswerable ones, balanced 75 %")
    assert "no unanswerable question was asked" in verdict(system(answered=figure(1)))
    retrieval = system(recall_at_1=figure(0.5), recall_at_5=figure(0.75))
    assert verdict(retrieval).replace("\u00a0", " ") == "right passage first 50 %, right passage among the first 5 75 %"


def test_the_main_table_marks_the_best_and_what_must_be_one() -> None:
    ours = system(correct=figure(0.8, low=0.7, high=0.9), coverage=figure(0.9), verbatim=figure(0.9999))
    other = system(correct=figure(0.6), verbatim=figure(1.0), brand_new=figure(0.5))
    table = main_table([("ours", ours), ("other", other)])
    first, second = cells(table, "correct", "Answers")
    assert (first.text, first.interval, first.title, first.best) == ("80.0", "70.0–90.0", "n = 10", True)
    assert (second.text, second.best) == ("60.0", False)
    assert [cell.alarm for cell in cells(table, "verbatim")] == [True, False]
    assert [row.name for group in table.groups if group.title == "Citations" for row in group.rows] == [
        "verbatim",
        "correct",
        "coverage",
    ]
    assert [cell.text for cell in cells(table, "brand_new", "Other")] == ["–", "50.0"]


def test_answered_and_refused_stand_together() -> None:
    table = main_table([("ours", system(answered=figure(1)))])
    assert [row.name for group in table.groups for row in group.rows] == ["answered", "refused"]
    assert cells(table, "refused")[0].text == "–"


def test_no_value_is_best_where_all_are_equal() -> None:
    table = main_table([("a", system(f1=figure(0.5))), ("b", system(f1=figure(0.5)))])
    assert not any(cell.best for cell in cells(table, "f1"))


def test_lower_is_better_for_latency_and_memory_only() -> None:
    slow = system(f1=figure(0.25)).model_copy(
        update={"latency_ms": {"total": Times(p50=1500, p95=3000)}, "peak_memory_mb": 512.34, "words": 20}
    )
    fast = system(f1=figure(0.5)).model_copy(update={"latency_ms": {"total": Times(p50=99.94, p95=99)}, "words": 10})
    table = main_table([("slow", slow), ("fast", fast)], deltas=True)
    assert [(cell.text, cell.best) for cell in cells(table, "total p50")] == [("1\u202f500", False), ("99.9", True)]
    assert cells(table, "total p50")[1].trend == "better"
    assert [cell.text for cell in cells(table, "peak memory")] == ["512", "–"]
    assert (cells(table, "f1")[1].delta, cells(table, "f1")[1].trend) == ("+25.0", "better")
    assert (cells(table, "words")[1].delta, cells(table, "words")[1].trend, cells(table, "words")[1].best) == (
        "−10.0",
        "",
        False,
    )
    assert cells(main_table([("fast", fast), ("slow", slow)], deltas=True), "f1")[1] == replace(
        cells(table, "f1")[0], delta="−25.0", trend="worse"
    )


def test_a_breakdown_counts_the_questions() -> None:
    table = breakdown(
        {"fact": {"answered": figure(0.5, 4), "correct": figure(0.25, 4)}, "": {"mrr@10": figure(1, 3)}}, "Kind"
    )
    assert table.columns == (
        "n", "correct", "short_f1", "answered", "refused", "balanced_accuracy", "recall@1", "mrr@10",
    )  # fmt: skip
    assert [cell.text for cell in cells(table, "fact")] == ["4", "25.0", "–", "50.0", "–", "–", "–", "–"]
    assert [cell.text for cell in cells(table, "not given")] == ["3", "–", "–", "–", "–", "–", "–", "100.0"]


# The failed questions


def test_wanted_and_wrong_texts_are_marked_where_they_stand() -> None:
    parts = highlighted("Plus  d’un Million, selon l'ONU ; pas 33.000 mais 33.", ["d'un million", "33"], ["l’onu"])
    assert [(part.text, part.mark) for part in parts] == [
        ("Plus  ", ""),
        ("d’un Million", "wanted"),
        (", selon ", ""),
        ("l'ONU", "wrong"),
        (" ; pas 33.000 mais ", ""),
        ("33", "wanted"),
        (".", ""),
    ]


@pytest.mark.parametrize(
    ("text", "needle", "marked"),
    [
        ("re\u0301fugie\u0301s ici", "réfugiés", "re\u0301fugie\u0301s"),  # decomposed
        ("die Straße", "STRASSE", "Straße"),
        ("un\n\n million", "un million", "un\n\n million"),
        ("l'eﬃcacité", "efficacité", "eﬃcacité"),  # a ligature
        ("北京是首都", "首都", "首都"),
        ("Мариуполь", "мариуполь", "Мариуполь"),
        ("<b>gras</b>", "<b>", "<b>"),
    ],
)
def test_a_wanted_text_is_marked_as_it_is_written(text: str, needle: str, marked: str) -> None:
    assert [part.text for part in highlighted(text, [needle]) if part.mark] == [marked]


@given(st.text(), st.lists(st.text(max_size=4), max_size=3), st.lists(st.text(max_size=4), max_size=3))
def test_marking_loses_nothing(text: str, wanted: list[str], wrong: list[str]) -> None:
    parts = highlighted(text, wanted, wrong)
    assert "".join(part.text for part in parts) == text
    assert all(part.text for part in parts)


def test_each_failed_question_stands_under_its_heading(tmp_path: Path) -> None:
    error = row(
        dict(FACT, id="q5", question="Pourquoi ?"), None, {"answered": 0.0, "correct": 0.0}, error="ValueError: no"
    )
    page = render([write_run(tmp_path / "run.json", [*standard_rows(), error])])
    asked = {
        "refused": ["Qui est Podoliak ?"],
        "incorrect": ["Where did they meet?"],
        "unanswerable": ["Combien de soldats ukrainiens ?"],
        "retrieval": ["Qui est Podoliak ?"],
        "error": ["Pourquoi ?"],
    }
    for key, questions in asked.items():
        html = section(page, f"run-1-{key}")
        assert re.findall(r'<span class="asked"[^>]*>(.*?)</span>', html) == questions, key
        assert f'<span class="count">{len(questions)}</span>' in html
        assert f'id="run-1-{key}-1"' in html
        assert re.search(rf'href="#run-1-{key}">[^<]*<b>{len(questions)}</b>', page), key
    assert "Combien de réfugiés ?" not in page
    assert "ValueError: no" in section(page, "run-1-error")


def test_a_failed_question_shows_what_was_wanted_and_what_was_given(tmp_path: Path) -> None:
    html = section(render([write_run(tmp_path / "run.json")]), "run-1-incorrect")
    text = Page(html).text
    for expected in (
        "Asked before Who met?",
        "all of Bélarus or Belarus shown",
        "all of Pologne not shown",
        "from 000_a entre la Pologne et le Bélarus",
        "Must not appear Turquie",
        "[1] 000_a 10–35",
        "000_a 0–640 score 2.125 right article",
        "correct 0.00",
        "confidence 0.600",
        "follow_up",
    ):
        assert expected in text
    assert '<mark class="wanted">Bélarus</mark>, ou en <mark class="wrong">Turquie</mark>' in html


def test_only_the_first_failures_of_a_group_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_failures, "SHOWN", 2)
    rows = [
        row(dict(ABSENT, id=f"u{i}", question=f"Question {i} ?"), answer("Oui.", 0.5), {"refused": 0.0})
        for i in range(5)
    ]
    page = render([write_run(tmp_path / "run.json", rows)])
    html = section(page, "run-1-unanswerable")
    assert re.findall(r"Question \d", html) == ["Question 0", "Question 1"]
    assert '<span class="count">5</span>' in html
    assert "The first 2 are shown; 3 more" in html


# The page


def test_the_head_says_what_was_run(tmp_path: Path) -> None:
    baseline = {"figures": {"correct": {"value": 0.25, "low": 0.0, "high": 0.5, "n": 3}}}
    write_report([write_run(tmp_path / "run.json", systems={"bm25": baseline})], tmp_path / "page.html")
    page = Page((tmp_path / "page.html").read_text("utf-8"))
    for expected in (
        "kiosque: answered 67 % of 3 answerable questions, refused 0 % of 1 unanswerable ones, correct 33 %.",
        "4 (3 answerable, 1 unanswerable)",
        "2026-11-22T07:10:00+00:00",
        "bundled, extractive",
        "Threshold 0.091",
        "5 articles, 23 passages",
        "2 cores, x86_64, Python 3.11.2",
        "kiosque: answers 67 %, refuses 0 %",
        "p95: 140 ms",
    ):
        assert expected in page.text
    headings = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(headings))
    assert all(attributes.get("scope") for tag, attributes in page.tags if tag == "th")
    assert sum(tag == "svg" for tag, _ in page.tags) == 4
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] or "" for tag, attributes in page.tags if tag == "a"]
    assert {link.removeprefix("#") for link in links} <= set(ids)
    assert {"#run-1-system-1", "#run-1-system-2"} <= set(links)


def test_a_run_of_retrieval_alone_says_why_plots_are_left_out(tmp_path: Path) -> None:
    rows = [row(FACT, None, {"recall@1": 1.0, "recall@5": 1.0}, stages_ms={"search": 3.0})]
    page = Page(render([write_run(tmp_path / "run.json", rows)]))
    assert page.text.count("Left out: ") == 3
    assert sum(tag == "svg" for tag, _ in page.tags) == 1
    assert "right passage first 100 %" in page.text.replace("\u00a0", " ")


def test_runs_of_one_set_are_compared(tmp_path: Path) -> None:
    better = standard_rows()
    better[2]["scores"] |= {"answered": 1.0, "correct": 1.0}
    one, two = write_run(tmp_path / "before.json"), write_run(tmp_path / "after.json", better)
    text = Page(render([one, two])).text
    assert "Runs of made compared" in text
    assert "Figure before after Retrieval" in text
    assert re.search(
        r"correct shows all that is wanted and nothing wrong 33\.3 20\.8–45\.8 66\.7 54\.2–79\.2 \+33\.3", text
    )
    assert "Runs of made compared" not in Page(render([one])).text


def test_runs_of_different_sets_are_not_compared(tmp_path: Path) -> None:
    other = {"name": "else", "fingerprint": "beef", "questions": 4, "answerable": 3, "unanswerable": 1}
    runs = [write_run(tmp_path / "a.json"), write_run(tmp_path / "b.json", set=other)]
    assert "compared" not in Page(render(runs)).text


def test_the_same_runs_give_the_same_bytes(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run.json")
    for name in ("one.html", "two.html"):
        write_report([run], tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def hostile_run(path: Path, text: str) -> Path:
    """Write a run in which every text that others write is ``text``."""
    asked = {
        "id": f"q {text}",
        "question": f"q {text}",
        "language": text,
        "answerable": True,
        "answers": [f"a {text}"],
        "relevant": [{"article": f"r {text}", "quote": f"r {text}", "copies": [f"c {text}"]}],
        "all_of": [[f"g {text}"]],
        "wrong": [f"w {text}"],
        "among": [f"m {text}"],
        "conversation": [f"e {text}"],
        "kind": text,
    }
    cited = citation(f"a {text}", article_id=f"r {text}", outlet=text, title=text, published=text)
    given = answer(f"a {text} w {text}", 0.5, cited) | {"notice": text}
    ranking = [{"article": f"r {text}", "start": 0, "end": 9, "score": 1.0}]
    scores = {"answered": 1.0, "correct": 0.0, "recall@1": 0.0, "recall@5": 0.0, text: 0.5}
    rows = [row(asked, given, scores, ranking=ranking), standard_rows()[3]]
    made = {"name": text, "fingerprint": text, "questions": 2, "answerable": 1, "unanswerable": 1}
    settings = {"embedding_model": text, "chat_model": text, "threshold": 0.5, "code": text}
    others = {text: {"figures": {"correct": {"value": 0.5, "low": 0.0, "high": 1.0, "n": 1}}}}
    return write_run(path, rows, systems=others, made=text, set=made, settings=settings)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(tmp_path: Path, text: str) -> None:
    plain_page = Page(render([hostile_run(tmp_path / "plain.json", "harmless")]))
    page = Page(render([hostile_run(tmp_path / "plain.json", text)]))
    # The same tags with the same attributes, whatever the texts: nothing of them became markup.
    drawn = {"svg", "g", "path", "defs", "use", "style", "clippath", "rect", "text"}
    shapes = [[(tag, sorted(keys)) for tag, keys in one.tags if tag not in drawn] for one in (plain_page, page)]
    assert [shape for shape in shapes[1] if shape[0] == "script"] == [("script", [])]
    marks = [[shape for shape in one if shape[0] != "mark"] for one in shapes]
    assert marks[0] == marks[1]
    assert not [key for _, keys in page.tags for key in keys if key.startswith("on")]
    assert all(str(keys.get("href", "#")).startswith("#") for _, keys in page.tags)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read"),
        (b"{", "is no JSON"),
        (b"\xff\xfe", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b"[]", "is no run of the evaluation"),
        (b'{"format": 2}', "has format 2, and this version reads format 1"),
        (b'{"format": 1}', 'is no whole run \\("set"'),
    ],
)
def test_a_file_that_is_no_run_is_named(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "run.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(KiosqueError, match=f"run.json {reason}"):
        write_report([path], tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda file: file.unlink(), "cannot be read"),
        (
            lambda file: file.write_text(file.read_text("utf-8").replace('"score"', '"scare"', 1), "utf-8"),
            ", line 1 is no answer",
        ),
        (lambda file: file.write_bytes(b"\n" + file.read_bytes() + b"{"), ", line 6 is no answer"),
        (
            lambda file: file.write_bytes(file.read_bytes().split(b"\n")[0]),
            "lacks the answer of kiosque to the question q2",
        ),
    ],
)
def test_answers_that_are_not_whole_are_named(tmp_path: Path, spoil: Any, reason: str) -> None:
    run = write_run(tmp_path / "run.json")
    spoil(tmp_path / "run.answers.jsonl")
    with pytest.raises(KiosqueError, match=re.escape("run.answers.jsonl") + f".?{reason}"):
        write_report([run], tmp_path / "page.html")


def test_no_run_and_no_place_are_told(tmp_path: Path) -> None:
    with pytest.raises(KiosqueError, match="No run was given"):
        write_report([], tmp_path / "page.html")
    with pytest.raises(KiosqueError, match=r"page\.html cannot be written"):
        write_report([write_run(tmp_path / "run.json")], tmp_path / "run.json" / "page.html")


# In a browser


def browse(
    chromium: str, page: Path, profile: Path, fragment: str = "", arguments: Sequence[str] = ()
) -> tuple[str, str]:
    """Return the DOM of a page after its script has run, and what the browser logged."""
    command = [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000", "--dump-dom"]
    command += ["--enable-logging=stderr", "--v=0", f"--user-data-dir={profile}", *arguments]
    done = subprocess.run(
        [*command, page.as_uri() + fragment], capture_output=True, text=True, timeout=120, check=True, encoding="utf-8"
    )
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        assert not os.environ.get("CI"), "no Chromium is installed, and CI must look at the report in one"
        pytest.skip("no Chromium is installed (Debian: apt install chromium)")
    return found


def shown(dom: str) -> list[str]:
    """Return the ids of the failed questions that a reader sees."""
    items = [keys for tag, keys in Page(dom).tags if tag == "details" and keys.get("class") == "failure"]
    return [str(keys["id"]) for keys in items if "hidden" not in keys]


def test_the_page_in_a_browser(tmp_path: Path, chromium: str) -> None:
    asked = dict(LIST, id="q9", question=f"Où est Gdańsk ? {IMAGE}")
    bad = answer(f"Ici {IMAGE}", 0.7, citation("".join(HOSTILE)))
    rows = [*standard_rows(), row(asked, bad, {"answered": 1.0, "correct": 0.0})]
    target = tmp_path / "page.html"
    write_report([write_run(tmp_path / "run.json", rows)], target)

    dom, log = browse(chromium, target, tmp_path / "profile")
    page = Page(dom)
    assert "CONSOLE" not in log
    assert re.search("<title>Evaluation of run</title>", dom)
    assert "img" not in {tag for tag, _ in page.tags}
    assert "correct shows all that is wanted and nothing wrong 25.0" in page.text
    assert "kiosque: answers 75 %, refuses 0 %" in page.text
    assert shown(dom) == [
        *("run-1-refused-1", "run-1-incorrect-1", "run-1-incorrect-2"),
        *("run-1-unanswerable-1", "run-1-retrieval-1"),
    ]
    assert [keys for tag, keys in page.tags if tag == "div" and keys.get("class") == "filter"] == [{"class": "filter"}]

    # In any case, without the accents; every word must occur.
    dom, log = browse(chromium, target, tmp_path / "profile", f"#q={quote('GDANSK ou')}")
    assert "CONSOLE" not in log
    assert shown(dom) == ["run-1-incorrect-2"]
    assert "1 of 5 shown" in Page(dom).text
    dom, _ = browse(chromium, target, tmp_path / "profile", "#q=gdansk%20podoliak")
    assert shown(dom) == []


def test_the_browser_runs_no_script_but_ours(tmp_path: Path, chromium: str) -> None:
    """Even markup that is not escaped does not run: the policy of the page holds the hash of its one script."""
    target = tmp_path / "page.html"
    write_report([write_run(tmp_path / "run.json")], target)
    attack = f"<script>document.title='hacked'</script>{IMAGE}"
    target.write_text(target.read_text("utf-8").replace("<main>", f"<main>{attack}"), "utf-8")
    dom, log = browse(chromium, target, tmp_path / "profile", "#q=podoliak")
    assert "<title>Evaluation of run</title>" in dom
    assert "Content Security Policy" in log  # the test can see what the console says
    assert shown(dom) == ["run-1-refused-1", "run-1-retrieval-1"]


def test_no_text_makes_the_page_wider_than_a_narrow_window(tmp_path: Path, chromium: str) -> None:
    target = tmp_path / "page.html"
    write_report([hostile_run(tmp_path / "run.json", "".join(HOSTILE))], target)
    page = target.read_text("utf-8").replace("Content-Security-Policy", "x-none").replace("<details", "<details open")
    measure = (
        "<script>const e = document.documentElement; document.title = `${e.scrollWidth} in ${e.clientWidth}`</script>"
    )
    target.write_text(page.replace("</body>", f"{measure}</body>"), "utf-8")
    # A browser's own window cannot be as narrow as a telephone's: the page is looked at in a frame.
    frame = tmp_path / "frame.html"
    frame.write_text(
        '<iframe src="page.html" width="420" height="800" onload="document.title = this.contentDocument.title"></iframe>',
        "utf-8",
    )
    dom, _ = browse(chromium, frame, tmp_path / "profile", arguments=["--allow-file-access-from-files"])
    found = re.search(r"<title>(\d+) in (\d+)</title>", dom)
    assert found, "the page was not measured"
    assert 300 < int(found[2]) <= 420
    assert int(found[1]) <= int(found[2])
