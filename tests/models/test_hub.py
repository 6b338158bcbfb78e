import pytest

from projector.errors import ModelError
from projector.models import hub


def test_safetensors_alone_and_only_the_top_are_fetched():
    files = [
        "README.md",
        "config.json",
        "tokenizer.json",
        "model.safetensors",
        "pytorch_model.bin",
        "tf_model.h5",
        "onnx/model.onnx",
        "1_Pooling/config.json",
    ]
    assert hub.wanted_files(files) == ["config.json", "tokenizer.json", "model.safetensors"]
    files.remove("model.safetensors")
    assert hub.wanted_files(files) == ["config.json", "tokenizer.json"]


def test_what_is_only_pickled_is_refused_before_anything_is_fetched(monkeypatch):
    files = ["config.json", "pytorch_model.bin"]
    monkeypatch.setattr("huggingface_hub.HfApi.list_repo_files", lambda self, name: files)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.snapshot_download", None)
    with pytest.raises(ModelError, match="o/m: the hub has no safetensors of it"):
        hub.download("o/m")


class ForeignError(Exception):
    """As the HTTP library beneath the hub's raises: no OSError, and none of the hub's own."""


@pytest.mark.parametrize("kind", [ConnectionError, ForeignError])
def test_a_hub_out_of_reach_is_told_with_a_way_out(monkeypatch, kind):
    def unreachable(self, name):
        raise kind("no route to host")

    monkeypatch.setattr("huggingface_hub.HfApi.list_repo_files", unreachable)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with pytest.raises(
        ModelError, match=r"o/m: can't be fetched.*no route.*give its folder \(--model\)"
    ):
        hub.download("o/m")


def test_offline_means_the_hubs_own_cache(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match="o/m: can't be fetched"):
        hub.download("o/m")
