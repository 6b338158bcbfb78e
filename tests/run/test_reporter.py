"""Hold what a run tells of itself, and that it need not tell anybody."""

from pathlib import Path

import pytest
from recording_reporter import RecordingReporter

from projector.run.configure import configure
from projector.run.project_corpus import run_configuration
from projector.run.reporter import SILENT, Progress, Reporter

TEXTS = {"es": "Fiebre y tos.", "en": "Fever and cough.", "it": "Febbre e tosse."}


@pytest.fixture
def corpora(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for language, text in TEXTS.items():
        (tmp_path / language).mkdir()
        for name in "ab":
            (tmp_path / language / f"{name}.txt").write_text(f"{text} {name}.", encoding="utf-8")
    return tmp_path


def test_a_run_tells_its_plan_and_each_document_once(corpora):
    reporter: Reporter = RecordingReporter()
    run_configuration(configure("es", ["en", "it"], model="tiny"), "out", reporter=reporter)
    (plan,) = reporter.plans
    assert len(plan.tasks) == 4
    assert reporter.progress == [Progress(done, 4) for done in range(5)]
    loading, loaded = reporter.texts  # and nothing of a tagger: there is none
    assert loading == "loading the model tiny" and loaded.startswith("loaded in ")


def test_a_run_tells_whether_a_tagger_shares_its_pass(corpora):
    reporter = RecordingReporter()
    run_configuration(configure("es", ["en"]), "out", reporter=reporter)
    assert reporter.texts[-1] == "tagger package:clinical: shares the model's pass"


def test_a_run_can_do_without_anybody_to_tell(corpora, capsys):
    run_configuration(configure("es", ["en"], model="tiny"), "out", reporter=SILENT)
    captured = capsys.readouterr()
    assert not captured.out and not captured.err
