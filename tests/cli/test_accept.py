"""Accept corrections into a run, and compare the two, as a user would."""

import csv
import json

import pytest
from given_corrections import correction, corrections, written
from written_runs import write_run

from projector.cli import run as call
from projector.run.reader import read_run


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_run(tmp_path / "out")
    return tmp_path


@pytest.fixture
def run(folder):
    return read_run(folder / "out")


def test_corrections_are_accepted_and_compared(folder, run, capsys):
    written(
        folder / "ana.json",
        corrections(
            run,
            correction(run, "en", "caso-a", "T9", "corrected", (46, 51)),
            correction(run, "en", "caso-a", "T3", "confirmed"),
        ),
    )
    assert call(["accept", "out", "ana.json", "-o", "final"]) == 0
    told = capsys.readouterr()
    assert "2 mentions judged: 1 confirmed, 1 corrected, 0 absent" in told.out
    assert "projector compare out final" in told.err
    assert call(["compare", "out", "final", "-o", "changes.tsv"]) == 0
    out = capsys.readouterr().out
    assert "gained T9 of caso-a in en (PROCEDURE 'tos'): unaligned → 'cough' at 46 51" in out
    lines = (folder / "changes.tsv").read_text().splitlines()
    (row,) = csv.DictReader(lines, delimiter="\t")
    assert (row["kind"], row["b_text"]) == ("gained", "cough")
    assert call(["compare", "out", "final", "-o", "changes.tsv"]) == 1
    assert "--overwrite" in capsys.readouterr().err


def test_an_accepted_run_is_evaluated_submitted_converted_and_verified(folder, run, capsys):
    said = corrections(run, correction(run, "en", "caso-a", "T9", "corrected", (46, 51)))
    written(folder / "ana.json", said)
    assert call(["accept", "out", "ana.json", "-o", "final"]) == 0
    assert call(["submit", "final", "-o", "s.zip"]) == 0
    assert call(["convert", "final", "brat", "--to", "brat", "--language", "en"]) == 0
    assert call(["jobs", "verify", "final"]) == 0
    capsys.readouterr()
    assert call(["evaluate", "final", "out", "--format", "json"]) == 0
    scores = json.loads(capsys.readouterr().out)["scores"]
    (overall,) = [row for row in scores if not row["language"] and not row["label"]]
    assert overall["scores"]["strict"]["fn"] == 1  # what was corrected


def test_conflicts_and_what_was_not_taken_are_losses(folder, run, capsys):
    first = correction(run, "en", "caso-a", "T1", "confirmed")
    second = correction(run, "en", "caso-a", "T1", "corrected", (0, 4))
    wrong = correction(run, "en", "caso-a", "T3", "corrected", (0, 4), text="Hugh")
    written(folder / "ana.json", corrections(run, first))
    written(folder / "eva.json", corrections(run, second, wrong, reviewer="eva"))
    command = ["accept", "out", "ana.json", "eva.json", "-o", "final"]
    assert call(command) == 1
    told = capsys.readouterr().err
    assert "eva.json: corrections.1 (T3 of caso-a, en): text is 'Hugh'" in told
    assert not (folder / "final").exists()
    assert call([*command, "--on-error", "skip"]) == 3
    told = capsys.readouterr()
    assert "conflict: T1 of caso-a in en stays as the run has it: ana: confirmed" in told.err
    assert "not taken: eva.json" in told.err
    assert "span F1" in told.out
    preferring = [*command, "--on-error", "skip", "--prefer", "eva", "--overwrite"]
    assert call([*preferring, "--accept-losses", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["changes"] == {"confirmed": 0, "corrected": 1, "absent": 0}
    assert not told["conflicts"] and told["agreement"][0]["f1"] == 0.0
    assert len(told["not_taken"]) == told["losses"] == 1


def test_what_is_wrong_with_all_files_is_told(folder, run, capsys):
    (folder / "a.json").write_text("{}")
    (folder / "b.json").write_text("[")
    assert call(["accept", "out", "a.json", "b.json", "c.json", "-o", "final"]) == 1
    told = capsys.readouterr().err
    assert "a.json: run: it is missing" in told and "b.json: it is no JSON" in told
    assert "c.json: it can't be read" in told
    assert run.manifest.sha256


def test_with_gold_it_is_told_who_is_right(folder, run, capsys):
    said = corrections(run, correction(run, "en", "caso-a", "T9", "corrected", (46, 51)))
    written(folder / "ana.json", said)
    assert call(["accept", "out", "ana.json", "-o", "final"]) == 0
    capsys.readouterr()
    assert call(["compare", "out", "final", "--gold", "final"]) == 0
    told = capsys.readouterr().out
    assert "only final" in told and "unaligned → 'cough' at 46 51, right" in told
    assert call(["compare", "out", "final", "--gold", "final", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["second"] for row in told["right"] if row["label"] == "PROCEDURE"] == [0, 1]
    assert told["changes"][0]["b_right"] is True
