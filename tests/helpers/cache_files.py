"""Build what is cached, where a process that is spawned can import it."""

from pathlib import Path


def build(folder: Path):
    for name in ("one", "two"):
        (folder / name).write_bytes(name.encode() * 100_000)
