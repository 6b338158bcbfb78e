"""Hold what came of reading a document, and decode files strictly."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from projector.document import Document
from projector.errors import CorpusError, Notice, Problem


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading one document.

    Args:
        document: What could be read; None when not even the text or the file of its annotations
            could. It holds only what is right: mentions with a problem are not in it.
        problems: What is wrong, in line order, each lost mention and annotation among it.
        notices: What was understood otherwise than it is stated.
    """

    document: Document | None
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()


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


def decode(data: bytes, path: Path) -> str:
    """Decode what `path` holds as UTF-8.

    Raises:
        CorpusError: It is not UTF-8; the line of the first wrong byte is told.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte 0x{data[error.start]:02x} at {error.start} is not UTF-8"
        hint = "It may be Latin-1: convert it with `iconv -f WINDOWS-1252 -t UTF-8`"
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            hint = "It is UTF-16: convert it with `iconv -f UTF-16 -t UTF-8`"
        line = 1 + data.count(b"\n", 0, error.start)
        raise CorpusError(Problem(path, line, found, "UTF-8", hint)) from error
