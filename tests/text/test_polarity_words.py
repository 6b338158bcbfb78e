"""Words that negate or doubt are known in seven languages, from the table that coding reads."""

import pytest

from projector.text.assertion_table import assertion_rows, folded
from projector.text.polarity_words import Polarity, idiom_openings, polarities

NEGATOR, IMPLIED, DOUBTER = Polarity.NEGATOR, Polarity.IMPLIED, Polarity.DOUBTER


@pytest.mark.parametrize(
    ("language", "negating", "implying", "doubting"),
    [
        ("es", "Sin", "conservado", "posible"),
        ("es", "afebril", "normal", "posible"),
        ("en", "without", "unremarkable", "probable"),
        ("en", "can't", "painless", "suspected"),
        ("it", "senza", "normale", "possibile"),
        ("nl", "geen", "smeerloos", "mogelijke"),
        ("sv", "utan", "smärtfri", "misstänkt"),
        ("ro", "fără", "afebrilă", "posibilă"),
        ("cz", "není", "nebolestivá", "podezření"),
    ],
)
def test_what_words_tell(language, negating, implying, doubting):
    language = language.replace("cz", "cs")
    assert NEGATOR in polarities(negating, language)
    assert polarities(implying, language) == {IMPLIED}
    assert DOUBTER in polarities(doubting, language)


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("auscultación", "es"),
        ("importante", "es"),
        ("němž", "cs"),
        ("alcuna", "it"),
        ("under", "en"),
        ("unit", "en"),
        ("onder", "nl"),
        ("nemocnice", "cs"),
        ("zadní", "cs"),
    ],
)
def test_what_only_begins_like_one_tells_nothing(word, language):
    assert polarities(word, language) == frozenset()


def test_nothing_is_known_of_other_languages():
    assert (
        polarities("kein", "de") == frozenset() and idiom_openings("embargo", "de") == frozenset()
    )
    assert assertion_rows("de") is None and assertion_rows("cz") is assertion_rows("cs")


@pytest.mark.parametrize(
    ("word", "language"),
    [("or", "en"), ("né", "it"), ("of", "nl"), ("eller", "sv"), ("nici", "ro"), ("ani", "cs")],
)
def test_what_carries_a_negation_on_may_be_a_joint(word, language):
    assert polarities("ni", "es") == {Polarity.CARRIED}
    assert polarities(word, language) == {Polarity.JOINT}


def test_two_words_may_tell_nothing_together():
    assert "sin" in idiom_openings("embargo", "es") and not idiom_openings("fiebre", "es")


def test_every_word_of_the_table_is_folded():
    for language in ("es", "en", "it", "nl", "sv", "ro", "cs"):
        for cues in assertion_rows(language).values():
            assert all(folded(cue) == cue for cue in cues)
