from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from projector.corpus import open_corpus, pack_submission, read_spans, require_document
from projector.document import (
    Annotation,
    Document,
    Fragment,
    Mention,
    Projection,
    Status,
    transferable_annotations,
)
from projector.errors import CorpusError, OutputError
from projector.evaluation.metrics import calibration, compare, document_spans, errors, score
from projector.pipeline import ProjectedDocument
from projector.run.outcome import invalid_mentions, projected_outcome, unprojected_outcome
from projector.run.reader import is_run, read_run
from projector.run.summary import RunSummary
from projector.run.writer import RunOrigin, RunWriter, check_output, open_writer
from projector.storage.provenance import hash_input, versions
from schemas.manifest import LOG, MANIFEST, ModelFacts, read_manifest
from schemas.run import RunConfiguration

ORIGIN = RunOrigin(RunConfiguration(), ModelFacts(name="tiny", fingerprint="0123"))
SOURCE = "Fiebre alta.\nDolor torácico agudo y disnea; sin tos."
TARGET = "High fever.\nAcute chest pain and dyspnoea; no cough."


def at(text: str, words: str) -> tuple[Fragment, ...]:
    parts = [(text.index(part), part) for part in words.split(" … ")]
    return tuple(Fragment(start, start + len(part)) for start, part in parts)


def source(name: str) -> Document:
    mentions = (
        Mention("T1", "SYMPTOM", at(SOURCE, "Fiebre alta"), 1),
        Mention("T3", "SYMPTOM", at(SOURCE, "Dolor … agudo"), 2),
        Mention("T2", "DISEASE", at(SOURCE, "disnea"), 4),
        Mention("T9", "PROCEDURE", at(SOURCE, "tos"), 5),
    )
    annotations = (
        Annotation("#1", "note", "AnnotatorNotes", (("", "T1"),), "38\u00a0°C", 3),
        Annotation("A1", "attribute", "Negated", (("", "T9"),), None, 6),
        Annotation("R1", "relation", "With", (("Arg1", "T1"), ("Arg2", "T3")), None, 7),
    )
    return Document(name, "es", SOURCE, mentions, annotations)


def projected(name: str, language: str = "en", words: str = "Acute … pain") -> ProjectedDocument:
    """Return what became of one document: three statuses, one lost attribute."""
    document = source(f"caso-{name}")
    outcomes = (
        Projection("T1", Status.PROJECTED, 0.9876, at(TARGET, "High fever")),
        Projection("T3", Status.PROJECTED, 0.5, at(TARGET, words)),
        Projection("T2", Status.BELOW_THRESHOLD, 0.1, reason="its best span scores 0.1"),
        Projection("T9", Status.UNALIGNED, reason="nothing is aligned\twith it"),
    )
    mentions = tuple(
        Mention(one.id, one.label, outcome.fragments, one.line)
        for one, outcome in zip(document.mentions, outcomes, strict=True)
        if outcome.fragments
    )
    kept, lost = transferable_annotations(document.annotations, {one.id for one in mentions})
    target = Document(f"case-{name}", language, TARGET, mentions, kept)
    return ProjectedDocument(document, target, outcomes, lost)


EVERY = [projected(name, language) for name in "abcd" for language in ("en", "cz")]
INVALID = {"T7": "its text differs"}


def add_invalid(writer: RunWriter) -> None:
    writer.put(projected_outcome(projected("e", "cz"), invalid=INVALID))


def add_unpaired(writer: RunWriter) -> None:
    writer.put(
        unprojected_outcome(
            source("caso-e"), "en", Status.UNPAIRED, "no translation", invalid=INVALID
        )
    )


def write(
    path: Path, outcomes=(*EVERY, add_invalid, add_unpaired), *, command=(), overwrite=False
) -> RunSummary:
    """Write a run of projected documents and of functions that add what isn't."""
    with open_writer(path, replace(ORIGIN, command=command), overwrite=overwrite) as writer:
        for one in outcomes:
            if isinstance(one, ProjectedDocument):
                writer.put(projected_outcome(one))
            else:
                one(writer)
    return writer.summary


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "out"
    write(path)
    return path


