"""Read the E5S1 weight file: a small encoder and its vocabulary in one little-endian file.

Layout (offsets in bytes): 0 magic; 4 version and seven dimensions; 36 layer-norm epsilon and
quantisation block; 44 number of pieces, four special ids, byte length of the pieces; 72 piece
offsets, unigram scores, pieces as UTF-8; then the normaliser's table (not read: it repeats
nmt_nfkc) and the directory of tensors, which point into the rest of the file.

Tensors stay where they are until they are asked for: of the embedding, nine tenths of the file, a
text uses a few hundred rows of a quarter of a million.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from projector.errors import ModelError

MAGIC = b"E5S1"
_FLOAT32 = 0  # any other type is 4-bit
_BLOCK = 32  # values that share one scale
_BLOCK_BYTES = 2 + _BLOCK // 2  # float16 scale, then two values a byte
_ENTRY = struct.Struct("<BIQQ")  # of the directory, behind a tensor's name


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says of the encoder's shape."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class _Stored:
    """A tensor where it lies: its kind, how many values it has, and its bytes in the file."""

    kind: int
    values: int
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A weight file whose tensors are read when they are asked for.

    Args:
        header: The encoder's shape.
        scores: [pieces] float32 unigram log probabilities.
        bos, eos, pad, unk: Special ids.
        data: The file's bytes.
        bounds: [pieces + 1] where the pieces begin and end in their text.
        text: Where that text lies in the file.
        stored: The tensors by name.
    """

    header: Header
    scores: NDArray[np.float32]
    bos: int
    eos: int
    pad: int
    unk: int
    data: NDArray[np.uint8]
    bounds: NDArray[np.uint32]
    text: slice
    stored: Mapping[str, _Stored]

    @property
    def pieces(self) -> list[str]:
        """Return the vocabulary in id order; the embedding may have more rows, never used."""
        text = self.data[self.text].tobytes()
        bounds = pairwise(self.bounds.tolist())
        return [text[start:end].decode("utf-8") for start, end in bounds]

    def tensor(self, name: str) -> NDArray[np.float32]:
        """Return a tensor's values, flat: a copy."""
        stored = self.stored[name]
        content = self.data[stored.start : stored.start + stored.size]
        if stored.kind == _FLOAT32:
            return content.view("<f4").astype(np.float32)
        return dequantise(content)[: stored.values]

    def rows(self, name: str, width: int) -> Rows:
        """Return a 4-bit tensor as rows of `width` values that are expanded one by one."""
        stored = self.stored[name]
        size = width // _BLOCK * _BLOCK_BYTES
        content = self.data[stored.start : stored.start + stored.size]
        return Rows(content[: len(content) // size * size].reshape(-1, size))


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a 4-bit tensor, as they lie in its file.

    Args:
        packed: [rows, bytes] of a row's blocks.
    """

    packed: NDArray[np.uint8]

    def __len__(self) -> int:
        """Return their number."""
        return len(self.packed)

    @property
    def width(self) -> int:
        """Return the number of values in a row."""
        return int(self.packed.shape[1]) // _BLOCK_BYTES * _BLOCK

    def all(self) -> NDArray[np.float32]:
        """Return [rows, width] all of them."""
        return dequantise(self.packed.reshape(-1)).reshape(-1, self.width)

    def take(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return [n, width] the values of some rows."""
        return dequantise(self.packed[numbers].reshape(-1)).reshape(-1, self.width)


def open_weights(path: Path) -> WeightFile:
    """Map a whole weight file into memory and parse it.

    Raises:
        ModelError: It is not an E5S1 file of version 1 with blocks of 32, or is cut off.
        OSError: It can't be read.
    """
    with path.open("rb") as file:
        return parse(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def parse(data: bytes | mmap.mmap) -> WeightFile:
    """Parse a whole weight file.

    Raises:
        ModelError: The bytes are not an E5S1 file of version 1 with blocks of 32, or are cut off.
    """
    if data[:4] != MAGIC:
        raise ModelError(f"not a weight file: it begins with {data[:4]!r}; expected {MAGIC!r}")
    try:
        return _parse(data)
    except (struct.error, ValueError) as error:
        raise ModelError(f"the weight file is damaged: {error}") from error


def _parse(data: bytes | mmap.mmap) -> WeightFile:
    (version,) = struct.unpack_from("<I", data, 4)
    header = Header(*struct.unpack_from("<7if", data, 8))
    (block,) = struct.unpack_from("<i", data, 40)
    if version != 1 or block != _BLOCK:
        raise ModelError(
            f"the weight file has version {version} and blocks of {block}; "
            f"expected version 1 and blocks of {_BLOCK}"
        )
    count, bos, eos, pad, unk, text_bytes = struct.unpack_from("<5iQ", data, 44)
    bounds = np.frombuffer(data, "<u4", count + 1, 72)
    scores = np.frombuffer(data, "<f4", count, 72 + bounds.nbytes).copy()
    text_start = 72 + bounds.nbytes + scores.nbytes
    text = slice(text_start, text_start + text_bytes)
    _, table_bytes = struct.unpack_from("<iI", data, text.stop)
    stored = _directory(data, text.stop + 8 + table_bytes)
    content = np.frombuffer(data, np.uint8)
    return WeightFile(header, scores, bos, eos, pad, unk, content, bounds, text, stored)


def _directory(data: bytes | mmap.mmap, start: int) -> dict[str, _Stored]:
    """Read the directory of tensors that begins at `start`."""
    (count,) = struct.unpack_from("<i", data, start)
    start += 4
    stored = {}
    for _ in range(count):
        (name_length,) = struct.unpack_from("<H", data, start)
        start += 2
        name = data[start : start + name_length].decode("utf-8")
        tensor = _Stored(*_ENTRY.unpack_from(data, start + name_length))
        start += name_length + _ENTRY.size
        if tensor.start + tensor.size > len(data):
            raise ValueError(f"{name} ends behind its end")
        stored[name] = tensor
    return stored


def dequantise(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Expand 4-bit blocks: value i is (low nibble of byte i - 8)·scale, value 16+i the high one.

    Args:
        blocks: [n · 18] bytes, each block a float16 scale and 16 bytes.

    Returns:
        [n · 32] float32.

    Raises:
        ValueError: The bytes are no whole number of blocks.
    """
    rows = blocks.reshape(-1, _BLOCK_BYTES)
    scales = rows[:, :2].copy().view("<f2").astype(np.float32)
    packed = rows[:, 2:].view(np.int8)
    values = np.empty((len(rows), _BLOCK), np.float32)
    values[:, : _BLOCK // 2] = (packed & 15) - np.int8(8)
    values[:, _BLOCK // 2 :] = (rows[:, 2:] >> 4).astype(np.int8) - np.int8(8)
    values *= scales
    return values.reshape(-1)
