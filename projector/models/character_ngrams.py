"""Encode without weights: words as hashed character n-grams, for tests and dry runs.

Words that are equal or look alike (cognates, names, numbers) get similar vectors, so that a
projection between related languages works after a fashion, in milliseconds and with the same bits
everywhere.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.text.sentences import split_sentences
from projector.text.tokens import Pieces, TokenizedText, tokenize_stretches

if TYPE_CHECKING:
    import torch

DIMENSION = 128
VERSION = 1  # raise it when vectors or tokens change
_TOKEN = re.compile(r"\w[\w\u0300-\u036f]*|[^\w\s]")  # accents may be combining marks
_SIZES = (2, 3, 4)  # characters in an n-gram


@dataclass(frozen=True, slots=True)
class TinyEncoder:
    """Encode every word by its character n-grams and, weakly, its neighbours."""

    name: str = "tiny"
    fingerprint: str = f"tiny-{VERSION}"
    dimension: int = DIMENSION
    edges: None = None  # nothing was learned

    def tokenize(self, text: str) -> TokenizedText:
        """Tokenise a text into words and punctuation marks, sentence by sentence."""
        return tokenize_stretches(text, split_sentences(text), _pieces)

    def encode(self, texts: Sequence[TokenizedText]) -> list[torch.Tensor]:
        """Return [T, d] float32 vectors of length 1 for each text."""
        import torch

        return [torch.from_numpy(_encode(text)) for text in texts]


def _pieces(stretch: str) -> Pieces:
    matches = list(_TOKEN.finditer(stretch))
    tokens = [match.group() for match in matches]
    ids = [int.from_bytes(_hash(token)[:4], "little") for token in tokens]
    return Pieces(ids, [match.span() for match in matches], tokens)


def _encode(text: TokenizedText) -> NDArray[np.float32]:
    words = [text.text[start:end] for start, end in text.offsets.tolist()]
    if not words:
        return np.empty((0, DIMENSION), np.float32)
    vectors = np.stack([_vector(word) for word in words])
    mixed = vectors.copy()
    beside = np.float32(0.2) * (text.segments[1:] == text.segments[:-1])[:, None]
    mixed[1:] += vectors[:-1] * beside
    mixed[:-1] += vectors[1:] * beside
    mixed /= np.sqrt(np.square(mixed).sum(1, keepdims=True))
    return mixed


@lru_cache(maxsize=100_000)
def _vector(word: str) -> NDArray[np.float32]:
    """Return the unit vector of a word: the sum of its n-grams' random signs, accents ignored."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c)) or word
    framed = f"<{plain}>"
    grams = {framed} | {
        framed[start : start + size] for size in _SIZES for start in range(len(framed) - size + 1)
    }
    total = np.zeros(DIMENSION, np.float32)
    for gram in sorted(grams):
        bits = np.unpackbits(np.frombuffer(_hash(gram), np.uint8))
        total += bits.astype(np.float32) * 2 - 1
    total /= np.sqrt(np.square(total).sum())
    return total


def _hash(text: str) -> bytes:
    """Return DIMENSION bits that are the same in every process and on every machine."""
    return hashlib.blake2b(
        text.encode("utf-8", "surrogatepass"), digest_size=DIMENSION // 8
    ).digest()
