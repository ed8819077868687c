"""Links to a source: only those that the bot signed lead anywhere."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.pages.deeplinks import read_source, source_link

KEY = bytes(range(32))


@given(st.integers(1, 10**18 - 1), st.integers(1, 9999))
def test_a_link_leads_to_its_source_and_fits_telegram(answer: int, n: int) -> None:
    link = source_link("kiosque_bot", KEY, answer, n)
    parameter = link.removeprefix("https://t.me/kiosque_bot?start=")
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", parameter)
    assert read_source(parameter, KEY) == (answer, n)


@given(st.integers(1, 1000), st.integers(1, 9), st.integers(1, 1000), st.integers(1, 9))
def test_a_signature_is_of_one_source_and_one_key(answer: int, n: int, other: int, m: int) -> None:
    parameter = source_link("b", KEY, answer, n).partition("=")[2]
    forged = f"s_{other}_{m}_{parameter[-12:]}"
    assert read_source(forged, KEY) == ((answer, n) if (other, m) == (answer, n) else None)
    assert read_source(parameter, bytes(32)) is None


@given(st.text(max_size=70))
def test_anything_else_leads_nowhere(parameter: str) -> None:
    assert read_source(parameter, KEY) is None
