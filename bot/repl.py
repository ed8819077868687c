"""The chat in the terminal. On a terminal a prompt with history and completion; elsewhere one question a line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.text import Text

from answering.conversation import Conversation
from answering.settings import ROOT
from answering.types import Answer
from bot.articles import counted, dated, labels
from bot.asking import ask_and_show, write_json
from bot.failures import report
from bot.labels import LABELS
from bot.notes import notes_on
from bot.render import citation_line, source, values_in
from bot.terminal import one_line, show
from retrieval.types import Filters

if TYPE_CHECKING:
    from answering.answerer import Answerer
    from answering.generating.usage import Tally
    from retrieval.archive import Archive

HISTORY = ROOT / "var" / "history"
COMMANDS = {
    "/sources": "list the quotations of the last answer; /sources 2 shows the second in its context",
    "/usage": "show what the chat model has used in this session",
    "/reset": "start a new conversation",
    "/help": "show this list",
    "/quit": "leave (so does Ctrl-D)",
}


@dataclass(slots=True)
class Chat:
    """One conversation with a person or a pipe. ``failed`` tells whether any question could not be answered."""

    answerer: Answerer
    out: Console
    archive: Archive | None = None  # which knows more of a quotation than the answer
    interactive: bool = False
    as_json: bool = False
    debug: bool = False
    conversation: Conversation = field(default_factory=Conversation)
    last: Answer | None = None
    failed: bool = False
    tally: Tally | None = None  # what the chat model used, where there is one

    def run(self, lines: Iterable[str]) -> int:
        """Take in one line after the other; return the exit status: 1 when a question of a pipe failed."""
        for line in lines:
            text = line.removeprefix("\ufeff").strip()
            if text == "/quit":
                break
            if text.startswith("/"):
                self._command(text)
            elif text:
                self._question(text)
        return 1 if self.failed and not self.interactive else 0

    def _question(self, question: str) -> None:
        try:
            answer = ask_and_show(
                self.answerer,
                question,
                self.out,
                conversation=self.conversation,
                filters=Filters(),
                as_json=self.as_json,
            )
        except BrokenPipeError:
            raise
        except KeyboardInterrupt:
            if not self.interactive:
                raise
            self._say("Interrupted.")
        except Exception as error:
            # One question that fails must not end the session: the next one may well be answered.
            self.failed = True
            sentence = report(error, debug=self.debug)
            if self.as_json:
                write_json(self.out, {"question": question, "error": sentence})
        else:
            self.last = answer
            self.conversation = self.conversation.followed_by(answer)
            if self.interactive:
                self._say("")

    def _command(self, text: str) -> None:
        name, *rest = text.split(maxsplit=1)
        argument = rest[0] if rest else ""
        if name == "/reset":
            self.conversation, self.last = Conversation(), None
            if self.interactive:
                self._say("New conversation.")
        elif self.as_json:
            print(f"{one_line(name)} does nothing with --json: ask a question, or /reset.", file=sys.stderr)
        elif name == "/sources":
            self._sources(argument)
        elif name == "/usage":
            self._say(f"The chat model has used {used(self.tally)}." if self.tally else "There is no chat model.")
        elif name == "/help":
            show(self.out, *(Text(f"{command:<10}", style="cyan").append(told) for command, told in COMMANDS.items()))
        else:
            self._say(f"There is no command {one_line(name)}: /help lists them.")

    def _sources(self, argument: str) -> None:
        if self.last is None or not self.last.citations:
            told = "The last answer has no sources." if self.last else "There are no sources yet: ask a question first."
            self._say(told)
            return
        citations, label = self.last.citations, labels(self.last.language)
        values = {citation.marker: values_in(citation.marker, self.last) for citation in citations}
        if not argument:
            show(self.out, *(citation_line(citation, label, values=values[citation.marker]) for citation in citations))
            return
        for citation in citations:
            if argument == str(citation.marker):
                notes = notes_on(self.archive, citation, self.last.language) if self.archive else []
                mark = self.out.color_system is None
                show(self.out, *source(citation, label, mark=mark, values=values[citation.marker]), *notes)
                return
        known = ", ".join(str(citation.marker) for citation in citations)
        self._say(f"There is no source {one_line(argument)}: the last answer has {known}.")

    def _say(self, text: str) -> None:
        show(self.out, Text(text))


def used(tally: Tally) -> str:
    """Return ``3 requests, 4,210 tokens read and 310 written, cost 0.0042``; the cost only where a price is set.

    It says "about" where the provider did not report all of them.
    """
    total = tally.total()
    requests = f"{total.requests} request{'' if total.requests == 1 else 's'}"
    cost = f", cost {total.cost:,.4f}" if total.cost else ""
    about = "about " if total.estimated else ""
    return f"{requests}, {about}{total.read:,} tokens read and {total.written:,} written{cost}"


def chat(
    answerer: Answerer,
    out: Console,
    archive: Archive,
    *,
    as_json: bool = False,
    debug: bool = False,
    tally: Tally | None = None,
) -> int:
    """Talk until the input ends; return the exit status. A prompt is shown only where both ends are a terminal.

    ``tally`` counts what the answerer's chat model uses: it is shown at the end.
    """
    if as_json or not (sys.stdin.isatty() and out.is_terminal):
        return Chat(answerer, out, archive, as_json=as_json, debug=debug, tally=tally).run(piped_lines(sys.stdin))
    from bot.prompting import prompted_lines

    coverage = archive.coverage()
    dates = dated(coverage, LABELS["en"])
    held = counted(coverage.articles, LABELS["en"]) + (f" ({dates})" if dates else "")
    show(out, Text(f"Kiosque: {held}. Ask a question, or /help."))
    talk = Chat(answerer, out, archive, interactive=True, debug=debug, tally=tally)
    status = talk.run(prompted_lines(HISTORY, COMMANDS))
    if tally and tally.total().requests:
        show(out, Text(f"The chat model used {used(tally)}."))
    return status


def piped_lines(stream: TextIO) -> Iterator[str]:
    """Yield the lines of ``stream`` as they come; bytes that are no text become a replacement character."""
    with suppress(AttributeError):  # a stream that was put in place of the real one may hold text only
        stream.reconfigure(errors="replace")  # type: ignore[attr-defined]
    yield from stream
