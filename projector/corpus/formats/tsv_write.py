"""Write TSV files as pandas, and with it the official scorer, reads them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from projector.corpus.formats.tsv_dialects import COLUMNS, Columns, columns_named
from projector.corpus.references import split_reference
from projector.document import Annotation, AnnotationKind, Document, Mention
from projector.errors import ConfigurationError
from projector.storage.atomic_file import atomic_file
from projector.storage.file_names import refuse_unwritable

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
            # Of a name that ends so, readers take an extension off, whether it is one or not.
            extended = extension or document.name.endswith(".txt")
            for _, row in format_rows(document, layout, extension=extended):
                file.write(row)


def columns_for(documents: Iterable[Document]) -> tuple[str, ...]:
    """Return the columns that hold all that tables can of these documents: the five, if enough."""
    occupied = {
        column
        for document in documents
        for cells in _extra_cells(document).values()
        for column in cells
    }
    if not occupied:
        return COLUMNS
    roles = [role for role in ("code", "note") if (role, "") in occupied]
    attributes = sorted(name for role, name in occupied if role == "attribute" and name != "ann_id")
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
    held_columns = {("attribute", name) for name in layout.attributes}
    held_columns |= {(role, "") for role in layout.roles}
    if "id" in layout.roles:
        held_columns.add(("attribute", "ann_id"))
    mention_ids = {mention.id for mention in document.mentions}
    losses += [
        f"{document.name}: {annotation.id} ({annotation.kind} {annotation.label}) has no column"
        for annotation in document.annotations
        if _column(annotation, mention_ids) not in held_columns
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
    extra_cells = _extra_cells(document)
    for mention in sorted(document.mentions, key=lambda one: (one.start, one.end, one.label)):
        cells_of_mention = extra_cells.get(mention.id, {})
        cell_of_role = {
            "filename": document.name + (".txt" if extension else ""),
            "id": cells_of_mention.get(("attribute", "ann_id"), mention.id),
            "label": mention.label,
            "start": str(mention.start),
            "end": str(mention.end),
            "text": document.text[mention.start : mention.end],
            "code": cells_of_mention.get(("code", ""), layout.absent),
            "note": cells_of_mention.get(("note", ""), ""),
        }
        cells = [""] * layout.count
        for role, index in layout.roles.items():
            cells[index] = cell_of_role[role]
        for name, index in layout.attributes.items():
            cells[index] = cells_of_mention.get(("attribute", name), layout.absent)
        yield mention, format_row(cells)


def format_row(cells: Iterable[str]) -> bytes:
    """Return a line with only those cells quoted that need it, as pandas writes them.

    The csv module quotes what holds a character of its line end: with CRLF it quotes a lone CR
    too, which pandas would take for the end of the row.

    Raises:
        OutputError: A cell holds half of a character, which is no Unicode.
    """
    line = io.StringIO(newline="")
    csv.writer(line, delimiter="\t", lineterminator="\r\n").writerow(cells)
    row = line.getvalue().removesuffix("\r\n")
    refuse_unwritable(row, kind="row")
    return row.encode() + b"\n"


def _extra_cells(document: Document) -> dict[str, dict[_Column, str]]:
    """Return what a table can hold beside mentions: cells by column, by mention."""
    mention_ids = {mention.id for mention in document.mentions}
    cells_by_mention: dict[str, dict[_Column, str]] = {}
    for annotation in document.annotations:
        column = _column(annotation, mention_ids)
        if column:
            cells = cells_by_mention.setdefault(annotation.targets[0], {})
            cells[column] = _BETWEEN.join(filter(None, (cells.get(column), _value(annotation))))
    return cells_by_mention


def _column(annotation: Annotation, mention_ids: set[str]) -> _Column | None:
    """Return the column that an annotation belongs to, if it is about one mention."""
    if len(annotation.arguments) != 1 or annotation.targets[0] not in mention_ids:
        return None
    columns: dict[AnnotationKind, _Column] = {
        "normalization": ("code", ""),
        "note": ("note", ""),
        "attribute": ("attribute", annotation.label),
    }
    return columns.get(annotation.kind)


def _value(annotation: Annotation) -> str:
    if annotation.kind == "normalization":
        return split_reference(annotation.value).code
    return "true" if annotation.value is None else annotation.value
