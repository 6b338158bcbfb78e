"""List the models, and add one, as a user would."""

import json

import pytest

from projector.cli import run
from projector.models import list_models


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path / "cache"))


def listed(capsys) -> dict[str, dict]:
    capsys.readouterr()
    assert run(["models", "--format", "json"]) == 0
    return {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}


def test_every_model_is_listed_with_what_is_known_of_it(capsys):
    entries = listed(capsys)
    assert list(entries) == [entry.name for entry in list_models()]
    for entry in list_models():
        told = entries[entry.name]
        assert (told["layer"], told["granularity"]) == (entry.layer, entry.granularity)
        assert told["licence"] == entry.licence and isinstance(told["here"], bool)
    assert entries["tiny"]["here"]  # it needs no weights


def test_the_table_has_a_row_for_each(capsys):
    assert run(["models"]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split()[:3] == ["name", "here", "from"]
    assert [row.split()[0] for row in rows] == [entry.name for entry in list_models()]
    assert {row.split()[1] for row in rows} <= {"yes", "no"}


def test_an_added_model_is_listed_and_it_is_told_how_to_use_it(checkpoints, capsys):
    assert run(["models", "add", str(checkpoints / "bert"), "--name", "mine"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("mine: added (")
    assert "--model mine" in captured.err
    assert listed(capsys)["mine"]["here"]
    assert run(["models", "add", str(checkpoints / "bert"), "--name", "mine"]) == 1
    assert "there is a model called mine" in capsys.readouterr().err


def test_what_is_no_model_is_told(tmp_path, capsys):
    assert run(["models", "add", str(tmp_path / "nowhere")]) == 1
    assert "nowhere" in capsys.readouterr().err
    assert "nowhere" not in listed(capsys)
    assert run(["models", "nonsense"]) == 2
