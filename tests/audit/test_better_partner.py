"""A wrong pair's better partner is found by mean vectors."""

import numpy as np

from projector.audit.better_partner import better_partners


def test_swapped_translations_find_each_other():
    vectors = dict(zip("abc", np.eye(3, dtype=np.float32), strict=True))
    given = {"a": "b", "b": "a", "c": "c"}
    assert better_partners("abc", vectors, vectors, given) == {"a": "a", "b": "b"}
    assert better_partners("b", vectors, vectors, given) == {"b": "b"}


def test_a_right_pair_has_no_better_one():
    vectors = dict(zip("abc", np.eye(3, dtype=np.float32), strict=True))
    assert better_partners("abc", vectors, vectors, {name: name for name in "abc"}) == {}
    assert better_partners((), {}, {}, {}) == {}
