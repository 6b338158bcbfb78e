"""Hold which documents taggers are measured on, and how what they find is scored."""

import json

import pytest

from jobs.research.tagger_benchmark import kept_apart, measured
from projector.document import TAGGED_NOTE, Document, Fragment, Mention, with_scores
from projector.training.tagger.data import read_annotated
from schemas.tagger_training import TaggerSourceConfiguration


@pytest.mark.parametrize(("development", "name"), [(False, "es_case1"), (True, "es_case2")])
def test_only_documents_kept_apart_are_measured_on(notes_kept_apart, development, name):
    sets = dict(kept_apart(notes_kept_apart, development=development))
    assert [*sets] == ["SpaCCC", "CardioCCC", "en", "it", "nl", "sv", "ro", "cs"]
    assert {one.origin for documents in sets.values() for one in documents} == {name}
    assert sets["nl"][0].document.language == "nl"


class Finder:
    """Find the first word of a text, a symptom, and nothing else."""

    def tag(self, document, *, language="es"):
        if isinstance(document, str):
            document = Document("text", language, document)
        found = Mention("T9", "SYMPTOM", (Fragment(0, document.text.index(" ")),))
        tagged = Document(document.name, document.language, document.text, (found,))
        return with_scores(tagged, {"T9": 0.75}, note=TAGGED_NOTE)


def test_a_tagger_is_scored_by_type(tmp_path):
    path = tmp_path / "notes.jsonl"
    spans = [[0, 6, "SYMPTOM"], [9, 12, "SYMPTOM"]]
    row = {"id": "a", "lang": "es", "text": "fiebre y tos", "spans": spans}
    path.write_text(json.dumps(row), encoding="utf-8")
    documents = read_annotated(TaggerSourceConfiguration(lines=path))
    found, worth = measured(Finder(), documents, ("SYMPTOM", "DISEASE"))
    assert found["SYMPTOM"].strict.precision == 1 and found["SYMPTOM"].strict.recall == 0.5
    assert found["DISEASE"].strict.tp == 0
    assert worth.error == 0.25 and worth.area is None


def test_sentences_can_be_given_by_themselves(tmp_path):
    path = tmp_path / "notes.jsonl"
    text = "Fiebre y tos. Vómitos desde ayer."
    spans = [[0, 6, "SYMPTOM"], [14, 21, "SYMPTOM"]]
    path.write_text(json.dumps({"id": "a", "lang": "es", "text": text, "spans": spans}))
    documents = read_annotated(TaggerSourceConfiguration(lines=path))
    assert measured(Finder(), documents, ("SYMPTOM",))[0]["SYMPTOM"].strict.recall == 0.5
    found, worth = measured(Finder(), documents, ("SYMPTOM",), alone=True)
    assert found["SYMPTOM"].strict.f1 == 1 and worth.error == 0.25