def test_the_folder_holds_what_it_should(run: Path):
    names = {
        *("manifest.json", "log.json", "unprojected.tsv", "lost_annotations.tsv"),
        *(
            "failed.tsv",
            "problems.tsv",
            "projections/cz/unknown.parquet",
            "projections/en/unknown.parquet",
        ),
        *("documents.parquet", "mentions.parquet"),
        *("annotations.parquet", "lost_annotations.parquet"),
    }
    for name in "abcd":
        names |= {f"brat/{language}/case-{name}.{kind}" for language in ("en", "cz")
                  for kind in ("txt", "ann")}  # fmt: skip
    names |= {"brat/cz/case-e.txt", "brat/cz/case-e.ann"}
    for entity in ("disease", "procedure", "symptom"):
        names |= {f"tsv/{language}_{entity}.tsv" for language in ("en", "cz")}
        names |= {f"projections/{language}/{entity}.parquet" for language in ("en", "cz")}
    assert set(contents(run)) == names
    assert is_run(run)
    assert not is_run(run / "brat")


def test_processing_order_changes_no_byte(run: Path, tmp_path: Path):
    every = [*EVERY, add_invalid, add_unpaired]
    expected = contents(run)
    expected.pop(LOG)
    for seed in range(3):
        shuffled = random.Random(seed).sample(every, len(every))
        write(tmp_path / f"{seed}", shuffled, command=["projector", str(seed)])
        found = contents(tmp_path / f"{seed}")
        assert json.loads(found.pop(LOG))["command"] == ["projector", str(seed)]
        assert found == expected


def test_every_mention_has_a_row_in_order(run: Path):
    frame = read_run(run).projections()
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
    }
    assert (second["source_text"], second["target_text"]) == ("Dolor agudo", "Acute pain")
    assert (third["status"], third["target_text"], third["fragments"]) == (
        "below_threshold", "", [],
    )  # fmt: skip
    wrong = frame.filter(pl.col("status") == "invalid").row(0, named=True)
    assert (wrong["label"], wrong["source_text"], wrong["source_fragments"]) == ("", "", [])
    assert frame["target_document"].null_count() == 5
    metadata = pq.read_schema(run / "projections/en/disease.parquet").metadata
    assert metadata[b"projector.model_fingerprint"] == b"0123"
    configuration = metadata[b"projector.configuration"]
    assert RunConfiguration.model_validate_json(configuration) == RunConfiguration()


def test_what_is_not_projected_is_listed(run: Path):
    header, *rows = (run / "unprojected.tsv").read_text(encoding="utf-8").splitlines()
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


