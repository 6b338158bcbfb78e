"""Hold what two runs of one source are told to differ in."""

from dataclasses import replace

import pytest
from given_corrections import correction, corrections
from written_runs import EVERY, projected, write_run

from projector.corpus.formats.parquet_write import write_parquet
from projector.corrections.apply import accept
from projector.document import Document
from projector.errors import ConfigurationError, CorpusError
from projector.evaluation.compare_runs import compare_runs
from projector.run.reader import read_run


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    write_run(folder / "run")
    run = read_run(folder / "run")
    said = corrections(
        run,
        correction(run, "en", "caso-a", "T1", "absent"),
        correction(run, "en", "caso-a", "T3", "confirmed"),
        correction(run, "en", "caso-a", "T9", "corrected", (46, 51)),
        correction(run, "cz", "caso-b", "T1", "corrected", (5, 10)),
    )
    accept(run, [said], folder / "final")
    return run, read_run(folder / "final")


def test_a_run_does_not_differ_from_itself(runs):
    run, _ = runs
    compared = compare_runs(run, run)
    assert not compared.changes.height and not compared.right and not compared.remarks
    assert sum(one.same for one in compared.counts) == 18
    assert sum(one.neither for one in compared.counts) == 24


def test_exactly_what_was_changed_is_listed(runs):
    compared = compare_runs(*runs)
    listed = [
        (
            row["language"],
            row["document"],
            row["mention"],
            row["kind"],
            row["a_span"],
            row["b_span"],
        )
        for row in compared.changes.iter_rows(named=True)
    ]
    assert listed == [
        ("cz", "caso-b", "T1", "moved", "0 10", "5 10"),
        ("en", "caso-a", "T9", "gained", "", "46 51"),
        ("en", "caso-a", "T1", "lost", "0 10", ""),
    ]
    counts = {(one.language, one.label): one for one in compared.counts}
    symptoms = counts["en", "SYMPTOM"]
    assert (symptoms.same, symptoms.lost, symptoms.neither) == (7, 1, 2)
    assert counts["en", "PROCEDURE"].gained == 1


def test_with_gold_it_is_told_who_is_right(runs, tmp_path):
    gold = [one.document for one in EVERY if one.document.language == "en"]
    write_parquet(gold, tmp_path / "gold")
    compared = compare_runs(*runs, gold=tmp_path / "gold")
    rights = {(one.language, one.label): one for one in compared.right}
    assert (rights["en", "SYMPTOM"].both, rights["en", "SYMPTOM"].first) == (7, 1)
    assert (rights["en", "PROCEDURE"].none, rights["en", "PROCEDURE"].second) == (5, 0)
    (lost,) = compared.changes.filter(kind="lost").iter_rows(named=True)
    assert (lost["a_right"], lost["b_right"]) == (True, False)


def test_an_accepted_run_is_gold(runs):
    run, final = runs
    compared = compare_runs(run, final, gold=final.path)
    rights = {(one.language, one.label): one for one in compared.right}
    assert (rights["en", "PROCEDURE"].second, rights["cz", "SYMPTOM"].second) == (1, 1)


def test_runs_of_other_sources_are_refused(runs, tmp_path):
    run, _ = runs
    write_run(tmp_path / "fewer", EVERY)
    with pytest.raises(CorpusError, match=r"fewer: it has no mention T\d of caso-e"):
        compare_runs(run, read_run(tmp_path / "fewer"))
    other = projected("a")
    mentions = [replace(one, label="FINDING") for one in other.source.mentions]
    source = replace(other.source, mentions=tuple(mentions))
    write_run(tmp_path / "one", [projected("a")])
    write_run(tmp_path / "other", [replace(other, source=source)])
    with pytest.raises(CorpusError, match=r"T2 of caso-a .en. is another mention than DISEASE"):
        compare_runs(read_run(tmp_path / "one"), read_run(tmp_path / "other"))


def test_runs_onto_other_translations_are_refused(tmp_path):
    other = projected("a")
    text = other.document.text.replace("cough", "fever")
    changed = replace(other, document=replace(other.document, text=text))
    assert isinstance(changed.document, Document)
    write_run(tmp_path / "one", [projected("a")])
    write_run(tmp_path / "other", [changed])
    with pytest.raises(CorpusError, match="case-a in en has another text"):
        compare_runs(read_run(tmp_path / "one"), read_run(tmp_path / "other"))


def test_languages_that_one_run_has_are_told(runs, tmp_path):
    run, _ = runs
    english = [one for one in EVERY if one.document.language == "en"]
    bohemian = [one for one in EVERY if one.document.language == "cz"]
    write_run(tmp_path / "en", english)
    write_run(tmp_path / "cz", bohemian)
    write_run(tmp_path / "both", EVERY)
    compared = compare_runs(read_run(tmp_path / "en"), read_run(tmp_path / "both"))
    assert compared.remarks == (f"only in {tmp_path / 'both'}, so not compared: cz",)
    with pytest.raises(ConfigurationError, match="nothing to compare"):
        compare_runs(read_run(tmp_path / "en"), read_run(tmp_path / "cz"))
    assert run.languages == ("cz", "en")
