"""The lists must be written as the words of a text are compared with them."""

import unicodedata

import pytest

from projector.text.function_words import FUNCTION_WORDS
from projector.text.words import find_words


@pytest.mark.parametrize("language", sorted(FUNCTION_WORDS))
def test_every_listed_word_is_found_in_a_text(language):
    for word in FUNCTION_WORDS[language]:
        assert word == unicodedata.normalize("NFC", word.casefold())
        for written in (word, word.upper(), unicodedata.normalize("NFD", word)):
            assert find_words(written, language).function.tolist() == [True], written


def test_every_language_of_the_task_has_a_list():
    assert {"es", "en", "it", "nl", "sv", "ro", "cs", "cz"} <= FUNCTION_WORDS.keys()
    assert FUNCTION_WORDS["cz"] == FUNCTION_WORDS["cs"]