def test_lost_annotations_are_listed(run: Path):
    frame = pl.read_parquet(run / "lost_annotations.parquet")
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
    rows = (run / "lost_annotations.tsv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "language\tdocument\tid\tkind\tlabel\tabout\tvalue"
    assert rows[-1] == "en\tcaso-e\tR1\trelation\tWith\tT1 T3\t"


def test_brat_has_the_scores_as_notes_with_ids_of_their_own(run: Path):
    assert (run / "brat/cz/case-a.txt").read_bytes() == TARGET.encode()
    corpus = open_corpus(run / "brat" / "en")
    document = require_document(corpus.read("case-a"))
    assert [one.surface(TARGET) for one in document.mentions] == ["High fever", "Acute pain"]
    notes = [one for one in document.annotations if one.kind == "note"]
    assert [(one.id, one.targets, one.value) for one in notes] == [
        ("#1", ("T1",), "38\u00a0°C"),
        ("#2", ("T1",), "projection score 0.9876"),
        ("#3", ("T3",), "projection score 0.5000"),
    ]


def test_submission_tables_are_as_the_scorer_reads_them(run: Path, tmp_path: Path):
    table = (run / "tsv/cz_symptom.tsv").read_text(encoding="utf-8").splitlines()
    assert table[:3] == [
        "filename\tlabel\tstart_span\tend_span\ttext",
        "case-a\tSYMPTOM\t0\t10\tHigh fever",
        "case-a\tSYMPTOM\t12\t28\tAcute chest pain",
    ]
    assert read_spans(run / "tsv/en_procedure.tsv") == []
    tables = read_run(run).tables
    assert tables["en", "disease"] == run / "tsv/en_disease.tsv"
    assert len(pack_submission(tmp_path / "s.zip", tables)) == 6 + 2


def test_the_translations_come_back_as_a_corpus(run: Path):
    finished = read_run(run)
    assert finished.languages == ("cz", "en")
    corpus = finished.corpus("en")
    assert corpus.names == ("case-a", "case-b", "case-c", "case-d")
    assert require_document(corpus.read("case-b")) == projected("b").document
    assert finished.text("en", "case-a") == TARGET
    assert finished.text("en", "case-z") is None


def test_a_run_is_evaluated_as_it_lies(run: Path):
    gold = [span for one in (*EVERY, projected("e", "cz")) for span in document_spans(one.document)]
    finished = read_run(run)
    assert score(gold, finished.predicted(), fragments="exact").strict.f1 == 1.0
    english = [span for span in gold if span.language == "en"]
    shifted = [english[0]._replace(fragments=((0, 4),)), *english[1:]]
    comparison = compare(shifted, finished.predicted(["en"]))
    (wrong,) = errors(comparison, finished.text)
    assert (wrong.source, wrong.predicted.text, wrong.gold.text) == (
        "Fiebre alta", "High fever", "High",
    )  # fmt: skip
    judged = comparison.predicted
    assert calibration(judged["score"], judged["matched"]).area == pytest.approx((3 * 0.5 + 0) / 7)


def test_the_counts_reconcile(run: Path):
    manifest = read_manifest(run)
    czech, english = manifest.languages
    assert (czech.documents, czech.translated, czech.mentions, czech.projected) == (5, 5, 21, 10)
    assert (english.documents, english.translated, english.mentions) == (5, 4, 21)
    assert (czech.lost_annotations, english.lost_annotations) == (5, 7)
    assert sum(one.mentions for one in manifest.counts) == 42
    assert manifest.versions == versions()
    assert manifest.versions.keys() >= {"projector", "python", "torch", "transformers"}


def test_the_summary_is_the_manifests(tmp_path: Path):
    summary = write(tmp_path / "out")
    manifest = read_manifest(tmp_path / "out")
    assert (summary.languages, summary.counts) == (manifest.languages, manifest.counts)
    assert summary.by_status() == {
        "below_threshold": 9, "invalid": 2, "projected": 18, "unaligned": 9, "unpaired": 4,
    }  # fmt: skip
    assert summary.losses == 2 + 4 + 12  # what was sought and is not there is an outcome
    assert summary.count_losses(["unaligned"]) == 2 + 4 + 12 + 9


def test_time_and_place_are_in_the_log_alone(run: Path):
    log = json.loads((run / LOG).read_text(encoding="utf-8"))
    assert log["started"].endswith("+00:00")
    assert log["seconds"] > 0
    manifest = (run / MANIFEST).read_text(encoding="utf-8")
    assert log["started"] not in manifest and str(run) not in manifest


def test_no_documents_at_all(tmp_path: Path):
    summary = write(tmp_path / "out", [])
    assert (summary.languages, summary.counts, summary.losses) == ((), (), 0)
    assert read_run(tmp_path / "out").predicted().height == 0


def test_nothing_is_left_after_an_exception(tmp_path: Path):
    with (
        pytest.raises(KeyboardInterrupt),
        open_writer(tmp_path / "out", ORIGIN) as writer,
    ):
        writer.put(projected_outcome(projected("a")))
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_existing_output_is_refused_and_replaced_when_asked(tmp_path: Path):
    write(tmp_path / "out")
    before = contents(tmp_path / "out")
    with pytest.raises(OutputError, match="exists already"):
        write(tmp_path / "out", [])
    with pytest.raises(OutputError, match="no outcome"):
        write(tmp_path / "out", [replace(projected("a"), projections=())], overwrite=True)
    assert contents(tmp_path / "out") == before
    write(tmp_path / "out", [projected("z")], overwrite=True)
    assert read_run(tmp_path / "out").corpus().names == ("case-z",)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


GOOD = projected("a")
FIRST, *OTHERS = GOOD.projections
*FIRSTS, LAST = GOOD.projections
LONG = (Fragment(0, len(TARGET) + 1),)


@pytest.mark.parametrize(
    ("told", "outcomes"),
    [
        ("no outcome: T9", FIRSTS),
        ("more than one outcome: T9", (*FIRSTS, LAST, LAST)),
        ("no such mention: T0", (*FIRSTS, LAST, replace(LAST, mention_id="T0"))),
        ("belie: T1", (replace(FIRST, fragments=()), *OTHERS)),
        ("belie: T1", (replace(FIRST, fragments=LONG), *OTHERS)),
        ("belie: T1", (replace(FIRST, score=1.1), *OTHERS)),
        ("belie: T9", (*FIRSTS, replace(LAST, fragments=LONG))),
        ("than projected: T1", (replace(FIRST, fragments=at(TARGET, "fever")), *OTHERS)),
    ],
)
def test_outcomes_that_do_not_reconcile_are_refused(tmp_path: Path, told: str, outcomes):
    with pytest.raises(OutputError, match=f"caso-a: the outcomes don't reconcile: .*{told};"):
        write(tmp_path / "out", [replace(GOOD, projections=tuple(outcomes))])
    assert not list(tmp_path.iterdir())


def test_a_mention_in_the_translation_without_an_outcome_is_refused(tmp_path: Path):
    with pytest.raises(OutputError, match="than projected: T1, T3;"):
        write(tmp_path / "out", [replace(GOOD, document=replace(GOOD.document, mentions=()))])


def add_other(writer: RunWriter) -> None:
    writer.put(projected_outcome(projected("b"), invalid=INVALID))


@pytest.mark.parametrize("more", [[projected("b")], [add_other, projected("b", "cz")]])
def test_every_language_must_have_had_every_mention(tmp_path: Path, more):
    with pytest.raises(OutputError, match=r"1 source documents have other mentions .*: caso-b"):
        write(tmp_path / "out", [projected("a"), projected("a", "cz"), *more])


def test_a_document_that_comes_twice_is_refused(tmp_path: Path):
    with pytest.raises(OutputError, match="caso-a: it comes twice in en"):
        write(tmp_path / "out", [GOOD, GOOD])
    with pytest.raises(OutputError, match="case-a: it is the translation of two documents"):
        write(tmp_path / "out", [GOOD, replace(GOOD, source=source("caso-z"))])


@pytest.mark.parametrize("label", ["a/b", "two words", "disease"])
def test_a_label_that_cannot_be_written_is_told_at_once(tmp_path: Path, label: str):
    one = projected("b")
    document, target = (
        replace(side, mentions=(replace(side.mentions[0], label=label), *side.mentions[1:]))
        for side in (one.source, one.document)
    )
    outcome = projected_outcome(replace(one, source=document, document=target))
    with (
        pytest.raises(OutputError, match="label"),
        open_writer(tmp_path / "out", ORIGIN) as writer,
    ):
        writer.put(projected_outcome(projected("a")))
        with pytest.raises(OutputError, match="label"):
            writer.put(outcome)
        raise OutputError("label")


@pytest.mark.parametrize("name", ["a/b", "..", ""])
@pytest.mark.parametrize("what", ["name", "language"])
def test_names_that_would_lead_elsewhere_are_refused(tmp_path: Path, name: str, what: str):
    target = replace(GOOD.document, **{what: name})
    with pytest.raises(OutputError, match="can't be a file's name"):
        write(tmp_path / "out", [replace(GOOD, document=target)])


def test_a_document_that_failed_is_listed_and_counts_as_a_loss(tmp_path: Path):
    def add_unread(writer: RunWriter) -> None:
        unread = Document("caso-f", "es", "")
        writer.put(unprojected_outcome(unread, "en", Status.FAILED, "it is not UTF-8"))

    def add_failed(writer: RunWriter) -> None:
        writer.put(unprojected_outcome(source("caso-g"), "en", Status.FAILED, "out of memory"))

    summary = write(tmp_path / "out", [add_unread, add_failed])
    assert summary.by_status() == {"failed": 4}
    assert summary.losses == 4 + 3 + 2
    (english,) = read_manifest(tmp_path / "out").languages
    assert (english.documents, english.translated, english.failed) == (2, 0, 2)
    _, first, *rows = (tmp_path / "out/unprojected.tsv").read_text(encoding="utf-8").splitlines()
    assert first.split("\t") == ["en", "caso-f", *[""] * 5, "failed", "it is not UTF-8"]
    assert [row.split("\t")[2] for row in rows] == ["T1", "T3", "T2", "T9"]


def test_mentions_that_cannot_be_read_are_told_by_their_problems(tmp_path: Path):
    (tmp_path / "a.txt").write_text("Fiebre alta.", encoding="utf-8")
    lines = "T1\tSYMPTOM 0 6\tFiebre\nT2\tSYMPTOM 7 11\tbaja\nT3\tSYMPTOM x\nnonsense\n"
    (tmp_path / "a.ann").write_text(lines, encoding="utf-8")
    reading = open_corpus(tmp_path, language="es").read("a")
    reasons = invalid_mentions(reading.problems)
    assert list(reasons) == ["T2", "T3"]
    assert reasons["T2"].startswith("line 2: T2: the text has 'alta' at 7 11; expected 'baja'")

    def add(writer: RunWriter) -> None:
        document = reading.document
        writer.put(unprojected_outcome(document, "en", Status.UNPAIRED, "none", invalid=reasons))

    assert write(tmp_path / "out", [add]).by_status() == {"invalid": 2, "unpaired": 1}


def test_the_place_can_be_checked_before_the_work(tmp_path: Path):
    check_output(tmp_path / "out")
    write(tmp_path / "out", [])
    with pytest.raises(OutputError, match="exists already"):
        check_output(tmp_path / "out")
    check_output(tmp_path / "out", overwrite=True)
    (tmp_path / "out/manifest.json").unlink()
    with pytest.raises(OutputError, match=r"holds no manifest\.json"):
        check_output(tmp_path / "out", overwrite=True)


def test_reading_a_run_loads_no_torch():
    code = "import sys, projector.run.writer; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_folder_without_a_run_is_told(tmp_path: Path, run: Path):
    with pytest.raises(CorpusError, match="no run is there"):
        read_run(tmp_path)
    shutil.copytree(run, tmp_path / "out")
    (tmp_path / "out/projections/en/symptom.parquet").unlink()
    with pytest.raises(CorpusError, match=r"it holds 32 outcomes; expected 42, as manifest\.json"):
        read_run(tmp_path / "out").predicted()
    assert read_run(tmp_path / "out").predicted(["cz"]).height == 10
    (tmp_path / "out/projections/cz/symptom.parquet").write_bytes(b"PAR1")
    with pytest.raises(CorpusError, match="can't be read"):
        read_run(tmp_path / "out").predicted()


# --- the hashes of inputs ---


def corpus_files(folder: Path) -> None:
    for name in ("b.txt", "a.txt", "sub/é x.txt", ".hidden", ".git/x", "a/z.txt"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")


@pytest.mark.skipif(os.name != "posix" or not shutil.which("sha256sum"), reason="needs sha256sum")
def test_the_hash_is_what_sha256sum_says(tmp_path: Path):
    corpus_files(tmp_path)
    command = (
        r"find . -type f -not -path '*/.*' -printf '%P\n' | LC_ALL=C sort"
        r" | xargs -d '\n' sha256sum | sha256sum"
    )
    said = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    found = hash_input(tmp_path, role="source", language="es")
    assert (found.files, found.sha256) == (4, said.stdout.split()[0])


def test_the_hash_sees_contents_and_names_but_not_where_it_lies(tmp_path: Path):
    for folder in ("one", "two"):
        corpus_files(tmp_path / folder)

    def of(folder: str) -> str:
        return hash_input(tmp_path / folder, role="target", language="en").sha256

    assert of("one") == of("two")
    (tmp_path / "two" / "a.txt").rename(tmp_path / "two" / "c.txt")
    assert of("one") != of("two")
    assert of("one/a.txt") != of("one/b.txt")
    with pytest.raises(CorpusError, match="can't be read"):
        of("none")
