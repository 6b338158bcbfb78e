"""`--dry-run` of `projector project` and `projector jobs run`: what is told, not what is done."""

import json
from pathlib import Path

import pytest
from call_here import CallHere

from projector.cli import run
from projector.cli.dry_run import about, size, told_files
from projector.run.project_corpus import project_corpus

COMMANDS = [("project",), ("jobs", "run")]


@pytest.fixture(autouse=True)
def planning_here(monkeypatch):
    monkeypatch.setattr("jobs.dry_run.Child", CallHere)


def dry(command: tuple[str, ...], *more: str, targets: tuple[str, ...] = ("it", "ro")) -> int:
    return run([*command, "es", *targets, "-o", "out", "--model", "tiny", "--dry-run", *more])


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return all that is there, with when it was changed."""
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in [folder, *folder.rglob("*")]
    }


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_is_written_and_all_is_told(corpora, capsys, command):
    before = tree(corpora)
    assert dry(command) == 0
    assert tree(corpora) == before
    out = capsys.readouterr().out
    header, it, ro, model, *_ = out.splitlines()
    assert header.split()[:3] == ["language", "documents", "projected"]
    assert it.split() == ["it", "2", "2", "0", "0", "5", "5"] and ro.split()[0] == "ro"
    assert model.startswith("by tiny")
    for told in ("would write to out", "projections/it/ (2 tables)", "brat/ro/", "of disk", "MiB"):
        assert told in out
    assert "measured by 2 texts of 2" in out


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_would_be_skipped_is_told_with_its_reason(corpora, capsys, annotate, command):
    annotate(corpora / "es", "c", "Sin disnea.", ("SYMPTOM", "disnea"))
    annotate(corpora / "ro", "c", "Fără dispnee.")
    (corpora / "ro" / "b.txt").write_bytes(b"\xff\xfe\xfa")
    more = ("--on-error", "skip") if command == ("project",) else ()
    assert dry(command, *more, "--max-characters", "70", "--format", "json") == 3
    found = json.loads(capsys.readouterr().out)
    skipped = {(one["language"], one["document"]): one for one in found["skipped"]}
    assert {key: one["status"] for key, one in skipped.items()} == {
        ("it", "b"): "failed",
        ("it", "c"): "unpaired",
        ("ro", "b"): "failed",
    }
    assert "more than 70 are not wanted" in skipped["it", "b"]["reason"]
    assert "b.txt" in skipped["ro", "b"]["reason"]
    assert [one["documents"] for one in found["languages"]] == [3, 3]
    assert [one["tried"] for one in found["languages"]] == [1, 2]
    assert found["estimate"]["texts"] == 2  # what would fail is not tried


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_losses_that_are_known_give_the_runs_exit_code(corpora, annotate, command):
    annotate(corpora / "es", "c", "Sin disnea.", ("SYMPTOM", "disnea"))
    assert dry(command) == 3
    assert dry(command, "--accept-losses") == 0


def test_faults_of_reading_are_those_of_the_run(corpora, capsys):
    path = corpora / "es" / "a.ann"
    path.write_text(path.read_text(encoding="utf-8") + "R1\tCauses Arg1:T1 Arg2:T9\n")
    line = ["project", "es", "it", "-o", "out", "--model", "tiny"]
    assert run(line) == 1
    told = capsys.readouterr().err
    assert run([*line, "--dry-run"]) == 1
    assert capsys.readouterr().err == told and "a.ann:4" in told


@pytest.mark.parametrize(
    ("wrong", "code", "told"),
    [
        (["--model", "nowhere/at-all/there"], 1, "nowhere"),
        (["--target-language", "it"], 2, "don't go together"),
        (["--tagger", "absent"], 1, "absent"),
    ],
)
def test_what_the_run_would_refuse_is_refused(corpora, capsys, wrong, code, told):
    line = ["project", "es", "it", "ro", "-o", "out", "--model", "tiny", *wrong]
    assert run(line) == code
    refused = capsys.readouterr().err
    assert run([*line, "--dry-run"]) == code
    assert capsys.readouterr().err == refused and told in refused


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_place_that_is_taken_is_refused(corpora, capsys, command):
    (corpora / "out").mkdir()
    (corpora / "out" / "mine.txt").touch()
    assert dry(command) == 1
    assert "out" in capsys.readouterr().err


def test_an_earlier_run_stays_though_it_would_be_overwritten(corpora):
    project_corpus("es", ["it"], "out", model="tiny")
    before = tree(corpora)
    assert dry(("project",)) == 1
    assert dry(("project",), "--overwrite") == 0
    assert tree(corpora) == before


def test_a_file_says_what_would_be_done(corpora, capsys):
    (corpora / "run.toml").write_text(
        'source = "es"\ntargets = ["it"]\n[model]\nname = "tiny"\n', encoding="utf-8"
    )
    assert run(["project", "--config", "run.toml", "-o", "out", "--dry-run"]) == 0
    assert run(["jobs", "run", "run.toml", "-o", "out", "--dry-run"]) == 0
    assert not Path("out").exists()
    assert capsys.readouterr().out.count("\nit ") == 2


def test_the_files_that_are_told_are_those_that_the_run_writes(corpora, capsys):
    assert dry(("project",), "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)["files"]
    project_corpus("es", ["it", "ro"], "out", model="tiny")
    written = {path.relative_to("out").as_posix() for path in Path("out").rglob("*.*")}
    written -= {path for path in written if path.startswith("brat/")}
    assert written == {path for path in told if not path.endswith("/")}
    assert {path for path in told if path.endswith("/")} == {"brat/it/", "brat/ro/"}


def test_figures_are_as_rough_as_they_are_known():
    assert [about(seconds) for seconds in (0, 0.123, 12.34, 99, 754, 86_000)] == [
        *("0 s", "0.12 s", "12 s", "99 s", "13 min", "24 h"),
    ]
    assert size(1024**2) == "1.0 MiB" and size(5 * 1024**3) == "5.0 GiB"
    assert told_files(["a.tsv", "tsv/x.tsv", "tsv/y.tsv"]) == "a.tsv, tsv/ (2 tables)"
