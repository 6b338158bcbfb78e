"""Score in one call, as the command does, what lies on disk or is at hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from projector import ConfigurationError, Document, evaluate, project_corpus, read_corpus
from projector.cli import run

SAMPLES = Path(__file__).parents[2] / "data_samples" / "brat"


@pytest.fixture(scope="module")
def predicted(tmp_path_factory):
    """A run of the sample documents onto two languages, by the tiny encoder."""
    folder = tmp_path_factory.mktemp("run") / "out"
    project_corpus(SAMPLES / "es", [SAMPLES / "en", SAMPLES / "cs"], folder, model="tiny")
    return folder


def test_scores_are_those_that_the_command_prints(predicted, capsys):
    assert run(["evaluate", str(SAMPLES), str(predicted)]) == 0
    printed = capsys.readouterr().out.split("\n\n")[0]
    scores = evaluate(SAMPLES, predicted)
    assert str(scores).split("\nnot in")[0] == printed
    assert scores.total == scores.rows[-1].scores
    assert scores.remarks and "not scored" in scores.remarks[0]
    assert run(["evaluate", str(SAMPLES / "en"), str(predicted), "--only", "DISEASE"]) == 0
    printed = capsys.readouterr().out.split("\n\n")[0]
    alone = evaluate(str(SAMPLES / "en"), predicted, only=["DISEASE"])
    assert str(alone).split("\nnot in")[0] == printed
    assert alone.of(language="en", label="DISEASE") == scores.of(language="en", label="DISEASE")
    with pytest.raises(KeyError, match="no span of all X; there are: cs DISEASE"):
        scores.of(label="X")


@pytest.mark.parametrize("fragments", ["covering", "exact"])
def test_documents_are_scored_as_their_files_are(predicted, fragments):
    gold, found = read_corpus(SAMPLES / "cs"), read_corpus(predicted / "brat" / "cs")
    of_paths = evaluate(SAMPLES / "cs", predicted, fragments=fragments)
    assert evaluate(gold, found, fragments=fragments).rows == of_paths.rows
    renamed = (replace(document, language="cz") for document in found)
    assert evaluate(list(gold), renamed, fragments=fragments).rows == of_paths.rows


def test_labels_are_named_alike_on_both_sides():
    gold = Document.from_spans("tos", [(0, 3, "SINTOMA")], language="es")
    found = Document.from_spans("tos", [(0, 3, "SYMPTOM")], language="es")
    assert evaluate([gold], [found]).total.strict.f1 == 1
    assert evaluate([gold], [found], labels={}).total.strict.f1 == 0
    assert evaluate([gold], []).total.strict.fn == 1


def test_documents_that_cannot_be_held_against_each_other_are_told():
    one = Document.from_spans("tos", [(0, 3, "X")], language="es")
    for gold, found, told in (
        ([one, one], [one], r"gold: two documents are called text \(es\)"),
        ([one], [one, one], "predicted: two documents"),
        ([one], [replace(one, name="other")], r"other \(es\) is no gold document; gold has text"),
        ([one], [replace(one, text="tosse")], r"text \(es\) has another text"),
        ("a path", [one], "one side is a path"),
        ([one], Path("a path"), "one side is a path"),
    ):
        with pytest.raises(ConfigurationError, match=told):
            evaluate(gold, found)
