"""Hold what of made examples is not learned from."""

import csv
from pathlib import Path

import numpy as np
import pytest

from projector.coding.code_list import make_list
from projector.training.coder import filtering
from projector.training.coder.example_tables import write_examples
from projector.training.coder.examples import CodedText
from projector.training.coder.filtering import curate
from schemas.coder_training import CoderTraining, CurationConfiguration, ExamplesConfiguration

CODES = make_list("x", [("R05", "es", "Tos"), ("R50", "es", "Fiebre"), ("R50", "en", "Fever")])


def example(text, code=0, language="es", origin="model-x"):
    return CodedText(text, code, language, origin)


def no_vectors(texts):
    raise AssertionError("nobody asked for them")


def reasons(examples, codes=CODES, chosen=None, embed=no_vectors):
    kept, rejected = curate(examples, codes, chosen or CurationConfiguration(), embed)
    assert sorted(map(id, kept + [one.example for one in rejected])) == sorted(map(id, examples))
    return [next((o.reason for o in rejected if o.example is one), None) for one in examples]


def test_rules_keep_what_can_mean_its_code():
    texts = [
        example("tos seca"),
        example("TOS"),
        example("fiebre"),
        example("fiebre", code=1),
        example("12 3"),
        example("…"),
        example("tos " * 100),
    ]
    assert reasons(texts) == [
        *(None, None, "is another code's name", None, "has no word", "has no word"),
        "is longer than 300 characters",
    ]


@pytest.fixture
def two_languages(monkeypatch):
    monkeypatch.setattr(filtering, "_LEAST_TERMS", 3)
    return make_list(
        "x",
        [
            ("A", "es", "Enfermedad infecciosa intestinal no especificada"),
            ("A", "en", "Unspecified infectious disease of the bowel"),
            ("B", "es", "Tumor maligno de los bronquios y del pulmón"),
            ("B", "en", "Malignant growth of the bronchus and the lung"),
            ("C", "es", "Fractura de la diáfisis del fémur"),
            ("C", "en", "Broken shaft of the thigh bone"),
        ],
    )


def test_a_text_in_another_language_than_it_says_is_left_out(two_languages):
    texts = [
        example("infección maligna de los pulmones"),
        example("malignant disease of the lungs"),
        example("malignant disease of the lungs", language="en"),
        example("malignant disease of the lungs", language="sv"),
        example("the lung"),
    ]
    assert reasons(texts, two_languages) == [None, "reads like en, not es", None, None, None]
    anything = CurationConfiguration(languages=False)
    assert reasons(texts, two_languages, anything) == [None] * 5


def test_what_says_the_same_again_is_left_out():
    vectors = {"a b": [1, 0], "b a": [0.99, 0.141], "c d": [0, 1]}
    texts = [
        example("a b"),
        example("b a"),
        example("c d"),
        example("b a", 1),
        example("b a", 0, "en"),
    ]

    def embed(chosen):
        return np.array([vectors[text] for text in chosen], np.float32)

    chosen = CurationConfiguration(near=0.98)
    assert reasons(texts, chosen=chosen, embed=embed) == [None, "says what 'a b' does", *[None] * 3]
    chosen = CurationConfiguration(near=0.995)
    assert reasons(texts, chosen=chosen, embed=embed) == [None] * 5


def test_some_of_each_origin_are_drawn_to_look_at(tmp_path):
    examples = [example(f"tos {at}", origin="ab"[at % 5 == 0]) for at in range(50)]
    training = CoderTraining(
        examples=(ExamplesConfiguration(factory=1),), curation=CurationConfiguration(sample=7)
    )
    kept, rejected = curate([*examples, example("fiebre")], CODES, training.curation, no_vectors)
    write_examples(tmp_path, kept, rejected, CODES, training)

    def rows(name):
        with Path(tmp_path, name).open() as file:
            return list(csv.DictReader(file, delimiter="\t"))

    sample = rows("sample.tsv")
    assert [row["origin"] for row in sample] == ["a"] * 7 + ["b"] * 7
    assert len({row["text"] for row in sample}) == 14
    assert len(rows("examples.tsv")) == 50
    (left,) = rows("rejected.tsv")
    assert (left["text"], left["code"], left["reason"]) == (
        "fiebre",
        "R05",
        "is another code's name",
    )
