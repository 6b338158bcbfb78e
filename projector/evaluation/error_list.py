"""List where predictions and gold disagree, the worst first, with the words of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

import polars as pl

from projector.evaluation.matching import Comparison

_ORDER = ["overlap", "language", "document", "first", "last", "label", "side", "row"]

Kind = Literal["missed", "boundary", "spurious"]
TextOf = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True)
class Side:
    """One side's span: its id (perhaps empty), its (start, end) fragments, its words."""

    id: str
    fragments: tuple[tuple[int, int], ...]
    text: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A gold span without its equal among the predictions, or a prediction without any use.

    Args:
        kind: `missed`: no prediction touches the gold span; `boundary`: one does;
            `spurious`: a prediction that is right for no gold span, nor the nearest to one that
            is listed.
        overlap: Character F1 of the two.
        gold, predicted: The two; None where there is none.
        source: The source mention's words, where the predictions' table has a column
            `source_text`.
        context: The text around both, up to `width` characters more on each side.
        context_start: Its offset.
    """

    kind: Kind
    language: str
    document: str
    label: str
    overlap: float
    gold: Side | None
    predicted: Side | None
    source: str
    context: str
    context_start: int


def errors(
    comparison: Comparison, text_of: TextOf, *, limit: int | None = None, width: int = 40
) -> list[Disagreement]:
    """List the disagreements, least overlap first, then by language, document and place.

    Args:
        comparison: .
        text_of: Returns the text of a (language, document), None where it isn't there; called
            for those listed only.
        limit: How many to list at most.
        width: Characters of context on each side.
    """
    wrong = _wrong(comparison.gold, side=0)
    shown = wrong["partner"].drop_nulls().unique()
    idle = _wrong(comparison.predicted, side=1).filter(~pl.col("row").is_in(shown.implode()))
    both = pl.concat([wrong, idle]).sort(_ORDER)
    read = lru_cache(maxsize=8)(text_of)
    return list(islice(_listed(both, comparison, read, width), limit))


def _wrong(spans: pl.DataFrame, *, side: int) -> pl.DataFrame:
    """Return where the spans that aren't matched stand."""
    return (
        spans.with_row_index("row")
        .filter(~pl.col("matched"))
        .select(
            "overlap",
            "language",
            "document",
            pl.col("start").alias("first"),
            pl.col("end").alias("last"),
            "label",
            pl.lit(side).alias("side"),
            pl.col("row").cast(pl.Int64),
            "partner",
        )
    )


def _listed(
    places: pl.DataFrame, comparison: Comparison, text_of: TextOf, width: int
) -> Iterator[Disagreement]:
    for place in places.iter_rows(named=True):
        number, partner = place["row"], place["partner"]
        rows = (number, partner) if place["side"] == 0 else (partner, number)
        gold, predicted = (
            None if row is None else spans.row(row, named=True)
            for row, spans in zip(rows, (comparison.gold, comparison.predicted), strict=True)
        )
        kind: Kind = "spurious" if place["side"] else "missed" if partner is None else "boundary"
        text = text_of(place["language"], place["document"]) or ""
        sides = [span for span in (gold, predicted) if span is not None]
        start = max(0, min(span["start"] for span in sides) - width)
        end = max(span["end"] for span in sides) + width
        yield Disagreement(
            kind,
            place["language"],
            place["document"],
            place["label"],
            place["overlap"],
            _side(gold, text),
            _side(predicted, text),
            (predicted or {}).get("source_text") or "",
            text[start:end],
            start,
        )


def _side(span: Mapping[str, Any] | None, text: str) -> Side | None:
    if span is None:
        return None
    fragments = tuple((part["start"], part["end"]) for part in span["fragments"])
    words = " ".join(text[max(start, 0) : end] for start, end in fragments)
    return Side(span["id"], fragments, words)
