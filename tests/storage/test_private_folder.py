"""Hold what killed writers leave behind: the next removes it, and nothing of a living one's."""

import errno
import os
from multiprocessing import get_context
from pathlib import Path

import pytest
from job_runs import wait_for
from killed_writers import (
    MARK,
    TEXT,
    convert,
    replace_folder,
    write_again,
    write_file,
    write_folder,
)

from projector.models.cache import cached
from projector.storage import private_folder as private
from projector.storage.atomic_file import atomic_write
from projector.storage.atomic_folder import atomic_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks and signals are POSIX's")
WRITERS = [write_folder, write_file, convert]


@pytest.fixture(autouse=True)
def another_process(monkeypatch):
    """Be a process that has looked at no folder yet."""
    monkeypatch.setattr(private, "_cleared", set())


@pytest.fixture
def start(tmp_path):
    """Start a writer in a process of its own, and give it once it has written half."""
    started = []

    def start_writer(write, path: Path):
        ready = tmp_path / f"ready-{len(started)}"
        process = get_context("spawn").Process(target=write, args=(path, ready), daemon=True)
        process.start()
        started.append(process)
        wait_for(ready.exists, seconds=60)
        return process

    yield start_writer
    for process in started:
        process.kill()
        process.join()


def kill(process) -> None:
    process.kill()  # SIGKILL
    process.join()


def hidden(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name[0] == "."]


def write_beside(write, place: Path, monkeypatch) -> None:
    """Finish what is of the same kind in the same place."""
    if write is write_file:
        atomic_write(place / "other", b"")
    elif write is convert:
        monkeypatch.setenv("PROJECTOR_CACHE", str(place))
        cached("other", lambda folder: (folder / "weights").write_bytes(b""))
    else:
        with atomic_folder(place / "other", mark=MARK) as folder:
            (folder / MARK).touch()


@pytest.mark.promise("whole or not at all", "SIGKILL while a file, a folder, the cache is written")
@pytest.mark.parametrize("write", WRITERS)
def test_what_a_killed_writer_left_goes_with_the_next(tmp_path, start, write, monkeypatch):
    place = tmp_path / "place"
    kill(start(write, place / "out"))
    (left,) = place.iterdir()
    assert left.stat().st_mode & 0o777 == 0o700
    assert any(path.read_bytes() == TEXT.encode() for path in left.rglob("*") if path.is_file())
    write_beside(write, place, monkeypatch)
    assert [path.name for path in place.iterdir()] == ["other"]


@pytest.mark.promise("whole or not at all", "two or more at once")
@pytest.mark.parametrize("write", WRITERS)
def test_a_living_writers_stays(tmp_path, start, write, monkeypatch):
    place = tmp_path / "place"
    living = start(write, place / "out")
    killed = start(write, place / "out")
    assert len(hidden(place)) == 2
    kill(killed)
    before = {path for path in place.rglob("*") if path.is_file()}
    write_beside(write, place, monkeypatch)
    (left,) = hidden(place)
    assert {path for path in left.rglob("*") if path.is_file()} < before
    kill(living)
    private.remove_dead(place)
    assert not hidden(place)


@pytest.mark.promise("whole or not at all", "SIGKILL while a file, a folder, the cache is written")
def test_what_was_set_aside_by_a_killed_writer_comes_back(tmp_path, start):
    place = tmp_path / "place"
    with atomic_folder(place / "out", mark=MARK) as folder:
        (folder / MARK).write_text("old")
    start(replace_folder, place / "out").join()
    assert not (place / "out").exists()
    private.remove_dead(place)
    assert (place / "out" / MARK).read_text() == "old"
    assert not hidden(place)


def test_a_finished_one_has_the_umasks_rights(tmp_path):
    mask = os.umask(0o027)
    try:
        atomic_write(tmp_path / "file", b"")
        with atomic_folder(tmp_path / "out", mark=MARK) as folder:
            (folder / MARK).touch()
            atomic_write(folder / "inner" / "file", b"")
    finally:
        os.umask(mask)
    rights = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert rights == {"file": 0o640, "out": 0o750, MARK: 0o640, "inner": 0o750}


@pytest.mark.promise("whole or not at all", "two or more at once", trials=4)
def test_many_at_once_remove_nothing_of_each_other(tmp_path):
    context = get_context("spawn")
    processes = [context.Process(target=write_again, args=(tmp_path, 40)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert len(list(tmp_path.iterdir())) == 4 * 40 * 2 and not hidden(tmp_path)


def test_what_is_not_ours_stays(tmp_path):
    others = [tmp_path / ".tmp-mine", tmp_path / ".tmp-0123456789abcdef", tmp_path / ".tmp-x.d"]
    for folder in others:
        folder.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / ".tmp-0123456789abcdef.d").symlink_to(elsewhere)
    private.remove_dead(tmp_path)
    assert all(folder.is_dir() for folder in (*others, elsewhere))
    assert (tmp_path / ".tmp-0123456789abcdef.d").is_symlink()


def test_without_locks_all_is_written_and_nothing_removed(tmp_path, monkeypatch):
    left = tmp_path / ".tmp-0123456789abcdef.d"
    left.mkdir()

    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(private.fcntl, "flock", unsupported)
    atomic_write(tmp_path / "file", b"x")
    assert (tmp_path / "file").read_bytes() == b"x"
    assert hidden(tmp_path) == [left]


def test_whoever_is_taken_for_dead_before_its_lock_begins_anew(tmp_path, monkeypatch):
    """Another process may come between making a folder and locking it."""
    locked, taken = private._locked, []

    def overtaken(folder: Path, **options: bool):
        if not taken:
            taken.append(folder)
            private.remove_dead(tmp_path)
        return locked(folder, **options)

    monkeypatch.setattr(private, "_locked", overtaken)
    with private.private_folder(tmp_path) as folder:
        assert folder.is_dir() and hidden(tmp_path) == [folder]
        assert taken and taken[0] != folder
    assert not hidden(tmp_path)
