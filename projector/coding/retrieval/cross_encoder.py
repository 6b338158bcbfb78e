"""Score pairs: a cross-encoder reads mention and description side by side."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save
from torch import Tensor, nn

from projector import models
from projector.coding.coder_folder import CODER_FILE, RERANKER, CoderFolder
from projector.errors import ModelError
from projector.models.packing import forward
from projector.models.transformer_encoder import TransformerEncoder
from projector.models.weights import read_state
from projector.storage.hashes import file_hash

HEAD_FILE = "reranker.safetensors"
SHORT_LIST = 50  # what a bi-encoder's recall is good at
_PAIRS_AT_ONCE = 2048  # bounds memory; a pass takes fewer


@dataclass(frozen=True, slots=True, eq=False)
class CrossEncoder:
    """Score pairs of a mention and a description.

    Args:
        encoder: Reads both as one sequence, its special tokens between them.
        head: [1, d] weights on the mean of the tokens' vectors.
        context: Whether the sentence around the mention is read behind them.
        first_weight: What the first stage's score counts beside its own.
        short_list: How many of what the first stage finds are read.
    """

    encoder: TransformerEncoder
    head: nn.Linear
    context: bool = False
    first_weight: float = 0.0
    short_list: int = SHORT_LIST

    def sequence(self, mention: str, description: str, context: str = "") -> NDArray[np.int64]:
        """Return the ids of a pair; each part has its share of the encoder's window at most."""
        encoder = self.encoder
        parts = [mention, description, *([context] if self.context and context else [])]
        marks = len(encoder.prefix) + (len(parts) + 1) * len(encoder.suffix)
        most = (encoder.view.window - marks) // len(parts)
        ids = list(encoder.prefix)
        for number, part in enumerate(parts):
            ids += [*(encoder.suffix if number == 1 else ()), *self.encoder.pieces(part).ids[:most]]
            ids += encoder.suffix
        return np.array(ids, np.int64)

    def score_pooled(self, vectors: Tensor, lengths: Sequence[int]) -> Tensor:
        """Return [P] scores of pairs whose tokens' vectors [T, d] lie end to end."""
        means = torch.stack([part.mean(0) for part in torch.split(vectors, list(lengths))])
        scores: Tensor = self.head(means)[:, 0]
        return scores

    def predict(self, pairs: Sequence[tuple[str, ...]]) -> NDArray[np.float32]:
        """Return [P] scores; only their differences for one mention mean something.

        Raises:
            ModelError: They are no numbers.
        """
        scores = np.zeros(len(pairs), np.float32)
        for start in range(0, len(pairs), _PAIRS_AT_ONCE):
            sequences = [self.sequence(*pair) for pair in pairs[start : start + _PAIRS_AT_ONCE]]
            self.encoder.check_ids(sequences)
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
                scores[start : start + len(lengths)] = (
                    self.score_pooled(vectors, lengths).cpu().numpy()
                )
        if not np.isfinite(scores).all():
            raise ModelError(
                f"{self.encoder.name}: its scores are NaN or infinite; expected numbers. Its "
                "weights are damaged: train it again"
            )
        return scores


def save_head(folder: Path, head: nn.Linear) -> None:
    """Write a reranker's head beside its encoder, and beside its adapter, which will do alone."""
    weights = {name: one.detach().cpu().contiguous() for name, one in head.state_dict().items()}
    for holder in (folder, folder / "adapter"):
        if holder.is_dir():
            # As any other file: what the library writes itself is its owner's only.
            (holder / HEAD_FILE).write_bytes(save(weights, metadata={"format": "pt"}))


def load_cross_encoder(path: Path, *, device: str = "auto") -> tuple[CrossEncoder, str]:
    """Load a trained reranker, and return it with a hash of all that it depends on.

    Raises:
        ModelError: There is none in the folder.
    """
    folder = CoderFolder.read(path, RERANKER)
    encoder = models.load(folder.path, precision="fp32", device=device)
    assert isinstance(encoder, TransformerEncoder)
    parts = 3 if folder.context else 2
    least = len(encoder.prefix) + (parts + 1) * len(encoder.suffix) + parts
    if encoder.view.window < least:
        raise ModelError(
            f"{folder.path}: it has a window of {encoder.view.window} tokens; expected at least "
            f"{least}, for {parts} texts beside each other"
        )
    head = nn.Linear(encoder.dimension, 1)
    try:
        head.load_state_dict(read_state(folder.path / HEAD_FILE, head, "a weight for each number"))
    except ModelError as error:
        raise ModelError(f"{path}: its head can't be read ({error}); train it again") from error
    files = [file_hash(folder.path / name) for name in (HEAD_FILE, CODER_FILE)]
    identity = "\n".join([encoder.fingerprint, *files])
    fingerprint = hashlib.sha256(identity.encode()).hexdigest()
    head = head.eval().to(encoder.device)
    cross = CrossEncoder(
        *(encoder, head, folder.context, folder.first_weight),
        SHORT_LIST if folder.short_list is None else folder.short_list,
    )
    return cross, fingerprint
