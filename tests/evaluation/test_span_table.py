"""Hold the table of spans: what goes in comes out, and what is no span is told."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.corpus import SpanRow
from projector.document import Document, Fragment, Mention
from projector.evaluation.span_table import (
    SPAN_SCHEMA,
    Span,
    checked,
    document_spans,
    row_spans,
    span_table,
    stretches,
)

names = st.text(st.characters(exclude_categories=("Cs",)), max_size=5)


@st.composite
def fragments(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Draw fragments that don't overlap, and may touch, in any order."""
    edges = sorted(draw(st.sets(st.integers(-50, 50), min_size=2, max_size=8)))
    in_order = list(zip(edges[::2], edges[1::2], strict=False))
    return tuple(draw(st.permutations(in_order)))


spans = st.lists(st.builds(Span, names, names, names, fragments(), names), max_size=6)


def as_spans(table: pl.DataFrame) -> list[Span]:
    return [
        Span(
            row["language"],
            row["document"],
            row["label"],
            tuple((part["start"], part["end"]) for part in row["fragments"]),
            row["id"],
        )
        for row in table.iter_rows(named=True)
    ]


@settings(max_examples=40)
@given(spans)
def test_a_table_holds_a_row_for_each_span_as_it_is(drawn: list[Span]):
    table = span_table(iter(drawn))
    assert table.schema == pl.Schema(SPAN_SCHEMA)
    assert as_spans(table) == drawn


@settings(max_examples=40)
@given(spans)
def test_checked_spans_have_their_fragments_in_order_and_their_covering_offsets(drawn: list[Span]):
    table = checked(span_table(drawn))
    ordered = [span._replace(fragments=tuple(sorted(span.fragments))) for span in drawn]
    assert as_spans(table) == ordered
    assert table["start"].to_list() == [span.fragments[0][0] for span in ordered]
    assert table["end"].to_list() == [span.fragments[-1][1] for span in ordered]
    assert as_spans(checked(table.drop("start", "end"))) == ordered


def test_further_columns_stay():
    table = span_table([Span("en", "d", "A", ((5, 6), (0, 2)))]).with_columns(score=pl.lit(0.5))
    assert checked(table).row(0, named=True) | {"score": 0.5, "start": 0, "end": 6} == checked(
        table
    ).row(0, named=True)


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (((5, 5),), "5 5"),
        (((6, 5),), "6 5"),
        ((), "no place"),
        (((0, 4), (3, 6)), "0 4;3 6"),
        (((3, 6), (0, 4)), "0 4;3 6"),
        (((0, 9), (2, 3)), "0 9;2 3"),
    ],
)
def test_what_is_no_span_is_told_with_its_document(wrong: tuple, where: str):
    sound = Span("en", "d1", "A", ((0, 4), (4, 6)))  # fragments that touch are sound
    table = span_table([sound, Span("it", "d7", "B", wrong), sound])
    with pytest.raises(ValueError, match=f"it d7: B at {where}; expected fragments that end"):
        checked(table)


def test_fragments_of_neighbouring_rows_may_overlap():
    rows = [Span("en", "d", "A", ((0, 9),)), Span("en", "d", "A", ((3, 5),))]
    assert as_spans(checked(span_table(rows))) == rows


def test_a_rows_stretches_come_in_its_order():
    table = span_table(
        [Span("en", "d", "A", ((0, 2), (5, 9))), Span("en", "e", "A", ((1, 3),))]
    ).with_row_index("row")
    assert stretches(table).rows() == [(0, 0, 2), (0, 5, 9), (1, 1, 3)]


def test_spans_come_from_documents_with_their_ids():
    mention = Mention("T1", "A", (Fragment(0, 4), Fragment(8, 12)))
    document = Document("d", "en", "left and right", (mention,))
    assert list(document_spans(document)) == [Span("en", "d", "A", ((0, 4), (8, 12)), "T1")]
    assert list(document_spans(Document("d", "en", "none"))) == []


def test_spans_come_from_rows_without_ids_under_the_language_that_is_said():
    rows = [SpanRow("d.txt", "A", 0, 12), SpanRow("e", "B", -3, 1)]
    assert list(row_spans(rows, language="en")) == [
        Span("en", "d.txt", "A", ((0, 12),)),
        Span("en", "e", "B", ((-3, 1),)),
    ]
