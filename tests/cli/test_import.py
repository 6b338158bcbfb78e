"""Bring back what was corrected as a user would, and read what is told of it."""

import csv
import json
from pathlib import Path

import pytest
from saved_by_tools import annotated_tasks, exported, small_run, write_json

from projector.cli import run as call
from projector.corrections import read_corrections
from projector.run.reader import read_run


@pytest.fixture
def saved(tmp_path, monkeypatch):
    """What Label Studio saved: T1 moved, T3 removed, one added, in case-a; case-b untouched."""
    monkeypatch.chdir(tmp_path)
    run = small_run(tmp_path)
    folder = exported(run, tmp_path / "ls", "label-studio")
    tasks = annotated_tasks(folder / "en.json", who={"email": "ana@x"})
    regions = tasks[0]["annotations"][0]["result"]
    regions[0]["value"].update(start=5, end=10, text="fever")
    added = {**regions[0], "id": "n3w"}
    added["value"] = {"start": 46, "end": 51, "text": "cough", "labels": ["SYMPTOM"]}
    tasks[0]["annotations"][0]["result"] = [regions[0], added]
    tasks[1]["annotations"] = []
    return write_json(tmp_path / "saved.json", tasks)


def test_a_corrected_run_is_written_and_what_is_not_taken_listed(saved, capsys):
    arguments = ["import", "saved.json", "--run", "out", "-o", "final"]
    assert call(arguments) == 3
    told = capsys.readouterr()
    assert told.out == (
        "1 of 2 documents came back\nfinal: 1 corrected, 1 absent, 0 confirmed, 0 unchanged\n"
    )
    assert "not taken: 1 thing, listed in final-not-taken.tsv" in told.err
    assert "next: projector compare out final" in told.err
    with Path("final-not-taken.tsv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file, delimiter="\t")
    assert (row["document"], row["text"], row["start_span"]) == ("case-a", "cough", "46")
    final = {
        (row["source_document"], row["mention_id"]): (row["status"], row["target_text"])
        for row in read_run("final").projections().iter_rows(named=True)
    }
    assert final["caso-a", "T1"] == ("corrected", "fever")
    assert final["caso-a", "T3"] == ("absent", "")
    assert final["caso-b", "T1"] == ("projected", "High fever")
    assert read_corrections("final-corrections.json").corrections[0].reviewer == "ana@x"
    assert call(arguments) == 1 and "--overwrite" in capsys.readouterr().err
    assert call([*arguments, "--overwrite", "--accept-losses"]) == 0


def test_corrections_alone_are_what_accept_takes(saved, capsys):
    arguments = ["import", "saved.json", "--run", "out", "-o", "c.json", "--corrections-only"]
    assert call([*arguments, "--accept-losses", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["corrected"], told["absent"], told["not_taken"], told["of"]) == (1, 1, 1, 2)
    assert Path("c-not-taken.tsv").is_file() and not Path("c").exists()
    call(["accept", "out", "c.json", "-o", "final"])
    statuses = read_run("final").projections()["status"].to_list()
    assert statuses.count("corrected") == 1 and statuses.count("absent") == 1


def test_what_is_not_the_runs_stops_before_anything_is_written(saved, capsys):
    tasks = json.loads(saved.read_text(encoding="utf-8"))
    tasks[0]["data"]["text"] = "Another text altogether, with fever and cough at the same places."
    write_json(saved, tasks)
    assert call(["import", "saved.json", "--run", "out", "-o", "final"]) == 1
    error = capsys.readouterr().err
    assert "saved.json:1" in error and "Traceback" not in error
    assert not Path("final").exists() and not Path("final-corrections.json").exists()


def test_an_unchanged_return_makes_an_equal_run(saved, capsys):
    folder = exported(read_run("out"), Path("w"), "webanno")
    assert call(["import", str(folder), "--run", "out", "-o", "final"]) == 0
    told = capsys.readouterr()
    assert "0 corrected, 0 absent, 0 confirmed, 4 unchanged" in told.out
    assert "--confirm" in told.err
