"""answerCallbackQuery and answerInlineQuery: once each, in time, within their limits."""

from __future__ import annotations

import re
from typing import Any

from tests.telegram_emulator.access import too_long
from tests.telegram_emulator.errors import NotEmulated, bad_request
from tests.telegram_emulator.formatting import read_text
from tests.telegram_emulator.markup import read_markup
from tests.telegram_emulator.parameters import Parameters
from tests.telegram_emulator.state import Query, State
from tests.telegram_emulator.values import CallbackAnswer, InlineAnswer, InlineResult, Json, utf16_length

_START_PARAMETER = re.compile(r"[A-Za-z0-9_-]{1,64}")


def _open_query(state: State, queries: dict[str, Query], identifier: str) -> Query:
    """One that is there, was not answered, and is not too old."""
    query = queries.get(identifier)
    if query is None or query.answer.done() or state.clock() - query.at > state.limits.query_seconds:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    return query


async def answer_callback_query(state: State, p: Parameters) -> bool:
    if utf16_length(p.text("text")) > 200:
        raise too_long()
    url = p.optional("url")
    if url is not None and not re.match(rf"(https?://)?t\.me/{re.escape(state.bot.username or '')}\?start=", url):
        raise bad_request("URL_INVALID")
    query = _open_query(state, state.callbacks, p.text("callback_query_id"))
    answer = CallbackAnswer(
        query_id=query.id,
        user=query.user.id,
        data=query.data,
        text=p.text("text"),
        show_alert=p.flag("show_alert"),
        url=url,
        cache_time=p.integer("cache_time"),
        at=state.clock(),
    )
    query.answer.set_result(answer)
    state.callback_answers.append(answer)
    state.journal.record("callback_answer", query.user.id, answer)
    return True


async def answer_inline_query(state: State, p: Parameters) -> bool:
    results = p.json("results", "inline query results")
    if not isinstance(results, list):
        raise bad_request("expected an Array of InlineQueryResult")
    read = tuple(_result(state, item) for item in results)
    if len(read) > 50:
        raise bad_request("RESULTS_TOO_MUCH")
    if len({result.id for result in read}) < len(read):
        raise bad_request("RESULT_ID_DUPLICATE")
    if len(p.text("next_offset").encode()) > 64:
        raise bad_request("NEXT_OFFSET_INVALID")
    button = _results_button(p)
    query = _open_query(state, state.inline_queries, p.text("inline_query_id"))
    answer = InlineAnswer(
        query_id=query.id,
        user=query.user.id,
        query=query.data,
        offset=query.offset,
        results=read,
        next_offset=p.text("next_offset"),
        cache_time=p.integer("cache_time", 300),
        is_personal=p.flag("is_personal"),
        button=button,
        at=state.clock(),
    )
    query.answer.set_result(answer)
    state.inline_answers.append(answer)
    state.journal.record("inline_answer", query.user.id, answer)
    return True


def _results_button(p: Parameters) -> tuple[str, str | None] | None:
    given = p.object("button", "InlineQueryResultsButton")
    if given is None:
        return None
    text, start = given.get("text"), given.get("start_parameter")
    if not isinstance(text, str) or not text:
        raise bad_request("can't parse inline query results button: Can't find field \"text\"")
    if start is not None and not (isinstance(start, str) and _START_PARAMETER.fullmatch(start)):
        raise bad_request("START_PARAM_INVALID")
    if (start is None) == (given.get("web_app") is None):
        raise bad_request("exactly one of the fields web_app and start_parameter must be used")
    return text, start


def _field(item: Json, name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str):
        raise bad_request(f"can't parse inline query result: Can't find field \"{name}\"")
    return value


def _result(state: State, item: Any) -> InlineResult:
    if not isinstance(item, dict):
        raise bad_request("can't parse inline query result: Object expected")
    if (kind := _field(item, "type")) != "article":
        raise NotEmulated(f"inline results of the type {kind}")
    identifier = _field(item, "id")
    if not 1 <= len(identifier.encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    title = _field(item, "title")
    if not title:
        raise bad_request("TITLE_INVALID")
    content = item.get("input_message_content")
    if not isinstance(content, dict) or not content.get("message_text"):
        raise bad_request("can't parse inline query result: Input message content is not specified")
    inner = Parameters(content, {})
    text, entities = read_text(
        inner.text("message_text"),
        inner.optional("parse_mode"),
        inner.entities("entities"),
        state.users.keys(),
        may_be_empty=False,
    )
    if utf16_length(text) > 4096:
        raise too_long()
    return InlineResult(
        id=identifier,
        title=title,
        description=item.get("description"),
        text=text,
        entities=entities,
        source=inner.text("message_text"),
        url=item.get("url"),
        buttons=read_markup(item.get("reply_markup"), inline_only=True),
        preview=inner.object("link_preview_options", "LinkPreviewOptions"),
    )
