from __future__ import annotations

from pathlib import Path

import pytest

from projector.errors import OutputError
from projector.storage.atomic_folder import atomic_folder, new_folder, put_in_place


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def make(path: Path, content: str, *, overwrite: bool = False) -> None:
    with atomic_folder(path, overwrite=overwrite, mark="mark") as folder:
        (folder / "mark").write_text(content)
        assert not (path / "mark").exists() or (path / "mark").read_text() != content


def test_it_appears_at_the_end_with_its_parents(tmp_path: Path):
    make(tmp_path / "a" / "out", "one")
    assert (tmp_path / "a" / "out" / "mark").read_text() == "one"
    assert names(tmp_path / "a") == ["out"]


def test_an_empty_folder_counts_as_nothing(tmp_path: Path):
    (tmp_path / "out").mkdir()
    make(tmp_path / "out", "one")
    assert names(tmp_path / "out") == ["mark"]


@pytest.mark.parametrize("exception", [KeyboardInterrupt, ValueError, OSError])
def test_an_exception_leaves_the_old_one_and_nothing_else(tmp_path: Path, exception):
    make(tmp_path / "out", "one")
    with (
        pytest.raises(exception),
        atomic_folder(tmp_path / "out", overwrite=True, mark="mark") as folder,
    ):
        (folder / "mark").write_text("half")
        raise exception
    assert (tmp_path / "out" / "mark").read_text() == "one"
    assert names(tmp_path) == ["out"]


def test_what_is_there_is_replaced_only_when_asked(tmp_path: Path):
    make(tmp_path / "out", "one")
    with pytest.raises(OutputError, match="exists already"):
        make(tmp_path / "out", "two")
    (tmp_path / "out" / "more").write_text("")
    make(tmp_path / "out", "two", overwrite=True)
    assert names(tmp_path / "out") == ["mark"]
    assert names(tmp_path) == ["out"]


def test_what_is_not_ours_is_never_replaced(tmp_path: Path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter").write_text("")
    (tmp_path / "file").write_text("")
    for name in ("thesis", "file"):
        with pytest.raises(OutputError, match="holds no mark"):
            make(tmp_path / name, "one", overwrite=True)
    assert names(tmp_path) == ["file", "thesis"]


def test_what_came_in_between_is_kept(tmp_path: Path):
    with (
        pytest.raises(OutputError, match="exists already"),
        atomic_folder(tmp_path / "out", mark="mark") as folder,
    ):
        (folder / "mark").write_text("late")
        make(tmp_path / "out", "first")
    assert (tmp_path / "out" / "mark").read_text() == "first"


def test_the_old_one_comes_back_when_the_new_one_cannot_take_its_place(tmp_path: Path, monkeypatch):
    make(tmp_path / "out", "one")
    rename = Path.rename

    def fail(self: Path, target: Path):
        if (self / "mark").exists() and (self / "mark").read_text() == "two":
            raise PermissionError("no")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OutputError, match="can't be written: no"):
        make(tmp_path / "out", "two", overwrite=True)
    assert (tmp_path / "out" / "mark").read_text() == "one"
    assert names(tmp_path) == ["out"]


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_nobody_else_sees_it_grow_and_its_mode_is_the_umasks(tmp_path: Path):
    (tmp_path / "as usual").mkdir()
    with atomic_folder(tmp_path / "out", mark="mark") as folder:
        (folder / "mark").write_text("one")
        assert mode(folder.parent) == 0o700 and folder.parent.name.startswith(".tmp-")
    assert mode(tmp_path / "out") == mode(tmp_path / "as usual")


def put(path: Path, content: str, **options) -> None:
    with new_folder(path) as folder:
        (folder / "mark").write_text(content)
        put_in_place(folder, path, **options)


def test_what_is_there_is_replaced_unless_it_is_to_be_kept(tmp_path: Path):
    put(tmp_path / "out", "one")
    put(tmp_path / "out", "two")
    assert (tmp_path / "out" / "mark").read_text() == "two"
    put(tmp_path / "out", "three", keeps=lambda path: (path / "mark").read_text() == "two")
    assert (tmp_path / "out" / "mark").read_text() == "two"
    assert names(tmp_path) == ["out"]


def test_what_another_process_put_there_meanwhile_can_be_kept(tmp_path: Path, monkeypatch):
    put(tmp_path / "out", "damaged")
    rename = Path.rename

    def overtaken(self: Path, target: Path):
        if ".tmp-old-" in target.name:  # between setting the old one aside and taking its place
            rename(self, target)
            (tmp_path / "out").mkdir()
            (tmp_path / "out" / "mark").write_text("theirs")
            return target
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", overtaken)
    put(tmp_path / "out", "ours", keeps=lambda path: (path / "mark").read_text() == "theirs")
    assert (tmp_path / "out" / "mark").read_text() == "theirs"
    assert names(tmp_path) == ["out"]


def test_a_new_folder_that_is_not_put_in_place_is_gone(tmp_path: Path):
    with new_folder(tmp_path / "out") as folder:
        (folder / "mark").write_text("one")
    assert names(tmp_path) == []


def test_a_file_is_not_replaced_by_a_folder(tmp_path: Path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OSError):
        put(tmp_path / "out", "one")
    assert (tmp_path / "out").read_text() == "a file"
