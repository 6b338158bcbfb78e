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

from projector.models.embedded.tokenizer import build_tokenizer

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

    from projector.models.embedded.weight_file import WeightFile
    from projector.models.text_tokenizer import Pieced

# Letters of other alphabets than Latin and Greek; signs and emoji are nobody's.
_OTHER = re.compile(
    "[\u0400-\u1dff\u2c00-\u2dff\u2e80-\ud7ff\uf900-\ufaff\ufb1d-\ufdff\ufe70-\ufefe"
    "\U00010000-\U0001efff\U00020000-\U0010ffff]"
)


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
        # What is normalised is what pieces are sought in.
        if sequence.isascii() or not _OTHER.search(part.normalized(sequence)):
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
        pieces, scores = weights.pieces, weights.scores
        # The least score decides what an unknown letter costs; that piece itself is never met.
        least = int(scores.argmin())
        kept = [id_ for id_, piece in enumerate(pieces) if not _OTHER.search(piece) or id_ == least]
        number = {id_: place for place, id_ in enumerate(kept)}
        tokenizer = build_tokenizer(
            [pieces[id_] for id_ in kept],
            scores[kept].tolist(),
            bos=number[weights.bos],
            eos=number[weights.eos],
            unk=number[weights.unk],
        )
        return _Part(tokenizer, tuple(kept))


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
