import os
from pathlib import Path

import pytest

from projector.errors import OutputError
from projector.storage.atomic_file import atomic_file, atomic_write, check_place


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_it_writes_and_makes_the_folders(tmp_path: Path):
    atomic_write(tmp_path / "a" / "b.txt", b"one")
    atomic_write(tmp_path / "a" / "b.txt", b"two")
    assert (tmp_path / "a" / "b.txt").read_bytes() == b"two"
    assert names(tmp_path / "a") == ["b.txt"]


@pytest.mark.parametrize("exception", [ValueError, KeyboardInterrupt])
def test_an_exception_leaves_the_old_file_and_nothing_else(tmp_path: Path, exception):
    path = tmp_path / "b.txt"
    path.write_bytes(b"old")
    with pytest.raises(exception), atomic_file(path) as file:
        file.write(b"half")
        raise exception
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["b.txt"]


def test_readers_see_the_old_file_until_the_end(tmp_path: Path):
    path = tmp_path / "b.txt"
    path.write_bytes(b"old")
    with atomic_file(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_the_umask_decides_who_may_read(tmp_path: Path):
    old = os.umask(0o022)
    try:
        atomic_write(tmp_path / "b.txt", b"")
    finally:
        os.umask(old)
    assert (tmp_path / "b.txt").stat().st_mode & 0o777 == 0o644


def test_a_failed_rename_leaves_no_temporary_file(tmp_path: Path, monkeypatch):
    def fail(self, target):
        raise PermissionError("no")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError, match="can't be written: no"):
        atomic_write(tmp_path / "b.txt", b"x")
    assert names(tmp_path) == []


def test_a_file_where_a_folder_should_be_is_told(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(OutputError, match="can't be written"):
        atomic_write(tmp_path / "a" / "b.txt", b"x")


def test_a_place_is_refused_before_anything_is_done_for_it(tmp_path):
    (tmp_path / "there.tsv").touch()
    check_place(tmp_path / "new.tsv", overwrite=False, example="x.tsv")
    check_place(tmp_path / "there.tsv", overwrite=True, example="x.tsv")
    with pytest.raises(OutputError, match=r"exists already.*--overwrite"):
        check_place(tmp_path / "there.tsv", overwrite=False, example="x.tsv")
    with pytest.raises(OutputError, match=r"is a folder; say the file, like .*x\.tsv"):
        check_place(tmp_path, overwrite=True, example="x.tsv")
