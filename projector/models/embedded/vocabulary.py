"""Tokenise with as much of a large vocabulary as a text can need.

The embedded model has a quarter of a million pieces, and a tokenizer of all of them takes half a
second and 200 MB. A few sentences are cut by a tokenizer of those pieces each that they hold; when
more come, by one of the pieces in Latin and Greek letters, in half the time and memory. Either
cuts every such text as the whole one does, which is loaded for many of any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.models.embedded.piece_index import PieceIndex, codes_of
from projector.models.embedded.tokenizer import build_tokenizer, normalizer

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

    from projector.models.embedded.weight_file import WeightFile
    from projector.models.text_tokenizer import Pieced

# Letters of other alphabets than Latin and Greek, first and last; signs and emoji are nobody's.
_OTHER_LETTERS = (
    *((0x400, 0x1DFF), (0x2C00, 0x2DFF), (0x2E80, 0xD7FF), (0xF900, 0xFAFF), (0xFB1D, 0xFDFF)),
    *((0xFE70, 0xFEFE), (0x10000, 0x1EFFF), (0x20000, 0x10FFFF)),
)
_OTHER = re.compile(f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in _OTHER_LETTERS)}]")
_BEYOND_GREEK = re.compile("[^\0-\u03ff]")
_FEW = 300  # sentences that are cut one by one: in half the time that a larger tokenizer takes
_LONG = 2_000  # characters of a text that isn't cut so
_SPACE = "▁"


@dataclass(frozen=True)
class VocabularyTokenizer:
    """The embedded model's tokenizer.

    Args:
        weights: Hold its vocabulary.
    """

    weights: WeightFile

    def encode(self, sequence: str, *, add_special_tokens: bool = True) -> Pieced:
        """Cut a text into tokens, as the whole vocabulary's tokenizer does."""
        few = "_european" not in vars(self) and len(sequence) <= _LONG and next(self._cut) < _FEW
        # What is normalised is what pieces are sought in.
        if few:
            spaced = normalizer().normalize_str(sequence).replace(" ", _SPACE)
            part = self._part(self._index.within(_SPACE + spaced))
            return part.encode(sequence, add_special_tokens)
        # Latin and Greek stay what they are.
        if not _BEYOND_GREEK.search(sequence) or not _OTHER.search(
            normalizer().normalize_str(sequence)
        ):
            return self._european.encode(sequence, add_special_tokens)
        return self.whole.encode(sequence, add_special_tokens=add_special_tokens)

    def expect_many(self) -> None:
        """Get ready for many texts, rather than when there have been some."""
        self._european  # noqa: B018 it is built when it is first asked for

    def save(self, path: str, pretty: bool = True) -> None:
        """Write `tokenizer.json`, of the whole vocabulary."""
        self.whole.save(path, pretty=pretty)

    @cached_property
    def whole(self) -> Tokenizer:
        """Return the tokenizer of the whole vocabulary."""
        weights = self.weights
        ids = weights.bos, weights.eos, weights.unk
        return build_tokenizer(
            weights.pieces, weights.scores.tolist(), bos=ids[0], eos=ids[1], unk=ids[2]
        )

    @cached_property
    def _cut(self) -> Iterator[int]:
        """Count the sentences that were cut one by one."""
        return count()

    @cached_property
    def _index(self) -> PieceIndex:
        return PieceIndex.of(self.weights)

    @cached_property
    def _least(self) -> int:
        """Return the piece whose score decides what an unknown letter costs; it is never met."""
        return int(self.weights.scores.argmin())

    @cached_property
    def _european(self) -> _Part:
        part = self._part(_european_pieces(self._index))
        vars(self).pop("_index", None)  # nobody asks it any more
        return part

    def _part(self, pieces: NDArray[np.int64]) -> _Part:
        """Return a tokenizer of some pieces, and of those that it can't do without."""
        weights = self.weights
        special = (weights.bos, weights.eos, weights.unk, self._least)
        kept = np.union1d(pieces, special)
        bos, eos, unk, _ = np.searchsorted(kept, special).tolist()
        tokenizer = build_tokenizer(
            self._index.pieces(kept), weights.scores[kept].tolist(), bos=bos, eos=eos, unk=unk
        )
        return _Part(tokenizer, kept)


def _european_pieces(index: PieceIndex) -> NDArray[np.int64]:
    """Return the ids of the pieces without letters of other alphabets."""
    codes = codes_of(index.text)
    is_other = np.zeros(len(codes), np.bool_)
    for first, last in _OTHER_LETTERS:
        is_other |= (codes >= first) & (codes <= last)
    other = np.zeros(len(codes) + 1, np.int64)  # so many before each character
    np.cumsum(is_other, out=other[1:])
    return np.flatnonzero(other[index.bounds[1:]] == other[index.bounds[:-1]])


@dataclass(frozen=True, slots=True)
class _Part:
    """A tokenizer of some pieces of a vocabulary.

    Args:
        tokenizer: With ids of its own.
        ids: Those of the whole vocabulary.
    """

    tokenizer: Tokenizer
    ids: NDArray[np.int64]

    def encode(self, text: str, add_special_tokens: bool) -> _Encoded:
        encoding = self.tokenizer.encode(text, add_special_tokens=add_special_tokens)
        return _Encoded(self.ids[encoding.ids].tolist(), encoding)


@dataclass(frozen=True, slots=True)
class _Encoded:
    """An encoding by a part of a vocabulary, with the ids of the whole."""

    ids: list[int]
    encoding: Encoding

    @property
    def offsets(self) -> list[tuple[int, int]]:
        offsets: list[tuple[int, int]] = self.encoding.offsets
        return offsets

    @property
    def tokens(self) -> list[str]:
        tokens: list[str] = self.encoding.tokens
        return tokens

    @property
    def special_tokens_mask(self) -> list[int]:
        mask: list[int] = self.encoding.special_tokens_mask
        return mask
