from __future__ import annotations

import random

import pytest

from evaluation import published
from evaluation.published import is_development
from evaluation.squad import shows_any
from tests.training.made import article, both, french, material
from training.reader_cloze import parsed, unjoined
from training.reader_data import Pair, asked, elsewhere, group, support, unanswering
from training.reader_sources import news_articles, part, piaf, placed, xquad

needs_data = pytest.mark.skipif(
    not (published.DATA / "piaf/questions.jsonl").exists(),
    reason=f"no published sets in {published.DATA} (KIOSQUE_DATA)",
)


@pytest.mark.parametrize("stage", ["cloze", "labelled"])
def test_a_group_depends_on_seed_stage_and_number_alone(stage: str) -> None:
    one, again = material(), material()
    groups = [group(one, stage, 7, number) for number in range(60)]  # type: ignore[arg-type]
    assert groups[::-1] == [group(again, stage, 7, number) for number in reversed(range(60))]  # type: ignore[arg-type]
    assert groups != [group(one, stage, 8, number) for number in range(60)]  # type: ignore[arg-type]


@pytest.mark.parametrize("stage", ["cloze", "labelled"])
def test_right_passages_hold_their_answer_and_wrong_ones_do_not(stage: str) -> None:
    seen = {"answered": 0, "wrong": 0, "ranked": 0, "supported": 0}
    for number in range(300):
        pairs = group(MATERIAL, stage, 1, number)  # type: ignore[arg-type]
        right, *wrong = pairs
        assert wrong
        if right.answers:
            assert right.span
            said = right.passage[right.span[0] : right.span[1]]
            assert said
            assert said == said.strip()
            seen["answered"] += 1
            for pair in wrong:
                assert pair.question == right.question
                assert (pair.answers, pair.span) == (False, None)
                assert pair.passage != right.passage
                seen["wrong"] += 1
        if right.relevant:
            assert all(pair.relevant in (False, None) for pair in wrong)
            seen["ranked"] += 1
        if right.supported is not None:
            assert [pair.supported for pair in pairs] == [True, False]
            assert (pairs[0].question, pairs[0].passage) != (pairs[1].question, pairs[1].passage)
            seen["supported"] += 1
    assert min(seen.values()) > 20, seen


MATERIAL = material()


def test_a_passage_answers_no_more_once_its_sentence_is_cut_or_a_fact_of_the_question_changed() -> None:
    title, text = article(5)
    made = parsed(title, text, "fr")
    where = title.split(":")[0]
    cost = text[text.index("coûté ") + 6 : text.index(" à la région")]
    start = text.index(cost)
    right = Pair(f"Combien a coûté le bâtiment de {where} ?", text, (start, start + len(cost)), True, True)
    cut = changed = 0
    for seed in range(40):
        wrong = unanswering(random.Random(seed), right, made, (0, len(made.sentences) - 1), [cost])
        assert wrong is not None
        assert wrong.answers is False
        assert wrong.relevant is None
        if cost in wrong.passage:
            assert where not in wrong.passage
            changed += 1
        else:
            assert all(sentence in text for sentence in wrong.passage.split(". "))
            cut += 1
    assert cut > 5
    assert changed > 5


def test_a_passage_from_elsewhere_lacks_the_answer_and_what_it_must_not_touch() -> None:
    made = parsed(*article(8), "fr")
    for seed in range(40):
        wrong = elsewhere(random.Random(seed), "?", made, range(2), ["millions"], 30)
        if wrong:
            assert made.sentence(0) not in wrong.passage
            assert made.sentence(1) not in wrong.passage
    whole = elsewhere(random.Random(0), "?", made, range(0), ["nulle part"], 500)
    assert whole is not None
    assert whole.passage == made.text
    assert elsewhere(random.Random(0), "?", made, range(0), ["bâtiment"], 500) is None


