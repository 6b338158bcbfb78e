"""Keep what became of documents on disk until all are there, so that memory stays flat."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import BinaryIO

from projector.run.outcome import Entry


class Spool:
    """Entries in a file, found again by language and source document; all others stay there.

    A document's rows come together, so sorting the documents sorts the rows: no table is ever
    held whole.

    Args:
        file: Open for writing and reading; nobody else reads it, so it can be pickles.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._places: dict[tuple[str, str], tuple[int, int]] = {}  # where, how many rows

    def __contains__(self, key: object) -> bool:
        """Tell whether there is an entry of this (language, source document)."""
        return key in self._places

    def put(self, entry: Entry) -> None:
        """Keep an entry."""
        self._places[entry.language, entry.source] = self._file.seek(0, 2), len(entry.rows)
        pickle.dump(entry, self._file, pickle.HIGHEST_PROTOCOL)

    def entries(self, language: str | None = None) -> Iterator[Entry]:
        """Yield the entries (of one language) sorted by language and source document."""
        for key in sorted(self._places):
            if language in (None, key[0]):
                self._file.seek(self._places[key][0])
                yield pickle.load(self._file)

    def outcomes(self) -> dict[str, dict[str, int]]:
        """Return for each language how many outcomes each of its source documents has."""
        found: dict[str, dict[str, int]] = {}
        for (language, source), (_, rows) in self._places.items():
            found.setdefault(language, {})[source] = rows
        return found
