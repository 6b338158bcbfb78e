"""Encode each sentence once: texts that are spoilt in one place differ in no other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch

from projector.models.edge_model import Edges
from projector.models.encoder import Encoder
from projector.text.tokens import TokenizedText


class SentenceMemory:
    """Encode as another encoder does, segment by segment, and remember each.

    Vectors may differ from the other's in their last bits: segments are packed differently.

    Args:
        encoder: Does the work.
        most: Segments to remember; then all are forgotten.
    """

    def __init__(self, encoder: Encoder, *, most: int = 20_000) -> None:
        self._encoder = encoder
        self._most = most
        self._kept: dict[bytes, torch.Tensor] = {}

    @property
    def name(self) -> str:
        """Return what the user calls the encoder."""
        return self._encoder.name

    @property
    def fingerprint(self) -> str:
        """Return the encoder's fingerprint."""
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        """Return the width d of its vectors."""
        return self._encoder.dimension

    @property
    def edges(self) -> Edges | None:
        """Return the encoder's edge model."""
        return self._encoder.edges

    def tokenize(self, text: str) -> TokenizedText:
        """Tokenise a text as the encoder does."""
        return self._encoder.tokenize(text)

    def encode(self, texts: Sequence[TokenizedText]) -> list[torch.Tensor]:
        """Return [T, d] vectors for each text."""
        if len(self._kept) > self._most:
            self._kept.clear()
        return [self._vectors(text) for text in texts]

    def _vectors(self, text: TokenizedText) -> torch.Tensor:
        if not len(text):
            return self._encoder.encode([text])[0]
        cuts = [0, *(np.flatnonzero(np.diff(text.segments)) + 1).tolist(), len(text)]
        segments = {text.ids[start:end].tobytes(): (start, end) for start, end in pairwise(cuts)}
        new = {ids: place for ids, place in segments.items() if ids not in self._kept}
        if new:
            sizes = [end - start for start, end in new.values()]
            index = np.concatenate([np.arange(start, end) for start, end in new.values()])
            numbers = np.repeat(np.arange(len(sizes)), sizes)
            some = TokenizedText(text.text, text.ids[index], text.offsets[index], numbers)
            self._kept.update(
                zip(new, torch.split(self._encoder.encode([some])[0], sizes), strict=True)
            )
        return torch.cat(
            [self._kept[text.ids[start:end].tobytes()] for start, end in pairwise(cuts)]
        )
