"""Hold which corrections, and of which runs, are refused, and what is said then."""

import json
from dataclasses import replace

import pytest
from accepted_runs import refused, rows
from given_corrections import correction, corrections, spans
from recording_reporter import RecordingReporter
from written_runs import TARGET, write_run

from projector.corrections.apply import accept
from projector.errors import CorpusError, OutputError
from projector.run.reader import read_run
from schemas.manifest import MANIFEST

WRONG = [
    ("T1", "confirmed", (), {"old": spans((1, 10)), "new": spans((1, 10))}, "where the run has it"),
    ("T9", "absent", (), {"old": spans((1, 10))}, "old is 1..10; expected none"),
    ("T1", "corrected", ((0, 4),), {"text": "Hugh"}, "text is 'Hugh'; expected 'High'"),
    ("T1", "corrected", ((0, 4), (5, 10)), {"text": "Highfever"}, "joined by a blank"),
    ("T1", "corrected", ((40, 999),), {}, f"at most {len(TARGET)}"),
    ("T1", "corrected", ((4, 5),), {}, "white space alone"),
    ("T1", "confirmed", (), {"mention": "T8"}, "no such mention; expected one of T1, T3, T2, T9"),
    ("T1", "confirmed", (), {"document": "case-a"}, "no such document"),
    ("T1", "confirmed", (), {"language": "it"}, "no language 'it'; expected one of cz, en"),
]


@pytest.mark.parametrize(("mention", "decision", "new", "changed", "told"), WRONG)
def test_what_is_not_true_is_refused(run, tmp_path, mention, decision, new, changed, told):
    entry = correction(run, "en", "caso-a", mention, decision, *new, **changed)
    assert told in refused(run, tmp_path, entry)


def test_all_that_is_wrong_is_told_at_once(run, tmp_path):
    entries = [
        correction(run, "en", "caso-b", "T1", "confirmed", document="caso-z"),
        correction(run, "en", "caso-a", "T3", "confirmed"),
        correction(run, "en", "caso-a", "T1", "corrected", (0, 4), text="x"),
    ]
    told = refused(run, tmp_path, *entries).splitlines()
    assert "corrections.0 (T1 of caso-z, en)" in told[0]
    assert "corrections.2 (T1 of caso-a, en)" in told[1]
    assert len(told) == 3 and "--on-error skip" in told[2]
    said = corrections(run, *entries)
    summary = accept(run, [said], tmp_path / "final", on_error="skip")
    assert summary.changes["confirmed"] == 1 and len(summary.not_taken) == 2
    assert summary.losses == 2 and len(rows(tmp_path / "final/not_taken.tsv")) == 2


def test_nothing_is_said_of_what_has_no_translation_or_is_invalid(run, tmp_path):
    unpaired = correction(run, "en", "caso-e", "T1", "absent")
    assert "the document is unpaired in en" in refused(run, tmp_path, unpaired)
    invalid = correction(run, "cz", "caso-e", "T7", "absent")
    assert "the mention is invalid: its text differs" in refused(run, tmp_path, invalid)


def test_corrections_of_another_run_are_refused_even_where_faults_are_skipped(run, tmp_path):
    said = corrections(run, run="0" * 64)
    with pytest.raises(CorpusError, match=r"of the run 0000.*; expected"):
        accept(run, [said], tmp_path / "final", on_error="skip")


def test_a_run_is_not_replaced_by_itself(run):
    with pytest.raises(OutputError, match="the run itself"):
        accept(run, [], run.path, overwrite=True)


def test_a_changed_run_is_refused(tmp_path):
    write_run(tmp_path / "run")
    table = tmp_path / "run" / "lost_annotations.parquet"
    table.write_bytes(table.read_bytes() + b"x")
    with pytest.raises(CorpusError, match="cut or changed"):
        accept(read_run(tmp_path / "run"), [], tmp_path / "final")


def test_what_was_edited_by_hand_is_told_and_not_taken(tmp_path):
    write_run(tmp_path / "run")
    standoff = tmp_path / "run" / "brat" / "en" / "case-a.ann"
    standoff.write_bytes(standoff.read_bytes() + b"T99\tSYMPTOM 0 4\tHigh\n")
    reporter = RecordingReporter()
    accept(read_run(tmp_path / "run"), [], tmp_path / "final", reporter=reporter)
    assert any("not taken" in told and "brat/en" in told for told in reporter.texts)
    assert b"T99" not in (tmp_path / "final" / "brat" / "en" / "case-a.ann").read_bytes()


def test_a_run_without_its_source_is_refused(run, tmp_path):
    content = json.loads((run.path / MANIFEST).read_text())
    manifest = run.manifest.model_copy(update={"written": None})
    with pytest.raises(CorpusError, match="older version"):
        accept(replace(run, manifest=manifest), [], tmp_path / "final")
    assert content["sha256"]
