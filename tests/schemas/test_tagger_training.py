"""Hold what of a tagger's training goes together."""

import pytest
from pydantic import ValidationError

from schemas.tagger_training import HeadConfiguration, TaggerSourceConfiguration, TaggerTraining

DATA = [{"lines": "a.jsonl"}]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"types": [], "data": DATA}, "types: expected at least one, none twice"),
        ({"types": ["A", "A"], "data": DATA}, "types: expected at least one, none twice"),
        ({"types": ["A"], "data": []}, "nothing to learn from; add a table"),
        ({"types": ["A"], "support": ["A", "B"], "data": DATA}, "support: expected some of types"),
        ({"types": ["A"], "data": DATA, "head": {"window": 4}}, "has no middle; expected an odd"),
        ({"types": ["A"], "data": DATA, "head": {"dropout": 1}}, "less than 1"),
        ({"types": ["A"], "data": [{"lines": "a", "gold": "b"}]}, "corpus; lines; gold"),
        ({"types": ["A"], "data": [{}]}, "name one of: corpus; lines; gold"),
        ({"types": ["A"], "data": [{"lines": "a", "folds": 2, "fold": 2}]}, "no fold 2 of 2"),
        ({"types": ["A"], "data": DATA, "steps": 5}, "Extra inputs"),
    ],
)
def test_what_cannot_be_trained_is_refused(content, told):
    with pytest.raises(ValidationError, match=told):
        TaggerTraining.model_validate(content)


def test_what_is_not_said_has_its_default():
    training = TaggerTraining.model_validate({"types": ["A", "B"], "data": DATA})
    assert training.support is None and training.optimisation.epochs == 4
    assert training.head == HeadConfiguration(kind="cnn", window=5)
    assert training.encoder.granularity == "window" and not training.encoder.frozen
    assert (
        TaggerTraining.model_validate({"types": ["A"], "support": [], "data": DATA}).support == ()
    )


@pytest.mark.parametrize("window", [1, 3, 7])
def test_a_window_has_a_middle(window):
    assert HeadConfiguration(window=window).window == window


def test_a_fold_is_one_of_so_many():
    source = TaggerSourceConfiguration(lines="a", folds=3, fold=2, only_fold=True)
    assert (source.fold, source.folds) == (2, 3)
    with pytest.raises(ValidationError):
        TaggerSourceConfiguration(lines="a", folds=0)
