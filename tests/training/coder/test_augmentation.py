"""Hold the examples that are made of a code list alone: what each transformation promises."""

import numpy as np
import pytest
from coded_names import CODES

from projector.coding.code_list import make_list
from projector.coding.normalize import own_abbreviations, plain, unqualified
from projector.training.coder.augmentation import factory_examples
from projector.training.coder.phrases import CONTEXTS, QUALIFIED
from schemas.coder_training import ALL


def made(*transformations, per_code=6, seed=0, codes=CODES):
    random = np.random.default_rng(seed)
    chosen = transformations or ALL
    return factory_examples(codes, per_code, chosen, own_abbreviations(), random)


def test_examples_say_what_made_them_and_are_made_alike_from_one_seed():
    assert made() == made() != made(seed=1)
    found = made()
    assert {one.origin for one in found} <= {f"list:{name}" for name in ALL}
    assert len({(one.code, plain(one.text)) for one in found}) == len(found)
    assert {one.code for one in found} >= {0, 1, 2}


def test_no_example_is_another_codes_name():
    names = {}
    for term in CODES.terms:
        names.setdefault(plain(term.text), set()).add(term.code)
    for seed in range(20):
        for one in made(seed=seed):
            assert names.get(plain(one.text), {one.code}) == {one.code}
            assert len(plain(one.text)) > 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("reordered", "con coma diabetes mellitus tipo 2"),
        ("abbreviated", "DM2, con coma"),
        ("abbreviated", "HTA"),
        ("synonym", "Essential hypertension"),
        ("translation", "Diabetes mellitus tipo 2"),
        ("context", "paciente con tos"),
        ("qualified", "Tos persistente"),
        ("qualified", "mild essential hypertension"),
        ("inflected", "Essential hypertensions"),
        ("inflected", "Type 2 diabetes mellitus: with comas"),
    ],
)
def test_a_transformation_makes_what_its_name_says(name, expected):
    texts = {one.text for seed in range(20) for one in made(name, seed=seed)}
    assert expected in texts


def test_misspelt_and_shortened_stay_near():
    for seed in range(10):
        for one in made("misspelt", seed=seed):
            assert min(abs(len(one.text) - len(term.text)) for term in CODES.terms) <= 20
        for one in made("shortened", seed=seed):
            own = {
                w for term in CODES.terms if term.code == one.code for w in plain(term.text).split()
            }
            assert set(plain(one.text).split()) <= own


def of_one(name, text, language="es", *, others=(), seeds=30):
    """Return all that one transformation makes of one description, whatever the chance."""
    rows = [("A01", language, text), *others]
    codes = make_list("x", rows)
    return {
        one.text
        for seed in range(seeds)
        for one in made(name, seed=seed, codes=codes)
        if codes.codes[one.code] == "A01"
    }


def edits(one, other):
    """Count letters that are left out, doubled, exchanged or swapped, as Damerau (1964) does."""
    table = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            cost = one[i - 1] != other[j - 1]
            least = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + cost)
            if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
                least = min(least, table[i - 2, j - 2] + 1)
            table[i, j] = least
    return table[len(one), len(other)]


@pytest.mark.parametrize("text", ["Tos", "Fiebre alta", "Hipertensión arterial", "Asma, 2"])
def test_a_misspelling_is_one_slip_within_a_word(text):
    found = of_one("misspelt", text)
    assert found
    for one in found:
        assert edits(text, one) == 1
        assert one[0] == text[0]
        assert len(one.split()) == len(text.split())


@pytest.mark.parametrize("text", ["2 de 3", "A-1", "12"])
def test_what_has_no_word_to_misspell_is_left(text):
    assert of_one("misspelt", text) == set()


