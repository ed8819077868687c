"""What the reader learns from: groups of (question, passage) pairs with labels, made anew from a seed and a number.

Group ``number`` of a stage depends on seed, stage and number alone, so that a run can be resumed anywhere and on any
machine. Parts of the published sets are kept apart in ``training.reader_sources``.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evaluation.squad import shows_any
from training.reader_changes import changed, facts
from training.reader_cloze import Text, cloze, parsed, window
from training.reader_sources import News, Questions, Span
from training.reader_statements import stated, wrong_answers

Stage = Literal["cloze", "labelled"]
# fmt: off
SHARES: dict[Stage, dict[str, float]] = {
    "cloze": {"cloze": 0.58, "piaf": 0.08, "xquad": 0.08, "item": 0.13, "support": 0.10, "support_xquad": 0.03},
    "labelled": {
        "cloze": 0.05, "piaf": 0.39, "xquad": 0.25, "item": 0.09,
        "support": 0.07, "support_xquad": 0.05, "stated": 0.06, "stated_xquad": 0.04,
    },
}
# fmt: on
_CLOZE_WORDS, _ASKED_WORDS = (30, 100), (60, 130)  # least and most words of a passage
_TRIES = 50


@dataclass(frozen=True, slots=True)
class Pair:
    """A question (or a statement) and a passage, with what is known of them; None is unknown and not learned from.

    ``span``: where in ``passage`` the answer stands. ``relevant``: whether it is the passage that was meant;
    ``supported``: whether it says what the statement says.
    """

    question: str
    passage: str
    span: Span | None = None
    answers: bool | None = None
    relevant: bool | None = None
    supported: bool | None = None


@dataclass(frozen=True, slots=True)
class Material:
    news: News
    piaf: Questions
    xquad: Questions


def group(material: Material, stage: Stage, seed: int, number: int) -> tuple[Pair, ...]:
    """Return the pairs of group ``number``: one question with a passage that answers it and one or two that do not."""
    rng = random.Random(f"{seed} {stage} {number}")
    shares = SHARES[stage]
    for _ in range(_TRIES):
        kind = rng.choices(list(shares), list(shares.values()))[0]
        if made := _made(rng, material, kind):
            return made
    raise RuntimeError(f"no group could be made of the material for {stage} {number}")


def _made(rng: random.Random, material: Material, kind: str) -> tuple[Pair, ...] | None:
    news = material.news
    if kind == "cloze":
        return _cloze(rng, news)
    if kind == "item":
        return _item(rng, news)
    if kind == "support":
        number = rng.randrange(len(news.articles))
        article, other = _parsed(news, number), _parsed(news, rng.choice(news.neighbours[number] or [number]))
        return support(rng, article, other)
    if kind == "support_xquad":
        return _support_across(rng, material.xquad)
    if kind in ("stated", "stated_xquad"):
        return statement(rng, material.piaf if kind == "stated" else material.xquad)
    return asked(rng, material.piaf if kind == "piaf" else material.xquad)


def _parsed(news: News, number: int) -> Text:
    return parsed(*news.articles[number], "fr")


def _cloze(rng: random.Random, news: News) -> tuple[Pair, ...] | None:
    number = rng.randrange(len(news.articles))
    article = _parsed(news, number)
    made = cloze(rng, article, rng.randint(*_CLOZE_WORDS))
    if made is None:
        return None
    start = article.sentences[made.first][0]
    passage = article.text[start : article.sentences[made.last][1]]
    begin, end = made.spans[0]
    right = Pair(made.question, passage, (begin - start, end - start), True, True)
    wanted = [passage[begin - start : end - start]]
    wrong = None
    draw = rng.random()
    if draw < 0.35:
        wrong = unanswering(rng, right, article, (made.first, made.last), wanted)
    if wrong is None:
        other = (
            article if draw < 0.6 or not news.neighbours[number] else _parsed(news, rng.choice(news.neighbours[number]))
        )
        beyond = range(made.first, made.last + 1) if other is article else range(0)
        wrong = elsewhere(rng, made.question, other, beyond, wanted, len(passage.split()))
    return (right, wrong) if wrong else None


def elsewhere(
    rng: random.Random, question: str, article: Text, beyond: range, wanted: Sequence[str], words: int
) -> Pair | None:
    """Return a passage of an article that lacks the answers, and has none of the sentences ``beyond``."""
    free = [i for i in range(len(article.sentences)) if i not in beyond]
    for _ in range(3 if free else 0):
        first, last = window(rng, article, rng.choice(free), max(words, 20))
        passage = article.text[article.sentences[first][0] : article.sentences[last][1]]
        if not any(i in beyond for i in range(first, last + 1)) and not shows_any(passage, wanted):
            return Pair(question, passage, None, False, False)
    return None


def unanswering(
    rng: random.Random, right: Pair, article: Text, sentences: tuple[int, int], wanted: Sequence[str]
) -> Pair | None:
    """Return the right passage made to answer no more; None where that cannot be.

    Either a fact that the question names is changed, or the sentences with the answer are cut.
    """
    if rng.random() < 0.5:
        shared = [fact for fact in facts(right.question) if right.question[fact.start : fact.end] in right.passage]
        if shared:
            fact = rng.choice(shared)
            old = right.question[fact.start : fact.end]
            names = [name for name in article.names() if name not in right.question]
            # Changed on its own: it is then put in every place where the passage has it.
            new = changed(rng, old, names, type(fact)(fact.kind, 0, len(old)))
            if new and new not in right.question:
                return Pair(right.question, right.passage.replace(old, new), None, False)
    texts = [article.sentence(i) for i in range(sentences[0], sentences[1] + 1)]
    kept = [text for text in texts if not shows_any(text, wanted)]
    if not kept or len(kept) == len(texts):
        return None
    return Pair(right.question, " ".join(kept), None, False)


def _item(rng: random.Random, news: News) -> tuple[Pair, ...] | None:
    """A title, or an editor's summary, with a passage of its article and one each of two neighbours."""
    if rng.random() < 0.2 and news.headings:
        number, query = rng.choice(news.headings)
    else:
        number = rng.randrange(len(news.articles))
        query = news.articles[number][0]
    if not query or len(news.neighbours[number]) < 2:
        return None
    words = rng.randint(*_CLOZE_WORDS)
    pairs = []
    for i, other in enumerate([number, *rng.sample(news.neighbours[number], 2)]):
        article = _parsed(news, other)
        if not article.sentences:
            return None
        first, last = window(rng, article, 0 if rng.random() < 0.6 else rng.randrange(len(article.sentences)), words)
        passage = article.text[article.sentences[first][0] : article.sentences[last][1]]
        pairs.append(Pair(query, passage, relevant=i == 0))
    return tuple(pairs)


