"""Keep what became of documents on disk until all are there, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from zlib import crc32

from pydantic import TypeAdapter

from projector.errors import OutputError
from projector.run.outcome import DocumentOutcome

_LINE = TypeAdapter(DocumentOutcome)
_CHECK = 9  # bytes at the head of a line: eight hexadecimal digits and a space


class Spool:
    """Outcomes in a file of JSON lines, found again by language and source document.

    At the head of each line stands its checksum: what comes back is what was put, or an error.
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
        line = _LINE.dump_json(outcome) + b"\n"
        self._file.write(b"%08x %b" % (crc32(line), line))

    def outcomes(self, language: str) -> Iterator[DocumentOutcome]:
        """Yield the outcomes of one language sorted by source document.

        Raises:
            OutputError: One is not as it was put.
        """
        for key in sorted(key for key in self._starts if key[0] == language):
            yield self._outcome(key)

    def _outcome(self, key: tuple[str, str]) -> DocumentOutcome:
        start = self._file.seek(self._starts[key])
        line = self._file.readline()
        checksum, content = line[:_CHECK], line[_CHECK:]
        if checksum != b"%08x " % crc32(content):
            raise OutputError(
                f"{key[1]} in {key[0]}: what came of it was damaged on the disk while the run was "
                f"at work (byte {start} of its temporary file); expected the checksum "
                f"{crc32(content):08x}, found {checksum.decode(errors='replace').rstrip()!r}. Run "
                "it again, of a collection finished shards are kept; and see to the disk, or write "
                "elsewhere: --output"
            )
        return _LINE.validate_json(content)
