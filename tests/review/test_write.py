"""A review holds what the run says, escaped, in one page or in files beside it."""

from dataclasses import replace

import pytest
from recording_reporter import RecordingReporter
from review_data import review_data
from reviewed_runs import (
    HOSTILE,
    LABEL,
    SOURCE,
    TARGET,
    with_audit,
    with_sentences,
    write_codes,
    write_reviewed_run,
)
from written_runs import ORIGIN, write_run

from projector.corpus.formats.parquet_read import ParquetCorpus
from projector.corpus.reading import Reading
from projector.document import Document, DocumentPair
from projector.errors import ConfigurationError, CorpusError, ModelError, OutputError
from projector.explain import mention_rivals
from projector.models.character_ngrams import TinyEncoder
from projector.review import queue_data, write
from projector.review.folder import is_review_of
from projector.review.rivals import run_models
from projector.review.write import write_review
from projector.run.reader import read_run
from projector.run.writer import open_writer
from projector.settings import Settings
from schemas.manifest import ModelFacts
from schemas.run import (
    CorpusConfiguration,
    ModelConfiguration,
    RunConfiguration,
    TaggingConfiguration,
)


@pytest.fixture
def run(tmp_path):
    return write_reviewed_run(tmp_path / "out")


@pytest.fixture
def output(tmp_path):
    return tmp_path / "review"


def documents(output, number=0):
    return review_data(output)[f"0-documents-{number}"]


def mentions(output):
    return {mention["id"]: mention for mention in documents(output)[0]["mentions"]}


def test_a_small_review_is_one_page(run, output):
    summary = write_review(run, output, rivals="none")
    assert sorted(path.name for path in output.iterdir()) == ["index.html", "review.json"]
    assert (summary.documents, summary.mentions, summary.doubtful) == (2, 7, 4)
    assert summary.by_doubt["low_score"] == 2
    assert summary.by_doubt["unaligned"] == summary.by_doubt["collapsed"] == 1
    index = review_data(output)["index"]
    assert index["run"] == run.manifest.sha256
    assert index["sourceLanguage"] == "es"
    assert index["languages"] == [
        {"language": "en", "documents": 2, "mentions": 7, "chunks": [0], "queueParts": 1}
    ]


def test_data_never_ends_its_script(run, output):
    write_review(run, output, rivals="none")
    page = (output / "index.html").read_text(encoding="utf-8")
    assert page.count("</script>") == page.count("<script") == 5
    assert "<!--" not in page
    assert HOSTILE not in page
    assert mentions(output)["T1"]["said"][0]["value"] == HOSTILE
    assert documents(output)[0]["name"] == "caso-<a>"


def test_a_document_has_its_texts_and_mentions_in_text_order(run, output):
    write_review(run, output, rivals="none")
    document = documents(output)[0]
    assert document["source"] == {"language": "es", "text": SOURCE}
    assert document["target"] == {"language": "en", "text": TARGET}
    assert [mention["id"] for mention in document["mentions"]] == ["T1", "T2", "T3", "T4", "T5"]
    second = mentions(output)["T2"]
    assert [TARGET[start:end] for start, end in second["target"]] == ["Severe\u0301", "pain"]
    assert second["label"] == LABEL
    assert mentions(output)["T4"]["reason"] == "no span fits better than none"
    assert mentions(output)["T5"]["collapsed"] == ["T1"]
    assert mentions(output)["T1"]["rivals"] is None


def test_what_is_said_of_a_relation_is_said_of_its_mentions(run, output):
    write_review(run, output, rivals="none")
    said = mentions(output)["T2"]["said"]
    assert [(one["id"], one["arguments"]) for one in said] == [
        ("R1", [["Arg1", "T1"]]),
        ("#2", []),
    ]


