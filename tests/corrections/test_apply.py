"""Hold that corrections become part of a run, and that nothing else of it changes."""

from dataclasses import replace

import polars as pl
import pytest
from accepted_runs import outcome, refused, rows
from given_corrections import correction, corrections, written
from hypothesis import given, settings
from hypothesis import strategies as st
from written_runs import TARGET, at, contents, projected, write_run

from projector.corpus import require_document
from projector.corrections.apply import accept
from projector.document import Document, DocumentPair, Fragment, Mention, Status
from projector.pipeline import ProjectedDocument
from projector.run.outcome import mispaired_outcome, projected_outcome, unprojected_outcome
from projector.run.project_corpus import project_corpus
from projector.run.reader import read_run
from projector.run.verify import verify_run

RECORDS = {"manifest.json", "log.json"}
ADDED = {"changes.parquet", "changes.tsv", "conflicts.tsv", "not_taken.tsv"}
FEVER, COUGH = (0, 10), (46, 51)  # in the translation


def bare(name, language, status=None):
    """Return what adds a document without mentions to a run, with a translation or without."""
    source = Document(f"caso-{name}", "es", "Nada.")
    translation = Document(f"caso-{name}", language, "Nothing.")
    if status:
        outcome = unprojected_outcome(source, language, status, "so it is\tsaid")
    else:
        outcome = projected_outcome(ProjectedDocument(source, translation, ()))
    return lambda writer: writer.put(replace(outcome, original=source))


def test_without_corrections_every_byte_stays(run, tmp_path):
    summary = accept(run, [], tmp_path / "final")
    before, after = contents(run.path), contents(tmp_path / "final")
    assert {name for name in before if after[name] != before[name]} == RECORDS
    assert after.keys() - before.keys() == ADDED
    assert not summary.losses and not sum(summary.changes.values())
    old, new = run.manifest, read_run(tmp_path / "final").manifest
    assert (new.counts, new.languages, new.inputs) == (old.counts, old.languages, old.inputs)
    assert new.accepted[0].run == old.sha256
    assert not verify_run(tmp_path / "final").findings


def test_documents_without_mentions_stay_too(tmp_path):
    bare_ones = [
        *(bare("k", "en", Status.UNPAIRED), bare("x", "en", Status.FAILED), bare("y", "en")),
    ]
    write_run(tmp_path / "run", bare_ones)
    accept(read_run(tmp_path / "run"), [], tmp_path / "final")
    before, after = contents(tmp_path / "run"), contents(tmp_path / "final")
    assert {name for name in before if after[name] != before[name]} == RECORDS


@pytest.mark.parametrize("mentions", [True, False])
def test_what_turned_out_to_be_no_translation_stays(tmp_path, mentions):
    one = projected("a")
    source = one.source if mentions else Document("case-a", "es", "Nada.")
    pair = DocumentPair(source, one.document)
    outcome = replace(mispaired_outcome(pair, "it is no translation"), original=source)
    write_run(tmp_path / "run", [lambda writer: writer.put(outcome), projected("b")])
    run = read_run(tmp_path / "run")
    assert run.manifest.languages[0].mispaired == 1
    assert accept(run, [], tmp_path / "final").run.languages == run.manifest.languages
    before, after = contents(tmp_path / "run"), contents(tmp_path / "final")
    assert {name for name in before if after[name] != before[name]} == RECORDS
    if mentions:
        said = correction(run, "en", "caso-a", "T1", "corrected", FEVER)
        told = refused(run, tmp_path / "other", said)
        assert "the document is unpaired in en: it is no translation" in told


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audited")
    for language, text in (("es", "Fiebre de 39. Sin tos."), ("it", "Febbre a 38. Senza tosse.")):
        (folder / language).mkdir()
        (folder / language / "a.txt").write_text(text, encoding="utf-8")
        (folder / language / "b.txt").write_text(text + " " + text, encoding="utf-8")
    (folder / "es" / "a.ann").write_text("T1\tSYMPTOM 0 6\tFiebre\nT2\tDISEASE 18 21\ttos\n")
    (folder / "es" / "b.ann").write_text("T1\tSYMPTOM 0 9\tnot it\n")
    project_corpus(folder / "es", folder / "it", folder / "run", model="tiny", on_error="skip")
    return read_run(folder / "run")


def test_an_audit_is_taken_along(audited, tmp_path):
    said = corrections(audited, correction(audited, "it", "a", "T1", "absent"))
    accept(audited, [said], tmp_path / "final")
    before, after = contents(audited.path), contents(tmp_path / "final")
    names = {"audit.parquet", "audit.tsv", "faithfulness.tsv", "sentences.parquet", "problems.tsv"}
    assert names < before.keys() and all(before[name] == after[name] for name in names)
    assert b"not it" in before["problems.tsv"]
    old, new = audited.manifest, read_run(tmp_path / "final").manifest
    assert new.findings == old.findings and old.findings
    assert new.languages[0].faithfulness == old.languages[0].faithfulness
    assert old.languages[0].faithfulness is not None
    assert new.notices == old.notices and new.configuration == old.configuration
    assert not verify_run(tmp_path / "final").findings


