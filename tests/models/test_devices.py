import pytest
import torch

from projector.errors import ConfigurationError
from projector.models import fingerprint, load
from projector.models.devices import Runtime, resolve, resolve_device, resolve_precision


@pytest.fixture(params=[True, False])
def fast_in_bf16(monkeypatch, request):
    """Be on a processor that has AVX512-BF16, and on one that hasn't."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": request.param})
    return request.param


def test_auto_is_what_the_device_is_fast_in(fast_in_bf16):
    assert resolve("auto", "cpu") == Runtime("cpu", "bf16" if fast_in_bf16 else "fp32")
    assert resolve("fp32", "cpu") == Runtime("cpu", "fp32")
    assert resolve_device("auto").type in ("cpu", "cuda")


def test_an_encoder_knows_what_it_was_loaded_in(checkpoints, fast_in_bf16):
    expected = "bf16" if fast_in_bf16 else "fp32"
    encoder = load(checkpoints / "bert", layer=1, device="cpu")
    assert encoder.precision == expected
    assert next(encoder.model.parameters()).dtype == Runtime("cpu", expected).dtype
    assert encoder.fingerprint == fingerprint(checkpoints / "bert", layer=1, precision=expected)


@pytest.mark.parametrize("device", ["gpu", "cuda:99", "quantum"])
def test_a_device_that_is_not_there_is_told(device):
    with pytest.raises(ConfigurationError, match=f"no device '{device}' here.*expected auto, cpu"):
        resolve("auto", device)


def test_a_precision_that_there_is_none_of_is_told():
    with pytest.raises(ConfigurationError, match="no precision 'int4'; expected auto, fp32"):
        resolve_precision("int4", torch.device("cpu"))
