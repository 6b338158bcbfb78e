"""Hold what of an aligner's training goes together."""

import pytest
from pydantic import ValidationError

from schemas.aligner_training import (
    AlignerTraining,
    DevelopmentConfiguration,
    SourceConfiguration,
    TeacherConfiguration,
    check_fold,
)

DATA = [{"gold": "g.jsonl"}]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"data": []}, "nothing to learn from; add a table"),
        ({}, "Field required"),
        ({"data": DATA, "teacher": {"views": []}}, "at least one view"),
        ({"data": DATA, "teacher": {"full": 9, "fade": 8}}, "full 9.0 is beyond fade 8.0"),
        ({"data": DATA, "teacher": {"temperature": 0.01}}, "greater than or equal to 0.02"),
        ({"data": DATA, "student": {"wise_ft_alpha": 0}}, "greater than 0"),
        ({"data": DATA, "student": {"layer": 0}}, "greater than or equal to 1"),
        ({"data": DATA, "distillation": {"loss": "mse"}}, "'self-training', 'cosine' or 'kl'"),
        ({"data": DATA, "optimisation": {"steps": 0}}, "greater than or equal to 1"),
        ({"data": DATA, "development": {"folds": 3, "fold": 3}}, "there is no fold 3 of 3"),
        ({"data": [{"gold": "g", "folds": 2, "fold": 5}]}, "there is no fold 5 of 2"),
        ({"data": DATA, "seeds": 1}, "Extra inputs"),
    ],
)
def test_what_cannot_be_trained_is_refused(content, told):
    with pytest.raises(ValidationError, match=told):
        AlignerTraining.model_validate(content)


@pytest.mark.parametrize(
    "source",
    [
        {"sentences": "s.tsv"},
        {"sentences": "s.tsv", "languages": ["es", "en"]},
        {"gold": "g"},
        {"source": "es", "target": "en"},
    ],
)
def test_pairs_come_from_one_thing(source):
    assert SourceConfiguration.model_validate(source)
    other = {"gold": "g"} if "gold" not in source else {"sentences": "s"}
    with pytest.raises(ValidationError, match="name one of: sentences; gold; source and target"):
        SourceConfiguration.model_validate({**source, **other})


@pytest.mark.parametrize(
    "source", [{}, {"source": "es"}, {"target": "en"}, {"languages": ["a", "b"]}]
)
def test_half_of_a_pair_is_none(source):
    with pytest.raises(ValidationError, match="name one of"):
        SourceConfiguration.model_validate(source)


def test_what_is_not_said_has_its_default():
    training = AlignerTraining.model_validate({"data": DATA})
    assert training.teacher == TeacherConfiguration() and len(training.teacher.views) == 1
    assert training.development == DevelopmentConfiguration()
    assert AlignerTraining.model_validate(training.model_dump(mode="json")) == training


def test_folds_count_from_zero():
    check_fold(0, 1)
    check_fold(4, 5)
    for fold, folds in ((1, 1), (5, 5)):
        with pytest.raises(ValueError, match=f"there is no fold {fold} of {folds}; they count"):
            check_fold(fold, folds)
