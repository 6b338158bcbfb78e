"""Hold a run's tables against the outcomes that they are written from."""

import csv
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st
from outcome_values import outcomes
from written_runs import SOURCE

from projector.corpus import pack_submission, read_spans
from projector.document import Document, Fragment, Mention, Status
from projector.errors import Problem
from projector.run.outcome import DocumentOutcome, MentionOutcome
from projector.run.reader import read_run
from projector.run.spool import Spool
from projector.run.summary import LanguageTally
from projector.run.tables import write_problems, write_tables
from schemas.run import RunConfiguration


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
    missing = [row for row in expected if not Status(row[4]).has_span]
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


def test_every_mention_has_a_row_in_order(written: Path):
    frame = read_run(written).projections()
    keys = frame.select("language", "source_document", "mention_id").rows()
    ids = ["T2", "T9", "T1", "T3"]  # by entity, then in the source's order
    assert keys == [
        *(("cz", f"caso-{name}", id_) for name in "abcd" for id_ in ids),
        *(("cz", "caso-e", id_) for id_ in (*ids, "T7")),
        *(("en", f"caso-{name}", id_) for name in "abcd" for id_ in ids),
        *(("en", "caso-e", id_) for id_ in (*ids, "T7")),
    ]
    third, _, first, second, *_ = frame.rows(named=True)
    assert first == {
        "language": "cz",
        "source_document": "caso-a",
        "target_document": "case-a",
        "mention_id": "T1",
        "label": "SYMPTOM",
        "status": "projected",
        "reason": "",
        "score": 0.9876,
        "fragments": [{"start": 0, "end": 10}],
        "target_text": "High fever",
        "source_fragments": [{"start": 0, "end": 11}],
        "source_text": "Fiebre alta",
        "collapsed_with": [],
    }
    assert (second["source_text"], second["target_text"]) == ("Dolor agudo", "Acute pain")
    assert (third["status"], third["target_text"], third["fragments"]) == (
        "below_threshold", "", [],
    )  # fmt: skip
    wrong = frame.filter(pl.col("status") == "invalid").row(0, named=True)
    assert (wrong["label"], wrong["source_text"], wrong["source_fragments"]) == ("", "", [])
    assert frame["target_document"].null_count() == 5
    metadata = pq.read_schema(written / "projections/en/disease.parquet").metadata
    assert metadata[b"projector.model_fingerprint"] == b"0123"
    configuration = metadata[b"projector.configuration"]
    assert RunConfiguration.model_validate_json(configuration) == RunConfiguration()


def test_what_is_not_projected_is_listed(written: Path):
    header, *rows = (written / "unprojected.tsv").read_text(encoding="utf-8").splitlines()
    assert header.split("\t") == [
        *("language", "document", "mention_id", "label", "start_span", "end_span", "text"),
        *("status", "reason"),
    ]
    assert len(rows) == 2 * 9 + 1 + 5
    start = SOURCE.index("disnea")
    assert rows[0].split("\t")[:8] == [
        *("cz", "caso-a", "T2", "DISEASE", str(start), str(start + 6), "disnea"),
        "below_threshold",
    ]
    assert rows[1].endswith('\t"nothing is aligned\twith it"')
    assert "cz\tcaso-e\tT7\t\t\t\t\tinvalid\tits text differs" in rows
    assert rows[-2].startswith("en\tcaso-e\tT9") and rows[-2].endswith("unpaired\tno translation")
    assert rows[-1] == "en\tcaso-e\tT7\t\t\t\t\tinvalid\tits text differs"


def test_lost_annotations_are_listed(written: Path):
    frame = pl.read_parquet(written / "lost_annotations.parquet")
    assert frame.height == 9 + 3
    assert frame.row(0, named=True) == {
        "language": "cz",
        "source_document": "caso-a",
        "target_document": "case-a",
        "id": "A1",
        "kind": "attribute",
        "label": "Negated",
        "arguments": [{"role": "", "target": "T9"}],
        "value": None,
    }
    rows = (written / "lost_annotations.tsv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "language\tdocument\tid\tkind\tlabel\tabout\tvalue"
    assert rows[-1] == "en\tcaso-e\tR1\trelation\tWith\tT1 T3\t"


def test_submission_tables_are_as_the_scorer_reads_them(written: Path, tmp_path: Path):
    table = (written / "tsv/cz_symptom.tsv").read_text(encoding="utf-8").splitlines()
    assert table[:3] == [
        "filename\tlabel\tstart_span\tend_span\ttext",
        "case-a\tSYMPTOM\t0\t10\tHigh fever",
        "case-a\tSYMPTOM\t12\t28\tAcute chest pain",
    ]
    assert read_spans(written / "tsv/en_procedure.tsv") == []
    tables = read_run(written).tables
    assert tables["en", "disease"] == written / "tsv/en_disease.tsv"
    assert len(pack_submission(tmp_path / "s.zip", tables)) == 6 + 2
