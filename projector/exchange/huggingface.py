"""Write a data set that `datasets.load_dataset` reads: Parquet with its features, and a card.

The library isn't needed for that: what it knows of a table's features is in the table's metadata.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from projector.exchange.marked import Add, Losses, MarkedDocument
from projector.storage.atomic_file import atomic_file, atomic_write
from projector.storage.file_names import file_name

_ROWS = 500  # documents in a row group: what is held at once
_STRING = {"dtype": "string", "_type": "Value"}
_OFFSET = {"dtype": "int64", "_type": "Value"}


def _list(feature: object) -> dict[str, object]:
    return {"feature": feature, "_type": "List"}


FEATURES: dict[str, Any] = {
    **dict.fromkeys(("document", "source", "language", "text"), _STRING),
    "entities": _list(
        {
            "id": _STRING,
            "type": _STRING,
            "text": _list(_STRING),
            "offsets": _list(_list(_OFFSET)),
            "score": {"dtype": "float64", "_type": "Value"},
        }
    ),
    "annotations": _list(
        {
            **dict.fromkeys(("id", "kind", "label", "value"), _STRING),
            "arguments": _list({"role": _STRING, "target": _STRING}),
        }
    ),
}


def _arrow(feature: Any) -> pa.DataType:  # noqa: ANN401
    """Return the type of a feature's values."""
    if feature.get("_type") == "Value":
        return pa.type_for_alias(feature["dtype"])
    if feature.get("_type") == "List":
        return pa.list_(_arrow(feature["feature"]))
    return pa.struct([pa.field(name, _arrow(inner)) for name, inner in feature.items()])


def schema() -> pa.Schema:
    """Return the table's columns, with their features as metadata."""
    fields = [pa.field(name, _arrow(feature)) for name, feature in FEATURES.items()]
    facts = json.dumps({"info": {"features": FEATURES}})
    return pa.schema(fields, metadata={"huggingface": facts})


@contextmanager
def huggingface_writer(folder: Path, language: str) -> Iterator[Add]:
    """Give what writes documents to `data/{language}.parquet`."""
    path = folder / "data" / file_name(language, ".parquet", kind="language")
    rows: list[dict[str, Any]] = []
    with atomic_file(path) as file, pq.ParquetWriter(file, schema()) as writer:

        def add(marked: MarkedDocument) -> Losses:
            rows.append(row_of(marked))
            if len(rows) == _ROWS:
                flush()
            return []

        def flush() -> None:
            writer.write_table(pa.Table.from_pylist(rows, schema=schema()))
            rows.clear()

        yield add
        flush()


def row_of(marked: MarkedDocument) -> dict[str, Any]:
    """Return a document as a row; all of it has a place."""
    document = marked.document
    return {
        "document": document.name,
        "source": marked.source,
        "language": document.language,
        "text": document.text,
        "entities": [
            {
                "id": mention.id,
                "type": mention.label,
                "text": [document.text[one.start : one.end] for one in mention.fragments],
                "offsets": [[one.start, one.end] for one in mention.fragments],
                "score": marked.scores.get(mention.id),
            }
            for mention in document.mentions
        ],
        "annotations": [
            {
                "id": one.id,
                "kind": one.kind,
                "label": one.label,
                "value": one.value,
                "arguments": [{"role": role, "target": target} for role, target in one.arguments],
            }
            for one in document.annotations
        ],
    }


def write_card(folder: Path, labels: Sequence[str], kinds: Sequence[str]) -> None:
    """Write the card, which names each language's table as a configuration."""
    languages = sorted(path.stem for path in (folder / "data").glob("*.parquet"))
    lines = ["---", "configs:"]
    for language in languages:
        name = json.dumps(language)
        data = json.dumps(f"data/{language}.parquet")
        lines += [
            f"- config_name: {name}",
            "  data_files:",
            "  - split: train",
            f"    path: {data}",
        ]
    lines += ["---", "", "# Projected annotations", ""]
    lines.append(f"Entities of the types {', '.join(labels)}." if labels else "No entities.")
    lines.append("Offsets are half-open and count Unicode code points: `text[start:end]`.")
    lines.append("An entity of several fragments has several offsets.")
    atomic_write(folder / "README.md", ("\n".join(lines) + "\n").encode("utf-8"))
