"""Hold the scores against a slow, plain computation."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.search import late_interaction
from projector.search.late_interaction import best_first, scores_of

SIZES = st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=4), min_size=1, max_size=6)


def unit(random, count):
    vectors = random.normal(size=(count, 8)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def best(query, tokens):
    return float(np.mean([max(float(token @ asked) for token in tokens) for asked in query]))


def bounds(counts):
    return np.cumsum([0, *counts])


@pytest.mark.parametrize("at_once", [1, 7, 16_384])
@given(sizes=SIZES, asked=st.integers(1, 4), seed=st.integers(0, 99))
def test_each_token_of_a_query_is_matched_by_its_best(at_once, sizes, asked, seed):
    random = np.random.default_rng(seed)
    sentences = bounds([size for document in sizes for size in document])
    documents = bounds([len(document) for document in sizes])
    query, vectors = unit(random, asked), unit(random, sentences[-1]).astype(np.float16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(late_interaction, "_AT_ONCE", at_once)
        scores = scores_of(query, vectors, sentences, documents)
    tokens = vectors.astype(np.float32)
    for row, (start, end) in enumerate(pairwise(sentences)):
        assert scores.sentences[row] == pytest.approx(best(query, tokens[start:end]), abs=1e-5)
    for row, (start, end) in enumerate(pairwise(documents)):
        whole = tokens[sentences[start] : sentences[end]]
        assert scores.documents[row] == pytest.approx(best(query, whole), abs=1e-5)


def test_the_best_come_first_and_equals_in_their_order():
    assert best_first(np.array([0.1, 0.5, 0.2, 0.5], np.float32), 3).tolist() == [1, 3, 2]
    assert best_first(np.array([0.1], np.float32), 3).tolist() == [0]
