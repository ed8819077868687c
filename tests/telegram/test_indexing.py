"""Documents of administrators: stored under safe names, indexed by a process that knows no secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.handlers.indexing import _environment, index, keep_document, uploads
from retrieval.errors import KiosqueError
from tests.telegram.made import settings

pytestmark = pytest.mark.anyio


@given(st.text(max_size=300), st.binary(max_size=20))
def test_whatever_its_name_a_document_stays_in_the_folder(tmp_path_factory, name: str, data: bytes) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("bot") / "uploads"
    path = keep_document(folder, name, data)
    assert path.parent == folder
    assert path.resolve().parent == folder.resolve()
    assert path.read_bytes() == data
    assert [found.name for found in folder.iterdir()] == [path.name]
    assert keep_document(folder, name, data) == path


def test_a_name_is_kept_as_far_as_it_is_safe(tmp_path: Path) -> None:
    names = [keep_document(tmp_path, name, b"x").name for name in ("../../Le Monde 2022-03-02.PDF", "...", "<b>.t/x|t")]
    assert names == [
        "Le-Monde-2022-03-02-2d711642b726.pdf",
        "document-2d711642b726",
        "x-t-2d711642b726",
    ]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KiosqueError, match=r"cannot be stored in .*file"):
        keep_document(tmp_path / "file", "a.txt", b"x")


def test_documents_lie_beside_the_bots_file() -> None:
    assert uploads(Path("/srv/telegram.sqlite")) == Path("/srv/telegram-uploads")


def test_no_secret_is_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "CHAT_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "secret-of-the-test")
    monkeypatch.setenv("LANG", "C.UTF-8")
    environment = _environment(settings(data="/srv/telegram.sqlite"))
    assert "secret-of-the-test" not in environment.values()
    assert (environment["LANG"], environment["THREADS"]) == ("C.UTF-8", "1")
    assert Path(environment["KIOSQUE_ENV"]).read_text() == ""


async def test_what_the_command_says_is_the_reason(tmp_path: Path) -> None:
    made = settings().model_copy(update={"index_dir": tmp_path / "index"})
    with pytest.raises(KiosqueError, match="nowhere"):
        await index(made, str(tmp_path / "nowhere"))
