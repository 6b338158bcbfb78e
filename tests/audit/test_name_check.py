"""Names that became others are told, and none that is only spelt otherwise."""

import pytest

from projector.audit.name_check import name_findings
from projector.audit.names import are_alike, drug_names, person_names, spelling
from projector.document import Document, Fragment


def messages(source, target, language="en"):
    documents = Document("a", "es", source), Document("a", language, target)
    names = drug_names(source), drug_names(target), person_names(source)
    stretches = [(Fragment(0, len(text)),) for text in (source, target)]
    return [one.message for one in name_findings(*documents, names, *stretches)]


CHANGED = {
    "en": "He took rivaroxaban",
    "it": "Assumeva rivaroxaban",
    "nl": "Hij nam rivaroxaban",
    "sv": "Han tog rivaroxaban",
    "ro": "Lua rivaroxaban",
    "cs": "Užíval rivaroxaban",
}


@pytest.mark.parametrize("language", CHANGED)
def test_another_drug_is_told_in_every_language(language):
    told = messages("Tomaba apixabán", CHANGED[language], language)
    assert told == ["apixabán became rivaroxaban"]
    same = CHANGED[language].replace("rivaroxaban", "apixaban")
    assert messages("Tomaba apixabán", same, language) == []


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("amoxicilina", "amoxicillin"),
        ("omeprazol", "omeprazolo"),
        ("heparina", "heparinem"),
        ("quetiapina", "kvetiapin"),
        ("morfina", "morphine"),
        ("paracetamol", "acetaminophen"),
        ("colesterol", "totalkolesterol"),
        ("estatinas", "statins"),
    ],
)
def test_one_drug_is_spelt_in_many_ways(source, target):
    assert messages(source, target) == []


def test_like_names_are_not_the_same():
    assert not are_alike(spelling("prednisona"), spelling("prednisolone"))
    assert not are_alike(spelling("cefotaxima"), spelling("ceftazidime"))


def test_a_person_with_another_name_is_told():
    told = messages("El Dr. García operó", "It was by Hernandez that he was operated")
    assert told == ["García became Hernandez"]
    assert messages("El Dr. García operó", "The surgeon operated") == []
    assert messages("enfermedad de Crohn", "A case of Crohn's disease") == []


@pytest.mark.parametrize("text", ["", "12 34", "🙂", "\u200f\u200e", "DR. DE LA", "Dr. " * 3])
def test_texts_without_names_have_none(text):
    assert drug_names(text) == [] and person_names(text) == []
