from __future__ import annotations

from pathlib import Path

import pytest

from projector.errors import OutputError
from projector.storage.atomic_folder import atomic_folder


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
