"""Hold the call of a kernel for sequences of all lengths; the kernel itself needs a GPU."""

import inspect

import numpy as np
import pytest
import torch

from projector.models import load, varlen
from projector.models.packing import Layout, attend, forward, states

CPU = torch.device("cpu")
gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


def plain_kernel(query, key, value, cu_seq_q, cu_seq_k, max_q, max_k, *, scale=None, num_splits=1):
    """Do with plain products what torch says that its kernel does."""
    assert cu_seq_q.dtype == torch.int32 and torch.equal(cu_seq_q, cu_seq_k)
    assert max_q == max_k == int(cu_seq_q.diff().max())
    rows = []
    for start, end in zip(cu_seq_q[:-1].tolist(), cu_seq_q[1:].tolist(), strict=True):
        q, k, v = (part[start:end].transpose(0, 1) for part in (query, key, value))
        shares = torch.softmax(q @ k.mT * (scale or query.shape[-1] ** -0.5), -1)
        rows.append((shares @ v).transpose(0, 1))
    return torch.cat(rows)


@pytest.fixture
def on_cpu(monkeypatch):
    """Have the plain kernel stand in for torch's, as if a processor had it."""
    monkeypatch.setattr(varlen, "kernel", lambda: plain_kernel)
    monkeypatch.setattr(varlen, "_options", lambda _: ("scale", "num_splits"))
    monkeypatch.setattr("projector.models.packing.has_ragged", lambda *_: True)


@pytest.mark.parametrize("names", [("scale", "num_splits"), ("scale",), ()])
@pytest.mark.parametrize("scaling", [0.3, None, 8**-0.5])
def test_it_attends_within_each_sequence_as_one_call_each_does(on_cpu, monkeypatch, names, scaling):
    monkeypatch.setattr(varlen, "_options", lambda _: names)
    torch.manual_seed(0)
    lengths = [3, 1, 7, 4]
    query, key, value = torch.randn(3, 1, 2, sum(lengths), 8)
    layouts = Layout.of(lengths, together=False, device=CPU), Layout.ragged(lengths, device=CPU)
    each, ragged = (
        attend(torch.nn.Identity(), query, key, value, None, layout=layout, scaling=scaling)[0]
        for layout in layouts
    )
    assert ragged.shape == (1, 15, 2, 8)
    torch.testing.assert_close(ragged, each, atol=1e-6, rtol=0)


@pytest.mark.parametrize("family", ["bert", "xlm-roberta"])
def test_a_models_vectors_are_those_of_one_call_each(checkpoints, family, request):
    encoder = load(checkpoints / family, device="cpu", precision="fp32")
    text = encoder.tokenize("pa ciente pa. ciente pa! pa ciente pa ciente? " * 3)
    expected = encoder.encode([text])[0]
    request.getfixturevalue("on_cpu")
    torch.testing.assert_close(encoder.encode([text])[0], expected, atol=1e-5, rtol=0)


def test_torchs_kernel_takes_what_it_is_told():
    parameters = inspect.signature(varlen.kernel()).parameters
    told = ["query", "key", "value", "cu_seq_q", "cu_seq_k", "max_q", "max_k"]
    assert list(parameters)[:7] == told
    assert "num_splits" not in parameters or "scale" in parameters


def test_torchs_kernel_says_that_it_gives_what_is_expected(monkeypatch):
    """Nothing is computed: shapes and kinds go through the kernel's own description of itself."""
    monkeypatch.setattr(varlen, "_options", lambda _: ("scale",))
    parts = torch.empty(3, 1, 2, 15, 8, dtype=torch.bfloat16, device="meta")
    layout = Layout([3, 1, 7, 4], bounds=torch.empty(5, dtype=torch.int32, device="meta"))
    attended, _ = attend(torch.nn.Identity(), *parts, None, layout=layout, scaling=0.3)
    assert (attended.shape, attended.dtype) == ((1, 15, 2, 8), torch.bfloat16)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_processor_has_no_such_kernel(dtype):
    assert not varlen.has_ragged(dtype, CPU, 64)


def test_single_precision_and_odd_heads_have_no_such_kernel_anywhere():
    assert not varlen.has_ragged(torch.float32, torch.device("cuda"), 64)
    assert not varlen.has_ragged(torch.bfloat16, torch.device("cuda"), 36)
    assert not varlen.has_ragged(torch.bfloat16, torch.device("cuda"), 512)


@gpu
@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_on_a_gpu_the_kernel_agrees_with_padding(checkpoints, precision, monkeypatch):
    encoder = load(checkpoints / "xlm-roberta", device="cuda", precision=precision)
    text = encoder.tokenize("pa ciente pa. ciente pa! pa ciente pa ciente? " * 3)
    assert varlen.has_ragged(encoder.model.dtype, encoder.device, 8)
    ragged = encoder.encode([text])[0]
    monkeypatch.setattr("projector.models.packing.has_ragged", lambda *_: False)
    padded = encoder.encode([text])[0]
    assert torch.cosine_similarity(ragged, padded, dim=1).min() > 0.999


def test_no_gradients_go_through_the_kernel(on_cpu, checkpoints, monkeypatch):
    encoder = load(checkpoints / "bert", device="cpu")
    called = []
    monkeypatch.setattr(varlen, "kernel", lambda: called.append(1) or plain_kernel)
    ids = encoder.tokenize("pa ciente").ids.astype(np.int64)
    states(encoder.model, [torch.from_numpy(ids)], first_position=0, packed=True)
    assert not called
    kept = np.array([[0, 2]])
    forward(encoder.model, [ids], kept, first_position=0, packed=True)
    assert called
