"""Small edge models with drawn weights, and encoders that have one beside them."""

from dataclasses import replace

import numpy as np
import torch

from projector.decode.edge_questions import EdgeText
from projector.models.character_ngrams import TinyEncoder
from projector.models.edge_model import (
    ABSENCE_FEATURES,
    MENTION_FEATURES,
    WORD_FEATURES,
    EdgeModel,
    EdgeQuestions,
    Edges,
    EdgeShape,
)
from projector.models.verdict_model import VERDICT_FEATURES
from projector.settings import SpanWeights


def drawn_edges(dimension, seed=0, *, weights=None, judging=0):
    """Return an edge model whose weights, means and scales are drawn; with a verdict or none."""
    shape = EdgeShape(
        dimension, WORD_FEATURES, MENTION_FEATURES, ABSENCE_FEATURES, reduced=4, hidden=8
    )
    if judging:
        shape = replace(shape, verdict=VERDICT_FEATURES, judging=judging)
    generator = torch.Generator().manual_seed(seed)
    model = EdgeModel(shape)
    for name, value in model.state_dict().items():
        drawn = torch.randn(value.shape, generator=generator)
        value.copy_(drawn.abs() + 0.5 if name.endswith("scale") else 0.3 * drawn)
    return Edges(model.eval(), weights or SpanWeights())


def edged_tiny(seed=0, *, weights=None, judging=0):
    """Return the tiny encoder with an edge model beside it."""
    tiny = TinyEncoder()
    return replace(tiny, edges=drawn_edges(tiny.dimension, seed, weights=weights, judging=judging))


def drawn_questions(seed, *, spans, width, source, target, dimension=6):
    """Return questions of drawn numbers about some spans, and vectors of the texts' words.

    The words of a row are a stretch of the text, with padding before and behind.
    """
    generator = torch.Generator().manual_seed(seed)

    def normal(*size):
        return torch.randn(size, generator=generator)

    def whole(most, *size):
        return torch.randint(0, most, size, generator=generator)

    begin, end = whole(width, spans), whole(width, spans)
    place = torch.arange(width)
    inside = (place >= torch.minimum(begin, end)[:, None]) & (
        place <= torch.maximum(begin, end)[:, None]
    )
    questions = EdgeQuestions(
        whole(5, spans),
        whole(target, spans, width),
        inside,
        normal(spans, width, WORD_FEATURES) * inside[..., None],
        normal(spans, MENTION_FEATURES),
        normal(spans, ABSENCE_FEATURES),
        whole(source, spans, 4),
        torch.nn.functional.normalize(normal(spans, dimension), dim=1),
    )
    vectors = (normal(source, dimension), normal(target, dimension))
    return questions, *(torch.nn.functional.normalize(one, dim=1) for one in vectors)


def drawn_edge_text(seed, source, target, *, dimension=6):
    """Return what a drawn edge model knows of two texts' words: drawn vectors and claims."""
    rng = np.random.default_rng(seed)
    vectors = [
        torch.nn.functional.normalize(
            torch.from_numpy(rng.normal(size=(len(words), dimension)).astype(np.float32)), dim=1
        )
        for words in (source, target)
    ]
    claimed = rng.random(len(target)).astype(np.float32)
    return EdgeText(drawn_edges(dimension, seed).model, *vectors, claimed)
