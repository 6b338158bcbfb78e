"""Keep converted models in the user's cache folder, each whole or not there at all."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

_MANIFEST = "complete.json"


def cache_folder() -> Path:
    """Return `$PROJECTOR_CACHE`, else `$XDG_CACHE_HOME/projector`, else `~/.cache/projector`."""
    if own := os.environ.get("PROJECTOR_CACHE"):
        return Path(own).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path("~/.cache").expanduser()) / "projector"


def cached(name: str, build: Callable[[Path], None]) -> Path:
    """Return the folder `name` of the cache; make it with `build` if it is absent or damaged.

    It is built under another name and renamed, so that it appears whole, and however many
    processes do this at once, all get a whole folder.

    Raises:
        OSError: The cache can't be written.
    """
    folder = cache_folder() / name
    if is_whole(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.parent / f".tmp-{secrets.token_hex(8)}"
    try:
        temporary.mkdir()
        build(temporary)
        _write_manifest(temporary)
        _publish(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def is_whole(folder: Path) -> bool:
    """Tell whether a cached folder holds every file that was put there, byte for byte."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        return bool(manifest) and all(
            file_hash(folder / name) == expected for name, expected in manifest.items()
        )
    except (OSError, ValueError, AttributeError):
        return False


def file_hash(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_manifest(folder: Path) -> None:
    hashes = {path.name: file_hash(path) for path in sorted(folder.iterdir())}
    (folder / _MANIFEST).write_text(json.dumps(hashes, indent=1), encoding="utf-8")


def _publish(temporary: Path, folder: Path) -> None:
    """Rename `temporary` to `folder`, unless a whole one has appeared there meanwhile."""
    for _ in range(3):
        try:
            temporary.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
        else:
            return
        if is_whole(folder):
            return
        damaged = folder.parent / f".tmp-{secrets.token_hex(8)}"
        try:
            folder.rename(damaged)
        except FileNotFoundError:  # another process was faster
            continue
        shutil.rmtree(damaged, ignore_errors=True)
    raise OSError(f"{folder}: is damaged and can't be replaced")
