"""Hold what a tagger finds and tells, with an untrained head on the smallest encoder."""

import json

import numpy as np
import pytest
import torch

from projector.document import Document, noted_scores
from projector.errors import ModelError
from projector.models import load
from projector.tagging.head import Head
from projector.tagging.tagger import load_tagger, save_tagger
from projector.tagging.tagger_folder import TAGGER_FILE, WEIGHTS_FILE, TaggerFolder
from schemas.tagger_training import HeadConfiguration

TYPES = ("DISEASE", "SYMPTOM")
TEXT = "fiebre alta y tos. sin asma"


@pytest.fixture
def folder(checkpoints, tmp_path):
    """Save a tagger with random weights, on an encoder that lies elsewhere."""
    torch.manual_seed(1)
    chosen = HeadConfiguration(kind="linear", dropout=0.0)
    head = Head(32, 2, chosen)
    encoder = {"name_or_path": str(checkpoints / "bert"), "layer": 2}
    save_tagger(tmp_path / "t", TYPES, head, chosen, {"encoder": encoder, "support": ["SYMPTOM"]})
    return tmp_path / "t"


def test_what_is_found_lies_in_the_text_in_its_order(folder):
    tagger = load_tagger(folder, device="cpu")
    document = tagger.tag(Document("a", "es", TEXT))
    places = [(mention.start, mention.end, mention.label) for mention in document.mentions]
    assert places == sorted(places) and places  # random weights find something
    assert all(0 <= start < end <= len(TEXT) and label in TYPES for start, end, label in places)
    assert [mention.id for mention in document.mentions] == [
        f"T{number}" for number in range(1, len(places) + 1)
    ]
    assert tagger.tag(Document("a", "es", "")).mentions == ()
    assert [*tagger.found(tagger.encoder.tokenize(""))] == []


def test_each_mention_has_a_score_and_doubtful_ones_can_be_left_out(folder):
    tagger = load_tagger(folder, device="cpu")
    document = tagger.tag(TEXT, language="es")
    scores = noted_scores(document)
    assert [*scores] == [one.id for one in document.mentions] and len({*scores.values()}) > 1
    assert all(0 < score < 1 for score in scores.values())
    middle = sorted(scores.values())[len(scores) // 2]
    surer = tagger.tag(TEXT, language="es", min_score=middle + 0.0001)
    kept = {(one.start, one.end, one.label) for one in surer.mentions}
    assert kept == {
        (one.start, one.end, one.label)
        for one in document.mentions
        if scores[one.id] > middle + 0.0001
    }


def test_scores_are_what_the_folder_says_that_probabilities_are_worth(folder):
    before = noted_scores(load_tagger(folder, device="cpu").tag(TEXT, language="es"))
    said = json.loads((folder / TAGGER_FILE).read_text())
    said["calibration"] = {"DISEASE": [1.0, -3.0], "SYMPTOM": [1.0, -3.0]}
    (folder / TAGGER_FILE).write_text(json.dumps(said))
    after = noted_scores(load_tagger(folder, device="cpu").tag(TEXT, language="es"))
    assert [*after] == [*before] and all(after[one] < before[one] / 2 for one in after)


@pytest.mark.parametrize(
    "calibration", [{"DRUG": [1.0, 0.0]}, {"DISEASE": [0.0, 0.0]}, {"DISEASE": [1.0]}, [1.0]]
)
def test_a_calibration_that_means_nothing_is_refused(folder, calibration):
    said = json.loads((folder / TAGGER_FILE).read_text())
    (folder / TAGGER_FILE).write_text(json.dumps({**said, "calibration": calibration}))
    with pytest.raises(ModelError, match="calibration"):
        load_tagger(folder, device="cpu")


def test_a_decoder_hears_probabilities_of_the_types_that_support(folder):
    tagger = load_tagger(folder, device="cpu")
    evidence = tagger.evidence(TEXT)
    assert tagger.types == TYPES and evidence.types == ("SYMPTOM",)
    begins, ends = evidence.edges(np.array([[0, 6]]), ["SYMPTOM"])
    assert ((begins >= 0) & (begins <= 1) & (ends >= 0) & (ends <= 1)).all()


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_an_encoder_serves_in_whatever_precision_it_was_loaded(folder, checkpoints, precision):
    options = {"layer": 2, "device": "cpu"}
    encoder = load(checkpoints / "bert", precision=precision, **options)
    tagger = load_tagger(folder, encoder=encoder, device="cpu")
    assert tagger.encoder is encoder
    known = TaggerFolder.read(folder).fingerprint(precision=precision, device="cpu")
    assert tagger.fingerprint == known
    other = load_tagger(folder, encoder=encoder, precision="fp16", device="cpu")
    assert other.encoder.precision == "fp16" and other.fingerprint != known
    wrong = load(checkpoints / "bert", precision=precision, layer=1, device="cpu")
    assert load_tagger(folder, encoder=wrong, device="cpu").encoder is not wrong


def test_a_damaged_folder_is_told(folder):
    (folder / WEIGHTS_FILE).write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="no tagger can be read"):
        load_tagger(folder, device="cpu")
    content = json.loads((folder / TAGGER_FILE).read_text())
    del content["types"]
    (folder / TAGGER_FILE).write_text(json.dumps(content))
    with pytest.raises(ModelError, match="no tagger can be read"):
        TaggerFolder.read(folder)
