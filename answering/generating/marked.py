"""A chat model's text, as it streams, cut into sentences and the passage numbers that each one cites.

Tolerant: small models get half of any format wrong. Text is taken one character at a time, so that how a provider cuts
the stream can never change what is read. What a sentence claims is not judged here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from retrieval.sentences import sentence_spans

LONGEST = 2_000  # characters; a run without an end is no sentence
_WINDOW = 300  # characters at the end of the text in which the end of a sentence is looked for
_MOST = 99  # passages: [1-3] is a range, [1939-1945] are two numbers that no passage has

_OPEN, _CLOSE = r"[\[【［]", r"[\]】］]"
_NUMBER = r"(?:(?:passages?|sources?|docs?|documents?|articles?|n°|no\.?|#|\^)\s*)?\d{1,4}"
_JOIN = r"\s*(?:[,;&/]|[-–—‑]|\bet\b|\band\b|\bи\b|\bта\b)\s*"
_MARKER = rf"{_OPEN}{{1,2}}\s*{_NUMBER}(?:{_JOIN}{_NUMBER})*\s*(?:†[^\]】］\n]{{0,40}})?{_CLOSE}{{1,2}}"
_MARKERS = rf"{_MARKER}(?:\s*(?:[,;&]|\bet\b|\band\b|\bи\b|\bта\b)?\s*{_MARKER})*"
# What small models write instead of [1]: (1), (source 1, 2), "Source: 1".
# No "article 5": treaties have those.
_NAME = r"(?:passages?|pasajes?|sources?|fuentes?|quellen?|источники?|джерела?|джерело)"
_AND = r"(?:,\s+|\s*[;&]\s*|\s+(?:et|and|und|y|и|та)\s+)"  # (1,5) is a figure, (1-0) a score
_FEW = rf"\d{{1,2}}(?:{_AND}(?:{_NAME}\s*)?\d{{1,2}})*"
_ROUND = rf"\(\s*(?:{_NAME}\s*[:#]?\s*)?{_FEW}\s*\)"
_NAMED = rf"{_NAME}\s*[:#]?\s*{_FEW}"
_TERMINATOR, _CLOSERS = ".!?…。！？", "»”\"’')*_`"

_RUN = re.compile(_MARKERS, re.IGNORECASE)
_ONE = re.compile(rf"{_MARKER}", re.IGNORECASE)
_RUN_SO_FAR = re.compile(rf"{_MARKERS}(?:\s*(?:[,;&]|et?|an?d?|и|та?)|\([^()\s]*\)?)?", re.IGNORECASE)
_ENDS_IN_MARKER = re.compile(rf"{_MARKER}\s*\Z", re.IGNORECASE)
_MAY_BE_MARKER = re.compile(rf"{_OPEN}{{1,2}}[^\[\]【】［］\n]{{0,24}}\Z")
_BOUNDARY = re.compile(
    rf"(?P<end>[{_TERMINATOR}]+(?:\s?[»”]|[{_CLOSERS}])*)(?P<marks>(?:\s*{_MARKERS})?)(?P<gap>\s*)"
    rf"(?P<next>(?:[-–—*_#>«“\"'(`]\s?)*\w|{_OPEN}[^\[\]【】［］\n]*(?:{_CLOSE}|.))\Z",
    re.IGNORECASE,
)
_MARK_ALONE = re.compile(rf"(?:{_NAME}\s*:?\s*)?(?:{_MARKERS}|{_ROUND})|\(?{_NAMED}\)?", re.IGNORECASE)
_ROUND_FIRST = re.compile(rf"\s*{_ROUND}", re.IGNORECASE)
_HEADED = re.compile(rf"(?:{_NAMED}|{_ROUND}|(?:{_NAME}\s*)?{_MARKER})\s*[:：]\s*", re.IGNORECASE)
_ATTRIBUTED = re.compile(
    r"(?:according to|as (?:stated|reported|mentioned) in|in|selon|d['’]après|dans|laut|según|en|согласно|в|згідно з|у)\s+"
    rf"(?:the |le |la |les |l['’]|el |la )?{_NAMED}\s*,\s*",
    re.IGNORECASE,
)
_NAMED_ROUND = re.compile(rf"\(\s*{_NAMED}\s*\)", re.IGNORECASE)
_LAST = re.compile(rf"(?:{_ROUND}|[,–—-]\s*{_NAMED})(?=\s*[{_TERMINATOR}]*\s*\Z)", re.IGNORECASE)
_ROUND_FIGURE = re.compile(r"\(\s*\d{1,2}\s*\)")
_ECHO = re.compile(r"[^|]+\|[^|]+\|.+|\d{4}-[\d-]*\W*|\W*(?:nothing|no outlet, no date)\W*", re.IGNORECASE)
_PASSAGE = re.compile(r"<passage>\s*\Z", re.IGNORECASE)
_THINKING = re.compile(r"<(/?)(?:think|thinking|thought|reasoning|reflection|analysis)>", re.IGNORECASE)
_LINK = re.compile(r"\[([^\[\]]{0,200})\]\([^()\s]*[^()]*\)")
_TAG = re.compile(r"<[/|]?[a-zA-Z][^<>]*>")
_URL = re.compile(r"\S*://\S*|\bwww\.\S+|\b(?:[\w-]+\.)+[a-z]{2,}/\S*", re.IGNORECASE)
_HEADING = re.compile(r"\s*#{1,6}\s")
_BULLET = re.compile(r"(?:\s*(?:[-–—•·>]|#{1,6}|\(?\d{1,2}[.)])(?=\s))+\s*|\s*>+\s*")
_PREAMBLE = re.compile(
    r"\A(?:(?:short |final )?answer|réponse(?: courte| finale)?|(?:краткий )?ответ|(?:коротка )?відповідь|antwort)"
    r"\s*[:：]\s*",
    re.IGNORECASE,
)
_SOURCES = re.compile(
    r"(?:sources?|références?|references?|citations?|источники|джерела)(?:\s*[:：].*)?", re.IGNORECASE
)
_DECLINES = re.compile(r"\W*(?:no_answer\b.*|no[\s-]?answer(?:\s+in\s+\w+)?\W*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a model's text without markers, links and mark-up; ``numbers`` in the order written, each once.

    ``declines`` says that it is the agreed word for "the passages do not answer".
    """

    text: str
    numbers: tuple[int, ...]
    declines: bool = False


