"""Let one process at a time make a folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from projector.errors import OutputError
from projector.storage.atomic_folder import writing


@contextmanager
def claimed(path: Path) -> Iterator[None]:
    """Keep others from making the folder `path` while the block runs.

    A hidden file beside it (`.lock-…`) is locked, and gone at the end. The operating system lets go
    of the lock when the process dies, however it dies; a file that is left then hinders nobody.

    Raises:
        OutputError: Another process is making it; or nothing can be written there.
    """
    if os.name != "posix":  # no `fcntl`: the last one there is refused, once its work is done
        yield
        return
    name = hashlib.sha256(path.name.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    lock = path.absolute().parent / f".lock-{name}"
    with writing(path):
        lock.parent.mkdir(parents=True, exist_ok=True)
        descriptor = _locked(lock, path)
    try:
        yield
    finally:
        with suppress(OSError):
            lock.unlink()
        os.close(descriptor)


def _locked(lock: Path, path: Path) -> int:
    """Return the descriptor of the lock's file, once it is ours."""
    import fcntl

    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            told = os.read(descriptor, 64).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise OutputError(
                f"{path}: another run is making it{f' (process {told})' if told else ''}; wait for "
                "it, end it, or choose another place (--output)"
            ) from error
        except OSError:  # a file system without locks
            return descriptor
        if _is_at(lock, descriptor):
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
            return descriptor
        os.close(descriptor)  # whoever had it has finished meanwhile, and removed it


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
