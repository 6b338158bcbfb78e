"""Hold the spans of many documents as one table, the form that evaluation works on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import polars as pl
import pyarrow as pa

from projector.document import Document

_ARROW_FRAGMENTS = pa.list_(pa.struct([("start", pa.int64()), ("end", pa.int64())]))
_FRAGMENTS = pl.List(pl.Struct({"start": pl.Int64, "end": pl.Int64}))
SPAN_SCHEMA: dict[str, pl.DataType] = {
    "language": pl.String(),
    "document": pl.String(),
    "label": pl.String(),
    "fragments": _FRAGMENTS,
    "id": pl.String(),
}


class Span(NamedTuple):
    """A gold or predicted mention; `id` may be empty, offsets may even be negative."""

    language: str
    document: str
    label: str
    fragments: tuple[tuple[int, int], ...]
    id: str = ""


class SpanRow(Protocol):
    """A row of a shared task's table, as `projector.corpus.read_spans` gives it."""

    @property
    def filename(self) -> str:
        """Return the document's name as it is written."""

    @property
    def label(self) -> str:
        """Return the label as it is written."""

    @property
    def start(self) -> int:
        """Return the first offset."""

    @property
    def end(self) -> int:
        """Return the offset behind the last character."""


def document_spans(document: Document) -> Iterator[Span]:
    """Yield a document's mentions as spans."""
    for mention in document.mentions:
        fragments = tuple((fragment.start, fragment.end) for fragment in mention.fragments)
        yield Span(document.language, document.name, mention.label, fragments, mention.id)


def row_spans(rows: Iterable[SpanRow], *, language: str) -> Iterator[Span]:
    """Yield a table's rows as spans."""
    for row in rows:
        yield Span(language, row.filename, row.label, ((row.start, row.end),))


def span_table(spans: Iterable[Span]) -> pl.DataFrame:
    """Return a table of spans, a row each in the given order; see `SPAN_SCHEMA`."""
    languages, documents, labels, fragments, ids = [], [], [], [], []
    for span in spans:
        languages.append(span.language)
        documents.append(span.document)
        labels.append(span.label)
        fragments.append([{"start": start, "end": end} for start, end in span.fragments])
        ids.append(span.id)
    # Through Arrow, which is a hundred times as fast as polars in taking lists of dictionaries.
    columns = {
        "language": languages,
        "document": documents,
        "label": labels,
        "fragments": pa.array(fragments, _ARROW_FRAGMENTS),
        "id": ids,
    }
    return pl.DataFrame(columns, schema=SPAN_SCHEMA)


def checked(spans: pl.DataFrame) -> pl.DataFrame:
    """Return the spans with their fragments in text order, and their covering `start` and `end`.

    Raises:
        ValueError: A span has no fragment, an empty or reversed one, or two that overlap.
    """
    for span in spans.filter(pl.col("fragments").list.len() == 0).head(1).iter_rows(named=True):
        raise _wrong(span)
    parts = stretches(spans.with_row_index("row"))
    same = pl.col("row") == pl.col("row").shift(1)
    if parts.filter(same & (pl.col("start") < pl.col("start").shift(1))).height:
        parts = parts.sort("row", "start", "end")
        joined = parts.group_by("row", maintain_order=True).agg(fragments=pl.struct("start", "end"))
        spans = spans.with_columns(joined["fragments"])
    wrong = (pl.col("end") <= pl.col("start")) | (same & (pl.col("start") < pl.col("end").shift(1)))
    for row in parts.filter(wrong)["row"].head(1):
        raise _wrong(spans.row(row, named=True))
    return spans.with_columns(
        pl.col("fragments").list.first().struct.field("start").alias("start"),
        pl.col("fragments").list.last().struct.field("end").alias("end"),
    )


def _wrong(span: Mapping[str, Any]) -> ValueError:
    where = ";".join(f"{part['start']} {part['end']}" for part in span["fragments"]) or "no place"
    return ValueError(
        f"{span['language']} {span['document']}: {span['label']} at {where}; "
        "expected fragments that end behind their start and don't overlap"
    )


def stretches(spans: pl.DataFrame) -> pl.DataFrame:
    """Return the columns `row`, `start`, `end` of every fragment, in order."""
    return spans.select("row", "fragments").explode("fragments").unnest("fragments")
