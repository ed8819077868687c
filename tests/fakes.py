"""Stand-ins for what a test cannot have: a chat model that says what it is told to, and an embedder without weights."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from zlib import crc32

import numpy as np
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, Field

from retrieval.types import Article, Hit, Passage, Vectors


class ScriptedChatModel(BaseChatModel):
    """A real LangChain chat model that streams ``pieces`` as they are, then raises ``error`` if there is one.

    ``heard`` collects the messages of every request.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    pieces: list[str] = Field(default_factory=list)
    error: Exception | None = None
    heard: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        self.heard.append(messages)
        if self.error is not None:
            raise self.error
        return ChatResult(generations=[ChatGeneration(message=AIMessage("".join(self.pieces)))])

    def _stream(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        self.heard.append(messages)
        for piece in self.pieces:
            yield ChatGenerationChunk(message=AIMessageChunk(piece))
        if self.error is not None:
            raise self.error
        yield ChatGenerationChunk(message=AIMessageChunk("", chunk_position="last"))


class HashingEmbedder:
    """Bags of word beginnings, hashed: texts with the same words are near, and nothing else is meant."""

    name = "hashing"
    dimension = 256

    def embed_query(self, text: str) -> Vectors:
        return self._embed(text)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._embed(text) for text in texts]) if texts else np.empty((0, self.dimension), np.float32)

    def _embed(self, text: str) -> Vectors:
        vector = np.zeros(self.dimension, np.float32)
        vector[0] = 0.1  # no text is nothing
        for word in re.findall(r"\w{3,}|\d+", text.casefold()):
            vector[1 + crc32(word[:6].encode("utf-8", "replace")) % (self.dimension - 1)] += 1
        return vector / np.float32(np.linalg.norm(vector))


def hit_on(article: Article, start: int = 0, end: int | None = None, number: int = 1) -> Hit:
    """Return a hit on one passage of an article: the whole of it by default."""
    passage = Passage(number, article.id, start, len(article.text) if end is None else end)
    return Hit(passage, article, score=1.0, dense=0.9, lexical=5.0)
