"""``sources.toml``: what ``kiosque sync`` takes articles from. docs/sources.toml explains every key."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from retrieval.errors import SettingsError
from retrieval.storing.failures import is_page
from retrieval.syncing import MOST, Source
from retrieval.web.addresses import parse_address, shown
from retrieval.web.fetch_errors import RefusedAddress
from retrieval.web.limits import Policy

_LARGEST = 2**20  # bytes
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_LONGEST_PERIOD = 366 * 86_400.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What the file says: the sources that are to be asked, in its order, and how the web may be asked."""

    sources: tuple[Source, ...]
    policy: Policy


def load_plan(path: Path) -> Plan:
    """Read the file. Raises SettingsError with one sentence that names the file, the source and the way out."""
    try:
        with open(path, "rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise SettingsError(f"{path} is larger than {_LARGEST >> 20} MB; give kiosque sync a list of sources.")
        found = _File.model_validate(tomllib.loads(data.decode("utf-8-sig")))
    except FileNotFoundError as exc:
        raise SettingsError(
            f"There is no {path}; copy docs/sources.toml there and name your sources in it, or name another file."
        ) from exc
    except OSError as exc:
        raise SettingsError(f"{path} cannot be read: {exc.strerror or type(exc).__name__}.") from exc
    except UnicodeDecodeError as exc:
        raise SettingsError(f"{path} is no UTF-8 text; save it as UTF-8.") from exc
    except tomllib.TOMLDecodeError as exc:
        raise SettingsError(f"{path} is no TOML: {str(exc).rstrip('.')}; docs/sources.toml shows the form.") from exc
    except RecursionError as exc:
        raise SettingsError(f"{path} is nested too deeply; docs/sources.toml shows the form.") from exc
    except ValidationError as exc:
        raise SettingsError(f"{path}, {_complaint(exc)}; docs/sources.toml shows every key.") from exc
    return Plan(_sources(path, found.sources), _policy(path, found.web))


def parse_period(text: str) -> float:
    """Return the seconds of ``90s``, ``15m``, ``1h`` or ``1d``. Raises ValueError."""
    match = re.fullmatch(r"\s*([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*([smhd])\s*", text)
    seconds = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if not 1 <= seconds <= _LONGEST_PERIOD:
        raise ValueError(f"{text!r} is no time such as 90s, 15m, 1h or 1d, from a second to a year")
    return seconds


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class _Source(_Strict):
    at: Annotated[str, Field(min_length=1, max_length=4096)]
    name: Annotated[str, Field(max_length=200)] = ""
    outlet: Annotated[str, Field(max_length=200)] = ""
    language: str = ""
    every: float = 0.0
    most: Annotated[int, Field(ge=1, le=100_000)] = MOST
    enabled: bool = True

    @field_validator("at")
    @classmethod
    def _one_place(cls, value: str) -> str:
        if "\0" in value or not value.strip():
            raise ValueError("must be a path or a web address")
        if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*://", value) and not is_page(value.lower()):
            raise ValueError("must be a path, or an address that begins with http:// or https://")
        return value.strip()

    @field_validator("name", "outlet")
    @classmethod
    def _on_one_line(cls, value: str) -> str:
        return " ".join(value.split())

    @field_validator("language")
    @classmethod
    def _code(cls, value: str) -> str:
        from retrieval.language import language_code

        if value and not language_code(value):
            raise ValueError("must be a language such as fr or French")
        return language_code(value)

    @field_validator("every", mode="before")
    @classmethod
    def _seconds(cls, value: object) -> float:
        if not isinstance(value, str):
            raise ValueError('must be a time in quotes, such as "1h" or "1d"')
        return parse_period(value)


class _Web(_Strict):
    allow_private: list[str] = []
    ports: list[Annotated[int, Field(ge=1, le=65_535)]] = []
    interval: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = Policy().interval

    @field_validator("allow_private")
    @classmethod
    def _hosts(cls, values: list[str]) -> list[str]:
        return [_host(value) for value in values]


class _File(_Strict):
    sources: Annotated[list[_Source], Field(min_length=1)]
    web: _Web = _Web()

    @field_validator("sources", mode="before")
    @classmethod
    def _bare_places(cls, value: Any) -> Any:
        return [{"at": each} if isinstance(each, str) else each for each in value] if isinstance(value, list) else value


def _host(text: str) -> str:
    """Return a host as addresses write it. Raises ValueError."""
    written = f"[{text}]" if ":" in text else text  # an IPv6 address
    try:
        target = parse_address(f"http://{written}/")
    except RefusedAddress as exc:
        raise ValueError(f"has {text!r}, which is no host such as news.example or 10.0.0.7") from exc
    if re.search(r"[/?#@\s]", text):
        raise ValueError(f"has {text!r}, which is no host such as news.example or 10.0.0.7")
    return target.host


def _sources(path: Path, given: list[_Source]) -> tuple[Source, ...]:
    numbers: dict[str, int] = {}
    made: list[Source] = []
    for number, each in enumerate(given, 1):
        place = _place(path, number, each.at)
        if (first := numbers.setdefault(place, number)) != number:
            raise SettingsError(f"{path}, source {number} is source {first} again ({shown(each.at)}); take one out.")
        if each.enabled:
            name = each.name or shown(each.at)
            made.append(Source(place, name, each.outlet, each.language, each.every, each.most))
    return tuple(made)


def _place(path: Path, number: int, at: str) -> str:
    """Return where a source lies: a web address in its normal form, or a path from the file's own folder."""
    if is_page(at.lower()):
        try:
            return str(parse_address(at).url)
        except RefusedAddress as exc:
            raise SettingsError(f"{path}, source {number}: {exc}") from exc
    try:
        return os.path.abspath(path.parent / Path(at).expanduser())
    except RuntimeError as exc:
        raise SettingsError(f"{path}, source {number}: {at} names no home folder that is known; correct it.") from exc


def _policy(path: Path, web: _Web) -> Policy:
    usual = Policy()
    return Policy(ports=usual.ports | set(web.ports), allow_private=frozenset(web.allow_private), interval=web.interval)


def _complaint(error: ValidationError) -> str:
    """Return what is wrong first: ``source 3: there is no key 'outlets'``. A key that nobody knows explains most."""
    errors = error.errors(include_url=False, include_input=False)
    first = min(errors, key=lambda each: each["type"] != "extra_forbidden")
    table, *rest = first["loc"]
    if not rest:
        return _of_the_file(str(table), first["type"])
    number = rest[0] if isinstance(rest[0], int) else None
    key = next((part for part in rest if isinstance(part, str)), "")
    where = f"source {number + 1}" if table == "sources" and number is not None else f"[{table}]"
    message = first["msg"]
    if say := _SAYINGS.get(first["type"]):
        return f"{where}: {say(key)}"
    if first["type"] == "value_error":
        return f"{where}: {key} {message.removeprefix('Value error, ')}"
    return f"{where}: {key}: {message[:1].lower()}{message[1:]}"


def _of_the_file(key: str, kind: str) -> str:
    if key != "sources":
        return (
            f"there is no key {key!r}; the file has sources, and may have [web]"
            if key != "web"
            else "web must be a table"
        )
    return "it names no source" if kind in ("missing", "too_short") else "sources must be a list"


_SAYINGS: dict[str, Callable[[str], str]] = {
    "extra_forbidden": lambda key: f"there is no key {key!r}",
    "missing": lambda key: f"{key!r} is missing",
    "model_type": lambda key: "it must be a path, a web address, or a table with the key 'at'",
    "string_type": lambda key: f"{key} must be a text in quotes",
    "bool_type": lambda key: f"{key} must be true or false",
    "int_type": lambda key: f"{key} must be a whole number",
    "float_type": lambda key: f"{key} must be a number",
    "list_type": lambda key: f"{key} must be a list",
}
