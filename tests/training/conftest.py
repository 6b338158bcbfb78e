import json

import pytest
import torch

from projector.training.aligner.data import SpanPair, TextPair
from projector.training.aligner.units import units_of
from projector.training.trainable_encoder import TrainableEncoder
from schemas.aligner_training import AlignerTraining, EncoderConfiguration

# The models are so small that a second thread only waits, on a busy machine for minutes.
torch.set_num_threads(1)

PAIRS = [
    "el paciente tose\tthe patient coughs",
    "no hay dolor.\tno pain here.",
    "la piel es roja\tthe skin is red",
    "dolor de cabeza\thead pain",
]


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


@pytest.fixture
def configuration(checkpoints, tmp_path):
    """Say how to train a small random model on a handful of sentences."""
    table = tmp_path / "pairs.tsv"
    table.write_text("\n".join(PAIRS), encoding="utf-8")
    links = tmp_path / "wordalign_es-en.jsonl"
    row = {"id": 1, "src_lang": "es", "tgt_lang": "en", "src_tokens": ["no", "tos"]}
    row |= {"tgt_tokens": ["no", "cough"], "alignment": [[0, 0], [1, 1]]}
    links.write_text(json.dumps(row) + "\n", encoding="utf-8")
    model = str(checkpoints / "bert")

    def build(**changes):
        content = {
            "device": "cpu",
            "student": {"model": model, "layer": 2, "rank": 4, "dropout": 0.1},
            "teacher": {"views": [{"model": model, "layer": 1}]},
            "data": [{"sentences": str(table), "languages": ["es", "en"]}],
            "optimisation": {"steps": 8, "tokens": 40, "rate": 0.01, "warmup": 2},
            "development": {"every": 4, "links": [str(links)]},
            "checkpoint_every": 2,
        }
        return AlignerTraining.model_validate({**content, **changes})

    return build
