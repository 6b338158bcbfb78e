import pytest
import torch
from click.testing import CliRunner

from jobs.research.flops import main, matmul_peak, measure, sequence_operations
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


def test_the_command_tells_operations_and_their_share(checkpoints, tmp_path, threads):
    (tmp_path / "a.txt").write_text("paciente con tos", encoding="utf-8")
    arguments = [str(tmp_path), "--model", str(checkpoints / "bert")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, f"{result.output} {result.exception}"
    assert " GFLOP, " in result.stdout and "of the matrix-multiply peak of" in result.stdout


def test_an_encoder_without_weights_has_no_operations(tmp_path, threads):
    (tmp_path / "a.txt").write_text("paciente", encoding="utf-8")
    result = CliRunner().invoke(main, [str(tmp_path), "--model", "tiny"])
    assert result.exit_code == 1 and "no operations to count" in result.output
