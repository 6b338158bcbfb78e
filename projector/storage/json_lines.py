"""Read JSON Lines: one object a line, its fields of the kinds that they should be."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from projector.errors import CorpusError, Problem
from projector.storage.utf8 import decode

_SHOWN = 60  # characters of a wrong value in a message


class WrongFieldError(ValueError):
    """A field is missing, or holds something else than it should."""


def objects(
    path: Path, expected: str, *, limit: int | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the first `limit` objects of a file with their line numbers.

    Whatever they hold can be written as UTF-8 JSON again: no number is infinite or none, no string
    has half of a surrogate pair, no key comes twice.

    Args:
        path: The file.
        expected: What the objects are, for messages.
        limit: None: all.

    Raises:
        CorpusError: It can't be read, or a line holds no such object.
    """
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if limit is not None and number > limit:
                    return
                yield number, _object(decode(line, path, line=number), path, number, expected)
    except OSError as error:
        raise CorpusError(Problem(path, None, f"can't be read: {error.strerror}")) from error


def _object(line: str, path: Path, number: int, expected: str) -> dict[str, Any]:
    if number == 1:
        line = line.removeprefix("\ufeff")
    try:
        row = json.loads(
            line, object_pairs_hook=_table, parse_float=_finite, parse_constant=_finite
        )
        if "\\u" in line:
            json.dumps(row, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        problem = Problem(path, number, f"no JSON ({_told(error)})", expected)
        raise CorpusError(problem) from error
    if not isinstance(row, dict):
        raise CorpusError(Problem(path, number, "no object", expected))
    return row


def _told(error: ValueError | RecursionError) -> str:
    """Return what is wrong with a line, in few words."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, at character {error.pos + 1}"
    if isinstance(error, UnicodeEncodeError):
        return f"half of a surrogate pair, \\u{ord(error.object[error.start]):04x}, alone"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return str(error).partition(":")[0]  # what Python says of too long a number goes on


def _table(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {brief(repeated)} comes twice in an object")
    return table


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:_SHOWN]} is no number that can be counted with")
    return number


def string(row: Mapping[str, Any], key: str) -> str:
    """Return a field that must be a string.

    Raises:
        WrongFieldError: It isn't.
    """
    value = _field(row, key)
    if not isinstance(value, str):
        raise WrongFieldError(f"{key} is {brief(value)}; a string is needed")
    return value


def identifier(row: Mapping[str, Any], key: str) -> str:
    """Return a field that names something: a string, or a whole number that stands for one.

    Raises:
        WrongFieldError: It is neither.
    """
    value = _field(row, key)
    return value if isinstance(value, str) else str(whole(value, key))


def sequence(row: Mapping[str, Any], key: str) -> list[Any]:
    """Return a field that must be a list.

    Raises:
        WrongFieldError: It isn't.
    """
    value = _field(row, key)
    if not isinstance(value, list):
        raise WrongFieldError(f"{key} is {brief(value)}; a list is needed")
    return value


def whole(value: object, name: str) -> int:
    """Return a value that must be a whole number, as offsets are; `name` is for the message.

    Raises:
        WrongFieldError: It isn't, like 1.5, true or "1".
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongFieldError(f"{name} is {brief(value)}; a whole number is needed")
    return value


def _field(row: Mapping[str, Any], key: str) -> object:
    if key not in row:
        raise WrongFieldError(f"has no {key}")
    return row[key]


def brief(value: object) -> str:
    """Return a value as JSON writes it, cut where it is long."""
    try:
        told = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "something nested deeply"
    return told if len(told) <= _SHOWN else f"{told[: _SHOWN - 1]}…"
