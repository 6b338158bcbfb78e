"""Keep what is unfinished where nobody else looks, and clear away what killed processes left.

A private folder lies beside what is to be, under a hidden name (`.tmp-….d`), and only its owner
can look into it. Its writer holds a lock on a file in it; the operating system lets go of that
when the process dies, however it dies. So whoever gets the lock knows that the writer is dead,
whatever became of its number and of the clock, and may remove the folder. Where a file system has
no locks, nothing is removed.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # on Windows, where nothing is locked and so nothing is removed
    fcntl = None  # type: ignore[assignment]

SET_ASIDE = ".tmp-old-"  # in a private folder: what was replaced, until the new one is in place
_NAME = re.compile(r"\.tmp-[0-9a-f]{16}\.d")
_LOCK = ".tmp-lock"
_ATTEMPTS = 5
_HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}

_cleared: set[Path] = set()  # by this process: a folder of many files is looked through once


@contextmanager
def private_folder(parent: Path) -> Iterator[Path]:
    """Give an empty folder in `parent`, made if need be, that is gone at the end.

    What lies in `parent` of writers that are dead is removed, once in a process.

    Raises:
        OSError: It can't be made.
    """
    parent.mkdir(parents=True, exist_ok=True)
    if parent.absolute() not in _cleared:
        remove_dead(parent)
    folder, lock = _made(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def is_private(path: Path) -> bool:
    """Tell whether a path leads through a private folder, so that it needs none of its own."""
    return any(_NAME.fullmatch(part) for part in path.parts)


def remove_dead(parent: Path) -> None:
    """Remove the private folders in `parent` whose writers are dead; others', too, stay.

    Where one died while it put a folder in another's place, the other comes back.
    """
    _cleared.add(parent.absolute())
    for folder in _private_folders(parent):
        lock = None
        with suppress(OSError):  # another user's; or it has just gone
            lock = _locked(folder)
        if lock is None:
            continue
        try:
            _restore(folder)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def _private_folders(parent: Path) -> list[Path]:
    if fcntl is None:
        return []
    with suppress(OSError), os.scandir(parent) as entries:
        return [
            Path(entry.path)
            for entry in entries
            if _NAME.fullmatch(entry.name)
            and entry.is_dir(follow_symlinks=False)
            and entry.stat(follow_symlinks=False).st_uid == os.getuid()
        ]
    return []


def _made(parent: Path) -> tuple[Path, int]:
    """Return a new folder and its held lock."""
    for _ in range(_ATTEMPTS):
        folder = parent / f".tmp-{secrets.token_hex(8)}.d"
        folder.mkdir(mode=0o700)
        try:
            lock = _locked(folder, needed=False)
        except FileNotFoundError:  # another process took it for a dead one's and removed it
            continue
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if lock is not None:
            return folder, lock
    raise OSError(f"{parent}: other processes remove what is made there again and again")


def _locked(folder: Path, *, needed: bool = True) -> int | None:
    """Return the held lock of a folder, None where another process holds it.

    Whoever opened the file before another removed it has a lock on nothing: that is None, too.

    Args:
        folder: A private folder.
        needed: Whether it is an error if the file system knows no locks.

    Raises:
        OSError: There is no such folder, or it can't be opened or locked.
    """
    path = folder / _LOCK
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if _lock(lock, needed=needed) and os.path.samestat(os.fstat(lock), path.stat()):
            return lock
    except BaseException:
        os.close(lock)
        raise
    os.close(lock)
    return None


def _lock(descriptor: int, *, needed: bool) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        if needed:
            raise
    return True


def _restore(folder: Path) -> None:
    """Put back what a dead writer had set aside for a folder that never took its place."""
    entries = [path for path in sorted(folder.iterdir()) if path.name != _LOCK]
    aside = [path for path in entries if path.name.startswith(SET_ASIDE)]
    new = [path for path in entries if path not in aside]
    for old, place in zip(aside[-1:], new, strict=False):
        target = folder.parent / place.name
        if not os.path.lexists(target):
            with suppress(OSError):
                old.rename(target)
