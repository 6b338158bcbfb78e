import pytest

from projector.audit.number_words import AND, month_words, number_words, tens_and_ones

LANGUAGES = ("es", "en", "it", "nl", "sv", "ro", "cs")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", {"uno": 1, "dieciséis": 16, "veintidós": 22, "veintiún": 21, "cien": 100}),
        ("en", {"one": 1, "nineteen": 19, "ninety": 90, "dozen": 12, "twice": 2}),
        ("it", {"ventuno": 21, "ventotto": 28, "ventidue": 22, "cinquantatré": 53}),
        ("nl", {"vijfentwintig": 25, "tweeëntwintig": 22, "drieënnegentig": 93, "achtste": 8}),
        ("sv", {"tjugofem": 25, "nittionio": 99, "hundra": 100, "femårig": 5}),
        ("ro", {"șaisprezece": 16, "două": 2, "nouăzeci": 90, "pereche": 2}),
        ("cs", {"pětadvacet": 25, "dvaadvacet": 22, "šedesátiletý": 60, "dvakrát": 2}),
    ],
)
def test_words_are_the_numbers_that_they_name(language, words):
    known = number_words(language)
    assert {word: known.get(word) for word in words} == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_up_to_twenty_and_every_ten_has_a_word(language):
    assert {*range(21), *range(20, 100, 10)} <= {*number_words(language).values()}


@pytest.mark.parametrize("language", ["it", "nl", "sv", "cs"])
def test_a_language_that_glues_has_every_number_below_a_hundred(language):
    assert {*range(100)} <= {*number_words(language).values()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_tens_and_ones_make_one_number_side_by_side(language):
    tens, ones = tens_and_ones(language)
    known = number_words(language)
    assert {known[word] for word in tens} == {*range(20, 100, 10)}
    assert {known[word] for word in ones} == {*range(1, 10)}
    assert not ones & {"a", "an", "o"}  # articles


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_year_has_twelve_months(language):
    assert {*month_words(language).values()} == {*range(1, 13)}


def test_what_stands_between_tens_and_ones_is_known_where_there_is_something():
    assert AND == {"es": "y", "ro": "și"}


def test_another_language_has_no_words():
    assert not number_words("fi") and not month_words("fi")
    assert tens_and_ones("fi") == (frozenset(), frozenset())
