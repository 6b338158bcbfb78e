import pytest

from projector.corpus.text_check import difference


@pytest.mark.parametrize(
    ("stated", "words", "told"),
    [
        ("fiebre", "fiebre", ""),
        ("lesión", "lesio\u0301n", "Unicode normalisation"),
        ("fiebre alta", "fiebre\xa0alta", "blanks"),
        ("Hipertensión", "Hiper\xadtensión", "blanks"),  # a soft hyphen isn't seen
        ("140 mmHg", "140\u200b  mmHg", "blanks"),
        ("infarto agudo", "infarto\r\n agudo", "blanks"),
        ("LCA &amp; menisco", "LCA & menisco", "entities"),
        ("menor &amp;lt; 5", "menor < 5", "entities"),  # escaped twice
        ("asma", "ASMA", "case"),
        ("( IGF - 1 )", "(IGF-1)", "tokenised"),
        ("Factor 1", "Factor-1", "tokenised"),
        ("`` crisis ''", '"crisis"', "tokenised"),
        ("5–6 días", "5-6 días", "tokenised"),
        ("enfermedad de Crohn", "Enfermedad de\nCrohn", "blanks and case"),
        ("niño &amp; tos", "NIN\u0303O\xa0& TOS", "blanks, entities, case"),
    ],
)
def test_what_tools_change_on_the_way_is_told(stated, words, told):
    assert told in (difference(stated, words) or "")
    assert bool(told) == bool(difference(stated, words))


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ("asma", "asmas"),
        ("5 mg", "5 mcg"),
        ("lesión", "lesion"),  # an accent is part of a word
        ("1.5", "15"),
        ("", "asma"),
        ("-", ""),
    ],
)
def test_other_words_are_other_words(stated, words):
    assert difference(stated, words) is None
