"""Read the codes of mentions from a folder of codes, to show them beside the mentions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from projector.errors import CorpusError, Problem
from projector.review.document_rows import DocumentRows, read_rows
from projector.storage.run_files import written_folder
from schemas.coding import CODING

_TABLE = "codes.parquet"
_SHOWN = ("code", "rank", "score", "description", "name", "origin")


def mention_codes(
    rows: Sequence[Mapping[str, Any]], mention: str, text: str
) -> list[dict[str, Any]]:
    """Return a mention's codes, best first; none of another that is called alike."""
    proposed = [row for row in rows if row["mention"] == mention and row["text"] == text]
    return [
        {name: row[name] for name in _SHOWN}
        for row in sorted(proposed, key=lambda row: row["rank"])
    ]


def find_codes(run: Path) -> Path | None:
    """Return the folder of codes beside a run, None where there is none."""
    beside = run.absolute().parent / "coded"
    return beside if (beside / CODING).is_file() else None


def read_codes(folder: Path, language: str) -> DocumentRows:
    """Read the codes of the mentions in one language.

    Raises:
        CorpusError: It is no folder of codes, or is not as it was written.
    """
    path = folder / _TABLE
    if not path.is_file():
        raise CorpusError(
            Problem(folder, None, f"it holds no {_TABLE}", "what `projector code -o` wrote")
        )
    if (written := written_folder(folder)) is not None:
        written.check([_TABLE])
    return read_rows(path, ["mention", "text", *_SHOWN], language=language)
