"""Which mentions a translation renders by the same words."""

from hypothesis import given, settings
from hypothesis import strategies as st

from projector.decode.collapsed import overlapping_pairs, with_collapsed
from projector.document import Fragment, Mention, Projection, Status


def parts(*spans):
    return tuple(Fragment(*span) for span in spans)


def projected(name, *spans):
    return Projection(name, Status.PROJECTED, 0.5, parts(*spans))


spans = st.lists(
    st.lists(st.tuples(st.integers(0, 12), st.integers(1, 4)), max_size=2).map(
        lambda some: tuple(Fragment(start, start + size) for start, size in sorted(some))
    ),
    max_size=6,
)


@given(spans)
@settings(max_examples=100, deadline=None)
def test_pairs_are_those_that_share_a_character(fragments):
    covered = [{place for one in some for place in range(one.start, one.end)} for some in fragments]
    shared = [
        [left, right]
        for left in range(len(fragments))
        for right in range(left + 1, len(fragments))
        if covered[left] & covered[right]
    ]
    assert overlapping_pairs(fragments).tolist() == shared


def test_mentions_of_other_words_on_the_same_words_name_each_other():
    mentions = [Mention(f"T{number}", "X", parts((number, number + 1))) for number in range(4)]
    outcomes = [projected("T0", (0, 5)), projected("T1", (4, 8)), projected("T2", (8, 9))]
    outcomes.append(projected("T3", (0, 2), (7, 9)))
    found = with_collapsed(mentions, outcomes)
    others = [("T1", "T3"), ("T0", "T3"), ("T3",), ("T0", "T1", "T2")]
    assert [one.collapsed_with for one in found] == others
    assert [one.fragments for one in found] == [one.fragments for one in outcomes]


def test_nested_and_overlapping_mentions_and_those_without_a_span_do_not_count():
    nested = [Mention("T1", "X", parts((0, 9))), Mention("T2", "X", parts((2, 4), (12, 15)))]
    same = [projected("T1", (0, 5)), projected("T2", (0, 5))]
    assert with_collapsed(nested, same) == tuple(same)
    apart = [Mention("T1", "X", parts((0, 2), (6, 9))), Mention("T2", "X", parts((3, 4)))]
    assert with_collapsed(apart, same)[0].collapsed_with == ("T2",)
    silent = [same[0], Projection("T2", Status.BELOW_THRESHOLD, 0.1)]
    assert with_collapsed(apart, silent) == tuple(silent)
    assert with_collapsed([], []) == ()
