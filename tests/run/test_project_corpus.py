"""Hold what becomes of documents in a run, one after the other and in any parts."""

from pathlib import Path

import pytest

from projector.document import Status
from projector.errors import ConfigurationError, CorpusError, OutputError, ProjectorError
from projector.models import load
from projector.run.configure import configure
from projector.run.plan import Plan, plan_run
from projector.run.project_corpus import carry_out, fail_task, project_corpus, run_configuration
from projector.run.reader import read_run
from projector.storage.claim import claimed
from schemas.run import RunConfiguration, TaggingConfiguration


@pytest.fixture(autouse=True)
def brat(tmp_path, monkeypatch) -> Path:
    """Documents of every fate: sound, without a translation, invalid, unreadable."""
    monkeypatch.chdir(tmp_path)
    for language in ("es", "en"):
        (tmp_path / language).mkdir()
    for name in ("sound", "alone", "wrong", "latin"):
        (tmp_path / "es" / f"{name}.txt").write_text("Fiebre y tos.", encoding="utf-8")
        lines = "T1\tSYMPTOM 0 6\tFiebre\nR1\tWith Arg1:T1 Arg2:T1\n"
        (tmp_path / "es" / f"{name}.ann").write_text(lines, encoding="utf-8")
        if name != "alone":
            (tmp_path / "en" / f"{name}.txt").write_text("Fiebre and tos.", encoding="utf-8")
    (tmp_path / "es" / "wrong.ann").write_text("T1\tSYMPTOM 0 99\tFiebre\n", encoding="utf-8")
    (tmp_path / "es" / "latin.txt").write_bytes(b"Fiebre \xf1")
    return tmp_path


def configured(on_error: str = "skip", **options) -> RunConfiguration:
    return configure("es", ["en"], model="tiny", on_error=on_error, **options)


def outcomes_of(plan: Plan, run: RunConfiguration) -> dict[str, object]:
    done = carry_out(plan.tasks, plan, run, load("tiny"), None)
    return {outcome.source: outcome for outcome in done}


def test_every_document_has_its_own_fate():
    run = configured()
    done = outcomes_of(plan_run(run), run)
    fates = {
        name: (one.status, [told.status for told in one.mentions]) for name, one in done.items()
    }
    assert fates == {
        "sound": (Status.PROJECTED, [Status.PROJECTED]),
        "alone": (Status.UNPAIRED, [Status.UNPAIRED]),
        "wrong": (Status.PROJECTED, [Status.INVALID]),
        "latin": (Status.FAILED, [Status.INVALID]),
    }
    assert done["alone"].reason == "en has no translation of alone"
    assert [one.id for one in done["alone"].lost] == ["R1"] and not done["sound"].lost
    assert "UTF-8" in done["latin"].reason
    assert all(one.language == "en" for one in done.values())


def test_parts_of_a_plan_come_to_what_the_whole_does():
    run = configured()
    plan = plan_run(run)
    whole = outcomes_of(plan, run)
    for task in plan.tasks:
        part = plan.only([task])
        assert outcomes_of(part, run) == {task.source: whole[task.source]}


def test_texts_that_are_too_long_fail_each_for_itself():
    run = configured(max_characters=12)
    done = outcomes_of(plan_run(run), run)
    assert done["sound"].reason == "15 characters, more than 12 are not wanted (--max-characters)"
    assert [told.status for told in done["sound"].mentions] == [Status.FAILED]


def test_a_task_that_is_not_tried_fails_with_all_its_mentions():
    run = configured()
    plan = plan_run(run)
    (task,) = (task for task in plan.tasks if task.source == "sound")
    outcome = fail_task(task, plan, "its worker died")
    assert (outcome.status, outcome.reason, outcome.language) == (
        Status.FAILED, "its worker died", "en",
    )  # fmt: skip
    assert [told.status for told in outcome.mentions] == [Status.FAILED]


def test_what_is_wrong_stops_a_run_that_is_to_stop(brat):
    with pytest.raises(CorpusError, match=r"latin\.txt"):
        run_configuration(configured("stop"), "out")
    assert not (brat / "out").exists()


def test_a_fault_of_the_programs_is_told_with_its_document(monkeypatch):
    def broken(*_, **__):
        raise IndexError("out of bounds")

    monkeypatch.setattr("projector.pipeline.project_weighed", broken)
    for name in ("alone", "wrong", "latin"):
        for path in Path("es").glob(f"{name}.*"):
            path.unlink()
    with pytest.raises(ProjectorError, match=r"sound: can't be projected onto en \(IndexError"):
        run_configuration(configured("stop"), "out")
    run = configured()
    assert outcomes_of(plan_run(run), run)["sound"].reason == "IndexError: out of bounds"


def test_a_run_says_what_it_was_made_from():
    summary = project_corpus("es", "en", "out", model="tiny", on_error="skip")
    manifest = read_run("out").manifest
    assert summary.languages == manifest.languages
    assert RunConfiguration.model_validate(manifest.configuration) == configured()
    assert [one.role for one in manifest.inputs] == ["source", "target"]
    assert (manifest.model.precision, manifest.model.device) == ("fp32", "cpu")


def test_models_that_are_nowhere_are_told_before_anything_is_read(monkeypatch):
    monkeypatch.setattr("projector.run.project_corpus.plan_run", lambda *_: pytest.fail("read"))
    with pytest.raises(ProjectorError, match="no-such-model"):
        run_configuration(configure("es", ["en"], model="no-such-model"), "out")
    with pytest.raises(ProjectorError, match="no tagger can be read"):
        run_configuration(TaggingConfiguration(source="es", tagger="nowhere"), "out")


def test_a_run_without_a_target_is_refused():
    with pytest.raises(ConfigurationError, match="at least one target"):
        run_configuration(configure("es", [], model="tiny"), "out")


def test_two_runs_into_one_folder_are_refused_before_anything_is_loaded(monkeypatch):
    monkeypatch.setattr("projector.run.models.load_models", None)
    with claimed(Path("out")), pytest.raises(OutputError, match="another run is making it"):
        run_configuration(configured(), "out")


def test_a_second_run_from_a_runs_brat_has_its_own_scores_alone(tmp_path):
    with (tmp_path / "es" / "sound.ann").open("a", encoding="utf-8") as file:
        file.write("#1\tAnnotatorNotes T1\tprojection score 0.1234\n#2\tAnnotatorNotes T1\tmine\n")
    run_configuration(configured(), tmp_path / "first")
    first = (tmp_path / "first/brat/en/sound.ann").read_text(encoding="utf-8")
    scored = [line for line in first.splitlines() if "Score" in line or "score" in line]
    assert len(scored) == 1 and "\tProjectionScore T1\t0." in scored[0] and "mine" in first
    (tmp_path / "es" / "alone.ann").write_text(first, encoding="utf-8")  # it has no translation
    again = configure("first/brat/en", ["en"], model="tiny", on_error="skip")
    summary = run_configuration(again, tmp_path / "second")
    second = (tmp_path / "second/brat/en/sound.ann").read_text(encoding="utf-8")
    assert second.count("ProjectionScore") == 1 and "mine" in second
    assert sum(one.lost_annotations for one in summary.languages) == 0
    run_configuration(configured(), tmp_path / "third")
    lost = (tmp_path / "third/lost_annotations.tsv").read_text(encoding="utf-8")
    assert "mine" in lost and "Score" not in lost
