"""Take JSON that can be written again as it was, and values that are what they should be."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

_SHOWN = 60  # characters of a wrong value in a message


class WrongFieldError(ValueError):
    """A field is missing, or holds something else than it should."""


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


# What `json` takes so that no number is infinite or none, and no key comes twice: of two that are
# called alike the first would be lost in silence.
STRICT: dict[str, Any] = {
    "object_pairs_hook": _table,
    "parse_float": _finite,
    "parse_constant": _finite,
}


def fault(error: ValueError | RecursionError) -> str:
    """Return what is wrong with JSON by what reading it raised, in few words."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, at character {error.pos + 1}"
    if isinstance(error, UnicodeEncodeError):
        return f"half of a surrogate pair, \\u{ord(error.object[error.start]):04x}, alone"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return str(error).partition(":")[0]  # what Python says of too long a number goes on


def whole(value: object, name: str) -> int:
    """Return a value that must be a whole number, as offsets are; `name` is for the message.

    Raises:
        WrongFieldError: It isn't, like 1.5, true or "1".
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongFieldError(f"{name} is {brief(value)}; a whole number is needed")
    return value


def string(value: object, name: str) -> str:
    """Return a value that must be a string.

    Raises:
        WrongFieldError: It isn't.
    """
    if not isinstance(value, str):
        raise WrongFieldError(f"{name} is {brief(value)}; a string is needed")
    return value


def array(value: object, name: str) -> list[Any]:
    """Return a value that must be a list.

    Raises:
        WrongFieldError: It isn't.
    """
    if not isinstance(value, list):
        raise WrongFieldError(f"{name} is {brief(value)}; a list is needed")
    return value


def brief(value: object) -> str:
    """Return a value as JSON writes it, cut where it is long."""
    try:
        told = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "something nested deeply"
    return told if len(told) <= _SHOWN else f"{told[: _SHOWN - 1]}…"