class SentenceReader:
    """Fed with a model's text in pieces of any size, gives each sentence as soon as its end is certain.

    ``cited``: the passages of sentences without markers, where the model names them apart from its text.
    """

    def __init__(self, language: str, cited: Sequence[int] = ()) -> None:
        self._language, self._cited = language, cited
        self._tail = ""  # what no sentence has been made of yet
        self._tag = ""  # what may become a tag of a block of reasoning
        self._hidden = False
        self._over = False  # a list of sources has begun: nothing after it is answer
        self._line = True  # a line begins
        self._passage = False  # one begins that the model gives back: "<passage>", then "[2]" with its heading
        self._unmarked: Sentence | None = None  # its marker may come, named in another way
        self._heading: tuple[int, ...] = ()  # "Passage 1:", for the sentence that follows

    def feed(self, text: str) -> Iterator[Sentence]:
        for character in text:
            for visible in self._visible(character):
                yield from self._push(visible)

    def finish(self) -> Iterator[Sentence]:
        """Give what is left, once the model has ended."""
        rest, self._tag = "" if self._hidden else self._tag, ""
        for character in rest:
            yield from self._push(character)
        yield from self._flush(len(self._tail))
        yield from self._given()

    @property
    def hidden(self) -> bool:
        """Whether the model is in a block of reasoning."""
        return self._hidden

    def _visible(self, character: str) -> str:
        """Return the text to read on with: nothing inside a block of reasoning, nothing that cannot be printed."""
        if character != "\n" and unicodedata.category(character) in ("Cc", "Cf", "Cs"):
            character = " " if character.isspace() else ""
        if not character or not (self._tag or character == "<"):
            return "" if self._hidden else character
        held, self._tag = self._tag, self._tag + character
        if tag := _THINKING.fullmatch(self._tag):
            self._tag, self._hidden = "", not tag[1]
            if tag[1]:
                self._tail = ""  # some templates open the block themselves: what came before was reasoning too
            return ""
        if re.fullmatch(r"</?[a-zA-Z]{0,10}", self._tag):
            return ""
        again = character == "<"
        shown, self._tag = (held, "<") if again else (self._tag, "")
        return "" if self._hidden else shown

    def _push(self, character: str) -> Iterator[Sentence]:
        self._tail += character
        if character == "\n":
            bare = _RUN.sub("", self._tail).strip(" \t\n.,;")
            if not bare:
                self._tail = ""  # blank, or markers alone after a sentence that has its own
            elif bare != self._tail.strip(" \t\n.,;"):
                yield from self._flush(len(self._tail))
        elif not character.isspace() and (cut := self._cut()):
            yield from self._flush(cut)

    def _cut(self) -> int:
        """Return where the text so far is certain to be cut in two, or 0."""
        tail = self._tail
        if len(tail) > LONGEST:
            return len(tail)
        if _MAY_BE_MARKER.search(tail, max(0, len(tail) - _WINDOW)):
            return 0
        line = tail.rfind("\n") + 1
        if line:  # a line break ends a sentence, but its markers may stand alone on the next line
            return 0 if _RUN_SO_FAR.fullmatch(tail[line:].strip(" \t.,;")) else line
        found = _BOUNDARY.search(tail, max(0, len(tail) - _WINDOW))
        return found.start("next") if found and self._is_end(found) else 0

    def _is_end(self, found: re.Match[str]) -> bool:
        head, following = self._tail[: found.end("end")], found["next"]
        if _ONE.fullmatch(following) or _quote_is_open(head):
            return False
        if found["end"][0] in "。！？":  # never part of an abbreviation, and no space follows
            return True
        if _ENDS_IN_MARKER.search(self._tail[: found.start("end")]):
            return bool(found["gap"])
        if following.islower() or not (found["gap"] or found["marks"]):
            return False
        plain = re.sub(r"[*_`]+", "", _ROUND_FIRST.sub("", _RUN.sub("", head)))[-_WINDOW:].strip()
        firm = found["marks"] or found["end"][0] in "!?"  # where "p. 12" cannot be meant
        figure = following[-1].isdigit() and not firm and following[0] != "("
        word = following[-1] if following[-1].isalpha() or figure else "X"
        return len(plain) in (end for _, end in sentence_spans(f"{plain} {word}", self._language))

    def _flush(self, cut: int) -> Iterator[Sentence]:
        raw, self._tail = self._tail[:cut], self._tail[cut:]
        begins, self._line = self._line, raw.endswith("\n")
        given_back, self._passage = self._passage and _ONE.match(raw.lstrip()), _PASSAGE.search(raw) is not None
        if self._over or given_back:
            return
        alone = _MARK_ALONE.fullmatch(raw.strip(" \t\n.,;*_`~–—-"))
        first = None if begins else _ROUND_FIRST.match(raw)  # at the beginning of a line it counts the lines
        if found := alone or first:
            yield from self._given(tuple(_numbers(found[0])))
            raw = "" if alone else raw[found.end() :]
        sentence = _sentence(raw, self._cited, self._heading)
        if sentence is None:
            headed = _HEADED.fullmatch(re.sub(r"[*`#]|__", "", raw).strip())
            self._heading = tuple(_numbers(headed[0])) if headed else self._heading
            return
        self._heading = ()
        yield from self._given()
        if _SOURCES.fullmatch(sentence.text.rstrip(".")):
            self._over = True
        elif sentence.numbers or sentence.declines:
            yield sentence
        else:
            self._unmarked = sentence

    def _given(self, numbers: tuple[int, ...] = ()) -> Iterator[Sentence]:
        """Give the sentence that waited for its marker, with the numbers that were named after it."""
        if self._unmarked is not None:
            sentence, self._unmarked = self._unmarked, None
            yield replace(sentence, numbers=tuple(dict.fromkeys(numbers)))


