"""Hold how a tagger's own probabilities become scores."""

import numpy as np
import pytest

from projector.tagging.span_calibration import SpanCalibration, log_odds


def test_a_type_without_a_scale_is_taken_at_its_word():
    given = [0.1, 0.5, 0.99]
    np.testing.assert_allclose(SpanCalibration().scores("DISEASE", given), given)


def test_a_scale_changes_the_odds_of_its_type_alone():
    scales = SpanCalibration({"DISEASE": (0.5, 1.0)})
    found = scales.scores("DISEASE", [0.2, 0.8])
    np.testing.assert_allclose(log_odds(found), 0.5 * log_odds([0.2, 0.8]) + 1.0)
    np.testing.assert_allclose(scales.scores("SYMPTOM", [0.2]), [0.2])


@pytest.mark.parametrize("sure", [0.0, 1.0])
def test_who_is_quite_sure_still_has_odds(sure):
    (score,) = SpanCalibration({"D": (0.5, 0.0)}).scores("D", [sure])
    assert 0 < score < 1 and abs(score - sure) < 0.01


def test_nothing_found_has_no_scores():
    assert SpanCalibration().scores("D", []).shape == (0,)
