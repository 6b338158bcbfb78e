"""Hold what a finished run is read as, also one that another version wrote."""

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fuzzing import seeds, told_or_read
from hypothesis import given, settings
from hypothesis import strategies as st
from mutated_tables import mutated_table
from written_runs import EVERY, ORIGIN, TARGET, projected, source

from projector.corpus import open_corpus, require_document
from projector.document import Document, Fragment, Mention, Status
from projector.errors import CorpusError
from projector.evaluation.metrics import calibration, compare, document_spans, errors, score
from projector.evaluation.score_files import score_paths
from projector.run.configure import configure
from projector.run.outcome import DocumentOutcome, projected_outcome
from projector.run.project_corpus import run_configuration
from projector.run.reader import is_run, read_run
from projector.run.verify import verify_run
from projector.run.writer import open_writer
from schemas.manifest import MANIFEST
from schemas.run import RunConfiguration, TaggingConfiguration
from schemas.tables import AUDIT, SENTENCES


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("run")
    for language in ("es", "en", "it"):
        (root / language).mkdir()
        (root / language / "a.txt").write_text("Fiebre y tos.", encoding="utf-8")
    (root / "es" / "a.ann").write_text(
        "T1\tSYMPTOM 0 6\tFiebre\nT2\tDISEASE 9 12\ttos\n", encoding="utf-8"
    )
    run_configuration(
        configure(root / "es", [root / "en", root / "it"], model="tiny"), root / "out"
    )
    return root / "out"


def unhashed(run: Path) -> dict:
    """Return the manifest as versions wrote it that did not hash what they wrote."""
    content = json.loads((run / MANIFEST).read_text())
    return {key: content[key] for key in content if key not in ("written", "sha256")}


def test_a_run_tells_its_languages_tables_and_texts(run):
    finished = read_run(run)
    assert is_run(run) and not finished.tags
    assert finished.languages == ("en", "it")
    assert set(finished.tables) == {
        (language, entity) for language in ("en", "it") for entity in ("disease", "symptom")
    }
    assert all(table.is_file() for table in finished.tables.values())
    assert finished.text("it", "a") == "Fiebre y tos."
    assert finished.text("it", "b") is None
    assert finished.corpus("en").read("a").document.mentions


def test_what_is_predicted_is_what_is_projected(run):
    finished = read_run(run)
    assert finished.projections().height == 4
    assert finished.projections(["it"])["language"].to_list() == ["it", "it"]
    predicted = finished.predicted()
    assert predicted.height == sum(one.projected for one in finished.manifest.languages)
    assert set(predicted["source_text"]) <= {"Fiebre", "tos"}


def test_tables_of_another_version_are_read_with_what_this_one_knows(run, tmp_path):
    other = tmp_path / "out"
    shutil.copytree(run, other)
    (other / MANIFEST).write_text(json.dumps(unhashed(run)))
    (table,) = (other / "projections" / "it").glob("symptom.parquet")
    columns = pq.read_table(table)
    lacking = columns.drop_columns(["target_document"])
    pq.write_table(lacking.append_column("later", pa.array(["x"] * len(columns))), table)
    outcomes, expected = read_run(other).projections(), read_run(run).projections()
    assert outcomes.columns == expected.columns
    changed = (outcomes["language"] == "it") & (outcomes["label"] == "SYMPTOM")
    assert outcomes.filter(changed)["target_document"].to_list() == [None]
    assert outcomes.drop("target_document").equals(expected.drop("target_document"))


@pytest.mark.parametrize(
    ("configuration", "tags"),
    [
        (TaggingConfiguration(source="es").model_dump(mode="json"), True),
        (RunConfiguration(source="es", targets=("en",)).model_dump(mode="json"), False),
        (
            RunConfiguration(source="es", targets=("en",), tagger="tags").model_dump(mode="json"),
            False,
        ),
        ({"source": {"path": "es"}, "targets": [], "tagger_model": "clinical"}, True),  # 0.1.0's
        ({"source": {"path": "es"}, "targets": ["en"], "tagger_model": "clinical"}, False),
        ({}, False),
    ],
)
def test_a_run_tells_whether_it_tagged(run, configuration, tags):
    manifest = read_run(run).manifest.model_copy(update={"configuration": configuration})
    assert type(read_run(run))(run, manifest).tags is tags


