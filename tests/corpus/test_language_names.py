import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.corpus.language_names import (
    guess_language,
    is_language,
    language_in,
    nearest_language,
    same_language,
    without_language,
)

TASK = "MultiClinNER-{}-train-disease-{}"


def test_languages_are_found_in_names(tmp_path):
    assert language_in([TASK.format("sv", 1), TASK.format("sv", 2)]) == "sv"
    assert language_in(["a-sv", "a-nl"]) is None
    assert language_in(["a-sv-nl"]) is None
    assert language_in(["caso-de-1"]) is None
    assert language_in([]) is None
    assert without_language("x-es_EN.1") == "x-*_*.1"
    assert guess_language(tmp_path / "cz" / "brat", ["a"]) == "cz"
    assert guess_language(tmp_path / "en" / "MultiClinNER-es-train", ["a"]) == "es"
    assert guess_language(tmp_path / "brat" / "x", ["a-ro-1", "a-ro-2"]) == "ro"
    assert guess_language(tmp_path / "brat" / "x", ["a"]) == "und"


def test_czech_has_two_codes():
    assert same_language("cz", "cs")
    assert same_language("ES", "es")
    assert not same_language("cz", "es")


def test_the_last_part_of_a_path_to_have_a_language_decides():
    assert nearest_language(["es", "tree", "MultiClinNER-nl", "txt"]) == "nl"
    assert nearest_language(["es-en", "it"]) == "it"
    assert nearest_language(["it", "es-en"]) == "it"  # two codes are none
    assert nearest_language([]) is None


@pytest.mark.parametrize("name", ["espina", "Es-1", "cases", "noes-1", "x_español"])
def test_a_code_within_a_word_is_none(name: str):
    assert without_language(name) == name
    assert language_in([name]) is None


@given(st.text(st.sampled_from("esENcz-_.1"), max_size=12))
def test_a_name_without_its_languages_has_none_left(name: str):
    bare = without_language(name)
    assert without_language(bare) == bare
    assert language_in([bare]) is None
    assert len(bare) <= len(name)


@pytest.mark.parametrize("code", ["es", "cz", "pt-BR", "pt_br", "und", "spa", "EN"])
def test_codes_of_languages_are_known(code):
    assert is_language(code)


@pytest.mark.parametrize("code", ["xx", "english", "", "e", "sp", "12"])
def test_codes_of_no_language_are_known(code):
    assert not is_language(code)
