"""Know where everything of a collection's run lies, and let one driver at a time work in it.

run/plan/plan.json            what is to be done, its fingerprint, and the file's own hash
run/plan/shards.parquet       the shards: their tasks, and where their documents lie
run/shards/00012.parquet      a finished shard; that it is there, and whole, means that it is done
run/progress/00012.json       what a worker is doing; of no consequence
run/progress/pace.json        how long its driver's workers took for shards; of none either
run/logs/00012.log            what became of a shard, try by try
run/logs/driver.log           the same of the run
run/result/                   the finished run, as `projector project` writes it
run/coded/                    its mentions with codes, as `projector code` writes them
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from projector.errors import CorpusError, OutputError, Problem
from projector.storage.private_folder import is_private, remove_dead

PLAN_FILE = "plan.json"
_LOCK = ".lock"
_TEMPORARY = ".tmp-*"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of a collection's run."""

    path: Path

    @property
    def plan(self) -> Path:
        """Return where the plan lies."""
        return self.path / "plan"

    @property
    def shards(self) -> Path:
        """Return where finished shards lie."""
        return self.path / "shards"

    @property
    def logs(self) -> Path:
        """Return where the logs lie."""
        return self.path / "logs"

    @property
    def driver_log(self) -> Path:
        """Return the driver's own log."""
        return self.logs / "driver.log"

    @property
    def result(self) -> Path:
        """Return where the finished run appears."""
        return self.path / "result"

    @property
    def coded(self) -> Path:
        """Return where its mentions' codes appear."""
        return self.path / "coded"

    def shard(self, number: int) -> Path:
        """Return where a shard appears once it is done."""
        return self.shards / f"{number:05}.parquet"

    def progress(self, number: int) -> Path:
        """Return where the worker that is on a shard tells how far it is."""
        return self.path / "progress" / f"{number:05}.json"

    @property
    def pace(self) -> Path:
        """Return where the driver tells how long its workers take."""
        return self.path / "progress" / "pace.json"

    def log(self, number: int) -> Path:
        """Return a shard's log."""
        return self.logs / f"{number:05}.log"

    def check(self) -> None:
        """Refuse a folder that holds something else.

        Raises:
            OutputError: It does; or it is no folder.
        """
        if self.holds_run() or not self.path.exists():
            return
        if not self.path.is_dir() or any(one.name != _LOCK for one in self.path.iterdir()):
            raise OutputError(
                f"{self.path}: is there already and is no collection's run; choose another "
                "--output, or remove it yourself"
            )

    def prepare(self) -> None:
        """Make the folders, and clear away what killed processes left behind.

        Raises:
            OutputError: They can't be made.
        """
        self.make()
        try:
            for folder in (self.path, *self._folders):
                remove_dead(folder)
                for left in folder.glob(_TEMPORARY):
                    if is_private(Path(left.name)):  # a worker's that outlives its driver a little
                        continue
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
            for left in self.progress(0).parent.iterdir():
                left.unlink()
        except OSError as error:
            raise OutputError(f"{self.path}: can't be written: {error}") from error

    def make(self) -> None:
        """Make the folders.

        Raises:
            OutputError: They can't be made.
        """
        try:
            for folder in self._folders:
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{self.path}: can't be written: {error}") from error

    @property
    def _folders(self) -> tuple[Path, ...]:
        return self.plan, self.shards, self.logs, self.progress(0).parent

    def holds_run(self) -> bool:
        """Tell whether a run was begun here."""
        return self.plan.is_dir() and self.shards.is_dir()

    def clear(self) -> None:
        """Remove an earlier run, its plan first: what is left of a run without a plan is nothing.

        Raises:
            OutputError: Something can't be removed.
        """
        try:
            (self.plan / PLAN_FILE).unlink(missing_ok=True)
            for folder in (
                self.coded,
                self.result,
                self.shards,
                self.progress(0).parent,
                self.logs,
            ):
                if folder.exists():
                    shutil.rmtree(folder)
        except OSError as error:
            raise OutputError(f"{self.path}: can't be cleared: {error}") from error


def open_run(path: Path) -> RunFolder:
    """Return the folder of a run that was begun.

    Raises:
        CorpusError: There is none.
    """
    folder = RunFolder(path)
    if not (folder.plan / PLAN_FILE).is_file():
        found = f"no collection's run: there is no {folder.plan.name}/{PLAN_FILE}"
        raise CorpusError(Problem(path, None, found, "the folder given to `projector jobs run -o`"))
    return folder


@contextmanager
def driving(folder: RunFolder) -> Iterator[None]:
    """Keep other drivers out of a run's folder while the block runs.

    The operating system lets go of the lock when the process dies, however it dies.

    Raises:
        OutputError: Another driver is at work in it; or it can't be written.
    """
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        lock = os.open(_lock(folder), os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise OutputError(f"{folder.path}: can't be written: {error}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _driven_already(folder) from error
        os.ftruncate(lock, 0)
        os.write(lock, f"{time.time()}\n".encode())
        yield
    finally:
        os.close(lock)


def refuse_driven(folder: RunFolder) -> None:
    """Refuse what `driving` would refuse, and make nothing.

    Raises:
        OutputError: A driver is at work in the folder.
    """
    if driven_since(folder) is not None:
        raise _driven_already(folder)


def _driven_already(folder: RunFolder) -> OutputError:
    return OutputError(
        f"{folder.path}: another `projector jobs run` is at work there; wait for it, or end it; "
        "`projector jobs status` tells how far it is"
    )


def driven_since(folder: RunFolder) -> float | None:
    """Return since when (seconds of the epoch) a driver is at work, None if there is none."""
    try:
        lock = os.open(_lock(folder), os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        with suppress(ValueError):  # nothing is written yet, or something else
            return float(os.read(lock, 64))
        return time.time()
    finally:
        os.close(lock)
    return None


def task_told(progress: Path) -> int | None:
    """Return the task that a worker told in its file; None where that can't be read."""
    try:
        content = json.loads(progress.read_text(encoding="utf-8"))
        return int(content["task"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def _lock(folder: RunFolder) -> Path:
    return folder.path / _LOCK
