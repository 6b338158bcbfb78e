"""Export a run as a user would, and read what is told of it."""

import json
from pathlib import Path

import pytest
from saved_by_tools import small_run

from projector.cli import run as call


@pytest.fixture
def out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small_run(tmp_path, "ab", ("en", "cz"))
    return Path("out")


def test_what_is_lost_is_counted_listed_and_ends_with_3(out, capsys):
    assert call(["export", "out", "--to", "conll", "-o", "x"]) == 3
    told = capsys.readouterr()
    assert told.out == "x: 4 documents, 8 mentions, 12 losses\n"
    assert "lost: 4 × mention, 4 × note, 4 × relation; each is in x/lost.tsv" in told.err
    rows = Path("x/lost.tsv").read_text(encoding="utf-8").splitlines()
    assert rows[0].split("\t")[-1] == "lost" and len(rows) == 13
    assert "cz\tcase-a\tT3\tmention\tSYMPTOM\t12\t28\tAcute pain\tit has several fragments" in rows
    again = ["export", "out", "--to", "conll", "-o", "x", "--accept-losses"]
    assert call(again) == 1 and "--overwrite" in capsys.readouterr().err
    assert call([*again, "--overwrite"]) == 0


def test_what_a_format_holds_wholly_ends_with_0(out, capsys):
    assert call(["export", "out", "--to", "huggingface", "-o", "x", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"output": "x", "documents": 4, "mentions": 8, "lost": {}}


def test_one_language_of_several_is_chosen(out, capsys):
    arguments = ["export", "out", "--to", "label-studio", "-o", "x"]
    assert call([*arguments, "--language", "en"]) == 0
    assert {path.name for path in Path("x").iterdir()} == {
        *("en.json", "labeling_config.xml", "lost.tsv"),
    }
    assert call([*arguments, "--language", "it", "--overwrite"]) == 2
    assert "cz, en" in capsys.readouterr().err


def test_a_folder_that_is_no_export_is_not_replaced(out, capsys):
    Path("x").mkdir()
    Path("x/mine.txt").write_text("mine")
    assert call(["export", "out", "--to", "bioc", "-o", "x", "--overwrite"]) == 1
    assert "holds no lost.tsv" in capsys.readouterr().err and Path("x/mine.txt").is_file()


def test_what_is_no_run_is_told(out, capsys):
    assert call(["export", "nowhere", "--to", "bioc", "-o", "x"]) == 1
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tool", "module", "extra"), [("inception", "cassis", "inception"), ("spacy", "spacy", "spacy")]
)
def test_a_library_that_is_missing_is_named(out, capsys, monkeypatch, tool, module, extra):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    assert call(["export", "out", "--to", tool, "-o", "x"]) == 1
    assert f"pip install 'projector[{extra}]'" in capsys.readouterr().err
    assert not Path("x").exists()


def test_a_corpus_is_converted_for_a_tool(out, capsys):
    arguments = ["convert", "out", "x", "--to", "doccano", "--language", "en"]
    assert call(arguments) == 3
    told = capsys.readouterr()
    assert told.out == "x: 2 documents, 2 losses\n"
    assert "lost: case-a: #1 (note AnnotatorNotes): the format has no place" in told.err
    assert call(["validate", "x/en.jsonl"]) == 0
