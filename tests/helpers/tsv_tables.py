"""What tests of tables share: how they write one, and what they compare."""

from pathlib import Path

from projector.corpus.formats.tsv_dialects import COLUMNS
from projector.document import Document

TEXT = 'Dolor torácico y "fiebre".\nTos, tabs\there, fin.\n'
FIVE = "\t".join(COLUMNS)


def write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode())
    return path


def table(folder: Path, *rows: str, text: str = TEXT, end: str = "\n") -> Path:
    """Write a table beside the text of `a`; spaces in the header only separate."""
    write(folder, "a.txt", text)
    return write(folder, "t.tsv", "".join(row + end for row in rows))


def spans(document: Document) -> list[tuple[str, str, int, int]]:
    return [(one.id, one.label, one.start, one.end) for one in document.mentions]


def said(document: Document) -> list[tuple[str, str, tuple[str, ...], str | None]]:
    return [(one.id, one.label, one.targets, one.value) for one in document.annotations]
