"""Hold that damaged configurations are valid, or told with their file's name."""

import math
from pathlib import Path

import pytest
from fuzzing import seeds, told_or_read
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutated_bytes, mutated_cells

from projector.run.configure import configure
from schemas.collection import read_collection

_LINES = (
    *('source = "es"', 'targets = ["en", "it"]', "max_characters = 20000", 'on_error = "skip"'),
    *("[labels]", 'ENFERMEDAD = "DISEASE"', "[model]", 'name = "tiny"', "window = 128"),
    *("[settings.align]", "neighbors = [0.1, 0.01]", "iterations = 3"),
    *("[settings.decode]", "min_score = 0.25", "[jobs]", "workers = 2", "gpus_per_worker = 0.5"),
    *("[coding]", 'codes = "cie10.tsv"', "top_k = 5"),
)
_VALUES = (
    *("nan", "-inf", "1e999", "true", "5", "-1", "'x'", "[]", "{}", "[1]", "[[]]", "{a = 1}"),
    *("9" * 400, "9" * 5000, "[" * 3000 + "]" * 3000, "2020-01-01", '"\\u0000"', '"""', "0.5"),
    *("[{path = 'a', language = 5}]", "{path = 'a', texts = []}", '"x" # y'),
)


def read_damaged(path: Path, seed: int) -> None:
    lines = list(_LINES)
    if seed % 3 != 1:
        number = seed // 3 % len(lines)
        name = lines[number].partition(" = ")[0]
        lines[number] = f"{name} = {_VALUES[seed // 60 % len(_VALUES)]}"
    if seed % 3:
        lines = mutated_cells(lines, seed, " = ")
    content = "\n".join(lines).encode("utf-8", "surrogatepass")
    path.write_bytes(mutated_bytes(content, seed) if seed % 4 == 0 else content)
    collection = told_or_read(lambda: read_collection(path), path.name)
    if collection is not None:
        collection.model_dump_json()
    run = told_or_read(lambda: configure(file=path), path.name)
    changed = {"settings": {"decode": {"gap": 2}}, "layer": 3}
    told_or_read(lambda: configure("es", ["en"], file=path, **changed), path.name)
    if run is not None:
        assert math.isfinite(run.settings.decode.min_score)
        assert all(map(math.isfinite, run.settings.align.neighbors))


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where", "damaged configurations", trials=60
)
@settings(max_examples=60, derandomize=True)
@given(seed=st.integers(0, 10**9))
def test_damaged_configurations_are_valid_or_told(tmp_path_factory, seed):
    read_damaged(tmp_path_factory.getbasetemp() / "damaged.toml", seed)


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where",
    "damaged configurations",
    trials=10_000,
)
@pytest.mark.slow
def test_ten_thousand_damaged_configurations_are_valid_or_told(tmp_path):
    for seed in seeds(10_000):
        read_damaged(tmp_path / "damaged.toml", seed)
