"""Find the spans of a text in a head's scores, and how likely each is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from projector.tagging.bio import bio_spans

if TYPE_CHECKING:
    from torch import Tensor

    from projector.tagging.head import Head


@dataclass(frozen=True, slots=True, eq=False)
class FoundSpans:
    """The spans of one type in a text.

    Args:
        label: The type.
        spans: [N, 2] half-open characters, in text order.
        probabilities: [N] how likely each is to be right to both edges, by the head's own word.
    """

    label: str
    spans: NDArray[np.int64]
    probabilities: NDArray[np.float64]


def find_spans(
    head: Head, types: Sequence[str], scores: Tensor, offsets: NDArray[np.int64]
) -> Iterator[FoundSpans]:
    """Yield what the best labels of a text say, type by type.

    Args:
        head: Gave the scores.
        types: E of them.
        scores: [T, E, 3] of a text's tokens; T is at least 1.
        offsets: [T, 2] the tokens' characters.
    """
    tokens = np.arange(len(offsets))
    with torch.inference_mode():
        labels = head.decode(scores).cpu().numpy()
        for kind, label in enumerate(types):
            spans = bio_spans(labels[:, kind], np.stack([tokens, tokens + 1], 1))
            tokens_of = torch.from_numpy(spans).to(scores.device)
            likely = head.span_probabilities(scores, kind, tokens_of)
            characters = np.stack([offsets[spans[:, 0], 0], offsets[spans[:, 1] - 1, 1]], 1)
            yield FoundSpans(label, characters, likely.double().cpu().numpy())
