import pytest
import torch

from jobs.research.flops import matmul_peak, measure, sequence_operations
from projector.models import load


def test_operations_follow_the_formula():
    # 12 layers of the default's shape at 512 tokens: 52 million a token, as published.
    operations = sequence_operations(512, layers=12, hidden=384, feed_forward=1536)
    assert operations / 512 == pytest.approx(52e6, rel=0.01)


def test_the_throughput_counts_every_token_once(checkpoints):
    encoder = load(checkpoints / "bert", layer=2, device="cpu", precision="fp32")
    texts = [encoder.tokenize("paciente con tos."), encoder.tokenize("")]
    result = measure(encoder, texts)
    length = len(texts[0]) + 2
    assert result.tokens == len(texts[0])
    assert result.operations == length * 2 * (8 * 32**2 + 4 * 32 * 64 + 4 * length * 32)
    assert 0 < result.share < 1


def test_the_peak_is_a_speed():
    assert matmul_peak(torch.float32, torch.device("cpu"), size=64) > 1e6
