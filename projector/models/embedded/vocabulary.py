"""Tokenise with as much of a large vocabulary as a text's alphabet can need.

Half of the embedded model's quarter of a million pieces are of alphabets that a European text has
no letter of, and can't be pieces of it. Left out, the tokenizer loads in half the time and takes
half the memory, and cuts every such text as the whole one does, which is loaded for any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from projector.models.embedded.tokenizer import build_tokenizer

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


@dataclass(frozen=True)
class VocabularyTokenizer:
    """The embedded model's tokenizer.

    Args:
        weights: Hold its vocabulary.
    """

    weights: WeightFile

    def encode(self, sequence: str, *, add_special_tokens: bool = True) -> Pieced:
        """Cut a text into tokens, as the whole vocabulary's tokenizer does."""
        part = self._european
        # What is normalised is what pieces are sought in; Latin and Greek stay what they are.
        if not _BEYOND_GREEK.search(sequence) or not _OTHER.search(part.normalized(sequence)):
            return part.encode(sequence, add_special_tokens)
        return self.whole.encode(sequence, add_special_tokens=add_special_tokens)

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
    def _european(self) -> _Part:
        weights = self.weights
        scores = weights.scores
        # The least score decides what an unknown letter costs; that piece itself is never met.
        kept, pieces = _european_pieces(weights, also=int(scores.argmin()))
        number = {id_: place for place, id_ in enumerate(kept)}
        tokenizer = build_tokenizer(
            pieces,
            scores[kept].tolist(),
            bos=number[weights.bos],
            eos=number[weights.eos],
            unk=number[weights.unk],
        )
        return _Part(tokenizer, tuple(kept))


def _european_pieces(weights: WeightFile, *, also: int) -> tuple[list[int], list[str]]:
    """Return the ids and texts of the pieces without other letters, and of one that stays."""
    data = weights.data[weights.text]
    text = data.tobytes().decode("utf-8")
    codes = np.frombuffer(text.encode("utf-32-le"), "<u4")
    other = np.zeros(len(codes) + 1, np.int32)  # so many before each character
    is_other = np.zeros(len(codes), np.bool_)
    for first, last in _OTHER_LETTERS:
        is_other |= (codes >= first) & (codes <= last)
    np.cumsum(is_other, out=other[1:])
    begins = np.cumsum((data & 0xC0) != 0x80, dtype=np.int32)  # characters up to each byte
    bounds = np.concatenate(([0], begins))[weights.bounds]
    kept = other[bounds[1:]] == other[bounds[:-1]]
    kept[also] = True
    ids = np.flatnonzero(kept)
    ends = zip(bounds[ids].tolist(), bounds[ids + 1].tolist(), strict=True)
    return ids.tolist(), [text[start:end] for start, end in ends]


@dataclass(frozen=True, slots=True)
class _Part:
    """A tokenizer of some pieces of a vocabulary.

    Args:
        tokenizer: With ids of its own.
        ids: Those of the whole vocabulary.
    """

    tokenizer: Tokenizer
    ids: tuple[int, ...]

    def normalized(self, text: str) -> str:
        normalized: str = self.tokenizer.normalizer.normalize_str(text)
        return normalized

    def encode(self, text: str, add_special_tokens: bool) -> _Encoded:
        encoding = self.tokenizer.encode(text, add_special_tokens=add_special_tokens)
        return _Encoded([self.ids[id_] for id_ in encoding.ids], encoding)


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
