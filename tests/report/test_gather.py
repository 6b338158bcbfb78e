"""Hold a report's figures against a run, counted one mention at a time."""

import json
import random
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from drawn_figures import NAMES
from outcome_tables import put_audit, put_outcomes
from written_runs import ORIGIN, write_run

from projector.document import Document, Fragment, Mention, Status
from projector.errors import CorpusError
from projector.report import outcomes as reading
from projector.report.figures import BINS, AuditFigures, ReportFigures
from projector.report.gather import report_figures
from projector.report.page import report_page
from projector.run.outcome import DocumentOutcome
from projector.run.reader import read_run
from projector.run.writer import open_writer
from schemas.manifest import MANIFEST
from schemas.run import CorpusConfiguration, TaggingConfiguration

STATUSES = ("projected", "confirmed", "corrected", "absent", "unaligned", "failed")


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "out"
    write_run(path)
    return path


@pytest.fixture
def run(written, tmp_path) -> Path:
    """A copy to put tables into."""
    return Path(shutil.copytree(written, tmp_path / "copied"))


def figures_of(run: Path, **options) -> ReportFigures:
    return report_figures(read_run(run), **options)


def test_a_runs_figures_are_its_manifests_and_its_tables(written):
    figures = figures_of(written)
    rows = read_run(written).projections().rows(named=True)
    assert figures.run == "out" and not figures.tags
    assert [one.language for one in figures.languages] == ["cz", "en"]
    assert figures.mentions == len(rows)
    for status in {row["status"] for row in rows}:
        assert figures.count(status) == sum(row["status"] == status for row in rows)
    assert figures.count("projected", language="en", label="SYMPTOM") == 8
    scores = {one.language: one for one in figures.scores}
    assert scores["en"].bins[int(0.9876 * BINS)] == scores["en"].bins[BINS // 2] == 4
    assert scores["en"].mean == pytest.approx((0.9876 + 0.5) / 2)
    assert (figures.audit, figures.gold, figures.codes) == (AuditFigures((), ()), None, None)
    told = {one.name: one.value for one in figures.provenance}
    assert told["Model"] == "tiny" and told["Manifest's SHA-256"]
    assert json.loads(told["Configuration"]) == read_run(written).manifest.configuration


def drawn(seed: int, documents: int = 7, most: int = 40) -> list[tuple[str, str, str, float]]:
    draw = random.Random(seed)
    rows = [
        (f"d{draw.randrange(documents)}", draw.choice("AB"), draw.choice(STATUSES), draw.random())
        for _ in range(draw.randrange(1, most))
    ]
    return sorted(rows)


@pytest.mark.parametrize("seed", range(6))
def test_figures_are_what_counting_one_by_one_gives(run, monkeypatch, seed):
    monkeypatch.setattr(reading, "_ROWS", 3)  # a document's rows come in several batches
    rows, draw = drawn(seed), random.Random(seed)
    shared = [draw.choice([None, [], ["T9"]]) for _ in rows]
    put_outcomes(run, "en", rows, shared)
    put_outcomes(run, "cz", [])
    figures = figures_of(run, worst=3)
    with_span = [row for row in rows if row[2] in ("projected", "confirmed", "corrected")]
    low = [row for row in rows if row[2] == "projected" and row[3] < 0.5]
    collapsed = [bool(on) and row[2] == "projected" for row, on in zip(rows, shared, strict=True)]
    (scores,) = (one for one in figures.scores if one.language == "en")
    assert scores.bins == tuple(
        sum(n / BINS <= row[3] < (n + 1) / BINS for row in with_span) for n in range(BINS)
    )
    assert (scores.low, scores.collapsed) == (len(low), sum(collapsed))
    lost: Counter[str] = Counter()
    doubtful: Counter[str] = Counter()
    for row, on in zip(rows, collapsed, strict=True):
        is_lost = row[2] in ("unaligned", "failed")
        lost[row[0]] += is_lost
        doubtful[row[0]] += is_lost or row in low or on
    sizes = Counter(row[0] for row in rows)
    expected = sorted(sizes, key=lambda one: (-doubtful[one], sizes[one], one))
    assert [
        (one.document, one.mentions, one.lost, one.doubtful) for one in figures.worst.doubtful
    ] == [(one, sizes[one], lost[one], doubtful[one]) for one in expected if doubtful[one]][:3]
    expected = sorted(sizes, key=lambda one: (-lost[one] / sizes[one], -lost[one], one))
    assert [one.document for one in figures.worst.uncovered] == [
        one for one in expected if lost[one]
    ][:3]
    for one in figures.worst.doubtful:
        of_document = [row[3] for row in with_span if row[0] == one.document]
        mean = sum(of_document) / len(of_document) if of_document else None
        assert one.mean_score == (None if mean is None else pytest.approx(mean))


def test_a_run_without_the_later_column_and_without_hashes_is_read(run):
    put_outcomes(run, "en", [("a", "X", "projected", 1.0), ("a", "X", "absent", 0.2)])
    figures = figures_of(run)
    (scores,) = (one for one in figures.scores if one.language == "en")
    assert (scores.collapsed, scores.low, scores.bins[-1]) == (0, 0, 1)
    assert not [one for one in figures.worst.doubtful if one.language == "en"]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000])
