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

from projector.coding.coder_folder import CODER_FILE, RERANKER, CoderFolder
from projector.coding.normalize import plain, unqualified
from projector.coding.retrieval.ranking import Ranking
from projector.errors import ModelError

if TYPE_CHECKING:
    from projector.coding.code_list import CodeList
    from projector.coding.coder import Retriever
    from projector.models.encoder import TransformerEncoder

HEAD_FILE = "reranker.safetensors"
SHORT_LIST = 50  # what a bi-encoder's recall is good at, and all that is read side by side
_PAIRS_AT_ONCE = 2048  # bounds memory; a pass takes fewer


@dataclass(frozen=True, slots=True, eq=False)
class CrossEncoder:
    """Score pairs of a mention and a description.

    Args:
        encoder: Reads both as one sequence, its special tokens between them.
        head: [1, d] weights on the mean of the tokens' vectors.
        context: Whether the sentence around the mention is read behind them.
        first_weight: What the first stage's score counts beside its own.
    """

    encoder: TransformerEncoder
    head: nn.Linear
    context: bool = False
    first_weight: float = 0.0

    def sequence(self, mention: str, description: str, context: str = "") -> NDArray[np.int64]:
        """Return the ids of a pair; each part has its share of the encoder's window at most."""
        encoder = self.encoder
        parts = [mention, description, *([context] if self.context and context else [])]
        marks = len(encoder.prefix) + (len(parts) + 1) * len(encoder.suffix)
        most = (encoder.view.window - marks) // len(parts)
        ids = list(encoder.prefix)
        for number, part in enumerate(parts):
            ids += [*(encoder.suffix if number == 1 else ()), *self._ids(part)[:most]]
            ids += encoder.suffix
        return np.array(ids, np.int64)

    def _ids(self, text: str) -> list[int]:
        return self.encoder.tokenizer.encode(text, add_special_tokens=False).ids

    def score_pooled(self, vectors: Tensor, lengths: Sequence[int]) -> Tensor:
        """Return [P] scores of pairs whose tokens' vectors [T, d] lie end to end."""
        means = torch.stack([part.mean(0) for part in torch.split(vectors, list(lengths))])
        scores: Tensor = self.head(means)[:, 0]
        return scores

    def predict(self, pairs: Sequence[tuple[str, ...]]) -> NDArray[np.float32]:
        """Return [P] scores; only their differences for one mention mean something."""
        from projector.models.packing import forward

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
                found[start : start + len(lengths)] = (
                    self.score_pooled(vectors, lengths).cpu().numpy()
                )
        return found


@dataclass(frozen=True, slots=True, eq=False)
class RetrieveRerank:
    """Find codes by another retriever, then reorder what it found.

    Args:
        codes: The list.
        first: Makes the short list.
        cross: Reorders it.
    """

    codes: CodeList
    first: Retriever
    cross: CrossEncoder

    def find(self, queries: Sequence[str], most: int, contexts: Sequence[str] = ()) -> Ranking:
        """Return the codes of M queries; a score is the code's share among the short list.

        A mention that is a code's name needs no reading: its ranking is the first stage's.

        Args:
            queries: Mentions.
            most: How many codes of each at most.
            contexts: The sentences around them, or none; read if the cross-encoder reads them.
        """
        short = self.first.find(queries, max(most, SHORT_LIST))
        read = (short.codes >= 0) & (short.scores[:, :1] < 1)
        rows, columns = (found.tolist() for found in np.nonzero(read))
        pairs = [
            (queries[row], self._read(short, row, at), contexts[row] if contexts else "")
            for row, at in zip(rows, columns, strict=True)
        ]
        scores = np.full(short.codes.shape, -np.inf, np.float32)
        scores[read] = self.cross.predict(pairs) + self.cross.first_weight * short.scores[read]
        order = np.argsort(-scores, axis=1, kind="stable")
        shares = _shares(np.take_along_axis(scores, order, 1))
        named = short.scores[:, 0] >= 1
        shares[named] = short.scores[named]
        return short.in_order(order, shares).top(most)

    def _read(self, short: Ranking, row: int, column: int) -> str:
        code, term = int(short.codes[row, column]), int(short.terms[row, column])
        return reading(self.codes, code, term)


def reading(codes: CodeList, code: int, term: int) -> str:
    """Return what is read of a code: the name that it was found by, and what it is called."""
    name, called = codes.terms[term].text, codes.description(code)
    return called if plain(unqualified(called)) == plain(unqualified(name)) else f"{name}; {called}"


def _shares(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the softmax of each row; minus infinity stays, for there is no code."""
    best = np.where(np.isfinite(scores[:, :1]), scores[:, :1], 0)
    weights = np.exp(scores - best)
    shares: NDArray[np.float32] = weights / np.maximum(weights.sum(1, keepdims=True), 1e-30)
    shares[~np.isfinite(scores)] = -np.inf
    return shares


def save_head(folder: Path, head: nn.Linear) -> None:
    """Write a reranker's head beside its encoder, and beside its adapter, which will do alone."""
    weights = {name: one.detach().cpu().contiguous() for name, one in head.state_dict().items()}
    for place in (folder, folder / "adapter"):
        if place.is_dir():
            save_file(weights, place / HEAD_FILE, metadata={"format": "pt"})


def load_cross_encoder(path: Path, *, device: str = "auto") -> tuple[CrossEncoder, str]:
    """Load a trained reranker, and return it with a hash of all that it depends on.

    Raises:
        ModelError: There is none in the folder.
    """
    from projector import models
    from projector.models.cache import file_hash
    from projector.models.encoder import TransformerEncoder

    folder = CoderFolder.read(path, RERANKER)
    encoder = models.load(str(folder.path), precision="fp32", device=device)
    assert isinstance(encoder, TransformerEncoder)
    head = nn.Linear(encoder.dimension, 1)
    try:
        head.load_state_dict(load_file(folder.path / HEAD_FILE))
        files = [file_hash(folder.path / name) for name in (HEAD_FILE, CODER_FILE)]
        identity = "\n".join([encoder.fingerprint, *files])
    except (OSError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"{path}: its head can't be read ({error}); train it again") from error
    fingerprint = hashlib.sha256(identity.encode()).hexdigest()
    head = head.eval().to(encoder.device)
    cross = CrossEncoder(encoder, head, folder.context, folder.first_weight)
    return cross, fingerprint
