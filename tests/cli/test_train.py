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


@pytest.mark.parametrize("there", [False, True])
def test_a_training_that_is_refused_leaves_no_run(tmp_path, monkeypatch, capsys, there):
    monkeypatch.chdir(tmp_path)
    lines = tmp_path / "notes.jsonl"
    lines.write_text('{"id": "a", "lang": "es", "text": "tos", "spans": []}\n', encoding="utf-8")
    wrong = tmp_path / "wrong.toml"
    content = 'types = ["D"]\nstart = "nowhere"\n[[data]]\nlines = "notes.jsonl"\n'
    wrong.write_text(content, encoding="utf-8")
    out = tmp_path / "run"
    if there:
        out.mkdir()
    for _ in range(2):  # what is refused once is refused for the same reason again
        assert run(["train", "tagger", str(wrong), "-o", "run"]) == 1
        assert "nowhere: no tagger can be read" in capsys.readouterr().err
        assert out.is_dir() == there and not (there and any(out.iterdir()))
    out.mkdir(exist_ok=True)
    (out / "mine").write_text("", encoding="utf-8")
    assert run(["train", "tagger", str(wrong), "-o", "run"]) == 1
    assert [path.name for path in out.iterdir()] == ["mine"]
