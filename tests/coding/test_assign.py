"""Hold which codes a mention gets."""

import pytest

from projector.coding.assign import GIVEN, PROPOSED, assign_codes
from projector.coding.code_list import make_list
from projector.coding.coder import load_coder
from projector.coding.mentions import CodedDocument, CodedMention
from projector.coding.normalize import Abbreviations
from projector.errors import ConfigurationError, OutputError
from schemas.coding import CodingConfiguration

CODES = make_list(
    "test",
    [
        ("E11", "es", "Diabetes mellitus"),
        ("E11.9", "es", "Diabetes mellitus tipo 2"),
        ("I10", "es", "Hipertensión arterial"),
        ("R05", "es", "Tos"),
    ],
)


def mention(number, text, *codes, label="DISEASE"):
    return CodedMention("es", "a", f"T{number}", label, ((number, number + 1),), text, codes)


def assigned(*mentions, **chosen):
    document = CodedDocument("es", "a", mentions)
    coder = load_coder("lexical", CODES, Abbreviations({}))
    chosen = {"min_precision": 0.0, **chosen}
    return assign_codes([document], coder, CodingConfiguration(**chosen))


def test_a_code_that_is_there_stays_and_others_are_proposed():
    given, asked = mention(1, "tos", "I10"), mention(2, "Tos")
    found = assigned(given, asked)
    (code,) = found.codes(given)
    assert (code.code, code.score, code.origin) == ("I10", 1.0, GIVEN)
    assert code.description == "Hipertensión arterial" and code.name == ""
    best = found.codes(asked)[0]
    assert (best.code, best.origin, best.name) == ("R05", PROPOSED, "Tos")
    assert 0.9 < best.score < 1  # a name of a code is often right, not always
    assert found.final_codes(given) == ["I10"] and found.final_codes(asked) == ["R05"]


def test_a_code_of_another_list_is_none_and_one_below_the_lists_stays():
    other, below = mention(1, "tos", "SNOMED-1"), mention(2, "tos", "E11.91")
    found = assigned(other, below)
    assert found.final_codes(other) == ["R05"] and found.codes(other)[0].origin == PROPOSED
    assert [(one.code, one.description) for one in found.codes(below)] == [("E11.91", "")]


def test_all_are_recoded_where_that_is_asked_for():
    given = mention(1, "tos", "I10")
    assert assigned(given, recode=True).final_codes(given) == ["R05"]


def test_only_labels_that_are_asked_for_are_coded_and_counts_tell():
    disease, symptom = mention(1, "tos"), mention(2, "tos", label="SYMPTOM")
    nothing = mention(3, "zzz")
    found = assigned(disease, symptom, nothing, mention(4, "x", "I10"), labels=("DISEASE",))
    assert not found.codes(symptom) and not found.codes(nothing)
    (diseases, symptoms) = found.counts()
    assert (diseases.label, diseases.given, diseases.proposed, diseases.uncoded) == (
        *("DISEASE", 1, 1, 1),
    )
    assert (symptoms.label, symptoms.uncoded, symptoms.left_alone) == ("SYMPTOM", 0, 1)
    with pytest.raises(ConfigurationError, match="no mention is labelled DRUG"):
        assigned(disease, labels=("DRUG",))


def test_proposals_are_as_many_and_as_sure_as_asked_for():
    asked = mention(1, "diabetes mellitus")
    assert len(assigned(asked).codes(asked)) == 2
    assert len(assigned(asked, top_k=1).codes(asked)) == 1
    (best, other) = assigned(asked).codes(asked)
    least = (best.score + other.score) / 2
    assert [one.code for one in assigned(asked, min_score=least).codes(asked)] == ["E11"]
    unsure = assigned(asked, min_score=1.0)
    assert unsure.codes(asked) == [] and unsure.guess(asked).code == "E11"
    assert (unsure.counts()[0].unsure, unsure.outcome(asked)) == (1, "unsure")


def test_labels_that_the_list_has_no_codes_for_are_left_alone():
    drug, symptom = mention(1, "tos", label="MEDICATION"), mention(2, "tos", label="Síntomas")
    found = assigned(drug, symptom)
    assert not found.codes(drug) and found.codes(symptom)[0].code == "R05"
    assert (found.outcome(drug), found.guess(drug)) == ("left_alone", None)
    assert assigned(drug, labels=("MEDICATION",)).codes(drug)


def test_where_no_code_is_sure_enough_there_is_none():
    sure, unsure = mention(1, "tos"), mention(2, "tosferina grave infantil")
    found = assigned(sure, unsure, min_precision=0.9)
    assert found.final_codes(sure) == ["R05"] and found.final_codes(unsure) == []
    assert found.guess(unsure).origin == PROPOSED
    with pytest.raises(ConfigurationError, match="--min-precision"):
        assigned(sure, min_precision=1.0)


def test_a_mention_that_comes_twice_is_told():
    with pytest.raises(OutputError, match="T1 of a in es comes twice"):
        assigned(mention(1, "tos"), mention(1, "asma"))