def test_a_manifest_of_version_0_1_0_is_read(run, tmp_path):
    content = unhashed(run)
    content["model"] = {key: content["model"][key] for key in ("name", "fingerprint", "tagger")}
    (tmp_path / MANIFEST).write_text(json.dumps(content))
    model = read_run(tmp_path).manifest.model
    assert (model.name, model.layer, model.device) == ("tiny", None, None)


def test_a_run_that_lacks_outcomes_is_told(run, tmp_path):
    (tmp_path / MANIFEST).write_text(json.dumps(unhashed(run)))
    with pytest.raises(CorpusError, match=r"it holds 0 outcomes; expected 4, as manifest\.json"):
        read_run(tmp_path).projections()


def test_the_translations_come_back_as_a_corpus(written: Path):
    finished = read_run(written)
    assert finished.languages == ("cz", "en")
    corpus = finished.corpus("en")
    assert corpus.names == ("case-a", "case-b", "case-c", "case-d")
    assert require_document(corpus.read("case-b")) == projected("b").document
    assert finished.text("en", "case-a") == TARGET
    assert finished.text("en", "case-z") is None


def test_the_source_comes_back_as_it_was_read(written: Path):
    corpus = read_run(written).source_corpus()
    names = [f"caso-{name}" for name in "abcde"]
    assert (corpus.language, corpus.names) == ("es", tuple(names))
    assert [require_document(corpus.read(name)) for name in names] == list(map(source, names))
    assert [one.line for one in corpus.read("caso-a").document.annotations] == [3, 6, 7]


def test_a_runs_folder_and_its_source_are_each_a_corpus(run):
    assert open_corpus(run, language="en").names == open_corpus(run, language="it").names == ("a",)
    with pytest.raises(CorpusError, match="documents in 2 languages: en, it"):
        open_corpus(run)
    corpus = open_corpus(run / "source")
    assert (corpus.language, corpus.names) == ("es", ("a",))
    assert require_document(corpus.read("a")).text == "Fiebre y tos."


def test_a_source_that_was_cut_or_changed_is_refused(run, tmp_path):
    shutil.copytree(run, tmp_path / "out")
    damaged = tmp_path / "out" / "source" / "mentions.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-9])
    for opened in (read_run(tmp_path / "out").source_corpus, lambda: open_corpus(damaged.parent)):
        with pytest.raises(CorpusError, match=r"source/mentions\.parquet: it was cut or changed"):
            opened()


def test_a_run_of_a_version_that_kept_no_source_is_told(run, tmp_path):
    shutil.copytree(run, tmp_path / "out")
    shutil.rmtree(tmp_path / "out" / "source")
    (tmp_path / "out" / MANIFEST).write_text(json.dumps(unhashed(run)))
    with pytest.raises(CorpusError, match=r"there is no source/.*Run it again"):
        read_run(tmp_path / "out").source_corpus()


def test_a_run_that_tags_has_its_texts_as_its_source(tmp_path):
    origin = replace(ORIGIN, configuration=TaggingConfiguration(source="es"))
    found = Document("a", "es", "Tos.", (Mention("T1", "SYMPTOM", (Fragment(0, 3),)),))
    with open_writer(tmp_path / "out", origin) as writer:
        writer.put(DocumentOutcome("es", "a", found, status=Status.TAGGED))
    assert not (tmp_path / "out" / "source").exists()
    corpus = read_run(tmp_path / "out").source_corpus()
    assert require_document(corpus.read("a")) == found


