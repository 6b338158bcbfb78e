"""Read JSON Lines: one object a line, its fields of the kinds that they should be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from projector.errors import CorpusError, Problem
from projector.storage import strict_json
from projector.storage.strict_json import STRICT, WrongFieldError, fault, whole
from projector.storage.utf8 import decode


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
        row = json.loads(line, **STRICT)
        if "\\u" in line:
            json.dumps(row, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        problem = Problem(path, number, f"no JSON ({fault(error)})", expected)
        raise CorpusError(problem) from error
    if not isinstance(row, dict):
        raise CorpusError(Problem(path, number, "no object", expected))
    return row


def string(row: Mapping[str, Any], key: str) -> str:
    """Return a field that must be a string.

    Raises:
        WrongFieldError: It isn't.
    """
    return strict_json.string(_field(row, key), key)


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
    return strict_json.array(_field(row, key), key)


def _field(row: Mapping[str, Any], key: str) -> object:
    if key not in row:
        raise WrongFieldError(f"has no {key}")
    return row[key]
