"""Hold what a tagger finds and tells, with an untrained head on the smallest encoder."""

import json

import numpy as np
import pytest
import torch

from projector.document import Document
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
    assert [len(spans) for spans in tagger.spans(tagger.encoder.tokenize(""))] == [0, 0]


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
