import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import ReadError
from retrieval.reading.readers import read_article
from retrieval.reading.telegram_export import posts
from tests.retrieval.files import SENTENCES, export, message

FIRST, SECOND = SENTENCES


def lines(data: bytes) -> list[dict[str, str]]:
    return [json.loads(part.data) for part in posts(data) if not part.reason]


def reason(data: bytes) -> str:
    with pytest.raises(ReadError) as caught:
        list(posts(data))
    return str(caught.value)


def test_a_post_is_an_article() -> None:
    (part,) = posts(export(message(7, f"Kiev résiste encore\n\n{FIRST}")))
    assert part.path == "1234/7"
    article = read_article(part.data, ".jsonl", part.path, "result.json")
    assert (article.id, article.title, article.text) == ("1234/7", "Kiev résiste encore", FIRST)
    assert (article.outlet, article.url, article.published) == ("Nouvelles", "", "2022-03-02T17:10:00+00:00")
    assert article.dated_by == "header"


def test_a_channel_with_a_name_in_addresses_gives_links() -> None:
    (line,) = lines(export(message(7, FIRST), username="@nouvelles_ua"))
    assert (line["id"], line["url"]) == ("nouvelles_ua/7", "https://t.me/nouvelles_ua/7")
    (line,) = lines(export(message(7, FIRST), username="x/../y"))
    assert (line["id"], line["url"]) == ("1234/7", "")


def test_text_in_pieces() -> None:
    link = {"type": "text_link", "text": "le maire", "href": "x"}
    emoji = {"type": "custom_emoji", "document_id": "1"}
    pieces = ["La ville ", {"type": "bold", "text": "tient"}, " bon, dit ", link, emoji, 3, "."]
    assert lines(export(message(1, pieces)))[0]["text"] == "La ville tient bon, dit le maire."


def test_what_is_no_post() -> None:
    found = list(
        posts(
            export(
                {"id": 1, "type": "service", "action": "pin_message", "text": FIRST},
                {"id": 2, "type": "unsupported"},
                message(3, "", photo="photos/3.jpg"),
                message(4, "👍"),
                message(5, "À suivre"),
                message(6, "Direct"),
                message(7, FIRST),
                [],
            )
        )
    )
    assert [part.path for part in found] == ["1234/7", "short posts"]
    assert found[1].reason == "posts of fewer than 4 words were left out (2)"


def test_edits_keep_the_time_of_publication_and_the_last_text() -> None:
    old = message(7, FIRST, edited_unixtime="1646250000")
    new = message(7, SECOND, edited_unixtime="1646260000")
    for one, two in ((old, new), (new, old)):
        (line,) = lines(export(one, two))
        assert (line["text"], line["published"]) == (SECOND, "2022-03-02T17:10:00+00:00")


def album(number: int, text: str, **more: Any) -> dict[str, Any]:
    return message(number, text, **{"date_unixtime": "1646240580", "photo": "p.jpg", **more})


def test_albums_are_one_post() -> None:
    found = lines(export(album(1, FIRST), album(2, ""), album(3, SECOND), message(4, FIRST)))
    assert [(line["id"], line["text"]) for line in found] == [("1234/1", f"{FIRST}\n\n{SECOND}"), ("1234/4", FIRST)]


@pytest.mark.parametrize(
    "other",
    [
        album(2, SECOND, date_unixtime="1646240581"),
        album(2, SECOND, author="Autre"),
        album(2, SECOND, from_id="channel5"),
        album(3, SECOND),
        {k: v for k, v in album(2, SECOND).items() if k != "photo"},
    ],
)
def test_posts_of_one_moment_that_are_no_album(other: dict[str, Any]) -> None:
    assert [line["text"] for line in lines(export(album(1, FIRST), other))] == [FIRST, SECOND]


@pytest.mark.parametrize(
    ("stated", "published"),
    [
        ({"date_unixtime": "x"}, "2022-03-02"),
        ({"date_unixtime": None, "date": 3}, ""),
        ({"date_unixtime": "9" * 30}, "2022-03-02"),
        ({"date_unixtime": 1646240580}, "2022-03-02T17:03:00+00:00"),
    ],
)
def test_dates(stated: dict[str, Any], published: str) -> None:
    assert lines(export(message(1, FIRST, **stated)))[0]["published"] == published


def test_an_export_of_an_account_gives_its_channels() -> None:
    channel = json.loads(export(message(1, FIRST)))
    person = {**channel, "type": "personal_chat", "id": 5, "name": None}
    left = {**channel, "id": 9, "name": None}
    whole = {"chats": {"list": [person, channel]}, "left_chats": {"list": [left, 3]}}
    assert [line["id"] for line in lines(json.dumps(whole).encode())] == ["1234/1", "9/1"]


def test_control_characters_as_telegram_writes_them() -> None:
    data = (
        export(message(1, "La ville tient bon, dit-il.")).replace(b"tient", rb"ti\x0Fent").replace(b"bon", rb"bon\\x41")
    )
    with pytest.raises(ValueError, match="escape"):
        json.loads(data)
    assert lines(data)[0]["text"] == r"La ville tient bon\x41, dit-il."


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "is not valid JSON"),
        (b"[" * 100_000, "is not valid JSON"),
        (b'"\xe9"', "is not UTF-8"),
        (b'{"messages": {}}', "is no Telegram export: it has no messages"),
        (b"[]", "is no Telegram export: it has no messages"),
        (b'{"chats": 3}', "is no Telegram export: it has no messages"),
        (b'{"type": "personal_chat", "messages": []}', "is the export of a chat; only channels are taken in"),
    ],
)
def test_files_that_are_no_export(data: bytes, expected: str) -> None:
    assert reason(data) == expected


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(FIRST),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "text", "date", "date_unixtime", "photo", "from_id"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)
_KINDS = st.sampled_from(["message", "service", None])


@given(
    st.lists(
        _ANY
        | st.fixed_dictionaries(
            {"id": st.integers(0, 9), "type": _KINDS, "text": _ANY, "date_unixtime": _ANY, "photo": _ANY}
        )
    ),
    _ANY,
    _ANY,
    _ANY,
)
def test_any_messages_give_lines_that_can_be_read(found: list[Any], name: Any, number: Any, username: Any) -> None:
    channel = {"type": "public_channel", "name": name, "id": number, "username": username, "messages": found}
    ids = []
    for part in posts(json.dumps(channel).encode()):
        if not part.reason:
            ids.append(part.path)
            assert read_article(part.data, ".jsonl", part.path, "r").text
    assert len(ids) == len(set(ids))