def test_the_queue_begins_with_the_doubtful_of_them_the_lowest_scores(run, output):
    write_review(run, output, rivals="none")
    queue = review_data(output)["0-queue-0"]
    assert queue["id"] == ["T4", "T1", "T3", "T5", "T2", "T1", "T2"]
    assert queue["document"] == [0, 1, 0, 0, 0, 0, 1]
    assert queue["score"] == [0, 3000, 4500, 9000, 8000, 9700, 9900]
    assert [bool(bits) for bits in queue["doubts"]] == [True] * 4 + [False] * 3


def test_an_audits_error_makes_doubtful_a_warning_does_not(run, output, tmp_path):
    summary = write_review(with_audit(run), output, rivals="none")
    assert summary.by_doubt["finding"] == 1
    assert documents(output)[0]["findings"][0]["target"] == []
    warned = with_audit(run, severity="warning")
    summary = write_review(warned, tmp_path / "other", rivals="none")
    assert summary.by_doubt["finding"] == 0
    assert documents(tmp_path / "other")[0]["findings"][0]["kind"] == "negation"


def test_sentences_stand_beside_each_other_as_the_run_says(run, output):
    source, target = len("Refiere <script>alert(1)</script> tos."), TARGET.index("\n")
    told = with_sentences(run, ("caso-<a>", [(0, source)], [(0, target)]))
    write_review(told, output, rivals="none")
    assert documents(output)[0]["rows"][0] == [[[0, source]], [[0, target]]]


def test_codes_are_those_of_the_very_mention(run, output, tmp_path):
    row = {"language": "en", "document": "caso-<a>", "code": "R05", "rank": 1, "score": 0.9}
    row |= {"description": "Cough", "origin": "proposed"}
    codes = tmp_path / "coded"
    write_codes(
        codes,
        {**row, "mention": "T1", "text": "cough"},
        {**row, "mention": "T5", "text": "another run's words"},
        {**row, "language": "es", "mention": "T4", "text": "disnea", "code": "R06"},
    )
    write_review(run, output, rivals="none", codes=codes)
    found = {id_: [code["code"] for code in one["codes"]] for id_, one in mentions(output).items()}
    assert found == {"T1": ["R05"], "T2": [], "T3": [], "T4": ["R06"], "T5": []}
    assert mentions(output)["T1"]["codes"][0]["origin"] == "proposed"


def test_a_folder_without_codes_is_refused(run, output, tmp_path):
    with pytest.raises(CorpusError, match=r"it holds no codes\.parquet"):
        write_review(run, output, rivals="none", codes=tmp_path)


def test_a_large_review_has_files_beside_its_page(tmp_path, output, monkeypatch):
    run = write_reviewed_run(tmp_path / "out", copies=20)
    monkeypatch.setattr(write, "_ONE_PAGE", 100)
    monkeypatch.setattr(write, "_CHUNK", 3000)
    monkeypatch.setattr(queue_data, "QUEUE_PART", 10)
    write_review(run, output, rivals="none")
    data = review_data(output)
    language = data["index"]["languages"][0]
    assert language["queueParts"] == 5
    assert len(data["0-names"]) == 22
    assert len(language["chunks"]) > 2
    names = []
    for number, first in enumerate(language["chunks"]):
        assert len(names) == first
        names += [one["name"] for one in data[f"0-documents-{number}"]]
    assert names == data["0-names"]
    assert "'strict-dynamic'" in (output / "index.html").read_text(encoding="utf-8")


def test_what_has_no_translation_is_left_out_and_invalid_mentions_are_there(tmp_path, output):
    write_run(tmp_path / "out")
    write_review(read_run(tmp_path / "out"), output, rivals="none")
    data = review_data(output)
    languages = {one["language"]: number for number, one in enumerate(data["index"]["languages"])}
    assert "caso-e" not in data[f"{languages['en']}-names"]
    last = data[f"{languages['cz']}-documents-0"][-1]
    assert (last["name"], last["mentions"][-1]["id"]) == ("caso-e", "T7")
    assert last["mentions"][-1]["status"] == "invalid"


