"""Arrays of like sizes are put together within a bound."""

import math
from math import prod

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from projector.decode.groups import index_groups


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20),
    st.sampled_from([1, 10, 60, 10_000]),
    st.sampled_from([1.0, 1.5, math.inf]),
)
def test_every_index_is_in_one_group_that_fits(sizes, most, padding):
    table = np.array(sizes, np.int64).reshape(-1, 2)
    groups = [group.tolist() for group in index_groups(table, most=most, padding=padding)]
    assert sorted(index for group in groups for index in group) == list(range(len(sizes)))
    for group in groups:
        padded = table[group].max(0).tolist()
        assert group
        assert len(group) == 1 or prod(padded) * len(group) <= most


def test_what_is_large_is_not_padded_to_much_more():
    sizes = np.array([[10, 10]] * 300 + [[100, 100]] * 3, np.int64)
    together, apart = (list(index_groups(sizes, most=10**7, padding=p)) for p in (math.inf, 1.5))
    assert [len(group) for group in together] == [303]
    assert [len(group) for group in apart] == [300, 3]
