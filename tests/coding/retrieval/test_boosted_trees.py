"""Hold how small decision trees are added up."""

import numpy as np
import pytest

from projector.coding.retrieval.boosted_trees import BoostedTrees

NODES = {
    "features": [0, 1, 0, 0, 0, 0],
    "thresholds": [0.5, 0.25, 0, 0, 0, 0],
    "children": [(1, 2), (3, 4), (2, 2), (3, 3), (4, 4), (5, 5)],
    "values": [0.0, 0.0, 3.0, 1.0, 2.0, 10.0],
    "roots": [0, 5],
}


def slowly(row):
    total = 0.0
    for root in NODES["roots"]:
        node = root
        while NODES["children"][node] != (node, node):
            below, above = NODES["children"][node]
            is_below = row[NODES["features"][node]] <= NODES["thresholds"][node]
            node = below if is_below else above
        total += NODES["values"][node]
    return total


def test_trees_are_gone_down_and_added_up():
    trees = BoostedTrees.of(**NODES)
    rows = np.random.default_rng(0).random((5000, 2))
    rows[0] = (0.5, 0.25)  # a threshold is below itself
    expected = [slowly(row) for row in rows]
    assert trees.sums(rows).tolist() == expected and expected[0] == 11
    assert trees.sums(rows[7:8]).tolist() == expected[7:8]
    assert trees.sums(rows[:0]).shape == (0,)
    assert np.allclose(trees.probabilities(rows), 1 / (1 + np.exp(-np.array(expected))))


def test_what_is_no_tree_is_refused():
    for damage in ({"roots": [9]}, {"children": [(1, 2), (0, 4), *NODES["children"][2:]]}):
        with pytest.raises(ValueError, match="node"):
            BoostedTrees.of(**{**NODES, **damage})
