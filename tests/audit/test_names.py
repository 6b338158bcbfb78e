import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.audit.names import are_alike, capital_names, drug_names, person_names, spelling
from projector.document import Fragment


def words(text, names):
    return [text[name.place.start : name.place.end] for name in names]


@pytest.mark.parametrize(
    "words",
    [
        ("enalapril", "Enalaprilum", "enalaprilu"),
        ("metotrexato", "methotrexate", "metotrexat"),
        ("amoxicilina", "amoxicillin", "amoxicilline", "amoxicilină"),
        ("prednisona", "prednisone", "prednison"),
    ],
)
def test_languages_spell_a_name_alike(words):
    assert len({spelling(word) for word in words}) == 1


def test_drugs_are_known_by_the_stems_of_their_names():
    text = "Toma enalapril, ceftriaxona y apixabán; no fiebre ni insuficiencia."
    assert words(text, drug_names(text)) == ["enalapril", "ceftriaxona", "apixabán"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Atendido por el Dr. García ayer.", ["García"]),
        ("con signo de Murphy negativo.", ["Murphy"]),
        ("síndrome de Sjögren", ["Sjögren"]),
        ("síndrome de apnea", []),
        ("escala de EVA", []),
        ("García acudió.", []),
    ],
)
def test_people_are_known_by_a_title_or_by_what_is_named_after_them(text, expected):
    assert words(text, person_names(text)) == expected


def test_capitals_within_a_sentence_are_names_but_not_its_first_word_nor_short_forms():
    text = "Enfermo de Parkinson, ingresado en UCI (Hospital Clínico)."
    found = words(text, capital_names(text, Fragment(0, len(text))))
    assert "Parkinson" in found and "Enfermo" not in found and "UCI" not in found


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        ("enalapril", "enalapril", True),
        ("paracetamol", "acetaminofen", True),
        ("cussmaul", "cussmaulovim", True),
        ("enalapril", "enalaprol", True),
        ("enalapril", "ramipril", False),
        ("lopes", "peres", False),
        ("ana", "eva", False),
    ],
)
def test_names_are_alike_a_letter_apart_within_each_other_or_known_to_be_one(left, right, alike):
    assert are_alike(left, right) is are_alike(right, left) is alike


def edits(left: str, right: str) -> int:
    """Return Levenshtein's distance, by its definition."""
    if not left or not right:
        return len(left) + len(right)
    return min(
        edits(left[1:], right) + 1,
        edits(left, right[1:]) + 1,
        edits(left[1:], right[1:]) + (left[0] != right[0]),
    )


@given(st.text("ab", min_size=5, max_size=6), st.text("ab", min_size=5, max_size=6))
def test_longer_names_are_alike_where_one_letter_makes_one_the_other(left, right):
    within = left in right or right in left
    assert are_alike(left, right) == (within or edits(left, right) <= 1)
