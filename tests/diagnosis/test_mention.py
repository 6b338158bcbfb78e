"""Hold what is said of a mention and its span."""

import pytest
from diagnosed_mentions import diagnosed


@pytest.mark.parametrize("tokens", [False, True])
def test_each_word_stands_beside_the_nearest_of_the_other_side(tokens):
    found = diagnosed("T1", (0, 10), tokens=tokens)
    assert found.span == "Chest pain"
    assert found.compared.words == "both say R07.4 dolor torácico"
    assert [(one.meaning.text, one.counterpart.text) for one in found.source_words] == [
        ("Dolor", "Chest"),
        ("torácico", "Chest"),
    ]
    pain = found.span_words[1]
    assert (pain.meaning.text, pain.counterpart.text) == ("pain", "Dolor")
    assert pain.counterpart.cosine == pytest.approx(0.8944, abs=1e-4)
    assert pain.meaning.concepts[0].code == "R07.4"


def test_a_span_that_means_another_mention_is_told():
    found = diagnosed("T1", (12, 17))
    assert found.compared.words.startswith("they part: the source says R07.4")
    assert (found.nearer.mention, found.nearer.text, found.nearer.cosine) == ("T2", "fiebre", 1)
    assert [claim.mention for claim in found.claims] == ["T2", "T1"]
    assert "T4" in [claim.mention for claim in diagnosed("T4", (0, 10)).claims]


def test_a_mention_with_the_same_words_is_no_other():
    assert diagnosed("T3", (0, 10)).nearer is None
    assert diagnosed("T2", (12, 17)).nearer is None


def test_a_mention_without_a_span_has_its_own_side_alone():
    found = diagnosed("T1")
    assert found.span == "" and found.fragments == found.span_words == found.claims == ()
    assert found.compared.mention[0].code == "R07.4" and found.compared.cosine is None
    assert [one.counterpart for one in found.source_words] == [None, None]
    assert found.nearer is None and found.score is None
