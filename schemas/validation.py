"""Read files that should hold one of the contracts, and tell what is wrong with them."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

from pydantic import BaseModel, ValidationError

from projector.errors import ConfigurationError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_Contract = TypeVar("_Contract", bound=BaseModel)
_UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")
_TOLD_WITHOUT_VALUE = ("value_error", "assertion_error", "json_invalid")
_ENDLESS_KEY = re.compile(r"(?<![\w-])(?:[\w-]++\.){1000}")
_LONGEST = 80  # characters of a value that is told
_LARGEST = 2**53  # above it floating-point numbers no longer tell whole ones apart


def read_validated(path: Path, contract: type[_Contract]) -> _Contract:
    """Read a contract from a file: JSON where its name ends in `.json`, TOML otherwise.

    Args:
        path: The file.
        contract: What it should hold; what it leaves out keeps its default.

    Raises:
        ConfigurationError: It can't be read, or doesn't hold it; every fault is told.
    """
    return validated(contract, read_content(path), path)


def read_content(path: Path) -> dict[str, Any]:
    """Read what a file says: JSON where its name ends in `.json`, TOML otherwise.

    Raises:
        ConfigurationError: It can't be read, or is neither.
    """
    kind, parse = ("JSON", json.loads) if path.suffix == ".json" else ("TOML", tomllib.loads)
    try:
        text = path.read_text(encoding="utf-8").removeprefix("\ufeff")
        if _ENDLESS_KEY.search(text):  # its levels are gone through again for each of them
            raise RecursionError
        content = parse(text)
    except OSError as error:
        raise ConfigurationError(f"{path}: can't be read: {error.strerror}") from error
    except ValueError as error:  # also what is not UTF-8
        told = str(error).partition("; use sys")[0]  # which is about no file of the user's
        raise ConfigurationError(f"{path}: is no {kind}: {told}") from error
    except RecursionError as error:
        raise ConfigurationError(
            f"{path}: is nested too deeply to be read; expected tables of settings"
        ) from error
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path}: holds no object; expected one of settings")
    return content


def validated(
    contract: type[_Contract], content: object, where: Path | str = "", *, within: str = ""
) -> _Contract:
    """Return content as the contract that it should hold.

    Args:
        contract: What it should hold.
        content: As it was read or put together.
        where: The file that it is from; empty where it is from none.
        within: The table of the file that it is.

    Raises:
        ConfigurationError: It doesn't hold it; every fault is told.
    """
    file = f"{where}: " if where else ""
    if endless := list(_endless_numbers(content, within)):
        raise ConfigurationError("\n".join(f"{file}{fault}" for fault in endless))
    try:
        return contract.model_validate(content)
    except ValidationError as error:
        told = faults(error, where, contract=contract, within=within)
        raise ConfigurationError(told) from error
    except ConfigurationError as error:  # of values that are each legal and don't go together
        raise ConfigurationError(f"{file}{error}") from error


def _endless_numbers(content: object, key: str) -> Iterator[str]:
    """Yield what is said of numbers that pass every limit, with their keys.

    They are infinite or none, or so large that nothing can be counted or computed with them.
    """
    inner: Iterable[tuple[object, object]] = ()
    if isinstance(content, Mapping):
        inner = content.items()
    elif isinstance(content, (list, tuple)):
        inner = enumerate(content)
    elif isinstance(content, float) and not math.isfinite(content):
        yield f"{key}: {content}; expected a finite number"
    elif isinstance(content, (int, float)) and abs(content) > _LARGEST:
        yield f"{key}: {_brief(content)}; expected at most {_LARGEST}, or -{_LARGEST} at least"
    for name, value in inner:
        yield from _endless_numbers(value, f"{key}.{name}" if key else str(name))


def faults(
    error: ValidationError,
    where: Path | str = "",
    *,
    contract: type[BaseModel] | None = None,
    within: str = "",
) -> str:
    """Return what is wrong with some content, a line each: where, its key, found, expected.

    Args:
        error: What pydantic says.
        where: The file that it is from; empty where it is from none.
        contract: What it should hold: of a key that it doesn't know, the nearest is told.
        within: The table of the file that it is.
    """
    file = f"{where}: " if where else ""
    return "\n".join(
        f"{file}{'.'.join(filter(None, (within, _key(fault['loc'])))) or 'the file'}"
        f"{_told(fault, contract)}"
        for fault in error.errors(include_url=False)
    )


def _key(location: Sequence[int | str]) -> str:
    return ".".join(map(str, location))


def _told(fault: ErrorDetails, contract: type[BaseModel] | None) -> str:
    """Return what was found under a key, and what was expected there."""
    limits = fault.get("ctx", {})
    if fault["type"] in _UNKNOWN_KEY:
        return f": there is no such key{_nearest_key(contract, fault['loc'])}"
    if fault["type"] == "missing":
        return ": it is missing"
    if fault["type"] in _TOLD_WITHOUT_VALUE or not fault["loc"]:
        return f": {fault['msg']}"
    expected = fault["msg"].removeprefix("Input should be ")
    if "ge" in limits:
        expected = f"at least {limits['ge']}"
    elif "le" in limits:
        expected = f"at most {limits['le']}"
    return f": {_brief(fault['input'])}; expected {expected}"


def _nearest_key(contract: type[BaseModel] | None, location: Sequence[int | str]) -> str:
    """Return a hint at the key that was meant, or at those that there are."""
    keys = known_keys(contract, location[:-1])
    near = get_close_matches(str(location[-1]), keys, 1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; expected {', '.join(keys)}" if keys else ""


def known_keys(contract: object, location: Sequence[int | str]) -> list[str]:
    """Return the keys of a contract's part; none where it is no table."""
    for name in location:
        contract = _part(contract, name)
    for kind in _kinds(contract):
        if issubclass(kind, BaseModel):
            return list(kind.model_fields)
        if is_dataclass(kind):
            return [field.name for field in fields(kind)]
    return []


def _part(contract: object, name: int | str) -> object:
    """Return the type of a contract's field, or of a tuple's members."""
    if isinstance(name, int):
        return contract
    for kind in _kinds(contract):
        if issubclass(kind, BaseModel) and name in kind.model_fields:
            return kind.model_fields[name].annotation
        if is_dataclass(kind) and name in (hints := get_type_hints(kind)):
            return hints[name]
    return None


def _kinds(annotation: object) -> Iterator[type]:
    """Yield the classes that a type is made of, like those of a union's members."""
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for inner in get_args(annotation):
        yield from _kinds(inner)


def differences(
    before: object, after: object, name: str = "", *, where: str = "in the plan"
) -> Iterator[str]:
    """Yield where two JSON-like values differ, a line each, with both values.

    Args:
        before: One.
        after: The other.
        name: Of both, in what they are a part of.
        where: One of them was.
    """
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted(before.keys() | after.keys()):
            inner = f"{name}.{key}" if name else str(key)
            yield from differences(before.get(key), after.get(key), inner, where=where)
        return
    yield f"{name}: {_brief(before)} {where}, {_brief(after)} now"


def _brief(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (RecursionError, ValueError):  # nested, or numbers of thousands of digits
        text = f"a {type(value).__name__} without end"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}…"
