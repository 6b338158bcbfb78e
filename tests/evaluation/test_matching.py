"""Hold what becomes of each gold and predicted span against loops over all pairs of them."""

from __future__ import annotations

import random
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.evaluation.matching import FragmentRule, compare
from projector.evaluation.span_table import Span, span_table


def span(*fragments: tuple[int, int], document: str = "d", label: str = "A", id_: str = "") -> Span:
    return Span("en", document, label, fragments, id_)


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    """Draw spans of one or two fragments over few places, so that many of them meet."""
    drawn = []
    for _ in range(draw(st.integers(0, 6))):
        edges = sorted(draw(st.sets(st.integers(-2, 8), min_size=2, max_size=4)))
        fragments = tuple(zip(edges[::2], edges[1::2], strict=False))
        document, label = draw(st.sampled_from("de")), draw(st.sampled_from("AB"))
        drawn.append(Span(draw(st.sampled_from(["en", "it"])), document, label, fragments))
    return drawn


rules = st.sampled_from(["covering", "exact"])


def place(one: Span, rule: FragmentRule) -> tuple[object, ...]:
    """Return what makes two spans the same one."""
    whole = ((one.fragments[0][0], one.fragments[-1][1]),)
    return (*one[:3], one.fragments if rule == "exact" else whole)


def characters(one: Span, rule: FragmentRule) -> set[int]:
    *_, fragments = place(one, rule)
    return {offset for start, end in fragments for offset in range(start, end)}


def slow_overlap(one: Span, other: Span, rule: FragmentRule) -> float:
    if one[:3] != other[:3]:
        return 0.0
    ours, theirs = characters(one, rule), characters(other, rule)
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


def table_spans(table: pl.DataFrame) -> list[Span]:
    return [
        Span(
            row["language"],
            row["document"],
            row["label"],
            tuple((part["start"], part["end"]) for part in row["fragments"]),
        )
        for row in table.iter_rows(named=True)
    ]


def check_side(table: pl.DataFrame, others: pl.DataFrame, rule: FragmentRule) -> None:
    """Hold every row's three answers against all rows of the other side."""
    ours, theirs = table_spans(table), table_spans(others)
    there = {place(other, rule) for other in theirs}
    seen = set()
    for one, row in zip(ours, table.iter_rows(named=True), strict=True):
        overlaps = [slow_overlap(one, other, rule) for other in theirs]
        best = max(overlaps, default=0.0)
        assert row["overlap"] == pytest.approx(best)
        assert (row["partner"] is None) == (best == 0)
        if row["partner"] is not None:
            assert overlaps[row["partner"]] == pytest.approx(best)
        first = place(one, rule) not in seen
        assert row["matched"] == (first and place(one, rule) in there)
        seen.add(place(one, rule))


@settings(max_examples=60)
@given(spans(), spans(), rules)
def test_every_span_is_told_what_became_of_it(
    gold: list[Span], predicted: list[Span], rule: FragmentRule
):
    comparison = compare(gold, predicted, fragments=rule)
    assert sorted(table_spans(comparison.gold)) == sorted(gold)
    kept = table_spans(comparison.predicted)
    assert {place(one, rule) for one in kept} == {place(one, rule) for one in predicted}
    assert len({place(one, rule) for one in kept}) == len(kept)  # what is said twice counts once
    check_side(comparison.gold, comparison.predicted, rule)
    check_side(comparison.predicted, comparison.gold, rule)
    matched = comparison.gold["matched"].sum(), comparison.predicted["matched"].sum()
    assert matched[0] == matched[1]  # one to one


@settings(max_examples=30)
@given(spans(), rules)
def test_spans_held_against_themselves_all_have_their_equal(drawn: list[Span], rule: FragmentRule):
    comparison = compare(drawn, drawn, fragments=rule)
    assert (comparison.gold["overlap"] == 1).all()
    assert comparison.predicted["matched"].all()
    assert comparison.gold["matched"].sum() == comparison.predicted.height


@settings(max_examples=30)
@given(spans(), spans(), st.randoms())
def test_the_order_in_which_spans_come_changes_no_row(
    gold: list[Span], predicted: list[Span], random_: random.Random
):
    before = compare(gold, predicted)
    random_.shuffle(gold)
    random_.shuffle(predicted)
    after = compare(gold, predicted)
    assert before.gold.equals(after.gold) and before.predicted.equals(after.predicted)