def test_saved_corrections_stay_when_the_page_is_made_anew(run, output):
    write_review(run, output, rivals="none")
    (output / "corrections-Ana.json").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="exists already"):
        write_review(run, output, rivals="none")
    write_review(run, output, rivals="none", overwrite=True)
    assert (output / "corrections-Ana.json").read_text(encoding="utf-8") == "mine"


def test_a_folder_is_a_review_of_one_run(run, output):
    sha256 = run.manifest.sha256
    assert not is_review_of(output, run.path, sha256)
    write_review(run, output, rivals="none")
    assert is_review_of(output, run.path, sha256)
    with pytest.raises(CorpusError, match="it is the review of another run"):
        is_review_of(output, run.path, "0" * 64)
    for content in ("[]", "[" * 100_000):
        (output / "review.json").write_text(content, encoding="utf-8")
        with pytest.raises(CorpusError, match="does not say which run"):
            is_review_of(output, run.path, sha256)


def test_a_source_that_has_changed_is_refused(run, output, tmp_path, monkeypatch):
    other = write_reviewed_run(tmp_path / "other")
    document = other.source_corpus().read("caso-b").document
    texts = {"caso-<a>": SOURCE.replace("tos", "top"), "caso-b": document.text}

    def read(self, name):
        return Reading(replace(document, name=name, text=texts[name]))

    monkeypatch.setattr(ParquetCorpus, "read", read)
    with pytest.raises(CorpusError, match="the run read 'tos'"):
        write_review(run, output, rivals="none")
    assert not output.exists()


def test_a_run_that_only_tags_has_nothing_to_review(tmp_path, output):
    tagging = TaggingConfiguration(source=CorpusConfiguration(path="es"))
    with open_writer(tmp_path / "out", replace(ORIGIN, configuration=tagging)):
        pass
    with pytest.raises(CorpusError, match="no projections to review"):
        write_review(read_run(tmp_path / "out"), output)


def test_rivals_are_those_of_the_runs_own_model(tmp_path, output):
    tiny = replace(
        ORIGIN,
        configuration=RunConfiguration(model=ModelConfiguration(name="tiny")),
        model=ModelFacts(name="tiny", fingerprint=TinyEncoder().fingerprint),
    )
    run = write_reviewed_run(tmp_path / "out", origin=tiny)
    write_review(run, output, rivals="doubtful")
    found = mentions(output)
    assert found["T1"]["rivals"] is None  # it is not doubtful
    assert found["T2"]["rivals"] is None
    pair = DocumentPair(run.source_corpus().read("caso-<a>").document, Document("", "en", TARGET))
    expected = mention_rivals(pair, ["T3"], TinyEncoder(), Settings())["T3"]
    spans = [(one["start"], one["end"]) for one in found["T3"]["rivals"][0]]
    assert spans == [(one.start, one.end) for one in expected.spans[0]]
    assert found["T3"]["nothing"] == expected.nothing
    write_review(run, output, rivals="all", overwrite=True)
    assert len(mentions(output)["T2"]["rivals"]) == 2  # one list for each part


def test_without_the_runs_model_a_page_has_no_rivals(run, output, monkeypatch):
    def refuse(run, device):
        raise ModelError("tiny is not what it was")

    monkeypatch.setattr(write, "run_models", refuse)
    reporter = RecordingReporter()
    write_review(run, output, reporter=reporter)
    assert "the page shows no rival spans: tiny is not what it was" in reporter.texts
    assert mentions(output)["T3"]["rivals"] is None


def test_another_model_of_the_same_name_is_not_the_runs(tmp_path):
    tiny = RunConfiguration(model=ModelConfiguration(name="tiny"))
    run = write_reviewed_run(tmp_path / "out", origin=replace(ORIGIN, configuration=tiny))
    with pytest.raises(ConfigurationError, match="the model is not the run's"):
        run_models(run, "cpu")