def test_questions_are_put_in_one_language_to_passages_in_another() -> None:
    questions = both()
    languages = set()
    for seed in range(80):
        made = asked(random.Random(seed), questions)
        assert made is not None
        right = made[0]
        assert right.span
        languages.add(("¿" in right.question, "puente" in right.passage))
        assert right.passage[right.span[0] : right.span[1]].isdigit()
    assert len(languages) == 4


def test_wrong_passages_of_a_question_are_those_that_the_search_found() -> None:
    questions = french()
    for seed in range(60):
        made = asked(random.Random(seed), questions)
        assert made is not None
        if made[1].relevant is False:
            number = next(i for i, texts in enumerate(questions.passages) if made[0].passage in texts["fr"])
            assert any(made[1].passage in questions.passages[i]["fr"] for i in questions.near[number])


def test_statements_are_changed_on_either_side_and_on_both() -> None:
    made, other = parsed(*article(1), "fr"), parsed(*article(2), "fr")
    kinds = {"statement": 0, "passage": 0, "both": 0, "elsewhere": 0}
    for seed in range(200):
        pairs = support(random.Random(seed), made, other)
        if pairs is None:
            continue
        yes, no = pairs
        assert yes.question in yes.passage  # it says it word for word
        assert no.question not in no.passage
        if yes.passage == no.passage:
            kinds["statement" if yes.passage in made.text else "both"] += 1
        else:
            kinds["elsewhere" if no.passage in other.text else "passage"] += 1
    assert min(kinds.values()) > 5, kinds


@pytest.mark.parametrize(
    ("start", "answer", "wanted"),
    [(3, "Lyon", (3, 7)), (2, " Lyon ", (3, 7)), (11, "Lyon", (12, 16)), (0, "Nantes", None), (0, "  ", None)],
)
def test_answers_are_found_where_the_annotation_says_or_nearest_to_it(
    start: int, answer: str, wanted: tuple[int, int] | None
) -> None:
    assert placed("à  Lyon, et Lyon", start, answer) == wanted


def test_the_test_half_is_that_of_the_evaluation() -> None:
    names = [f"title {i}" for i in range(2_000)]
    parts = {name: part(name) for name in names}
    assert all((parts[name] == "test") == (not is_development(name)) for name in names)
    train = sum(value == "train" for value in parts.values())
    dev = sum(value == "dev" for value in parts.values())
    assert 0.75 < train / (train + dev) < 0.85


@needs_data
def test_no_text_or_question_of_another_part_is_trained_on() -> None:
    for load in (piaf, xquad):
        parts = {wanted: load(wanted) for wanted in ("train", "dev", "test")}  # type: ignore[operator]
        titles = {wanted: set(questions.titles) for wanted, questions in parts.items()}
        texts = {w: {text for texts in questions.passages for text in texts.values()} for w, questions in parts.items()}
        for one, other in (("train", "dev"), ("train", "test"), ("dev", "test")):
            assert not titles[one] & titles[other]
            assert not texts[one] & texts[other]
        for wanted, questions in parts.items():
            assert all(part(title) == wanted for title in questions.titles)
            for question in questions.asked:
                for language, spans in question.spans.items():
                    text = questions.passages[question.passage][language]
                    assert all(text[start:end].strip() for start, end in spans)


@needs_data
def test_no_story_of_a_heading_that_is_kept_back_is_trained_on() -> None:
    articles, headings = news_articles()
    copies = published.orangesum_copies()
    texts = {text for _, text in articles}
    kept_back = set[str]()
    for article_id, _ in published.orangesum_summaries():
        story = copies.get(article_id, {article_id})
        if part(min(story)) != "train":
            kept_back |= story
    rows = {row["id"]: unjoined(" ".join(row["text"].split())) for row in published.orangesum_articles()}
    assert [i for i in kept_back if rows.get(i) in texts] == []
    assert len(headings) > 400
    assert not any(shows_any(articles[number][1], [heading]) for number, heading in headings[:50])
