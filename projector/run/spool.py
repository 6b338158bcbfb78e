"""Keep what became of documents on disk until all are there, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from pydantic import TypeAdapter

from projector.run.outcome import DocumentOutcome

_LINE = TypeAdapter(DocumentOutcome)


class Spool:
    """Outcomes in a file of JSON lines, found again by language and source document.

    A document's mentions come together, so sorting the documents sorts the mentions: no table is
    ever held whole.

    Args:
        file: Open for writing and reading.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._starts: dict[tuple[str, str], int] = {}

    def __contains__(self, key: object) -> bool:
        """Tell whether there is an outcome of this (language, source document)."""
        return key in self._starts

    def put(self, outcome: DocumentOutcome) -> None:
        """Keep an outcome."""
        self._starts[outcome.language, outcome.source] = self._file.seek(0, 2)
        self._file.write(_LINE.dump_json(outcome) + b"\n")

    def outcomes(self, language: str) -> Iterator[DocumentOutcome]:
        """Yield the outcomes of one language sorted by source document."""
        for key in sorted(key for key in self._starts if key[0] == language):
            self._file.seek(self._starts[key])
            yield _LINE.validate_json(self._file.readline())
