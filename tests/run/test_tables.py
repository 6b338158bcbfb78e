"""Hold a run's tables against the outcomes that they are written from."""

import csv
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from outcome_values import outcomes

from projector.document import Document, Fragment, Mention, Status
from projector.errors import Problem
from projector.run.outcome import DocumentOutcome, MentionOutcome
from projector.run.spool import Spool
from projector.run.summary import LanguageTally
from projector.run.tables import write_problems, write_tables


def tables_of(folder: Path, written: list[DocumentOutcome]) -> dict[str, dict[str, str]]:
    tallies: dict[str, LanguageTally] = {}
    with (folder / "spool").open("w+b") as file:
        spool = Spool(file)
        for outcome in written:
            tallies.setdefault(outcome.language, LanguageTally()).add(outcome)
            spool.put(outcome)
        labels = {language: tally.labels for language, tally in tallies.items()}
        return write_tables(folder, spool, labels, {"model": "tiny"})


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@settings(deadline=None)
@given(st.lists(outcomes, max_size=4, unique_by=lambda one: (one.language, one.source)))
def test_every_outcome_is_in_the_tables_once(tmp_path_factory, written):
    folder = tmp_path_factory.mktemp("tables")
    tables_of(folder, written)
    by_place = sorted(written, key=lambda one: (one.language, one.source))
    expected = [
        (one.language, one.source, told.mention_id, told.label, told.status.value, told.score)
        for one in by_place
        for told in one.mentions
    ]
    paths = sorted((folder / "projections").rglob("*.parquet"))
    columns = ("language", "source_document", "mention_id", "label", "status", "score")
    read = [row for path in paths for row in pl.read_parquet(path).select(columns).rows()]
    assert sorted(read) == sorted(expected)
    for path in paths:  # within a table in order
        frame = pl.read_parquet(path)
        assert frame["source_document"].is_sorted()
        assert {label.lower() or "unknown" for label in frame["label"]} == {path.stem}
    told = rows(folder / "unprojected.tsv")
    alone = [one for one in written if one.status is not Status.PROJECTED and not one.mentions]
    missing = [row for row in expected if row[4] != Status.PROJECTED.value]
    assert len(told) == len(missing) + len(alone)
    assert len(rows(folder / "failed.tsv")) == sum(one.failed for one in written)
    lost = sum(len(one.lost) for one in written)
    assert pl.read_parquet(folder / "lost_annotations.parquet").height == lost
    assert len(rows(folder / "lost_annotations.tsv")) == lost
    documents = pl.read_parquet(folder / "documents.parquet")
    assert documents.height == sum(one.target is not None for one in written)


def test_a_tagged_document_has_no_projections_and_is_no_loss(tmp_path):
    found = Document("a", "es", "Tos.", (Mention("T1", "SYMPTOM", (Fragment(0, 3),)),))
    outcome = DocumentOutcome("es", "a", found, status=Status.TAGGED)
    assert tables_of(tmp_path, [outcome]) == {"es": {"symptom": "tsv/es_symptom.tsv"}}
    assert not list((tmp_path / "projections" / "es").iterdir())
    assert rows(tmp_path / "unprojected.tsv") == rows(tmp_path / "failed.tsv") == []
    assert [row["text"] for row in rows(tmp_path / "tsv" / "es_symptom.tsv")] == ["Tos"]


def test_a_mention_without_a_label_is_among_the_unknown(tmp_path):
    told = MentionOutcome("T1", "", Status.INVALID, "wrong")
    tables_of(tmp_path, [DocumentOutcome("en", "a", None, (told,), status=Status.UNPAIRED)])
    assert (tmp_path / "projections" / "en" / "unknown.parquet").is_file()
    (row,) = rows(tmp_path / "unprojected.tsv")
    assert (row["start_span"], row["status"], row["reason"]) == ("", "invalid", "wrong")


def test_problems_are_told_in_their_order(tmp_path):
    problems = [
        Problem(Path("b.ann"), 3, "found\tthis", "that", "Do so", "T3"),
        Problem(Path("a.txt"), None, "not there"),
    ]
    write_problems(tmp_path / "problems.tsv", problems)
    first, second = rows(tmp_path / "problems.tsv")
    assert first == {
        **{"file": "b.ann", "line": "3", "mention_id": "T3"},
        **{"found": "found\tthis", "expected": "that", "hint": "Do so"},
    }
    assert (second["file"], second["line"], second["found"]) == ("a.txt", "", "not there")
