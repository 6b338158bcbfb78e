"""Decode what a file holds, and tell where it isn't UTF-8."""

from __future__ import annotations

import codecs
from pathlib import Path

from projector.errors import CorpusError, Problem


def decode(data: bytes, path: Path, *, line: int = 1) -> str:
    """Decode what `path` holds as UTF-8.

    Args:
        data: The whole file, or a part of it.
        path: The file.
        line: The line that `data` begins with.

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
        line += data.count(b"\n", 0, error.start)
        raise CorpusError(Problem(path, line, found, "UTF-8", hint)) from error
