"""Remember the vectors of recent texts, so that a text that recurs is encoded once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from projector.encode import Encoder
from projector.tokens import TokenizedText

if TYPE_CHECKING:
    from torch import Tensor

_TOKENS = 200_000  # about 300 MB of the default encoder's vectors


class RecentTexts:
    """An encoder that keeps what it encoded last, up to a number of tokens.

    A source document meets its translations one after another, and under several labels; whoever
    orders the pairs so that equal texts are near each other has each encoded once, in bounded
    memory.

    Args:
        encoder: Does the work.
        tokens: How many tokens' vectors are kept; a longer text is kept until the next.
    """

    def __init__(self, encoder: Encoder, *, tokens: int = _TOKENS) -> None:
        self._encoder = encoder
        self._limit = tokens
        self._tokenized: OrderedDict[str, TokenizedText] = OrderedDict()
        self._vectors: OrderedDict[str, Tensor] = OrderedDict()
        self._held = 0

    @property
    def name(self) -> str:
        """Return the encoder's name."""
        return self._encoder.name

    @property
    def fingerprint(self) -> str:
        """Return the encoder's fingerprint."""
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        """Return the width of its vectors."""
        return self._encoder.dimension

    def tokenize(self, text: str) -> TokenizedText:
        """Tokenise a text, or remember how."""
        known = self._tokenized.get(text)
        if known is None:
            known = self._tokenized[text] = self._encoder.tokenize(text)
            self._held += len(known)
            self._forget()
        else:
            self._tokenized.move_to_end(text)
        return known

    def encode(self, texts: Sequence[TokenizedText]) -> list[Tensor]:
        """Return the vectors of texts, encoding those not remembered in one call."""
        missing = list({one.text: one for one in texts if one.text not in self._vectors}.values())
        fresh = dict(zip((one.text for one in missing), self._encoder.encode(missing), strict=True))
        for text, vectors in fresh.items():
            if text in self._tokenized:
                self._vectors[text] = vectors
        return [fresh[one.text] if one.text in fresh else self._vectors[one.text] for one in texts]

    def _forget(self) -> None:
        """Drop the oldest texts beyond the limit, never the last two: the pair in hand."""
        while self._held > self._limit and len(self._tokenized) > 2:
            text, oldest = self._tokenized.popitem(last=False)
            self._vectors.pop(text, None)
            self._held -= len(oldest)
