"""What the bot says: the same in every language, whole sentences, nothing that Telegram would cut."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Junk, Message, VariableReference
from fluent.syntax.visitor import Visitor

from bot.telegram.pages import texts as module
from bot.telegram.pages.texts import DEFAULT, FOLDER, Texts, languages

COMMANDS = (
    "start help ask sources latest search about lang reset stop privacy export forget index status stats allow deny"
).split()
NUMBERS = [0, 1, 2, 3, 5, 11, 21, 1000, 1234567]
# What is a word and no number; everything else is tried with numbers.
WORDS = (
    "bot dates question first last quote source sides marker query outlet when languages model id reason where encoder"
    " index words"
).split()


class _Variables(Visitor):
    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: VariableReference) -> None:
        self.found.add(node.id.name)


def messages(path: Path) -> dict[str, set[str]]:
    """Return the variables of every message of a file. Every line of it must be Fluent, and no key stand twice."""
    found: dict[str, set[str]] = {}
    for entry in FluentParser().parse(path.read_text("utf-8")).body:
        assert not isinstance(entry, Junk), f"{path.name}: {entry.content}"
        if isinstance(entry, Message):
            assert entry.id.name not in found, f"{path.name}: {entry.id.name} stands twice"
            variables = _Variables()
            variables.visit(entry)
            found[entry.id.name] = variables.found
    return found


ENGLISH = messages(FOLDER / f"{DEFAULT}.ftl")


def said(language: str, key: str, number: int) -> str:
    arguments = {name: "x" if name in WORDS else number for name in ENGLISH[key]}
    return Texts(language)(key, **arguments)


def test_every_text_is_said_somewhere() -> None:
    source = "".join(path.read_text("utf-8") for path in FOLDER.parents[1].rglob("*.py"))
    unsaid = [key for key in ENGLISH if not re.search(rf"""["']{key}["']""", source)]
    assert [key for key in unsaid if not key.startswith("command-")] == []


def test_french_and_english_are_there() -> None:
    assert {"en", "fr"} <= set(languages())


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_keys_with_the_same_variables(language: str) -> None:
    assert messages(FOLDER / f"{language}.ftl") == ENGLISH


@pytest.mark.parametrize("language", languages())
def test_every_text_can_be_said_with_any_number(language: str) -> None:
    for key in ENGLISH:
        for number in NUMBERS if ENGLISH[key] - set(WORDS) else [0]:
            text = said(language, key, number)
            assert text.strip()
            assert not re.search("[\u2066-\u2069{}]|  +(?!👎)", text), (key, text)


@pytest.mark.parametrize("language", languages())
def test_a_number_that_is_given_is_the_one_that_is_said(language: str) -> None:
    """French counts 0 as singular: no text may write "1" where 0 or 21 can stand."""
    for key in ENGLISH:
        for number in (0, 21):
            if ENGLISH[key] and not ENGLISH[key] & set(WORDS) and key != "stats":
                assert not re.search(r"(?<!\d)1(?!\d)", said(language, key, number)), (key, number)


@pytest.mark.parametrize("language", languages())
def test_texts_are_plain(language: str) -> None:
    for key in ENGLISH:
        assert not re.search(r"<\w|</|&\w+;", said(language, key, 2)), key


def test_french_sets_its_signs_apart_with_spaces_that_do_not_break() -> None:
    values = "\n".join(line for line in (FOLDER / "fr.ftl").read_text("utf-8").splitlines() if not line.startswith("#"))
    assert re.findall(r"\S* [:;?!»]|« ", values) == []
    assert re.findall(r"[^\W\d_][:;?!»]", values) == []
    assert re.findall(r"\w'\w", values) == []  # the apostrophe is ’


@pytest.mark.parametrize("language", languages())
def test_what_telegram_shows_of_the_bot_fits(language: str) -> None:
    """Limits of setMyCommands, setMyDescription, setMyShortDescription, and of the inline button."""
    texts = Texts(language)
    for command in COMMANDS:
        assert 1 <= len(texts(f"command-{command}")) <= 256
    assert {key for key in ENGLISH if key.startswith("command-")} == {f"command-{command}" for command in COMMANDS}
    assert len(texts("profile-description")) <= 512
    assert len(texts("profile-short")) <= 120
    for key in ENGLISH:
        if key.startswith(("inline-", "button-")):
            assert len(said(language, key, 8)) <= 64
    for command in set(COMMANDS) - {"start", "help", "index", "status", "stats", "allow", "deny"}:
        assert f"/{command} " in texts("help", articles=5, bot="@kiosque_bot")


@pytest.mark.parametrize(
    ("articles", "french", "english"),
    [
        (1, "1 article cité sur 1 consulté", "1 article cited of 1 searched"),
        (2, "2 articles cités sur 2 consultés", "2 articles cited of 2 searched"),
        (21, "21 articles cités sur 21 consultés", "21 articles cited of 21 searched"),
        (1234, "1\u202f234 articles cités sur 1\u202f234 consultés", "1,234 articles cited of 1,234 searched"),
    ],
)
def test_plurals_and_numbers_follow_the_language(articles: int, french: str, english: str) -> None:
    assert Texts("fr")("answer-coverage", cited=articles, searched=articles) == french
    assert Texts("en")("answer-coverage", cited=articles, searched=articles) == english
    dated = [
        Texts(code)("answer-coverage-dates", cited=articles, searched=articles, dates="2022") for code in ("fr", "en")
    ]
    assert dated == [f"{french} (dates connues\u00a0: 2022)", f"{english} (known dates: 2022)"]


@pytest.mark.parametrize(
    ("articles", "outlets", "french", "english"),
    [
        (
            1,
            0,
            "L’archive contient 1 article, sans nom de journal.",
            "The archive holds 1 article, with no outlet named.",
        ),
        (5, 1, "L’archive contient 5 articles d’un seul journal.", "The archive holds 5 articles from 1 outlet."),
        (21, 21, "L’archive contient 21 articles de 21 journaux.", "The archive holds 21 articles from 21 outlets."),
    ],
)
def test_what_the_archive_holds_is_one_sentence(articles: int, outlets: int, french: str, english: str) -> None:
    assert Texts("fr")("about", articles=articles, outlets=outlets) == french
    assert Texts("en")("about", articles=articles, outlets=outlets) == english


def test_french_speaks_of_one_archive() -> None:
    assert not re.search(r"\b(les|des|mes|ses) archives\b", (FOLDER / "fr.ftl").read_text("utf-8"), re.IGNORECASE)


@pytest.mark.parametrize(
    ("code", "language"),
    [("fr", "fr"), ("fr-CA", "fr"), ("FR_fr", "fr"), ("en-GB", "en"), ("xx", "en"), ("", "en"), ("../fr", "en")],
)
def test_a_code_becomes_the_language_that_is_spoken(code: str, language: str) -> None:
    assert Texts(code).language == language


def test_hostile_arguments_stay_what_they_are() -> None:
    hostile = "{ $quote } <b>&amp; [one] *x"
    assert Texts("en")("quotation", quote=hostile) == f"“{hostile}”"


@pytest.mark.parametrize("length", [199, 200, 201, 1000, 1001, 100_000])
def test_an_argument_may_be_long(length: int) -> None:
    quote, source = "{é}" * (length // 3) + "x", "\ue000other\ue001" + "s" * length
    assert Texts("fr")("quotation-source", quote=quote, source=source) == f"{source}\u00a0: {quote}"


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError, match="no-such-text"):
        Texts("fr")("no-such-text")


def test_a_missing_argument_is_an_error_that_names_the_text() -> None:
    with pytest.raises(ValueError, match="rate-limit"):
        Texts("fr")("rate-limit")


def test_a_new_file_is_a_new_language_and_what_it_lacks_is_said_in_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = (FOLDER / "en.ftl").read_text("utf-8")
    (tmp_path / "en.ftl").write_text(english, "utf-8")
    (tmp_path / "de.ftl").write_text("language-name = Deutsch\n", "utf-8")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    module.languages.cache_clear()
    module._bundle.cache_clear()
    try:
        assert languages() == ("de", "en")
        assert Texts("de-AT")("language-name") == "Deutsch"
        assert Texts("de")("reset-done") == "New conversation: I have set aside what we said."
        assert Texts("fr").language == "en"
        assert Texts("de").locale.language == "de"
    finally:
        module.languages.cache_clear()
        module._bundle.cache_clear()


def test_nothing_heavy_is_imported_before_a_text_is_said() -> None:
    heavy = "'fluent.runtime', 'babel', 'telegram'"
    code = f"import sys, bot.telegram.pages.texts; print([m for m in ({heavy}) if m in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=FOLDER.parents[3]
    )
    assert ran.stdout.strip() == "[]"
