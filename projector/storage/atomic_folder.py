"""Make a folder of files appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from projector.errors import OutputError


@contextmanager
def atomic_folder(path: Path, *, overwrite: bool = False, mark: str) -> Iterator[Path]:
    """Give a temporary folder that takes `path`'s place once the block ends without an exception.

    It lies beside `path` under a hidden name (`.tmp-…`); after an exception nothing is left of
    it, and what was at `path` is untouched. An empty folder counts as nothing.

    Args:
        path: The folder to be.
        overwrite: Replace an earlier one, once the new one is complete.
        mark: A file that every such folder holds; what lacks it is never replaced.

    Raises:
        OutputError: Something is at `path` that may not be replaced; or the folder can't be
            written.
    """
    refuse_existing(path, overwrite=overwrite, mark=mark)
    temporary = path.parent / f".tmp-{secrets.token_hex(8)}"
    try:
        with writing(path):
            temporary.mkdir(parents=True)
        yield temporary
        with writing(path):
            # Once for all files: a run has hundreds of thousands, too many to sync one by one.
            if hasattr(os, "sync"):
                os.sync()
            refuse_existing(path, overwrite=overwrite, mark=mark)
            _replace(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the operating system says into an `OutputError` about `path`."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: can't be written: {error}") from error


def refuse_existing(path: Path, *, overwrite: bool, mark: str) -> None:
    """Refuse what `atomic_folder` would refuse, before any work is done for it.

    Raises:
        OutputError: Something is at `path` that may not be replaced.
    """
    if not os.path.lexists(path) or (path.is_dir() and not any(path.iterdir())):
        return
    if not overwrite:
        raise OutputError(f"{path}: exists already; choose another place, or allow overwriting it")
    if not (path / mark).is_file():
        raise OutputError(
            f"{path}: holds no {mark}, so it is none of projector's own outputs; "
            "remove it yourself, or choose another place"
        )


def _replace(temporary: Path, path: Path) -> None:
    """Put a complete folder in the place of what is at `path`, which comes back on failure."""
    if not path.exists():
        temporary.rename(path)
        return
    if not any(path.iterdir()):
        path.rmdir()
        temporary.rename(path)
        return
    old = path.parent / f".tmp-old-{secrets.token_hex(8)}"
    path.rename(old)
    try:
        temporary.rename(path)
    except OSError:
        old.rename(path)
        raise
    with suppress(OSError):
        shutil.rmtree(old)