@pytest.fixture(scope="module")
def final(run, tmp_path_factory):
    said = corrections(
        run,
        correction(run, "en", "caso-a", "T1", "absent"),
        correction(run, "en", "caso-a", "T3", "confirmed"),
        correction(run, "en", "caso-a", "T9", "corrected", COUGH, comment="of course"),
        correction(run, "en", "caso-b", "T1", "corrected", (5, 10), reviewer="eva"),
        correction(run, "cz", "caso-a", "T2", "absent", reviewer=""),
    )
    folder = tmp_path_factory.mktemp("final")
    path = written(folder / "ana.json", said)
    return accept(run, [said], folder / "final", files=[path]), read_run(folder / "final")


def test_every_judged_mention_has_its_status(run, final):
    summary, finished = final
    assert summary.changes == {"confirmed": 1, "corrected": 2, "absent": 2}
    absent = outcome(finished, "en", "caso-a", "T1")
    assert (absent["status"], absent["reason"]) == ("absent", "absent, says ana")
    assert (absent["fragments"], absent["target_text"], absent["score"]) == ([], "", 0.9876)
    found = outcome(finished, "en", "caso-a", "T9")
    assert (found["status"], found["target_text"], found["score"]) == ("corrected", "cough", 0.0)
    assert found["reason"] == ""
    confirmed = outcome(finished, "en", "caso-a", "T3")
    before = outcome(run, "en", "caso-a", "T3")
    assert confirmed == before | {"status": "confirmed"}
    assert outcome(finished, "cz", "caso-a", "T2")["reason"] == "absent, says a reviewer"


def test_annotations_follow_their_mentions(run, final):
    _, finished = final
    document = require_document(finished.corpus("en").read("case-a"))
    assert [one.id for one in document.mentions] == ["T3", "T9"]
    assert [one.id for one in document.annotations] == ["A1"]  # came back with T9
    lost = pl.read_parquet(finished.path / "lost_annotations.parquet")
    of_case = lost.filter((pl.col("language") == "en") & (pl.col("source_document") == "caso-a"))
    assert of_case["id"].to_list() == ["#1", "R1"]  # went with T1
    standoff = (finished.path / "brat/en/case-a.ann").read_text()
    assert "T9\tPROCEDURE 46 51\tcough" in standoff and "T1\t" not in standoff


def test_what_nobody_speaks_of_stays(run, final):
    _, finished = final
    before, after = contents(run.path), contents(finished.path)
    changed = {name for name in before if before[name] != after[name]}
    assert {name for name in changed if name.endswith((".ann", ".txt"))} == {
        "brat/en/case-a.ann",
        "brat/en/case-b.ann",
    }
    assert "tsv/cz_symptom.tsv" not in changed and "source/mentions.parquet" not in changed
    old, new = run.projections(), finished.projections()
    same = old.join(new, on=old.columns, how="semi", nulls_equal=True)
    assert same.height == old.height - 5
    assert not verify_run(finished.path).findings


def test_tables_and_counts_are_made_anew(run, final):
    summary, finished = final
    table = (finished.path / "tsv/en_procedure.tsv").read_text()
    assert table.splitlines()[1] == "case-a\tPROCEDURE\t46\t51\tcough"
    told = {(one.language, one.label, one.status): one.mentions for one in finished.manifest.counts}
    assert told["en", "PROCEDURE", "corrected"] == 1 and told["en", "SYMPTOM", "absent"] == 1
    assert {one.language: one.projected for one in finished.manifest.languages} == {
        "cz": 10,
        "en": 8,
    }
    assert finished.predicted(["en"]).height == 8
    unprojected = rows(finished.path / "unprojected.tsv")
    assert [row["status"] for row in unprojected if row["reason"].startswith("absent")] == [
        *("absent", "absent")
    ]
    assert summary.lost_annotations == 1 and summary.losses == 1


def test_every_change_is_listed(run, final):
    _, finished = final
    table = pl.read_parquet(finished.path / "changes.parquet")
    listed = rows(finished.path / "changes.tsv")
    assert len(listed) == table.height == 5
    assert [(row["language"], row["document"], row["mention"]) for row in listed] == [
        ("cz", "caso-a", "T2"),
        ("en", "caso-a", "T1"),
        ("en", "caso-a", "T3"),
        ("en", "caso-a", "T9"),
        ("en", "caso-b", "T1"),
    ]
    cough = listed[3]
    assert (cough["decision"], cough["old_status"]) == ("corrected", "unaligned")
    assert (cough["old_span"], cough["new_span"], cough["new_text"]) == ("", "46 51", "cough")
    assert (cough["reviewer"], cough["comment"], cough["label"]) == (
        *("ana", "of course", "PROCEDURE"),
    )
    assert cough["run"] == run.manifest.sha256 and cough["time"].startswith("2026-11-28T12:00:00")
    assert listed[2]["old_span"] == listed[2]["new_span"] == "12 17;24 28"
    assert listed[4]["reviewer"] == "eva"


