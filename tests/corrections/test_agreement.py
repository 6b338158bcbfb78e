from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.corrections.agreement import agreements, cohens_kappa
from projector.corrections.given import Given
from schemas.corrections import Correction, Span

CHOICES = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1)


def said(voice, new, mention="T1"):
    spans = tuple(Span(start=start, end=end) for start, end in new)
    correction = Correction(
        language="en",
        document="d",
        mention=mention,
        decision="corrected" if new else "absent",
        old=(Span(start=90, end=95),),
        new=spans,
        text=" ".join("x" * (end - start) for start, end in new),
        time=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Given(correction, voice, voice, Path(f"{voice}.json"), 0)


def kappa_by_its_definition(pairs):
    n = len(pairs)
    choices = {choice for pair in pairs for choice in pair}
    observed = sum(left == right for left, right in pairs) / n
    both = [
        sum(left == choice for left, _ in pairs) * sum(right == choice for _, right in pairs)
        for choice in choices
    ]
    chance = sum(both) / (n * n)
    return None if chance > 1 - 1e-12 else (observed - chance) / (1 - chance)


@given(CHOICES)
def test_kappa_is_cohens(pairs):
    expected, found = kappa_by_its_definition(pairs), cohens_kappa(pairs)
    assert (found is None) == (expected is None)
    assert found is None or found == pytest.approx(expected)


@given(CHOICES)
def test_kappa_is_the_same_from_both_sides_and_at_most_one(pairs):
    turned = cohens_kappa([(right, left) for left, right in pairs])
    assert cohens_kappa(pairs) == turned and (turned is None or turned <= 1)


def test_kappa_is_unknown_where_chance_agrees_everywhere():
    assert cohens_kappa([]) is None and cohens_kappa([("a", "a")] * 3) is None


def test_two_who_judged_a_mention_are_compared_sorted_by_name():
    both = [[said("b", [(0, 3)]), said("a", [(0, 3)])], [said("b", [(1, 3)]), said("a", [(0, 3)])]]
    (agreement,) = agreements([*both, [said("c", [(0, 3)])]])
    assert (agreement.reviewers, agreement.mentions, agreement.f1) == (("a", "b"), 2, 0.5)


def test_each_two_of_three_are_compared_on_what_they_have_in_common():
    found = agreements(
        [[said("a", [(0, 3)]), said("b", []), said("c", [])], [said("a", []), said("c", [])]]
    )
    assert [(one.reviewers, one.mentions) for one in found] == [
        (("a", "b"), 1),
        (("a", "c"), 2),
        (("b", "c"), 1),
    ]
    assert [one.f1 for one in found] == [0, 0, None]  # neither b nor c has a span