def asked(rng: random.Random, questions: Questions) -> tuple[Pair, ...] | None:
    """A question of a person, in one of its languages, on its passage in one of its own, and on one without the answer."""
    number = rng.randrange(len(questions.asked))
    one = questions.asked[number]
    language = rng.choice(sorted(one.spans))
    question = one.texts[rng.choice(sorted(one.texts))]
    text, spans = questions.passages[one.passage][language], one.spans[language]
    wanted = [text[start:end] for start, end in spans]
    article = parsed(questions.titles[one.passage], text, language)
    words = rng.randint(*_ASKED_WORDS)
    first, last = _around(rng, article, spans[0], words)
    offset = article.sentences[first][0]
    passage = text[offset : article.sentences[last][1]]
    begin, end = spans[0]
    right = Pair(question, passage, (begin - offset, end - offset), True, True)
    near = questions.near[number] if questions.near else []
    if rng.random() < 0.4 or not near:
        changed_passage = unanswering(rng, right, article, (first, last), wanted)
        if changed_passage:
            return right, changed_passage
    for other in rng.choices(near, [1 / (rank + 1) for rank in range(len(near))], k=2) if near else ():
        rival = parsed(questions.titles[other], questions.passages[other][language], language)
        wrong = elsewhere(rng, question, rival, range(0), wanted, words)
        if wrong:
            return right, wrong
    return None


