"""Turn texts into token vectors: what an encoder is, and the one that runs a transformer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from projector.text.sentences import split_sentences
from projector.text.tokens import Pieces, TokenizedText, tokenize_stretches, windows

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer
    from transformers import PreTrainedModel

    from projector.settings import Granularity


_Key = tuple[str, bytes, bytes]


@dataclass(frozen=True, slots=True)
class View:
    """What a model sees of a text at once, and where it is read.

    Args:
        layer: Hidden layer that is read, 0 being the embeddings.
        granularity: Whether sentences or windows as long as possible are encoded at once.
        window: Tokens encoded at once at most, special tokens not counted.
        overlap: Tokens that neighbouring windows share at least.
    """

    layer: int
    granularity: Granularity
    window: int
    overlap: int


class Encoder(Protocol):
    """Tokenise texts and give every token a vector.

    A text's vectors depend on that text alone, never on what else is encoded in the same call.
    """

    @property
    def name(self) -> str:
        """Return what the user calls it."""

    @property
    def fingerprint(self) -> str:
        """Return a hash of all that decides its vectors: weights, layer, windows, precision."""

    @property
    def dimension(self) -> int:
        """Return the width d of its vectors."""

    def tokenize(self, text: str) -> TokenizedText:
        """Tokenise a text; every segment is encoded by itself."""

    def encode(self, texts: Sequence[TokenizedText]) -> list[torch.Tensor]:
        """Return [T, d] float32 vectors for each text, on the encoder's device."""


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
    """

    name: str
    fingerprint: str
    dimension: int
    view: View
    precision: str
    tokenizer: Tokenizer = field(repr=False)
    prefix: tuple[int, ...]
    suffix: tuple[int, ...]
    first_position: int
    packed: bool
    model: PreTrainedModel = field(repr=False)

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
        return tokenize_stretches(text, stretches, self._pieces)

    def _pieces(self, stretch: str) -> Pieces:
        encoding = self.tokenizer.encode(stretch, add_special_tokens=False)
        return Pieces(encoding.ids, encoding.offsets, encoding.tokens)

    def encode(self, texts: Sequence[TokenizedText]) -> list[torch.Tensor]:
        """Return [T, d] float32 vectors for each text, on the model's device.

        Identical texts are encoded once a call and share their vectors. Forward passes never mix
        texts, so that a text's vectors are the same bits whatever else is in the call.
        """
        done: dict[_Key, torch.Tensor] = {}
        for text in texts:
            key = _key(text)
            if key not in done:
                done[key] = self._encode(text)
        return [done[_key(text)] for text in texts]

    def _encode(self, text: TokenizedText) -> torch.Tensor:
        from projector.models.packing import forward

        cuts = segment_windows(text, window=self.view.window, overlap=self.view.overlap)
        sequences = [
            np.concatenate((self.prefix, text.ids[start:end], self.suffix)).astype(np.int64)
            for start, end, _, _ in cuts.tolist()
        ]
        first = len(self.prefix) + cuts[:, 2] - cuts[:, 0]
        kept = np.stack([first, first + cuts[:, 3] - cuts[:, 2]], 1)
        return forward(
            self.model,
            sequences,
            kept,
            first_position=self.first_position,
            packed=self.packed,
        )


class RecentTexts:
    """Encode as another encoder does, but remember the vectors of the texts last asked for.

    A document that is the source of several translations, or that comes back under another
    label, is encoded once as long as it comes back soon; memory stays bounded.

    Args:
        encoder: Does the work.
        memory: Bytes of vectors to keep at most between calls.
    """

    def __init__(self, encoder: Encoder, *, memory: int = 256 * 1024**2) -> None:
        self._encoder = encoder
        self._memory = memory
        self._kept: OrderedDict[_Key, torch.Tensor] = OrderedDict()

    @property
    def name(self) -> str:
        """Return what the user calls the encoder."""
        return self._encoder.name

    @property
    def fingerprint(self) -> str:
        """Return the encoder's fingerprint: remembering changes no vector."""
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        """Return the width d of its vectors."""
        return self._encoder.dimension

    def tokenize(self, text: str) -> TokenizedText:
        """Tokenise a text as the encoder does."""
        return self._encoder.tokenize(text)

    def encode(self, texts: Sequence[TokenizedText]) -> list[torch.Tensor]:
        """Return [T, d] float32 vectors for each text; they are shared, not to be written to."""
        new = {_key(text): text for text in texts if _key(text) not in self._kept}
        self._kept.update(zip(new, self._encoder.encode(list(new.values())), strict=True))
        vectors = [self._kept[_key(text)] for text in texts]
        for text in texts:
            self._kept.move_to_end(_key(text))
        used = sum(vector.nbytes for vector in self._kept.values())
        while used > self._memory:
            used -= self._kept.popitem(last=False)[1].nbytes
        return vectors


def _key(text: TokenizedText) -> _Key:
    """Return all that a text's vectors depend on."""
    return text.text, text.ids.tobytes(), text.segments.tobytes()


def segment_windows(text: TokenizedText, *, window: int, overlap: int) -> NDArray[np.int64]:
    """Cut every segment of a text into windows of at most `window` tokens.

    Returns:
        [W, 4] rows (start, end, first kept, end of kept) of token indices; the kept ranges
        partition the text's tokens.
    """
    borders = np.flatnonzero(np.diff(text.segments, prepend=-1, append=-1))
    rows = [
        windows(end - start, window=window, overlap=overlap) + start
        for start, end in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True)
    ]
    return np.concatenate(rows) if rows else np.empty((0, 4), np.int64)
