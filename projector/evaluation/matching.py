"""Find for every gold and predicted span what became of it on the other side."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from projector.evaluation.overlap import Best, Stretches, best_counterparts
from projector.evaluation.span_table import Span, checked, span_table, stretches

SpanTable = pl.DataFrame | Iterable[Span]
FragmentRule = Literal["covering", "exact"]

_GROUP = ("language", "document", "label")
_PLACE = (*_GROUP, "start", "end", "shape")


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What became of every span; both tables are in the order of language, document and place.

    Beside the columns of `span_table.SPAN_SCHEMA`, and whatever else the tables held, there are
    `matched` (strictly), `overlap` (character F1 with the best counterpart) and `partner`
    (the counterpart's row in the other table, null where `overlap` is 0).
    """

    gold: pl.DataFrame
    predicted: pl.DataFrame


def compare(
    gold: SpanTable,
    predicted: SpanTable,
    *,
    fragments: FragmentRule = "covering",
    labels: Collection[str] | None = None,
) -> Comparison:
    """Compare predicted spans with gold ones.

    Args:
        gold: Spans, or a table of them (see `projector.evaluation.span_table.span_table`).
        predicted: Likewise; a table's further columns are kept.
        fragments: What a discontinuous span is: `covering`, from its first to its last character,
            as it stands in the task's tables; or `exact`, where strict asks for equal fragments
            and only characters inside fragments are counted.
        labels: Count these only; None: all.

    Raises:
        ValueError: A span is empty or reversed, or its fragments overlap.
    """
    gold, predicted = _prepared(gold, fragments, labels), _prepared(predicted, fragments, labels)
    predicted = predicted.unique(_PLACE, keep="first", maintain_order=True)
    of_gold, of_predicted = best_counterparts(*_on_one_line(gold, predicted, fragments))
    return Comparison(
        _judged(gold, predicted, of_gold),
        _judged(predicted, gold, of_predicted),
    )


def _prepared(
    spans: SpanTable, fragments: FragmentRule, labels: Collection[str] | None
) -> pl.DataFrame:
    """Check spans, name their shape and put them in an order that the given one can't change."""
    if not isinstance(spans, pl.DataFrame):
        spans = span_table(spans)
    if labels is not None:
        spans = spans.filter(pl.col("label").is_in(list(labels)))
    element = pl.element().struct
    shape = pl.format("{} {}", element.field("start"), element.field("end"))
    joined = pl.col("fragments").list.eval(shape).list.join(";")
    spans = checked(spans).with_columns(
        joined.alias("all"), (joined if fragments == "exact" else pl.lit("")).alias("shape")
    )
    return spans.sort(*_PLACE, "all", "id").drop("all")


def _on_one_line(
    gold: pl.DataFrame, predicted: pl.DataFrame, fragments: FragmentRule
) -> tuple[Stretches, Stretches]:
    """Put the documents and labels one behind the other, so that nothing of two can overlap."""
    groups = pl.concat([gold.select(_GROUP), predicted.select(_GROUP)]).unique()
    groups = groups.sort(_GROUP).with_row_index("group")
    both = pl.concat([gold.select("start", "end"), predicted.select("start", "end")])
    low, high = both["start"].min() if both.height else 0, both["end"].max() if both.height else 0
    assert isinstance(low, int) and isinstance(high, int)
    if groups.height * (high - low + 1) >= 2**62:
        raise ValueError(f"offsets from {low} to {high} are no characters of any text")

    def laid_out(spans: pl.DataFrame) -> Stretches:
        spans = spans.join(groups, on=_GROUP, how="left", maintain_order="left")
        shift = spans["group"].to_numpy().astype(np.int64) * (high - low + 1) - low
        numbered = spans.with_row_index("row")
        parts = stretches(numbered) if fragments == "exact" else numbered
        owner = parts["row"].to_numpy().astype(np.int64)
        starts, ends = parts["start"].to_numpy(), parts["end"].to_numpy()
        return Stretches(starts + shift[owner], ends + shift[owner], owner, spans.height)

    return laid_out(gold), laid_out(predicted)


def _judged(spans: pl.DataFrame, others: pl.DataFrame, best: Best) -> pl.DataFrame:
    """Add what became of the spans; of equal ones only the first can be matched."""
    places = others.select(_PLACE).unique().with_columns(found=pl.lit(True))
    judged = spans.join(places, on=_PLACE, how="left", maintain_order="left")
    return judged.with_columns(
        (pl.col("found").fill_null(False) & pl.struct(_PLACE).is_first_distinct()).alias("matched"),
        pl.Series("overlap", best.score),
        pl.Series("partner", best.partner).replace(-1, None),
    ).drop("found", "shape")
