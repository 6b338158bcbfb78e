"""Reorder a short list: a cross-encoder reads mention and description side by side."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from projector.coding.folder import RERANKER, CoderFolder
from projector.coding.ranking import Ranking
from projector.errors import ModelError

if TYPE_CHECKING:
    from projector.coding.coder import Finder
    from projector.coding.codes import CodeList
    from projector.encode import TransformerEncoder

HEAD_FILE = "reranker.safetensors"
SHORT_LIST = 50  # what a bi-encoder's recall is good at, and all that is read side by side
_PAIRS_AT_ONCE = 2048  # bounds memory; a pass takes fewer


@dataclass(frozen=True, slots=True, eq=False)
class CrossEncoder:
    """Score pairs of a mention and a description.

    Args:
        encoder: Reads both as one sequence, its special tokens between them.
        head: [1, d] weights on the mean of the tokens' vectors.
    """

    encoder: TransformerEncoder
    head: nn.Linear

    def sequence(self, mention: str, description: str) -> NDArray[np.int64]:
        """Return the ids of a pair; each side has half of the encoder's window at most."""
        encoder = self.encoder
        most = (encoder.view.window - len(encoder.prefix) - 3 * len(encoder.suffix)) // 2
        ids = [
            *encoder.prefix,
            *self._ids(mention)[:most],
            *(encoder.suffix * 2),
            *self._ids(description)[:most],
            *encoder.suffix,
        ]
        return np.array(ids, np.int64)

    def _ids(self, text: str) -> list[int]:
        return self.encoder.tokenizer.encode(text, add_special_tokens=False).ids

    def pooled(self, vectors: Tensor, lengths: Sequence[int]) -> Tensor:
        """Return [P] scores of pairs whose tokens' vectors [T, d] lie end to end."""
        means = torch.stack([part.mean(0) for part in torch.split(vectors, list(lengths))])
        scores: Tensor = self.head(means)[:, 0]
        return scores

    def scores(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Return [P] scores; only their differences for one mention mean something."""
        from projector.models.forward import forward

        found = np.zeros(len(pairs), np.float32)
        for start in range(0, len(pairs), _PAIRS_AT_ONCE):
            sequences = [self.sequence(*pair) for pair in pairs[start : start + _PAIRS_AT_ONCE]]
            lengths = [len(one) for one in sequences]
            kept = np.stack([np.zeros(len(lengths), np.int64), lengths], 1)
            vectors = forward(
                self.encoder.model,
                sequences,
                kept,
                first_position=self.encoder.first_position,
                packed=self.encoder.packed,
            )
            with torch.inference_mode():
                found[start : start + len(lengths)] = self.pooled(vectors, lengths).cpu().numpy()
        return found


@dataclass(frozen=True, slots=True, eq=False)
class TwoStages:
    """Find codes by another finder, then reorder what it found.

    Args:
        codes: The list.
        first: Makes the short list.
        cross: Reorders it.
    """

    codes: CodeList
    first: Finder
    cross: CrossEncoder

    def find(self, queries: Sequence[str], most: int) -> Ranking:
        """Return the codes of M queries; a score is the code's share among the short list."""
        short = self.first.find(queries, max(most, SHORT_LIST))
        pairs = [
            (query, self.codes.description(code))
            for row, query in enumerate(queries)
            for code, _ in short.row(row)
        ]
        scores = np.full(short.codes.shape, -np.inf, np.float32)
        scores[short.codes >= 0] = self.cross.scores(pairs)
        order = np.argsort(-scores, axis=1, kind="stable")
        codes = np.take_along_axis(short.codes, order, 1)
        return Ranking(codes, _shares(np.take_along_axis(scores, order, 1))).top(most)


def _shares(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the softmax of each row; minus infinity stays, for there is no code."""
    best = np.where(np.isfinite(scores[:, :1]), scores[:, :1], 0)
    weights = np.exp(scores - best)
    shares: NDArray[np.float32] = weights / np.maximum(weights.sum(1, keepdims=True), 1e-30)
    shares[~np.isfinite(scores)] = -np.inf
    return shares


def save_head(folder: Path, head: nn.Linear) -> None:
    """Write a reranker's head beside its encoder."""
    weights = {name: one.detach().cpu().contiguous() for name, one in head.state_dict().items()}
    save_file(weights, folder / HEAD_FILE, metadata={"format": "pt"})


def load_cross_encoder(path: Path, *, device: str = "auto") -> tuple[CrossEncoder, str]:
    """Load a trained reranker, and return it with a hash of all that it depends on.

    Raises:
        ModelError: There is none in the folder.
    """
    from projector import models
    from projector.encode import TransformerEncoder
    from projector.models.cache import file_hash

    folder = CoderFolder.read(path, RERANKER)
    encoder = models.load(str(folder.path), precision="fp32", device=device)
    assert isinstance(encoder, TransformerEncoder)
    head = nn.Linear(encoder.dimension, 1)
    try:
        head.load_state_dict(load_file(folder.path / HEAD_FILE))
        identity = f"{encoder.fingerprint}\n{file_hash(folder.path / HEAD_FILE)}"
    except (OSError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"{path}: its head can't be read ({error}); train it again") from error
    fingerprint = hashlib.sha256(identity.encode()).hexdigest()
    return CrossEncoder(encoder, head.eval().to(encoder.device)), fingerprint
