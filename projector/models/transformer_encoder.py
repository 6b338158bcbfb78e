"""Run a transformer over a text's windows and read its token vectors at one layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from projector.errors import ModelError
from projector.models.encoder import View, text_key
from projector.models.foreign_errors import foreign_reading
from projector.text.sentences import split_sentences
from projector.text.tokens import Pieces, TokenizedText, tokenize_stretches
from projector.text.windows import segment_windows

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray
    from transformers import PreTrainedModel

    from projector.models.bert import Bert
    from projector.models.edge_model import Edges
    from projector.models.text_tokenizer import TextTokenizer


@dataclass(frozen=True, slots=True, eq=False)
class TransformerEncoder:
    """Encode with a transformer: sentence by sentence or in long windows, read at one layer.

    Args:
        name: What the user calls it.
        fingerprint: Hash of weights, tokenizer, layer, granularity, windows and precision.
        dimension: Width of its vectors.
        view: What it sees of a text at once, and where it is read.
        precision: `fp32`, `bf16` or `fp16`, as resolved.
        tokenizer: Fast tokenizer; truncation and padding off.
        prefix, suffix: Ids of the special tokens put around every window.
        first_position: Id of the first position (RoBERTa's begin behind the padding id).
        packed: Whether the model's attention can be kept within each window of a pack.
        model: In evaluation mode; its depth is the layer that is read.
        edges: What was learned of the edges of spans from its vectors; None: nothing.
    """

    name: str
    fingerprint: str
    dimension: int
    view: View
    precision: str
    tokenizer: TextTokenizer = field(repr=False)
    prefix: tuple[int, ...]
    suffix: tuple[int, ...]
    first_position: int
    packed: bool
    model: PreTrainedModel | Bert = field(repr=False)
    edges: Edges | None = field(default=None, repr=False)

    @property
    def device(self) -> torch.device:
        """Return where the model and its vectors are."""
        return self.model.device

    def tokenize(self, text: str) -> TokenizedText:
        """Tokenise a text; its segments are sentences, or the whole text in window granularity."""
        if self.view.granularity == "sentence":
            stretches = split_sentences(text)
        else:
            stretches = np.array([[0, len(text)]], np.int64)
        return tokenize_stretches(text, stretches, self.pieces)

    def pieces(self, stretch: str) -> Pieces:
        """Return the pieces of some text as its tokenizer cuts it, special tokens left out.

        Raises:
            ModelError: Its tokenizer fails at it.
        """
        with foreign_reading(f"{self.name}: its tokenizer", "pieces of a text"):
            encoding = self.tokenizer.encode(stretch, add_special_tokens=False)
        return Pieces(encoding.ids, encoding.offsets, encoding.tokens)

    def encode(self, texts: Sequence[TokenizedText]) -> list[torch.Tensor]:
        """Return [T, d] float32 vectors for each text, on the model's device.

        Identical texts are encoded once a call and share their vectors. On a processor forward
        passes never mix texts, so that a text's vectors are the same bits whatever else is in the
        call; elsewhere they are filled with all of them, and are all of one size.

        Raises:
            ModelError: Its tokenizer is another model's, or its vectors are no numbers.
        """
        distinct = {text_key(text): text for text in texts}
        if self.device.type == "cpu":
            vectors = [self.vectors(text) for text in distinct.values()]
        else:
            vectors = self.vectors_of(list(distinct.values()))
        done = dict(zip(distinct, vectors, strict=True))
        return [done[text_key(text)] for text in texts]

    @property
    def pass_tokens(self) -> int:
        """Return how many tokens its device takes at once."""
        from projector.models.packing import pass_tokens

        return pass_tokens(self.model)

    def vectors(self, text: TokenizedText) -> torch.Tensor:
        """Return [T, d] float32 vectors of a text, see `encode`."""
        return self.vectors_of([text])[0]

    def vectors_of(self, texts: Sequence[TokenizedText]) -> list[torch.Tensor]:
        """Return [T, d] float32 vectors of each text, encoded in passes that all of them fill."""
        vectors = self.started(texts)
        self.check_vectors(vectors)
        return vectors

    def started(self, texts: Sequence[TokenizedText]) -> list[torch.Tensor]:
        """Have the device encode texts, as `vectors_of`; nobody waits for it, or checks them."""
        import torch

        from projector.models.packing import forward

        parts = [self._windows(text) for text in texts]
        sequences = [sequence for windows, _ in parts for sequence in windows]
        self.check_ids(sequences)
        kept = np.concatenate([np.empty((0, 2), np.int64), *(kept for _, kept in parts)])
        vectors = forward(
            self.model,
            sequences,
            kept,
            first_position=self.first_position,
            packed=self.packed,
        )
        return list(torch.split(vectors, [len(text) for text in texts]))

    def check_vectors(self, vectors: Sequence[torch.Tensor]) -> None:
        """Refuse vectors that are no numbers.

        Raises:
            ModelError: Some of a text's are not.
        """
        for of_text in vectors:
            if not of_text.isfinite().all():
                raise ModelError(
                    f"{self.name}: its vectors of a text of {len(of_text)} tokens are NaN or "
                    f"infinite in {self.precision}; expected numbers. Try --precision fp32; where "
                    "that doesn't help its weights are damaged: fetch or train it again"
                )

    def _windows(self, text: TokenizedText) -> tuple[list[NDArray[np.int64]], NDArray[np.int64]]:
        """Return a text's windows with their special tokens, and [S, 2] what to keep of each."""
        cuts = segment_windows(text, window=self.view.window, overlap=self.view.overlap)
        sequences = [
            np.concatenate((self.prefix, text.ids[start:end], self.suffix)).astype(np.int64)
            for start, end, _, _ in cuts.tolist()
        ]
        first = len(self.prefix) + cuts[:, 2] - cuts[:, 0]
        return sequences, np.stack([first, first + cuts[:, 3] - cuts[:, 2]], 1)

    def check_ids(self, sequences: Sequence[NDArray[np.int64]]) -> None:
        """Refuse ids that the model has no embedding of.

        Raises:
            ModelError: There are such: its tokenizer is another model's.
        """
        rows = self.model.config.vocab_size
        largest = max((int(ids.max(initial=0)) for ids in sequences), default=0)
        if largest >= rows:
            raise ModelError(
                f"{self.name}: its tokenizer gives the id {largest}, and the model has {rows} "
                "embeddings; expected the tokenizer.json that it was trained with"
            )
