import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import ModelError
from projector.models.embedded.weight_file import dequantise, parse


def slow_dequantise(block):
    """One block, value by value, as the layout is described."""
    (scale,) = struct.unpack("<e", block[:2])
    values = [0.0] * 32
    for at, byte in enumerate(block[2:]):
        values[at] = ((byte & 15) - 8) * scale
        values[16 + at] = ((byte >> 4) - 8) * scale
    return values


@given(st.lists(st.tuples(st.floats(-64, 64, width=16), st.binary(min_size=16, max_size=16))))
def test_dequantise_agrees_with_the_layout_spelt_out(blocks):
    raw = [struct.pack("<e", scale) + packed for scale, packed in blocks]
    expected = [value for block in raw for value in slow_dequantise(block)]
    values = dequantise(np.frombuffer(b"".join(raw), np.uint8))
    assert values.dtype == np.float32
    assert values.tolist() == expected


def weight_file():
    """Return a minimal file: three pieces, one float tensor, one 4-bit tensor of 40 values."""
    pieces = [b"<s>", "é".encode(), b"</s>"]
    bounds = np.cumsum([0, *map(len, pieces)]).astype("<u4")
    text = b"".join(pieces)
    head = b"E5S1" + struct.pack("<I7ifi", 1, 8, 2, 4, 16, 3, 10, 2, 1e-12, 32)
    head += struct.pack("<5iQ", 3, 0, 2, 1, 1, len(text)) + bounds.tobytes()
    head += np.array([0, -1.5, -2], "<f4").tobytes() + text + struct.pack("<iI", 1, 5) + b"table"
    directory_size = 4 + sum(2 + len(name) + 21 for name in ("plain", "packed"))
    data = np.array([1, 2], "<f4").tobytes() + (struct.pack("<e", 0.5) + bytes(range(16))) * 2
    at = len(head) + directory_size
    head += struct.pack("<i", 2)
    for name, kind, values, offset, size in [
        (b"plain", 0, 2, at, 8),
        (b"packed", 2, 40, at + 8, 36),
    ]:
        head += struct.pack("<H", len(name)) + name
        head += struct.pack("<BIQQ", kind, values, offset, size)
    return head + data


def test_parse_reads_every_part():
    weights = parse(weight_file())
    assert weights.header.hidden == 8
    assert weights.header.token_types == 2
    assert weights.header.epsilon == pytest.approx(1e-12)
    assert weights.pieces == ["<s>", "é", "</s>"]
    assert weights.scores.tolist() == [0, -1.5, -2]
    assert (weights.bos, weights.eos, weights.pad, weights.unk) == (0, 2, 1, 1)
    assert weights.tensor("plain").tolist() == [1, 2]
    assert weights.tensor("packed").shape == (40,)
    assert weights.tensor("packed")[:3].tolist() == [-4, -3.5, -3]


@pytest.mark.parametrize("size", [20, 60, 100, -30, -4])
def test_a_file_cut_off_is_damaged(size):
    with pytest.raises(ModelError, match="damaged"):
        parse(weight_file()[:size])


def test_other_files_are_refused():
    with pytest.raises(ModelError, match="begins with b'PK"):
        parse(b"PK\x03\x04")
    data = bytearray(weight_file())
    data[4] = 2
    with pytest.raises(ModelError, match="version 2"):
        parse(bytes(data))
