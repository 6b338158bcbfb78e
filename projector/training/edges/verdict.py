"""Fit the verdict on spans that an edge model found in documents that it didn't learn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from projector.arrays import Floats, Ints
from projector.decode.verdicts import FEATURES, span_features, spans_with_support
from projector.errors import ConfigurationError
from projector.evaluation.corruption import without_mentions, without_sentences
from projector.models.verdict_model import (
    ABSENT,
    RIGHT,
    STEPS,
    WRONG,
    Reliability,
    VerdictModel,
)
from projector.pipeline import weigh_pair
from projector.settings import Settings
from projector.training.aligner.data import fold_of

if TYPE_CHECKING:
    from projector.document import DocumentPair
    from projector.models.encoder import Encoder
    from projector.tagging.tagger import Tagger

_TAGGED = [number for number, name in enumerate(FEATURES) if name.startswith("tagger")]
_UNHEARD = 0.2  # share of examples of which the tagger is not heard
_BATCH = 256
_RATE, _DECAY = 3e-3, 0.1
_FOLDS = 4  # of documents, for the reliability
# How often a pair counts as it is, with sentences left out (by two draws), with mentions left out.
WHOLE, SENTENCES, MENTIONS = 2.0, 1.0, 2.0


@dataclass(frozen=True, slots=True)
class Judgements:
    """Spans that were found, and what gold says of them.

    Args:
        documents: [N] the document of each.
        features: [N, F] what is told of them, see `projector.decode.verdicts.FEATURES`.
        outcomes: [N] `RIGHT`, `WRONG` or `ABSENT`.
        weights: [N] how much each counts.
    """

    documents: tuple[str, ...]
    features: Floats
    outcomes: Ints
    weights: Floats

    def __getitem__(self, index: Ints) -> Judgements:
        """Return those at `index`."""
        documents = tuple(self.documents[number] for number in index.tolist())
        return Judgements(
            documents, self.features[index], self.outcomes[index], self.weights[index]
        )


def spoilt_pairs(pair: DocumentPair, seed: str) -> Iterator[tuple[DocumentPair, float]]:
    """Yield a pair as it is, with sentences left out, with mentions left out; and their weights."""
    yield pair, WHOLE
    for number in (1, 2):
        yield without_sentences(pair, Random(f"{seed} {number}")), SENTENCES
    yield without_mentions(pair, Random(seed)), MENTIONS


def pair_judgements(
    pair: DocumentPair, weight: float, encoder: Encoder, tagger: Tagger | None
) -> Judgements:
    """Return the best spans of a pair's mentions before a verdict, each beside its rivals.

    Args:
        pair: With gold mentions on both sides, each of one fragment.
        weight: How much it counts.
        encoder: With an edge model; its verdict, if it has one, plays no part.
        tagger: Gives evidence; None: there is none.

    Raises:
        ConfigurationError: The encoder has no edge model.
    """
    evidence = tagger.evidence(pair.target.text) if tagger else None
    weighed = weigh_pair(pair, encoder, Settings(), evidence=evidence)
    if weighed.context is None:
        raise ConfigurationError(f"{encoder.name} has no edge model whose spans could be judged")
    spans, support = spans_with_support(
        weighed.context, weighed.fragments, weighed.word_candidates, weighed.decode
    )
    features = span_features(spans, support, weighed.fragments)
    gold = {mention.id: (mention.start, mention.end) for mention in pair.target.mentions}
    offsets = weighed.target.words.offsets
    places = zip(offsets[spans.first, 0].tolist(), offsets[spans.last - 1, 1].tolist(), strict=True)
    owners = weighed.fragments.mention[spans.fragment].tolist()
    outcomes = []
    for owner, place in zip(owners, places, strict=True):
        wanted = gold.get(pair.source.mentions[owner].id)
        outcomes.append(ABSENT if wanted is None else RIGHT if wanted == place else WRONG)
    count = len(outcomes)
    weights = np.full(count, weight, np.float32)
    return Judgements((pair.source.name,) * count, features, np.array(outcomes, np.int64), weights)


def joined(parts: Sequence[Judgements]) -> Judgements:
    """Put judgements together."""
    return Judgements(
        tuple(name for part in parts for name in part.documents),
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.outcomes for part in parts]),
        np.concatenate([part.weights for part in parts]),
    )


def fit_verdict(
    known: Judgements, *, hidden: int = 24, epochs: int = 25, seed: int = 0
) -> tuple[VerdictModel, Reliability]:
    """Fit a verdict, and measure by how its like judge documents that they didn't learn from.

    Args:
        known: What to learn from.
        hidden: Width of the hidden layer.
        epochs: How often all is gone through.
        seed: Of all that is drawn by chance.

    Returns:
        The verdict, fitted on everything; and how often the spans of each score were right, each
        document judged by a verdict that was fitted on three quarters of the others.
    """
    fold = np.array([fold_of(name, _FOLDS) for name in known.documents])
    probabilities = np.zeros((len(fold), 3), np.float32)
    for left_out in range(_FOLDS):
        if (inside := fold == left_out).any() and not inside.all():
            model = _fitted(known[np.flatnonzero(~inside)], hidden, epochs, seed)
            probabilities[inside] = judge(model, known.features[inside])
    return _fitted(known, hidden, epochs, seed), reliability(known, probabilities)


def judge(model: VerdictModel, features: Floats) -> NDArray[np.float32]:
    """Return [N, 3] the probabilities of the outcomes."""
    with torch.inference_mode():
        odds: Tensor = model(torch.from_numpy(features))
        return odds.softmax(1).numpy()


def reliability(known: Judgements, probabilities: NDArray[np.float32]) -> Reliability:
    """Count how often spans that would be given were right, by their scores.

    Args:
        known: The spans; their weights are whole, and each counts so often.
        probabilities: [N, 3] of their outcomes.
    """
    count, right = np.zeros(STEPS, np.int64), np.zeros(STEPS, np.int64)
    given = probabilities[:, ABSENT] < 0.5
    step = (probabilities[:, RIGHT] * STEPS).astype(np.int64).clip(0, STEPS - 1)
    times = known.weights.astype(np.int64)
    np.add.at(count, step[given], times[given])
    np.add.at(right, step[given], (times * (known.outcomes == RIGHT))[given])
    return Reliability(tuple(count.tolist()), tuple(right.tolist()))


def _fitted(known: Judgements, hidden: int, epochs: int, seed: int) -> VerdictModel:
    """Fit a verdict to least weighted surprise."""
    chance = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    model = VerdictModel(known.features.shape[1], hidden)
    features, outcomes = torch.from_numpy(known.features), torch.from_numpy(known.outcomes)
    weights = torch.from_numpy(known.weights)
    model.mean.copy_(features.mean(0))
    model.scale.copy_(features.std(0).clamp_min(1e-3))
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=_DECAY)
    batches = max(len(features) // _BATCH, 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=epochs * batches)
    for _ in range(epochs):
        order = torch.randperm(len(features), generator=chance)
        for batch in order.tensor_split(batches):
            told = features[batch]
            silent = torch.rand(len(batch), generator=chance) < _UNHEARD
            told[silent[:, None] & torch.isin(torch.arange(told.shape[1]), _tagged())] = 0
            surprise = nn.functional.cross_entropy(model(told), outcomes[batch], reduction="none")
            loss = (surprise * weights[batch]).mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return model.eval()


def _tagged() -> Tensor:
    return torch.tensor(_TAGGED)
