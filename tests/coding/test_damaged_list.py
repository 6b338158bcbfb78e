"""Hold that damaged lists of codes, abbreviations and proposals are read, or told by name."""

import io
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from fuzzing import seeds, told_or_read
from hypothesis import given, settings
from hypothesis import strategies as st
from mutated_tables import mutated_table
from mutations import mutated_bytes, mutated_cells

from projector.coding.code_list import read_codes
from projector.coding.normalize import read_abbreviations
from projector.evaluation.score_code_files import read_ranked

_LIST = (
    "code\tdescription\tlanguage\tparent\tes",
    *("A00-A09\tGut infections\ten\t\tInfecciones", "A00\tCholera\ten\tA00-A09\tCólera"),
    *(
        "A00.9\tCholera, unspecified\ten\tA00\tCólera",
        'R05\t"Cough"\t\t\tTos',
        "R05\t\t\t\tTos seca",
    ),
)
_SHORT = ("short\tlong\tlanguage", "HTA\thipertensión arterial\tes", "Tª\ttemperatura\tes")
_RANKED = {
    "language": ["es", "es", "en"],
    "document": ["a", "a", "b"],
    "fragments": [[{"start": 0, "end": 3}], [{"start": 0, "end": 3}], [{"start": 4, "end": 9}]],
    "code": ["R05", "R50.9", "A00"],
    "rank": [1, 2, 1],
    "score": [0.9, 0.25, 0.5],
}


def read_damaged(folder: Path, seed: int) -> None:
    folder.mkdir(exist_ok=True)
    if seed % 2:
        lines = _LIST if seed % 4 == 1 else _SHORT
        content = "\n".join(mutated_cells(lines, seed)).encode("utf-8", "surrogatepass")
        path = folder / "t.tsv"
        path.write_bytes(mutated_bytes(content, seed) if seed % 3 == 0 else content)
    else:
        path = folder / "t.parquet"
        rows = [line.split("\t") for line in _LIST]
        listed = {name: cells for name, *cells in zip(*rows, strict=True)}
        sink = io.BytesIO()
        pl.DataFrame(_RANKED if seed % 4 else listed).write_parquet(sink)
        path.write_bytes(mutated_table(pq.read_table(sink), seed))
        for codes in (told_or_read(lambda: read_ranked(path), "t.parquet") or {}).values():
            assert all(0 <= score <= 1 and type(code) is str for code, score in codes)
    codes = told_or_read(lambda: read_codes(path), path.name)
    told_or_read(lambda: read_abbreviations(path), path.name)
    if codes is not None:
        assert all(codes.codes) and all(term.text for term in codes.terms)
        assignable = codes.assignable()
        assert {*assignable.codes} <= {*codes.codes}
        for number, code in enumerate(codes.codes):
            assert codes.description(number, "es")
            codes.ancestors(code)


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where", "damaged code lists", trials=60
)
@settings(max_examples=60, derandomize=True)
@given(seed=st.integers(0, 10**9))
def test_damaged_lists_are_read_or_told(tmp_path_factory, seed):
    read_damaged(tmp_path_factory.getbasetemp() / "damaged-lists", seed)


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where", "damaged code lists", trials=10_000
)
@pytest.mark.slow
def test_ten_thousand_damaged_lists_are_read_or_told(tmp_path):
    for seed in seeds(10_000):
        read_damaged(tmp_path / "lists", seed)
