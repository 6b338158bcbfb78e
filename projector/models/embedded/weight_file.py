"""Read the E5S1 weight file: a small encoder and its vocabulary in one little-endian file.

Layout (offsets in bytes): 0 magic; 4 version and seven dimensions; 36 layer-norm epsilon and
quantisation block; 44 number of pieces, four special ids, byte length of the pieces; 72 piece
offsets, unigram scores, pieces as UTF-8; then the normaliser's table (not read: it repeats
nmt_nfkc) and the directory of tensors, which point into the rest of the file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.errors import ModelError

MAGIC = b"E5S1"
_FLOAT32 = 0  # any other type is 4-bit
_BLOCK = 32  # values that share one scale
_BLOCK_BYTES = 2 + _BLOCK // 2  # float16 scale, then two values a byte


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
class WeightFile:
    """A weight file, read and dequantised.

    Args:
        header: The encoder's shape.
        pieces: The vocabulary in id order; the embedding may have more rows, never used.
        scores: [pieces] float32 unigram log probabilities.
        bos, eos, pad, unk: Special ids.
        tensors: Flat float32 arrays by name.
    """

    header: Header
    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    bos: int
    eos: int
    pad: int
    unk: int
    tensors: dict[str, NDArray[np.float32]]


def parse(data: bytes) -> WeightFile:
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


def _parse(data: bytes) -> WeightFile:
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
    scores = np.frombuffer(data, "<f4", count, 72 + bounds.nbytes)
    text_start = 72 + bounds.nbytes + scores.nbytes
    text = data[text_start : text_start + text_bytes]
    pieces = tuple(
        text[start:end].decode("utf-8")
        for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
    )
    _, table_bytes = struct.unpack_from("<iI", data, text_start + text_bytes)
    tensors = _tensors(data, text_start + text_bytes + 8 + table_bytes)
    return WeightFile(header, pieces, scores, bos, eos, pad, unk, tensors)


def _tensors(data: bytes, start: int) -> dict[str, NDArray[np.float32]]:
    """Read the directory at `at` and every tensor that it names."""
    (count,) = struct.unpack_from("<i", data, start)
    start += 4
    tensors = {}
    for _ in range(count):
        (name_length,) = struct.unpack_from("<H", data, start)
        name = data[start + 2 : start + 2 + name_length].decode("utf-8")
        start += 2 + name_length
        kind, values, offset, size = struct.unpack_from("<BIQQ", data, start)
        start += struct.calcsize("<BIQQ")
        if kind == _FLOAT32:
            tensors[name] = np.frombuffer(data, "<f4", values, offset).copy()
        else:
            blocks = np.frombuffer(data, np.uint8, size, offset)
            tensors[name] = dequantise(blocks)[:values]
    return tensors


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
