"""Write doccano's JSON Lines.

doccano counts JavaScript's UTF-16 units unless a project counts grapheme clusters, so offsets are
in these; the document says so, and keeps the mentions' ids, which doccano's own ids replace.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

from projector.exchange.colours import COLOURS
from projector.exchange.json_array import as_json
from projector.exchange.marked import Add, Losses, MarkedDocument, annotation_losses, relations
from projector.exchange.units import unit_counter
from projector.storage.atomic_file import atomic_file, atomic_write
from projector.storage.file_names import file_name

LABELS, RELATIONS = "span_types.json", "relation_types.json"
UNITS = "utf-16"


@contextmanager
def doccano_writer(folder: Path, language: str) -> Iterator[Add]:
    """Give what writes documents to `{language}.jsonl`."""
    with atomic_file(folder / file_name(language, ".jsonl", kind="language")) as file:

        def add(marked: MarkedDocument) -> Losses:
            row, losses = row_of(marked)
            file.write(as_json(row) + b"\n")
            return losses

        yield add


def write_label_types(folder: Path, labels: Sequence[str], kinds: Sequence[str]) -> None:
    """Write the labels of spans and of relations as doccano imports them, each with a colour."""
    for name, values in ((LABELS, labels), (RELATIONS, kinds)):
        if values:
            types = [
                {"text": value, "background_color": colour, "text_color": "#ffffff"}
                for value, colour in zip(values, cycle(COLOURS), strict=False)
            ]
            atomic_write(folder / name, as_json(types, indent=1) + b"\n")


def row_of(marked: MarkedDocument) -> tuple[dict[str, Any], Losses]:
    """Return a document as a row, and what is lost of it."""
    document = marked.document
    count = unit_counter(document.text)
    entities: list[dict[str, Any]] = []
    mentions: dict[str, list[list[int]]] = {}
    first: dict[str, int] = {}
    for mention in document.mentions:
        first[mention.id] = len(entities) + 1
        for fragment in mention.fragments:
            start, end = count(fragment.start), count(fragment.end)
            offsets = {"start_offset": start, "end_offset": end}
            entities.append({"id": len(entities) + 1, "label": mention.label, **offsets})
            mentions.setdefault(mention.id, []).append([start, end])
    binary, others = relations(document)
    row: dict[str, Any] = {
        "text": document.text,
        "document": document.name,
        "language": document.language,
        "source": marked.source,
        "offsets": UNITS,
        "mentions": mentions,
        "entities": entities,
        "relations": [
            {"id": number, "from_id": first[one], "to_id": first[other], "type": relation.label}
            for number, (relation, one, other) in enumerate(binary, start=1)
        ],
    }
    return row, annotation_losses(document, others)
