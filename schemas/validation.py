"""Read files that should hold one of the contracts, and tell what is wrong with them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from projector.errors import ConfigurationError

_Contract = TypeVar("_Contract", bound=BaseModel)
_LONGEST = 80  # characters of a value that is told


def read_validated(path: Path, contract: type[_Contract]) -> _Contract:
    """Read a contract from a file: JSON where its name ends in `.json`, TOML otherwise.

    Args:
        path: The file.
        contract: What it should hold; what it leaves out keeps its default.

    Raises:
        ConfigurationError: It can't be read, or doesn't hold it; every fault is told.
    """
    try:
        if path.suffix == ".json":
            return contract.model_validate_json(path.read_bytes())
        return contract.model_validate(read_content(path))
    except OSError as error:
        raise ConfigurationError(f"{path}: can't be read: {error.strerror}") from error
    except ValidationError as error:
        raise ConfigurationError(faults(error, path)) from error


def read_content(path: Path) -> dict[str, Any]:
    """Read what a TOML file says.

    Raises:
        ConfigurationError: It can't be read, or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: can't be read: {error.strerror}") from error
    except ValueError as error:  # also what is not UTF-8
        raise ConfigurationError(f"{path}: is no TOML: {error}") from error


def faults(error: ValidationError, path: Path, *, within: str = "") -> str:
    """Return what is wrong with a file's values, a line each; `within` is the part they are of."""
    outer = (within,) if within else ()
    return "\n".join(
        f"{path}: {'.'.join(map(str, (*outer, *fault['loc']))) or 'the file'}: {fault['msg']}"
        for fault in error.errors(include_url=False)
    )


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
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}…"
