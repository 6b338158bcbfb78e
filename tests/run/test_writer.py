"""Hold a run's folder: what it holds, that it appears whole or not at all, what it refuses."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from written_runs import (
    EVERY,
    INVALID,
    ORIGIN,
    TARGET,
    add_invalid,
    add_unpaired,
    at,
    contents,
    projected,
    source,
    write_run,
)

from projector.corpus import open_corpus, require_document
from projector.corpus.formats.brat_configuration import FILES
from projector.document import (
    Document,
    Fragment,
    Status,
)
from projector.errors import OutputError
from projector.run.outcome import invalid_mentions, projected_outcome, unprojected_outcome
from projector.run.reader import is_run, read_run
from projector.run.writer import RunWriter, check_output, open_writer
from schemas.manifest import LOG, MANIFEST, read_manifest


def test_the_folder_holds_what_it_should(written: Path):
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
        *(f"source/{name}.parquet" for name in ("documents", "mentions", "annotations")),
        *("audit.parquet", "audit.tsv", "faithfulness.tsv", "sentences.parquet"),
    }
    for name in "abcd":
        names |= {f"brat/{language}/case-{name}.{kind}" for language in ("en", "cz")
                  for kind in ("txt", "ann")}  # fmt: skip
    names |= {"brat/cz/case-e.txt", "brat/cz/case-e.ann"}
    names |= {f"brat/{language}/{name}" for language in ("en", "cz") for name in FILES}
    for entity in ("disease", "procedure", "symptom"):
        names |= {f"tsv/{language}_{entity}.tsv" for language in ("en", "cz")}
        names |= {f"projections/{language}/{entity}.parquet" for language in ("en", "cz")}
    assert set(contents(written)) == names
    assert is_run(written)
    assert not is_run(written / "brat")


def test_processing_order_changes_no_byte(written: Path, tmp_path: Path):
    every = [*EVERY, add_invalid, add_unpaired]
    expected = contents(written)
    expected.pop(LOG)
    for seed in range(3):
        shuffled = random.Random(seed).sample(every, len(every))
        write_run(tmp_path / f"{seed}", shuffled, command=["projector", str(seed)])
        found = contents(tmp_path / f"{seed}")
        assert json.loads(found.pop(LOG))["command"] == ["projector", str(seed)]
        assert found == expected


def test_brat_has_the_scores_as_notes_with_ids_of_their_own(written: Path):
    assert (written / "brat/cz/case-a.txt").read_bytes() == TARGET.encode()
    corpus = open_corpus(written / "brat" / "en")
    document = require_document(corpus.read("case-a"))
    assert [one.surface(TARGET) for one in document.mentions] == ["High fever", "Acute pain"]
    notes = [one for one in document.annotations if one.kind == "note"]
    assert [(one.id, one.label, one.targets, one.value) for one in notes] == [
        ("#1", "AnnotatorNotes", ("T1",), "38\u00a0°C"),
        ("#2", "ProjectionScore", ("T1",), "0.9876"),
        ("#3", "ProjectionScore", ("T3",), "0.5000"),
    ]


def test_brat_knows_the_types_of_the_whole_run_in_every_language(written: Path):
    for name in FILES:
        content = (written / "brat/en" / name).read_text(encoding="utf-8")
        assert content == (written / "brat/cz" / name).read_text(encoding="utf-8")
    said = (written / "brat/en/annotation.conf").read_text(encoding="utf-8")
    # A disease was sought and not found in any language; a reviewer may find it.
    assert "[entities]\nDISEASE\nPROCEDURE\nSYMPTOM\n" in said
    assert "With\tArg1:<ENTITY>, Arg2:<ENTITY>\n" in said
    assert "ProjectionScore" not in said  # BRAT has no list of the types of notes
    listed = read_manifest(written).written.files
    assert {"brat/en/annotation.conf", "brat/cz/visual.conf"} <= listed.keys()


def test_time_and_place_are_in_the_log_alone(written: Path):
    log = json.loads((written / LOG).read_text(encoding="utf-8"))
    assert log["started"].endswith("+00:00")
    assert log["seconds"] > 0
    manifest = (written / MANIFEST).read_text(encoding="utf-8")
    assert log["started"] not in manifest and str(written) not in manifest


def test_no_documents_at_all(tmp_path: Path):
    summary = write_run(tmp_path / "out", [])
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
    write_run(tmp_path / "out")
    before = contents(tmp_path / "out")
    with pytest.raises(OutputError, match="exists already"):
        write_run(tmp_path / "out", [])
    with pytest.raises(OutputError, match="no outcome"):
        write_run(tmp_path / "out", [replace(projected("a"), projections=())], overwrite=True)
    assert contents(tmp_path / "out") == before
    write_run(tmp_path / "out", [projected("z")], overwrite=True)
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
        write_run(tmp_path / "out", [replace(GOOD, projections=tuple(outcomes))])
    assert not list(tmp_path.iterdir())


def test_a_mention_in_the_translation_without_an_outcome_is_refused(tmp_path: Path):
    with pytest.raises(OutputError, match="than projected: T1, T3;"):
        write_run(tmp_path / "out", [replace(GOOD, document=replace(GOOD.document, mentions=()))])


def add_other(writer: RunWriter) -> None:
    writer.put(projected_outcome(projected("b"), invalid=INVALID))


@pytest.mark.parametrize("more", [[projected("b")], [add_other, projected("b", "cz")]])
def test_every_language_must_have_had_every_mention(tmp_path: Path, more):
    with pytest.raises(OutputError, match=r"1 source documents have other mentions .*: caso-b"):
        write_run(tmp_path / "out", [projected("a"), projected("a", "cz"), *more])


def test_a_document_that_comes_twice_is_refused(tmp_path: Path):
    with pytest.raises(OutputError, match="caso-a: it comes twice in en"):
        write_run(tmp_path / "out", [GOOD, GOOD])
    with pytest.raises(OutputError, match="case-a: it is the translation of two documents"):
        write_run(tmp_path / "out", [GOOD, replace(GOOD, source=source("caso-z"))])


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
        write_run(tmp_path / "out", [replace(GOOD, document=target)])


def test_a_document_that_failed_is_listed_and_counts_as_a_loss(tmp_path: Path):
    def add_unread(writer: RunWriter) -> None:
        unread = Document("caso-f", "es", "")
        writer.put(unprojected_outcome(unread, "en", Status.FAILED, "it is not UTF-8"))

    def add_failed(writer: RunWriter) -> None:
        writer.put(unprojected_outcome(source("caso-g"), "en", Status.FAILED, "out of memory"))

    summary = write_run(tmp_path / "out", [add_unread, add_failed])
    assert summary.by_status() == {"failed": 4}
    assert summary.losses == 4 + 2 + 3
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

    assert write_run(tmp_path / "out", [add]).by_status() == {"invalid": 2, "unpaired": 1}


def test_the_place_can_be_checked_before_the_work(tmp_path: Path):
    check_output(tmp_path / "out")
    write_run(tmp_path / "out", [])
    with pytest.raises(OutputError, match="exists already"):
        check_output(tmp_path / "out")
    check_output(tmp_path / "out", overwrite=True)
    (tmp_path / "out/manifest.json").unlink()
    with pytest.raises(OutputError, match=r"holds no manifest\.json"):
        check_output(tmp_path / "out", overwrite=True)


def test_reading_a_run_loads_no_torch():
    code = "import sys, projector.run.writer; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
