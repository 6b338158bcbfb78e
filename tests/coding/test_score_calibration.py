"""Hold how a coder's scores become probabilities."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.coding.code_list import make_list
from projector.coding.load import calibration_of
from projector.coding.score_calibration import FEATURES, Floor, ScoreCalibration, features
from projector.errors import ConfigurationError, ModelError

SAID = {
    "intercept": -3.0,
    "weights": dict(zip(FEATURES, (2.0, 1.0, 3.0, 4.0, 1.0), strict=True)),
    "floors": [
        {"precision": 0.95, "score": 0.9, "coverage": 0.2},
        {"precision": 0.9, "score": 0.6, "coverage": 0.4},
    ],
}
ICD = make_list("icd", [("R05", "es", "Tos")])


@pytest.fixture
def calibration(tmp_path):
    (tmp_path / "calibration.json").write_text(json.dumps(SAID))
    return ScoreCalibration.read(tmp_path)


def test_what_speaks_for_a_code_is_read_off_the_ranking():
    first, second = features([1.0, 0.5], "tos", ["Tos", "tos seca"]).tolist()
    assert first == [1, 1, 0, 0, 0]
    assert second[:4] == [0, 0, 0.5, -0.5] and 0 < second[4] < 1
    assert features([1.0, 1.0], "tos", ["tos", "tos"])[:, 1].tolist() == [0, 0]
    assert features([0.5], "tos", ["fiebre"])[0].tolist() == [0, 0, 0.5, 0, 0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5), st.floats(0, 1))
def test_a_higher_score_is_never_less_probable(scores, more):
    calibration = ScoreCalibration(-3.0, (2.0, 1.0, 3.0, 4.0, 1.0), ())
    scores = sorted(scores, reverse=True)
    chances = calibration.probabilities(scores, "tos", ["tos seca"] * len(scores))
    assert all(0 < chance < 1 for chance in chances)
    assert chances == sorted(chances, reverse=True)
    higher = [max(scores[0], min(more, 0.99)), *scores[1:]]
    assert calibration.probabilities(higher, "tos", ["tos seca"] * len(scores))[0] >= chances[0] - (
        1e-12 if higher[0] < 1 and scores[0] < 1 else 1
    )
    assert calibration.probabilities([], "", []) == []


def test_a_precision_has_its_floor(calibration):
    assert calibration.floor(0.9) == Floor(0.9, 0.6, 0.4)
    assert calibration.floor(0.5).score == 0.6 and calibration.floor(0.92).score == 0.9
    assert calibration.floor(0).score == 0
    with pytest.raises(ConfigurationError, match=r"right in 0\.990 of cases; .* 0\.950"):
        calibration.floor(0.99)


@pytest.mark.parametrize(
    "damage", [{"weights": {}}, {"floors": [{}]}, {"intercept": "x"}, {"intercept": float("nan")}]
)
def test_a_damaged_one_is_told(tmp_path, damage):
    (tmp_path / "calibration.json").write_text(json.dumps({**SAID, **damage}))
    with pytest.raises(ModelError, match="Fit it again"):
        ScoreCalibration.read(tmp_path)


@pytest.mark.parametrize("text", ["[" * 100_000, "[1]", "{", '{"floors": 1e400}'])
def test_what_is_no_calibration_is_told(tmp_path, text):
    (tmp_path / "calibration.json").write_text(text)
    with pytest.raises(ModelError, match="Fit it again"):
        ScoreCalibration.read(tmp_path)


def test_what_is_installed_is_calibrated_for_icd_10_alone():
    for first in ("lexical", "retriever"):
        calibration = calibration_of(first, ICD)
        assert calibration.floor(0.9).coverage > 0.2
        assert min(calibration.weights) >= 0 and np.isfinite(calibration.intercept)
    assert calibration_of("lexical", make_list("atc", [("N02BE01", "", "x")])) is None
