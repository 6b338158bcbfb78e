"""Hold in which forms mentions and names are compared, and how short forms are written out."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from projector.coding.normalize import character_grams, own_abbreviations, plain, unqualified, words
from projector.errors import CorpusError


def test_surfaces_are_compared_without_case_accents_and_punctuation():
    assert plain("  Hipertensión\nARTERIAL (esencial)") == "hipertension arterial esencial"
    assert words("Ťažká, choroba") == ["tazka", "choroba"]
    assert character_grams("fiebre y") == ["_fie", "fieb", "iebr", "ebre", "bre_", "_y_"]
    assert plain("…") == "" and character_grams("") == []


@given(st.text(max_size=30))
@example("𝗔 İ ẞ ﬁ")
def test_any_text_has_a_surface(text):
    assert plain(plain(text)) == plain(text)
    assert all(0 < len(gram) <= 4 for gram in character_grams(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Diabetes mellitus, no especificada", "Diabetes mellitus"),
        ("Essential (primary) hypertension", "Essential hypertension"),
        ("Fever, unspecified", "Fever"),
        ("NOS", "NOS"),  # nothing would be left
        ("Tos", "Tos"),
    ],
)
def test_what_a_mention_does_not_say_is_left_out_of_a_description(text, expected):
    assert unqualified(text) == expected


def test_short_forms_are_written_out_by_their_capitals_or_alone():
    own = own_abbreviations()
    assert own.expand("HTA y DM2", "es") == "hipertensión arterial y diabetes mellitus tipo 2"
    assert own.expand("hta", "es") == "hipertensión arterial"
    assert own.expand("H.T.A.", "es") == "hipertensión arterial"
    assert own.expand("ira del paciente", "es") == "ira del paciente"
    assert own.expand("EPOC", "en") == "EPOC" and own.expand("DM", "cs") == "diabetes mellitus"


def test_a_users_table_goes_before(tmp_path):
    path = tmp_path / "short.tsv"
    path.write_text("short\tlong\tlanguage\nHTA\thipotiroidismo\tes\n")
    own = own_abbreviations()
    changed = own.with_table(path)
    assert changed.expand("HTA", "es") == "hipotiroidismo"
    assert changed.fingerprint != own.fingerprint
    path.write_text("short\tlong\nHTA\t\n")
    with pytest.raises(CorpusError, match=":2"):
        own.with_table(path)