def test_a_log_that_is_none_says_nothing(run, content):
    (run / "log.json").write_bytes(content)
    assert not {"Began", "Seconds"} & {one.name for one in figures_of(run).provenance}


def test_an_audit_is_counted_and_told_of_its_documents(run):
    put_audit(
        run,
        {("en", f"caso-{name}"): 1 - number / 10 for number, name in enumerate("abcd")},
        [
            ("en", "caso-a", "number", "error"),
            ("en", "caso-a", "certainty", "warning"),
            ("en", "caso-b", "number", "error"),
        ],
    )
    figures = figures_of(run, worst=2)
    audit = figures.audit
    assert [(one.kind, one.severity, one.findings) for one in audit.findings] == [
        ("certainty", "warning", 1),
        ("number", "error", 2),
    ]
    (spread,) = audit.faithfulness
    assert (spread.language, spread.documents) == ("en", 4)
    assert spread.mean == pytest.approx(0.85) and spread.quantiles[2] == pytest.approx(0.85)
    assert [one.document for one in figures.worst.unfaithful] == ["caso-d", "caso-c"]
    told = {(one.language, one.document): one for one in figures.worst.uncovered}
    of_czech = [one for (language, _), one in told.items() if language == "cz"]
    assert all(one.findings is None and one.faithfulness is None for one in of_czech)


@pytest.mark.parametrize("damage", ["", "language\tdocument\tscore\nen\ta\tmuch\n", "a\tb\nc\td\n"])
def test_a_damaged_table_of_faithfulness_is_told_with_its_line(run, damage):
    put_audit(run, {("en", "caso-a"): 1.0}, [])
    (run / "faithfulness.tsv").write_text(damage, encoding="utf-8")
    if not damage:
        assert figures_of(run).audit.faithfulness == ()
        return
    with pytest.raises(CorpusError, match=r"faithfulness\.tsv:2: "):
        figures_of(run)


def test_outcomes_that_are_not_as_they_were_written_are_refused(run):
    table = run / "projections" / "en" / "disease.parquet"
    table.write_bytes(table.read_bytes()[:-9])
    with pytest.raises(CorpusError, match=r"disease\.parquet: it was cut or changed"):
        figures_of(run)


def test_no_documents_have_no_figures(tmp_path):
    write_run(tmp_path / "out", [])
    figures = figures_of(tmp_path / "out")
    assert (figures.mentions, figures.languages, figures.scores) == (0, (), ())


def test_names_are_taken_as_they_are(run):
    names = sorted(NAMES)
    put_outcomes(run, "en", [(name, name, "unaligned", 0.0) for name in names])
    figures = figures_of(run, worst=100)
    told = {one.document for one in figures.worst.uncovered if one.language == "en"}
    assert told == {*names}
    assert {one.label for one in figures.statuses if one.language == "en"} == {*names}
    manifest = json.loads((run / MANIFEST).read_text(encoding="utf-8"))
    assert figures.mentions == sum(one["mentions"] for one in manifest["counts"])


def test_a_run_that_tags_has_what_it_found_and_no_scores(tmp_path):
    configuration = TaggingConfiguration(source=CorpusConfiguration(path="es"), tagger="clinical")
    found = Document("a", "es", "Fiebre", (Mention("T1", "SYMPTOM", (Fragment(0, 6),)),))
    with open_writer(tmp_path / "out", replace(ORIGIN, configuration=configuration)) as writer:
        writer.put(DocumentOutcome("es", "a", found, status=Status.TAGGED))
    figures = figures_of(tmp_path / "out")
    assert figures.tags and figures.scores == () and figures.worst.doubtful == ()
    assert figures.count("tagged", language="es", label="SYMPTOM") == figures.mentions == 1
    assert ">Mentions found</h2>" in report_page(figures)
