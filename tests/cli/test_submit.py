"""Pack a finished run as a user would."""

import json
import zipfile
from pathlib import Path

import pytest

from projector.cli import run


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """A run onto two languages by the tiny encoder."""
    root = tmp_path_factory.mktemp("submit")
    for language in ("es", "it", "ro"):
        (root / language).mkdir()
        (root / language / "a.txt").write_text("Fiebre y tos.", encoding="utf-8")
    lines = "T1\tSYMPTOM 0 6\tFiebre\nT2\tDISEASE 9 12\ttos\n"
    (root / "es" / "a.ann").write_text(lines, encoding="utf-8")
    inputs = [str(root / language) for language in ("es", "it", "ro")]
    assert run(["project", *inputs, "-o", str(root / "out"), "-m", "tiny"]) == 0
    return root / "out"


@pytest.fixture
def submit(finished, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(*more: str) -> int:
        return run(["submit", str(finished), "-o", "s.zip", *more])

    return call


def names() -> list[str]:
    return zipfile.ZipFile("s.zip").namelist()


def content(name: str) -> str:
    return zipfile.ZipFile("s.zip").read(name).decode()


def test_each_table_has_its_place_and_its_bytes(submit, finished, capsys):
    assert submit() == 0
    tables = [name for name in names() if name.endswith(".tsv")]
    assert "IT/symptom/submission_1/it_symptom_submission1.tsv" in tables
    assert "RO/disease/submission_1/ro_disease_submission1.tsv" in tables
    for name in tables:
        language, entity, *_ = Path(name).name.split("_")
        own = finished / "tsv" / f"{language}_{entity}.tsv"
        assert zipfile.ZipFile("s.zip").read(name) == own.read_bytes()
    assert capsys.readouterr().out.split() == names()


def test_a_template_places_the_tables(submit):
    template = "{team}/{ENTITY}/{LANG}-{lang}-{entity}-{n}.tsv"
    assert submit("--team", "ours", "--number", "3", "--template", template) == 0
    assert "ours/SYMPTOM/IT-it-symptom-3.tsv" in names()


def test_what_it_was_made_by_is_told_inside(submit, finished):
    assert submit("--team", "ours") == 0
    (configuration,) = (name for name in names() if name.endswith("config.json"))
    said = json.loads(content(configuration))
    manifest = json.loads((finished / "manifest.json").read_text(encoding="utf-8"))
    assert said == {**manifest["configuration"], "team": "ours"}
    (readme,) = (name for name in names() if name.endswith("README.md"))
    assert content(readme) == "Projected by ours with projector, model tiny.\n"
    assert submit("--overwrite", "--readme", "My own words.") == 0
    (readme,) = (name for name in names() if name.endswith("README.md"))
    assert content(readme).strip() == "My own words."
    (configuration,) = (name for name in names() if name.endswith("config.json"))
    assert "team" not in json.loads(content(configuration))


def test_the_same_run_is_the_same_bytes(submit):
    assert submit() == 0
    first = Path("s.zip").read_bytes()
    assert submit("--overwrite") == 0
    assert Path("s.zip").read_bytes() == first


def test_the_files_are_told_as_json(submit, capsys):
    assert submit("--format", "json") == 0
    assert json.loads(capsys.readouterr().out) == {"output": "s.zip", "files": names()}


def test_a_file_that_is_there_is_kept(submit, capsys):
    Path("s.zip").write_text("mine")
    assert submit() == 1
    assert "s.zip: exists already" in capsys.readouterr().err
    assert Path("s.zip").read_text() == "mine"


@pytest.mark.parametrize(
    "more",
    [
        ("--template", "{team}/{lang}_{entity}.tsv"),
        ("--template", "{team}/{lang}_{entity}.tsv", "--team", "a/b"),
        ("--template", "{team}/{lang}_{entity}.tsv", "--team", "{lang}"),
        ("--number", "0"),
        ("--number", "x"),
    ],
)
def test_what_cannot_be_packed_so_is_a_usage_error(submit, more, capsys):
    assert submit(*more) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err and not Path("s.zip").exists()


@pytest.mark.parametrize("template", ["{lang}.tsv", "{language}/{entity}.tsv", "{lang"])
def test_a_template_that_does_not_tell_tables_apart_is_refused(submit, template, capsys):
    assert submit("--template", template) in (1, 2)
    error = capsys.readouterr().err
    assert error and "Traceback" not in error and "a fault" not in error
    assert not Path("s.zip").exists()


def test_what_is_no_run_is_told(tmp_path, capsys):
    assert run(["submit", str(tmp_path), "-o", str(tmp_path / "s.zip")]) == 1
    assert "no run is there" in capsys.readouterr().err
