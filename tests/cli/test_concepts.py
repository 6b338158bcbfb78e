"""Hold the command that looks into a space of concepts."""

import json

import numpy as np
import polars as pl
import pytest

from projector.cli import run
from projector.concepts.space import ConceptSpace


@pytest.fixture
def space(tmp_path):
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
            "language": ["en"] * 4,
            "text": ["fever", "heat", "cold", "cough"],
        },
        schema={"concept": pl.Int32, "language": pl.String, "text": pl.String},
    )
    vectors = np.array([[1, 0], [0.8, 0.6], [0, -1]], np.float32)
    places = np.array([[1, 0], [0.6, 0.8], [0.8, 0.6], [0, -1]], np.float32)
    ConceptSpace(concepts, vectors, names, places, 0.05).write(tmp_path / "space", {})
    return str(tmp_path / "space")


def shown(capsys):
    return json.loads(capsys.readouterr().out)


def test_neighbours_names_and_chapters_are_shown(space, capsys):
    assert run(["concepts", space, "heat", "--top-k", "1", "--format", "json"]) == 0
    first, second = shown(capsys)
    assert (first["code"], second["code"]) == ("A", "B")
    assert second["cosine"] == pytest.approx(0.8, abs=1e-3)
    assert run(["concepts", space, "A", "--names", "--format", "json"]) == 0
    assert [row["name"] for row in shown(capsys)] == ["heat", "fever"]
    assert run(["concepts", space, "--format", "json"]) == 0
    assert [row["concepts"] for row in shown(capsys)] == [2, 1]
    assert run(["concepts", space, "gout"]) == 1
    assert "no concept has this code or name" in capsys.readouterr().err


def test_the_picture_is_the_same_bytes_each_time(space, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    for name in ("a.svg", "b.svg"):
        assert run(["concepts", space, "--picture", str(tmp_path / name)]) == 0
    content = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert content.startswith("<svg ") and "var(--muted)" not in content.split("</style>")[0]
    assert content.encode() == (tmp_path / "b.svg").read_bytes()
    capsys.readouterr()
    line = ["concepts", space, "--picture", str(tmp_path / "a.svg")]
    assert run(line) == 1
    assert "a.svg: exists already; choose another --picture" in capsys.readouterr().err
    assert run([*line, "--overwrite"]) == 0
