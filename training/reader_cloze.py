"""Questions out of articles that nobody asked about: a span of a sentence becomes the answer, the rest of it the question.

The sentence is either the passage's own (Lewis et al. 2019, "Unsupervised question answering by cloze translation") or
another of the article, its title among them, where the passage repeats the span (Ram et al. 2021, "Few-shot question
answering by pretraining span selection"). French question words stand for the span; some words are dropped or swapped,
so that a passage is not found by its wording alone.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from retrieval.ranking.lexical import terms
from retrieval.sentences import sentence_spans
from training.reader_changes import Fact, facts

Span = tuple[int, int]
_SHORTEST_QUESTION = 4  # words beside the question word
_COMMON = 2  # terms beside the answer that a sentence and the passage that repeats it must share


@dataclass(frozen=True, slots=True)
class Answer:
    """``text[start:end]`` is the answer; ``kind`` says which question words ask for it."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Text:
    """An article with its sentences, their terms and what could be asked for in each of them."""

    title: str
    text: str
    sentences: tuple[Span, ...]
    terms: tuple[frozenset[str], ...]
    answers: tuple[tuple[Answer, ...], ...]

    def sentence(self, number: int) -> str:
        start, end = self.sentences[number]
        return self.text[start:end]

    def names(self) -> list[str]:
        """Return the names in the article, for one to take another's place."""
        return list(dict.fromkeys(self.text[a.start : a.end] for row in self.answers for a in row if a.kind == "name"))


_JOINED = re.compile(r"(?<=[\w%»\")][.!?])(?=[A-ZÀ-ÖØ-Þ«\"-])(?<!\b[A-Z]\.)")


def unjoined(text: str) -> str:
    """Return a text with a space between sentences: OrangeSum lost its line breaks ("l'AFP.Aucune décision")."""
    return _JOINED.sub(" ", text)


@lru_cache(2_000)
def parsed(title: str, text: str, language: str) -> Text:
    """Return an article cut to sentences and looked through for facts and phrases; offsets refer to ``text``."""
    sentences = tuple(sentence_spans(text, language))
    words = tuple(frozenset(terms(text[start:end], language)) for start, end in sentences)
    found = tuple(tuple(_answers(text, start, end, language)) for start, end in sentences)
    return Text(title, text, sentences, words, found)


# A phrase begins with one of these and runs to a sign or to one of the words that begin another.
_BEGIN = r"(?:le|la|les|un|une|des|du|son|sa|ses|leur|leurs|ce|cette|ces|l['’])"
_RUN = r"[\w'’%-]++"  # possessive, and one space between two: a sentence has one way to be cut into them
_CAUSE = (
    r"(?:parce qu[e'’]|en raison d[eu'’]s?|à cause d[eu'’]s?|grâce (?:à|aux?)|afin d[e'’]|faute d[e'’]"
    r"|pour (?=\w+[eiro]r\b))"
)
_STOP = (
    r"(?=[,;:.!?»\")(\]–—]|$| (?:qui|que|dont|où|et|ou|mais|est|sont|était|étaient|a|ont|avait|sera|n['’]|ne|se|s['’]|pour"
    r"|par|dans|sur|avec|selon|depuis|après|avant|lors|en|qu['’]|afin|alors)\b)"
)
_PHRASE = re.compile(rf"(?<![\w'’]){_BEGIN} ?{_RUN}(?: {_RUN}){{0,6}}? ?{_STOP}", re.IGNORECASE)
_REASON = re.compile(rf"(?<![\w'’]){_CAUSE} ?{_RUN}(?: {_RUN}){{0,11}}? ?(?=[,;:.!?»\")(–—]|$| (?:et|mais|alors)\b)")


def _answers(text: str, start: int, end: int, language: str) -> list[Answer]:
    sentence = text[start:end]
    found = [Answer(fact.kind, start + fact.start, start + fact.end) for fact in facts(sentence)]
    if language == "fr":
        for kind, pattern in (("phrase", _PHRASE), ("reason", _REASON)):
            for match in pattern.finditer(sentence):
                stripped = match[0].rstrip()
                if len(stripped.split()) > 1:
                    found.append(Answer(kind, start + match.start(), start + match.start() + len(stripped)))
    return found


