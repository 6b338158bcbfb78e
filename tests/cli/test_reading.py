"""Hold the options that say how files are read, and `-` for the standard input."""

import io
import json
import sys
import tomllib
from pathlib import Path

import pytest

from projector.cli import run
from projector.run.configure import configure
from projector.run.reader import read_run


@pytest.fixture
def notes(tmp_path, monkeypatch) -> Path:
    """Return a folder of corpora, the working one, in which words differ in blanks."""
    monkeypatch.chdir(tmp_path)
    for language, text in (("es", "Con fiebre\xa0alta y tos."), ("it", "Con febbre alta e tosse.")):
        (tmp_path / language).mkdir()
        (tmp_path / language / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "es" / "a.ann").write_text("T1\tX 4 15\tfiebre alta\nT2\tX 18 21\ttos\n")
    return tmp_path


def feed(monkeypatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_validate_hints_at_the_option_and_takes_it(notes, capsys):
    assert run(["validate", "es"]) == 1
    assert "--text-check normalised" in capsys.readouterr().out
    assert run(["validate", "es", "--text-check", "normalised"]) == 0
    assert "note: es/a.ann: stated words differ from the text in blanks" in capsys.readouterr().out
    assert run(["validate", "es", "--text-check", "off", "--format", "json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert report["mentions"] == 2 and "trusted" in report["notices"][0]["told"]


def test_a_run_is_read_as_its_options_or_its_file_say(notes, capsys):
    common = ["project", "es", "it", "-m", "tiny", "--tagger", "none", "-o"]
    assert run([*common, "out"]) == 1
    assert run([*common, "out", "--text-check", "normalised"]) == 0
    assert "note: es/a.ann: stated words differ" in capsys.readouterr().err
    manifest = read_run(Path("out")).manifest
    assert manifest.configuration["reading"] == {"text_check": "normalised", "columns": []}
    (told,) = manifest.notices
    assert "in blanks only" in told and told.endswith("1 mention")
    Path("run.toml").write_text('[reading]\ntext_check = "normalised"\n')
    assert run([*common, "again", "--config", "run.toml"]) == 0


def test_how_files_are_always_read_is_not_said(notes):
    assert "reading" not in configure("es", ["it"]).model_dump(mode="json")
    said = configure("es", ["it"], columns={"start": "begin"}, text_check="off").reading
    assert (said.columns, said.text_check) == (("start=begin",), "off")
    assert tomllib.loads('columns = ["start=a,end=b"]')  # as in a file
    with pytest.raises(Exception, match="'begin' is not of the form NAME=COLUMN"):
        configure("es", ["it"], columns=("begin",))


def test_columns_are_named_one_by_one_or_together(notes, capsys):
    table = Path("es", "all.tsv")
    table.write_text("who\tkind\tfrom\tlast\twords\na\tX\t18\t21\ttos\n")
    Path("es", "a.ann").unlink()
    assert run(["validate", "es/all.tsv"]) == 1
    assert "--columns filename=…" in capsys.readouterr().out
    stated = ["--columns", "filename=who,label=kind", "--columns", "start=from,end=last"]
    assert run(["validate", "es/all.tsv", *stated, "--columns", "text=words"]) == 0
    assert "1 mention, 0 problems" in capsys.readouterr().out
    assert run(["convert", "es", "out", "--to", "brat", *stated, "--columns", "text=words"]) == 0
    assert Path("out", "a.ann").read_text() == "T1\tX 18 21\ttos\n"
    assert run(["validate", "es", "--columns", "begin"]) == 2
    assert "NAME=COLUMN" in capsys.readouterr().err


def test_what_is_not_read_and_a_corpus_without_mentions_are_told(notes, capsys):
    Path("it", "b.xml").touch()
    Path("es", "a.ann").write_text("")
    assert run(["validate", "it"]) == 0
    out = capsys.readouterr().out
    assert "note: it: 1 file or folder is not read: b.xml" in out and "NO MENTIONS" in out
    assert run(["project", "es", "it", "-m", "tiny", "--tagger", "none", "-o", "out"]) == 0
    assert "note: es: NO MENTIONS: 1 document" in capsys.readouterr().err
    assert run(["convert", "it", "out-it", "--to", "brat"]) == 0
    assert "b.xml" in capsys.readouterr().err


HEADER = "filename\tlabel\tstart_span\tend_span\ttext\n"


def test_labels_that_differ_in_case_are_told(notes, capsys):
    Path("gold.tsv").write_text(f"{HEADER}a\tDISEASE\t0\t5\tx\na\tSYMPTOM\t7\t9\tx\n")
    Path("own.tsv").write_text(f"{HEADER}a\tdisease\t0\t5\tx\na\tSYMPTOM\t7\t9\tx\n")
    assert run(["evaluate", "gold.tsv", "own.tsv"]) == 0
    told = capsys.readouterr().err
    assert "DISEASE and disease are different labels" in told and "SYMPTOM" not in told
    assert "--label disease=DISEASE" in told
    arguments = ["gold.tsv", "own.tsv", "--label", "disease=DISEASE", "--format", "json"]
    assert run(["evaluate", *arguments]) == 0
    captured = capsys.readouterr()
    assert not captured.err and json.loads(captured.out)["scores"][0]["label"]


def test_ends_that_look_inclusive_are_told(notes, capsys):
    Path("gold.tsv").write_text(f"{HEADER}a\tX\t0\t4\tasma\n")
    Path("own.tsv").write_text(f"{HEADER}a\tX\t0\t3\tasma\n")
    assert run(["evaluate", "gold.tsv", "own.tsv"]) == 0
    assert "ends are inclusive" in capsys.readouterr().err


def test_a_table_may_come_from_the_standard_input(notes, capsys, monkeypatch):
    content = f"{HEADER}a\tX\t18\t21\ttos\n".encode()
    Path("gold.tsv").write_bytes(content)
    feed(monkeypatch, content)
    assert run(["evaluate", "gold.tsv", "-"]) == 0
    assert "1.0000" in capsys.readouterr().out
    feed(monkeypatch, content)
    assert run(["validate", "-", "--texts", "es"]) == 0
    assert "tsv, und, 1 document, 1 mention, 0 problems" in capsys.readouterr().out


def test_a_text_may_come_from_the_standard_input(notes, capsys, monkeypatch):
    feed(monkeypatch, b"Con fiebre y tos.")
    assert run(["validate", "-", "--language", "es"]) == 0
    assert "text, es, 1 document" in capsys.readouterr().out


def test_the_standard_input_is_there_once_and_leaves_nothing(notes, capsys, monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(notes))
    feed(monkeypatch, b"Con fiebre.")
    assert run(["validate", "-"]) == 0
    assert not list(notes.glob("projector-*"))
    feed(monkeypatch, HEADER.encode())
    assert run(["evaluate", "-", "-"]) == 2
    feed(monkeypatch, b"")
    assert run(["validate", "-"]) == 2
    assert "nothing comes from there" in capsys.readouterr().err
    assert not list(notes.glob("projector-*"))
