from projector.corpus.language_names import (
    guess_language,
    language_in,
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
