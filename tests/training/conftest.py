import pytest

from projector.training.aligner.data import SpanPair, TextPair
from projector.training.aligner.units import units_of
from projector.training.trainable_encoder import TrainableEncoder
from schemas.aligner_training import EncoderConfiguration


@pytest.fixture
def student_of(checkpoints):
    """Build a student from a small random model."""

    def build(**options):
        chosen = {"model": str(checkpoints / "bert"), "layer": 2, "rank": 4, **options}
        return TrainableEncoder.load(EncoderConfiguration(**chosen), device="cpu")

    return build


@pytest.fixture
def units(student_of):
    """Cut some pairs into units as a student tokenises them."""
    pairs = [
        ("el paciente tose", "the patient coughs"),
        ("no hay dolor.", "no pain here."),
        ("la piel es roja", "the skin is red"),
    ]
    student = student_of()
    return [
        unit
        for left, right in pairs
        for unit in units_of(TextPair(left, right, "es", "en"), student.encoder)
    ]


@pytest.fixture
def span_pair():
    from projector.document import Fragment

    def build(source, target):
        return SpanPair(Fragment(*source), Fragment(*target))

    return build
