"""Make a folder of files appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from projector.errors import OutputError
from projector.storage.private_folder import SET_ASIDE, private_folder, remove_dead

_ATTEMPTS = 3  # at a place where other processes put folders, too


@contextmanager
def atomic_folder(path: Path, *, overwrite: bool = False, mark: str) -> Iterator[Path]:
    """Give a temporary folder that takes `path`'s place once the block ends without an exception.

    It lies beside `path` under a hidden name (`.tmp-….d`); after an exception nothing is left of
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
    with ExitStack() as stack:
        with writing(path):
            folder = stack.enter_context(new_folder(path))
        yield folder
        with writing(path):
            # Once for all files: a run has hundreds of thousands, too many to sync one by one.
            if hasattr(os, "sync"):
                os.sync()
            refuse_existing(path, overwrite=overwrite, mark=mark)
            put_in_place(folder, path)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder that is to be `path`; it is gone at the end unless `put_in_place`.

    It lies in a private one (`.tmp-….d`) beside `path` that nobody but its owner can look into; its
    own mode is what the umask says, as `path`'s is to be. What killed processes left beside `path`
    is removed first.

    Raises:
        OSError: It can't be made.
    """
    remove_dead(path.parent)
    with private_folder(path.parent) as private:
        folder = private / path.name
        folder.mkdir()
        yield folder


def put_in_place(
    folder: Path, path: Path, *, keeps: Callable[[Path], bool] = lambda _: False
) -> None:
    """Rename a complete folder to `path`, in the place of what is there.

    Args:
        folder: As `new_folder` gives it.
        path: What is there is removed; it comes back if the new one can't take its place.
        keeps: Tells of what is there, or has appeared meanwhile, that it stays.

    Raises:
        OSError: It can't be renamed.
    """
    set_aside: list[Path] = []
    try:
        _rename(folder, path, keeps, set_aside)
    except OSError:
        if set_aside and not path.exists():
            set_aside.pop().rename(path)
        raise
    finally:
        for old in set_aside:
            shutil.rmtree(old, ignore_errors=True)


def _rename(folder: Path, path: Path, keeps: Callable[[Path], bool], set_aside: list[Path]) -> None:
    for _ in range(_ATTEMPTS):
        try:
            folder.rename(path)  # also on an empty folder
        except OSError:
            if not path.is_dir():
                raise
        else:
            return
        if keeps(path):
            return
        # Where whoever comes after a kill finds it, see `remove_dead`.
        old = folder.parent / f"{SET_ASIDE}{secrets.token_hex(8)}"
        with suppress(FileNotFoundError):  # another process was faster
            path.rename(old)
            set_aside.append(old)
    raise OSError(f"{path}: other processes put folders there again and again")


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
        raise OutputError(
            f"{path}: exists already; choose another place, or replace it: --overwrite "
            "(overwrite=True)"
        )
    if not (path / mark).is_file():
        raise OutputError(
            f"{path}: holds no {mark}, so it is none of projector's own outputs; "
            "remove it yourself, or choose another place"
        )
