"""Hold what came of reading a document, and decode files strictly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from projector.document import Document
from projector.errors import (
    CorpusError,
    Notice,
    Problem,
)
from projector.storage.utf8 import decode as decode


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading one document.

    Args:
        document: What could be read; None when not even the text or the file of its annotations
            could. It holds only what is right: mentions with a problem are not in it.
        problems: What is wrong, in line order, each lost mention and annotation among it.
        notices: What was understood otherwise than it is stated.
        unread: Where there is no document, the ids of the mentions that its annotations state, as
            far as these can be understood: none of them can be used.
    """

    document: Document | None
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()
    unread: tuple[str, ...] = ()


def require_document(reading: Reading, *, advice: str = "") -> Document:
    """Return the document, or raise all its problems, with advice on them.

    Raises:
        CorpusError: There are any.
    """
    if reading.problems or reading.document is None:
        raise CorpusError(*reading.problems, advice=advice)
    return reading.document


def read_text(path: Path) -> str:
    """Read a UTF-8 file as it is stored: byte order mark and line ends stay.

    Raises:
        CorpusError: It can't be opened or is not UTF-8.
    """
    return decode(read_bytes(path), path)


def read_bytes(path: Path) -> bytes:
    """Read a file.

    Raises:
        CorpusError: It can't be opened.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise CorpusError(Problem(path, None, f"can't be read: {error.strerror}")) from error
