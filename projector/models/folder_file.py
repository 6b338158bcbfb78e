"""Read the small JSON files of a model's, tagger's or coder's folder, whatever is in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from projector.errors import ConfigurationError, ModelError
from schemas.validation import validated

CONFIGURATION = "config.json"  # of a model's folder, as transformers saves it

_Contract = TypeVar("_Contract", bound=BaseModel)


def read_object(path: Path, expected: str, *, where: str = "") -> dict[str, Any]:
    """Return the object that a file holds.

    Args:
        path: The file.
        expected: What it should hold, for the message.
        where: What the message calls it; by default its path.

    Raises:
        ModelError: It can't be read, or holds no object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, dict):
            return content
        problem = type(content).__name__
    except RecursionError:
        problem = "it is nested too deeply"
    except OSError as error:
        problem = error.strerror or str(error)
    except ValueError as error:  # no JSON, no UTF-8
        problem = str(error)
    if where:
        raise ModelError(f"{where} can't be read ({path.name}: {problem}); expected {expected}")
    raise ModelError(f"{path}: can't be read ({problem}); expected {expected}")


def read_contract(path: Path, contract: type[_Contract], expected: str) -> _Contract:
    """Return what a file says, as the contract that it should hold.

    Raises:
        ModelError: It can't be read or doesn't hold it; every fault is told with its key.
    """
    content = read_object(path, expected)
    try:
        return validated(contract, content, path)
    except ConfigurationError as error:
        told = "; ".join(str(error).splitlines())
        raise ModelError(f"{told}. Expected {expected}") from error
