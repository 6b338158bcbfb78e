import unicodedata

from projector.models.embedded.tokenizer import build_tokenizer, nmt_nfkc

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁tos", "a", "é", "1⁄2"]


def tokenizer():
    return build_tokenizer(PIECES, [-1.0] * len(PIECES), bos=0, eos=2, unk=3)


def test_special_tokens_stand_around():
    assert tokenizer().encode("tos").tokens == ["<s>", "▁tos", "</s>"]


def test_text_is_normalised_and_offsets_are_the_original_text():
    encoding = tokenizer().encode("tos  e\u0301 ½", add_special_tokens=False)
    assert encoding.tokens == ["▁tos", "▁", "é", "▁", "1⁄2"]
    assert encoding.offsets[0] == (0, 3)
    assert encoding.offsets[-1] == (8, 9)


def test_the_character_map_is_nfkc_with_sentencepieces_own_rules():
    from tokenizers import normalizers

    normalise = normalizers.Precompiled(nmt_nfkc()).normalize_str
    for text in ("ﬁebre", "３７ ℃", "n\u0303", "cm²", "№"):
        assert normalise(text) == unicodedata.normalize("NFKC", text)
    assert normalise("a\tb\nc\u00a0d\u200be") == "a b c d e"
