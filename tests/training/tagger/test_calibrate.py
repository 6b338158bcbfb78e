"""Hold that scores are fitted to how often what is found is right."""

import numpy as np

from projector.document import Document
from projector.tagging.found import FoundSpans
from projector.tagging.span_calibration import SpanCalibration
from projector.training.tagger.calibrate import fit_calibration, judged_spans
from projector.training.tagger.data import Annotated


def annotated(types=None):
    spans = [(0, 6, "SYMPTOM"), (9, 12, "SYMPTOM")]
    return Annotated("a", Document.from_spans("fiebre y tos", spans, language="es"), types)


def found(label, *rows):
    spans = np.array([row[:2] for row in rows], np.int64).reshape(-1, 2)
    return FoundSpans(label, spans, np.array([row[2] for row in rows]))


def test_a_span_is_right_with_both_edges_and_its_type():
    some = [found("SYMPTOM", (0, 6, 0.9), (7, 12, 0.4)), found("DISEASE", (9, 12, 0.3))]
    judged = judged_spans([(annotated(), some), (annotated(), [found("SYMPTOM", (9, 12, 0.8))])])
    likely, right = judged["SYMPTOM"]
    assert likely.tolist() == [0.9, 0.4, 0.8] and right.tolist() == [True, False, True]
    assert judged["DISEASE"][1].tolist() == [False]


def test_what_nobody_annotated_is_not_judged():
    judged = judged_spans([(annotated(("SYMPTOM",)), [found("DISEASE", (9, 12, 0.3))])])
    assert judged == {}


def test_scores_are_as_often_right_as_they_say():
    generator = np.random.default_rng(0)
    said = generator.uniform(0.02, 0.98, 4000)
    true = SpanCalibration({"D": (0.6, -0.7)}).scores("D", said)
    scales = fit_calibration({"D": (said, generator.random(4000) < true)})
    np.testing.assert_allclose(SpanCalibration(scales).scores("D", said), true, atol=0.03)


def test_too_little_to_fit_is_left_out():
    sure = np.full(60, 0.9)
    few = (np.array([0.9, 0.2]), np.array([True, False]))
    against = (np.linspace(0.01, 0.99, 60), np.arange(60) < 30)
    assert fit_calibration({"A": (sure, np.ones(60, bool)), "B": few, "C": against}) == {}