def _quote_is_open(text: str) -> bool:
    """Whether the last quotation goes on; one that opened before it and never closed was a stray mark."""
    opening, closing = ("„", "“”") if "„" in text else ("“", "”")  # „German“
    curled = text.rfind(opening) > max(map(text.rfind, closing))
    return curled or text.rfind("«") > text.rfind("»") or text.count('"') % 2 == 1


def _sentence(raw: str, cited: Sequence[int], heading: Sequence[int]) -> Sentence | None:
    """Make a sentence of a piece of a model's text, or None when it says nothing: a rule, a fence, "Here it is:".

    ``heading``: the numbers that were named before it; ``cited``: those named apart from the text.
    """
    titled = _HEADING.match(raw) is not None
    if raw.lstrip().startswith("```"):
        raw = raw.lstrip().partition("\n")[2]
    raw = _LINK.sub(lambda link: f"[{link[1]}]", re.sub(r"\*|`|~~|__", "", raw))
    numbers: list[int] = []
    while found := _RUN.search(raw):  # taking one out may join the parts of another
        numbers += _numbers(found[0])
        raw = raw[: found.start()] + " " + raw[found.end() :]
    numbers = numbers or list(cited)
    if not numbers:
        raw, numbers = _named(raw)
    numbers = numbers or list(heading)
    text = _URL.sub(" ", _TAG.sub(" ", raw))
    text = re.sub(_OPEN, "(", re.sub(_CLOSE, ")", text))
    text = re.sub(r"\(\s*\)", " ", text)
    text = _PREAMBLE.sub("", _BULLET.sub("", text, count=1) if _BULLET.match(text) else text.lstrip(), count=1)
    text = re.sub(r"\s+([.,。，])", r"\1", " ".join(text.split())).strip("| ")
    if _DECLINES.fullmatch(text):
        return Sentence(text, (), declines=True)
    # An announcement, a title, a question or a passage's heading given back: nothing is claimed.
    titled = titled or text.endswith((":", "：")) or not any(c.isalpha() for c in text)
    silent = text.endswith(("?", "？")) or (titled and not numbers and not _SOURCES.fullmatch(text))
    if silent or _ECHO.fullmatch(text) or not any(c.isalnum() for c in text):
        return None
    text = text.rstrip(" :：")  # "The answer is: [2]"
    if text[-1] not in _TERMINATOR and not re.search(rf"[{_TERMINATOR}][{_CLOSERS}\s]+\Z", text):
        text += "."
    return Sentence(text, tuple(dict.fromkeys(numbers)))


