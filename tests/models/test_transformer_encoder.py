"""Hold a transformer's token vectors against transformers' own forward pass."""

import numpy as np
import pytest
import torch
from transformers import AutoModel

from projector.models import load
from projector.text.sentences import split_sentences
from projector.text.windows import segment_windows

TEXT = "paciente pálido, con tos.\nEl dolor cede. No. " + "paciente con dolor y tos " * 6 + "."
FAMILIES = ["bert", "xlm-roberta", "distilbert"]


def plain(folder, encoder, text):
    """Encode one sentence or window a time, with transformers' own attention, at full depth."""
    model = AutoModel.from_pretrained(folder).eval()
    rows = []
    for segment in range(text.segments[-1] + 1 if len(text) else 0):
        ids = [*encoder.prefix, *text.ids[text.segments == segment].tolist(), *encoder.suffix]
        with torch.no_grad():
            output = model(torch.tensor([ids]), output_hidden_states=True)
        rows.append(output.hidden_states[encoder.view.layer][0, 1:-1])
    return torch.cat(rows)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("layer", [0, 1, 2, 3])
def test_vectors_are_those_of_the_plain_forward_pass(checkpoints, family, layer):
    encoder = load(checkpoints / family, layer=layer, precision="fp32", device="cpu")
    short = encoder.tokenize(TEXT[:44])
    vectors = encoder.encode([short])[0]
    expected = plain(checkpoints / family, encoder, short)
    assert vectors.shape == (len(short), 32)
    assert vectors.dtype == torch.float32
    torch.testing.assert_close(vectors, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("family", FAMILIES)
def test_one_text_is_the_same_bits_in_any_company(checkpoints, family):
    encoder = load(checkpoints / family, device="cpu")
    texts = [encoder.tokenize(text) for text in (TEXT, "tos", "", TEXT[5:], "tos")]
    together = encoder.encode(texts)
    for text, vectors in zip(texts, together, strict=True):
        assert torch.equal(encoder.encode([text])[0], vectors)
    assert together[1] is together[4]
    assert together[2].shape == (0, 32)
    assert not any(vectors.requires_grad for vectors in together)


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_is_cut_off(checkpoints, family):
    encoder = load(checkpoints / family, device="cpu")
    text = encoder.tokenize(TEXT)
    assert encoder.view.window == 18  # 20 positions, less <s> and </s>
    assert np.bincount(text.segments).max() > encoder.view.window
    assert "".join(TEXT[start:end] for start, end in text.offsets.tolist()) == "".join(TEXT.split())
    assert len(encoder.encode([text])[0]) == len(text)


def test_window_granularity_takes_the_text_as_one_segment(checkpoints):
    encoder = load(checkpoints / "bert", granularity="window", window=7, device="cpu")
    text = encoder.tokenize(TEXT)
    assert set(text.segments.tolist()) == {0}
    assert torch.isfinite(encoder.encode([text])[0]).all()


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_comes_near(checkpoints, precision):
    exact = load(checkpoints / "bert", precision="fp32", device="cpu")
    half = load(checkpoints / "bert", precision=precision, device="cpu")
    text = exact.tokenize(TEXT)
    vectors = half.encode([text])[0]
    assert vectors.dtype == torch.float32
    near = torch.cosine_similarity(vectors, exact.encode([text])[0], dim=1)
    assert near.min() > 0.99


@pytest.mark.parametrize("granularity", ["sentence", "window"])
@pytest.mark.parametrize("family", FAMILIES)
def test_of_overlapping_windows_each_gives_the_vectors_in_its_middle(
    checkpoints, family, granularity
):
    options = {"granularity": granularity, "window": 9, "precision": "fp32", "device": "cpu"}
    encoder = load(checkpoints / family, **options)
    text = encoder.tokenize(TEXT)
    rows = segment_windows(text, window=9, overlap=encoder.view.overlap).tolist()
    assert len(rows) > len(set(text.segments.tolist()))  # some segments take several
    model = AutoModel.from_pretrained(checkpoints / family).eval()
    parts = []
    for start, end, first, last in rows:
        assert start <= first < last <= end <= start + 9
        ids = [*encoder.prefix, *text.ids[start:end].tolist(), *encoder.suffix]
        with torch.no_grad():
            output = model(torch.tensor([ids]), output_hidden_states=True)
        states = output.hidden_states[encoder.view.layer][0, len(encoder.prefix) :]
        parts.append(states[first - start : last - start])
    expected = torch.cat(parts)
    torch.testing.assert_close(encoder.encode([text])[0], expected, atol=1e-5, rtol=0)


def test_segments_are_the_texts_sentences_or_the_text(checkpoints):
    by_sentence = load(checkpoints / "bert", granularity="sentence", device="cpu").tokenize(TEXT)
    sentences = split_sentences(TEXT).tolist()
    assert len(set(by_sentence.segments.tolist())) == len(sentences) > 2
    for (start, end), segment in zip(by_sentence.offsets, by_sentence.segments, strict=True):
        first, last = sentences[segment]
        assert first <= start < end <= last


@pytest.mark.parametrize("granularity", ["sentence", "window"])
@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u3000"])
def test_a_text_of_nothing_has_no_tokens(checkpoints, granularity, text):
    encoder = load(checkpoints / "bert", granularity=granularity, device="cpu")
    tokens = encoder.tokenize(text)
    assert len(tokens) == 0
    (vectors,) = encoder.encode([tokens])
    assert vectors.shape == (0, encoder.dimension)
    assert encoder.encode([]) == []


def test_it_tells_where_it_is_and_what_it_sees(checkpoints):
    encoder = load(checkpoints / "bert", layer=1, window=5, precision="fp32", device="cpu")
    assert (encoder.device.type, encoder.precision, encoder.dimension) == ("cpu", "fp32", 32)
    assert (encoder.view.layer, encoder.view.window) == (1, 5)
    assert not encoder.model.training
    assert "model=" not in repr(encoder) and "tokenizer=" not in repr(encoder)
