import pytest
import torch

from projector.models import load, packing
from projector.models.packing import Layout, _packs, attend


def test_attention_one_by_one_and_together_agree():
    torch.manual_seed(0)
    lengths = [3, 1, 7, 4]
    query, key, value = torch.randn(3, 1, 2, sum(lengths), 8)
    layouts = [
        Layout.of(lengths, together=way, device=torch.device("cpu")) for way in (False, True)
    ]
    one, together = (
        attend(torch.nn.Identity(), query, key, value, None, layout=layout, scaling=0.3)[0]
        for layout in layouts
    )
    assert one.shape == (1, 15, 2, 8)
    torch.testing.assert_close(one, together, atol=1e-6, rtol=0)


@pytest.mark.parametrize("trained", [True, False])
def test_half_precision_is_trained_through_attention_in_single(trained, monkeypatch):
    torch.manual_seed(0)
    lengths = [3, 5]
    layout = Layout.of(lengths, together=False, device=torch.device("cpu"))
    rows = torch.randn(3, 1, 2, sum(lengths), 8)
    single = [row.clone().requires_grad_() for row in rows]
    half = [row.bfloat16().requires_grad_(trained) for row in rows]
    computed_in = []
    attention = packing.scaled_dot_product_attention

    def noted(query, *others, **options):
        computed_in.append(query.dtype)
        return attention(query, *others, **options)

    monkeypatch.setattr(packing, "scaled_dot_product_attention", noted)
    with torch.autocast("cpu", torch.bfloat16):
        found = attend(torch.nn.Identity(), *half, None, layout=layout)[0]
    assert {*computed_in} == {torch.float32 if trained else torch.bfloat16}
    expected = attend(torch.nn.Identity(), *single, None, layout=layout)[0]
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found.float(), expected, atol=0.03, rtol=0.02)
    if trained:
        found.float().square().sum().backward()
        expected.square().sum().backward()
        for one, other in zip(half, single, strict=True):
            torch.testing.assert_close(one.grad.float(), other.grad, atol=0.2, rtol=0.1)


def test_packs_hold_real_tokens_or_padded_ones():
    lengths = [5, 1, 9, 4, 4]
    assert _packs(lengths, 10, packed=True) == [[1, 3, 4], [0], [2]]
    assert _packs(lengths, 10, packed=False) == [[1, 3], [4, 0], [2]]
    assert _packs([50], 10, packed=True) == [[0]]
    assert _packs([], 10, packed=True) == []


@pytest.mark.parametrize("family", ["xlm-roberta", "distilbert"])
def test_a_pass_that_does_not_fit_is_made_in_parts(checkpoints, family, monkeypatch):
    encoder = load(checkpoints / family, device="cpu")
    text = encoder.tokenize("pa ciente pa. ciente pa! pa ciente pa ciente? " * 3)
    whole = encoder.encode([text])[0]
    ran, run, most = [], encoder.model.forward, 24

    def limited(input_ids, **more):
        if input_ids.numel() > most:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 TiB")
        ran.append(input_ids.numel())
        return run(input_ids, **more)

    monkeypatch.setattr(encoder.model, "forward", limited)
    torch.testing.assert_close(encoder.encode([text])[0], whole, atol=1e-5, rtol=0)
    assert len(ran) > 1
    most = 4
    with pytest.raises(torch.OutOfMemoryError):
        encoder.encode([text])
