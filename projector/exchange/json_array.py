"""Write an array of JSON an item at a time, so that none but one is held."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from projector.storage.atomic_file import atomic_file


@contextmanager
def json_array(path: Path) -> Iterator[Callable[[object], None]]:
    """Give what appends to the array of a new file; it is whole when the block ends."""
    with atomic_file(path) as file:
        separator = b"[\n"

        def add(item: object) -> None:
            nonlocal separator
            file.write(separator + as_json(item))
            separator = b",\n"

        yield add
        file.write(b"\n]\n" if separator == b",\n" else b"[]\n")


def as_json(value: Any, *, indent: int | None = None) -> bytes:  # noqa: ANN401
    """Return a value as JSON, in UTF-8."""
    return json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False).encode("utf-8")
