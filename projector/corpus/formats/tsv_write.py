"""Write TSV files as pandas, and with it the official scorer, reads them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from projector.corpus.formats.tsv_dialects import COLUMNS, Columns, columns_named
from projector.document import Annotation, AnnotationKind, Document, Mention
from projector.errors import ConfigurationError
from projector.storage.atomic_file import atomic_file

_Column = tuple[str, str]  # a role, or `attribute` and its name
_BETWEEN = "; "  # several notes on one mention share a cell


def write_tsv(
    path: Path,
    documents: Iterable[Document],
    *,
    columns: Sequence[str] = COLUMNS,
    extension: bool = False,
) -> None:
    """Write the documents' mentions as one table, document after document as they come.

    Within a document rows are sorted by start, end and label. A discontinuous mention is written
    as its covering span; `tsv_losses` lists what a table doesn't hold.

    Args:
        path: The file.
        documents: Consumed one by one.
        columns: The header: any of the shared tasks', see `columns_for`.
        extension: Write file names with `.txt`.

    Raises:
        OutputError: The file can't be written.
        ConfigurationError: The columns lack a needed one.
    """
    layout = layout_of(columns)
    with atomic_file(path) as file:
        file.write(format_row(columns))
        for document in documents:
            for _, row in format_rows(document, layout, extension=extension):
                file.write(row)


def columns_for(documents: Iterable[Document]) -> tuple[str, ...]:
    """Return the columns that hold all that tables can of these documents: the five, if enough."""
    said = {key for one in documents for cells in _said(one).values() for key in cells}
    if not said:
        return COLUMNS
    roles = [role for role in ("code", "note") if (role, "") in said]
    attributes = sorted(name for role, name in said if role == "attribute" and name != "ann_id")
    filename, *others = COLUMNS
    return (filename, "ann_id", *others, *roles, *attributes)


def tsv_losses(document: Document, *, columns: Sequence[str] = COLUMNS) -> tuple[str, ...]:
    """Return, in words, what a table with these columns doesn't hold of a document."""
    losses = [
        f"{document.name}: {mention.id} is discontinuous, only its covering span is written"
        for mention in document.mentions
        if len(mention.fragments) > 1
    ]
    layout = layout_of(columns)
    held = {("attribute", name) for name in layout.attributes}
    held |= {(role, "") for role in layout.roles}
    if "id" in layout.roles:
        held.add(("attribute", "ann_id"))
    mentions = {mention.id for mention in document.mentions}
    losses += [
        f"{document.name}: {one.id} ({one.kind} {one.label}) has no column"
        for one in document.annotations
        if _column(one, mentions) not in held
    ]
    return tuple(losses)


def layout_of(columns: Sequence[str]) -> Columns:
    """Return what the columns hold.

    Raises:
        ConfigurationError: They lack a needed one.
    """
    layout = columns_named(columns)
    if layout is None:
        found, needed = " ".join(columns), " ".join(COLUMNS)
        raise ConfigurationError(f"the columns {found!r} lack some of {needed!r}")
    return layout


def format_rows(
    document: Document, layout: Columns, *, extension: bool = False
) -> Iterator[tuple[Mention, bytes]]:
    """Yield each mention and its row; the text is that of its covering span, as it stands."""
    said = _said(document)
    for mention in sorted(document.mentions, key=lambda one: (one.start, one.end, one.label)):
        of_mention = said.get(mention.id, {})
        known = {
            "filename": document.name + (".txt" if extension else ""),
            "id": of_mention.get(("attribute", "ann_id"), mention.id),
            "label": mention.label,
            "start": str(mention.start),
            "end": str(mention.end),
            "text": document.text[mention.start : mention.end],
            "code": of_mention.get(("code", ""), layout.absent),
            "note": of_mention.get(("note", ""), ""),
        }
        cells = [""] * layout.count
        for role, index in layout.roles.items():
            cells[index] = known[role]
        for name, index in layout.attributes.items():
            cells[index] = of_mention.get(("attribute", name), layout.absent)
        yield mention, format_row(cells)


def format_row(cells: Iterable[str]) -> bytes:
    """Return a line with only those cells quoted that need it, as pandas writes them.

    The csv module quotes what holds a character of its line end: with CRLF it quotes a lone CR
    too, which pandas would take for the end of the row.
    """
    line = io.StringIO(newline="")
    csv.writer(line, delimiter="\t", lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n").encode() + b"\n"


def _said(document: Document) -> dict[str, dict[_Column, str]]:
    """Return what a table can hold beside mentions: cells by column, by mention."""
    mentions = {mention.id for mention in document.mentions}
    said: dict[str, dict[_Column, str]] = {}
    for one in document.annotations:
        column = _column(one, mentions)
        if column:
            cells = said.setdefault(one.targets[0], {})
            cells[column] = _BETWEEN.join(filter(None, (cells.get(column), _value(one))))
    return said


def _column(one: Annotation, mentions: set[str]) -> _Column | None:
    """Return the column that an annotation belongs to, if it is about one mention."""
    if len(one.arguments) != 1 or one.targets[0] not in mentions:
        return None
    columns: dict[AnnotationKind, _Column] = {
        "normalization": ("code", ""),
        "note": ("note", ""),
        "attribute": ("attribute", one.label),
    }
    return columns.get(one.kind)


def _value(one: Annotation) -> str:
    if one.kind == "normalization":
        resource_and_code, _, _ = (one.value or "").partition("\t")
        return resource_and_code.partition(":")[2]
    return "true" if one.value is None else one.value
