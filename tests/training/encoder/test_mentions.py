"""Hold which sentences teach which concepts."""

import json
from pathlib import Path

import numpy as np
import pytest
from coded_names import ROWS

from projector.coding.code_list import make_list
from projector.errors import CorpusError
from projector.training.encoder.mentions import (
    Concepts,
    ConceptSentence,
    _Renaming,
    as_mentioned,
    concept_sentences,
)
from schemas.encoder_training import MentionsConfiguration

CONCEPTS = Concepts(make_list("test", ROWS), frozenset())
TEXT = "Tiene tos. No hay hipertensión arterial ni tos seca."


@pytest.fixture
def gold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def mention(start, end, code, label="D"):
        return {"label": label, "start": start, "end": end, "text": TEXT[start:end], "code": code}

    annotations = [
        mention(6, 9, "R05"),
        mention(18, 39, "I10.X"),
        mention(43, 51, "R05.1"),
        mention(11, 13, "Z99", label="other"),
    ]
    row = {"id": "d1", "text": TEXT, "annotations": annotations}
    Path("gold.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return Path("gold.jsonl")


def test_sentences_are_cut_around_mentions_of_known_concepts(gold):
    source = MentionsConfiguration(gold=gold, language="es")
    first, second = concept_sentences(source, CONCEPTS, 0)
    assert first == ConceptSentence("Tiene tos.", "es", ((3, ((6, 9),)),))
    assert [second.text[s:e] for _, ((s, e),) in second.mentions] == [
        "hipertensión arterial",
        "tos seca",
    ]
    assert [concept for concept, _ in second.mentions] == [2, 3]


@pytest.mark.parametrize(
    ("code", "concept"), [("I10", 2), ("i10.x", 2), ("E11", 1), ("E11.01", 0), ("Z00", None)]
)
def test_a_code_means_its_concept_what_it_is_a_part_of_or_its_unspecified_part(code, concept):
    assert CONCEPTS.number(code) == concept


def test_what_is_divided_further_is_no_concept_to_learn():
    known = Concepts(make_list("test", [*ROWS, ("E11", "es", "diabetes")]), frozenset({"E11"}))
    assert known.number("E11") is None


def test_other_names_stand_where_the_mentions_stood():
    rename = _Renaming.of(CONCEPTS, np.random.default_rng(0))
    sentence = ConceptSentence(
        "Tiene tos y fiebre con hta.", "es", ((3, ((6, 9),)), (2, ((23, 26),)))
    )
    spanish = {as_mentioned(text): code for code, language, text in ROWS if language == "es"}
    for _ in range(20):
        renamed = rename(sentence)
        assert renamed.text.startswith("Tiene ") and " y fiebre con " in renamed.text
        for concept, ((start, end),) in renamed.mentions:
            name = renamed.text[start:end]
            assert CONCEPTS.codes.codes[concept] == spanish[name]


def test_mentions_in_parts_stay():
    rename = _Renaming.of(CONCEPTS, np.random.default_rng(0))
    sentence = ConceptSentence("dolor de cabeza y pecho", "es", ((3, ((0, 8), (18, 23))),))
    assert rename(sentence) == ConceptSentence(sentence.text, "es", ())


def test_both_sides_teach_where_the_coder_is_sure(tmp_path):
    row = {
        "id": "d1",
        "src_lang": "es",
        "tgt_lang": "en",
        "src_text": "Tiene tos.",
        "tgt_text": "Has a cough.",
        "src_spans": [[6, 9, "SYMPTOM", "T1"]],
        "tgt_spans": [[6, 11, "SYMPTOM", "T1"]],
    }
    path = tmp_path / "pairs_es-en.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    source = MentionsConfiguration(pairs=path, least=0.5)
    sides = concept_sentences(source, CONCEPTS, 0)
    assert [(one.language, one.text[s:e]) for one in sides for _, ((s, e),) in one.mentions] == [
        ("es", "tos"),
        ("en", "cough"),
    ]
    listed = tmp_path / "apart.txt"
    source = MentionsConfiguration(pairs=path, least=0.5, exclude=(listed,))
    listed.write_text("d2", encoding="utf-8")
    assert concept_sentences(source, CONCEPTS, 0) == sides
    listed.write_text("d1", encoding="utf-8")
    with pytest.raises(CorpusError, match="nothing to learn from"):
        concept_sentences(source, CONCEPTS, 0)


@pytest.mark.parametrize(
    ("name", "expected"), [("Cólera", "cólera"), ("HTA", "HTA"), ("B12 baja", "B12 baja"), ("", "")]
)
def test_a_name_is_written_as_within_a_sentence(name, expected):
    assert as_mentioned(name) == expected
