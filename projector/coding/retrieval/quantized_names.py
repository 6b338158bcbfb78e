"""Hold very many names' vectors in little room: product quantisation (Jégou et al. 2011)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from projector.arrays import Floats, Ints
from projector.errors import ModelError

_Bytes = NDArray[np.uint8]
_HASH = 8  # bytes that tell a name from others
_CENTROIDS = 256  # what a byte can tell apart
_AT_ONCE = 1024  # points whose distances stay in a processor's cache: ten times as fast
_EXPECTED = "the names' vectors as they were installed. Install the project again, or remove it"


@dataclass(frozen=True, slots=True, eq=False)
class QuantizedNames:
    """Vectors of names, each part of a vector by the nearest of 256 that parts are like.

    Args:
        hashes: [N] of the names, rising.
        codes: [N, m] for each part of a vector the number of what it is nearest to.
        books: [m, 256, d / m] what parts are like.
        rotation: [d, d] turns vectors before, so that no part has all that differs.
        encoder: The fingerprint of what made them.
    """

    hashes: NDArray[np.uint64]
    codes: _Bytes
    books: Floats
    rotation: Floats
    encoder: str

    @classmethod
    def of(
        cls, names: Sequence[str], vectors: Floats, encoder: str, *, parts: int, rounds: int = 12
    ) -> QuantizedNames:
        """Quantise the vectors [N, d] of names, each d / parts numbers by one byte."""
        rotation = _rotation(vectors, parts)
        pieces = np.split(vectors @ rotation, parts, axis=1)
        random = np.random.default_rng(0)
        books, codes = zip(*(_clusters(piece, rounds, random) for piece in pieces), strict=True)
        hashes = _hashes(names)
        order = np.argsort(hashes)
        return cls(
            hashes[order],
            np.stack(codes, 1)[order].astype(np.uint8),
            np.stack(books).astype(np.float16).astype(np.float32),
            rotation.astype(np.float16).astype(np.float32),
            encoder,
        )

    def rows_of(self, names: Sequence[str]) -> Ints:
        """Return [M] which row each name has; -1 where it has none."""
        wanted = _hashes(names)
        places = np.minimum(np.searchsorted(self.hashes, wanted), len(self.hashes) - 1)
        return np.where(self.hashes[places] == wanted, places, -1)

    def vectors(self, rows: Ints) -> Floats:
        """Return [M, d] vectors of length 1 of some rows."""
        codes = self.codes[rows]
        pieces = [book[codes[:, part]] for part, book in enumerate(self.books)]
        turned = np.concatenate(pieces, 1) @ self.rotation.T
        vectors: Floats = turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-9)
        return vectors.astype(np.float32)

    def write(self, path: Path) -> None:
        """Write them to a file."""
        arrays = {
            "hashes": self.hashes,
            "codes": self.codes,
            "books": self.books.astype(np.float16),
            "rotation": self.rotation.astype(np.float16),
        }
        whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        save_file(whole, path, metadata={"encoder": self.encoder})

    @classmethod
    def read(cls, path: Path) -> QuantizedNames:
        """Read a file that `write` wrote.

        Raises:
            ModelError: It can't be understood.
        """
        try:
            with safe_open(path, framework="np") as file:
                said = file.metadata() or {}
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            names = cls(
                arrays["hashes"].astype(np.uint64),
                arrays["codes"].astype(np.uint8),
                arrays["books"].astype(np.float32),
                arrays["rotation"].astype(np.float32),
                said["encoder"],
            )
            shapes = (names.books.shape[0], names.books.shape[1]), names.codes.shape
            if shapes != (
                (names.codes.shape[1], _CENTROIDS),
                (len(names.hashes), len(names.books)),
            ):
                raise ValueError(f"shapes {shapes}")
        except (OSError, SafetensorError, KeyError, IndexError, ValueError) as error:
            raise ModelError(f"{path}: can't be read ({error}); expected {_EXPECTED}") from error
        return names


def _hashes(names: Sequence[str]) -> NDArray[np.uint64]:
    digests = b"".join(hashlib.sha256(name.encode()).digest()[:_HASH] for name in names)
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def _rotation(vectors: Floats, parts: int) -> Floats:
    """Return the directions of most variance, each part getting as much (Ge et al. 2013)."""
    values, directions = np.linalg.eigh(np.cov(vectors.T.astype(np.float64)))
    size = vectors.shape[1] // parts
    bins: list[list[int]] = [[] for _ in range(parts)]
    weights = np.zeros(parts)
    for number in np.argsort(-values):
        open_bins = [part for part in range(parts) if len(bins[part]) < size]
        part = min(open_bins, key=lambda one: weights[one])
        bins[part].append(int(number))
        weights[part] += np.log(max(values[number], 1e-12)) - np.log(1e-12)
    rotation: Floats = directions[:, [number for numbers in bins for number in numbers]]
    return rotation.astype(np.float32)


def _clusters(
    points: Floats, rounds: int, random: np.random.Generator
) -> tuple[Floats, NDArray[np.int64]]:
    """Return [256, k] centres of points [N, k], and [N] which each is nearest to (Lloyd 1982)."""
    centres = points[random.choice(len(points), _CENTROIDS, replace=len(points) < _CENTROIDS)]
    nearest = _nearest(points, centres)
    for _ in range(rounds):
        totals = np.zeros_like(centres, np.float64)
        np.add.at(totals, nearest, points)
        counts = np.bincount(nearest, minlength=_CENTROIDS)[:, None]
        centres = np.where(counts > 0, totals / np.maximum(counts, 1), centres).astype(np.float32)
        nearest = _nearest(points, centres)
    return centres, nearest


def _nearest(points: Floats, centres: Floats) -> NDArray[np.int64]:
    halves = (centres**2).sum(1) / 2
    nearest = np.empty(len(points), np.int64)
    for start in range(0, len(points), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        nearest[part] = (halves - points[part] @ centres.T).argmin(1)
    return nearest
