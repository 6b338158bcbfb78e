"""Hold which documents taggers are measured on, and how what they find is scored."""

import json

import pytest

from jobs.research import tagger_benchmark
from jobs.research.tagger_benchmark import kept_apart, scores
from projector.document import Document, Fragment, Mention
from projector.training.tagger.data import read_annotated
from schemas.tagger_training import TaggerSourceConfiguration

ROW = {"lang": "es", "text": "fiebre y tos", "spans": [[0, 6, "SYMPTOM"], [9, 12, "SYMPTOM"]]}
PAIR = {
    "src_lang": "es", "tgt_lang": "en", "src_text": "tos", "tgt_text": "cough",
    "src_spans": [[0, 3, "SYMPTOM", "m1"]], "tgt_spans": [[0, 5, "SYMPTOM", "m1"]], "meta": {},
}  # fmt: skip


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """Write a folder of data in which `case1` is held out and `case2` watched in training."""
    monkeypatch.setattr(tagger_benchmark, "_LISTS", tmp_path)
    (tmp_path / "held_out.txt").write_text("case1\n")
    (tmp_path / "development.txt").write_text("case2\n")
    names = ("case1", "case2", "case3")
    files = {f"ner/{stem}.jsonl": ROW for stem in ("es_spaccc_train", "es_cardioccc_dev")}
    for language in ("en", "it", "nl", "sv", "ro", "cs"):
        row = {**PAIR, "tgt_lang": language}
        files |= {f"train/clinical6train_es-{language}.jsonl": row}
        files |= {f"gold/clinical6_es-{language}.jsonl": row}
    for name, row in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        rows = [json.dumps({**row, "id": f"es_{document}"}) for document in names]
        (tmp_path / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("development", "name"), [(False, "es_case1"), (True, "es_case2")])
def test_only_documents_kept_apart_are_measured_on(shared, development, name):
    sets = dict(kept_apart(shared, development=development))
    assert [*sets] == ["SpaCCC", "CardioCCC", "en", "it", "nl", "sv", "ro", "cs"]
    assert {one.origin for documents in sets.values() for one in documents} == {name}
    assert sets["nl"][0].document.language == "nl"


class Finder:
    """Find the first word of a text, a symptom, and nothing else."""

    def tag(self, document):
        found = Mention("T1", "SYMPTOM", (Fragment(0, document.text.index(" ")),))
        return Document(document.name, document.language, document.text, (found,))


def test_a_tagger_is_scored_by_type(tmp_path):
    path = tmp_path / "notes.jsonl"
    path.write_text(json.dumps({**ROW, "id": "a"}), encoding="utf-8")
    documents = read_annotated(TaggerSourceConfiguration(lines=path))
    found = scores(Finder(), documents, ("SYMPTOM", "DISEASE"))
    assert found["SYMPTOM"].strict.precision == 1 and found["SYMPTOM"].strict.recall == 0.5
    assert found["DISEASE"].strict.tp == 0
