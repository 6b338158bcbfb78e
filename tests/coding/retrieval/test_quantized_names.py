"""Hold how very many names' vectors are held in little room."""

import numpy as np
import pytest

from projector.coding.retrieval.quantized_names import QuantizedNames
from projector.errors import ModelError

NAMES = [f"name {number}" for number in range(600)]


@pytest.fixture(scope="module")
def vectors():
    random = np.random.default_rng(0)
    vectors = random.normal(size=(600, 4)) @ random.normal(size=(4, 16))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def quantized(vectors):
    return QuantizedNames.of(NAMES, vectors, "encoder", parts=8)


def test_vectors_come_back_nearly_as_they_were(quantized, vectors):
    rows = quantized.rows_of(NAMES)
    assert ((quantized.vectors(rows) * vectors).sum(1) > 0.99).all()
    assert quantized.codes.nbytes == 600 * 8
    assert quantized.rows_of(["name 5", "no name"]).tolist() == [rows[5], -1]
    assert np.allclose(quantized.rotation @ quantized.rotation.T, np.eye(16), atol=2e-3)


def test_a_file_holds_all_of_them(quantized, tmp_path):
    quantized.write(tmp_path / "n.safetensors")
    again = QuantizedNames.read(tmp_path / "n.safetensors")
    rows = again.rows_of(NAMES)
    assert again.encoder == "encoder"
    assert (again.vectors(rows) == quantized.vectors(quantized.rows_of(NAMES))).all()


def test_a_damaged_file_is_told(quantized, tmp_path):
    path = tmp_path / "n.safetensors"
    quantized.write(path)
    content = path.read_bytes()
    for damaged in (content[:-5], b"", content.replace(b'"codes"', b'"cedes"', 1)):
        path.write_bytes(damaged)
        with pytest.raises(ModelError, match="can't be read"):
            QuantizedNames.read(path)