def test_an_audit_comes_back_with_the_sentences_that_tell_the_same(tmp_path, run):
    for language, text in (("es", "Tiene tos. Toma 5 mg."), ("en", "Has tos. Takes 6 mg.")):
        (tmp_path / language).mkdir()
        (tmp_path / language / "a.txt").write_text(text, encoding="utf-8")
    configuration = configure(tmp_path / "es", [tmp_path / "en"], model="tiny")
    run_configuration(configuration, tmp_path / "out")
    finished = read_run(tmp_path / "out")
    audit = finished.audit()
    assert audit.columns == AUDIT.names and audit["language"].to_list() == ["en"] * audit.height
    (count,) = finished.manifest.languages
    assert (count.audited, count.mispaired) == (1, 0) and 0 <= count.faithfulness <= 1
    counts = Counter(audit["kind"].to_list())
    assert {one.kind: one.findings for one in finished.manifest.findings} == counts
    sentences = finished.sentences("en")
    assert sentences.columns == SENTENCES.names and finished.sentences("it").is_empty()
    assert sentences["source_document"].unique().to_list() == ["a"]
    places = [one for row in sentences["source_fragments"].to_list() for one in row]
    assert places == sorted(places, key=lambda one: one["start"])
    assert verify_run(tmp_path / "out").findings == []


def test_a_run_that_was_not_audited_has_no_findings_and_no_sentences(tmp_path):
    origin = replace(ORIGIN, configuration=RunConfiguration(audit=False))
    with open_writer(tmp_path / "out", origin) as writer:
        writer.put(projected_outcome(EVERY[0]))
    finished = read_run(tmp_path / "out")
    assert not (tmp_path / "out" / "audit.tsv").exists()
    assert finished.audit().is_empty() and finished.audit().columns == AUDIT.names
    assert finished.sentences("en").is_empty()


def test_a_run_is_evaluated_as_it_lies(written: Path):
    gold = [span for one in (*EVERY, projected("e", "cz")) for span in document_spans(one.document)]
    finished = read_run(written)
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


def test_a_folder_without_a_run_is_told(tmp_path: Path, written: Path):
    with pytest.raises(CorpusError, match="no run is there"):
        read_run(tmp_path)
    shutil.copytree(written, tmp_path / "out")
    (tmp_path / "out/projections/en/symptom.parquet").unlink()
    with pytest.raises(CorpusError, match=r"symptom\.parquet: it is missing; expected \d+ bytes"):
        read_run(tmp_path / "out").predicted()
    assert read_run(tmp_path / "out").predicted(["cz"]).height == 10
    (tmp_path / "out/projections/cz/symptom.parquet").write_bytes(b"PAR1")
    with pytest.raises(CorpusError, match="it has 4 bytes; expected"):
        read_run(tmp_path / "out").predicted()


def read_damaged(run: Path, table: pa.Table, seed: int) -> None:
    (path,) = (run / "projections" / "it").glob("symptom.parquet")
    sound = path.read_bytes()
    path.write_bytes(mutated_table(table, seed))
    try:
        finished = read_run(run)
        told_or_read(lambda: finished.projections().height, str(run))
        if seed % 10:  # to score takes longest
            return
        scored = told_or_read(lambda: score_paths(run, run, labels={}), str(run))
        if scored is not None:
            assert scored.comparison.predicted["score"].is_between(0, 1).all()
    finally:
        path.write_bytes(sound)


@pytest.fixture(scope="module")
def unsealed(run, tmp_path_factory) -> Path:
    """A run without hashes, whose tables are read whatever is in them."""
    folder = tmp_path_factory.mktemp("unsealed") / "out"
    shutil.copytree(run, folder)
    (folder / MANIFEST).write_text(json.dumps(unhashed(run)))
    return folder


@pytest.fixture(scope="module")
def outcomes(run) -> pa.Table:
    return pq.read_table(run / "projections" / "it" / "symptom.parquet")


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where", "damaged outcomes", trials=30
)
@settings(max_examples=30, derandomize=True)
@given(seed=st.integers(0, 10**9))
def test_damaged_outcomes_are_read_truly_or_told(unsealed, outcomes, seed):
    read_damaged(unsealed, outcomes, seed)


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where", "damaged outcomes", trials=10_000
)
@pytest.mark.slow
def test_ten_thousand_damaged_outcomes_are_read_truly_or_told(unsealed, outcomes):
    for seed in seeds(10_000):
        read_damaged(unsealed, outcomes, seed)