@settings(max_examples=40)
@given(spans(), spans())
def test_sides_that_say_nothing_twice_change_places(gold: list[Span], predicted: list[Span]):
    gold, predicted = (
        list({place(one, "covering"): one for one in side}.values()) for side in (gold, predicted)
    )
    there, back = compare(gold, predicted), compare(predicted, gold)
    assert there.gold.equals(back.predicted) and there.predicted.equals(back.gold)


def test_rows_are_in_the_order_of_language_document_label_and_place():
    given_spans = [
        Span("it", "a", "A", ((0, 1),)),
        Span("en", "b", "B", ((0, 1),)),
        Span("en", "b", "A", ((5, 6),)),
        Span("en", "b", "A", ((2, 9),)),
        Span("en", "a", "Z", ((7, 8),)),
    ]
    found = compare(given_spans, []).gold.select("language", "document", "label", "start").rows()
    assert found == [
        ("en", "a", "Z", 7), ("en", "b", "A", 2), ("en", "b", "A", 5), ("en", "b", "B", 0),
        ("it", "a", "A", 0),
    ]  # fmt: skip


def test_other_columns_stay_and_partners_name_rows():
    gold = span_table([span((20, 25)), span((0, 5))])
    predicted = span_table([span((21, 25)), span((0, 5)), span((90, 95))])
    predicted = predicted.with_columns(score=pl.Series([0.1, 0.2, 0.3]))
    comparison = compare(gold, predicted)
    assert comparison.gold["partner"].to_list() == [0, 1]
    assert comparison.predicted["partner"].to_list() == [0, 1, None]
    assert comparison.predicted["matched"].to_list() == [True, False, False]
    assert comparison.predicted["score"].to_list() == [0.2, 0.1, 0.3]
    assert "shape" not in comparison.predicted.columns


def test_of_equal_gold_spans_the_first_alone_is_matched():
    comparison = compare([span((0, 5), id_="T2"), span((0, 5), id_="T1")], [span((0, 5))] * 2)
    assert comparison.gold.select("id", "matched").rows() == [("T1", True), ("T2", False)]
    assert comparison.predicted.height == 1


def test_a_discontinuous_span_is_its_covering_one_or_its_fragments():
    gold, predicted = [span((0, 4), (8, 12))], [span((0, 12)), span((0, 2), (8, 12))]
    covering = compare(gold, predicted)
    assert covering.predicted.height == 1  # both cover the same
    assert covering.gold["matched"].to_list() == [True]
    exact = compare(gold, predicted, fragments="exact")
    assert exact.predicted.height == 2 and not exact.gold["matched"].any()
    assert exact.gold["overlap"].to_list() == [pytest.approx(2 * 6 / (8 + 6))]


def test_only_the_labels_that_are_asked_for_are_counted():
    sides = [span((0, 5)), span((0, 5), label="B")]
    assert set(compare(sides, sides, labels=["B"]).gold["label"]) == {"B"}
    assert compare(sides, sides, labels=[]).gold.height == 0
    assert compare(sides, sides, labels={"nobody's"}).predicted.height == 0


def test_documents_beside_each_other_share_nothing_even_at_their_edges():
    gold = [span((0, 5)), span((0, 5), document="e")]
    predicted = [span((4, 9)), span((-3, 1), document="e"), span((0, 5), document="f")]
    comparison = compare(gold, predicted)
    assert comparison.gold["partner"].to_list() == [0, 1]
    assert comparison.gold["overlap"].to_list() == [pytest.approx(0.2), pytest.approx(2 / 9)]
    assert comparison.predicted["partner"].to_list() == [0, 1, None]


@pytest.mark.parametrize("wrong", [((5, 5),), ((6, 5),), (), ((0, 4), (3, 6))])
def test_what_is_no_span_is_an_error_on_either_side(wrong: Sequence[tuple[int, int]]):
    sides = [span(*wrong, document="d7")], [span((0, 1))]
    for gold, predicted in (sides, sides[::-1]):
        with pytest.raises(ValueError, match=r"d7: A at .*; expected fragments that end behind"):
            compare(gold, predicted)


def test_offsets_beyond_all_texts_are_an_error():
    with pytest.raises(ValueError, match=r"offsets from 0 to \d+ are no characters of any text"):
        compare([span((0, 2**62))], [])
