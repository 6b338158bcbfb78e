from importlib.resources import files
from pathlib import Path

import pytest
import torch

from projector.document import Document
from projector.models import load
from projector.models.devices import can_int8
from projector.run.configure import configure
from projector.settings import published
from projector.tagging.tagger import load_tagger
from projector.tagging.tagger_folder import INSTALLED, SHIPPED, TaggerFolder, is_tagger
from schemas.tagger_training import TaggerTraining
from schemas.validation import read_validated

FOLDER = files("projector.tagging") / SHIPPED


@pytest.fixture(scope="module")
def encoder():
    return load(precision="fp32", device="cpu")


def test_the_shipped_tagger_shares_the_default_encoder(encoder):
    assert is_tagger(Path(SHIPPED))
    tagger = load_tagger(Path(SHIPPED), encoder=encoder, precision="fp32", device="cpu")
    assert tagger.encoder is encoder
    folder = TaggerFolder.read(Path(SHIPPED))
    assert folder.fingerprint(precision="fp32", device="cpu") == tagger.fingerprint


def test_it_computes_in_int8_beside_an_encoder_that_does(encoder):
    if not can_int8(torch.device("cpu")):
        pytest.skip("this processor has no such kernels")
    rounded = load_tagger(Path(SHIPPED), precision="int8", device="cpu")
    folder = TaggerFolder.read(Path(SHIPPED))
    assert folder.fingerprint(precision="auto", device="cpu") == rounded.fingerprint
    exact = load_tagger(Path(SHIPPED), encoder=encoder, precision="fp32", device="cpu")
    text = encoder.tokenize("El paciente presentó fiebre y vómitos. Se realizó una biopsia renal.")
    vectors = encoder.encode([text])[0]
    assert (rounded.scores_of(vectors) - exact.scores_of(vectors)).abs().max() < 0.5
    shares = rounded.edges(vectors) - exact.edges(vectors)
    assert 0 < shares.abs().max() < 0.05


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("es", "El paciente presentó fiebre y vómitos.", {("fiebre", "SYMPTOM")}),
        ("en", "The patient presented with fever and vomiting.", {("fever", "SYMPTOM")}),
        ("es", "Se realizó una biopsia renal.", {("biopsia renal", "PROCEDURE")}),
    ],
)
def test_it_finds_plain_mentions(encoder, language, text, expected):
    tagger = load_tagger(Path(SHIPPED), encoder=encoder, precision="fp32", device="cpu")
    found = tagger.tag(Document("x", language, text)).mentions
    assert expected <= {(text[one.start : one.end], one.label) for one in found}


def test_it_is_small_and_says_how_it_was_made():
    assert sum(len(file.read_bytes()) for file in FOLDER.iterdir()) < 4_000_000
    training = read_validated(FOLDER / "training.toml", TaggerTraining)
    assert training.encoder.model == "aligner" and training.encoder.frozen
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    used = [path.stem for one in training.data if (path := one.lines or one.gold)]
    assert used and all(stem in card for stem in used)


def test_a_folder_of_the_users_goes_before_the_installed_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert is_tagger(Path(SHIPPED))
    (tmp_path / SHIPPED).mkdir()
    assert not is_tagger(Path(SHIPPED))


def test_a_projection_has_it_by_itself_where_it_costs_next_to_nothing():
    assert configure("es", ["en"]).tagger_model == INSTALLED
    for options in (
        {"model": "tiny"},
        {"layer": 5},
        {"granularity": "window"},
        {"settings": published()},
        {"tagger": "none"},
        {"tagger": None},
    ):
        assert configure("es", ["en"], **options).tagger_model is None
    assert configure("es", []).tagger_model is None  # nothing to project


def test_what_a_projection_has_by_itself_is_no_folder_of_the_users(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / SHIPPED).mkdir()
    assert is_tagger(Path(INSTALLED))
    assert TaggerFolder.read(Path(INSTALLED)).support == ("DISEASE", "SYMPTOM", "PROCEDURE")
