"""Read the codes of mentions from a folder of codes, to show them beside the mentions."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from projector.errors import CorpusError, Problem
from projector.storage.parquet_file import reading_parquet
from projector.storage.run_files import written_folder
from schemas.coding import CODING
from schemas.tables import CODES, check_rows, check_table

_TABLE = "codes.parquet"
_SHOWN = ("code", "rank", "score", "description", "name", "origin", "assertion")
_Key = tuple[str, str]  # document, mention


@dataclass(frozen=True, slots=True)
class MentionCodes:
    """The codes of a language's mentions.

    Args:
        rows: By document and mention, best first.
    """

    rows: dict[_Key, list[dict[str, Any]]] = field(default_factory=dict)

    def of(self, document: str, mention: str, text: str) -> list[dict[str, Any]]:
        """Return a mention's codes, best first; none of another mention that is called alike."""
        rows = self.rows.get((document, mention), [])
        return [{name: row[name] for name in _SHOWN} for row in rows if row["text"] == text]


def find_codes(run: Path) -> Path | None:
    """Return the folder of codes beside a run, None where there is none."""
    beside = run.absolute().parent / "coded"
    return beside if (beside / CODING).is_file() else None


def read_codes(folder: Path, language: str) -> MentionCodes:
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
    with reading_parquet(path):
        file = pq.ParquetFile(path)
        check_table(file.schema_arrow, CODES, path)
        known = [name for name in CODES.names if name in file.schema_arrow.names]
        table = file.read(columns=known)
        check_rows(table, CODES, path)
    wanted = table.filter(pc.equal(table["language"], language)).to_pylist()
    rows: dict[_Key, list[dict[str, Any]]] = {}
    for key, group in groupby(wanted, key=lambda row: (row["document"], row["mention"])):
        complete = [{**dict.fromkeys(_SHOWN), **row} for row in group]
        rows.setdefault(key, []).extend(sorted(complete, key=lambda row: row["rank"]))
    return MentionCodes(rows)
