"""Hold pairs that are aligned together against the same pairs, each by itself."""

import numpy as np
import pytest
import torch
from slow_alignment import unit

from projector.align import batched
from projector.align.aligner import align_within, band_along
from projector.align.anchors import FLOOR, expected_path, sure_pairs
from projector.settings import AlignSettings, published

SIZES = [(40, 37), (1, 1), (7, 90), (120, 110), (64, 64), (1, 5), (90, 8)]
NARROW = AlignSettings(search=3, search_share=0.05, full=1.0, fade=2.5, neighbors=(0.2,))
NO_NEIGHBORS = AlignSettings(neighbors=(), iterations=1)
DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(
    not torch.cuda.is_available(), reason="needs a GPU"))]  # fmt: skip


def translated(rng, sources: int, targets: int):
    """Return vectors of a text and of one that tells the same, with words that recur."""
    source = unit(rng, sources, 16)
    place = np.linspace(0, sources - 1, targets).round().astype(int)
    noise = torch.from_numpy(rng.normal(size=(targets, 16)).astype(np.float32)) * 0.1
    target = torch.nn.functional.normalize(source[place] + noise, dim=-1)
    if sources > 20:
        source[5:9] = source[15:19]  # a sentence that recurs: its likenesses are equal
    return source, target


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("settings", [AlignSettings(), NARROW, NO_NEIGHBORS])
def test_pairs_aligned_together_are_what_each_is_alone(settings, device):
    rng = np.random.default_rng(3)
    pairs = [translated(rng, *sizes) for sizes in SIZES]
    sources, targets = ([one.to(device) for one in side] for side in zip(*pairs, strict=True))
    compared = batched.similarities(sources, targets, settings)
    partner, near = compared.partner.cpu().numpy(), compared.near.cpu().numpy()
    sure = [
        batched.pairs_of(partner[k, :size], near[k, :size], FLOOR)
        for k, (size, _) in enumerate(SIZES)
    ]
    paths = [found.path(*sizes) for found, sizes in zip(sure, SIZES, strict=True)]
    weights = batched.transported(compared, paths, settings).cpu()
    for k, (source, target) in enumerate(pairs):
        alone = sure_pairs(source, target, settings)
        assert np.array_equal(sure[k].source, alone.source)
        assert np.array_equal(sure[k].target, alone.target)
        np.testing.assert_allclose(sure[k].similarity, alone.similarity, atol=1e-6)
        path = expected_path(source, target, settings, alone)
        assert np.array_equal(paths[k], path)
        expected = align_within(source, target, band_along(path, target, settings), settings)
        alignment = batched.alignment_of(weights[k], path, SIZES[k][1], settings)
        assert torch.equal(alignment.band.left, expected.band.left)
        assert torch.equal(alignment.band.prior, expected.band.prior)
        assert alignment.weights.shape == expected.weights.shape
        scale = float(expected.weights.sum(1).max())
        torch.testing.assert_close(alignment.weights, expected.weights, atol=1e-5 * scale, rtol=0)


def test_pairs_are_the_same_in_any_company():
    rng = np.random.default_rng(4)
    pairs = [translated(rng, *sizes) for sizes in SIZES]
    settings = AlignSettings()
    together = batched.similarities(*zip(*pairs, strict=True), settings)
    for k, (source, target) in enumerate(pairs):
        alone = batched.similarities([source], [target], settings)
        assert torch.equal(together.partner[k, : len(source)], alone.partner[0])
        assert (together.partner[k, len(source) :] == -1).all()


def test_batches_hold_every_pair_once_and_no_more_than_memory_allows(monkeypatch):
    monkeypatch.setattr(batched, "MOST_ENTRIES", 9000)
    found = list(batched.batches(SIZES))
    assert sorted(number for batch in found for number in batch) == list(range(len(SIZES)))
    for batch in found:
        width = [max(SIZES[number][side] for number in batch) for side in (0, 1)]
        assert len(batch) == 1 or len(batch) * width[0] * width[1] <= 9000
    assert len(found) > 1
    assert list(batched.batches([])) == []


def test_only_the_transport_of_texts_that_fit_goes_in_batches():
    assert batched.batchable(AlignSettings(), (500, 480))
    assert not batched.batchable(AlignSettings(), (0, 480))
    assert not batched.batchable(AlignSettings(), (50_000, 48_000))
    assert not batched.batchable(published().align, (500, 480))
