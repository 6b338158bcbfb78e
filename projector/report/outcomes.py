"""Count the outcomes of a run's mentions, some rows at a time: never all of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from projector.arrays import Ints
from projector.document import Status
from projector.report.figures import BINS, WITH_SPAN, ScoreFigures
from projector.run.outcome import LOW_SCORE
from projector.run.reader import FinishedRun
from projector.storage.parquet_file import reading_parquet
from schemas.manifest import PROJECTIONS_FOLDER
from schemas.tables import PROJECTIONS, check_rows, check_table

_ROWS = 65_536  # at once
_COLUMNS = ("language", "source_document", "status", "score")
_COLLAPSED = "collapsed_with"  # not in runs of former versions
_SUMS = ("mentions", "lost", "doubtful", "spans", "score")


@dataclass(frozen=True, slots=True, eq=False)
class LanguageOutcomes:
    """What became of the mentions of a language.

    Args:
        scores: Of its projections.
        documents: A row for each source document, sorted: `document`, `mentions`, `lost`,
            `doubtful`, `spans` and `score`, the sum of the spans' scores.
    """

    scores: ScoreFigures
    documents: pl.DataFrame


def language_outcomes(run: FinishedRun) -> Iterator[LanguageOutcomes]:
    """Yield what became of the mentions of each language, in the order of the languages.

    Memory grows with the documents of a language, not with its mentions.

    Raises:
        CorpusError: A table can't be read, or is not as it was written.
    """
    tables: dict[str, list[Path]] = {}
    for table in _tables(run):
        tables.setdefault(table.parent.name, []).append(table)
    for language in sorted(tables):
        yield _of_language(language, tables[language])


def _tables(run: FinishedRun) -> list[Path]:
    """Return the tables of outcomes, once they are found to be as they were written."""
    if run.written is not None:
        names = run.written.tables()
        run.written.check(name for name in names if name.startswith(f"{PROJECTIONS_FOLDER}/"))
    return sorted((run.path / PROJECTIONS_FOLDER).rglob("*.parquet"))


def _of_language(language: str, tables: list[Path]) -> LanguageOutcomes:
    bins, total, low, collapsed = np.zeros(BINS, np.int64), 0.0, 0, 0
    documents: list[pl.DataFrame] = []
    for table in tables:
        for rows in _batches(table):
            spans = rows.filter("has_span")
            bins += _binned(spans["score"])
            total += float(spans["score"].sum())
            low += int(rows["is_low"].sum())
            collapsed += int(rows["is_collapsed"].sum())
            documents.append(_by_document(rows))
        documents = [_summed(documents)] if documents else []
    counted = int(bins.sum())
    scores = ScoreFigures(
        language, tuple(bins.tolist()), total / counted if counted else None, low, collapsed
    )
    return LanguageOutcomes(scores, _summed(documents).sort("document"))


def _batches(table: Path) -> Iterator[pl.DataFrame]:
    """Yield a table's rows, some at a time, with what is to be counted of each."""
    with reading_parquet(table):
        file = pq.ParquetFile(table)
        check_table(file.schema_arrow, PROJECTIONS, table)
        there = [name for name in (*_COLUMNS, _COLLAPSED) if name in file.schema_arrow.names]
        for batch in file.iter_batches(batch_size=_ROWS, columns=there):
            rows = pa.Table.from_batches([batch])
            check_rows(rows, PROJECTIONS, table)
            yield _judged(pl.DataFrame(pl.from_arrow(rows)))


def _judged(rows: pl.DataFrame) -> pl.DataFrame:
    """Add whether each mention has a span, is lost, or is in doubt."""
    if _COLLAPSED in rows.columns:
        shared = pl.col(_COLLAPSED).list.len().fill_null(0) > 0
    else:
        shared = pl.lit(False)
    projected = pl.col("status") == "projected"
    return rows.with_columns(
        has_span=pl.col("status").is_in(WITH_SPAN),
        is_lost=~pl.col("status").is_in([*WITH_SPAN, Status.ABSENT.value]),
        is_low=projected & (pl.col("score") < LOW_SCORE),
        is_collapsed=projected & shared,
    )


def _binned(scores: pl.Series) -> Ints:
    """Return how many of some scores lie in each part of [0, 1]."""
    place = (scores.to_numpy() * BINS).astype(np.int64)
    return np.bincount(np.clip(place, 0, BINS - 1), minlength=BINS).astype(np.int64)


def _by_document(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.group_by(pl.col("source_document").alias("document")).agg(
        mentions=pl.len().cast(pl.Int64),
        lost=pl.col("is_lost").sum().cast(pl.Int64),
        doubtful=pl.any_horizontal("is_lost", "is_low", "is_collapsed").sum().cast(pl.Int64),
        spans=pl.col("has_span").sum().cast(pl.Int64),
        score=pl.col("score").filter("has_span").sum(),
    )


def _summed(parts: list[pl.DataFrame]) -> pl.DataFrame:
    whole = {
        "document": pl.String(),
        **dict.fromkeys(_SUMS[:-1], pl.Int64()),
        "score": pl.Float64(),
    }
    none = pl.DataFrame(schema=whole)
    return pl.concat([none, *parts]).group_by("document").agg(pl.col(_SUMS).sum())