def statement(rng: random.Random, questions: Questions) -> tuple[Pair, ...] | None:
    """A question of a person as a statement, with its answer and with a wrong one from the passage; as ``asked`` else."""
    number = rng.randrange(len(questions.asked))
    one = questions.asked[number]
    said = rng.choice(sorted(one.texts.keys() & one.spans.keys()) or [""])
    wrong = wrong_answers(questions, number, said) if said else []
    if not wrong:
        return None
    start, end = one.spans[said][0]
    right = questions.passages[one.passage][said][start:end]
    language = rng.choice(sorted(one.spans))
    text = questions.passages[one.passage][language]
    article = parsed(questions.titles[one.passage], text, language)
    first, last = _around(rng, article, one.spans[language][0], rng.randint(*_ASKED_WORDS))
    passage = text[article.sentences[first][0] : article.sentences[last][1]]
    question = one.texts[said]
    return (
        Pair(stated(question, right), passage, supported=True),
        Pair(stated(question, rng.choice(wrong)), passage, supported=False),
    )


def _around(rng: random.Random, article: Text, span: Span, words: int) -> tuple[int, int]:
    """Return the first and last sentence of a passage that holds a span whole."""
    inside = [i for i, (start, end) in enumerate(article.sentences) if start < span[1] and span[0] < end]
    first, last = window(rng, article, inside[0], words)
    return min(first, inside[0]), max(last, inside[-1])


def support(rng: random.Random, article: Text, other: Text) -> tuple[Pair, ...] | None:
    """A statement with a passage that says it, and one of the two changed, so that it is said no more.

    In one of three cases both are changed alike, and it is said again: what decides is the passage, not how odd a
    statement sounds.
    """
    long = [i for i in range(len(article.sentences)) if 6 <= len(article.sentence(i).split()) <= 45]
    if not long:
        return None
    number = rng.choice(long)
    statement = article.sentence(number)
    first, last = window(rng, article, number, rng.randint(*_CLOZE_WORDS))
    start, end = article.sentences[first][0], article.sentences[last][1]
    before, after = article.text[start : article.sentences[number][0]], article.text[article.sentences[number][1] : end]
    passage = before + statement + after
    draw = rng.random()
    if draw < 0.2:
        wrong = elsewhere(rng, statement, other, range(0), [statement], len(passage.split()))
        return (
            (Pair(statement, passage, supported=True), Pair(statement, wrong.passage, supported=False))
            if wrong
            else None
        )
    new = changed(rng, statement, article.names())
    if new is None:
        return None
    if draw < 0.5:
        return Pair(statement, passage, supported=True), Pair(new, passage, supported=False)
    if draw < 0.7:
        return Pair(statement, passage, supported=True), Pair(statement, before + new + after, supported=False)
    return Pair(new, before + new + after, supported=True), Pair(statement, before + new + after, supported=False)


def _support_across(rng: random.Random, questions: Questions) -> tuple[Pair, ...] | None:
    """A sentence in one language with its passage in another, and the sentence changed."""
    number = rng.randrange(len(questions.passages))
    texts = questions.passages[number]
    one, other = rng.sample(sorted(texts), 2)
    article = parsed(questions.titles[number], texts[one], one)
    statement = article.sentence(rng.randrange(len(article.sentences)))
    new = changed(rng, statement, article.names(), language=one)
    if new is None or rng.random() < 0.3:
        rival = rng.choice([i for i in range(len(questions.passages)) if i != number])
        wrong = Pair(statement, questions.passages[rival][other], supported=False)
    else:
        wrong = Pair(new, texts[other], supported=False)
    return Pair(statement, texts[other], supported=True), wrong
