import json

import pytest

from projector.cli import run

TOML = """
device = "cpu"
[student]
model = "{model}"
layer = 2
rank = 4
[teacher]
views = [{{model = "{model}", layer = 1}}]
[optimisation]
steps = 2
tokens = 40
[development]
every = 2
links = ["{links}"]
[[data]]
sentences = "{table}"
languages = ["es", "en"]
"""


@pytest.fixture
def file(configuration, tmp_path):
    """Write a training configuration; the fixture that it leans on writes the data."""
    model = configuration().student.model
    path = tmp_path / "config.toml"
    links, table = tmp_path / "wordalign_es-en.jsonl", tmp_path / "pairs.tsv"
    path.write_text(TOML.format(model=model, links=links, table=table), encoding="utf-8")
    return path


def test_a_trained_aligner_projects(file, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "runs" / "aligner-1"
    assert run(["train", "aligner", str(file), "-o", str(out), "--format", "json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"step", "score", "aer wordalign_es-en"}
    assert run(["train", "aligner", str(file), "-o", str(out)]) == 1
    assert "go on with --resume" in capsys.readouterr().err
    assert run(["train", "aligner", str(file), "-o", str(out), "--resume"]) == 0
    assert f"model: {out / 'model'}" in capsys.readouterr().out

    (tmp_path / "es").mkdir()
    (tmp_path / "en").mkdir()
    (tmp_path / "es" / "a.txt").write_text("el paciente tose", encoding="utf-8")
    (tmp_path / "es" / "a.ann").write_text("T1\tDISEASE 12 16\ttose\n", encoding="utf-8")
    (tmp_path / "en" / "a.txt").write_text("the patient coughs", encoding="utf-8")
    command = ["project", str(tmp_path / "es"), str(tmp_path / "en"), "-o", str(tmp_path / "run")]
    assert run([*command, "-m", str(out)]) in (0, 3)
    assert run(["models", "add", str(out)]) == 0
    assert "aligner-1: added" in capsys.readouterr().out
    assert run([*command, "-m", "aligner-1", "--overwrite"]) in (0, 3)
    capsys.readouterr()
    assert run(["models", "--format", "json"]) == 0
    assert "aligner-1" in {one["name"] for one in json.loads(capsys.readouterr().out)}


def test_a_sweep_prints_a_row_for_each_value(file, tmp_path, capsys):
    command = ["train", "sweep", str(file), "-o", str(tmp_path / "sweep"), "--format", "json"]
    assert run([*command, "--set", "teacher.bias=0,0.4"]) == 0
    assert [row["teacher.bias"] for row in json.loads(capsys.readouterr().out)] == [0, 0.4]
    assert run([*command, "--set", "teacher.bias"]) == 1
    assert "expected SETTING=VALUE" in capsys.readouterr().err
