import subprocess
import sys

import pytest

from projector.errors import ModelError
from projector.models import DEFAULT_MODEL, list_models, load
from projector.models.catalogue import find_entry, is_here


def test_the_default_comes_first_and_names_are_unique():
    models = list_models()
    assert models[0].name == DEFAULT_MODEL
    assert models[0].layer == 7
    assert models[0].granularity == "sentence"
    assert len({model.name for model in models}) == len(models)
    for model in models:
        assert model.licence
        assert model.description
        assert model.source != "hub" or model.location.count("/") == 1


def test_a_hub_name_finds_what_is_known_of_it():
    assert find_entry("BAAI/bge-m3").granularity == "window"
    assert find_entry("labse").location == "sentence-transformers/LaBSE"
    unknown = find_entry("someone/some-model_2.0")
    assert (unknown.source, unknown.layer, unknown.granularity) == ("hub", None, None)


def test_a_folder_wins_over_a_hub_name(tmp_path, monkeypatch):
    (tmp_path / "BAAI" / "bge-m3").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert find_entry("BAAI/bge-m3").source == "folder"


@pytest.mark.parametrize(
    "wrong",
    [
        "./models/e5",
        "/models/e5",
        "~/models/e5",
        "../e5",
        "models/e5",  # the folder `models` is here
        "a/b/c",
        "owner/",
        "nanoe",
        "own er/model",
        "C:\\models\\e5",
        "",
    ],
)
def test_a_wrong_path_fails_at_once(tmp_path, monkeypatch, wrong):
    (tmp_path / "models").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("projector.models.hub.download", None)  # never reached
    with pytest.raises(ModelError, match="no such model; expected a folder that exists"):
        load(wrong)


def test_a_path_object_is_never_a_hub_name(tmp_path):
    with pytest.raises(ModelError, match="no such model"):
        load(tmp_path / "absent")


def test_listing_models_loads_nothing_heavy():
    code = (
        "import sys; from projector.models import list_models; list_models();"
        "print([m for m in ('torch', 'transformers', 'tokenizers') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_model_is_here_when_nothing_need_be_fetched(tmp_path):
    assert is_here(find_entry(DEFAULT_MODEL)) and is_here(find_entry("tiny"))
    (tmp_path / "mine").mkdir()
    entry = find_entry(str(tmp_path / "mine"))
    assert is_here(entry)
    (tmp_path / "mine").rmdir()
    assert not is_here(entry)
    assert not is_here(find_entry("someone/some-model-that-nobody-has"))
