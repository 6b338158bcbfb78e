"""Turn texts into token vectors: what an encoder is, and one that remembers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from projector.text.tokens import TokenizedText

if TYPE_CHECKING:
    import torch

    from projector.models.edge_model import Edges
    from projector.settings import Granularity


TextKey = tuple[str, bytes, bytes]
_TEXTS = 3  # of which the tokens are remembered: a source, its translation and the next one


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

    @property
    def edges(self) -> Edges | None:
        """Return what was learned, from its vectors, of the edges of spans; None: nothing."""

    def tokenize(self, text: str) -> TokenizedText:
        """Tokenise a text; every segment is encoded by itself."""

    def encode(self, texts: Sequence[TokenizedText]) -> list[torch.Tensor]:
        """Return [T, d] float32 vectors for each text, on the encoder's device."""


class CachedEncoder:
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
        self._kept: OrderedDict[TextKey, torch.Tensor] = OrderedDict()
        self._tokenized: OrderedDict[str, TokenizedText] = OrderedDict()

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

    @property
    def edges(self) -> Edges | None:
        """Return the encoder's edge model."""
        return self._encoder.edges

    def tokenize(self, text: str) -> TokenizedText:
        """Tokenise a text as the encoder does; what it gives is shared, not to be written to."""
        if text not in self._tokenized:
            self._tokenized[text] = self._encoder.tokenize(text)
            if len(self._tokenized) > _TEXTS:
                self._tokenized.popitem(last=False)
        self._tokenized.move_to_end(text)
        return self._tokenized[text]

    def encode(self, texts: Sequence[TokenizedText]) -> list[torch.Tensor]:
        """Return [T, d] float32 vectors for each text; they are shared, not to be written to."""
        new = {text_key(text): text for text in texts if text_key(text) not in self._kept}
        self._kept.update(zip(new, self._encoder.encode(list(new.values())), strict=True))
        vectors = [self._kept[text_key(text)] for text in texts]
        for text in texts:
            self._kept.move_to_end(text_key(text))
        used = sum(vector.nbytes for vector in self._kept.values())
        while used > self._memory:
            used -= self._kept.popitem(last=False)[1].nbytes
        return vectors


def text_key(text: TokenizedText) -> TextKey:
    """Return all that a text's vectors depend on."""
    return text.text, text.ids.tobytes(), text.segments.tobytes()
