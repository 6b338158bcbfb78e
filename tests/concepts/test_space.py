"""Hold how a space of concepts is kept and asked."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from safetensors.numpy import save_file

from projector.concepts.space import SPACE_FILE, ConceptSpace
from projector.errors import ConfigurationError, CorpusError, ModelError


@pytest.fixture
def space():
    concepts = pl.DataFrame(
        {
            "code": ["A", "B", "C"],
            "name": ["fever", "cold", "cough"],
            "parent": ["X", "X", ""],
            "block": ["X", "X", ""],
            "chapter": ["I", "I", "II"],
        }
    )
    names = pl.DataFrame(
        {
            "concept": [0, 0, 1, 2],
            "language": ["en", "es", "en", "en"],
            "text": ["fever", "fiebre", "cold", "cough"],
        },
        schema={"concept": pl.Int32, "language": pl.String, "text": pl.String},
    )
    vectors = np.array([[1, 0], [0.8, 0.6], [0, -1]], np.float32)
    places = np.array([[1, 0], [0.6, 0.8], [0.8, 0.6], [0, -1]], np.float32)
    return ConceptSpace(concepts, vectors, names, places, 0.05)


def test_what_was_written_is_read(space, tmp_path):
    space.write(tmp_path / "run" / "model", {"made": {"step": 1}})
    known = ConceptSpace.read(tmp_path / "run")
    assert known.concepts.equals(space.concepts) and known.names.equals(space.names)
    assert np.allclose(known.vectors, space.vectors, atol=1e-3)
    assert known.temperature == 0.05


def test_a_concept_is_found_by_code_or_name_whatever_its_case(space):
    assert [space.find(name) for name in ("b", "FIEBRE", "cough")] == [1, 0, 2]
    with pytest.raises(ConfigurationError, match="no concept has this code or name"):
        space.find("gout")


def test_neighbours_are_the_nearest_others(space):
    assert [number for number, _ in space.neighbours(0, 5)] == [1, 2]
    assert space.neighbours(0, 1)[0][1] == pytest.approx(0.8)


def test_the_farthest_name_comes_first(space):
    rows = space.farthest_names(0)
    assert [text for _, text, _ in rows] == ["fiebre", "fever"]
    assert rows[0][2] == pytest.approx(0.6)


def test_chapters_are_counted(space):
    first, second = space.chapters()
    assert (first["chapter"], first["concepts"], first["names"]) == ("I", 2, 3)
    assert (second["concepts"], second["cosine"]) == (1, 1.0)


def test_vectors_that_are_not_of_the_tables_are_told(space, tmp_path):
    broken = replace(space, vectors=space.vectors[:2])
    broken.write(tmp_path, {})
    with pytest.raises(ModelError, match="is not of the tables beside"):
        ConceptSpace.read(tmp_path)
    with pytest.raises(ModelError, match="a concept space as"):
        ConceptSpace.read(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        ("code", ["A", None, "C"], "concepts.parquet:2: the column code is null"),
        ("chapter", [1, 2, 3], "concepts.parquet: the column chapter is Int64, should be String"),
        ("concept", [0, 0, 1, 9], "names.parquet:4: a name of the concept 9, of which there are 3"),
        ("concept", [-1, 0, 1, 2], "names.parquet:1: a name of the concept -1"),
        ("concept", [0, 0, 1, 1], "names.parquet: the concept 2 has no name"),
    ],
)
def test_tables_that_a_space_can_not_have_are_told_with_their_row(
    space, tmp_path, column, values, told
):
    kind = pl.Int32 if column == "concept" else None
    table = "names" if column == "concept" else "concepts"
    changed = getattr(space, table).with_columns(pl.Series(column, values, kind))
    replace(space, **{table: changed}).write(tmp_path, {})
    with pytest.raises(CorpusError) as raised:
        ConceptSpace.read(tmp_path)
    assert told in str(raised.value) and "expected a concept space as" in str(raised.value)


@pytest.mark.parametrize("vectors", [np.full((3, 2), 6e4), np.empty((3, 0)), np.zeros(3)])
def test_vectors_that_are_none_of_length_1_are_told(space, tmp_path, vectors):
    space.write(tmp_path, {})
    places = np.zeros((4, *vectors.shape[1:]), np.float16)
    content = {"concepts": vectors.astype(np.float16), "names": places}
    save_file(content, tmp_path / "space.safetensors")
    with pytest.raises(ModelError, match=r"space\.safetensors: (has vectors longer|is not of)"):
        ConceptSpace.read(tmp_path)


@pytest.mark.parametrize("temperature", [float("nan"), float("inf"), -1.0, "1"])
def test_a_temperature_that_is_none_is_told(space, tmp_path, temperature):
    replace(space, temperature=temperature).write(tmp_path, {})
    with pytest.raises(ModelError, match=r"space\.json: temperature is"):
        ConceptSpace.read(tmp_path)


def test_a_temperature_that_is_none_is_told_in_brief(space, tmp_path):
    space.write(tmp_path, {})
    said = json.loads((tmp_path / SPACE_FILE).read_text(encoding="utf-8"))
    (tmp_path / SPACE_FILE).write_text(json.dumps({**said, "temperature": "é" * 3000}))
    with pytest.raises(ModelError, match=r'temperature is "é+…; ') as told:
        ConceptSpace.read(tmp_path)
    assert len(str(told.value)) < 500 + len(str(tmp_path))
