"""Hold what a training is computed to cost, and that its steps can be measured."""

from dataclasses import replace

import pytest
import torch
from click.testing import CliRunner

from jobs.research.flops import sequence_operations
from jobs.research.training_cost import Shape, _model, main, measure_steps

SMALL = Shape(layers=3, width=16, kept=0, tokens=12, texts=2, words=50, heads=2)


def test_a_trained_layer_costs_three_passes_and_a_kept_one_its_own():
    once = sequence_operations(12, layers=1, hidden=16, feed_forward=64)
    assert SMALL.operations == 2 * 3 * 3 * once
    assert replace(SMALL, kept=2).operations == 2 * (2 + 3) * once
    assert replace(SMALL, kept=2).activations == SMALL.activations / 3


@pytest.mark.parametrize("kept", [0, 2])
def test_steps_are_measured_where_they_are_taken(kept):
    shape = replace(SMALL, kept=kept)
    measured = measure_steps(shape, torch.device("cpu"), peak_size=64)
    assert measured.steps_per_second > 0 and measured.share > 0 and measured.memory == 0
    trained = {name for name, weight in _model(shape).named_parameters() if weight.requires_grad}
    assert any(name.startswith("embeddings") for name in trained) == (not kept)
    assert all("layer.2." in name for name in trained) == bool(kept)


def test_the_command_tells_what_is_computed_and_what_was_measured():
    sizes = ["--layers", "3", "--width", "16", "--heads", "2", "--tokens", "12", "--words", "50"]
    result = CliRunner().invoke(main, [*sizes, "--steps", "100", "--device", "cpu"])
    assert result.exit_code == 0, f"{result.output} {result.exception}"
    lines = result.stdout.splitlines()
    rates = [float(line.split("\t")[1]) for line in lines[3:6]]
    assert lines[3].startswith("30%") and rates == sorted(rates) and "on cpu" in lines[6]