def test_a_shortened_description_lacks_a_part_or_a_word_in_its_order():
    found = of_one("shortened", "Diabetes mellitus, tipo 2, con coma")
    parts = ["Diabetes mellitus", "tipo 2", "con coma"]
    assert len(found) > 3
    for one in found:
        kept = [part for part in parts if part in one]
        assert ", ".join(kept) == one and kept
    words = ["dolor", "agudo", "de", "la", "rodilla"]
    for one in of_one("shortened", " ".join(words)):
        assert one.split() == [word for word in words if word in one.split()]
        assert len(one.split()) == 4 and one.startswith("dolor")
    assert of_one("shortened", "dolor agudo") == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fractura, abierta", "abierta fractura"),
        ("Diabetes: con coma", "con coma diabetes"),
        ("Tumor, de piel, maligno", "de piel, maligno tumor"),
        ("VIH, congénito", "congénito VIH"),  # a short form stays one
    ],
)
def test_a_reordered_description_has_its_tail_in_front(text, expected):
    assert of_one("reordered", text) == {expected}


@pytest.mark.parametrize("text", ["Fractura abierta", "Fractura,"])
def test_what_has_no_tail_is_not_reordered(text):
    assert of_one("reordered", text) == set()


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Lesiones cutáneas", "es", "Lesión cutáneas"),
        ("Fractura abierta", "es", "Fracturas abierta"),
        ("Enfermedad", "es", "Enfermedades"),
        ("Lung abscess", "en", None),  # of which there are two without another ending
        ("Skin lesion", "en", "Skin lesions"),
        ("Biopsies", "en", "Biopsy"),
        ("Frattura", "it", "Fratture"),
        ("Lesione", "it", "Lesioni"),
        ("Bloeding", "nl", "Bloedingen"),
        ("Infektion", "sv", "Infektioner"),
        ("Tos", "es", None),  # too short to tell
        ("Fractura", "pl", None),  # a language that nobody knows endings of
    ],
)
def test_a_word_is_put_in_the_other_number(text, language, expected):
    assert of_one("inflected", text, language) == ({expected} if expected else set())


@pytest.mark.parametrize("language", CONTEXTS)
def test_a_context_holds_the_description_and_is_of_its_language(language):
    found = of_one("context", "Fractura", language, seeds=60)
    assert found == {
        phrase.format("Fractura" if phrase.startswith("{}") else "fractura")
        for phrase in CONTEXTS[language]
    }
    assert of_one("context", "Fractura", "pl") == set()


def test_a_qualifier_that_tells_codes_of_a_category_apart_is_not_added():
    found = of_one("qualified", "Asma")
    assert found == {phrase.format("Asma") for phrase in QUALIFIED["es"]}
    graded = of_one("qualified", "Asma", others=[("A01.1", "es", "Asma grave")])
    assert graded == found - {"Asma grave"}
    other_category = of_one("qualified", "Asma", others=[("B01", "es", "Fiebre grave")])
    assert other_category == found


def test_a_long_form_becomes_short_in_its_language_alone():
    assert of_one("abbreviated", "Hipertensión arterial grave") == {"HTA grave"}
    assert of_one("abbreviated", "Hipertensión arterial grave", "sv") == set()
    assert of_one("abbreviated", "Fiebre") == set()


def test_a_name_is_held_against_another_of_its_own_language_or_not():
    others = [("A01", "es", "Tos ferina"), ("A01", "en", "Pertussis")]
    assert of_one("synonym", "Coqueluche", others=others) == {"Coqueluche", "Tos ferina"}
    assert of_one("translation", "Coqueluche", others=others) == {
        "Coqueluche", "Tos ferina", "Pertussis",
    }  # fmt: skip
    assert of_one("synonym", "Coqueluche") == of_one("translation", "Coqueluche") == set()


def test_what_is_unspecified_is_not_said():
    for name in ("context", "misspelt", "qualified"):
        assert not any("especificad" in one for one in of_one(name, "Fiebre, no especificada"))
    assert unqualified("Fiebre, no especificada") == "Fiebre"


@pytest.mark.parametrize("per_code", [1, 3, 10])
def test_there_are_so_many_of_a_code_at_most_in_the_lists_order(per_code):
    found = made(per_code=per_code)
    counts = [sum(one.code == code for one in found) for code in range(len(CODES))]
    assert max(counts) <= per_code and (per_code > 1 or min(counts[:3]) == 1)
    assert [one.code for one in found] == sorted(one.code for one in found)
