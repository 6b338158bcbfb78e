"""Find the pieces of a large vocabulary that a text can be cut into, without a tokenizer.

A piece of a text is one of its substrings. Those of at most sixteen letters are hashed, as all
pieces are, and looked up; two of the same hash would do no harm to a text that has neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.models.embedded.weight_file import WeightFile

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_BITS = 21
_BEHIND = np.uint64(64 - _BITS)


@dataclass(frozen=True, slots=True)
class PieceIndex:
    """A vocabulary's pieces by their hashes.

    Args:
        text: All pieces, one after the other.
        bounds: [pieces + 1] where they begin and end in it.
        hashes: [pieces] ascending.
        ids: [pieces] whose they are.
        begins: [2 ** 21] whether any hash begins so: most stretches are told by that alone.
        longest: Characters of the longest piece.
    """

    text: str
    bounds: NDArray[np.int32]
    hashes: NDArray[np.uint64]
    ids: NDArray[np.int64]
    begins: NDArray[np.bool_]
    longest: int

    @classmethod
    def of(cls, weights: WeightFile) -> PieceIndex:
        """Index a weight file's vocabulary."""
        data = weights.data[weights.text]
        text = data.tobytes().decode("utf-8")
        characters = np.cumsum((data & 0xC0) != 0x80, dtype=np.int32)  # up to each byte
        bounds = np.concatenate((np.zeros(1, np.int32), characters))[weights.bounds]
        codes, sizes = codes_of(text), np.diff(bounds)
        hashes, longest = np.zeros(len(sizes), np.uint64), int(sizes.max(initial=0))
        longer = np.arange(len(sizes), dtype=np.int32)
        for size in range(longest):
            longer = longer[sizes[longer] > size]
            hashes[longer] = _with(hashes[longer], codes[bounds[longer] + size])
        begins = np.zeros(1 << _BITS, np.bool_)
        begins[hashes >> _BEHIND] = True
        ids = np.argsort(hashes)
        return cls(text, bounds, hashes[ids], ids, begins, longest)

    def within(self, text: str) -> NDArray[np.int64]:
        """Return the ids of all pieces that a text holds, ascending, and hardly any other."""
        asked = np.concatenate([np.empty(0, np.uint64), *self._hashes(codes_of(text))])
        asked = np.unique(asked[self.begins[asked >> _BEHIND]])
        place = np.searchsorted(self.hashes, asked).clip(None, len(self.hashes) - 1)
        return np.sort(self.ids[place[self.hashes[place] == asked]])

    def _hashes(self, codes: NDArray[np.uint32]) -> Iterator[NDArray[np.uint64]]:
        """Yield the hashes of all stretches of one character, of two, and so on."""
        hashes = np.zeros(len(codes), np.uint64)
        for size in range(min(self.longest, len(codes))):
            hashes = _with(hashes[: len(codes) - size], codes[size:])
            yield hashes

    def pieces(self, ids: NDArray[np.int64]) -> list[str]:
        """Return the pieces of some ids."""
        ends = zip(self.bounds[ids].tolist(), self.bounds[ids + 1].tolist(), strict=True)
        return [self.text[start:end] for start, end in ends]


def codes_of(text: str) -> NDArray[np.uint32]:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def _with(hashes: NDArray[np.uint64], codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return the hashes of what is longer by a character each."""
    return hashes * _FACTOR + codes + np.uint64(1)
