"""The least score of a projection, where a precision is asked for."""

from dataclasses import replace

import pytest
from edge_models import drawn_edges

from projector.decode.least_score import least_score
from projector.errors import ConfigurationError
from projector.models.verdict_model import STEPS, Reliability
from projector.settings import DecodeSettings, published


def calibrated(right, count=100):
    """Return an edge model whose upper half of scores is right so often, and the lower never."""
    half = STEPS // 2
    known = Reliability((count,) * STEPS, (0,) * half + (right,) * half)
    return replace(drawn_edges(6), reliability=known)


def test_the_score_follows_from_the_precision():
    asked = DecodeSettings(min_precision=0.9)
    assert least_score(calibrated(95), asked) == pytest.approx(0.48)
    assert least_score(calibrated(95), DecodeSettings(min_score=0.3)) == 0.3
    assert least_score(None, DecodeSettings(min_score=0.3)) == 0.3


def test_a_precision_that_nobody_knows_of_is_refused():
    asked = DecodeSettings(min_precision=0.9)
    for edges in (None, drawn_edges(6)):
        with pytest.raises(ConfigurationError, match=r"not calibrated.*--min-score"):
            least_score(edges, asked)
    runs = replace(published().decode, min_precision=0.9)
    with pytest.raises(ConfigurationError, match="not calibrated"):
        least_score(calibrated(95), runs)


def test_a_precision_that_no_score_has_is_refused_with_the_greatest():
    with pytest.raises(ConfigurationError, match=r"right in 0\.950\. Ask for less"):
        least_score(calibrated(95), DecodeSettings(min_precision=0.96))
