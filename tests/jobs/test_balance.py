"""Hold how documents are shared among shards, against every way to share them."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.balance import balance


def totals(shared, lengths):
    return [sum(lengths[item] for item in shard) for shard in shared]


@given(st.lists(st.integers(0, 1000), max_size=60), st.integers(1, 12))
def test_shards_share_everything_evenly(lengths, shards):
    shared = balance(lengths, shards)
    assert sorted(item for shard in shared for item in shard) == list(range(len(lengths)))
    assert len(shared) == min(shards, len(lengths)) and all(shared)
    assert all(shard == sorted(shard) for shard in shared)
    found = totals(shared, lengths)
    assert found == sorted(found, reverse=True)
    if shared:
        count = len(shared)
        assert found[0] * count <= sum(lengths) + (count - 1) * max(lengths)  # Graham's bound


@settings(max_examples=40)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=7), st.integers(1, 3))
def test_no_shard_is_longer_than_four_thirds_of_the_best_possible(lengths, shards):
    best = min(
        max(sum(length for length, where in zip(lengths, way, strict=True) if where == shard)
            for shard in range(shards))
        for way in product(range(shards), repeat=len(lengths))
    )  # fmt: skip
    longest = totals(balance(lengths, shards), lengths)[0]
    # Graham (1969), theorem 3: with m shards at most 4/3 - 1/(3m).
    assert best <= longest <= best * (4 / 3 - 1 / (3 * shards)) + 1e-9


@given(st.lists(st.integers(0, 9), min_size=2, max_size=30), st.integers(1, 6))
def test_shards_of_equal_texts_differ_by_one_text_at_most(lengths, shards):
    for length in (0, 5):
        sizes = [len(shard) for shard in balance([length] * len(lengths), shards)]
        assert max(sizes) - min(sizes) <= 1


def test_texts_without_a_character_are_shared_too():
    assert balance([0] * 6, 3) == [[0, 3], [1, 4], [2, 5]]


@pytest.mark.parametrize(
    ("lengths", "shards", "expected"),
    [
        ([], 3, []),
        ([5], 3, [[0]]),
        ([1, 9, 1, 1], 2, [[1], [0, 2, 3]]),
        ([3, 3, 2, 2, 2], 2, [[0, 2, 4], [1, 3]]),  # the best would be 6 and 6: it is a rule
    ],
)
def test_the_longest_goes_first_to_the_shard_with_the_least(lengths, shards, expected):
    assert balance(lengths, shards) == expected
