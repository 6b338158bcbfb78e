"""Read JSON Lines: one object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from projector.errors import CorpusError, Problem

_HALF = re.compile("[\ud800-\udfff]")


def objects(
    path: Path, expected: str, *, limit: int | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the first `limit` objects of a file with their line numbers.

    Args:
        path: The file.
        expected: What the objects are, for messages.
        limit: None: all.

    Raises:
        CorpusError: A line holds no object, or a string that is no Unicode.
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if limit is not None and number > limit:
                return
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                problem = Problem(path, number, f"no JSON ({error.msg})", expected)
                raise CorpusError(problem) from error
            if "\\ud" in line.lower() and _HALF.search(json.dumps(row, ensure_ascii=False)):
                found = "half of a character, written as \\ud800 to \\udfff"
                raise CorpusError(Problem(path, number, found, "Unicode"))
            if not isinstance(row, dict):
                raise CorpusError(Problem(path, number, "no object", expected))
            yield number, row
