"""Hold that files are hashed as they are written, to what a second reading gives."""

import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from projector.storage.hashes import file_hash
from projector.storage.written_files import WrittenFiles


def test_a_file_has_the_hash_that_it_is_read_with(tmp_path: Path):
    files = WrittenFiles(tmp_path)
    table = pa.table({"a": list(range(9000)), "b": ["ñ" * 9] * 9000})
    with files.open(tmp_path / "of" / "b.parquet") as file:
        pq.write_table(table, file, row_group_size=100)
    with files.open(tmp_path / "a.tsv") as file:
        file.write(b"a\tb\n")
        file.writelines([b"1\t2\n"] * 3)
    with pytest.raises(KeyError), files.open(tmp_path / "c") as file:
        file.write(b"x")
        raise KeyError
    written = files.written()
    assert list(written.files) == ["a.tsv", "of/b.parquet"]
    for name, facts in written.files.items():
        path = tmp_path / name
        assert (facts.size, facts.sha256) == (path.stat().st_size, file_hash(path))
    assert pq.read_table(tmp_path / "of" / "b.parquet").equals(table)
    whole = tmp_path / "whole.parquet"
    pq.write_table(table, whole, row_group_size=100)
    assert whole.read_bytes() == (tmp_path / "of" / "b.parquet").read_bytes()


def test_a_folder_has_the_hash_that_sha256sum_gives(tmp_path: Path):
    files = WrittenFiles(tmp_path)
    folder = tmp_path / "brat" / "en"
    folder.mkdir(parents=True)
    for name in ("b.txt", "b.ann", "a.b.txt", "a.txt", "é.ann"):
        files.write_listed(folder / name, name.encode() * 3)
    facts = files.written().folders["brat/en"]
    line = "sha256sum *.ann *.txt | LC_ALL=C sort -k 2 | sha256sum"
    told = subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, check=True)
    assert (facts.files, facts.sha256) == (5, told.stdout.decode().split()[0])
