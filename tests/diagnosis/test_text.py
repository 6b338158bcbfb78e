"""Hold what is said of a text's words and runs."""

from concept_encoders import POINTS, named_concepts, placed

from projector.diagnosis.text import diagnose_text

TEXT = "Tiene dolor torácico y fiebre."
WORDS = {"dolor": POINTS[0], "torácico": POINTS[0], "fiebre": POINTS[2]}


def test_every_word_and_run_has_its_place_and_its_nearest_concepts():
    found = diagnose_text(placed(TEXT, WORDS), named_concepts(), most=2)
    assert [(one.text, one.concepts[0].code) for one in found.spans] == [
        ("dolor torácico", "R07.4"),
        ("fiebre", "R50.9"),
    ]
    words = ["Tiene", "dolor", "torácico", "y", "fiebre", "."]
    assert [word.text for word in found.words] == words
    for one in (*found.words, *found.spans):
        assert TEXT[one.start : one.end] == one.text
        assert len(one.concepts) == 2
    assert [word.text for word in found.words if not word.telling] == ["y", "."]
    assert [one.code for one in found.whole] == ["R07.4", "R50.9"]


def test_tokens_stand_in_the_place_of_words_where_they_are_asked_for():
    found = diagnose_text(placed(TEXT, WORDS), named_concepts(), tokens=True)
    assert [one.text for one in found.words] == ["Tiene", "dolor", "torácico", "y", "fiebre", "."]


def test_an_empty_text_says_nothing():
    for tokens in (False, True):
        found = diagnose_text(placed("", {}), named_concepts(), tokens=tokens)
        assert found.words == found.spans == found.whole == ()
