"""Read a list of documents' names."""

from __future__ import annotations

from pathlib import Path

from projector.corpus.reading import read_text
from projector.errors import CorpusError, Problem

SUFFIX = ".txt"  # by which a list is told from files that hold the documents themselves


def read_names(path: Path) -> list[str]:
    """Return the names in a file, one a line.

    Raises:
        CorpusError: It can't be read, or holds none.
    """
    names = [name for line in read_text(path).split("\n") if (name := line.strip())]
    if not names:
        raise CorpusError(Problem(path, None, "no name", "documents' names, one a line"))
    return names
