"""Hold that damaged tables are read truly, or told with the file's name."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fuzzing import is_told, seeds, told_or_read
from hypothesis import given, settings
from hypothesis import strategies as st
from mutated_tables import mutated_table
from parquet_documents import document

from projector.corpus.formats.parquet_read import open_parquet, parquet_languages
from projector.corpus.formats.parquet_write import write_parquet

_NAMES = ("documents", "mentions", "annotations")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> tuple[Path, dict[str, pa.Table]]:
    folder = tmp_path_factory.mktemp("damaged") / "corpus"
    write_parquet([document("a"), document("b", count=2), document("c")], folder)
    return folder, {name: pq.read_table(folder / f"{name}.parquet") for name in _NAMES}


def read_damaged(folder: Path, tables: dict[str, pa.Table], seed: int) -> None:
    """Read a corpus of which one table is damaged, in all ways that there are."""
    name = _NAMES[seed % len(_NAMES)]
    path = folder / f"{name}.parquet"
    sound = path.read_bytes()
    path.write_bytes(mutated_table(tables[name], seed))
    try:
        told_or_read(lambda: parquet_languages(folder), "documents.parquet")
        opened = told_or_read(lambda: open_parquet(folder), str(folder))
        if opened is None:
            return
        rows = 0
        for problem in opened.problems:
            assert ".parquet:" in str(problem)
        for document_name in opened.names:
            reading = opened.read(document_name)
            accounted = is_told(reading, str(folder))
            _, (start, end), _ = opened.rows(document_name)
            assert accounted == end - start
            rows += accounted
    finally:
        path.write_bytes(sound)


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where", "damaged Parquet", trials=60
)
@settings(max_examples=60, derandomize=True)
@given(st.integers(0, 10**9))
def test_damaged_tables_are_read_truly_or_told(corpus, seed):
    read_damaged(*corpus, seed)


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where", "damaged Parquet", trials=10_000
)
@pytest.mark.slow
def test_ten_thousand_damaged_tables_are_read_truly_or_told(corpus):
    for seed in seeds(10_000):
        read_damaged(*corpus, seed)
