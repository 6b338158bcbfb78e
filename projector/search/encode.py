"""Turn texts into what an index holds of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from projector.concepts.token_concepts import READING
from projector.search.index import IndexedText, text_hash
from projector.text.sentences import split_sentences

if TYPE_CHECKING:
    from torch import Tensor

    from projector.arrays import Ints
    from projector.concepts.token_concepts import TokenConcepts
    from projector.text.tokens import TokenizedText

Progress = Callable[[Sequence[str]], Iterator[str]]
_AT_ONCE = 16_384  # tokens that a device is given at once: bounds memory


def fingerprint_of(encoder: TokenConcepts) -> str:
    """Return a hash of all that a post-trained encoder's points depend on."""
    told = f"{encoder.encoder.fingerprint}\n{READING}"
    for weight in (encoder.views.token.weight, encoder.views.token.bias):
        told += "\n" + hashlib.sha256(weight.numpy(force=True).tobytes()).hexdigest()
    return hashlib.sha256(told.encode()).hexdigest()


def encoded(
    texts: Sequence[str],
    encoder: TokenConcepts,
    known: Mapping[str, IndexedText],
    *,
    progress: Progress = iter,
) -> dict[str, IndexedText]:
    """Return what an index holds of texts, by their hash; each is encoded once.

    Args:
        texts: At least one.
        encoder: Makes their vectors.
        known: What is held already.
        progress: Wraps those that are encoded.
    """
    parts = dict(known)
    new = {text_hash(text): text for text in texts}
    new = {key: text for key, text in new.items() if key not in parts}
    lot: list[tuple[str, TokenizedText]] = []
    for key in progress([*new]) if new else ():
        lot.append((key, encoder.tokenize(new[key])))
        if sum(len(tokens) for _, tokens in lot) >= _AT_ONCE:
            parts |= _encoded(lot, encoder)
            lot = []
    return parts | _encoded(lot, encoder)


def _encoded(
    lot: Sequence[tuple[str, TokenizedText]], encoder: TokenConcepts
) -> dict[str, IndexedText]:
    points = encoder.points_of([tokens for _, tokens in lot]) if lot else []
    return {key: _indexed(tokens, one) for (key, tokens), one in zip(lot, points, strict=True)}


def _indexed(tokens: TokenizedText, points: Tensor) -> IndexedText:
    sentences, starts = sentences_of(tokens)
    vectors = points.half().numpy(force=True)
    return IndexedText(vectors, tokens.offsets, sentences, starts)


def sentences_of(tokens: TokenizedText) -> tuple[Ints, Ints]:
    """Return [n, 2] the sentences of a text that have tokens, and [n + 1] where these begin."""
    spans = split_sentences(tokens.text)
    owner = np.searchsorted(spans[:, 1], tokens.offsets[:, 0], side="right")
    numbers, first = np.unique(owner, return_index=True)
    return spans[numbers], np.append(first, len(owner))