def _named(raw: str) -> tuple[str, list[int]]:
    """Take out of a sentence without markers the passages that it names in another way; (7) among others is an age."""
    bare = _BULLET.sub("", raw, count=1) if _BULLET.match(raw) else raw.lstrip()
    for begins in (_HEADED, _ATTRIBUTED):
        if found := begins.match(bare):
            rest = bare[found.end() :]
            return rest[:1].upper() + rest[1:], _numbers(found[0]) if rest.strip() else []
    numbers = [number for found in _NAMED_ROUND.findall(raw) for number in _numbers(found)]
    raw = _NAMED_ROUND.sub(" ", raw)
    last = _LAST.search(raw)
    if numbers or not last or len(_ROUND_FIGURE.findall(raw)) > 1:
        return raw, numbers
    return raw[: last.start()] + raw[last.end() :], _numbers(last[0])


def _numbers(markers: str) -> list[int]:
    numbers: list[int] = []
    plain = re.sub("†[^\\]】］]*", "", markers)
    for sign, digits in re.findall(r"([-–—‑]?)\s*(?:[^\W\d]+\.?\s*|[n#^]\W*)?(\d{1,4})", plain):
        number = int(digits)
        if sign and numbers and number <= _MOST:
            numbers += range(numbers[-1] + 1, number)
        numbers.append(number)
    return numbers