def test_the_manifest_tells_what_was_accepted(run, final):
    _, finished = final
    (accepted,) = finished.manifest.accepted
    assert (accepted.run, accepted.absent, accepted.corrected) == (run.manifest.sha256, 2, 2)
    (file,) = accepted.corrections
    assert (file.name, file.reviewer, file.corrections) == ("ana.json", "ana", 5)


def test_what_was_accepted_is_accepted_again(run, final, tmp_path):
    _, finished = final
    said = corrections(
        finished,
        correction(finished, "en", "caso-a", "T1", "corrected", FEVER),
        correction(finished, "en", "caso-a", "T9", "confirmed"),
        reviewer="eva",
    )
    accept(finished, [said], tmp_path / "again")
    again = read_run(tmp_path / "again")
    assert [one.run for one in again.manifest.accepted] == [
        run.manifest.sha256,
        finished.manifest.sha256,
    ]
    listed = rows(tmp_path / "again" / "changes.tsv")
    assert len(listed) == 7 and listed[5]["old_status"] == "absent"
    assert listed[6]["decision"] == "confirmed" and listed[6]["old_status"] == "corrected"
    document = require_document(again.corpus("en").read("case-a"))
    assert [one.id for one in document.annotations] == ["#1", "A1", "R1"]
    assert not verify_run(tmp_path / "again").findings


def test_who_shares_words_is_told_of_what_is_still_there(tmp_path):
    one = projected("a")
    shared = {"T1": ("T2", "T3"), "T3": ("T1",), "T2": ("T1",)}
    at_fever = (Fragment(*FEVER),)
    projections = tuple(
        replace(
            projection,
            status=Status.PROJECTED,
            fragments=at_fever if projection.mention_id in shared else (Fragment(*COUGH),),
            collapsed_with=shared.get(projection.mention_id, ()),
        )
        for projection in one.projections
    )
    mentions = tuple(
        Mention(source.id, source.label, projection.fragments, source.line)
        for source, projection in zip(one.source.mentions, projections, strict=True)
    )
    target = replace(one.document, mentions=mentions, annotations=one.source.annotations)
    write_run(tmp_path / "run", [replace(one, document=target, projections=projections, lost=())])
    run = read_run(tmp_path / "run")
    said = corrections(
        run,
        correction(run, "en", "caso-a", "T2", "corrected", COUGH),
        correction(run, "en", "caso-a", "T3", "confirmed"),
    )
    accept(run, [said], tmp_path / "final")
    final = read_run(tmp_path / "final")
    shares = {id_: outcome(final, "en", "caso-a", id_)["collapsed_with"] for id_ in shared}
    assert shares == {"T1": ["T3"], "T2": [], "T3": []}


def test_files_that_corrections_say_nothing_of_are_taken_along(tmp_path, monkeypatch):
    write_run(tmp_path / "plain")
    from projector.run.writer import RunWriter

    finish = RunWriter.finish

    def finish_with_more(self, origin):
        with self.open(tmp_path.relative_to(tmp_path) / "more" / "audit.tsv") as file:
            file.write(b"more")
        finish(self, origin)

    with monkeypatch.context() as patched:
        patched.setattr(RunWriter, "finish", finish_with_more)
        write_run(tmp_path / "run")
    accept(read_run(tmp_path / "run"), [], tmp_path / "final")
    assert (tmp_path / "final/more/audit.tsv").read_bytes() == b"more"
    assert not verify_run(tmp_path / "final").findings


def spans_of(text):
    word_ranges = st.tuples(st.integers(0, len(text) - 1), st.integers(1, 12))
    return word_ranges.map(lambda one: (one[0], min(one[0] + one[1], len(text)))).filter(
        lambda one: text[one[0] : one[1]].strip()
    )


KEYS = [
    (language, f"caso-{name}", mention)
    for name in "abc"
    for language in ("cz", "en")
    for mention in ("T1", "T2", "T3", "T9")
]
DECISIONS = st.dictionaries(st.sampled_from(KEYS), st.none() | spans_of(TARGET), max_size=6)


@settings(max_examples=8, deadline=None)
@given(decisions=DECISIONS)
def test_exactly_what_is_said_changes(run, tmp_path_factory, decisions):
    folder = tmp_path_factory.mktemp("said")
    entries = [
        correction(run, *key, "absent" if span is None else "corrected", *([span] if span else []))
        for key, span in decisions.items()
    ]
    accept(run, [corrections(run, *entries)], folder / "final")
    finished = read_run(folder / "final")
    keys = ["language", "source_document", "mention_id"]
    before = {tuple(row[:3]): row for row in run.projections().select(*keys, "fragments").rows()}
    after = {
        tuple(row[:3]): row for row in finished.projections().select(*keys, "fragments").rows()
    }
    for key, row in before.items():
        if key in decisions:
            span = decisions[key]
            told = [] if span is None else [{"start": span[0], "end": span[1]}]
            assert after[key][3] == told
        else:
            assert after[key] == row
    assert not verify_run(finished.path).findings
    assert at(TARGET, "cough")[0].start == COUGH[0]
