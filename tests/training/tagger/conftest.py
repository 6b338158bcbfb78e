import json

import pytest
from tagger_texts import TEXTS

from schemas.tagger_training import TaggerTraining


@pytest.fixture
def lines(tmp_path):
    path = tmp_path / "notes.jsonl"
    rows = [
        {"id": name, "lang": "es", "text": text, "spans": [[*span, "S1"] for span in spans]}
        for name, text, spans in TEXTS
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def tagging(checkpoints, lines):
    """Say how to train a tagger on three sentences."""

    def build(**changes):
        content = {
            "types": ["DISEASE", "SYMPTOM"],
            "device": "cpu",
            "encoder": {"model": str(checkpoints / "bert"), "layer": 2, "rank": 0, "window": 18},
            "head": {"hidden": 16, "dropout": 0.0},
            "data": [{"lines": str(lines)}],
            "optimisation": {"steps": 60, "tokens": 60, "rate": 0.01, "warmup": 2},
            "development": {"every": 20, "data": [{"lines": str(lines)}]},
            "checkpoint_every": 10,
        }
        return TaggerTraining.model_validate({**content, **changes})

    return build
