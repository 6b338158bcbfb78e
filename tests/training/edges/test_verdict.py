"""Fit a verdict on spans whose outcomes are known."""

import numpy as np
import torch
from edge_models import edged_tiny

from projector.decode.verdicts import FEATURES
from projector.document import Document, DocumentPair
from projector.models.verdict_model import ABSENT, RIGHT, WRONG
from projector.training.edges.verdict import (
    MENTIONS,
    SENTENCES,
    WHOLE,
    Judgements,
    fit_verdict,
    joined,
    judge,
    pair_judgements,
    reliability,
    spoilt_pairs,
)

NEAR = FEATURES.index("nearest")


def judgements(seed, count=4000):
    """Return spans that are right where the first figure is high, absent where another is low."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(count, len(FEATURES))).astype(np.float32)
    outcomes = np.where(features[:, NEAR] < -1, ABSENT, np.where(features[:, 0] > -1, RIGHT, WRONG))
    documents = tuple(f"d{number % 20}" for number in range(count))
    return Judgements(documents, features, outcomes, np.full(count, WHOLE, np.float32))


def test_a_verdict_tells_what_it_learned_and_knows_how_often():
    known = judgements(1)
    model, measured = fit_verdict(known, hidden=8, epochs=40)
    other = judgements(2)
    found = judge(model, other.features).argmax(1)
    assert (found == other.outcomes).mean() > 0.85
    assert 0.75 < measured.precision_from(0) < 1
    assert measured.floor(0.97) > 0.4
    again, same = fit_verdict(known, hidden=8, epochs=40)
    assert same == measured
    assert all(map(torch.equal, model.state_dict().values(), again.state_dict().values()))


def test_reliability_counts_what_is_given_as_often_as_it_weighs():
    known = judgements(1, 4)
    weights = np.array([WHOLE, SENTENCES, MENTIONS, WHOLE], np.float32)
    outcomes = np.array([RIGHT, ABSENT, RIGHT, RIGHT])
    known = Judgements(known.documents, known.features, outcomes, weights)
    odds = np.array([[1, 0, 0], [0.62, 0, 0.38], [0.9, 0, 0.1], [0.2, 0, 0.8]], np.float32)
    measured = reliability(known, odds)
    assert (measured.count[99], measured.right[99]) == (2, 2)
    assert (measured.count[62], measured.right[62]) == (1, 0)
    assert (measured.count[90], measured.right[90]) == (2, 2)
    assert sum(measured.count) == 5


def test_spans_are_judged_by_gold_on_a_pair_and_what_is_left_of_it():
    source = Document.from_spans(
        "Tiene tos. Hay fiebre.", [(6, 9, "X"), (15, 21, "X")], language="es"
    )
    target = Document.from_spans(
        "Tiene tos. Hay fiebre.", [(6, 9, "X"), (15, 21, "X")], language="en"
    )
    parts = [
        pair_judgements(pair, weight, edged_tiny(1), None)
        for pair, weight in spoilt_pairs(DocumentPair(source, target), "1")
    ]
    known = joined(parts)
    assert len(known.documents) == len(known.outcomes) == len(known.features) == 8
    assert known.weights.tolist() == [2, 2, 1, 1, 1, 1, 2, 2]
    assert ABSENT not in known.outcomes[:2]
    assert (known.outcomes[2:4] == ABSENT).sum() == 1
