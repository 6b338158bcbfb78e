"""Write what never gets finished, where a process that is spawned can import it."""

import os
import signal
import time
from pathlib import Path

from projector.models.cache import cached
from projector.storage import atomic_folder as folders
from projector.storage.atomic_file import atomic_file
from projector.storage.atomic_folder import atomic_folder

TEXT = "Paciente con diabetes."
MARK = "mark"


def write_folder(path: Path, ready: Path) -> None:
    """Write half a folder with a file that is half written in it, and wait."""
    with atomic_folder(path, overwrite=True, mark=MARK) as folder:
        (folder / MARK).write_text(TEXT)
        (folder / ".spool").write_text(TEXT)
        with atomic_file(folder / "inner" / "a.txt") as file:
            _wait(file, ready)


def write_file(path: Path, ready: Path) -> None:
    """Write half a file, and wait."""
    with atomic_file(path) as file:
        _wait(file, ready)


def convert(path: Path, ready: Path) -> None:
    """Convert half a model in the cache, and wait."""
    os.environ["PROJECTOR_CACHE"] = str(path.parent)

    def build(folder: Path) -> None:
        with (folder / "weights").open("wb") as file:
            _wait(file, ready)

    cached(path.name, build)


def replace_folder(path: Path, ready: Path) -> None:
    """Die between setting an earlier folder aside and taking its place."""
    rename = Path.rename

    def dying(self: Path, target: Path) -> Path:
        moved = rename(self, target)
        if folders.SET_ASIDE in target.name:
            ready.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return moved

    Path.rename = dying
    with atomic_folder(path, overwrite=True, mark=MARK) as folder:
        (folder / MARK).write_text("new")


def write_again(path: Path, times: int) -> None:
    """Write a file and a folder beside it, over and over."""
    for number in range(times):
        folders.remove_dead(path)  # as the first of each process does
        with atomic_file(path / f"{os.getpid()}-{number}.txt") as file:
            file.write(TEXT.encode())
        with atomic_folder(path / f"{os.getpid()}-{number}", mark=MARK) as folder:
            (folder / MARK).write_text(TEXT)


def _wait(file, ready: Path) -> None:
    file.write(TEXT.encode())
    file.flush()
    ready.touch()
    time.sleep(60)
