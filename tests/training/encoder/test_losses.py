"""Hold late interaction against a plain loop."""

import pytest
import torch

from projector.training.encoder.losses import (
    best_matches,
    concept_loss,
    distance_loss,
    names_loss,
    translation_loss,
)


def unit(*sizes):
    generator = torch.Generator().manual_seed(sum(sizes))
    drawn = [torch.randn(size, 6, generator=generator) for size in sizes]
    return [torch.nn.functional.normalize(one, dim=1) for one in drawn]


def test_best_matches_are_those_of_a_plain_loop():
    queries, texts = unit(2, 3), unit(4, 1, 5)
    expected = [
        [sum(max(float(q @ t) for t in text) for q in query) / len(query) for text in texts]
        for query in queries
    ]
    assert torch.allclose(best_matches(queries, texts), torch.tensor(expected), atol=1e-5)


def test_a_text_that_is_its_own_translation_is_found():
    texts = unit(3, 4, 2)
    assert translation_loss(texts, texts, temperature=0.01) < 1e-3
    turned = [*texts[1:], texts[0]]
    assert translation_loss(texts, turned, temperature=0.01) > 1
    assert translation_loss(texts[:1], texts[:1], temperature=0.01) == 0


def test_another_name_of_the_same_concept_is_no_rival():
    queries = unit(2, 3)
    names = [*queries, queries[0]]
    concepts = torch.tensor([7, 8])
    rival = names_loss(queries, names, concepts, torch.tensor([7, 8, 9]), temperature=0.01)
    own = names_loss(queries, names, concepts, torch.tensor([7, 8, 7]), temperature=0.01)
    assert own < 1e-3 < rival


def test_concepts_and_distances():
    (points,) = unit(3)
    assert concept_loss(points, points, torch.arange(3), temperature=0.01) < 1e-3
    assert distance_loss(points, points) == pytest.approx(0, abs=1e-6)
    assert distance_loss(points, -points) == pytest.approx(2, abs=1e-6)