_WORDS = {
    "name": ["Qui", "Quel", "Quelle", "Qui est", "Quel est le nom de", "Comment s'appelle", "Quoi", "Qu'est-ce que",
             "Lequel", "À qui"],
    "place": ["Où", "Dans quel pays", "Dans quelle ville", "À quel endroit", "Où se trouve", "D'où", "Quel pays"],
    "figure": ["Combien", "Combien de", "Quel est le nombre de", "À combien", "Quel nombre"],
    "share": ["Quel pourcentage", "Quelle part", "De combien", "Quelle proportion de"],
    "money": ["Combien", "Quel montant", "Quelle somme", "Pour combien", "Combien coûte"],
    "duration": ["Combien de temps", "Quel âge", "Pendant combien de temps", "Depuis combien de temps"],
    "year": ["En quelle année", "Quand", "Depuis quand", "À partir de quelle année", "De quand date"],
    "date": ["Quand", "Quel jour", "À quelle date", "De quand date", "Depuis quand"],
    "phrase": ["Que", "Qu'est-ce que", "Quel est", "Quelle est", "Quoi", "Qu'est-ce qui", "De quoi", "Quelles sont", "Quel",
               "Comment"],
    "reason": ["Pourquoi", "Pour quelle raison", "Dans quel but", "Comment", "Quelle est la cause de", "Grâce à quoi"],
}  # fmt: skip
_PLACE_BEFORE = re.compile(r"\b(?:à|au|aux|en|dans|vers|près d[e'’]|depuis|in|at) ?$", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[,;:()«»\"]| - | – | — | (?:qui|que|dont|alors que|tandis que|mais) ")
_LEFTOVER = re.compile(
    r"\b(?:à|au|aux|en|dans|de|du|des|d['’]|le|la|les|l['’]|pour|par|depuis|sur|un|une)\s*$", re.IGNORECASE
)


def _asked_by(text: str, answer: Answer) -> str:
    """Return the key of ``_WORDS`` for an answer in its text."""
    span = text[answer.start : answer.end]
    if answer.kind == "name":
        return "place" if _PLACE_BEFORE.search(text[max(0, answer.start - 10) : answer.start]) else "name"
    if answer.kind == "date":
        return "year" if span.isdigit() else "date"
    if answer.kind == "figure":
        for key, sign in (
            ("share", r"%|pour cent"),
            ("money", r"euro|dollar"),
            ("duration", r" (?:an|jour|mois|heure|minute)"),
        ):
            if re.search(sign, span):
                return key
    return answer.kind


def question(rng: random.Random, text: str, sentence: Span, answer: Answer) -> str | None:
    """Return a question for an answer out of its sentence, without the answer; None when too little is left to ask with."""
    start, end = sentence
    left, right = text[start : answer.start], text[answer.end : end].rstrip(" .!?…")
    if rng.random() < 0.6:  # the clause around the answer is enough
        cuts = [match.end() for match in _CLAUSE_END.finditer(left)]
        shorter_left = left[cuts[-1] :] if cuts else left
        cut = _CLAUSE_END.search(right)
        shorter_right = right[: cut.start()] if cut else right
        if len((shorter_left + shorter_right).split()) >= _SHORTEST_QUESTION:
            left, right = shorter_left, shorter_right
    word = rng.choice(_WORDS[_asked_by(text, answer)])
    layout = rng.random()
    if layout < 0.7:
        left = _LEFTOVER.sub("", left) if rng.random() < 0.7 else left
        rest = (left.split(), right.split()) if rng.random() < 0.85 else (right.split(), left.split())
        words = [*word.split(), *_noisy(rng, [*rest[0], *rest[1]])]
    elif layout < 0.9:
        words = [*_noisy(rng, left.split()), *word.lower().split(), *_noisy(rng, right.split())]
    else:
        words = [*_noisy(rng, [*left.split(), *right.split()]), *word.lower().split()]
    if len(left.split()) + len(right.split()) < _SHORTEST_QUESTION:
        return None
    asked = " ".join(words[:40]).strip(' ,;:-–—«»"()')
    asked = re.sub(r"\s+([,.;:])", r"\1", asked)
    return asked + (" ?" if rng.random() < 0.9 else "")


def _noisy(rng: random.Random, words: list[str]) -> list[str]:
    """Drop some of the words and swap some neighbours: how much differs from question to question."""
    dropped = rng.choice([0.0, 0.1, 0.2, 0.35])
    kept = [word for word in words if rng.random() >= dropped]
    if rng.random() < 0.3:
        for i in range(len(kept) - 1):
            if rng.random() < 0.2:
                kept[i], kept[i + 1] = kept[i + 1], kept[i]
    return kept


@dataclass(frozen=True, slots=True)
class Cloze:
    """A question, the places in the article's text that answer it, and the passage: sentences ``first`` to ``last``."""

    question: str
    spans: tuple[Span, ...]
    first: int
    last: int


def cloze(rng: random.Random, article: Text, most_words: int) -> Cloze | None:
    """Return a question about an article; None when chance has drawn a sentence that gives none.

    Three in ten ask with the title, three with another sentence than the answering one, four with the answering one.
    """
    if not article.sentences:
        return None
    draw = rng.random()
    if draw < 0.3 and article.title:
        titled = parsed(article.title, article.title, "fr")
        whole = (0, len(article.title))
        return _repeated(
            rng, article, titled.text, whole, _by_kind(rng, [a for row in titled.answers for a in row]), -1, most_words
        )
    number = rng.randrange(len(article.sentences))
    options = _by_kind(rng, article.answers[number])
    if draw < 0.6:
        return _repeated(rng, article, article.text, article.sentences[number], options, number, most_words)
    for answer in options[:3]:
        asked = question(rng, article.text, article.sentences[number], answer)
        if asked:
            first, last = window(rng, article, number, most_words)
            return Cloze(asked, ((answer.start, answer.end),), first, last)
    return None


def _by_kind(rng: random.Random, answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers in an order of chance, kinds taking turns: names are many, and reasons few."""
    shuffled = rng.sample(answers, len(answers))
    return sorted(
        shuffled, key=lambda answer: sum(other.kind == answer.kind for other in shuffled[: shuffled.index(answer)])
    )


def _repeated(
    rng: random.Random,
    article: Text,
    text: str,
    sentence: Span,
    options: Sequence[Answer],
    number: int,
    most_words: int,
) -> Cloze | None:
    """Ask with one sentence for what others of the article repeat, and which are about the same."""
    for answer in options:
        wanted = text[answer.start : answer.end]
        mine = frozenset(terms(text[sentence[0] : sentence[1]], "fr")) - frozenset(terms(wanted, "fr"))
        pattern = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")
        rivals = [
            (len(mine & words), i)
            for i, words in enumerate(article.terms)
            if i != number and len(mine & words) >= _COMMON and pattern.search(article.sentence(i))
        ]
        asked = question(rng, text, sentence, answer) if rivals else None
        if asked:
            best = max(rivals)[1]
            first, last = window(rng, article, best, most_words, without=number)
            start, end = article.sentences[first][0], article.sentences[last][1]
            spans = tuple(match.span() for match in pattern.finditer(article.text, start, end))
            inside = tuple(span for span in spans if article.sentences[best][0] <= span[0] < article.sentences[best][1])
            return Cloze(asked, inside, first, last) if inside else None
    return None


def window(rng: random.Random, article: Text, number: int, most_words: int, without: int = -1) -> tuple[int, int]:
    """Return the first and last sentence of a passage of at most about ``most_words`` words around sentence ``number``.

    It grows to either side by chance, and never over the sentence ``without``.
    """
    first = last = number
    size = len(article.sentence(number).split())
    while True:
        sides = [i for i in (first - 1, last + 1) if 0 <= i < len(article.sentences) and i != without]
        sides = [i for i in sides if size + len(article.sentence(i).split()) <= most_words]
        if not sides:
            return first, last
        side = rng.choice(sides)
        size += len(article.sentence(side).split())
        first, last = min(first, side), max(last, side)


def fact_of(answer: Answer, offset: int) -> Fact | None:
    """Return an answer as a fact of a text that begins at ``offset``; None for a phrase."""
    if answer.kind in ("date", "figure", "name"):
        return Fact(answer.kind, answer.start - offset, answer.end - offset)  # type: ignore[arg-type]
    return None
