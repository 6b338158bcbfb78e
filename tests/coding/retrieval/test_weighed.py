"""Hold how what two rankings find is ranked anew by how probable it is."""

import numpy as np

from projector.coding.code_list import make_list
from projector.coding.retrieval.boosted_trees import BoostedTrees
from projector.coding.retrieval.evidence import FEATURES, Evidence
from projector.coding.retrieval.ranking import Ranking
from projector.coding.retrieval.weighed import Weighed

CODES = make_list("x", [(f"R0{number}", "es", name) for number, name in enumerate("abcd")])


class Ranked:
    def __init__(self, *rows):
        self.rows = rows

    def find(self, queries, most):
        codes = np.full((len(queries), 4), -1)
        scores = np.full((len(queries), 4), -np.inf, np.float32)
        for row, said in enumerate(self.rows[: len(queries)]):
            codes[row, : len(said)], scores[row, : len(said)] = [*said], [*said.values()]
        return Ranking(codes, scores, codes)


def more_is_better(feature):
    features, children = [FEATURES.index(feature), 0, 0], [(1, 2), (1, 1), (2, 2)]
    return BoostedTrees.of(features, [0.5, 0, 0], children, [0, -2, 2], [0])


def test_codes_of_both_rankings_are_ordered_by_probability():
    near, alike = Ranked({0: 0.4, 1: 0.3}), Ranked({2: 0.9, 1: 0.8, 3: 0.1})
    found = Weighed(near, alike, Evidence(CODES), more_is_better("share")).find(["x"], 3, ["es"])
    assert found.codes.tolist() == [[1, 2, 0]]
    assert (np.diff(found.scores[0]) <= 0).all() and 0 < found.scores[0, -1] < 1


def test_what_is_named_stays_first_and_no_score_is_above_the_one_before():
    alike = Ranked({0: 1.0, 2: 0.9}, {}, {3: 0.2})
    weighed = Weighed(None, alike, Evidence(CODES), more_is_better("share_rank"))
    found = weighed.find(["a", "y", "z"], 2, ["es"] * 3)
    assert found.codes.tolist() == [[0, 2], [-1, -1], [3, -1]]
    assert found.scores[0, 0] == found.scores[0, 1] < 0.5  # the second alone would have more
    assert weighed.find([], 2, []).codes.shape == (0, 2)
    assert weighed.find(["a"], 1, ["es"]).scores[0, 0] == found.scores[0, 0]


class Reader:
    """Turn a ranking round, and note what it was asked to read."""

    def __init__(self, first):
        self.first, self.contexts = first, None

    def find(self, queries, most, contexts=()):
        self.contexts = [*contexts]
        found = self.first.find(queries, most)
        return Ranking(found.codes[:, ::-1], found.scores, found.terms[:, ::-1])


def test_what_a_reranker_reads_is_weighed_with_the_rest():
    near, alike = Ranked({0: 0.9, 1: 0.5, 2: 0.3, 3: 0.2}), Ranked({})
    reader = Reader(near)
    weighed = Weighed(near, alike, Evidence(CODES), more_is_better("read"), reader)
    found = weighed.find(["x"], 1, ["es"], ["hay x"])
    assert found.codes.tolist() == [[3]] and reader.contexts == ["hay x"]
